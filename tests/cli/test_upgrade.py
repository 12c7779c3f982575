"""A newer Newsdesk meets the archive of an older one, beneath which somebody may still be at work."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

from sqlite_utils import Database

from bot.app.core import alone
from bot.archive import Archive, connect
from bot.archive.migrations import migrations
from bot.regions import load_regions
from bot.settings import shipped
from tests.cli.conftest import ROOT, Newsdesk

_RUNS = """
import sys
from pathlib import Path
from bot.app.core import alone
with alone(Path(sys.argv[1])):
    print("runs", flush=True)
    input()
"""


def of_an_older_newsdesk(folder: Path) -> Path:
    """Before feeds lost a column, without which that one cannot poll."""
    folder.mkdir()
    with closing(connect.writer(folder / "archive.db")) as db:
        migrations.apply(Database(db, execute_plugins=False), stop_before="policies_belong_to_addresses")
    return folder / "archive.db"


def steps(file: Path) -> int:
    with closing(connect.reader(file)) as db:
        return int(db.execute("SELECT count(*) FROM _sqlite_migrations").fetchone()[0])


@asynccontextmanager
async def running(file: Path) -> AsyncIterator[None]:
    """A bot in a process of its own, as far as others can tell."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", _RUNS, str(file)),
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None and await process.stdout.readline() == b"runs\n"
    try:
        yield
    finally:
        await process.communicate(b"\n")


async def test_an_archive_is_not_changed_beneath_an_older_bot_that_runs(newsdesk: Newsdesk, tmp_path: Path) -> None:
    file = of_an_older_newsdesk(tmp_path / "data")
    before = steps(file)
    async with running(file):
        for words in (["latest"], ["feeds", "list"], ["backup", "copy.db"], ["feeds", "add", "http://127.0.0.1:1/"]):
            done = await newsdesk(*words)
            assert (done.code, done.out) == (2, "")
            assert "data/archive.db is still of an older Newsdesk, and a bot runs on it" in done.err
        assert "a bot runs on it" in (await newsdesk("doctor")).out
        assert steps(file) == before
    assert (await newsdesk("latest")).code == 0
    assert steps(file) > before


async def test_the_bot_that_runs_brings_its_own_archive_into_shape(tmp_path: Path) -> None:
    file = of_an_older_newsdesk(tmp_path / "data")
    with alone(file):
        archive = await Archive.open(file, load_regions(shipped() / "regions.toml"))
        assert await archive.feeds() == []
        await archive.close()

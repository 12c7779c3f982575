"""Who may only read an archive, or has it on a read-only disk, asks it like anybody else."""

import asyncio
import json
import os
import sqlite3
import subprocess
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlite_utils import Database

from bot.archive import connect
from bot.archive.migrations import migrations
from tests.cli.test_trouble import filled, shell
from tests.fakes import Clock, Web
from tests.press import item, rss

BY_ROOT = "" if os.geteuid() else "setpriv --bounding-set=-dac_override,-dac_read_search"  # root may write all
_NEWER = "UPDATE article SET title = 'Told a moment ago' WHERE id = (SELECT max(id) FROM article)"


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Nothing in it may be written."""
    for each in (*folder.iterdir(), folder):
        each.chmod(0o555 if each.is_dir() else 0o444)
    try:
        yield
    finally:
        folder.chmod(0o755)
        for each in folder.iterdir():
            each.chmod(0o644)


async def on_a_read_only_disk(folder: Path, words: str) -> subprocess.CompletedProcess[str]:
    """By root, or by root of a namespace of one's own; where neither may mount anything the test is skipped."""
    mount = f"mount --bind {folder} {folder} && mount -o remount,ro,bind {folder}"
    for alone in ("unshare -m", "unshare -rm"):
        if not (await asyncio.to_thread(shell, folder, f"{alone} sh -c '{mount}'")).returncode:
            return await asyncio.to_thread(
                shell, folder, f"{alone} sh -c '{mount} && cd {folder} && $PYTHON -m bot {words}'"
            )
    warnings.warn("nothing can be mounted here: read-only disks are NOT tested", stacklevel=1)
    pytest.skip("nothing can be mounted here")


async def asked(folder: Path, words: str) -> subprocess.CompletedProcess[str]:
    """As one asks who may not write."""
    return await asyncio.to_thread(shell, folder, f"exec {BY_ROOT} $PYTHON -m bot {words}")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("latest --limit 1", "Rain number 59"),
        ("search number --limit 1", "Rain number 59"),
        ("why https://a.test/1", "Rain number 1"),
        ("feeds list", "A Test"),
        ("feeds export", "https://a.test/feed"),
        ("reindex", "File, index and articles agree"),
        ("prune --before 2027", "60 articles are older"),
        ("reclassify", "africa → global\n60 articles would change."),
        ("backup copy.db", "The archive is copied to copy.db"),
    ],
)
async def test_whoever_may_not_write_may_ask(tmp_path: Path, words: str, said: str) -> None:
    await filled(tmp_path / "data")
    with locked(tmp_path / "data"):
        done = await asked(tmp_path, words)
        assert [each.name for each in (tmp_path / "data").iterdir()] == ["archive.db"]
    assert (done.returncode, done.stderr) == (0, "") and said in done.stdout


@pytest.mark.parametrize(
    "words",
    ["feeds remove https://a.test/feed", "poll", "prune --before 2027 --do", "reindex --do", "reclassify --do"],
)
async def test_what_is_to_be_changed_needs_the_right(tmp_path: Path, words: str) -> None:
    await filled(tmp_path / "data")
    with locked(tmp_path / "data"):
        done = await asked(tmp_path, words)
    assert done.returncode == 2 and "data/archive.db cannot be opened for writing" in done.stderr


async def test_a_read_only_disk_is_asked_and_said_to_be_one(tmp_path: Path) -> None:
    await filled(tmp_path / "data")
    done = await on_a_read_only_disk(tmp_path, "search number --limit 1")
    assert (done.returncode, done.stderr) == (0, "") and "Rain number 59" in done.stdout
    done = await on_a_read_only_disk(tmp_path, "reindex --do")
    assert (done.returncode, done.stderr) == (
        2,
        "newsdesk: data/archive.db is on a read-only disk, where it can be asked but not changed.\n",
    )
    done = await on_a_read_only_disk(tmp_path, "doctor")
    assert "data is on a read-only disk" in done.stdout and "ok    archive: file, index" in done.stdout


async def test_a_feed_is_checked_as_feeds_toml_has_it_where_nothing_can_be_written(tmp_path: Path) -> None:
    async with Web(Clock()) as web:
        web["/feed"] = rss(item("Rain number 60"))
        await filled(tmp_path / "data")
        (tmp_path / ".env").write_text("NEWSDESK_PRIVATE_FEEDS=1\n")
        (tmp_path / "data" / "feeds.toml").write_text(f'[[feed]]\nurl = "{web.url("/feed")}"\nregion = "europe"\n')
        with locked(tmp_path / "data"):
            done = await asked(tmp_path, f"feeds check {web.url('/feed')} --json")
            assert (done.returncode, done.stderr) == (0, "")
            assert json.loads(done.stdout)["regions"] == ["europe"]
            assert "127.0.0.1" not in (await asked(tmp_path, "feeds list")).stdout


async def test_doctor_looks_at_an_archive_that_it_may_not_write(tmp_path: Path) -> None:
    await filled(tmp_path / "data")
    with locked(tmp_path / "data"):
        done = await asked(tmp_path, "doctor")
    assert "wrong data: " in done.stdout and "ok    archive: file, index and articles agree" in done.stdout


async def test_what_another_program_writes_is_seen_while_it_runs_and_after_it_was_killed(tmp_path: Path) -> None:
    await filled(tmp_path / "data")
    with closing(sqlite3.connect(tmp_path / "data" / "archive.db")) as bot:
        bot.execute(_NEWER)
        bot.commit()
        with locked(tmp_path / "data"):
            assert "Told a moment ago" in (await asked(tmp_path, "latest --limit 1")).stdout
        as_killed = {each.name: each.read_bytes() for each in (tmp_path / "data").iterdir()}
    assert set(as_killed) == {"archive.db", "archive.db-wal", "archive.db-shm"}
    for name, content in as_killed.items():
        (tmp_path / "data" / name).write_bytes(content)
    with locked(tmp_path / "data"):
        assert "Told a moment ago" in (await asked(tmp_path, "latest --limit 1")).stdout
    (tmp_path / "data" / "archive.db-shm").unlink()
    with locked(tmp_path / "data"):
        done = await asked(tmp_path, "latest --limit 1")
    assert done.returncode == 2 and done.stdout == "", "an answer without the newest would be a wrong one"
    assert "is still in data/archive.db-wal" in done.stderr and "Copy both" in done.stderr


async def test_an_archive_of_an_older_shape_is_not_read_as_if_it_were_of_todays(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    with closing(connect.writer(tmp_path / "data" / "archive.db")) as db:
        migrations.apply(Database(db, execute_plugins=False), stop_before="hints_may_go_unheard")
    with locked(tmp_path / "data"):
        done = await asked(tmp_path, "feeds list")
    assert done.returncode == 2 and "is of an older Newsdesk" in done.stderr and "NEWSDESK_DATA" in done.stderr

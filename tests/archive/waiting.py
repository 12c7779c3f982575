"""What tests of articles whose words wait have in common."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from datetime import timedelta
from pathlib import Path

from bot.archive import Archive, connect, soundness
from bot.archive.search.index import SHAPES
from bot.model import Query
from bot.regions import Regions
from tests.archive.conftest import Room, restore_archive
from tests.builders import NOON, an_article

DUNE = an_article("Rain in Kenya", text="A dune moves", regions=("africa",), published=NOON)
LIKE_IT = an_article("Kenya after the rain", text="The dune stays", published=NOON - timedelta(days=1))


def wait(file: Path) -> int:
    """How many articles wait."""
    with closing(connect.reader(file)) as db:
        return int(db.execute("SELECT count(*) FROM unindexed").fetchone()[0])


def wrong_in(file: Path) -> list[str]:
    """What is wrong, also by what the indexes say of themselves to a connection that may write."""
    with closing(connect.writer(file)) as db:
        wrong = soundness.check(db)
        for name in SHAPES:
            try:
                db.execute(f"INSERT INTO {name} ({name}) VALUES ('integrity-check')")
            except connect.DatabaseError as error:
                wrong.append(f"{name}: {error}")
        return wrong


async def titles(archive: Archive, words: str) -> list[str]:
    return [hit.article.title for hit in (await archive.search(Query(words, order="newest", limit=25))).hits]


@asynccontextmanager
async def two_programs(file: Path, regions: Regions) -> AsyncIterator[tuple[Room, Room]]:
    """Both have the archive open, which must be sound when they have closed it."""
    bot, console = [Room(await Archive.open(file, regions, now=lambda: NOON)) for _ in range(2)]
    try:
        yield bot, console
    finally:
        for room in (console, bot):
            await room.archive.close()
    assert wrong_in(file) == []


async def brought_back(folder: Path, regions: Regions, before: Sequence[str]) -> Archive:
    """An archive of two articles, back from a copy that is as these statements make it: of an older shape."""
    copy, file = folder / "old.copy", folder / "a.db"
    archive = await Archive.open(copy, regions, now=lambda: NOON)
    await Room(archive).takes_in(DUNE, LIKE_IT)
    await archive.close()
    with closing(connect.plain(copy)) as db:
        for statement in before:
            db.execute(statement)
    restore_archive(copy, file)
    return await Archive.open(file, regions, now=lambda: NOON)

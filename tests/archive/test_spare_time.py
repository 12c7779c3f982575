"""What the archive does while nobody writes: it makes the parts of its indexes fewer."""

import asyncio
from pathlib import Path

import pytest

from bot.archive import Archive, connect
from bot.archive.connect import Connection
from bot.archive.search import index
from bot.archive.search.index import SHAPES
from bot.archive.search.parts import sizes
from bot.model import Query
from bot.regions import Regions
from tests.archive.conftest import Room
from tests.builders import NOON, an_article


def parts(file: Path) -> int:
    db = connect.reader(file)
    number = db.execute("SELECT count(DISTINCT segid) FROM words_idx").fetchone()[0]
    db.close()
    return int(number)


async def test_the_parts_of_an_index_become_fewer_while_nothing_is_written(tmp_path: Path, regions: Regions) -> None:
    archive = await Archive.open(tmp_path / "archive.db", regions, now=lambda: NOON)
    room = Room(archive)
    feed = await room.feed()
    for number in range(7):
        await room.takes_in(an_article(f"Rain {number}"), feed=feed)
        await archive.search(Query("rain"))  # which puts it into the index
    assert parts(archive.path) >= 7
    async with asyncio.timeout(60):
        while parts(archive.path) > 1:
            await asyncio.sleep(0.05)
    assert (await archive.search(Query("rain"))).total == 7
    assert await archive.check() == []
    await archive.close()


async def test_the_little_beside_a_large_part_is_left_until_it_is_much(tmp_path: Path, regions: Regions) -> None:
    file = tmp_path / "archive.db"

    async def after(news: int) -> list[int]:
        """The sizes of the parts, once so many more have come in and all spare time that it takes has passed."""
        archive = await Archive.open(file, regions, now=lambda: NOON)
        room = Room(archive)
        feed = await room.feed()
        here = (await archive.search(Query("rain"))).total
        titles = (f"Rain {each}" for each in range(here, here + news))
        await room.takes_in(*(an_article(title, text=f"drop of {title} " * 9) for title in titles), feed=feed)
        await archive.close()
        db = connect.writer(file)
        while index.merge_some(db):
            pass
        found = sizes(db, "words")
        db.close()
        return found

    for _ in range(5):  # each time it is larger, and goes where parts of this size are
        assert len(await after(80)) == 1
    little, large = sorted(await after(20))
    assert little < large / 8
    assert len(await after(60)) == 1
    archive = await Archive.open(file, regions, now=lambda: NOON)
    assert (await archive.search(Query("rain", order="newest"))).total == 480
    assert await archive.check() == []
    await archive.close()


@pytest.mark.parametrize(
    "damage", [b"", b"\x00" * 3, b"\x00" * 4 + b"\x05\x05", b"\xff" * 40, b"\x00" * 7, "text", None]
)
async def test_a_list_of_parts_that_cannot_be_read_tells_of_none(room: Room, damage: object) -> None:
    await room.takes_in(an_article("Rain"))
    await room.archive.search(Query("rain"))

    def damaged(db: Connection) -> list[int]:
        assert sizes(db, "words") == [1]
        db.execute("UPDATE words_data SET block = ? WHERE id = 10", [damage])
        return sizes(db, "words")

    assert await room.archive._write(damaged) == []


async def test_an_index_is_kept_in_small_pages_also_when_it_is_made_anew(room: Room) -> None:
    await room.takes_in(*(an_article(f"Rain {number}", text=f"drop{number} " * 40) for number in range(20)))
    for _ in range(2):
        db = connect.reader(room.archive.path)
        assert db.execute("SELECT max(length(block)) FROM words_data").fetchone()[0] < 1000
        assert [db.execute(f"SELECT v FROM {name}_config WHERE k = 'pgsz'").fetchone()[0] for name in SHAPES] == [
            500
        ] * 3
        db.close()
        await room.archive.reindex()

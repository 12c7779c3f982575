"""What the archive does while nobody writes: it makes the parts of its indexes fewer."""

import asyncio
from pathlib import Path

from bot.archive import Archive, connect
from bot.archive.search.index import SHAPES
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
        while parts(archive.path) > 3:
            await asyncio.sleep(0.05)
    assert (await archive.search(Query("rain"))).total == 7
    assert await archive.check() == []
    await archive.close()


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

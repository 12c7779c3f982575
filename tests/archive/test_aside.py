"""The old index goes when a new one takes its place: at once out of the way, bit by bit out of the file."""

import asyncio
import threading
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

import pytest

from bot.archive import Archive, connect, rebuild, soundness
from bot.archive.archive import shrink_archive
from bot.archive.connect import Connection
from bot.archive.search import aside
from bot.model import Query
from bot.regions import Regions
from tests.archive.conftest import Room, restore_archive
from tests.builders import NOON, an_article

OLD = NOON - timedelta(days=400)
FEW = 100  # taken out at once, so that little text makes many steps


def rebuilds(db: Connection) -> bool:
    return rebuild.step(db, 5)[2]


def empties(db: Connection) -> bool:
    return aside.empty(db, FEW)


def a_day(number: int) -> datetime:
    return OLD + timedelta(days=number, minutes=1)


def long(number: int, words: int = 200) -> str:
    chance = Random(number)
    return f"common {' '.join(chance.randbytes(12).hex() for _ in range(words))}"


async def total(room: Room, words: str) -> int | None:
    return (await room.archive.search(Query(words))).total


async def test_at_every_step_all_is_as_it_should_be(room: Room, regions: Regions, tmp_path: Path) -> None:
    feed = await room.feed()
    stories = [an_article(f"Story {at}", text=long(at), published=a_day(at)) for at in range(20)]
    await room.takes_in(*stories, feed=feed)
    at = 0
    for work in (rebuilds, empties):
        finished = False
        while not finished:
            finished = await room.archive._write(work)
            at += 1
            await room.takes_in(an_article(f"New {at}"), feed=feed)
            await room.archive.prune(OLD + timedelta(days=at))
            assert wrong_in(room.archive.path) == []
            assert (await total(room, "common"), await total(room, "title:new")) == (max(20 - at, 0), at)
            if at % 8 == 4:
                await goes_on_elsewhere(room, regions, tmp_path / f"{at}.db")
    assert at > 12, "that were many steps"
    assert await room.archive._read(rebuild.is_over)


def wrong_in(file: Path) -> list[str]:
    """Asked by a connection of its own: FTS5 of newer SQLite holds what one has read earlier against a file."""
    db = connect.reader(file)
    try:
        return soundness.check(db)
    finally:
        db.close()


async def goes_on_elsewhere(room: Room, regions: Regions, file: Path) -> None:
    """A copy of what is half done is one to come back to, can be made small, and goes on to the end by itself."""
    await room.archive.backup(file)
    back = file.with_suffix(".back")
    restore_archive(file, back)
    shrink_archive(back)
    copy = await Archive.open(back, regions, now=lambda: NOON)
    while not await copy.tidy():
        pass
    assert await copy.check() == []
    assert await copy._read(rebuild.is_over)
    await copy.reindex()
    assert await copy._read(rebuild.is_over)
    assert await copy.check() == []
    await copy.close()


async def test_who_asks_meanwhile_notices_nothing(room: Room) -> None:
    await room.takes_in(*(an_article(f"Story {at}", text=long(at, 20)) for at in range(12)))

    async def make_anew() -> None:
        for _ in range(5):
            while not await room.archive._write(rebuilds):
                pass
            while not await room.archive._write(empties):
                pass

    making, asked = asyncio.create_task(make_anew()), 0
    while not making.done():
        found, titles = await asyncio.gather(
            room.archive.search(Query("common story")), room.archive.headlines("sto", None, limit=25)
        )
        assert (found.total, len(titles)) == (12, 12), found.understood
        asked += 1
    await making
    assert asked > 5


async def test_what_the_old_index_took_is_given_back_in_small_pieces(room: Room) -> None:
    await room.takes_in(*(an_article(f"Story {at}", text=long(at, 1_500)) for at in range(60)))
    assert await total(room, "common") == 60
    pages = await room.archive._read(pages_of_index)
    await room.archive.remember(rebuild.VERSION, "0")
    free, most, finished = await room.archive._read(free_pages), 0, False
    while not finished:
        finished = await room.archive.tidy()
        before, free = free, await room.archive._read(free_pages)
        most = max(most, free - before)
    assert pages > 300
    assert most < pages / 2
    assert await room.archive.check() == []


def pages_of_index(db: Connection) -> int:
    size = db.execute("PRAGMA page_size").fetchone()[0]
    return int(db.execute("SELECT sum(length(block)) FROM words_data").fetchone()[0] // size)


def free_pages(db: Connection) -> int:
    return int(db.execute("PRAGMA freelist_count").fetchone()[0])


async def test_a_new_index_can_be_made_while_the_one_before_the_last_is_still_there(room: Room) -> None:
    await room.takes_in(*(an_article(f"Story {at}", text=long(at)) for at in range(60)))
    assert await total(room, "common") == 60
    for _ in range(2):
        while not await room.archive._write(rebuilds):
            pass
        assert not await room.archive._write(empties)
    progress: list[tuple[int, int]] = []
    assert await room.archive.reindex(lambda done, of: progress.append((done, of))) == 60
    assert progress == [(0, 60), (50, 60), (60, 60)], "the first took out what was left"
    assert await room.archive._read(rebuild.is_over)
    assert await room.archive.check() == []
    assert await total(room, "common") == 60


async def test_an_index_that_was_begun_by_another_version_is_begun_again(room: Room) -> None:
    await room.takes_in(*(an_article(f"Story {at}") for at in range(60)))
    await room.archive._write(rebuilds)
    await room.archive.remember("index.anew", "7 12345 5 60")
    assert await room.archive.reindex() == 60
    assert await room.archive._read(rebuild.is_over)
    assert await room.archive.check() == []
    assert await total(room, "title:story") == 60


async def test_a_new_index_that_could_not_be_put_in_place_is_put_there_later(room: Room) -> None:
    await room.takes_in(*(an_article(f"Story {at}") for at in range(12)))

    def fails(db: Connection) -> None:
        while not rebuilds(db):
            pass
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        await room.archive._write(fails)
    await room.takes_in(an_article("Story of a later day"))
    assert await room.archive.check() == []
    assert await room.archive.reindex() == 13
    assert await room.archive.check() == []
    assert await total(room, "title:story") == 13


async def test_what_is_written_together_with_the_last_step_is_in_the_new_index(room: Room) -> None:
    feed = await room.feed()
    await room.takes_in(*(an_article(f"Story {at}") for at in range(8)), feed=feed)
    await room.archive._write(rebuilds)
    waits = threading.Event()
    first = asyncio.create_task(room.archive._write(lambda db: waits.wait()))  # the next three are one transaction
    others = [
        asyncio.create_task(each)
        for each in (
            room.takes_in(an_article("Story before"), feed=feed),
            room.archive._write(rebuilds),
            room.takes_in(an_article("Story after"), feed=feed),
        )
    ]
    await asyncio.sleep(0)
    waits.set()
    _, finished, _ = await asyncio.gather(*others)
    await first
    assert finished
    assert await room.archive.check() == []
    assert await total(room, "title:story") == 10


async def test_an_index_that_lost_its_pages_is_made_anew(room: Room) -> None:
    await room.takes_in(an_article("Rain"))

    def lose(db: Connection) -> None:
        db.execute("DELETE FROM words_data")

    await room.archive._write(lose)
    assert await room.archive.check() != []
    await room.archive.reindex()
    assert await room.archive.check() == []
    assert await total(room, "rain") == 1

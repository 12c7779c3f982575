"""What the archive does while nobody writes: it makes the parts of its indexes fewer."""

import asyncio
from pathlib import Path

import pytest

from bot.archive import Archive, connect
from bot.archive.connect import Connection
from bot.archive.search import parts
from bot.archive.search.index import SHAPES
from bot.model import Query
from bot.regions import Regions
from tests.archive.conftest import Room
from tests.builders import NOON, an_article


def number_of_parts(file: Path) -> int:
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
    assert number_of_parts(archive.path) >= 7
    async with asyncio.timeout(60):
        while number_of_parts(archive.path) > 3:
            await asyncio.sleep(0.05)
    assert (await archive.search(Query("rain"))).total == 7
    assert await archive.check() == []
    await archive.close()


class Index:
    """One index, of made-up words, in an archive of nothing else. Its pages are tiny, so that it soon has many."""

    def __init__(self, file: Path) -> None:
        self.db = connect.writer(file, durable=False)
        self.db.execute(f"CREATE VIRTUAL TABLE words USING fts5({SHAPES['words']})")
        parts.tune(self.db, "words")
        self.db.execute("INSERT INTO words (words, rank) VALUES ('pgsz', 50)")
        self.articles = 0

    def grows(self, articles: int) -> None:
        self.db.execute("BEGIN")
        for key in range(self.articles, self.articles + articles):
            text = " ".join(f"rain{key}drop{each}" for each in range(100))
            self.db.execute("INSERT INTO words (rowid, x) VALUES (?, ?)", (key, f"rain {text}"))
        self.db.execute("COMMIT")
        self.articles += articles

    def rests(self) -> list[list[int]]:
        """The sizes of its parts, when all spare time that it takes has passed."""
        while parts.merge(self.db, "words"):
            pass
        return [level for level in parts.levels(self.db, "words") if level]


def test_the_little_beside_a_large_part_is_left_until_it_is_much(tmp_path: Path) -> None:
    index = Index(tmp_path / "archive.db")
    for articles in (300, 300, 300, 170):
        index.grows(articles)
        found = index.rests()
    assert len(found) == 1
    for _ in range(3):
        index.grows(40)
        found = index.rests()
    [[little], [more], [large]] = found
    assert little + more < large / 8
    for _ in range(2):
        index.grows(40)
        found = index.rests()
    [[whole]] = found
    assert whole > large + more + little
    has_all = index.db.execute("SELECT count(*) FROM words WHERE words MATCH 'rain'").fetchone()[0]
    assert has_all == index.articles == 1270
    index.db.execute("INSERT INTO words (words) VALUES ('integrity-check')")
    index.db.close()


def test_a_small_index_stays_in_several_parts(tmp_path: Path) -> None:
    index = Index(tmp_path / "archive.db")
    for articles in (200, 200, 30, 30, 30):
        index.grows(articles)
        found = index.rests()
    assert len(found) == 3
    index.db.close()


def test_the_levels_of_an_index_do_not_become_ever_more(tmp_path: Path) -> None:
    index = Index(tmp_path / "archive.db")
    for _ in range(9):
        index.grows(1)
        index.db.execute("INSERT INTO words (words, rank) VALUES ('merge', -100)")
    before = len(parts.levels(index.db, "words"))
    for articles in (300, 300, 300, 170, 170, 170, 170):
        index.grows(articles)
        found = index.rests()
    assert len(found) == 3
    assert len(parts.levels(index.db, "words")) == before
    index.db.close()


@pytest.mark.parametrize(
    "damage", [b"", b"\x00" * 3, b"\x00" * 4 + b"\x05\x05", b"\xff" * 40, b"\x00" * 7, "text", None]
)
async def test_a_list_of_parts_that_cannot_be_read_tells_of_none(room: Room, damage: object) -> None:
    await room.takes_in(an_article("Rain"))
    await room.archive.search(Query("rain"))

    def damaged(db: Connection) -> list[list[int]]:
        assert parts.levels(db, "words") == [[1]]
        db.execute("UPDATE words_data SET block = ? WHERE id = 10", [damage])
        return parts.levels(db, "words")

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

"""Whatever is done to an archive by two programs, in whatever order: index and articles agree."""

from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.archive import Archive, backlog, connect, rebuild
from bot.archive.connect import Connection
from bot.archive.search import aside
from bot.archive.search.index import SHAPES
from bot.model import Article, Owed, Query
from bot.regions import Regions
from tests.archive.conftest import Room
from tests.archive.waiting import wait, wrong_in
from tests.builders import NOON, a_sighting, an_article

WORDS = ("rain", "dune", "pact", "vote", "river")
acts = st.lists(st.tuples(st.sampled_from("nnnnccgmprrrrrrsxo"), st.integers(0, 10**6)), min_size=5, max_size=60)


@dataclass
class Play:
    """Two programs on one archive, and what should be in it."""

    rooms: list[Room]
    there: dict[str, Article]  # by address
    number: int = 0

    async def act(self, act: str, chance: Random) -> None:
        room = chance.choice(self.rooms)
        some = chance.choice(list(self.there.values())) if self.there else None
        if act == "n":
            await self._print(room, *(self._new(chance) for _ in range(chance.choice((1, 1, 3, 70)))))
        elif act == "c" and some:
            await self._print(room, replace(some, text=self._text(chance)))
        elif act == "g" and some:
            found = await room.archive.article_at(some.url, None)
            assert found is not None
            await room.archive.mark_gone([found.id], NOON)
        elif act == "m" and some:
            found = await room.archive.article_at(some.url, None)
            assert found is not None
            await room.archive.place(found.id, (chance.choice(("africa", "europe")),), "", _nowhere, NOON)
        elif act == "p":
            before = NOON - timedelta(minutes=chance.randrange(200, 300))
            await room.archive.prune(before)
            left = {each.url for each in await room.archive.articles_after(-1, 10_000)}
            self.there = {url: each for url, each in self.there.items() if url in left}
        elif act == "r":
            await room.archive._write(_make_anew, chance.choice((3, 20, 100)))
        elif act == "s":
            await self.compare(room, chance.choice(WORDS))
        elif act == "x":
            await room.archive._write(backlog.catch_up, chance.choice((1, 5, 200)))
        elif act == "o":
            with pytest.raises(OSError):
                await room.archive._write(_fail_late)

    async def compare(self, room: Room, word: str) -> None:
        expected = sum(word in f"{each.title} {each.text}".casefold().split() for each in self.there.values())
        found = await room.archive.search(Query(word, order="newest"))
        assert found.total == expected, (word, found)

    async def _print(self, room: Room, *articles: Article) -> None:
        feed = await room.feed()
        await room.archive.accept([a_sighting(each, feed) for each in articles], None, _nowhere, NOON)
        self.there |= {each.url: each for each in articles}

    def _new(self, chance: Random) -> Article:
        self.number += 1
        when = NOON - timedelta(minutes=chance.randrange(300))
        return an_article(f"{chance.choice(WORDS)} {self.number}", text=self._text(chance), published=when)

    def _text(self, chance: Random) -> str:
        return " ".join(chance.choices(WORDS, k=chance.randrange(1, 4)))


def _make_anew(db: Connection, piece: int) -> None:
    """A step of it, whatever is left of the one before."""
    while not aside.empty(db):
        pass
    rebuild.step(db, piece)


def _fail_late(db: Connection) -> None:
    backlog.catch_up(db)
    raise OSError("a fault of our own")


def _nowhere(article: Article, subscriptions: object) -> list[Owed]:
    return []


def sums(file: Path) -> list[bytes]:
    """How many articles and words each index says it has; nothing, where it has none any more or never had."""
    with closing(connect.reader(file)) as db:
        found = [db.execute(f"SELECT block FROM {name}_data WHERE id = 1").fetchone()[0] for name in SHAPES]
        return [each if any(each) else b"" for each in found]


async def sums_anew(file: Path, regions: Regions) -> list[bytes]:
    archive = await Archive.open(file, regions, now=lambda: NOON)
    await archive.reindex()
    await archive.close()
    return sums(file)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=acts)
async def test_whatever_comes_in_whatever_order_index_and_articles_agree(
    regions: Regions, tmp_path_factory: pytest.TempPathFactory, acts: list[tuple[str, int]]
) -> None:
    file = tmp_path_factory.mktemp("play") / "a.db"
    play = Play([Room(await Archive.open(file, regions, now=lambda: NOON)) for _ in range(2)], {})
    for act, seed in acts:
        await play.act(act, Random(seed))
    for room in play.rooms:
        for word in WORDS:
            await play.compare(room, word)
        await room.archive.close()
    assert wait(file) == 0
    assert wrong_in(file) == []
    assert sums(file) == await sums_anew(file, regions), "nothing is in an index twice"

"""How fast the archive answers, beside its peers in the same run: 100,000 articles, or `--articles 1000000`."""

import argparse
import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import cycle
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from bot.archive import Archive, connect
from bot.archive.search import complete
from bot.archive.search.aliases import Aliases
from bot.archive.search.desk import SearchDesk
from bot.model import Article, Feed, Owed, Query, Sighting, Subscription
from bot.regions import Region, Regions
from tests.bench.archive_build import build
from tests.bench.archive_corpus import START, YEARS, Corpus, Shape
from tests.bench.archive_peers import Reader, Tantivy, UsualIndex

BANDS = ("rare", "mid", "common", "very common")
NOW = START + timedelta(days=365.25 * YEARS)
_ROUNDS = 60  # of each shape
_OF_READER = 10_000


@dataclass
class Times:
    """Milliseconds of one shape."""

    spent: list[float] = field(default_factory=list)

    def add(self, ask: Callable[..., Any], *given: object) -> None:
        began = time.perf_counter()
        ask(*given)
        self.spent.append((time.perf_counter() - began) * 1000)

    def at(self, share: float) -> float:
        return sorted(self.spent)[min(len(self.spent) - 1, int(len(self.spent) * share))]

    def __str__(self) -> str:
        return f"{self.at(0.5):8.2f} {self.at(0.99):8.2f}" if self.spent else f"{'-':>8} {'-':>8}"


class Bench:
    """The archive and its peers over the same articles."""

    def __init__(self, file: Path, shape: Shape, peers: bool, folder: Path) -> None:
        self.corpus = Corpus(shape)
        self.db = connect.reader(file)
        self.regions = Regions([Region(code, code, 0, "", ()) for code in self.corpus.regions])
        self.desk = SearchDesk(self.regions, Aliases(), lambda: NOW)
        self.usual = UsualIndex(file, folder) if peers else None
        self.tantivy = Tantivy(file, folder) if peers else None
        self.words = {band: self.corpus.band(band, 40) for band in BANDS}

    def run(self) -> None:
        """Every shape, engine after engine, so that each drives the others out of the caches."""
        print(f"{'milliseconds, p50 and p99':34} {'ours':>17} {'usual FTS5':>17} {'tantivy':>17}")
        chance = Random(3)
        years = range(START.year, START.year + YEARS)
        for band in BANDS:
            self._row(f"newest, {band}", band, lambda word: (Query(word, order="newest"), None, None))
        for band in BANDS:
            self._row(
                f"newest, {band}, region and year",
                band,
                lambda word: (
                    Query(word, region=(code := chance.choice(self.corpus.regions)), order="newest",
                          after=str(year := chance.choice(years)), before=str(year + 1)),
                    code,
                    year,
                ),
            )  # fmt: skip
        for band in BANDS:
            self._row(f"best, {band}", band, lambda word: (Query(word), None, None))
        self._pairs("best, two common words", "common", "common")
        self._pairs("best, common and very common", "common", "very common")
        self._latest()
        self._completed(chance)
        self._related(chance)

    def _row(self, name: str, band: str, ask: Callable[[str], tuple[Query, str | None, int | None]]) -> None:
        ours, usual, tantivy = Times(), Times(), Times()
        for _, word in zip(range(_ROUNDS), cycle(self.words[band]), strict=False):
            query, region, year = ask(word)
            ours.add(self.desk.answer, self.db, query)
            newest = query.order == "newest"
            if self.usual is not None and len(usual.spent) < _ROUNDS // 3:
                given = (word, region, year) if newest else (word,)
                usual.add(self.usual.newest if newest else self.usual.best, *given)
            if self.tantivy is not None:
                given = (word, region, year) if newest else (word,)
                tantivy.add(self.tantivy.newest if newest else self.tantivy.best, *given)
        print(f"{name:34} {ours} {usual} {tantivy}", flush=True)

    def _pairs(self, name: str, one: str, other: str) -> None:
        ours, usual, tantivy = Times(), Times(), Times()
        for first, second in zip(self.words[one], reversed(self.words[other]), strict=True):
            words = f"{first} {second}"
            ours.add(self.desk.answer, self.db, Query(words))
            if self.usual is not None and self.tantivy is not None:
                usual.add(self.usual.best, words)
                tantivy.add(self.tantivy.best, words)
        print(f"{name:34} {ours} {usual} {tantivy}", flush=True)

    def _latest(self) -> None:
        """First pages, and pages somewhere in the middle of each region."""
        first, middle, usual = Times(), Times(), Times()
        for code in self.corpus.regions * 4:
            query = Query(region=code)
            cursor = f"o{_base36(int((NOW - timedelta(days=900)).timestamp()) // 60 * 64)}.1"
            first.add(self.desk.answer, self.db, query)
            middle.add(self.desk.answer, self.db, Query(region=code, cursor=cursor))
            if self.usual is not None:
                usual.add(self.usual.latest, code)
        print(f"{'latest of a region, first page':34} {first} {usual}")
        print(f"{'latest of a region, mid-archive':34} {middle}", flush=True)

    def _completed(self, chance: Random) -> None:
        for letters in (1, 2, 3, 4, 6):
            times = Times()
            for _ in range(_ROUNDS):
                typed = chance.choice(self.words[chance.choice(BANDS)])[:letters]
                times.add(complete.headlines, self.db, typed, 0, 25)
            print(f"{f'headlines, {letters} letters':34} {times}")

    def _related(self, chance: Random) -> None:
        keys = [row[0] for row in self.db.execute("SELECT id FROM article ORDER BY id DESC LIMIT 3000")]
        times = Times()
        for _ in range(_ROUNDS):
            times.add(self.desk.related, self.db, chance.choice(keys), 0, 5)
        print(f"{'related':34} {times}", flush=True)


async def together(file: Path, shape: Shape, seconds: float) -> None:
    """Sixteen searchers and a writer of twenty articles a second: does the event loop stay free?"""
    corpus = Corpus(shape)
    regions = Regions([Region(code, code, 0, "", ()) for code in corpus.regions])
    archive = await Archive.open(file, regions, now=lambda: NOW)
    words = [word for band in BANDS for word in corpus.band(band, 20)]
    lag, asked, added = Times(), Times(), Times()
    end = time.monotonic() + seconds

    async def beat() -> None:
        while time.monotonic() < end:
            began = time.perf_counter()
            await asyncio.sleep(0.005)
            lag.spent.append((time.perf_counter() - began - 0.005) * 1000)

    async def search(seed: int) -> None:
        chance = Random(seed)
        while time.monotonic() < end:
            word = chance.choice(words)
            query = Query(word, order=chance.choice(("newest", None)))
            began = time.perf_counter()
            kind = chance.randrange(3)
            if kind == 0:
                await archive.search(query)
            elif kind == 1:
                await archive.headlines(word[:3], 0)
            else:
                await archive.latest(Query())
            asked.spent.append((time.perf_counter() - began) * 1000)

    async def write() -> None:
        feed = await archive.add_feed(Feed("https://paper.test/feed/0", title="Paper 0"))
        number = 0
        while time.monotonic() < end:
            article, _ = corpus.article(10_000_000 + number, NOW + timedelta(seconds=number))
            began = time.perf_counter()
            await archive.accept([Sighting(article, feed, b"1", silent=True)], None, _nobody, NOW)
            added.spent.append((time.perf_counter() - began) * 1000)
            number += 1
            await asyncio.sleep(0.05)

    await asyncio.gather(beat(), write(), *(search(seed) for seed in range(16)))
    await archive.close()
    print(f"16 searchers and a writer: {len(asked.spent) / seconds:,.0f} questions a second")
    print(
        f"{'  question':34} {asked}\n{'  one article added':34} {added}\n{'  lag of the event loop':34} {lag}",
        flush=True,
    )


async def adding(file: Path, shape: Shape) -> None:
    """One article after another, each durable before the next."""
    corpus = Corpus(shape)
    archive = await Archive.open(file, Regions([Region("a", "a", 0, "", ())]), now=lambda: NOW)
    feed = await archive.add_feed(Feed("https://paper.test/feed/1", title="Paper 1"))
    times = Times()
    for number in range(300):
        article, _ = corpus.article(20_000_000 + number, NOW + timedelta(hours=1, seconds=number))
        began = time.perf_counter()
        await archive.accept([Sighting(article, feed, b"1", silent=True)], None, _nobody, NOW)
        times.spent.append((time.perf_counter() - began) * 1000)
    await archive.close()
    print(f"{'one article added, durable':34} {times}", flush=True)


def against_reader(file: Path, folder: Path, corpus: Corpus) -> None:
    """Ours over everything against reader over ten thousand."""
    reader = Reader(file, folder, _OF_READER)
    for band in ("common", "very common"):
        times = Times()
        for word in corpus.band(band, 10):
            times.add(reader.best, word)
        print(f"{f'reader, {_OF_READER:,} articles, best, {band}':46} {times}", flush=True)


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return digits


def _nobody(article: Article, subscriptions: Sequence[Subscription]) -> list[Owed]:
    return []


def main() -> None:
    """`make bench`, or by hand for a million."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument(
        "--folder", type=Path, help="where archives are kept between runs; one half built is gone on with"
    )
    parser.add_argument("--no-peers", action="store_true")
    asked = parser.parse_args()
    with TemporaryDirectory() as temporary:
        folder = asked.folder or Path(temporary)
        file, shape = folder / f"{asked.articles}.db", Shape(asked.articles)
        rate, size = build(file, shape)
        print(
            f"{asked.articles:,} articles: {size:,.0f} bytes each; built {rate:,.0f} a processor second (0: was there)"
        )
        Bench(file, shape, not asked.no_peers, Path(temporary)).run()
        asyncio.run(adding(file, shape))
        asyncio.run(together(file, shape, 10))
        if not asked.no_peers:
            against_reader(file, Path(temporary), Corpus(shape))


if __name__ == "__main__":
    main()

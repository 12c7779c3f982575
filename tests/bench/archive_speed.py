"""How fast the archive answers, beside its peers in the same run: 100,000 articles, or `--articles 1000000`."""

import argparse
import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from bot.archive import connect
from bot.archive.rows import marks
from bot.archive.search import complete, find
from bot.archive.search.aliases import Aliases
from bot.archive.search.best import best
from bot.archive.search.counts import Counts
from bot.archive.search.desk import SearchDesk
from bot.archive.search.pages import base36, read_cursor
from bot.archive.search.query import read
from bot.model import Query
from bot.regions import Region, Regions
from tests.bench.archive_build import build
from tests.bench.archive_corpus import NOW, START, YEARS, Corpus, Shape
from tests.bench.archive_peers import BareArchive, Reader, Tantivy, UsualIndex
from tests.bench.archive_together import Adds, adding, plainly, together
from tests.bench.times import Times

BANDS = ("rare", "mid", "common", "very common")
_ROUNDS = 60  # of each shape
_OF_USUAL = 20  # which takes its time
_OF_READER = 10_000
_TEN = "SELECT id, title, url, published FROM article"
Peer = tuple[str, str | None, int | None]  # words, region, year


class Ours:
    """The archive, asked in two ways: for what the peers give, and for what a reader gets."""

    def __init__(self, file: Path, regions: Regions) -> None:
        self.db = connect.reader(file)
        self._regions = regions
        self._desk = SearchDesk(regions, Aliases(), lambda: NOW)
        self._counts = Counts()

    def find(self, query: Query) -> list[tuple[int, str, str, int]]:
        """Ten hits: their keys, titles, addresses and dates."""
        return connect.at_one_moment(self._find)(self.db, query)

    def _find(self, db: connect.Connection, query: Query) -> list[tuple[int, str, str, int]]:
        asked = read(query, self._regions, NOW, Aliases())
        if query.order == "newest":
            keys = find.page(db, asked, query.viewer, read_cursor(query.cursor), 10).keys
        else:
            keys = list(best(db, asked, query.viewer, self._counts, 2**62).keys[:10])
        rows = {row[0]: row for row in db.execute(f"{_TEN} WHERE id IN ({marks(len(keys))})", keys)}
        return [tuple(rows[key]) for key in keys]

    def answer(self, query: Query) -> object:
        """The whole page: articles, snippets, how many there are, what was understood."""
        return connect.at_one_moment(self._desk.answer)(self.db, query)

    def related(self, key: int) -> object:
        return connect.at_one_moment(complete.related)(self.db, key, 0, 5)

    def headlines(self, typed: str) -> object:
        return connect.at_one_moment(complete.headlines)(self.db, typed, 0, 25)


class Bench:
    """The archive and its peers over the same articles."""

    def __init__(self, file: Path, shape: Shape, peers: bool, folder: Path) -> None:
        self.corpus = Corpus(shape)
        self._files = {"ours": file, "usual": folder / f"{file.stem}.usual", "tantivy": folder / f"{file.stem}.tantivy"}
        self.ours = Ours(file, Regions([Region(code, code, 0, "", ()) for code in self.corpus.regions]))
        self.usual = UsualIndex(file, folder) if peers else None
        self.tantivy = Tantivy(file, folder) if peers else None
        self.words = {band: self.corpus.band(band, _ROUNDS) for band in BANDS}

    def run(self) -> None:
        """Every shape, engine after engine, each with its files in the machine's memory."""
        print(f"{'milliseconds, p50 and p99':34} {'find':>17} {'find again':>17} {'whole answer':>17}"
              f" {'usual FTS5':>17} {'tantivy':>17} {'times as fast as they':>22}")  # fmt: skip
        chance = Random(3)
        years = range(START.year, START.year + YEARS)
        for band in BANDS:
            self._row(f"newest, {band}", [(word, None, None) for word in self.words[band]], newest=True)
        for band in BANDS:
            asked = [(word, chance.choice(self.corpus.regions), chance.choice(years)) for word in self.words[band]]
            self._row(f"newest, {band}, region, year", asked, newest=True)
        for band in BANDS:
            self._row(f"best, {band}", [(word, None, None) for word in self.words[band]])
        for name, one, other in (
            ("two common words", "common", "common"),
            ("common, very common", "common", "very common"),
        ):
            pairs = zip(self.words[one], reversed(self.words[other]), strict=True)
            self._row(f"best, {name}", [(f"{first} {second}", None, None) for first, second in pairs])
        begun = [(f"{word[:3]}*", None, None) for word in self.words["mid"][:_OF_USUAL]]
        for name, newest in (("newest, word*", True), ("best, word*", False)):
            self._row(name, begun, newest=newest, tantivy=False)  # which reads no star
        self._latest()
        self._completed(chance)
        self._related(chance)

    def _row(self, name: str, asked: Sequence[Peer], newest: bool = False, tantivy: bool = True) -> None:
        """`find again`: with what it reads in the connection's own memory, as what is asked often is."""
        found, again, whole, usual, theirs = Times(), Times(), Times(), Times(), Times()
        self._warm("ours")
        for number, (words, region, year) in enumerate(asked):
            after, before = ("", "") if year is None else (str(year), str(year + 1))
            query = Query(words, region, after=after, before=before, order="newest" if newest else None)
            ours: list[Callable[[], None]] = [
                lambda query=query: found.add(self.ours.find, query),  # type: ignore[misc]
                lambda query=query: whole.add(self.ours.answer, query),  # type: ignore[misc]
            ]
            for ask in ours if number % 2 else reversed(ours):  # neither always finds the pages read by the other
                ask()
            again.add(self.ours.find, query)
        for times, name_of, peer, most in (
            (usual, "usual", self.usual, _OF_USUAL), (theirs, "tantivy", self.tantivy if tantivy else None, _ROUNDS)
        ):  # fmt: skip
            if peer is not None:
                self._warm(name_of)
                for given in asked[:most]:
                    times.add(peer.newest if newest else peer.best, *(given if newest else given[:1]))
        ratios = " ".join(f"{peer.at(0.5) / found.at(0.5):10,.1f}x" for peer in (usual, theirs) if peer.spent)
        print(f"{name:34} {found} {again} {whole} {usual} {theirs} {ratios}", flush=True)

    def _warm(self, engine: str) -> None:
        """Read an engine's files once: what a disk takes is no engine's doing, and some systems soon forget a file."""
        path = self._files[engine]
        for file in sorted(path.iterdir()) if path.is_dir() else [path]:
            with file.open("rb", buffering=0) as whole:
                while whole.read(2**24):
                    pass

    def _latest(self) -> None:
        """First pages, and pages somewhere in the middle of each region."""
        usual = Times()
        self._warm("ours")
        middle = f"o{base36(int((NOW - timedelta(days=900)).timestamp()) // 60 * 64)}.1"
        for name, cursor in (("first page", ""), ("in the middle", middle)):
            found, whole = Times(), Times()
            for code in self.corpus.regions * 8:
                query = Query(region=code, cursor=cursor, order="newest")
                found.add(self.ours.find, query)
                whole.add(self.ours.answer, query)
                if self.usual is not None and not cursor and len(usual.spent) < _ROUNDS:
                    usual.add(self.usual.latest, code)
            print(f"{f'latest of a region, {name}':34} {found} {whole} {'' if cursor else usual}", flush=True)

    def _completed(self, chance: Random) -> None:
        for letters in (1, 2, 3, 4, 6):
            times = Times()
            for _ in range(_ROUNDS * 2):
                typed = chance.choice(self.words[chance.choice(BANDS)])[:letters]
                times.add(self.ours.headlines, typed)
            print(f"{f'headlines, {letters} letters':34} {times}")

    def _related(self, chance: Random) -> None:
        keys = [row[0] for row in self.ours.db.execute("SELECT id FROM article ORDER BY id DESC LIMIT 3000")]
        times = Times()
        for _ in range(_ROUNDS * 2):
            times.add(self.ours.related, chance.choice(keys))
        print(f"{'related':34} {times}   p95 {times.at(0.95):.1f}", flush=True)


def against_reader(file: Path, folder: Path, corpus: Corpus) -> None:
    """Ours over everything against reader over ten thousand."""
    reader = Reader(file, folder, _OF_READER)
    for band in ("common", "very common"):
        times = Times()
        for word in corpus.band(band, 10):
            times.add(reader.best, word)
        print(f"{f'reader, {_OF_READER:,} articles, best, {band}':46} {times}", flush=True)
    added = Times()
    for number in range(_OF_USUAL):
        added.add(reader.add, corpus.article(2**40 + number, NOW)[0])
    print(f"{f'reader, {_OF_READER:,} articles, one added and indexed':46} {added}", flush=True)


def keepers(file: Path, folder: Path) -> list[tuple[str, Adds]]:
    """Peers that keep one article after another, waiting for the disk no more than ours does where nothing is owed."""
    usual = UsualIndex(file, folder)
    usual.prepare_to_add()
    return [
        ("usual FTS5, not durable", usual),
        ("bare rows and the same indexes, not durable", BareArchive(file, folder)),
    ]


def main() -> None:
    """`make bench`, or by hand for a million."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=100_000)
    parser.add_argument(
        "--folder", type=Path, help="where archives are kept between runs; one half built is gone on with"
    )
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--build", action="store_true", help="make what is asked, the peers' indexes too, and stop")
    asked = parser.parse_args()
    with TemporaryDirectory() as temporary:
        folder = asked.folder or Path(temporary)
        file, shape = folder / f"{asked.articles}.db", Shape(asked.articles)
        rate, size = build(file, shape)
        print(
            f"{asked.articles:,} articles: {size:,.0f} bytes each; built {rate:,.0f} a processor second (0: was there)"
        )
        bench = Bench(file, shape, not asked.no_peers, folder)
        if asked.build:
            return
        bench.run()
        plainly(file, shape)
        asyncio.run(adding(file, shape, [] if asked.no_peers else keepers(file, folder)))
        asyncio.run(together(file, shape, 10))
        if not asked.no_peers:
            against_reader(file, Path(temporary), Corpus(shape))


if __name__ == "__main__":
    main()

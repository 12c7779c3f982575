"""Sixteen searchers and a writer at once, and one article after another: parts of archive_speed."""

import asyncio
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from random import Random
from typing import Protocol, TypeVar

from bot.archive import Archive, accept, articles, backlog, connect, feeds
from bot.archive.connect import Connection
from bot.model import Article, Feed, Owed, Query, Sighting, Subscription
from bot.regions import Region, Regions
from tests.bench.archive_corpus import NOW, Corpus, Shape
from tests.bench.times import Times

BANDS = ("rare", "mid", "common", "very common")
_PAUSE = 0.05  # seconds between two articles
_TURNS, _ADDED = 3, 150  # each way's, and articles in one
R = TypeVar("R")


class Adds(Protocol):
    """A peer that keeps one more article, in a transaction of its own."""

    def add(self, article: Article) -> None: ...


async def together(file: Path, shape: Shape, seconds: float) -> None:
    """Sixteen searchers and a writer of twenty articles a second: does the event loop stay free?"""
    corpus = Corpus(shape)
    regions = Regions([Region(code, code, 0, "", ()) for code in corpus.regions])
    archive = await Archive.open(file, regions, now=lambda: NOW)
    words = [word for band in BANDS for word in corpus.band(band, 60)]
    fresh = _articles(corpus, int(seconds / _PAUSE), await _end(archive))
    lag, added = Times(), Times()
    asked = {kind: Times() for kind in ("newest", "best", "headlines", "latest")}
    end = time.monotonic() + seconds

    async def beat() -> None:
        while time.monotonic() < end:
            began = time.perf_counter()
            await asyncio.sleep(0.005)
            lag.spent.append((time.perf_counter() - began - 0.005) * 1000)

    async def search(seed: int) -> None:
        chance = Random(seed)
        while time.monotonic() < end:
            word, kind = (
                chance.choice(words),
                chance.choice(("newest", "best", "headlines", "headlines", "latest", "latest")),
            )
            began = time.perf_counter()
            if kind == "headlines":
                await archive.headlines(word[:3], 0)
            elif kind == "latest":
                await archive.latest(Query())
            else:
                await archive.search(Query(word, order="newest" if kind == "newest" else None))
            asked[kind].spent.append((time.perf_counter() - began) * 1000)

    async def write() -> None:
        feed = await archive.add_feed(Feed("https://paper.test/feed/0", title="Paper 0"))
        for article, seen in fresh:
            began = time.perf_counter()
            await archive.accept([Sighting(article, feed, b"1", silent=True)], None, _nobody, seen)
            added.spent.append((time.perf_counter() - began) * 1000)
            await asyncio.sleep(_PAUSE)

    await asyncio.gather(beat(), write(), *(search(seed) for seed in range(16)))
    await archive.close()
    number = sum(len(times.spent) for times in asked.values())
    print(f"16 searchers and a writer: {number / seconds:,.0f} questions a second, {len(added.spent)} articles added")
    for name, times in {**asked, "one article added": added, "lag of the event loop": lag}.items():
        print(f"{f'  {name}':30} {times}   max {max(times.spent):.1f}", flush=True)


def plainly(file: Path, shape: Shape) -> None:
    """One article after another in one thread that does nothing else: what keeping it takes without an event loop. The
    mean is of all there is to do until the last one's words are in the indexes."""
    with closing(connect.writer(file)) as db:
        connect.set_durable(db, False)
        feed = feeds.every(db)[0]
        (newest,) = articles.load(db, [db.execute("SELECT max(id) FROM article").fetchone()[0]]).values()
        fresh = _articles(Corpus(shape), _TURNS * _ADDED, max(NOW, newest.published or NOW))
        times, began = Times(), time.perf_counter()
        for article, seen in fresh:
            times.add(_keep, db, Sighting(article, feed, b"1", silent=True), seen)
            while backlog.is_due(db):
                _in_one(db, backlog.catch_up)
        while _in_one(db, backlog.catch_up):
            pass
        mean = (time.perf_counter() - began) * 1000 / len(fresh)
    print(f"{'one article added, not owed, in a plain loop':46} {times}   mean {mean:.2f}", flush=True)


def _keep(db: Connection, sighting: Sighting, seen: datetime) -> None:
    _in_one(db, lambda db: accept.accept(db, [sighting], None, _nobody, seen))


def _in_one(db: Connection, work: Callable[[Connection], R]) -> R:
    db.execute("BEGIN IMMEDIATE")
    done = work(db)
    db.execute("COMMIT")
    return done


async def adding(file: Path, shape: Shape, peers: Sequence[tuple[str, Adds]]) -> None:
    """One article after another, each kept before the next: as it is for news that nobody is owed, for news that
    somebody is, which waits for the disk, for news whose words somebody asks for at once, and as peers keep it. Each in
    a thread of its own, as an event loop needs. The mean is of all there is to do until the last one's words are in
    the indexes, which ours puts there many at once, and of waits while the parts of an index are made one."""
    archive = await Archive.open(file, Regions([Region("a", "a", 0, "", ())]), now=lambda: NOW)
    feed = await archive.add_feed(Feed("https://paper.test/feed/1", title="Paper 1"))
    quiet, owed, asked = (f"one article added, {how}" for how in ("not owed", "durable", "its words asked for at once"))
    spent = {name: Times() for name in (quiet, owed, asked, *(name for name, _ in peers))}
    whole = dict.fromkeys(spent, 0.0)
    fresh = iter(_articles(Corpus(shape), len(spent) * _TURNS * _ADDED, await _end(archive)))
    loop = asyncio.get_running_loop()

    async def ours(name: str) -> None:
        started = time.perf_counter()
        for article, seen in islice(fresh, _ADDED):
            sighting = Sighting(article, feed, b"1", silent=name != owed)
            began = time.perf_counter()
            await archive.accept([sighting], None, _nobody, seen)
            if name == asked:
                await archive.catch_up()
            spent[name].spent.append((time.perf_counter() - began) * 1000)
        await archive.catch_up()
        whole[name] += time.perf_counter() - started

    async def theirs(name: str, peer: Adds) -> None:
        started = time.perf_counter()
        for article, _ in islice(fresh, _ADDED):
            began = time.perf_counter()
            await loop.run_in_executor(thread, peer.add, article)
            spent[name].spent.append((time.perf_counter() - began) * 1000)
        whole[name] += time.perf_counter() - started

    with ThreadPoolExecutor(1) as thread:
        for _ in range(_TURNS):
            await ours(quiet)
            await ours(owed)
            for name, peer in peers:
                await theirs(name, peer)
        for _ in range(_TURNS):  # apart, for it makes many more parts of the indexes, which others would make fewer
            await ours(asked)
    await archive.close()
    means = {name: seconds * 1000 / len(spent[name].spent) for name, seconds in whole.items()}
    for name, times in spent.items():
        beside = f"   ours in {means[quiet] / means[name]:.2f} of its mean" if name in dict(peers) else ""
        print(f"{name:46} {times}   mean {means[name]:.2f}{beside}", flush=True)


async def _end(archive: Archive) -> datetime:
    """When the newest article appeared, of an earlier run too: news comes after it."""
    newest = (await archive.latest(Query(limit=1))).hits[0].article
    return max(NOW, newest.published or NOW)


def _articles(corpus: Corpus, number: int, end: datetime) -> list[tuple[Article, datetime]]:
    """Articles that an archive kept from an earlier run does not know, and when each is seen."""
    first = int(time.time()) * 1000  # none of another run, nor of the part before
    moments = [end + timedelta(seconds=3 * (each + 1)) for each in range(number)]
    return [(corpus.article(first + each, moment)[0], moment) for each, moment in enumerate(moments)]


def _nobody(article: Article, subscriptions: Sequence[Subscription]) -> list[Owed]:
    return []

"""The scene of the poller's benchmarks: a server in another process, a poller over a real archive, and the clocks."""

import asyncio
import gc
import logging
import os
import random
import resource
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Self
from urllib.request import urlopen

from bot.archive.archive import Archive
from bot.delivery.route import route
from bot.intake.classify import load_classifier
from bot.intake.fetch import Fetcher, open_session
from bot.intake.manners import Manners
from bot.intake.worker import ParseWorker
from bot.model import Feed, Subscription
from bot.poller import Poller
from bot.poller.placing import Placing
from bot.poller.reading import Reading
from bot.poller.taking import Taking
from bot.regions import load_regions
from bot.settings import shipped
from tests.fakes import Clock, Names

AT_ONCE = 20
START = datetime(2026, 3, 3, tzinfo=UTC)
_TICK = 0.005
_RESTING = 0.03  # CPU seconds in a second: the ticks alone


@dataclass(frozen=True)
class Cost:
    """What a round cost."""

    wall: float
    own: float = 0.0  # CPU seconds of this process, all its threads
    helper: float = 0.0  # CPU seconds of the worker processes
    lags: tuple[float, ...] = ()  # by how much a timer of five milliseconds was late, each time

    @property
    def cpu(self) -> float:
        return self.own + self.helper

    @classmethod
    def middle(cls, costs: Sequence[Self]) -> Self:
        """The median of each figure; all lags."""
        lags = tuple(lag for cost in costs for lag in cost.lags)
        parts = [(cost.wall, cost.own, cost.helper) for cost in costs]
        wall, own, helper = (median(part) for part in zip(*parts, strict=True))
        return cls(wall, own, helper, lags)

    def lag(self, share: float) -> float:
        """In milliseconds."""
        return sorted(self.lags)[min(len(self.lags) - 1, int(len(self.lags) * share))] * 1000 if self.lags else 0.0

    def line(self, name: str, feeds: int) -> str:
        own, helper = self.own / feeds * 1000, self.helper / feeds * 1000
        cpu = f"CPU {own:6.2f} ms/feed" + (f" + worker {helper:5.2f}" if helper else " " * 15)
        lag = f"   lag p99 {self.lag(0.99):5.1f} max {self.lag(1):5.1f} ms" if self.lags else ""
        return f"  {name:28} wall {self.wall:6.2f} s   {cpu}{lag}"


@contextmanager
def serving() -> Iterator[int]:
    """The port of a server of many feeds."""
    logging.getLogger("bot").setLevel(logging.CRITICAL)  # thousands of feeds would tell their stories
    with subprocess.Popen(
        [sys.executable, "-m", "tests.bench.poller_server"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None and server.stdin is not None
        try:
            yield int(server.stdout.readline())
        finally:
            server.stdin.close()


def turn(port: int, version: int, below: int = 1_000_000) -> None:
    """From now on the feeds with a smaller number say this."""
    _tell(port, f"version/{version}/{below}")


def keep_connections(port: int, keep: bool) -> None:
    """Whether the server lets a connection live; from one poll to the next after ten minutes, none does."""
    _tell(port, f"keep/{int(keep)}")


def address(port: int, feed: int) -> str:
    return f"http://f{feed}.test:{port}/feed/{feed}"  # each of a publisher of its own


@dataclass(frozen=True)
class House:
    """A poller and what it stands on."""

    poller: Poller
    archive: Archive
    worker: ParseWorker

    async def round(self) -> Cost:
        """Every feed once."""
        return await measured(lambda: self.poller.round(every=True), self.worker)


@asynccontextmanager
async def house(port: int, feeds: int, clock: Clock | None = None) -> AsyncIterator[House]:
    """A poller over a real archive file."""
    clock = clock or Clock(START)
    regions = load_regions(shipped() / "regions.toml")
    worker = ParseWorker()
    with TemporaryDirectory() as folder:
        archive = await Archive.open(Path(folder) / "archive.db", regions, now=clock.now)
        async with open_session(private=True, resolver=Names()) as session:
            manners = Manners(clock, at_once=AT_ONCE)
            fetcher = Fetcher(session, manners, user_agent="Newsdesk/bench (+https://bench.test)")
            placing, reading = Placing(load_classifier(shipped(), regions), regions), Reading(worker)
            taking = Taking(archive, fetcher, reading, placing, route)
            await archive.subscribe(Subscription("channel:1", "*", guild=1))
            await asyncio.gather(*(archive.add_feed(Feed(address(port, n), pages=False)) for n in range(feeds)))
            gc.freeze()  # as the bot does when all is loaded
            poller = Poller(archive, fetcher, reading, placing, taking, clock, chance=random.Random(1))
            yield House(poller, archive, worker)
        await worker.close()
        await archive.close()


async def measured(work: Callable[[], Awaitable[object]], worker: ParseWorker | None = None) -> Cost:
    """What it costs, and how late the loop was meanwhile."""
    lags: list[float] = []

    async def tick() -> None:
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + _TICK
            await asyncio.sleep(_TICK)
            lags.append(max(0.0, loop.time() - due))

    ticking = asyncio.create_task(tick())
    helped = _helpers(worker)
    wall, cpu = time.perf_counter(), time.process_time()
    await work()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    helped = _helpers(worker) - helped
    ticking.cancel()
    return Cost(wall, cpu, helped, tuple(lags))


async def at_rest() -> None:
    """Until the archive has done what it does in its spare time, after many articles at once; no poll causes that."""
    while (await measured(lambda: asyncio.sleep(1))).own > _RESTING:
        pass


def _helpers(worker: ParseWorker | None) -> float:
    """CPU seconds of all worker processes so far: of those that were replaced, and of the one at work."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return ended.ru_utime + ended.ru_stime + _living(worker.pid if worker else None)


def _living(pid: int | None) -> float:
    if pid is None:
        return 0.0
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:  # only Linux tells
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _tell(port: int, what: str) -> None:
    with urlopen(f"http://127.0.0.1:{port}/{what}") as answer:
        answer.read()

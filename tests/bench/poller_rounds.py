"""Rounds of a thousand feeds: unchanged beside a bare aiohttp loop, changed beside `reader`; and the loop's lag."""

import argparse
import asyncio
import gc
import os
import random
import subprocess
import sys
import time
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
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

FEEDS = 1000
AT_ONCE = 20
TICK = 0.005


@dataclass
class Cost:
    """What a round cost."""

    wall: float
    cpu: float  # this process
    helper: float = 0.0  # the worker process
    lags: tuple[float, ...] = ()

    def lag(self, share: float) -> float:
        return sorted(self.lags)[min(len(self.lags) - 1, int(len(self.lags) * share))] * 1000 if self.lags else 0.0


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--feeds", type=int, default=FEEDS)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--many", type=int, default=10_000, help="feeds in the simulated ten minutes")
    arguments = parser.parse_args()
    with subprocess.Popen(
        [sys.executable, "-m", "tests.bench.poller_server"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None and server.stdin is not None
        port = int(server.stdout.readline())
        try:
            asyncio.run(_all(port, arguments.feeds, arguments.rounds))
            asyncio.run(_simulated(port, arguments.many))
            _reader(port, arguments.feeds)
        finally:
            server.stdin.close()


async def _all(port: int, feeds: int, rounds: int) -> None:
    turn(port, 1)
    async with house(port, feeds) as (poller, worker, _):
        await _measured(lambda: poller.round(every=True), worker)
        bare_costs, own_costs = [], []
        for _ in range(rounds):  # interleaved: the machine is not always equally quick
            bare_costs.append(await bare(port, feeds))
            own_costs.append(await _measured(lambda: poller.round(every=True), worker))
        ours, peer = min(own_costs, key=_cpu), min(bare_costs, key=_cpu)
        print(f"{feeds} feeds, unchanged (304), best of {rounds}")
        _line("bare aiohttp loop", peer, feeds)
        _line("newsdesk", ours, feeds)
        print(f"  CPU per feed: {ours.cpu / peer.cpu:.2f} x the bare loop (wanted: at most 1.5)")
        changed = []
        for version in range(2, 2 + rounds):
            turn(port, version)
            changed.append(await _measured(lambda: poller.round(every=True), worker))
        best = min(changed, key=lambda cost: cost.wall)
        print(f"{feeds} feeds, one new article each, best of {rounds}")
        _line("newsdesk", best, feeds)
        print(f"  newsdesk: {feeds / best.wall:.0f} articles/s")
        lags = [lag for cost in (*own_costs, *changed) for lag in cost.lags]
        both = Cost(0, 0, 0, tuple(lags))
        idle = await _measured(lambda: asyncio.sleep(3))  # what the machine itself is late by
        print(f"  an idle loop on this machine, now: lag p99 {idle.lag(0.99):.1f} ms, max {idle.lag(1):.1f} ms")
        print(f"  event loop lag in all of them: p99 {both.lag(0.99):.1f} ms, max {max(lags) * 1000:.1f} ms")


class Pace(Clock):
    """Time goes on when all that was due has been done."""

    async def sleep(self, duration: timedelta) -> None:
        while any(task.get_name().startswith("poll ") for task in asyncio.all_tasks()):
            await asyncio.sleep(0.002)
        await super().sleep(duration)


async def _simulated(port: int, feeds: int) -> None:
    """Ten minutes of a poller with very many feeds, as fast as it goes: what share of a core would that be?"""
    turn(port, 1)
    clock, every = Pace(datetime(2026, 3, 3, tzinfo=UTC)), timedelta(minutes=10)
    async with house(port, feeds, clock) as (poller, worker, archive):
        now, chance = clock.now(), random.Random(2)
        for start in range(0, feeds, 1000):
            sources = (await archive.sources())[start : start + 1000]
            known = [
                replace(
                    each, etag=f'"{each.url.rpartition("/")[2]}-1"', digest=b"known", polled=now, succeeded=now,
                    next_poll=now + every * chance.random(), status="ok",
                )
                for each in sources
            ]  # fmt: skip
            await archive.settle_sources(known)
        polling = asyncio.create_task(poller.run())

        async def ten_minutes() -> None:
            while clock.now() < now + every:
                await asyncio.sleep(0.01)

        cost = await _measured(ten_minutes, worker)
        polling.cancel()
        await asyncio.gather(polling, return_exceptions=True)
        share = _cpu(cost) / every.total_seconds()
        print(f"{feeds} feeds at 10 minutes, simulated clock, all unchanged: {share:.2%} of one core")


def _cpu(cost: Cost) -> float:
    return cost.cpu + cost.helper


def _line(name: str, cost: Cost, feeds: int) -> None:
    print(
        f"  {name:18} wall {cost.wall:6.2f} s   CPU {cost.cpu / feeds * 1000:5.2f} ms/feed"
        f" + worker {cost.helper / feeds * 1000:4.2f}   lag p99 {cost.lag(0.99):5.1f} ms max {cost.lag(1):5.1f} ms"
    )


def turn(port: int, version: int) -> None:
    """From now on the feeds say this."""
    with urlopen(f"http://127.0.0.1:{port}/version/{version}") as answer:
        answer.read()


@asynccontextmanager
async def house(
    port: int, feeds: int, clock: Clock | None = None
) -> AsyncIterator[tuple[Poller, ParseWorker, Archive]]:
    """A poller over a real archive file."""
    clock = clock or Clock(datetime(2026, 3, 3, tzinfo=UTC))
    regions = load_regions(shipped() / "regions.toml")
    worker = ParseWorker()
    with TemporaryDirectory() as folder:
        archive = await Archive.open(Path(folder) / "archive.db", regions, now=clock.now)
        async with open_session(private=True, resolver=Names()) as session:
            fetcher = Fetcher(
                session, Manners(clock, at_once=AT_ONCE), user_agent="Newsdesk/bench (+https://bench.test)"
            )
            placing = Placing(load_classifier(shipped(), regions), regions)
            reading = Reading(worker)
            taking = Taking(archive, fetcher, reading, placing, route)
            await archive.subscribe(Subscription("channel:1", "*", guild=1))
            for number in range(feeds):
                await archive.add_feed(Feed(address(port, number), pages=False))
            gc.freeze()  # as the bot does when all is loaded
            yield Poller(archive, fetcher, reading, placing, taking, clock, chance=random.Random(1)), worker, archive
        await worker.close()
        await archive.close()


def address(port: int, feed: int) -> str:
    return f"http://f{feed}.bench.test:{port}/feed/{feed}"


async def bare(port: int, feeds: int) -> Cost:
    """What asking costs at the very least: a conditional GET each, and nothing else."""
    async with open_session(private=True, resolver=Names()) as session:
        crowd = asyncio.Semaphore(AT_ONCE)

        async def one(number: int) -> None:
            headers = {"If-None-Match": f'"{number}-1"', "User-Agent": "bare"}
            async with crowd, session.get(address(port, number), headers=headers) as response:
                await response.read()
                assert response.status == 304

        async def every() -> None:
            async with asyncio.TaskGroup() as tasks:
                for number in range(feeds):
                    tasks.create_task(one(number))

        return await _measured(every)


async def _measured(work: Callable[[], Awaitable[object]], worker: ParseWorker | None = None) -> Cost:
    lags: list[float] = []

    async def tick() -> None:
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + TICK
            await asyncio.sleep(TICK)
            lags.append(max(0.0, loop.time() - due))

    ticking = asyncio.create_task(tick())
    helped = _helper(worker)
    wall, cpu = time.perf_counter(), time.process_time()
    await work()
    cost = Cost(time.perf_counter() - wall, time.process_time() - cpu, _helper(worker) - helped, ())
    ticking.cancel()
    cost.lags = tuple(lags)
    return cost


def _helper(worker: ParseWorker | None) -> float:
    """CPU seconds of the worker process, where the system tells."""
    try:
        pid = worker.pid if worker else None
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _reader(port: int, feeds: int) -> None:
    """The peer: the same feeds, updated into its own file."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from reader import make_reader
    except ImportError:
        print("  (reader is not installed: no comparison)")
        return
    with TemporaryDirectory() as folder:
        turn(port, 1)
        peer = make_reader(str(Path(folder) / "reader.sqlite"))
        for number in range(feeds):
            peer.add_feed(f"http://127.0.0.1:{port}/feed/{number}")
        peer.update_feeds(workers=AT_ONCE)
        turn(port, 2)
        time.sleep(0.1)
        peer_now = datetime.now(UTC) + timedelta(days=2)
        peer._now = lambda: peer_now  # type: ignore[method-assign, unused-ignore]  # it asks each feed once an hour only
        wall, cpu = time.perf_counter(), time.process_time()
        peer.update_feeds(workers=AT_ONCE)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        got = peer.get_entry_counts().total
        print(f"  reader: {feeds / wall:.0f} articles/s (wall {wall:.1f} s, CPU {cpu / feeds * 1000:.1f} ms/feed)", got)


if __name__ == "__main__":
    main()

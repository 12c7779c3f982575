"""Rounds of a thousand feeds: unchanged beside a bare aiohttp loop, new and changed beside `reader`; the loop's lag."""

import argparse
import asyncio
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from bot.intake.fetch import open_session
from bot.model import OPERATOR, Query, Source
from tests.bench import poller_peers as peers
from tests.bench.poller_scene import START, Cost, House, at_rest, house, keep_connections, measured, serving, turn
from tests.bench.poller_server import ITEMS
from tests.fakes import Clock, Names

FEEDS = 1000
MANY = 10_000
TEN_MINUTES = timedelta(minutes=10)
CHANGED = 0.02  # of polls bring something: three articles a day, polled every ten minutes


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--feeds", type=int, default=FEEDS)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--many", type=int, default=MANY, help="feeds in the simulated ten minutes")
    parts: dict[str, Callable[[int, argparse.Namespace], None]] = {
        "unchanged": _unchanged, "changed": _changed, "simulated": _simulated
    }  # fmt: skip
    parser.add_argument("--only", choices=parts, action="append")
    arguments = parser.parse_args()
    with serving() as port:
        for name in arguments.only or parts:
            parts[name](port, arguments)


# --- (a) nothing new --------------------------------------------------------------------------------------------


def _unchanged(port: int, arguments: argparse.Namespace) -> None:
    asyncio.run(_beside_a_bare_loop(port, arguments.feeds, arguments.rounds))


async def _beside_a_bare_loop(port: int, feeds: int, rounds: int) -> None:
    turn(port, 1)
    async with house(port, feeds) as here, open_session(private=True, resolver=Names()) as session:
        await here.round()
        await at_rest()
        print(f"{feeds} feeds, unchanged (304), median of {rounds} rounds, by turns")
        for keep in (False, True):
            keep_connections(port, keep)
            await peers.bare(session, port, feeds)
            await here.round()
            pairs = [(await peers.bare(session, port, feeds), await here.round()) for _ in range(rounds)]
            theirs, ours = (Cost.middle([pair[who] for pair in pairs]) for who in (0, 1))
            print(theirs.line(f"bare loop, {'kept' if keep else 'new'} connections", feeds))
            print(ours.line("newsdesk", feeds))
            ratios = sorted(mine.cpu / bare.cpu for bare, mine in pairs)
            print(
                f"  CPU per feed: {ours.cpu / theirs.cpu:.2f} x the bare loop, round by round "
                f"{ratios[0]:.2f} to {ratios[-1]:.2f}" + ("" if keep else " (wanted: at most 1.5)")
            )
        keep_connections(port, True)


# --- (b) one new article each -----------------------------------------------------------------------------------


def _changed(port: int, arguments: argparse.Namespace) -> None:
    feeds = arguments.feeds
    ours = asyncio.run(_first_and_changed(port, feeds, arguments.rounds))
    theirs = peers.reader(port, feeds)
    if theirs is None:
        print("  (reader is not installed: no comparison)")
        return
    print(theirs.line("reader (no search index)", feeds))
    print(
        f"  articles a second: newsdesk {feeds / ours.wall:.0f}, reader {feeds / theirs.wall:.0f}: "
        f"{theirs.wall / ours.wall:.1f} x (wanted: at least 5); CPU {theirs.cpu / ours.cpu:.1f} x"
    )


async def _first_and_changed(port: int, feeds: int, rounds: int) -> Cost:
    turn(port, 1)
    async with house(port, feeds) as here:
        print(f"{feeds} feeds of {ITEMS} articles, polled for the first time")
        print((await here.round()).line("newsdesk", feeds))
        await here.round()  # nothing new, but the interval's first wait is shorter than the others
        costs = []
        for version in range(2, 2 + rounds):
            turn(port, version)
            costs.append(await here.round())
        ours = Cost.middle(costs)
        print(f"{feeds} feeds, one new article each, median of {rounds} rounds")
        print(ours.line("newsdesk (with search index)", feeds))
        idle = await measured(lambda: asyncio.sleep(3))
        print(idle.line("an idle loop, here and now", feeds))
        await _all_is_there(here, feeds, rounds)
        return ours


async def _all_is_there(here: House, feeds: int, rounds: int) -> None:
    """Each article is kept, owed, and found by its words."""
    kept = (await here.archive.latest(Query(limit=1))).total
    owed = sum((await here.archive.outbox()).values())
    found = 0
    for feed in range(0, feeds, max(1, feeds // 50)):
        hits = (
            await here.archive.search(Query(f'"story {ITEMS + rounds - 1} of magazine {feed}"', viewer=OPERATOR))
        ).hits
        found += [hit.article.url.partition(".bench.test")[0] for hit in hits] == [f"http://f{feed}"]
    print(f"  in the archive: {kept:,}+ articles, {owed:,} of them owed; of 50 searched for, {found} found")
    assert owed == feeds * rounds and found == len(range(0, feeds, max(1, feeds // 50)))


# --- (d) many feeds, ten minutes --------------------------------------------------------------------------------


def _simulated(port: int, arguments: argparse.Namespace) -> None:
    asyncio.run(_ten_minutes(port, arguments.many))


class Pace(Clock):
    """Time goes on when all that was due has been done."""

    async def sleep(self, duration: timedelta) -> None:
        if not _polls(asyncio.current_task()):  # one that keeps its distance from its host would wait for itself
            while any(map(_polls, asyncio.all_tasks())):
                await asyncio.sleep(0.002)
        await super().sleep(duration)


def _polls(task: asyncio.Task[object] | None) -> bool:
    return task is not None and task.get_name().startswith("poll ")


async def _ten_minutes(port: int, feeds: int) -> None:
    """Of a poller with very many feeds, as fast as it goes: what share of a core would that be?"""
    turn(port, 1)
    keep_connections(port, False)
    clock, changed = Pace(START), int(feeds * CHANGED)
    async with house(port, feeds, clock) as here:
        sources = await here.archive.sources()
        for source in sources[:changed]:
            await here.poller.poll(source)  # what changes must be known
        await _known(here, clock, sources[changed:])
        print(f"{feeds} feeds every 10 minutes, simulated clock, a new connection each")
        for version, name in ((1, "all unchanged"), (2, f"{CHANGED:.0%} with a new article")):
            turn(port, version, below=changed)
            cost = await _run(here, clock)
            owed = sum((await here.archive.outbox()).values())
            print(cost.line(name, feeds))
            print(f"  {cost.cpu / TEN_MINUTES.total_seconds():.2%} of one core; {owed} articles owed")
    keep_connections(port, True)


async def _known(here: House, clock: Clock, sources: list[Source]) -> None:
    """As if these had been polled before, each at another moment of the last ten minutes."""
    now, chance = clock.now(), random.Random(2)
    for start in range(0, len(sources), 1000):
        known = [
            replace(
                each, etag=f'"{each.url.rpartition("/")[2]}-1"', digest=b"known", polled=now, succeeded=now,
                next_poll=now + TEN_MINUTES * chance.random(), status="ok",
            )
            for each in sources[start : start + 1000]
        ]  # fmt: skip
        await here.archive.settle_sources(known)


async def _run(here: House, clock: Clock) -> Cost:
    until = clock.now() + TEN_MINUTES
    polling = asyncio.create_task(here.poller.run())

    async def ten_minutes() -> None:
        while clock.now() < until:
            await asyncio.sleep(0.01)

    cost = await measured(ten_minutes, here.worker)
    polling.cancel()
    await asyncio.gather(polling, return_exceptions=True)
    return cost


if __name__ == "__main__":
    main()

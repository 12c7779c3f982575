"""One article to 3,000 channels in 60 servers, while 1,000 commands are answered, under Discord's own 50 a second."""

import argparse
import asyncio
import logging

from bot.stage import Channel, User
from bot.stage.places import Event
from tests.bench.delivery_scene import Bench, a_bench, share

PER_SECOND = 50  # what Discord allows
MOST = 1.1  # times the time that this takes
PATIENCE = 150  # milliseconds for a command


async def main() -> int:
    parser = argparse.ArgumentParser(prog="delivery_fanout")
    parser.add_argument("--channels", type=int, default=3000)
    parser.add_argument("--guilds", type=int, default=60)
    parser.add_argument("--commands", type=int, default=1000)
    asked = parser.parse_args()
    async with a_bench() as bench:
        places = _build(bench, asked.guilds, asked.channels // asked.guilds)
        await bench.subscribe([(each.guild.id, each.id) for _, each in places if each.guild])
        await bench.begin()
        best = len(places) / PER_SECOND
        answering = asyncio.create_task(_ask(bench, places, asked.commands, best))
        bench.press.titles.append("Rain in Kenya")
        posted = _Posted(bench)
        await bench.until(lambda: posted.count() >= len(places), patience=best * 3 + 60)
        taken = posted.last - posted.first
        waits = await answering
        limited = sum(1 for each in bench.stage.backstage.requests if each.status == 429)
        for each in [each for each in bench.stage.backstage.requests if each.status == 429][:5]:
            print(f"  limited      {each.method} {each.path}")
        await bench.stop()
    print(f"fan-out: {len(places)} channels, {asked.guilds} servers")
    print(f"  posts        {taken:7.1f} s  {taken / best:5.3f} of what 50/s allows (at most {MOST})  429: {limited}")
    median, most = share(waits, 0.5) * 1000, share(waits, 0.99) * 1000
    longest = max(waits) * 1000
    told = f"median {median:.0f} ms  p99 {most:.0f} ms (under {PATIENCE})  max {longest:.0f} ms"
    print(f"  commands     {len(waits):7d}    {told}")
    return 0 if taken <= best * MOST and not limited and most < PATIENCE else 1


class _Posted:
    """Counts posts as the stage receives them, and notes the first and the last."""

    def __init__(self, bench: Bench) -> None:
        self._number = 0
        self.first = self.last = 0.0
        self._loop = asyncio.get_running_loop()
        bench.stage.world.listeners.append(self._hear)

    def _hear(self, event: Event) -> None:
        if (
            event.name == "MESSAGE_CREATE"
            and event.only_for is None
            and event.message
            and not event.message.interaction
        ):
            self.last = self._loop.time()
            self.first = self.first or self.last
            self._number += 1

    def count(self) -> int:
        return self._number


def _build(bench: Bench, guilds: int, channels: int) -> list[tuple[User, Channel]]:
    places = []
    for number in range(guilds):
        guild = bench.stage.world.add_guild(f"Server {number}")
        reader = bench.stage.world.add_member(guild, f"Reader {number}", admin=True)
        places += [(reader, guild.add_channel(f"africa-{each}")) for each in range(channels)]
    return places


async def _ask(bench: Bench, places: list[tuple[User, Channel]], count: int, seconds: float) -> list[float]:
    """People of many servers ask for the latest, evenly over the time that the posts take."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    waits: list[float] = []

    async def one(reader: User, channel: Channel) -> None:
        at = loop.time()
        asked = await bench.stage.call(reader, channel, "latest", count=3)
        await asked.finished(10)
        waits.append(loop.time() - at)

    async with asyncio.TaskGroup() as people:
        for number in range(count):
            await asyncio.sleep(max(0.0, began + number * seconds / count - loop.time()))
            people.create_task(one(*places[number * 7 % len(places)]))
    return waits


if __name__ == "__main__":
    logging.basicConfig(level=logging.ERROR)
    raise SystemExit(asyncio.run(main()))

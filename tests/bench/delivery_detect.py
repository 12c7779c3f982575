"""From the last byte of a feed's answer to the post's arrival at Discord, on a bot that has nothing else to do."""

import argparse
import asyncio
import logging

from bot.stage.places import Event
from tests.bench.delivery_scene import a_bench, share

PAUSE = 0.3  # seconds between two articles


async def main() -> int:
    parser = argparse.ArgumentParser(prog="delivery_detect")
    parser.add_argument("--articles", type=int, default=100)
    asked = parser.parse_args()
    loop = asyncio.get_running_loop()
    received: dict[str, float] = {}

    def hear(event: Event) -> None:
        if event.name == "MESSAGE_CREATE" and event.message:
            received.setdefault(event.message.content.strip("*"), loop.time())

    async with a_bench() as bench:
        bench.stage.limits.set("POST", "/channels/{channel_id}/messages", 1000, 1.0)
        guild = bench.stage.world.add_guild("Server")
        bench.stage.world.add_member(guild, "Ada", admin=True)
        channel = guild.add_channel("africa")
        await bench.subscribe([(guild.id, channel.id)])
        await bench.begin()
        bench.stage.world.listeners.append(hear)
        for number in range(asked.articles):
            title = f"Story {number}"
            bench.press.titles.append(title)
            await bench.until(lambda title=title: title in received, patience=30)  # type: ignore[misc]
            await asyncio.sleep(PAUSE)
        waits = [received[title] - bench.press.answered[title] for title in received if title in bench.press.answered]
        await bench.stop()
    median, most = share(waits, 0.5) * 1000, share(waits, 0.99) * 1000
    print(f"detect to post: {len(waits)} articles, one after the other")
    print(f"  median {median:6.1f} ms (under 100)   p99 {most:6.1f} ms (under 500)   max {max(waits) * 1000:.1f} ms")
    return 0 if median < 100 and most < 500 else 1


if __name__ == "__main__":
    logging.basicConfig(level=logging.ERROR)
    raise SystemExit(asyncio.run(main()))

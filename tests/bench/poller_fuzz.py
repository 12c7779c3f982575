"""Ten thousand mutated feeds through the worker process: no crash, no hang; and how long they took."""

import argparse
import asyncio
import os
import time
from collections import Counter
from pathlib import Path

from bot.errors import NewsError
from bot.intake.worker import ParseWorker
from bot.model import Document
from tests.intake.mutations import mutated
from tests.intake.test_parse import FEEDS


def main() -> None:
    """Print one table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    arguments = parser.parse_args()
    shared = Path(os.environ.get("NEWSDESK_SHARED") or "/nowhere") / "feeds"
    real = [each for each in sorted(shared.glob("*.*")) if each.suffix in {".rss", ".atom", ".json"}]
    feeds = [each.read_bytes() for each in (*sorted(FEEDS.iterdir()), *real)]
    asyncio.run(_all(feeds, range(arguments.first, arguments.first + arguments.count)))


async def _all(feeds: list[bytes], seeds: range) -> None:
    worker, outcomes = ParseWorker(), Counter[str]()
    slowest, began = (0.0, 0), time.monotonic()
    for seed in seeds:
        started = time.monotonic()
        try:
            parsed = await worker.parse(Document("https://x.test/feed", 200, mutated(feeds, seed)))
            outcomes["a feed" if parsed.format else "no feed"] += 1
        except NewsError as error:
            outcomes[type(error).__name__] += 1
            print(f"  seed {seed}: {type(error).__name__}: {error}")
        slowest = max(slowest, (time.monotonic() - started, seed))
    await worker.close()
    took = time.monotonic() - began
    print(f"{len(seeds)} mutated feeds of {len(feeds)} in {took:.0f} s: {dict(outcomes)}")
    print(f"  slowest {slowest[0] * 1000:.0f} ms (seed {slowest[1]}), {worker.started} processes")


if __name__ == "__main__":
    main()

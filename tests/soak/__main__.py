"""The long check: `python -m tests.soak [--minutes 30] [--seed N]`; SOAK_MINUTES says the same."""

import argparse
import asyncio
import logging
import os
import secrets
import sys

from tests.soak.soak import a_soak
from tests.soak.watch import errors


async def main() -> int:
    parser = argparse.ArgumentParser(prog="soak", description="Let the bot run and see whether it grows.")
    parser.add_argument("--minutes", type=float, default=float(os.environ.get("SOAK_MINUTES", "30")))
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    asked = parser.parse_args()
    async with a_soak(asked.seed) as soak:
        wrong = await soak.soak(asked.minutes)
        count = soak._count()
        failed = len(errors(soak.data / "log"))
    watch = soak.watch
    if count.lost or count.twice or count.astray:
        wrong.append(count.words)
    for each in wrong:
        print(f"! {each}", file=sys.stderr)
    wal = max(each.wal for each in watch.samples)
    print(
        f"soak minutes={asked.minutes:g} articles={len(soak.press.stories) - 1} sent={count.sent} asked={soak.asked} "
        f"unanswered={soak.unanswered} "
        f"rss_start={watch.warm[0].rss:.0f} rss_end={watch.samples[-1].rss:.0f} slope={watch.slope:.2f} "
        f"fds={watch.samples[-1].fds} threads={watch.samples[-1].threads} wal={wal:.0f} late={soak.late:.3f} "
        f"lost={count.lost} twice={count.twice} parked={count.parked} errors={failed} seed={asked.seed}"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    logging.basicConfig(level=logging.CRITICAL)
    sys.exit(asyncio.run(main()))

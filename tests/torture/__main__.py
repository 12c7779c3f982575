"""The long torture: `python -m tests.torture [--kills 200] [--articles 500] [--seed N]`."""

import argparse
import asyncio
import logging
import secrets
import sys

from tests.torture.torture import a_torture


async def main() -> int:
    parser = argparse.ArgumentParser(prog="torture", description="Kill the bot at random and count what arrived.")
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--articles", type=int, default=500)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    asked = parser.parse_args()
    async with a_torture(asked.kills, asked.articles, asked.seed) as torture:
        count = await torture.run()
    print(count.words, file=sys.stderr)
    print(count)
    return 0 if count.is_good else 1


if __name__ == "__main__":
    logging.basicConfig(level=logging.CRITICAL)
    sys.exit(asyncio.run(main()))

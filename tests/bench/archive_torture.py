"""Kills an archive while it writes, and tears its log: `python -m tests.bench.archive_torture --lives 200`."""

import argparse
import asyncio
import secrets
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.archive.lives import many_lives

_GENERATION = 20  # lives of one file: it grows, and is looked at whole after each


async def _main(lives: int, seed: int) -> int:
    good = True
    for start in range(0, lives, _GENERATION):
        with TemporaryDirectory() as folder:
            toll = await many_lives(Path(folder), seed + start, min(_GENERATION, lives - start))
        good = good and toll.is_good
        print(f"seed {seed + start}: {toll}", flush=True)
    return 0 if good else 1


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lives", type=int, default=20)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    asked = parser.parse_args()
    sys.exit(asyncio.run(_main(asked.lives, asked.seed)))

"""Asks whatever comes: none of many random queries may raise or outlast its deadline (`--queries 1000000`)."""

import argparse
import asyncio
import secrets
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from bot.archive import Archive
from bot.archive.archive import DEADLINE
from bot.archive.search.aliases import load_aliases
from bot.model import Order, Query
from bot.regions import load_regions
from bot.settings import shipped
from tests.archive.conftest import Room
from tests.builders import NOON, an_article

_LATE = 0.1  # seconds that a stopped question may take to stop, on a machine with nothing else to do
_WORDS = [
    *("nato", "japan", "rain", "kenya", "vote", "treaty", "U.S.", "asia-pacific", "covid-19", "what's", "C++"),
    *("中文", "한국", "ไทย", "हिन्दी", "صين", "йод", "İ", "ß", "🇯🇵"),
]
_SIGNS = [
    *("(", ")", "-", "*", "OR", "AND", "NOT", "NEAR(", "NEAR", ":", "..", "|", "+", "^", "{", "}"),
    *(",", "'", "\\", "%", "_", '"'),
]
_KEYS = [
    *("region:", "feed:", "author:", "title:", "before:", "after:", "during:", "has:", "lang:", "sort:"),
    *("-region:", "-title:", "-has:", "-author:"),
]
_VALUES = [
    *("africa", "apac", "7d", "last week", "2026-03", "2026-03..", "image", "new", "best", "en", "*", '"', "nowhere"),
]
_LONGEST = 6000
_ORDERS: tuple[Order | None, ...] = (None, "newest", "relevance")


def a_query(chance: Random) -> Query:
    """Anything that may be typed, or pasted, or sent by a program."""
    kind = chance.random()
    if kind < 0.35:
        text = chance.choice((" ", "", " ")).join(_piece(chance) for _ in range(chance.randrange(12)))
    elif kind < 0.7:
        text = "".join(_letter(chance) for _ in range(chance.randrange(60)))
    elif kind < 0.97:
        text = " ".join(chance.choices(_WORDS + _SIGNS, k=chance.randrange(1, 9)))
    else:
        text = _piece(chance) * chance.randrange(_LONGEST)
    author, feed, after, before = (_piece(chance) if chance.random() < 0.06 else "" for _ in range(4))
    region = _piece(chance) if chance.random() < 0.06 else None
    cursor = chance.choice(("", "", "", "o5.2", "nzz.1", "r9x.11", _piece(chance)))
    viewer = chance.choice((0, 7, None))
    order = chance.choice(_ORDERS)
    return Query(text[:_LONGEST], region, author, feed, after, before, order, viewer, cursor=cursor)


def _piece(chance: Random) -> str:
    kind = chance.random()
    if kind < 0.3:
        return chance.choice(_WORDS)
    if kind < 0.55:
        return chance.choice(_SIGNS)
    if kind < 0.75:
        return chance.choice(_KEYS) + chance.choice(_VALUES)
    return "".join(_letter(chance) for _ in range(chance.randrange(8)))


def _letter(chance: Random) -> str:
    """Any character there is, halves of characters and private ones among them; often a plain one."""
    return chr(chance.choice((chance.randrange(128), chance.randrange(0x3000), chance.randrange(0x110000))))


async def ask(queries: int, seed: int) -> tuple[int, int, float]:
    """How many raised, how many were late, and the longest seconds."""
    chance, raised, late, longest = Random(seed), 0, 0, 0.0
    with TemporaryDirectory() as folder:
        regions, aliases = load_regions(shipped() / "regions.toml"), load_aliases(shipped() / "aliases.tsv")
        archive = await Archive.open(Path(folder) / "archive.db", regions, now=lambda: NOON, aliases=aliases)
        room = Room(archive)
        mine, theirs = await room.feed(), await room.feed(owner=7)
        for number in range(400):
            text = " ".join(chance.choices(_WORDS, k=80))
            article = an_article(f"{text[:60]} {number}", text=text, teaser=text[-90:], regions=("africa",))
            await room.takes_in(article, feed=theirs if number % 9 == 0 else mine)
        for number in range(queries):
            query = a_query(chance)
            began = time.perf_counter()
            try:
                await archive.search(query)
                await archive.headlines(query.words, query.viewer)
            except Exception as error:
                raised += 1
                print(f"RAISED {type(error).__name__}: {error} for {ascii(query)[:500]}", flush=True)
            spent = time.perf_counter() - began
            longest = max(longest, spent)
            if spent > 2 * (DEADLINE + _LATE):
                late += 1
                print(f"LATE {spent:.2f} s for {ascii(query)[:500]}", flush=True)
            if number % 50_000 == 49_999:
                print(f"  {number + 1:,} asked, {raised} raised, {late} late, longest {longest:.2f} s", flush=True)
        await archive.close()
    return raised, late, longest


def asked_of(queries: int, seed: int) -> tuple[int, int, float]:
    return asyncio.run(ask(queries, seed))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--queries", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1_000_000))
    parser.add_argument("--processes", type=int, default=1, help="each asks its share, with the next seed")
    asked = parser.parse_args()
    share, seeds = asked.queries // asked.processes, range(asked.seed, asked.seed + asked.processes)
    with ProcessPoolExecutor(asked.processes) as pool:
        parts = list(pool.map(asked_of, [share] * asked.processes, seeds))
    raised, late = sum(part[0] for part in parts), sum(part[1] for part in parts)
    longest = max(part[2] for part in parts) * 1000
    asked_all = f"{share * asked.processes:,} queries (seed {asked.seed})"
    print(f"{asked_all}: {raised} raised, {late} late, longest {longest:.0f} ms")
    return 1 if raised or late else 0


if __name__ == "__main__":
    sys.exit(main())

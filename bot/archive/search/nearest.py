"""Finds the newest that have a word which goes on (con*) by reading them.

The index gathers all places of all words that begin so before it tells the first of them: in a large archive, where
many have one, that takes seconds. There the newest texts have it, too.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.archive.connect import Connection
from bot.archive.search import candidates, verify
from bot.archive.search.compile import Plan
from bot.archive.search.query import Node
from bot.archive.search.verify import Check

LARGE = 20_000  # articles: in an archive of fewer, the index is as quick, and knows how many there are
_PIECE = 25  # texts that are read together
_FEW = 600  # that have all but the words that go on: all of them are read rather than the index asked
_MOST_READ = 200  # where there are more


@dataclass(frozen=True, slots=True)
class Nearest:
    """Keys that match, in the order of the walk, and whether there are no others."""

    keys: list[int]
    all: bool


def read(
    db: Connection,
    root: Node | None,
    plan: Plan,
    between: tuple[int, int],
    enough: int,
    *,
    most: int | None = None,
    upwards: bool = False,
    large: int = LARGE,
) -> Nearest | None:
    """Those among the nearest texts from one key to below another, at most so many; None where they seem to be fewer
    than enough, or the archive is not large: then the index is to be asked."""
    if root is None or plan.around is None or db.execute(_BEYOND, (large,)).fetchone() is None:
        return None
    keys = candidates.keys(db, plan, plan.around, between, _FEW, upwards=upwards)
    check, are_few = verify.reading(root), len(keys) < _FEW
    found: list[int] = []
    for start in range(0, len(keys) if are_few else _MOST_READ, _PIECE):
        found += _that_have_it(db, plan, keys[start : start + _PIECE], check)
        if len(found) >= (most or enough):
            return Nearest(found, False)
        if not are_few and len(found) * _MOST_READ < enough * (start + _PIECE):
            return None
    return Nearest(found, are_few)


def _that_have_it(db: Connection, plan: Plan, keys: Sequence[int], check: Check) -> list[int]:
    """Each text is read once, for a page and for the number of all."""
    fresh = [key for key in keys if key not in plan.read]
    have = set(candidates.that_pass(db, fresh, check))
    plan.read.update((key, key in have) for key in fresh)
    return [key for key in keys if plan.read[key]]


_BEYOND = "SELECT 1 FROM article_region WHERE owner = 0 AND region = 0 LIMIT 1 OFFSET ?"

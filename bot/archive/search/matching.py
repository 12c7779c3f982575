"""What matches, and how many do: as the index says, and by the texts where it cannot tell."""

from dataclasses import dataclass

from bot.archive.connect import Connection
from bot.archive.search import candidates, nearest, verify, walk
from bot.archive.search.compile import Plan
from bot.archive.search.query import Node

MOST_COUNTED = 1000  # beyond that it says "1,000+"
_PIECE, _LARGEST_PIECE = 25, 100  # candidates that are gathered together
_OF_TITLES = 200
_MOST_VERIFIED = 1500  # texts looked at for one page: half a second's work
STOPPED = f"looked at {_MOST_VERIFIED:,} texts that may have it, and no further"
_ENOUGH, _MOST_READ = 11, 100  # of the newest that have a word that goes on
_MOST_CHECKED = 250  # texts looked at only to say how many there are


@dataclass(frozen=True, slots=True)
class Walked:
    """Keys that match, and the key with which the looking ended, if it did so before it was through."""

    keys: list[int]
    end: int | None = None


def newest(
    db: Connection, root: Node | None, plan: Plan, between: tuple[int, int], most: int, *, upwards: bool = False
) -> Walked:
    """The newest that match, from one key to below another, newest first; `upwards`: the oldest, oldest first."""
    near = nearest.read(db, root, plan, between, most, upwards=upwards)
    if near is not None:
        return Walked(near.keys[:most])
    check = verify.checker(root)
    if check is None:
        return Walked(walk.keys(db, "words", (plan.filed(db, plan.words.all), *between, most), upwards=upwards))
    low, high = between
    found: list[int] = []
    number, looked_at = _PIECE if plan.around is None else _MOST_VERIFIED, 0  # what is gathered slowly, once
    number = max(number, _OF_TITLES) if plan.words.titled else number
    while len(found) < most:
        if looked_at >= _MOST_VERIFIED:
            return Walked(found, low - 1 if upwards else high)
        keys = candidates.keys(db, plan, plan.words, (low, high), number, upwards=upwards)
        found += candidates.that_pass(db, keys, check, most - len(found))
        if len(keys) < number:
            break
        low, high = (keys[-1] + 1, high) if upwards else (low, keys[-1])
        number, looked_at = min(2 * number, _LARGEST_PIECE), looked_at + number
    return Walked(found)


def number(db: Connection, root: Node | None, plan: Plan, known: int) -> tuple[int, bool]:
    """How many match, and whether that is only what is known of them: of few all texts are looked at, where need be."""
    between = plan.low, plan.high
    near = nearest.read(db, root, plan, between, _ENOUGH, most=_MOST_READ)
    if near is not None:
        return max(known, min(len(near.keys), _MOST_READ)), not near.all
    check = verify.checker(root)
    if check is None:
        (counted,) = db.execute(_COUNT, (plan.filed(db, plan.words.all), *between, MOST_COUNTED + 1)).fetchone()
        return at_most(int(counted))
    keys = candidates.keys(db, plan, plan.words, between, _MOST_CHECKED + 1)
    if len(keys) > _MOST_CHECKED:
        return min(known, MOST_COUNTED), True
    return len(candidates.that_pass(db, keys, check)), False


def at_most(counted: int) -> tuple[int, bool]:
    """So many, as far as anybody counts, and whether there are more."""
    return min(counted, MOST_COUNTED), counted > MOST_COUNTED


_COUNT = "SELECT count(*) FROM (SELECT 1 FROM words WHERE words MATCH ? AND rowid >= ? AND rowid < ? LIMIT ?)"

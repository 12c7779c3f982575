"""What may be an answer, as far as the indexes can tell; what is to be in the title, by that of titles too."""

import json
from collections.abc import Sequence

from bot.archive import articles
from bot.archive.connect import Connection
from bot.archive.search import walk
from bot.archive.search.compile import Plan, Words
from bot.archive.search.verify import Check

_LOADED = 100  # articles whose texts are looked at together
_MOST_TITLES = 5000  # that are looked up; beyond the last of them all the words together tell more


def keys(
    db: Connection, plan: Plan, words: Words, between: tuple[int, int], most: int, *, upwards: bool = False
) -> list[int]:
    """From one key to below another, at most so many: the newest ones and newest first; `upwards`: the oldest ones and
    oldest first."""
    found: list[int] = []
    if words.titled:
        titles = _titled(db, plan, words.titled, between, upwards)
        found = _among(db, plan, words.beside, between, most, titles, upwards) if words.beside else titles[:most]
        if len(titles) < _MOST_TITLES or len(found) == most:
            return found
        between = (titles[-1] + 1, between[1]) if upwards else (between[0], titles[-1])
    return found + walk.keys(db, "words", (plan.filed(db, words.all), *between, most - len(found)), upwards=upwards)


def that_pass(db: Connection, keys: Sequence[int], check: Check, most: int | None = None) -> list[int]:
    """The first, at most so many, of those whose texts are as they must be."""
    found: list[int] = []
    for start in range(0, len(keys), _LOADED):
        piece = keys[start : start + _LOADED]
        loaded = articles.load(db, piece)
        for key in piece:
            db.heed()
            if key in loaded and check(loaded[key]):
                found.append(key)
                if len(found) == most:
                    return found
    return found


def _among(
    db: Connection,
    plan: Plan,
    words: str,
    between: tuple[int, int],
    most: int,
    titles: list[int],
    upwards: bool,
) -> list[int]:
    """Those of the titles that have these words, too."""
    given = (plan.filed(db, words), *between, json.dumps(titles), most)
    return walk.in_order(db.execute(_UP if upwards else _DOWN, given).fetchone()[0], upwards)


def _titled(db: Connection, plan: Plan, words: str, between: tuple[int, int], upwards: bool) -> list[int]:
    """The nearest of them."""
    found: set[int] = set()
    for expression in plan.heads(db, words, title=True):
        found.update(walk.keys(db, "heads", (expression, *between, _MOST_TITLES), upwards=upwards))
    return sorted(found, reverse=not upwards)[:_MOST_TITLES]


# With the plus, or the index of words would be asked once for each title.
_AMONG = """
SELECT group_concat(rowid) FROM (
    SELECT rowid FROM words WHERE words MATCH ? AND rowid >= ? AND rowid < ?
    AND +rowid IN (SELECT value FROM json_each(?)) ORDER BY rowid {way} LIMIT ?)
"""
_DOWN, _UP = _AMONG.format(way="DESC"), _AMONG.format(way="ASC")

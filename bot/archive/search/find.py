"""Finds: the latest, the newest that match."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from heapq import merge

from bot.archive import articles
from bot.archive.connect import Connection
from bot.archive.search import compile as compiling
from bot.archive.search import matching, snippet
from bot.archive.search.compile import LAST_KEY, Plan
from bot.archive.search.matching import Walked
from bot.archive.search.pages import Cursor
from bot.archive.search.query import Asked, Filters
from bot.model import Found, Hit, Viewer

_NOTHING = Filters()
Walk = Callable[[int, int, bool, int], Walked]  # keys from, below, upwards or down, at most so many


@dataclass(frozen=True, slots=True)
class Page:
    """Keys of one page, newest first, and the keys from which it goes on in either direction, if it does."""

    keys: list[int]
    older: int | None
    newer: int | None
    whole: bool = True  # all that may match was looked at


def newest(db: Connection, asked: Asked, viewer: Viewer, cursor: Cursor, limit: int, told: str) -> Found:
    """The newest that match, a page of them. `told`: how it was understood, to which it adds how far it looked."""
    plan = compiling.plan(db, asked, viewer)
    lists = _lists(db, asked, viewer)
    shown = _turn(_walk(db, asked, plan, lists), plan, cursor, limit)
    first = max(1, cursor.first - len(shown.keys)) if cursor.way == "n" else cursor.first
    known = first - 1 + len(shown.keys) + (shown.whole and shown.older is not None)
    if shown.older is None:
        total, more = known, False
    elif lists is None:
        total, more = matching.number(db, asked.root, plan, known)
    else:
        total, more = matching.at_most(sum(_listed(db, each, plan) for each in lists))
    return Found(
        hits=hits(db, shown.keys, asked, viewer),
        total=max(total, known) if more else total,
        more=more,
        next="" if shown.older is None else str(Cursor("o", shown.older, first + len(shown.keys))),
        previous="" if shown.newer is None else str(Cursor("n", shown.newer, first)),
        first=first,
        understood=told if shown.whole else f"{told}; {matching.STOPPED}",
    )


def page(db: Connection, asked: Asked, viewer: Viewer, cursor: Cursor, limit: int) -> Page:
    """The keys of a page alone."""
    plan = compiling.plan(db, asked, viewer)
    return _turn(_walk(db, asked, plan, _lists(db, asked, viewer)), plan, cursor, limit)


def is_list(asked: Asked) -> bool:
    """Whether the lists of regions tell all that is asked, and no index is."""
    filters = asked.filters
    if asked.root is not None or len(filters.regions) > 1:
        return False
    return replace(filters, regions=(), start=None, end=None) == _NOTHING


def total(db: Connection, asked: Asked, plan: Plan, known: int, loose: bool) -> tuple[int, bool]:
    """How many there are, and whether there are more than anybody counts."""
    if loose:
        return known, False
    number, more = matching.number(db, asked.root, plan, known)
    return max(known, number), more


def hits(db: Connection, keys: Sequence[int], asked: Asked, viewer: Viewer) -> tuple[Hit, ...]:
    """The articles under these keys, with the place where the words are."""
    found = articles.shown(db, keys, viewer)
    mark = snippet.marker(asked.root)
    return tuple(Hit(found[key], mark(found[key])) for key in keys if key in found)


def _lists(db: Connection, asked: Asked, viewer: Viewer) -> list[tuple[int, int]] | None:
    """The lists to walk down, each an owner's of one region (0: of all), where that is all that is asked."""
    if not is_list(asked):
        return None
    filters = asked.filters
    region = 0
    if filters.regions:
        region = compiling.number_of(db, "region", filters.regions[0]) or -1
    return [(owner, region) for owner in articles.owners(db, viewer)]


def _walk(db: Connection, asked: Asked, plan: Plan, lists: list[tuple[int, int]] | None) -> Walk:
    if lists is not None:
        return _listing(db, lists)

    def walk(low: int, high: int, upwards: bool, most: int) -> Walked:
        return matching.newest(db, asked.root, plan, (low, high), most, upwards=upwards)

    return walk


def _listing(db: Connection, lists: list[tuple[int, int]]) -> Walk:
    def walk(low: int, high: int, upwards: bool, most: int) -> Walked:
        statement = f"""
            SELECT article FROM article_region WHERE owner = ? AND region = ? AND article >= ? AND article < ?
            ORDER BY article {"ASC" if upwards else "DESC"} LIMIT ?
            """  # noqa: S608 one of two words
        rows = (db.execute(statement, (*each, low, high, most)) for each in lists)
        return Walked(list(merge(*([row[0] for row in some] for some in rows), reverse=not upwards))[:most])

    return walk


def _listed(db: Connection, each: tuple[int, int], plan: Plan) -> int:
    row = db.execute(
        """
        SELECT count(*) FROM (
            SELECT 1 FROM article_region WHERE owner = ? AND region = ? AND article >= ? AND article < ? LIMIT ?)
        """,
        (*each, plan.low, plan.high, matching.MOST_COUNTED + 1),
    ).fetchone()
    return int(row[0])


def _turn(walk: Walk, plan: Plan, cursor: Cursor, limit: int) -> Page:
    """A page, in the direction of the cursor; one more is asked for, to see whether it goes on."""
    upwards = cursor.way == "n"
    low, high = (max(plan.low, cursor.key + 1), plan.high) if upwards else (plan.low, min(plan.high, cursor.key))
    walked = walk(low, high, upwards, limit + 1)
    keys, last = walked.keys[:limit], walked.end
    if last is None and len(walked.keys) > limit:
        last = keys[-1]
    whole = walked.end is None
    if upwards:
        keys.reverse()
        return Page(keys, keys[-1] if keys else low, last if cursor.first > len(keys) + 1 else None, whole)
    is_first = cursor.key == LAST_KEY or cursor.first <= 1
    return Page(keys, last, None if is_first else keys[0] if keys else max(0, high - 1), whole)

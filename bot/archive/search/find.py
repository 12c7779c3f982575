"""Finds: the latest, the newest that match."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from heapq import merge

from bot.archive import articles
from bot.archive.connect import Connection
from bot.archive.search import compile as compiling
from bot.archive.search import snippet, verify
from bot.archive.search.compile import LAST_KEY, Plan
from bot.archive.search.pages import Cursor
from bot.archive.search.query import Asked
from bot.model import Found, Hit, Viewer

MOST_COUNTED = 1000  # beyond that it says "1,000+"
_CHUNK = 50  # articles whose text is looked at together
_MOST_VERIFIED = 5000  # texts looked at for one page


@dataclass(frozen=True, slots=True)
class Page:
    """Keys of one page, newest first, and whether there is more on either side."""

    keys: list[int]
    older: bool
    newer: bool


def newest(db: Connection, asked: Asked, viewer: Viewer, cursor: Cursor, limit: int) -> Found:
    """The newest that match, a page of them."""
    if _is_plain(asked):
        page, total = _latest(db, asked, viewer, cursor, limit)
    else:
        plan = compiling.plan(db, asked, viewer)
        page, total = _matching(db, asked, plan, cursor, limit), _count(db, plan)
    first = cursor.first if cursor.way == "o" else max(1, cursor.first)
    exact = verify.is_needed(asked.root)
    if exact and not (page.older or page.newer):
        total = len(page.keys)
    return Found(
        hits=hits(db, page.keys, asked),
        total=min(total, MOST_COUNTED),
        more=total > MOST_COUNTED,
        next=str(Cursor("o", page.keys[-1], first + len(page.keys))) if page.older and page.keys else "",
        previous=str(Cursor("n", page.keys[0], max(1, first - limit))) if page.newer and page.keys else "",
        first=first,
    )


def total(db: Connection, asked: Asked, plan: Plan, known: int, loose: bool) -> tuple[int, bool]:
    """How many there are, and whether there are more than anybody counts."""
    if loose or verify.is_needed(asked.root):
        return known, False
    number = _count(db, plan)
    return max(known, min(number, MOST_COUNTED)), number > MOST_COUNTED


def hits(db: Connection, keys: Sequence[int], asked: Asked) -> tuple[Hit, ...]:
    """The articles under these keys, with the place where the words are."""
    found = articles.load(db, keys)
    mark = snippet.marker(asked.root)
    return tuple(Hit(found[key], mark(found[key])) for key in keys if key in found)


def _is_plain(asked: Asked) -> bool:
    """Whether it is a walk down one region's list, or the list of all."""
    filters = asked.filters
    asked_for = replace(filters, regions=(), start=None, end=None)
    return asked.root is None and len(filters.regions) <= 1 and asked_for == type(filters)()


def _latest(db: Connection, asked: Asked, viewer: Viewer, cursor: Cursor, limit: int) -> tuple[Page, int]:
    plan = compiling.plan(db, asked, viewer)
    region = 0
    if asked.filters.regions:
        row = db.execute("SELECT id FROM region WHERE code = ?", [asked.filters.regions[0]]).fetchone()
        region = row["id"] if row is not None else -1
    owners = articles.owners(db, viewer)
    older, newer = _bounds(plan, cursor)

    def walk(low: int, high: int, upwards: bool, most: int) -> list[int]:
        order = "ASC" if upwards else "DESC"
        lists = [
            db.execute(
                f"""
                SELECT article FROM article_region WHERE owner = ? AND region = ? AND article >= ? AND article < ?
                ORDER BY article {order} LIMIT ?
                """,  # noqa: S608 one of two words
                [owner, region, low, high, most],
            )
            for owner in owners
        ]
        keys = ([row["article"] for row in rows] for rows in lists)
        return list(merge(*keys, reverse=not upwards))[:most]

    page = _turn(walk, older, newer, plan, cursor, limit)
    return page, sum(_listed(db, owner, region, plan) for owner in owners)


def _listed(db: Connection, owner: int, region: int, plan: Plan) -> int:
    row = db.execute(
        """
        SELECT count(*) FROM (
            SELECT 1 FROM article_region WHERE owner = ? AND region = ? AND article >= ? AND article < ? LIMIT ?)
        """,
        [owner, region, plan.low, plan.high, MOST_COUNTED + 1],
    ).fetchone()
    return int(row[0])


def _matching(db: Connection, asked: Asked, plan: Plan, cursor: Cursor, limit: int) -> Page:
    check = verify.checker(asked.root)

    def walk(low: int, high: int, upwards: bool, most: int) -> list[int]:
        rows = db.execute(
            f"""
            SELECT rowid FROM words WHERE words MATCH ? AND rowid >= ? AND rowid < ?
            ORDER BY rowid {"ASC" if upwards else "DESC"} LIMIT ?
            """,  # noqa: S608 one of two words
            [plan.expression, low, high, most if check is None else _MOST_VERIFIED],
        )
        keys = (row["rowid"] for row in rows)
        return list(keys) if check is None else _verified(db, keys, check, most)

    older, newer = _bounds(plan, cursor)
    return _turn(walk, older, newer, plan, cursor, limit)


def _verified(db: Connection, keys: Iterator[int], check: verify.Check, most: int) -> list[int]:
    """Those whose text holds what the index cannot tell."""
    found: list[int] = []
    while len(found) < most and (chunk := [key for _, key in zip(range(_CHUNK), keys, strict=False)]):
        loaded = articles.load(db, chunk)
        found += [key for key in chunk if key in loaded and check(loaded[key])]
    return found[:most]


def _bounds(plan: Plan, cursor: Cursor) -> tuple[int, int]:
    """The keys below which and above which a page lies."""
    return (min(plan.high, cursor.key), plan.low) if cursor.way != "n" else (plan.high, max(plan.low, cursor.key + 1))


def _turn(walk, high: int, low: int, plan: Plan, cursor: Cursor, limit: int) -> Page:  # type: ignore[no-untyped-def]
    """A page, in the direction of the cursor; one more is asked for, to see whether it goes on."""
    if cursor.way == "n":
        keys = walk(low, high, True, limit + 1)
        shown = keys[:limit][::-1]
        return Page(shown, True, len(keys) > limit and cursor.first > 1)
    keys = walk(low, high, False, limit + 1)
    return Page(keys[:limit], len(keys) > limit, cursor.key != LAST_KEY and cursor.first > 1)


def _count(db: Connection, plan: Plan) -> int:
    """How many match, as far as anybody counts."""
    row = db.execute(
        """
        SELECT count(*) AS number FROM (
            SELECT 1 FROM words WHERE words MATCH ? AND rowid >= ? AND rowid < ? LIMIT ?)
        """,
        [plan.expression, plan.low, plan.high, MOST_COUNTED + 1],
    ).fetchone()
    return int(row["number"])

"""Finds: the latest, the newest that match."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from heapq import merge

from bot.archive import articles
from bot.archive.connect import Connection
from bot.archive.search import candidates, nearest, snippet, verify
from bot.archive.search import compile as compiling
from bot.archive.search import walk as walking
from bot.archive.search.compile import LAST_KEY, Plan
from bot.archive.search.pages import Cursor
from bot.archive.search.query import Asked, Filters
from bot.model import Found, Hit, Viewer

MOST_COUNTED = 1000  # beyond that it says "1,000+"
_CHUNK, _LARGEST_CHUNK = 25, 100  # articles whose text is looked at together
_OF_TITLES = 200
_MOST_VERIFIED = 1500  # texts looked at for one page: half a second's work
_STOPPED = f"looked at {_MOST_VERIFIED:,} texts that may have it, and no further"
_ENOUGH, _MOST_READ = 11, 100  # of the newest that have a word that goes on
_MOST_CHECKED = 250  # texts looked at only to say how many there are
_NOTHING = Filters()


@dataclass(frozen=True, slots=True)
class Walked:
    """Keys that match, and the key with which the looking ended, if it did so before it was through."""

    keys: list[int]
    end: int | None = None


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
    first = cursor.first if cursor.way == "o" else max(1, cursor.first)
    known = first - 1 + len(shown.keys) + (shown.whole and shown.older is not None)
    if cursor == Cursor() and shown.older is None:
        total, more = known, False
    elif lists is None:
        total, more = _counted(db, asked, plan, known)
    else:
        total, more = _told(sum(_listed(db, each, plan) for each in lists))
    leafs = bool(shown.keys)
    return Found(
        hits=hits(db, shown.keys, asked),
        total=total,
        more=more,
        next=str(Cursor("o", shown.older, first + len(shown.keys))) if leafs and shown.older is not None else "",
        previous=str(Cursor("n", shown.newer, max(1, first - limit))) if leafs and shown.newer is not None else "",
        first=first,
        understood=told if shown.whole else f"{told}; {_STOPPED}",
    )


def page(db: Connection, asked: Asked, viewer: Viewer, cursor: Cursor, limit: int) -> Page:
    """The keys of a page alone."""
    plan = compiling.plan(db, asked, viewer)
    return _turn(_walk(db, asked, plan, _lists(db, asked, viewer)), plan, cursor, limit)


def total(db: Connection, asked: Asked, plan: Plan, known: int, loose: bool) -> tuple[int, bool]:
    """How many there are, and whether there are more than anybody counts."""
    if loose:
        return known, False
    number, more = _counted(db, asked, plan, known)
    return max(known, number), more


def hits(db: Connection, keys: Sequence[int], asked: Asked) -> tuple[Hit, ...]:
    """The articles under these keys, with the place where the words are."""
    found = articles.load(db, keys)
    mark = snippet.marker(asked.root)
    return tuple(Hit(found[key], mark(found[key])) for key in keys if key in found)


def _lists(db: Connection, asked: Asked, viewer: Viewer) -> list[tuple[int, int]] | None:
    """The lists to walk down, each an owner's of one region (0: of all), where that is all that is asked."""
    filters = asked.filters
    if asked.root is not None or len(filters.regions) > 1:
        return None
    if replace(filters, regions=(), start=None, end=None) != _NOTHING:
        return None
    region = 0
    if filters.regions:
        region = compiling.number_of(db, "region", filters.regions[0]) or -1
    return [(owner, region) for owner in articles.owners(db, viewer)]


def _walk(db: Connection, asked: Asked, plan: Plan, lists: list[tuple[int, int]] | None) -> Walk:
    return _matching(db, asked, plan) if lists is None else _listing(db, lists)


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
        (*each, plan.low, plan.high, MOST_COUNTED + 1),
    ).fetchone()
    return int(row[0])


def _matching(db: Connection, asked: Asked, plan: Plan) -> Walk:
    check = verify.checker(asked.root)

    def walk(low: int, high: int, upwards: bool, most: int) -> Walked:
        near = nearest.read(db, asked.root, plan, (low, high), most, upwards=upwards)
        if near is not None:
            return Walked(near.keys[:most])
        if check is None:
            return Walked(walking.keys(db, "words", (plan.filed(plan.words.all), low, high, most), upwards=upwards))
        found: list[int] = []
        number, looked_at = _MOST_VERIFIED if plan.around is not None else _CHUNK, 0  # what is gathered slowly, once
        number = max(number, _OF_TITLES) if plan.words.titled else number
        while len(found) < most:
            if looked_at >= _MOST_VERIFIED:
                return Walked(found, low - 1 if upwards else high)
            keys = candidates.keys(db, plan, plan.words, (low, high), number, upwards=upwards)
            found += _first(db, keys, check, most - len(found))
            if len(keys) < number:
                break
            low, high = (keys[-1] + 1, high) if upwards else (low, keys[-1])
            number, looked_at = min(2 * number, _LARGEST_CHUNK), looked_at + number
        return Walked(found[:most])

    return walk


def _first(db: Connection, keys: Sequence[int], check: verify.Check, most: int) -> list[int]:
    """The first, at most so many, of those whose text holds what the index cannot tell."""
    found: list[int] = []
    for start in range(0, len(keys), _LARGEST_CHUNK):
        piece = keys[start : start + _LARGEST_CHUNK]
        loaded = articles.load(db, piece)
        for key in piece:
            db.heed()
            if key in loaded and check(loaded[key]):
                found.append(key)
                if len(found) == most:
                    return found
    return found


def _turn(walk: Walk, plan: Plan, cursor: Cursor, limit: int) -> Page:
    """A page, in the direction of the cursor; one more is asked for, to see whether it goes on."""
    upwards = cursor.way == "n"
    low, high = (max(plan.low, cursor.key + 1), plan.high) if upwards else (plan.low, min(plan.high, cursor.key))
    walked = walk(low, high, upwards, limit + 1)
    keys, last = walked.keys[:limit], walked.end
    if last is None and len(walked.keys) > limit:
        last = keys[-1]
    if upwards:
        keys.reverse()
        return Page(keys, keys[-1] if keys else None, last if cursor.first > 1 else None, walked.end is None)
    is_first = cursor.key == LAST_KEY or cursor.first <= 1
    return Page(keys, last, None if is_first or not keys else keys[0], walked.end is None)


def _counted(db: Connection, asked: Asked, plan: Plan, known: int) -> tuple[int, bool]:
    """How many match, and whether that is only what is known of them: of few all texts are looked at, where need be."""
    near = nearest.read(db, asked.root, plan, (plan.low, plan.high), _ENOUGH, most=_MOST_READ)
    if near is not None:
        return max(known, min(len(near.keys), _MOST_READ)), not near.all
    check = verify.checker(asked.root)
    if check is None:
        return _told(_count(db, plan))
    keys = candidates.keys(db, plan, plan.words, (plan.low, plan.high), _MOST_CHECKED + 1)
    if len(keys) > _MOST_CHECKED:
        return min(known, MOST_COUNTED), True
    return len(_first(db, keys, check, len(keys))), False


def _told(number: int) -> tuple[int, bool]:
    return min(number, MOST_COUNTED), number > MOST_COUNTED


def _count(db: Connection, plan: Plan) -> int:
    """How many match, as far as anybody counts."""
    row = db.execute(
        """
        SELECT count(*) FROM (
            SELECT 1 FROM words WHERE words MATCH ? AND rowid >= ? AND rowid < ? LIMIT ?)
        """,
        (plan.filed(plan.words.all), plan.low, plan.high, MOST_COUNTED + 1),
    ).fetchone()
    return int(row[0])

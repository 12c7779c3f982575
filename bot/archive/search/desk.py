"""Answers what a reader asks, and says how it was understood."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import replace
from datetime import datetime

from bot.archive import backlog
from bot.archive.connect import Connection
from bot.archive.search import find, index
from bot.archive.search.aliases import Aliases
from bot.archive.search.best import Ranked, best, meant
from bot.archive.search.compile import LAST_KEY
from bot.archive.search.counts import Counts
from bot.archive.search.matching import STOPPED
from bot.archive.search.pages import Cursor, read_cursor
from bot.archive.search.query import Asked, read, terms
from bot.archive.search.told import told
from bot.model import Found, Query
from bot.regions import Regions

MOST_HITS = 25
_KEPT = 256  # rankings that somebody may leaf through


class SearchDesk:
    """Holds what searching needs beside the archive. Several threads may ask."""

    def __init__(self, regions: Regions, aliases: Aliases, now: Callable[[], datetime]) -> None:
        self._regions = regions
        self._aliases = aliases
        self._now = now
        self._counts = Counts()
        self._lock = threading.Lock()
        self._ranks = threading.Lock()  # two rankings at once only take turns, and the event loop's turns with them
        self._rankings: OrderedDict[Hashable, Ranked] = OrderedDict()

    def ranks(self, query: Query) -> bool:
        """Whether the answer must be ranked, which takes longer than looking it up."""
        return _is_ranked(self._read(query))

    def understood(self, query: Query) -> str:
        """The query in words."""
        return told(self._read(query), self._regions)

    def answer(self, db: Connection, query: Query) -> Found:
        """A page of what was asked for, the best first where there are words."""
        asked = self._read(query)
        lacking = "" if find.is_list(asked) else backlog.heed(db)
        found = self._page(db, query, asked)
        return replace(found, lacking=lacking) if lacking else found

    def _page(self, db: Connection, query: Query, asked: Asked) -> Found:
        limit = max(1, min(query.limit, MOST_HITS))
        cursor = read_cursor(query.cursor)
        if (_is_ranked(asked) and cursor.way == "r") or (not query.cursor and _is_ranked(asked)):
            return self._best(db, query, asked, cursor, limit)
        if _is_ranked(asked):  # what is newest is gone on with, as there was no best
            asked = meant(db, asked, query.viewer)
        return find.newest(db, asked, query.viewer, cursor, limit, told(asked, self._regions))

    def _best(self, db: Connection, query: Query, asked: Asked, cursor: Cursor, limit: int) -> Found:
        """A page of a ranking. What arrives while somebody leafs through it does not move it."""
        from_here = cursor if cursor.way == "r" else Cursor("r", _above_all(db), state=index.state(db))
        ranked = self._ranking(db, query, asked, from_here)
        end = len(ranked.keys)
        stopped = "" if ranked.end is None else f"; {STOPPED}"
        if not ranked.keys and ranked.end is not None:  # what is newest can be gone on with, further and further back
            understood = told(ranked.asked, self._regions) + stopped
            after = str(Cursor("o", ranked.end))
            return Found(more=True, next=after, understood=understood, suggestion=ranked.suggestion)
        start = cursor.first - 1 if cursor.way == "r" else 0
        keys = ranked.keys[start : start + limit]
        total, more = find.total(db, ranked.asked, ranked.plan, end, ranked.loose)
        if start + limit >= end and (more or total > end) and not stopped:
            stopped = f"; these were the best {end}, sort:new shows all"
        return Found(
            hits=find.hits(db, keys, ranked.asked, query.viewer),
            total=total,
            more=more,
            next=str(replace(from_here, first=start + limit + 1)) if start + limit < end else "",
            previous=str(replace(from_here, first=max(1, start - limit + 1))) if start else "",
            first=start + 1,
            understood=told(ranked.asked, self._regions, ranked.loose) + stopped,
            suggestion=ranked.suggestion,
        )

    def _ranking(self, db: Connection, query: Query, asked: Asked, cursor: Cursor) -> Ranked:
        key = (replace(query, cursor="", limit=0), cursor.key, cursor.state)
        with self._lock:
            known = self._rankings.get(key)
            if known is not None:
                self._rankings.move_to_end(key)
                return known
        with self._ranks:
            db.heed()
            ranked = best(db, asked, query.viewer, self._counts, cursor.key)
        with self._lock:
            self._rankings[key] = ranked
            if len(self._rankings) > _KEPT:
                self._rankings.popitem(last=False)
        return ranked

    def _read(self, query: Query) -> Asked:
        return read(query, self._regions, self._now(), self._aliases)


def _is_ranked(asked: Asked) -> bool:
    return asked.order != "newest" and any(True for _ in terms(asked.root))


def _above_all(db: Connection) -> int:
    newest = db.execute("SELECT max(id) FROM article").fetchone()[0]
    return LAST_KEY if newest is None else int(newest) + 1

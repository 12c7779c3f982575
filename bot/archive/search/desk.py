"""Answers what a reader asks, and says how it was understood."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from bot.archive.connect import Connection
from bot.archive.search import find
from bot.archive.search.pages import read_cursor
from bot.archive.search.query import read
from bot.archive.search.told import told
from bot.model import Found, Query
from bot.regions import Regions

MOST_HITS = 25


class SearchDesk:
    """Holds what searching needs beside the archive: the regions and the time."""

    def __init__(self, regions: Regions, now: Callable[[], datetime]) -> None:
        self._regions = regions
        self._now = now

    def ranks(self, query: Query) -> bool:
        """Whether the answer must be ranked, which takes longer than looking it up."""
        return bool(query.words.strip()) and query.order != "newest"

    def understood(self, query: Query) -> str:
        """The query in words."""
        return told(read(query, self._regions, self._now()), self._regions)

    def answer(self, db: Connection, query: Query) -> Found:
        asked = read(query, self._regions, self._now())
        limit = max(1, min(query.limit, MOST_HITS))
        found = find.newest(db, asked, query.viewer, read_cursor(query.cursor), limit)
        return replace(found, understood=told(asked, self._regions))

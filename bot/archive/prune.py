"""Takes old articles out. What they were known by stays, so that they never come back as news."""

import json
from datetime import datetime

from bot.archive import articles, memos
from bot.archive.connect import Connection
from bot.archive.moments import first_key
from bot.archive.search import index

PIECE = 50  # articles looked at in one transaction, for which others may have to wait
_GOES = """
    NOT EXISTS (SELECT 1 FROM delivery d WHERE d.article = a.id AND (d.state NOT IN ('sent', 'refused') OR d.edit > 0))
"""
_NUMBER = f"SELECT count(*) FROM article a WHERE a.id < ? AND {_GOES}"  # noqa: S608 our tables
_NEXT = f"SELECT a.id, {_GOES} AS goes FROM article a WHERE a.id > ? AND a.id < ? ORDER BY a.id LIMIT ?"  # noqa: S608


def number(db: Connection, before: datetime) -> int:
    """How many articles would go."""
    return int(db.execute(_NUMBER, [first_key(before)]).fetchone()[0])


class Course:
    """Goes once through what is older, the oldest first; `of` so many were counted. What is owed keeps its article."""

    def __init__(self, before: datetime, of: int) -> None:
        self._before = before
        self._of = of
        self._gone = 0
        self._at = -1  # up to this key all were looked at

    def step(self, db: Connection) -> tuple[int, int, bool]:
        """Take out those of the next that may go: how many went, of how many, and whether that was all."""
        floor = max(first_key(self._before), int(memos.recall(db, articles.PRUNED) or 0))
        memos.remember(db, articles.PRUNED, str(floor))
        rows = db.execute(_NEXT, [self._at, first_key(self._before), PIECE]).fetchall()
        keys = [row["id"] for row in rows if row["goes"]]
        for article in articles.load(db, keys).values():
            index.drop(db, article, articles.marks_of(db, article))
            articles.uncredit(db, article)
        for statement in _GONE:
            db.execute(statement, [json.dumps(keys)])
        self._gone += len(keys)
        self._at = rows[-1]["id"] if rows else self._at
        finished = len(rows) < PIECE
        # Some were settled, or became owed, since they were counted.
        self._of = self._gone if finished else max(self._gone, self._of)
        return self._gone, self._of, finished


_GONE = [
    f"DELETE FROM {table} WHERE {column} IN (SELECT value FROM json_each(?))"  # noqa: S608 our tables
    for table, column in (
        ("article_text", "id"),
        ("sighting", "article"),
        ("revision", "article"),
        ("delivery", "article"),
        ("article", "id"),
    )
]

"""Takes old articles out. What they were known by stays, so that they never come back as news."""

import json
from dataclasses import dataclass
from datetime import datetime

from bot.archive import articles, memos
from bot.archive.connect import Connection
from bot.archive.moments import first_key
from bot.archive.search import index

PIECE = 50  # articles looked at in one transaction, for which others may have to wait
_GOES = "NOT EXISTS (SELECT 1 FROM delivery d WHERE d.article = a.id AND d.state NOT IN ('sent', 'refused'))"
_NUMBER = f"SELECT count(*) FROM article a WHERE a.id < ? AND {_GOES}"  # noqa: S608 our tables
_NEXT = f"SELECT a.id, {_GOES} AS goes FROM article a WHERE a.id > ? AND a.id < ? ORDER BY a.id LIMIT ?"  # noqa: S608


@dataclass(frozen=True, slots=True)
class Course:
    """How far it has come: how many went, of how many, and up to which key all were looked at."""

    of: int
    gone: int = 0
    at: int = -1
    finished: bool = False


def number(db: Connection, before: datetime) -> int:
    """How many articles would go."""
    return int(db.execute(_NUMBER, [first_key(before)]).fetchone()[0])


def step(db: Connection, before: datetime, course: Course) -> Course:
    """Look at the next of them, and take out those that may go. What is owed keeps its article."""
    floor = max(first_key(before), int(memos.recall(db, articles.PRUNED) or 0))
    memos.remember(db, articles.PRUNED, str(floor))
    rows = db.execute(_NEXT, [course.at, first_key(before), PIECE]).fetchall()
    keys = [row["id"] for row in rows if row["goes"]]
    for article in articles.load(db, keys).values():
        index.drop(db, article, articles.marks_of(db, article))
        articles.uncredit(db, article)
    for statement in _GONE:
        db.execute(statement, [json.dumps(keys)])
    gone, finished = course.gone + len(keys), len(rows) < PIECE
    of = gone if finished else max(gone, course.of)  # some were settled, or became owed, since they were counted
    return Course(of, gone, rows[-1]["id"] if rows else course.at, finished)


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

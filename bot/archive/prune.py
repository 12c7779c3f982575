"""Takes old articles out. What they were known by stays, so that they never come back as news."""

import json
from datetime import datetime

from bot.archive import articles, memos
from bot.archive.connect import Connection
from bot.archive.moments import first_key
from bot.archive.search import index

PIECE = 200  # articles in one transaction
_OLD = """
FROM article a WHERE a.id < ? AND NOT EXISTS (
    SELECT 1 FROM delivery d WHERE d.article = a.id AND d.state NOT IN ('sent', 'refused'))
"""


def number(db: Connection, before: datetime) -> int:
    """How many articles would go."""
    return int(db.execute(f"SELECT count(*) {_OLD}", [first_key(before)]).fetchone()[0])


def step(db: Connection, before: datetime) -> tuple[int, int, bool]:
    """Take some of them out: how many went, how many are left, and whether that was all."""
    floor = max(first_key(before), int(memos.recall(db, articles.PRUNED) or 0))
    memos.remember(db, articles.PRUNED, str(floor))
    rows = db.execute(f"SELECT a.id {_OLD} ORDER BY a.id LIMIT ?", [first_key(before), PIECE])
    keys = [row["id"] for row in rows]
    for article in articles.load(db, keys).values():
        index.drop(db, article, articles.marks_of(db, article))
        articles.uncredit(db, article)
    for statement in _GONE:
        db.execute(statement, [json.dumps(keys)])
    left = number(db, before)
    return len(keys), left, left == 0


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

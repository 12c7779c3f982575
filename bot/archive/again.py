"""Puts articles where they would belong today, many in one transaction, and remembers there how far that has come."""

import json
from collections.abc import Sequence
from datetime import datetime

from bot.archive import memos
from bot.archive.accept import place
from bot.archive.connect import Connection
from bot.model import Article, Owed, Route, Subscription


def put(
    db: Connection,
    found: Sequence[Article],
    memo: tuple[str, str] | None,
    route: Route | None,
    now: datetime,
    *,
    edits: bool,
) -> int:
    """Each into its regions, and the memo; how much is owed. What came in silently is owed to nobody now either."""
    owed = 0
    for each in found:
        to = route if route and not _came_silently(db, each.id) else _nowhere
        owed += place(db, each.id, each.regions, each.why, to, now, edits=edits)
    if memo is not None:
        memos.remember(db, *memo)
    return owed


def posts_of(db: Connection, ids: Sequence[int]) -> int:
    """How many posts of these articles are out."""
    sql = "SELECT count(*) FROM delivery WHERE state = 'sent' AND article IN (SELECT value FROM json_each(?))"
    return int(db.execute(sql, [json.dumps(list(ids))]).fetchone()[0])


def number_after(db: Connection, article: int) -> int:
    """How many articles lie above a key."""
    return int(db.execute("SELECT count(*) FROM article WHERE id > ?", [article]).fetchone()[0])


def _came_silently(db: Connection, article: int) -> bool:
    row = db.execute("SELECT quiet FROM article WHERE id = ?", [article]).fetchone()
    return row is not None and bool(row["quiet"])


def _nowhere(article: Article, subscriptions: Sequence[Subscription]) -> list[Owed]:
    return []

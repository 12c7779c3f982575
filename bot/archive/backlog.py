"""Articles whose words are not in the indexes yet, or not as they are now: they are put there soon, many at once.

What commits an article writes some thirty pages, most of them for three indexes; sixty-four at once write little more.
So an article is kept, and owed, first. Its words follow when enough wait, when nothing else is to be written, or when
somebody asks for words, whatever comes first. Which ones wait stands in the archive, in the same transaction as the
articles themselves: none is forgotten, whenever we are killed. And neither news nor a correction touches an index, so
that both are kept, and owed, however damaged one is; their words wait until it is made anew.
"""

from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from bot.archive import articles
from bot.archive.connect import Connection
from bot.archive.search import index

MANY = 64  # articles that wait: it is time
_AT_ONCE = 128  # in one transaction, for which others may have to wait
_LATE = "What has just come in cannot be searched yet."
P = ParamSpec("P")
R = TypeVar("R")


class Behind(Exception):
    """Some articles that may be asked for are not in the indexes as they are."""


def is_due(db: Connection) -> bool:
    """Whether as many wait that they should wait no longer, as far as this connection knows."""
    return len(db.put_off) >= MANY


def catch_up(db: Connection, most: int = _AT_ONCE) -> bool:
    """Put the words of those that wait into the indexes, at most so many; whether others may wait."""
    keys = [row[0] for row in db.execute("SELECT article FROM unindexed ORDER BY article LIMIT ?", (most,)).fetchall()]
    # What another program put off or changed, or we put off in an earlier life, is read again.
    known = index.in_mind(db)
    for article in articles.load(db, [key for key in keys if key not in known]).values():
        index.keep_in_mind(db, article, articles.marks_of(db, article))
    if keys:
        index.add_put_off(db, keys)
    if len(keys) < most:
        db.put_off.clear()  # what is left of them, another program has put in
    return len(keys) == most


def heed(db: Connection) -> str:
    """Before words are looked for: fail where some articles are not in the indexes yet; or, where the question is to be
    answered all the same, say so."""
    if db.execute("SELECT 1 FROM unindexed LIMIT 1").fetchone() is None:
        return ""
    if not db.heedless:
        raise Behind
    return _LATE


def regardless(question: Callable[Concatenate[Connection, P], R]) -> Callable[Concatenate[Connection, P], R]:
    """The same question, answered although some may not be in the indexes yet."""

    def asked(db: Connection, /, *given: P.args, **more: P.kwargs) -> R:
        db.heedless = True
        try:
            return question(db, *given, **more)
        finally:
            db.heedless = False

    return asked

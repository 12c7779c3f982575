"""Completes what a reader is typing: headlines and authors."""

from bot.archive import articles
from bot.archive.connect import Connection
from bot.archive.search import normal
from bot.archive.search.compile import quoted, visible
from bot.model import Article, Viewer

_MOST_WORDS = 12


def headlines(db: Connection, typed: str, viewer: Viewer, limit: int) -> list[Article]:
    """The newest articles whose title has these words, the last of them perhaps unfinished."""
    words = normal.words(normal.fold(typed[:200]))[:_MOST_WORDS]
    parts = [quoted(word) for word in words[:-1]] + [f"{quoted(word)} *" for word in words[-1:]]
    parts += [visible(viewer)] if viewer is not None else []
    expression = " AND ".join(parts) or '"\ue002" *'
    rows = db.execute("SELECT rowid FROM titles WHERE titles MATCH ? ORDER BY rowid DESC LIMIT ?", [expression, limit])
    keys = [row["rowid"] for row in rows]
    found = articles.load(db, keys)
    return [found[key] for key in keys if key in found]


def authors(db: Connection, typed: str, viewer: Viewer, limit: int) -> list[str]:
    """The authors with such a name, who wrote last first."""
    words = normal.words(normal.fold(typed[:200]))[:_MOST_WORDS]
    conditions = " AND ".join(["' ' || folded LIKE ?"] * len(words)) or "TRUE"
    seen_by = "" if viewer is None else "AND owner IN (0, ?)"
    rows = db.execute(
        f"""
        SELECT name, max(newest) AS newest FROM author WHERE {conditions} {seen_by}
        GROUP BY folded ORDER BY newest DESC LIMIT ?
        """,  # noqa: S608 constants
        [*(f"% {word}%" for word in words), *([] if viewer is None else [viewer]), limit],
    )
    return [row["name"] for row in rows]


def related(db: Connection, article: int, viewer: Viewer, limit: int) -> list[Article]:
    """Others about the same."""
    return []

"""Completes what a reader is typing, and goes on from what was found: headlines, authors, feeds, related articles."""

from bot.archive import articles
from bot.archive.connect import Connection
from bot.archive.feeds import every as every_feed
from bot.archive.moments import SLOTS
from bot.archive.search import normal
from bot.archive.search.compile import Plan, quoted, visible
from bot.archive.search.counts import Counts
from bot.model import OPERATOR, Article, Viewer

_MOST_WORDS = 12
_RELATED_WORDS = 8
_RELATED_WITHIN = 30 * 24 * 60 * SLOTS  # keys: thirty days
_RELATED = """
SELECT rowid, bm25(heads, 1.0, 3.0, 1.0, 3.0, 0.0) AS score FROM heads
WHERE heads MATCH ? AND rowid >= ? AND rowid < ? AND rowid != ? ORDER BY score LIMIT ?
"""


def headlines(db: Connection, typed: str, viewer: Viewer, limit: int) -> list[Article]:
    """The newest articles whose title has these words, the last of them perhaps unfinished."""
    words = normal.words(normal.fold(typed[:200]))[:_MOST_WORDS]
    parts = [quoted(word) for word in words[:-1]] + [f"{quoted(word)} *" for word in words[-1:]]
    expression = visible(" AND ".join(parts) or '"\ue002" *', viewer)
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


def feeds(db: Connection, typed: str, viewer: Viewer, limit: int) -> list[str]:
    """The titles of feeds that are polled, for this viewer."""
    found = every_feed(db)
    words = normal.words(normal.fold(typed[:200]))[:_MOST_WORDS]
    titles = (feed.title or feed.url for feed in found if viewer is None or feed.owner in (OPERATOR, viewer))
    matching = (title for title in titles if all(word in normal.fold(title) for word in words))
    return list(dict.fromkeys(matching))[:limit]


def related(db: Connection, article: int, viewer: Viewer, limit: int, counts: Counts) -> list[Article]:
    """Others of about the same time that share its rarest words."""
    one = articles.one(db, article, viewer)
    if one is None:
        return []
    words = set(normal.words(normal.fold(f"{one.title} {one.teaser}")))
    known = [(counts.of(db, word), word) for word in sorted(words) if len(word) > 1]
    rarest = [word for number, word in sorted(known) if number > 1][:_RELATED_WORDS]
    if not rarest:
        return []
    plan = Plan("", "", "", "", viewer, article - _RELATED_WITHIN, article + _RELATED_WITHIN)
    any_of_them = " OR ".join(map(quoted, rarest))
    ranked: list[tuple[float, int]] = []
    for expression in plan.heads(any_of_them):
        rows = db.execute(_RELATED, [expression, plan.low, plan.high, article, limit])
        ranked += [(row["score"], row["rowid"]) for row in rows]
    keys = [key for _, key in sorted(ranked)[:limit]]
    found = articles.load(db, keys)
    return [found[key] for key in keys if key in found]

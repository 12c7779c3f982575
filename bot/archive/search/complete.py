"""Completes what a reader is typing, and goes on from what was found: headlines, authors, feeds, related articles."""

from heapq import nlargest

from bot.archive import articles, backlog
from bot.archive.connect import Connection
from bot.archive.feeds import every as every_feed
from bot.archive.moments import SLOTS
from bot.archive.rows import marks
from bot.archive.search import normal, score, walk
from bot.archive.search.compile import LAST_KEY, Plan, Words, quoted
from bot.archive.search.sight import visible
from bot.errors import Busy
from bot.model import OPERATOR, Article, Viewer

_MOST_WORDS = 12
_BEGINNING, _RECENT = 4, 150  # letters, by which the index finds titles at once; titles that are looked at
_RELATED_WORDS = 8
_RELATED_WITHIN = 30 * 24 * 60 * SLOTS  # keys: thirty days
_FREQUENT = 300  # articles of two months with a word that says little of what they are about


def headlines(db: Connection, typed: str, viewer: Viewer, limit: int) -> list[Article]:
    """The newest articles whose title has these words, the last of them perhaps unfinished. Raises Busy where one that
    has just come in might be the only one."""
    lacking = backlog.heed(db)
    words = normal.words(normal.fold(typed[:200]))[:_MOST_WORDS]
    parts = [quoted(word) for word in words[:-1]] + [f"{quoted(word)} *" for word in words[-1:]]
    expression = visible(db, " AND ".join(parts) or '"\ue002" *', viewer)
    keys = _recent(db, words, viewer, limit) or walk.keys(db, "titles", (expression, 0, LAST_KEY, limit))
    if lacking and not keys:
        raise Busy(lacking)
    found = articles.shown(db, keys, viewer)
    return [found[key] for key in keys if key in found]


def _recent(db: Connection, words: list[str], viewer: Viewer, limit: int) -> list[int]:
    """The same of the newest titles alone, where there are enough; of no more letters than the index keeps beginnings
    of. All that begins with more is put together anew each time, which takes long where it is much."""
    if not words or len(words[-1]) <= _BEGINNING or not words[-1].isascii():
        return []
    parts = [*map(quoted, words[:-1]), f"{quoted(words[-1][:_BEGINNING])} *"]
    newest = walk.keys(db, "titles", (visible(db, " AND ".join(parts), viewer), 0, LAST_KEY, _RECENT))
    rows = db.execute(f"SELECT id, title FROM article WHERE id IN ({marks(len(newest))})", newest).fetchall()  # noqa: S608
    begun = [row[0] for row in rows if _has_beginning(row[1], words[-1])]
    return sorted(begun, reverse=True)[:limit] if len(begun) >= limit else []


def _has_beginning(title: str, letters: str) -> bool:
    return f" {letters}" in f" {' '.join(normal.words(normal.indexed(normal.fold(title))))}"


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


def related(db: Connection, article: int, viewer: Viewer, limit: int) -> list[Article]:
    """Others of about the same time that share its rarest words, best of all in their titles."""
    one = articles.one(db, article, viewer)
    if one is None:
        return []
    backlog.heed(db)
    plan = Plan(Words(), None, "", "", "", viewer, article - _RELATED_WITHIN, article + _RELATED_WITHIN)
    words = [word for word in sorted(set(normal.words(normal.fold(f"{one.title} {one.teaser}")))) if len(word) > 1]
    near = {word: _near(db, plan, word, title=False) for word in words}
    most = max(map(len, near.values()), default=0)
    rarest = sorted((word for word in words if 1 < len(near[word]) < _FREQUENT), key=lambda word: len(near[word]))
    sums: dict[int, float] = {}
    for word in rarest[:_RELATED_WORDS]:
        weight = score.weight(len(near[word]), most)
        for key in (*near[word], *_near(db, plan, word, title=True)):
            sums[key] = sums.get(key, 0.0) + weight
    sums.pop(article, None)
    keys = nlargest(limit, sums, key=lambda key: (sums[key], -abs(key - article)))
    found = articles.shown(db, keys, viewer)
    return [found[key] for key in keys if key in found]


def _near(db: Connection, plan: Plan, word: str, title: bool) -> list[int]:
    """Those of about that time that have this word in title or teaser, as far as it is rare."""
    expression = " OR ".join(f"({each})" for each in plan.heads(db, quoted(word), title))
    return walk.keys(db, "heads", (expression, plan.low, plan.high, _FREQUENT), upwards=True)

"""The whole story of one article: where and when seen, what changed, what was owed and what became of it."""

import json
import re
import zlib
from collections.abc import Iterable

from bot.archive import articles
from bot.archive.connect import Connection, Row
from bot.archive.moments import from_ms
from bot.model import OPERATOR, Event, Story, Viewer

_CREDENTIALS = re.compile(r"(?<=://)[^/?#]*@")


def why(db: Connection, url: str, viewer: Viewer) -> Story | None:
    """The story of the article at an address, as far as this viewer may know it."""
    article = articles.at(db, url, viewer)
    if article is None:
        return None
    events = [*_seen(db, article.id), *_changed(db, article.id), *_owed(db, article.id, viewer)]
    return Story(article, tuple(sorted(events, key=lambda event: event.at)))


def _seen(db: Connection, article: int) -> list[Event]:
    rows = db.execute(
        """
        SELECT g.first, s.url, f.title FROM sighting g JOIN feed f ON f.id = g.feed JOIN source s ON s.id = f.source
        WHERE g.article = ? ORDER BY g.first
        """,
        [article],
    )
    found = []
    for row in rows:
        url = _CREDENTIALS.sub("", row["url"])  # this is shown to people who need not know how we get in there
        found.append(Event(from_ms(row["first"]), "seen", f"in {row['title'] or url}", feed=url))
    return found


def _changed(db: Connection, article: int) -> list[Event]:
    rows = db.execute("SELECT * FROM revision WHERE article = ? ORDER BY id", [article])
    found = []
    for row in rows:
        was = json.loads(zlib.decompress(row["was"]))
        words = "; ".join(_was(part, value) for part, value in was.items())
        found.append(Event(from_ms(row["at"]), "changed", words))
    return found


def _owed(db: Connection, article: int, viewer: Viewer) -> list[Event]:
    """What a server is owed is known to that server and to the operator alone."""
    if viewer == OPERATOR:
        return []
    rows = db.execute(
        """
        SELECT d.*, s.region FROM delivery d JOIN subscription s ON s.id = d.subscription
        WHERE d.article = :article AND (:viewer IS NULL OR s.guild = :viewer) ORDER BY d.id
        """,
        {"article": article, "viewer": viewer},
    )
    found = []
    for row in rows:
        place = {"target": row["target"], "region": row["region"]}
        found.append(Event(from_ms(row["made"]), "owed", f"to {row['target']} for {row['region']}", **place))
        found.extend(Event(from_ms(at), what, words, **place) for at, what, words in _became(row))
    return found


def _became(row: Row) -> Iterable[tuple[int, str, str]]:
    """When what became of a delivery, and with what words."""
    last = row["settled"] or row["attempted"] or row["made"]
    tries = f"after {row['attempts']} attempts" if row["attempts"] > 1 else ""
    if row["state"] != "sent":
        if row["state"] != "pending":
            yield last, row["state"], row["reason"] or tries
        return
    out = row["sent"] or last
    yield out, "sent", tries if out == last else ""
    if row["edit"]:
        yield last, "to be edited", row["reason"]
    elif out < last:
        yield last, "not edited" if row["reason"] else "edited", row["reason"]


def _was(part: str, value: object) -> str:
    """A part of an article before it was changed, for a person."""
    verb = "were" if isinstance(value, list) else "was"
    if not value:
        return f"{part} {verb} missing"
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return f"{part} {verb} “{text[:120]}{'…' if len(text) > 120 else ''}”"

"""Takes in what a poll found: articles, keys, sightings, deliveries and the source's state, in one transaction."""

import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from bot.archive import articles, feeds, identities, memos, outbox, subscriptions
from bot.archive.connect import Connection
from bot.archive.moments import to_ms
from bot.archive.rows import clean
from bot.model import Accepted, Article, Image, Learn, Recall, Route, Sighting, Source, Subscription, Tag

# The parts of a print. Each has a hash of its own in the sighting, so that we can tell what one feed has changed.
_PARTS = ("title", "url", "teaser", "text", "authors", "image", "regions", "tags", "published", "language")
_SHOWN = ("title", "teaser", "image", "regions", "authors", "url", "gone")  # of which a message is made
_KEPT = ("title", "url", "teaser", "text", "authors", "image", "regions", "published")  # of which a revision is made
_GAPS = ("teaser", "text", "authors", "image", "published", "language", "updated", "why")
_HASH = 3  # bytes: enough to see a change
_PLAIN = bytes((10, *range(32, 127)))


def nothing(accepted: Accepted, recall: Recall) -> Mapping[str, str]:
    """Teaches nothing."""
    return {}


@dataclass(frozen=True, slots=True)
class _Known:
    """An article in the archive, and how this feed printed it last, if it did."""

    article: Article
    quiet: bool
    parts: bytes | None
    feeds: int


def accept(
    db: Connection,
    sightings: Sequence[Sighting],
    source: Source | None,
    route: Route,
    now: datetime,
    learn: Learn = nothing,
    whole: bool = True,
) -> Accepted:
    """Keep it all, and write down what is owed for it, and what it teaches.

    After a document that was not whole a feed's first poll is not over: the rest of it is no news either.
    """
    wanted = _Orders(db)
    new: list[Article] = []
    changed: list[Article] = []
    retold: list[tuple[Article, Article]] = []
    owed = 0
    for each in sightings:
        article = articles.cleaned(each.article)
        sighting = each if article is each.article else replace(each, article=article)
        hashes = identities.hashes_of(article, sighting.feed)
        known = articles.known_as(db, hashes)
        if known is None:
            article = _begin(db, sighting, hashes, now)
            new.append(article)
            if not (sighting.silent or article.late):
                owed += outbox.owe(db, article, route(article, wanted.all()), now)
        elif known:
            state = _known(db, known, sighting)
            if _has_new_tags(state, sighting.article):
                retold.append((state.article, sighting.article))
            identities.bind(db, hashes, known)
            merged, corrected, made = _meet_again(db, state, sighting, wanted, route, now)
            changed += [merged] if corrected else []
            owed += made
    if whole:
        feeds.were_polled(db, (each.feed.id for each in sightings), source, now)
    if source is not None:
        feeds.settle(db, [source])
    accepted = Accepted(tuple(new), tuple(changed), owed, tuple(retold))
    for key, value in learn(accepted, partial(memos.recall, db)).items():
        memos.remember(db, key, value)
    return accepted


def place(
    db: Connection,
    article: int,
    regions: Sequence[str],
    why: str,
    route: Route,
    now: datetime,
    *,
    edits: bool = True,
) -> int:
    """Somebody says where an article belongs. What is shown of it follows, if it shall; new regions are owed it."""
    before = articles.load(db, [article]).get(article)
    if before is None:
        return 0
    after = replace(before, regions=tuple(dict.fromkeys(regions)), why=clean(why) or before.why)
    if after == before:
        return 0
    articles.rewrite(db, before, after)
    if before.regions == after.regions:
        return 0
    _revise(db, before, after, 0, now)
    subscriptions.let_go(db, now, "article", article)
    if edits:
        outbox.mark_edits(db, article)
    new = set(after.regions) - set(before.regions)
    orders = [each for each in subscriptions.every(db) if each.region in new]
    return outbox.owe(db, after, route(after, orders), now) if orders else 0


def mark_gone(db: Connection, found: Iterable[int], now: datetime) -> None:
    """The pages of these articles are there no more. They stay; what is out of them says so."""
    for before in articles.load(db, list(found)).values():
        if before.gone is None:
            articles.rewrite(db, before, replace(before, gone=now))
            outbox.mark_edits(db, before.id)


class _Orders:
    """The standing orders, read once, and only where something may be owed."""

    def __init__(self, db: Connection) -> None:
        self._db = db
        self._read: list[Subscription] | None = None

    def all(self) -> list[Subscription]:
        if self._read is None:
            self._read = subscriptions.every(self._db)
        return self._read


def _begin(db: Connection, sighting: Sighting, hashes: Sequence[bytes], now: datetime) -> Article:
    """A new article."""
    quiet = sighting.silent or sighting.article.late
    article = articles.insert(db, sighting.article, sighting.feed, quiet, now)
    identities.bind(db, hashes, article.id)
    _print(db, article.id, sighting, now)
    return article


def _meet_again(
    db: Connection, state: _Known, sighting: Sighting, wanted: _Orders, route: Route, now: datetime
) -> tuple[Article, bool, int]:
    """A known article: what is it now, was that a correction, and how much is owed for regions that are new?"""
    before, printed = state.article, sighting.article
    known = before.id
    after, corrected = (
        (_united(before, printed), False) if state.parts is None else _corrected(state, printed, state.parts)
    )
    if _is_moved(before):
        after = replace(after, regions=before.regions, why=before.why)
    if sighting.feed.url not in after.feeds:
        after = replace(after, feeds=(*after.feeds, sighting.feed.url))
    _print(db, known, sighting, now)
    if after == before:
        return after, False, 0
    articles.rewrite(db, before, after)
    if corrected:
        _revise(db, before, after, sighting.feed.id, now)
    if _differ(before, after, _SHOWN):
        outbox.mark_edits(db, known)
    if set(before.regions) - set(after.regions):
        subscriptions.let_go(db, now, "article", known)
    if state.quiet or sighting.silent or sighting.article.late:
        return after, corrected, 0
    late = set(after.regions) - set(before.regions)
    orders = [each for each in wanted.all() if each.region in late] if late else []
    return after, corrected, outbox.owe(db, after, route(after, orders), now) if orders else 0


def _has_new_tags(state: _Known, printed: Article) -> bool:
    """Whether a feed now prints tags that it did not print before, unless a person has said where it belongs."""
    if not printed.tags or _is_moved(state.article):
        return False
    return state.parts is None or "tags" in _altered(state.parts, _parts_of(printed))


def _is_moved(article: Article) -> bool:
    """Whether a person has said where it belongs, which no feed undoes."""
    return article.why.startswith('{"rule":"moved"')


def _united(before: Article, printed: Article) -> Article:
    """Another feed prints it as well: that adds and fills gaps, and corrects nothing."""
    filled = {part: getattr(before, part) or getattr(printed, part) for part in _GAPS}
    return replace(
        before,
        **filled,
        tags=tuple(dict.fromkeys((*before.tags, *printed.tags))),
        regions=tuple(dict.fromkeys((*before.regions, *printed.regions))),
    )


def _corrected(state: _Known, printed: Article, parts: bytes) -> tuple[Article, bool]:
    """The same feed prints it otherwise: what it has changed is changed, what it now leaves out stays."""
    before = state.article
    altered = set(_altered(parts, _parts_of(printed)))
    fresh = {part: getattr(printed, part) for part in altered if getattr(printed, part)}
    if state.feeds > 1:  # another feed still says otherwise of where it belongs
        fresh |= {
            part: tuple(dict.fromkeys((*getattr(before, part), *fresh[part])))
            for part in ("regions", "tags")
            if part in fresh
        }
    merged = replace(_united(before, replace(printed, regions=(), tags=())), **fresh)
    if "regions" in fresh or "tags" in fresh:
        merged = replace(merged, why=printed.why or before.why)
    updated = max(filter(None, (before.updated, printed.updated)), default=None)
    merged = replace(merged, updated=updated, gone=None)
    return merged, any(
        part in fresh and getattr(before, part) and getattr(before, part) != getattr(merged, part) for part in _KEPT
    )


def _known(db: Connection, known: int, sighting: Sighting) -> _Known:
    row = db.execute("SELECT quiet FROM article WHERE id = ?", [known]).fetchone()
    last = db.execute("SELECT parts FROM sighting WHERE article = ? AND feed = ?", [known, sighting.feed.id]).fetchone()
    article = articles.load(db, [known])[known]
    return _Known(article, bool(row["quiet"]), None if last is None else last["parts"], len(article.feeds))


def _print(db: Connection, article: int, sighting: Sighting, now: datetime) -> None:
    """Remember that this feed prints it so."""
    parts = b"".join(_parts_of(sighting.article))
    db.execute(
        """
        INSERT INTO sighting (article, feed, digest, parts, first) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT (article, feed) DO UPDATE SET digest = excluded.digest, parts = excluded.parts
        """,
        [article, sighting.feed.id, sighting.digest, parts, to_ms(now)],
    )


def _revise(db: Connection, before: Article, after: Article, feed: int, now: datetime) -> None:
    """Keep what it was before."""
    was = {part: _plain(getattr(before, part)) for part in _KEPT if _differ(before, after, (part,))}
    packed = zlib.compress(json.dumps(was, ensure_ascii=False).encode())
    db.execute(
        "INSERT INTO revision (article, feed, at, was) VALUES (?, ?, ?, ?)", [before.id, feed, to_ms(now), packed]
    )


def _differ(before: Article, after: Article, parts: Iterable[str]) -> bool:
    return any(getattr(before, part) != getattr(after, part) for part in parts)


def _parts_of(article: Article) -> list[bytes]:
    return [zlib.crc32(_shown(getattr(article, part)).encode()).to_bytes(4)[:_HASH] for part in _PARTS]


def _shown(value: object) -> str:
    """As repr has it; plain text far sooner."""
    if not isinstance(value, str) or not value.isascii() or value.encode().translate(None, _PLAIN):
        return repr(value)
    plain = value.replace("\\", "\\\\").replace("\n", "\\n")
    if "'" not in plain:
        return f"'{plain}'"
    return f'"{plain}"' if '"' not in plain else "'" + plain.replace("'", "\\'") + "'"


def _altered(parts: bytes, printed: Sequence[bytes]) -> Iterable[str]:
    for at, (name, now) in enumerate(zip(_PARTS, printed, strict=True)):
        if parts[at * _HASH : (at + 1) * _HASH] != now:
            yield name


def _plain(value: object) -> object:
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, Tag):
        return [value.term, value.scheme, value.label]
    if isinstance(value, Image):
        return value.url
    return value if value is None or isinstance(value, str) else str(value)

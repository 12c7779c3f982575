"""A row becomes a value at once, and a value a row."""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from functools import lru_cache
from hashlib import blake2b
from typing import cast

from bot.archive import texts
from bot.archive.connect import Row
from bot.archive.moments import from_ms, moment_or_none, ms_or_none, to_ms
from bot.archive.texts import Printed
from bot.model import Article, Delivery, Feed, Part, Roundup, Source, State, Subscription

_REMEMBERED = 2_000  # lists of names


def to_feed(row: Row) -> Feed:
    """A row of feed joined with its source's address."""
    return Feed(
        url=row["url"],
        id=row["id"],
        source=row["source"],
        owner=row["owner"],
        title=row["title"],
        region=row["region"],
        default=row["fallback"],
        home=row["home"],
        every=None if row["every"] is None else timedelta(seconds=row["every"]),
        pages=bool(row["pages"]),
        full_text=bool(row["full_text"]),
        tags=_mapping(row["tags"]),
        places=_mapping(row["places"]),
        hints=bool(row["hints"]),
        any_certificate=bool(row["any_certificate"]),
        added=from_ms(row["added"]),
        polled=moment_or_none(row["polled"]),
    )


def from_feed(feed: Feed) -> dict[str, object]:
    """What a feed's row keeps of what its owner may set."""
    return {
        "title": clean(feed.title),
        "region": feed.region,
        "fallback": feed.default,
        "home": feed.home,
        "every": None if feed.every is None else int(feed.every.total_seconds()),
        "pages": feed.pages,
        "full_text": feed.full_text,
        "tags": _json(dict(feed.tags)),
        "places": _json(dict(feed.places)),
        "hints": feed.hints,
        "any_certificate": feed.any_certificate,
    }


def to_source(row: Row) -> Source:
    return Source(
        url=row["url"],
        id=row["id"],
        etag=row["etag"],
        modified=row["modified"],
        digest=row["digest"],
        polled=moment_or_none(row["polled"]),
        succeeded=moment_or_none(row["succeeded"]),
        next_poll=moment_or_none(row["next_poll"]),
        failures=row["failures"],
        status=row["status"],
        error=row["error"],
        any_certificate=bool(row["any_certificate"]),
        memory=row["memory"],
    )


def from_source(source: Source) -> dict[str, object]:
    """What a source's row keeps of its state."""
    return {
        "etag": source.etag,
        "modified": source.modified,
        "digest": source.digest,
        "polled": ms_or_none(source.polled),
        "succeeded": ms_or_none(source.succeeded),
        "next_poll": ms_or_none(source.next_poll),
        "failures": source.failures,
        "status": source.status,
        "error": clean(source.error),
        "memory": source.memory,
    }


def to_article(row: Row, printed: Printed, feeds: tuple[str, ...]) -> Article:
    """A row of article, its long parts, and the addresses of the feeds that print it."""
    return Article(
        title=row["title"],
        url=printed.url,
        id=row["id"],
        owner=row["owner"],
        teaser=printed.teaser,
        text=printed.text,
        authors=_names(row["authors"]),
        tags=printed.tags,
        regions=_names(row["regions"]),
        feeds=feeds,
        image=printed.image,
        published=moment_or_none(row["published"]),
        seen=from_ms(row["seen"]),
        updated=moment_or_none(row["updated"]),
        gone=moment_or_none(row["gone"]),
        language=row["language"],
        source_name=row["source_name"],
        why=printed.why,
        late=bool(row["late"]),
    )


def from_article(article: Article) -> tuple[object, ...]:
    """What the row of a cleaned article keeps, in the columns of ARTICLE."""
    assert article.seen is not None
    return (
        article.owner,
        article.title,
        _listed(article.authors),
        _listed(article.regions),
        ms_or_none(article.published),
        to_ms(article.seen),
        ms_or_none(article.updated),
        ms_or_none(article.gone),
        article.language,
        article.source_name,
        article.late,
        article.url,
        *texts.UNPACKED.values(),
    )


# The columns of from_article: all but the key, what is written once, and what is packed apart.
ARTICLE = (
    *("owner", "title", "authors", "regions", "published", "seen", "updated", "gone"),
    *("language", "source_name", "late", "url", *texts.UNPACKED),
)


def to_subscription(row: Row) -> Subscription:
    return Subscription(
        target=row["target"],
        region=row["region"],
        id=row["id"],
        guild=row["guild"],
        kind=row["kind"],
        mention=row["mention"],
        silent=bool(row["silent"]),
        publish=bool(row["publish"]),
        tag=row["tag"],
        include=row["include"],
        exclude=row["exclude"],
        options=row["options"],
        created=from_ms(row["created"]),
        suspended=row["suspended"],
    )


def from_subscription(subscription: Subscription) -> dict[str, object]:
    return {
        "guild": subscription.guild,
        "kind": subscription.kind,
        "mention": subscription.mention,
        "silent": subscription.silent,
        "publish": subscription.publish,
        "tag": subscription.tag,
        "include": subscription.include,
        "exclude": subscription.exclude,
        "options": subscription.options,
        "suspended": subscription.suspended,
    }


def to_delivery(row: Row, found: Mapping[int, Article], subscription: Subscription) -> Delivery:
    """With the article, or the round-up, that it brings; both must be among those found."""
    return Delivery(
        id=row["id"],
        article=found[row["article"]] if not row["listed"] else _named(row),
        roundup=to_roundup(row["listed"], found) if row["listed"] else None,
        target=row["target"],
        subscription=subscription,
        nonce=row["nonce"],
        state=cast(State, row["state"]),
        reason=row["reason"],
        attempts=row["attempts"],
        attempted=moment_or_none(row["attempted"]),
        due=moment_or_none(row["due"]),
        message=row["message"],
        shown=row["shown"],
        edit=bool(row["edit"]),
    )


def from_roundup(roundup: Roundup) -> str:
    """Which articles it shows, as their keys."""
    parts = [[each.region, each.total, [one.id for one in each.articles]] for each in roundup.parts]
    return _json({"since": to_ms(roundup.since), "until": to_ms(roundup.until), "zone": roundup.zone, "parts": parts})


def to_roundup(listed: str, found: Mapping[int, Article]) -> Roundup:
    """With its articles, as far as they are still there."""
    said = json.loads(listed)
    parts = [
        Part(region, tuple(found[key] for key in keys if key in found), total) for region, total, keys in said["parts"]
    ]
    return Roundup(from_ms(said["since"]), from_ms(said["until"]), said["zone"], tuple(p for p in parts if p.articles))


def brings(row: Row) -> list[int]:
    """The keys of the articles that a delivery shows."""
    if not row["listed"]:
        return [row["article"]]
    return [key for _, _, keys in json.loads(row["listed"])["parts"] for key in keys]


def _named(row: Row) -> Article:
    """In place of an article, where one is named: a round-up has a week."""
    return Article(title="The weekly round-up", url="", id=row["article"], published=from_ms(row["published"]))


def clean(text: str) -> str:
    """Text that can be kept: no halves of characters, no controls but line breaks and tabs, nothing that turns a line.

    The intake does more, but for titles, teasers and texts alone; here all that comes in passes by.
    """
    if not (text.encode().translate(None, _CLEAN) if text.isascii() else _UNCLEAN.search(text)):
        return text
    return text.encode("utf-8", "replace").decode().translate(_CONTROLS)


def short_hash(*parts: str, size: int = 12) -> bytes:
    """A hash of texts which cannot be confused with that of other texts."""
    return blake2b("\x00".join(parts).encode("utf-8", "replace"), digest_size=size).digest()


def marks(count: int) -> str:
    """As many question marks, for IN (...)."""
    return ", ".join("?" * count)


def columns(values: Iterable[str]) -> str:
    """`a = :a, b = :b`, for UPDATE."""
    return ", ".join(f"{name} = :{name}" for name in values)


_CLEAN = bytes((9, 10, *range(32, 127)))
_UNCLEAN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_TURNING = (*range(0x202A, 0x202F), *range(0x2066, 0x206A))
_CONTROLS = {code: None for code in (*range(32), *range(127, 160), *_TURNING) if chr(code) not in "\t\n"}


def _mapping(stored: str) -> Mapping[str, str]:
    loaded: dict[str, str] = json.loads(stored) if stored != "{}" else {}
    return loaded


@lru_cache(_REMEMBERED)
def _names(stored: str) -> tuple[str, ...]:
    """What was listed."""
    return tuple(json.loads(stored))


@lru_cache(_REMEMBERED)
def _listed(names: tuple[str, ...]) -> str:
    """Authors and regions come again and again."""
    return _json(names)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))

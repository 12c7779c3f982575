"""How much a server's own feeds may bring in a day, lest one that means ill fills the disk of whoever runs the bot.

No honest feed comes near it: fifty that print all their articles, thirty a day, are half of it. What the operator has
chosen has no such limit.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta

from bot.model import OPERATOR, Article, Sighting

KEYS = "allowance:"  # before a server's number: the key under which the archive remembers what its feeds have brought
_ROW = 1024  # bytes that an article takes besides its words
_DELIVERY = 320  # and each delivery of it


@dataclass(frozen=True, slots=True)
class Allowance:
    """In bytes, as printed. The archive needs one to five times as much, by how well the words can be packed."""

    together: int = 20 * 2**20  # of all of a server's own feeds, in a day of UTC
    each: int = 400 * 2**10  # what one of them may bring in any case, however much the others have brought


@dataclass(frozen=True, slots=True)
class Spent:
    """What one server's feeds have brought in a day."""

    day: str = ""
    whole: int = 0
    feeds: Mapping[str, int] = field(default_factory=dict)  # by a feed's id
    shut: tuple[int, ...] = ()  # the feeds that have brought something for which there was no room


def parted(
    spent: Spent, found: Iterable[Sighting], allowance: Allowance
) -> tuple[list[Sighting], list[Sighting], Spent]:
    """What is taken in, what is left for another day, and what is spent then.

    After the first for which there is no room, all else of that feed is left: the order is kept.
    """
    taken, left = list[Sighting](), list[Sighting]()
    whole, feeds, shut = spent.whole, dict(spent.feeds), list(spent.shut)
    for each in found:
        number, size = each.feed.id, size_of(each.article)
        own = feeds.get(str(number), 0) + size
        fits = whole + size <= allowance.together or (own <= allowance.each and whole + size <= 2 * allowance.together)
        if fits and number not in shut:
            taken.append(each)
            whole += size
            feeds[str(number)] = own
        else:
            left.append(each)
            shut += [] if number in shut else [number]
    return taken, left, Spent(spent.day, whole, feeds, tuple(shut))


def owing(spent: Spent, feed: int, deliveries: int) -> Spent:
    """With what is owed for what a feed has brought, which is known only then."""
    size = deliveries * _DELIVERY
    return replace(
        spent, whole=spent.whole + size, feeds={**spent.feeds, str(feed): spent.feeds.get(str(feed), 0) + size}
    )


def size_of(article: Article) -> int:
    """What it prints, and what it takes besides."""
    image = [article.image.url, article.image.alt, article.image.credit] if article.image else []
    tags = [word for tag in article.tags for word in (tag.term, tag.scheme, tag.label)]
    printed = (article.title, article.url, article.teaser, article.text, *article.authors, *tags, *image)
    return _ROW + sum(len(each.encode("utf-8", "replace")) for each in printed)


def owners(found: Sequence[Sighting]) -> list[int]:
    """The servers whose feeds bring any of it."""
    return sorted({each.feed.owner for each in found} - {OPERATOR})


def key(owner: int) -> str:
    return f"{KEYS}{owner}"


def read(text: str | None, now: datetime) -> Spent:
    """What is remembered of this day; with each day it begins anew."""
    today = Spent(f"{now.astimezone(UTC):%Y-%m-%d}")
    try:
        said = json.loads(text or "null")
        if not isinstance(said, dict) or said["day"] != today.day:
            return today
        return Spent(today.day, int(said["whole"]), dict(said["feeds"]), tuple(said["shut"]))
    except (ValueError, LookupError, TypeError):
        return today


def written(spent: Spent) -> str:
    return json.dumps({"day": spent.day, "whole": spent.whole, "feeds": spent.feeds, "shut": spent.shut})


def tomorrow(now: datetime) -> datetime:
    """When there is room again."""
    return datetime.combine(now.astimezone(UTC).date() + timedelta(days=1), time(), UTC)

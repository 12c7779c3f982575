"""Asks the classifier about every article of the archive again, after the names or the regions have changed."""

import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import blake2b

from bot.app.core import Core, feeds_as_listed
from bot.archive.moments import first_key
from bot.delivery.route import route
from bot.intake.classify import evidence
from bot.model import Article, Feed, Sighting
from bot.poller.placing import Placing

PIECE = 100  # articles at once
PAUSE = timedelta(milliseconds=20)  # between two pieces: a bot that runs writes into the same archive
_MEMO = "reclassify"  # under this key the archive remembers how far we came

Feeds = Mapping[tuple[str, int], Feed]  # by address and owner


@dataclass(frozen=True, slots=True)
class Wish:
    """What shall be done, beyond looking."""

    do: bool = False  # the archive follows
    edit: bool = False  # and the posts that are out
    post: bool = False  # and what is new to a region's channels is posted there
    since: datetime | None = None  # what is older stays as it is


@dataclass(frozen=True, slots=True)
class Change:
    """An article that would be elsewhere today."""

    article: Article  # as it is
    now: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """How far we are, and what has been found since the step before."""

    done: int
    of: int
    changes: tuple[Change, ...] = ()
    posts: int = 0  # of these articles, that are out
    owed: int = 0


async def reclassified(core: Core, wish: Wish) -> AsyncIterator[Step]:
    """Walk through the archive, oldest first. What was stopped goes on where it was, unless the names changed since."""
    feeds = {(feed.url, feed.owner): feed for feed in await feeds_as_listed(core)}
    placing = Placing(core.classifier, core.regions)
    first = first_key(wish.since) - 1 if wish.since else -1
    mark = _mark(core, feeds, wish)
    at = max(first, _reached(await core.archive.recall(_MEMO), mark)) if wish.do else first
    of = await core.archive.number_after(first)
    done = of - await core.archive.number_after(at)
    yield Step(done, of)
    while articles := await core.archive.articles_after(at, PIECE):
        at, done = articles[-1].id, done + len(articles)
        placed = [_placed(article, feeds, placing) for article in articles]
        moved = [(was, now) for was, now in zip(articles, placed, strict=True) if _differs(was, now)]
        owed = 0
        if wish.do:
            memo = (_MEMO, json.dumps([at, mark]))
            to = route if wish.post else None
            again = [replace(was, regions=now.regions, why=now.why) for was, now in moved]
            owed = await core.archive.put_again(again, to, core.clock.now(), edits=wish.edit, memo=memo)
            await core.clock.sleep(PAUSE)
        posts = await core.archive.posts_of([was.id for was, _ in moved])
        yield Step(done, of, tuple(Change(was, now.regions) for was, now in moved), posts, owed)
    if wish.do:
        await core.archive.remember(_MEMO, "")


def _mark(core: Core, feeds: Feeds, wish: Wish) -> str:
    """Of all that an answer depends on. Where any of it is not as it was, the walk begins anew."""
    names = core.classifier.names
    said = [(feed.url, feed.home, feed.region, feed.default, feed.tags, feed.places) for feed in feeds.values()]
    parts = (names.exact, names.folded, names.stems, names.joined, core.classifier.places, list(core.regions), said)
    return blake2b(repr((parts, wish)).encode(), digest_size=12).hexdigest()


def _reached(memo: str | None, mark: str) -> int:
    """The last article that was done, where the same was wanted before."""
    try:
        match json.loads(memo or "[]"):
            case [int() as at, str() as before] if before == mark:
                return at
    except ValueError:
        pass
    return -1


def _placed(article: Article, feeds: Feeds, placing: Placing) -> Article:
    """As every feed that prints it says, and the section feed first, as it was when it was taken in."""
    keys = [(url, article.owner) for url in article.feeds]
    known = [feeds[key] for key in keys if key in feeds] or [Feed(url="")]
    known.sort(key=lambda feed: feed.region is None)
    placed = [placing.place(Sighting(article, feed, b""))[0].article for feed in known]
    regions = tuple(dict.fromkeys(region for each in placed for region in each.regions))
    return replace(placed[0], regions=regions)


def _differs(was: Article, now: Article) -> bool:
    """Whether it belongs elsewhere today. What a person has put somewhere stays there."""
    return set(was.regions) != set(now.regions) and evidence(was.why).rule != "moved"

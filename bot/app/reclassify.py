"""Asks the classifier about every article of the archive again, after the names or the regions have changed."""

import json
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass

from bot.app.core import Core
from bot.delivery.route import route
from bot.model import Article, Feed, Owed, Sighting, Subscription
from bot.poller.placing import Placing

PIECE = 100  # articles at once
_PLACE = "reclassify"  # under this key the archive remembers how far we came
_BY_HAND = "moved"  # the rule of a correction by a person, which no classifier undoes


@dataclass(frozen=True, slots=True)
class Change:
    """One article whose regions are not what they would be today."""

    title: str
    was: tuple[str, ...]
    now: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """How far we are, and what has been found since the step before."""

    done: int
    changes: tuple[Change, ...]


async def reclassified(core: Core, *, do: bool, post: bool) -> AsyncIterator[Step]:
    """Walk through the archive, oldest first: `do` changes what differs, `post` owes it to channels that are new."""
    feeds = {feed.url: feed for feed in await core.archive.feeds()}
    placing = Placing(core.classifier, core.regions)
    at = int(await core.archive.recall(_PLACE) or -1) if do else -1
    done = 0
    while articles := await core.archive.articles_after(at, PIECE):
        changes = []
        for article in articles:
            placed = _placed(article, feeds, placing)
            if set(placed.regions) != set(article.regions) and not _by_hand(article):
                changes.append(Change(article.title, article.regions, placed.regions))
                if do:
                    to = route if post else _nowhere
                    await core.archive.place(article.id, placed.regions, placed.why, to, core.clock.now())
        at, done = articles[-1].id, done + len(articles)
        if do:
            await core.archive.remember(_PLACE, str(at))
        yield Step(done, tuple(changes))
    if do:
        await core.archive.remember(_PLACE, "")


def _nowhere(article: Article, subscriptions: Sequence[Subscription]) -> list[Owed]:
    return []


def _placed(article: Article, feeds: Mapping[str, Feed], placing: Placing) -> Article:
    """With all that the feeds which print it say: a section feed may not be the first of them."""
    known = [feeds[url] for url in article.feeds if url in feeds] or [Feed(url="")]
    feed = next((each for each in known if each.region), known[0])
    return placing.place(Sighting(article, feed, b""))[0].article


def _by_hand(article: Article) -> bool:
    try:
        return bool(json.loads(article.why or "{}").get("rule") == _BY_HAND)
    except (ValueError, AttributeError):
        return False

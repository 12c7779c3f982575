"""Measures what servers' own feeds bring, and leaves what is more than a day holds for another day."""

import asyncio
import contextlib
import logging
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from weakref import WeakValueDictionary

from bot.archive.archive import Archive
from bot.intake import allowance, tidings
from bot.intake.addresses import spoken
from bot.intake.allowance import Allowance, Spent
from bot.model import OPERATOR, Accepted, Article, Feed, Owed, Recall, Route, Sighting, Subscription

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Measured:
    """What may be kept now, what not, and what is to be remembered of that in the same transaction."""

    taken: Sequence[Sighting]
    left: Sequence[Sighting]
    now: datetime
    spent: Mapping[int, Spent]  # by server
    before: frozenset[int]  # the feeds that were shut before
    owed: Counter[int] = field(default_factory=Counter)  # deliveries, by the feed that brought the article

    @property
    def feeds(self) -> dict[int, Feed]:
        """Those of which something is left."""
        return {each.feed.id: each.feed for each in self.left}

    def counting(self, route: Route) -> Route:
        """The same route; what is owed for the articles of servers' own feeds is counted."""
        feeds = {(each.feed.owner, each.feed.url): each.feed.id for each in self.taken if each.feed.owner in self.spent}

        def counted(article: Article, wanted: Sequence[Subscription]) -> list[Owed]:
            owed = route(article, wanted)
            feed = next((feeds[article.owner, url] for url in article.feeds if (article.owner, url) in feeds), None)
            if feed is not None:
                self.owed[feed] += len(owed)
            return owed

        return counted

    def __call__(self, accepted: Accepted, recall: Recall) -> Mapping[str, str]:
        """What is spent; and for those who run the server that something is left."""
        told = {}
        for feed in self.feeds.values():
            key = tidings.plenty_key(feed.id)
            tiding = tidings.of(feed, "plenty", self.now.isoformat(), self.now, "")
            told[key] = tidings.written(tidings.going_on(tidings.read(recall(key)), tiding))
        spent = dict(self.spent)
        for owner, number in {(each.feed.owner, each.feed.id) for each in self.taken if each.feed.id in self.owed}:
            spent[owner] = allowance.owing(spent[owner], number, self.owed[number])
        return {allowance.key(owner): allowance.written(each) for owner, each in spent.items()} | told

    def tell(self) -> None:
        """Write into the log of which feeds something is left that was not so before."""
        for feed in self.feeds.values():
            if feed.id not in self.before:
                count = sum(each.feed.id == feed.id for each in self.left)
                log.warning("left for another day feed=%s server=%d articles=%d", spoken(feed.url), feed.owner, count)


class Measuring:
    """One after the other for each server, so that many of its feeds at once bring no more than one would."""

    def __init__(self, archive: Archive, most: Allowance) -> None:
        self._archive = archive
        self._most = most
        self._turns: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()  # by server

    async def is_shut(self, feed: Feed, now: datetime) -> bool:
        """Whether it has brought more than there was room for, today."""
        if feed.owner == OPERATOR:
            return False
        spent = allowance.read(await self._archive.recall(allowance.key(feed.owner)), now)
        return feed.id in spent.shut

    @contextlib.asynccontextmanager
    async def measured(
        self, found: Sequence[Sighting], left: Sequence[Sighting], now: datetime
    ) -> AsyncIterator[Measured]:
        """What of it may be kept, beside what is `left` already. It has to be kept before this is over."""
        owners = allowance.owners(found)
        taken, left, spent = list(found), list(left), dict[int, Spent]()
        shut = {each.feed.id for each in left}
        async with contextlib.AsyncExitStack() as turns:
            for owner in owners:
                await turns.enter_async_context(self._turns.setdefault(owner, asyncio.Lock()))
                before = allowance.read(await self._archive.recall(allowance.key(owner)), now)
                own = [each for each in taken if each.feed.owner == owner]
                fitting, over, spent[owner] = allowance.parted(before, own, self._most)
                if over:
                    kept = set(map(id, fitting))
                    taken = [each for each in taken if each.feed.owner != owner or id(each) in kept]
                    left += over
                shut.update(before.shut)
            yield Measured(taken, left, now, spent, frozenset(shut))

"""Asks a feed once and says what would be posted, without keeping anything."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.archive.archive import Archive
from bot.clock import Clock
from bot.errors import NewsError
from bot.intake import memory
from bot.intake.addresses import spoken
from bot.intake.discover import completed
from bot.intake.fetch import Fetcher, unchecked
from bot.intake.outcome import Poll
from bot.intake.policy import policy
from bot.model import OPERATOR, Article, Feed, Source
from bot.poller.indexes import Indexes
from bot.poller.placing import Placing
from bot.poller.reading import Reading
from bot.poller.taking import sightings_in


@dataclass(frozen=True, slots=True)
class Checked:
    """What a feed says now."""

    feed: Feed
    format: str
    articles: tuple[Article, ...]  # all of them, with their regions, newest first
    new: tuple[Article, ...]  # those that the next poll would post; none for a feed that was never polled
    sentence: str


class Checking:
    """Looks, and leaves no trace."""

    def __init__(self, archive: Archive, fetcher: Fetcher, reading: Reading, placing: Placing, clock: Clock) -> None:
        self._archive = archive
        self._fetcher = fetcher
        self._reading = reading
        self._placing = placing
        self._clock = clock

    async def check(self, typed: str, owner: int = OPERATOR, feeds: Sequence[Feed] | None = None) -> Checked:
        """What the feed says, and what of it would be posted. Raises NewsError when it is no feed."""
        url = completed(typed)
        feeds = await self._archive.feeds(owner) if feeds is None else feeds
        known = next((each for each in feeds if each.owner == owner and each.url in (typed, url)), None)
        feed = known or Feed(url, owner=owner)
        fetched = await self._fetcher.fetch(feed.url, unchecked=unchecked(feed))
        if fetched.document is None:
            raise NewsError(fetched.error)
        parsed = await self._reading.feed(fetched.document)
        parsed = await Indexes(self._fetcher, self._reading).whole(parsed, unchecked(feed))
        sources = {each.id: each for each in await self._archive.sources()}
        source = sources.get(feed.source) or Source(feed.url)
        now = self._clock.now()
        poll = Poll(source, memory.read(source.memory), now, timedelta(0), random.Random())  # noqa: S311 no secret
        placed = [self._placing.place(each)[0] for each in await sightings_in(parsed, feed, poll)]
        new: list[Article] = []
        if feed.polled is not None:
            for each in placed:
                article = each.article
                if not article.late and not await self._archive.known_keys(feed, article.keys):
                    new.append(article)
        sentence = f"{spoken(feed.url)} is a feed ({parsed.format}), “{parsed.title}”, with {parsed.count} items. " + (
            f"{len(new)} of them would be posted now." if known else "Added now, none of them would be posted."
        )
        sentence += f" They are {policy(frozenset(poll.memory.shared) | parsed.shared).sentence}."
        return Checked(feed, parsed.format, tuple(each.article for each in reversed(placed)), tuple(new), sentence)

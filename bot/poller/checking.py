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
from bot.intake.counting import counted
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
        called = f", “{parsed.title}”," if parsed.title else ""
        words = [f"{spoken(feed.url)} is a feed ({parsed.format}){called} with {counted(parsed.count, 'item')}."]
        if parsed.count:
            words.append(_posted(parsed.count, len(new)) if known else _added(parsed.count))
            words.append(f"Its articles are {policy(frozenset(poll.memory.shared) | parsed.shared).sentence}.")
        articles = tuple(each.article for each in reversed(placed))
        return Checked(feed, parsed.format, articles, tuple(new), " ".join(words))


def _posted(count: int, new: int) -> str:
    if count == 1:
        return f"It would {'' if new else 'not '}be posted now."
    return f"{new:,} of them would be posted now."


def _added(count: int) -> str:
    return f"Added now, {'it would not' if count == 1 else 'none of them would'} be posted."

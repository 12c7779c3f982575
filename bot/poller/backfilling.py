"""Fills the archive from a feed's older pages, without posting; stopped half-way, it goes on from there."""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.archive.archive import Archive
from bot.clock import Clock
from bot.errors import NewsError, NotFound
from bot.intake import memory, older
from bot.intake.addresses import spoken
from bot.intake.fetch import Fetcher, unchecked
from bot.intake.outcome import Poll
from bot.intake.parse import Parsed
from bot.model import OPERATOR, Feed, Source
from bot.poller.reading import Reading
from bot.poller.taking import Taking
from bot.poller.telling import Telling
from bot.poller.walking import OlderPage, Walking

MOST = 2000  # pages


@dataclass(frozen=True, slots=True)
class Filled:
    """How far a backfill has come."""

    pages: int
    new: int  # articles that the archive did not have
    oldest: datetime | None
    done: bool = False
    sentence: str = ""


class Backfilling:
    """Walks back through one feed."""

    def __init__(self, archive: Archive, fetcher: Fetcher, reading: Reading, taking: Taking, clock: Clock) -> None:
        self._archive = archive
        self._fetcher = fetcher
        self._reading = reading
        self._taking = taking
        self._clock = clock
        self._walking = Walking(fetcher, reading)

    async def fill(
        self, url: str, since: datetime, owner: int = OPERATOR, told: Callable[[Filled], None] = lambda filled: None
    ) -> Filled:
        """Keep every article back to that day that the feed still prints. Raises NewsError when that cannot be."""
        feed = next((each for each in await self._archive.feeds(owner) if each.url == url), None)
        if feed is None:
            raise NotFound(f"{spoken(url)} is none of the feeds; add it first.")
        source = next(each for each in await self._archive.sources() if each.id == feed.source)
        poll = Poll(source, memory.read(source.memory), self._clock.now(), timedelta(0), random.Random())  # noqa: S311
        key = f"backfill {owner} {url}"
        resumed = _Place.read(await self._archive.recall(key), since)
        here = await self._read(resumed.url or url, unchecked(feed))
        filled = Filled(0, 0, None)
        if not resumed.url:
            filled = await self._keep(filled, here, feed, poll, since)
            told(filled)
        found_any = bool(resumed.url)
        back = self._walking.back(
            url, here, way=resumed.way, most=MOST, start=resumed.number, unchecked=unchecked(feed)
        )
        async for page in back:
            found_any = True
            filled = await self._keep(filled, page.parsed, feed, poll, since)
            told(filled)
            if _reaches(page.parsed, since):
                break
            await self._archive.remember(key, _Place.after(page, since).written())
        await self._archive.remember(key, "")
        if filled.oldest:
            await Telling(self._archive).filled(feed, max(filled.oldest, since))
        return _finished(filled, found_any, source)

    async def _read(self, url: str, unchecked: str) -> Parsed:
        fetched = await self._fetcher.fetch(url, unchecked=unchecked)
        if fetched.document is None:
            raise NewsError(fetched.error)
        return await self._reading.feed(fetched.document)

    async def _keep(self, filled: Filled, parsed: Parsed, feed: Feed, poll: Poll, since: datetime) -> Filled:
        accepted = await self._taking.keep(parsed, feed, poll, since)
        dates = [each.published for each in parsed.entries if each.published]
        oldest = min([*dates, *([filled.oldest] if filled.oldest else [])], default=None)
        return Filled(filled.pages + 1, filled.new + len(accepted.new), oldest)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a backfill stands: the way, and the last page that is in the archive."""

    since: str
    way: older.Way = ""
    number: int = 2
    url: str = ""

    @classmethod
    def read(cls, text: str | None, since: datetime) -> "_Place":
        """The remembered place, if it was on the way to the same day."""
        try:
            said = json.loads(text or "null")
            if isinstance(said, dict) and said["since"] == since.isoformat():
                return cls(said["since"], older.way(said["way"]), int(said["number"]), str(said["url"]))
        except (ValueError, KeyError, TypeError):
            pass
        return cls(since.isoformat())

    @classmethod
    def after(cls, page: OlderPage, since: datetime) -> "_Place":
        return cls(since.isoformat(), page.way, page.number + 1, page.url)

    def written(self) -> str:
        return json.dumps({"since": self.since, "way": self.way, "number": self.number, "url": self.url})


def _reaches(parsed: Parsed, since: datetime) -> bool:
    dates = [each.published for each in parsed.entries if each.published]
    return bool(dates) and max(dates) < since


def _finished(filled: Filled, paged: bool, source: Source) -> Filled:
    new = {0: "No article is", 1: "One article is"}.get(filled.new, f"{filled.new:,} articles are")
    pages = "one page" if filled.pages == 1 else f"{filled.pages:,} pages"
    words = f"{new} new in the archive, from {pages} of {spoken(source.url)}"
    words += f", back to {filled.oldest:%d %B %Y}." if filled.oldest else "."
    if not paged:
        words += " This feed has no older pages that we could find."
    return Filled(filled.pages, filled.new, filled.oldest, True, words)

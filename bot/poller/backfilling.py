"""Fills the archive from a feed's older pages, without posting; stopped half-way, it goes on from there."""

import json
import logging
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
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
from bot.poller.indexes import Indexes
from bot.poller.reading import FOR_NOW, Reading, Unusable
from bot.poller.taking import Taking
from bot.poller.telling import Telling
from bot.poller.walking import OlderPage, Walking

log = logging.getLogger(__name__)

MOST = 2000  # pages


@dataclass(frozen=True, slots=True)
class Filled:
    """How far a backfill has come."""

    pages: int
    new: int  # articles that the archive did not have
    oldest: datetime | None  # of the articles that are kept
    done: bool = False
    sentence: str = ""
    lost: int = 0  # sitemaps of an index that cannot be read
    reached: datetime | None = None  # the date of the oldest article that was read


class Backfilling:
    """Walks back through one feed."""

    def __init__(self, archive: Archive, fetcher: Fetcher, reading: Reading, taking: Taking, clock: Clock) -> None:
        self._archive = archive
        self._fetcher = fetcher
        self._reading = reading
        self._taking = taking
        self._clock = clock
        self._walking = Walking(fetcher, reading)
        self._indexes = Indexes(fetcher, reading)

    async def fill(
        self, url: str, since: datetime, owner: int = OPERATOR, told: Callable[[Filled], None] = lambda filled: None
    ) -> Filled:
        """Keep every article back to that day that the feed still prints. Raises NewsError when that cannot be."""
        feed = next((each for each in await self._archive.feeds(owner) if each.url == url), None)
        if feed is None:
            raise NotFound(f"{spoken(url)} is none of the feeds; add it first.")
        source = next(each for each in await self._archive.sources() if each.id == feed.source)
        poll = Poll(source, memory.read(source.memory), self._clock.now(), timedelta(0), random.Random())  # noqa: S311
        errand = _Errand(feed, poll, since, told, f"backfill {owner} {url}")
        resumed = _Place.read(await self._archive.recall(errand.key), since)
        here = await self._read(url if resumed.way == "part" else resumed.url or url, unchecked(feed))
        walk = self._through_parts if here.parts else self._through_pages
        filled, found_any = await walk(errand, here, resumed)
        await self._archive.remember(errand.key, "")
        if filled.reached and not filled.lost:
            await Telling(self._archive).filled(feed, max(filled.reached, since))
        return _finished(filled, found_any, source)

    async def _through_pages(self, errand: "_Errand", here: Parsed, resumed: "_Place") -> tuple[Filled, bool]:
        """How far it came, and whether there were any older pages."""
        feed, since = errand.feed, errand.since
        filled = Filled(0, 0, None)
        if not resumed.url:
            filled = await self._keep(filled, here, errand)
        found_any = bool(resumed.url)
        back = self._walking.back(
            feed.url, here, way=resumed.way, most=MOST, start=resumed.number, unchecked=unchecked(feed)
        )
        async for page in back:
            found_any = True
            filled = await self._keep(filled, page.parsed, errand)
            if _reaches(page.parsed, since):
                break
            await self._archive.remember(errand.key, _Place.after(page, since).written())
        return filled, found_any

    async def _through_parts(self, errand: "_Errand", index: Parsed, resumed: "_Place") -> tuple[Filled, bool]:
        """As with pages. An index need not name its sitemaps in order: all are read that were changed since the day,
        also when one does not answer now: that is told at the end, and the next time begins with it."""
        soonest = errand.since - timedelta(days=1)  # many tell the day of a change without its hour
        wanted = [each.url for each in index.parts if each.changed is None or each.changed >= soonest]
        if resumed.url in wanted:
            del wanted[: wanted.index(resumed.url) + 1]
        filled, missed = Filled(0, 0, None), None
        for address in wanted:
            try:
                parsed = await self._indexes.part(address, unchecked(errand.feed))
            except Unusable as error:
                log.warning("could not read a part url=%s error=%s", spoken(address), error)
                missed = missed or (error if error.status in FOR_NOW else None)
                filled = replace(filled, lost=filled.lost + 1)
                continue
            filled = await self._keep(filled, parsed, errand)
            if missed is None:
                await self._archive.remember(
                    errand.key, _Place(errand.since.isoformat(), "part", url=address).written()
                )
        if missed is not None:
            told = _counted(filled, errand.feed.url)
            raise NewsError(f"{told} But: {missed} Ask again later, and what did not answer is read then.")
        return filled, True

    async def _read(self, url: str, unchecked: str) -> Parsed:
        fetched = await self._fetcher.fetch(url, unchecked=unchecked)
        if fetched.document is None:
            raise NewsError(fetched.error)
        return await self._reading.feed(fetched.document)

    async def _keep(self, filled: Filled, parsed: Parsed, errand: "_Errand") -> Filled:
        """Archive a page, and tell how far that is."""
        accepted = await self._taking.keep(parsed, errand.feed, errand.poll, errand.since)
        dates = [each.published for each in parsed.entries if each.published]
        filled = replace(
            filled,
            pages=filled.pages + 1,
            new=filled.new + len(accepted.new),
            oldest=_earliest(filled.oldest, [each for each in dates if each >= errand.since]),
            reached=_earliest(filled.reached, dates),
        )
        errand.told(filled)
        return filled


@dataclass(frozen=True, slots=True)
class _Errand:
    """What is to be filled in."""

    feed: Feed
    poll: Poll
    since: datetime
    told: Callable[[Filled], None]
    key: str  # under which the archive remembers how far it is


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


def _earliest(before: datetime | None, dates: Iterable[datetime]) -> datetime | None:
    return min([*dates, *([before] if before else [])], default=None)


def _finished(filled: Filled, paged: bool, source: Source) -> Filled:
    words = _counted(filled, source.url)
    if filled.lost:
        lost = "One of its sitemaps" if filled.lost == 1 else f"{filled.lost:,} of its sitemaps"
        words += f" {lost} could not be read; the log says why."
    if not paged:
        words += " This feed has no older pages that we could find."
    return replace(filled, done=True, sentence=words)


def _counted(filled: Filled, url: str) -> str:
    new = {0: "No article is", 1: "One article is"}.get(filled.new, f"{filled.new:,} articles are")
    pages = "one page" if filled.pages == 1 else f"{filled.pages:,} pages"
    words = f"{new} new in the archive, from {pages} of {spoken(url)}"
    return words + (f", back to {filled.oldest:%d %B %Y}." if filled.oldest else ".")

"""Adding a feed: from any address that a person gives to a feed that has been asked once."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from bot.archive.archive import Archive
from bot.errors import NewsError, NotFound
from bot.intake import discover
from bot.intake.addresses import host_of, split, spoken
from bot.intake.fetch import Fetcher
from bot.model import Added, Feed, Source
from bot.poller.reading import Reading, Unusable

log = logging.getLogger(__name__)

_TRIED = 12  # addresses asked before we give up


class SeveralFeeds(NewsError):
    """A page has more than one feed: somebody has to choose."""

    def __init__(self, url: str, feeds: Sequence["Candidate"]) -> None:
        listed = "; ".join(f"{each.url} ({each.title or 'without a title'}, {each.count} articles)" for each in feeds)
        super().__init__(f"{spoken(url)} has several feeds; add the one that you want: {listed}")
        self.feeds = tuple(feeds)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A feed that was found and asked."""

    url: str
    title: str
    count: int
    first: str = ""  # the address of its first article, to tell twins in two formats


class Adding:
    """Finds feeds, and takes them in."""

    def __init__(
        self,
        archive: Archive,
        fetcher: Fetcher,
        reading: Reading,
        poll: Callable[[Source], Awaitable[object]],
    ) -> None:
        self._archive = archive
        self._fetcher = fetcher
        self._reading = reading
        self._poll = poll

    async def add(self, typed: str, owner: int) -> Added:
        """Find the feed, keep it, ask it. Raises NewsError when there is none, or several."""
        url = discover.completed(typed)
        known = next((feed for feed in await self._archive.feeds(owner) if feed.url in (typed, url)), None)
        found = [Candidate(known.url, known.title, 0)] if known else await self.find(url)
        if len(found) > 1:
            raise SeveralFeeds(url, found)
        feed = known or await self._archive.add_feed(Feed(found[0].url, owner=owner, title=found[0].title))
        if known is None:
            source = next(each for each in await self._archive.sources() if each.id == feed.source)
            await self._poll(source)
        kept = next((each for each in await self._archive.feeds(owner) if each.id == feed.id), feed)
        name = f"“{kept.title}”" if kept.title else spoken(kept.url)
        if known:
            return Added(kept, 0, f"{name} is polled already ({spoken(kept.url)}).")
        sentence = (
            f"{name} is polled from now on ({spoken(kept.url)}). Its {found[0].count} articles are in the archive; "
            "what comes next is posted."
        )
        return Added(kept, found[0].count, sentence)

    async def find(self, url: str) -> list[Candidate]:
        """The feeds behind an address, each asked once. Raises NewsError when there is none."""
        if split(url) is None:
            raise NewsError(f"“{spoken(url)[:200]}” is no web address.")
        fetched = await self._fetcher.fetch(url)
        if fetched.document is None:
            platform = discover.by_platform(url)
            if not platform:
                raise NewsError(fetched.error)
            return await self._first_that_fits(url, platform)
        document = fetched.document
        try:
            parsed = await self._reading.feed(document)
            return [Candidate(url, parsed.title, parsed.count)]
        except Unusable as error:
            if error.status != "not-a-feed":
                raise
        named = discover.named(document.url, (await self._reading.anything(document)).alternates)
        if named:
            fitting = await self._all_that_fit(named)
            if fitting:
                return fitting
        return await self._first_that_fits(
            url, [*discover.by_platform(document.url, document.body), *discover.usual_places(document.url)]
        )

    async def _all_that_fit(self, urls: Sequence[str]) -> list[Candidate]:
        """Every one that is a feed; twins (one feed in two formats) count once."""
        found: dict[str, Candidate] = {}
        for url in urls[:_TRIED]:
            candidate = await self._asked(url)
            if candidate is not None:
                found.setdefault(candidate.first or candidate.url, candidate)
        return list(found.values())

    async def _first_that_fits(self, url: str, urls: Sequence[str]) -> list[Candidate]:
        for each in urls[:_TRIED]:
            candidate = await self._asked(each)
            if candidate is not None:
                return [candidate]
        raise NotFound(f"{host_of(url)} has no feed that we could find there. Give the feed's own address.")

    async def _asked(self, url: str) -> Candidate | None:
        fetched = await self._fetcher.fetch(url)
        if fetched.document is None:
            return None
        try:
            parsed = await self._reading.feed(fetched.document)
        except Unusable:
            return None
        first = parsed.entries[0].link if parsed.entries else ""
        return Candidate(url, parsed.title, parsed.count, first)

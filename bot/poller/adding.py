"""Adding a feed: from any address that a person gives to a feed that has been asked once."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.archive.archive import Archive
from bot.errors import NewsError, NotFound
from bot.intake import allowance, discover, sitemap
from bot.intake.addresses import host_of, split, spoken
from bot.intake.counting import counted
from bot.intake.fetch import Fetched, Fetcher
from bot.intake.parse import Parsed
from bot.model import Added, Document, Feed, Source
from bot.poller.indexes import Indexes
from bot.poller.reading import FOR_NOW, Reading, Unusable
from bot.poller.taking import Taking

log = logging.getLogger(__name__)

_TRIED = 12  # addresses asked before we give up
_SHOWN = 80  # letters of a title among others
_NO_TLS = {"no-tls", "unreachable"}  # where https does not answer, plain http may


class SeveralFeeds(NewsError):
    """A page has more than one feed: somebody has to choose."""

    def __init__(self, url: str, feeds: Sequence["Candidate"], remark: str = "") -> None:
        lines = [f"{spoken(url)} has several feeds; add the one that you want:"]
        lines += [f"  {spoken(each.url)}  {each.words}" for each in feeds]
        super().__init__("\n".join([*lines, remark] if remark else lines))
        self.feeds = tuple(feeds)
        self.remark = remark


@dataclass(frozen=True, slots=True)
class Candidate:
    """A feed that was found and asked."""

    url: str
    title: str
    count: int
    first: str = ""  # the address of its first article, to tell twins in two formats
    fetched: Fetched | None = None  # what it answered, so that it need not be asked again

    @property
    def words(self) -> str:
        """What it is, beside its address."""
        return f"{' '.join(self.title.split())[:_SHOWN] or 'Without a title'}, {counted(self.count, 'article')}"


class Adding:
    """Finds feeds, and takes them in."""

    def __init__(
        self,
        archive: Archive,
        fetcher: Fetcher,
        reading: Reading,
        taking: Taking,
        poll: Callable[[Source, Fetched | None], Awaitable[object]],
        now: Callable[[], datetime],
        told: Callable[[str], None],
    ) -> None:
        self._archive = archive
        self._fetcher = fetcher
        self._reading = reading
        self._taking = taking
        self._poll = poll
        self._now = now
        self._told = told
        self._unchecked = ""  # the host whose certificate is taken as it is
        self._behalf = ""  # the address from which we set out
        self._useless: dict[str, str] = {}  # what a page names and is no feed that can be read, and why
        self._silent: dict[str, str] = {}  # what a page names and does not answer now, and why

    async def add(self, typed: str, owner: int, *, any_certificate: bool | None = None, newest: bool = False) -> Added:
        """Find the feed, keep it, take in what it answered. Raises NewsError when there is none, or several.

        With `newest`, its newest article is posted, so that somebody sees that it works. `any_certificate` says
        whether its host's certificate goes unchecked; None leaves that as it is.
        """
        url = discover.completed(typed)
        self._unchecked = host_of(url) if any_certificate else ""
        feeds = {feed.url: feed for feed in await self._archive.feeds(owner)}
        if known := feeds.get(typed) or feeds.get(url):
            return await self._again(known, any_certificate, newest)
        chosen = await self._chosen(typed)
        if known := feeds.get(chosen.url):
            same = host_of(chosen.url) == host_of(url)  # what was said of a page's host is not said of another's
            return await self._again(known, any_certificate if same else None, newest)
        unchecked = bool(self._unchecked) and host_of(chosen.url) == self._unchecked
        feed = Feed(chosen.url, owner=owner, title=chosen.title, any_certificate=unchecked)
        feed = await self._archive.add_feed(feed)
        if unchecked:
            log.warning("takes any certificate feed=%s owner=%d", spoken(feed.url), owner)
        source = next(each for each in await self._archive.sources() if each.id == feed.source)
        agreed = not unchecked or source.any_certificate  # else others read it too, who trust nobody on the way
        await self._poll(source, chosen.fetched if agreed else None)
        sentence = f"{_name(feed)} is polled from now on ({spoken(feed.url)}). {await self._kept(feed, chosen.count)}"
        warning = _warning(feed) if agreed else ""
        sentence += await self._sample(feed) if newest else ""
        return Added(feed, chosen.count, f"{sentence}{warning}{self._aside}", tuple(self._silent))

    async def the_one(self, typed: str) -> str:
        """The address of the one feed behind an address. Raises NewsError when there is none, or several."""
        return (await self._chosen(typed)).url

    @property
    def remark(self) -> str:
        """What could not be read of all that the page names; "" where that is nothing."""
        if not self._silent:
            return ""
        *others, last = map(spoken, self._silent)
        named = f"{len(self._silent)} more feeds, {', '.join(others)} and {last}" if others else f"another feed, {last}"
        return f"This page names {named}, which cannot be read now: {next(iter(self._silent.values()))}"

    @property
    def _aside(self) -> str:
        return f" {self.remark}" if self._silent else ""

    async def _chosen(self, typed: str) -> Candidate:
        url = discover.completed(typed)
        if split(url) is None:
            raise NewsError(f"“{spoken(typed)[:200]}” is no web address.")
        self._behalf = url
        fetched = await self._fetch(url)
        if fetched.status in _NO_TLS and url != typed.strip() and url.startswith("https://"):  # they named no scheme
            plain = "http://" + url.removeprefix("https://")
            again = await self._fetch(plain)
            url, fetched = (plain, again) if again.document else (url, fetched)
        found = await self.find(url, fetched)
        if len(found) > 1:
            raise SeveralFeeds(url, found, self.remark)
        return found[0]

    async def _again(self, known: Feed, any_certificate: bool | None, newest: bool) -> Added:
        """It is there already; what was said besides is done all the same."""
        feed = known
        if any_certificate is not None and any_certificate != known.any_certificate:
            feed = await self._archive.add_feed(replace(known, any_certificate=any_certificate))
            log.warning("takes %s certificate feed=%s", "any" if any_certificate else "no untrusted", spoken(feed.url))
        sentence = f"{_name(feed)} is polled already ({spoken(feed.url)})."
        if known.any_certificate and not feed.any_certificate:
            sentence += f" The certificate of {host_of(feed.url)} is checked again."
        sentence += await self._sample(feed) if newest else ""
        return Added(feed, 0, f"{sentence}{_warning(feed)}{self._aside}", tuple(self._silent))

    async def _kept(self, feed: Feed, count: int) -> str:
        """What became of what it answered."""
        source = next(each for each in await self._archive.sources() if each.id == feed.source)
        if source.error:
            return f"It could not be taken in yet: {source.error}"
        if not count:
            return "It has no articles yet; what comes next is posted."
        if feed.id in allowance.read(await self._archive.recall(allowance.key(feed.owner)), self._now()).shut:
            return "This server's own feeds bring more today than is kept of a day: the rest waits for midnight UTC."
        articles = "Its one article is" if count == 1 else f"Its {count:,} articles are"
        return f"{articles} in the archive; what comes next is posted."

    async def _sample(self, feed: Feed) -> str:
        """Post the newest article, as if it had come only now."""
        found = await self._archive.newest_of(feed, 1)
        if not found:
            return " There is no article to post as a sample."
        newest = found[0]
        if await self._taking.post(newest, self._now()):
            return f" Its newest is posted as a sample: “{newest.title}”."
        return f" Its newest, “{newest.title}”, is in no channel's standing order, or is out already."

    async def find(self, url: str, fetched: Fetched) -> list[Candidate]:
        """The feeds behind an address that answered so, each asked once. Raises NewsError when there is none."""
        if fetched.document is None:
            candidate = await self._first(discover.by_platform(url))
            if candidate is None:
                raise NewsError(fetched.error)
            return [candidate]
        document = fetched.document
        try:
            parsed = await self._feed(document)
            return [Candidate(url, parsed.title, parsed.count, fetched=fetched)]
        except Unusable as error:
            if error.status != "not-a-feed":
                raise
        named = discover.named(document.url, (await self._reading.anything(document)).alternates)
        if named:
            fitting = await self._all_that_fit(named)
            if fitting:
                return fitting
            for where, why in self._silent.items():
                raise NewsError(f"{spoken(url)} names a feed, {spoken(where)}, but that cannot be read now: {why}")
        return await self._elsewhere(url, document)

    async def _elsewhere(self, url: str, document: Document) -> list[Candidate]:
        """What nothing on the page itself tells: the platform's habits, the usual places, the sitemaps of news."""
        robots = discover.robots(document.url)
        usual = [*discover.by_platform(document.url, document.body), *discover.usual_places(document.url)]
        found = await self._first(usual) if document.url != robots else None
        if found is None:
            told = document if document.url == robots else (await self._fetch(robots)).document
            found = await self._first(sitemap.listed(told.body, told.url) if told else ())
        found = found or await self._first(discover.usual_sitemaps(document.url))
        if found is None:
            nothing = f"{host_of(url)} has no feed that we could find there."
            for where, why in self._useless.items():
                raise NotFound(f"{nothing} The page names {spoken(where)}, but {why}")
            raise NotFound(f"{nothing} Give the feed's own address.")
        return [found]

    async def _all_that_fit(self, urls: Sequence[str]) -> list[Candidate]:
        """Every one that is a feed; twins (one feed in two formats) count once."""
        found: dict[str, Candidate] = {}
        for url in urls[:_TRIED]:
            candidate = await self._asked(url, named=True)
            if candidate is not None:
                found.setdefault(candidate.first or candidate.url, candidate)
        return list(found.values())

    async def _first(self, urls: Sequence[str]) -> Candidate | None:
        for each in urls[:_TRIED]:
            candidate = await self._asked(each)
            if candidate is not None:
                return candidate
        return None

    async def _asked(self, url: str, named: bool = False) -> Candidate | None:
        fetched = await self._fetch(url)
        if fetched.document is None:
            # A page goes on naming what was on a host that is no more.
            for_now = fetched.status in FOR_NOW - {"unreachable"}
            if named:
                (self._silent if for_now else self._useless)[url] = fetched.error
            return None
        try:
            parsed = await self._feed(fetched.document)
        except Unusable as error:
            if named:
                self._useless[url] = str(error)
            return None
        first = parsed.entries[0].link if parsed.entries else ""
        return Candidate(url, parsed.title, parsed.count, first, fetched)

    async def _feed(self, document: Document) -> Parsed:
        """What a feed says, an index with its parts. Raises Unusable."""
        indexes = Indexes(self._fetcher, self._reading)
        return await indexes.whole(await self._reading.feed(document), self._unchecked, self._behalf)

    async def _fetch(self, url: str) -> Fetched:
        self._told(spoken(url))
        return await self._fetcher.fetch(url, unchecked=self._unchecked, behalf=self._behalf)


def _name(feed: Feed) -> str:
    return f"“{feed.title}”" if feed.title else spoken(feed.url)


def _warning(feed: Feed) -> str:
    """An exception is never made silently."""
    if not feed.any_certificate:
        return ""
    return f" Any certificate of {host_of(feed.url)} is taken: whoever sits on the way can change what it says."

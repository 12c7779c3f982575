"""The life of an article, from a document to the archive and its outbox."""

import asyncio
import contextlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.archive.archive import Archive
from bot.intake import allowance, doubt, older, outcome, slices
from bot.intake.addresses import canonical, spoken
from bot.intake.allowance import Allowance
from bot.intake.fetch import Fetched, Fetcher, unchecked
from bot.intake.identify import digest, guid_keys, identify
from bot.intake.memory import moment, read
from bot.intake.older import Way
from bot.intake.outcome import Poll
from bot.intake.parse import Parsed
from bot.intake.policy import policy
from bot.intake.schedule import http_date
from bot.intake.sitemap import newest
from bot.model import Accepted, Article, Feed, Route, Sighting, Source
from bot.poller.completing import Completing
from bot.poller.indexes import Indexes, asked_anew, remembered_addresses
from bot.poller.learning import Lesson, together
from bot.poller.measuring import Measured, Measuring
from bot.poller.placing import Placing
from bot.poller.reading import Reading, Unusable
from bot.poller.telling import Telling
from bot.poller.walking import Walking

log = logging.getLogger(__name__)

# A new article that is older is kept, not posted. Two days would do for most, but real feeds bring articles up to
# eight days old for the first time, held back by the desk or a queue, and nobody finds out about one that is missed.
GUARD = timedelta(days=14)
ASTRAY = timedelta(days=1)  # a server whose articles are so much younger than its own time tells a wrong one
AWAY = timedelta(hours=2)  # after so long without an answer, many new articles are no surprise
OLDER_PAGES = 5
FIRSTS = 4  # first polls between parser and archive: all in them is new, and of hundreds it would fill the memory
_BREATH = 25  # entries between two pauses
TRY_PAGES_AGAIN = timedelta(days=30)  # for a server that had none
_RECENT = 100  # articles looked at when a feed may have changed its ids


@dataclass(frozen=True, slots=True)
class _Fresh:
    """What one feed's unseen sightings are: new articles, and known ones that it prints otherwise."""

    feed: Feed
    new: list[Sighting]
    changed: list[Sighting]


class Taking:
    """Takes in documents: parse, identify, classify, route, accept."""

    def __init__(
        self,
        archive: Archive,
        fetcher: Fetcher,
        reading: Reading,
        placing: Placing,
        route: Route,
        nudge: Callable[[], None] = lambda: None,
        most: Allowance | None = None,
    ) -> None:
        self._archive = archive
        self._reading = reading
        self._placing = placing
        self._route = route
        self._nudge = nudge
        self._completing = Completing(fetcher, reading)
        self._walking = Walking(fetcher, reading)
        self._indexes = Indexes(fetcher, reading)
        self._telling = Telling(archive)
        self._measuring = Measuring(archive, most or Allowance())
        self._firsts, self._first_indexes = asyncio.Semaphore(FIRSTS), asyncio.Semaphore(FIRSTS)

    async def take_in(self, poll: Poll, fetched: Fetched) -> tuple[Source, Accepted]:
        """From a document to the outbox, in one transaction with the source's new state. Raises Unusable."""
        document = fetched.document
        feeds = await self._archive.feeds_at(poll.source.id)
        poll = replace(self._with_wishes(poll, feeds), there=http_date(fetched.headers.get("date", "")))
        silent = any(feed.polled is None for feed in feeds)
        found = poll.source.digest
        if document:
            found = slices.digest(document.body, slices.letters(document.body, document.headers))
        if found == poll.source.digest and not silent and not poll.memory.parts:
            return await self._nothing_new(poll, fetched)
        known = () if silent or poll.source.digest is None else poll.memory.marks
        async with self._firsts if silent else contextlib.nullcontext():
            parsed = await self._reading.feed(document, known) if document else Parsed()
            if not (parsed.parts or poll.memory.parts):
                return await self._take_in(parsed, poll, fetched, feeds, found)
        async with self._first_indexes if silent else contextlib.nullcontext():  # for their parts one may wait long
            parsed, poll = await self._with_parts(parsed, poll, [feed.id for feed in feeds if feed.polled is None])
            if not parsed.entries and found == poll.source.digest:
                return await self._nothing_new(poll, fetched)
            return await self._take_in(parsed, poll, fetched, feeds, found)

    async def _take_in(
        self, parsed: Parsed, poll: Poll, fetched: Fetched, feeds: Sequence[Feed], found: bytes | None
    ) -> tuple[Source, Accepted]:
        """What the document says, from its entries on; `found` is the digest of its bytes."""
        url = fetched.document.url if fetched.document else poll.source.url
        held, news, wanted, left = "", 0, list[Sighting](), list[Sighting]()
        for fresh in await self._fresh(parsed, feeds, poll):
            if await self._measuring.is_shut(fresh.feed, poll.now):
                left += [*fresh.new, *fresh.changed]
                continue
            fresh, poll, doubts = await self._second_look(fresh, parsed, poll, url)
            held, news = held or doubts, news + len(fresh.new)
            wanted += await self._ready(fresh, poll.now)
        after = outcome.taken_in(poll, fetched, parsed, found or b"", news)
        if reused := policy(read(after.memory).shared).distrusted - policy(poll.memory.shared).distrusted:
            log.warning("trusts no more feed=%s names=%s", spoken(poll.source.url), ",".join(sorted(reused)))
        route = doubt.paced(self._route, poll.now, held)
        gone = {each.article.keys for each in wanted if each.article.gone}
        # Owed all the same, for it was printed; what is posted says that its page is gone.
        wanted = [replace(each, article=replace(each.article, gone=None)) for each in wanted]
        whole = outcome.is_all(poll, parsed)
        if lost := await self._lost(parsed, feeds):  # first: what is accepted with its source's state is not read again
            await self._archive.mark_gone(lost, poll.now)
        async with self._measuring.measured(wanted, left, poll.now) as measured:
            after, accepted = await self._accept(measured, poll, after, route, feeds, whole)
        measured.tell()
        if gone:
            await self._archive.mark_gone([each.id for each in accepted.new if each.keys in gone], poll.now)
        if accepted.owed or lost:
            self._nudge()
        await self.follow(poll, after)
        return after, accepted

    async def _accept(
        self, measured: Measured, poll: Poll, after: Source, route: Route, feeds: Sequence[Feed], whole: bool
    ) -> tuple[Source, Accepted]:
        """What there is room for, today; if that is not all, the document is asked for again."""
        if measured.left:
            everywhere = len(measured.feeds) == len(feeds)  # else others wait for what is printed here
            whole = whole and not everywhere
            until = allowance.tomorrow(poll.now) if everywhere else None
            after = outcome.left_over(poll, after, asked_anew(read(after.memory).parts), until)
        lesson = Lesson(feeds, self._placing.regions)
        learn, route = together(lesson, measured), measured.counting(route)
        accepted = await self._archive.accept(measured.taken, after, route, poll.now, learn, whole=whole)
        lesson.tell()
        return after, accepted

    async def _lost(self, parsed: Parsed, feeds: Sequence[Feed]) -> list[int]:
        """The articles that the publisher says are no more. A guid counts within its feed alone."""
        names = [name for guid in parsed.deleted for name in guid_keys(guid)]
        return [each for feed in feeds if names for each in await self._archive.articles_named(feed, names)]

    async def _nothing_new(self, poll: Poll, fetched: Fetched) -> tuple[Source, Accepted]:
        after = outcome.unchanged(poll, fetched)
        await self._archive.settle_source(after)
        await self.follow(poll, after)
        return after, Accepted()

    async def _with_parts(self, index: Parsed, poll: Poll, firsts: Sequence[int]) -> tuple[Parsed, Poll]:
        """What an index leads to; where it has not changed itself, to the same parts as before."""
        before = poll.memory.parts
        if index.format and not index.parts:  # it was an index once
            return index, replace(poll, memory=replace(poll.memory, parts=()))
        addresses = newest(index.parts) or remembered_addresses(before)
        whole, parts = await self._indexes.parts(addresses, before, firsts, unchecked(poll.source), poll.source.url)
        return whole, replace(poll, memory=replace(poll.memory, parts=parts))

    async def keep(self, parsed: Parsed, feed: Feed, poll: Poll, since: datetime) -> Accepted:
        """Archive what an older page says back to a day, and owe nothing for it."""
        found = await sightings_in(parsed, feed, poll)
        wanted = [each for each in found if each.article.published is None or each.article.published >= since]
        sightings = [replace(each, silent=True) for each in wanted]
        unseen = [each for each, _ in await self._placed(await self._archive.unseen(sightings))]
        lesson = Lesson([feed], self._placing.regions, old=True)
        accepted = await self._archive.accept(unseen, None, self._route, poll.now, lesson)
        lesson.tell()
        return accepted

    async def post(self, article: Article, now: datetime) -> int:
        """Owe one article that is in the archive already, as if it were new; how many channels get it."""
        wanted = await self._archive.subscriptions()
        owed = await self._archive.owe(article, self._route(replace(article, late=False), wanted), now)
        if owed:
            self._nudge()
        return owed

    def _with_wishes(self, poll: Poll, feeds: Sequence[Feed]) -> Poll:
        """The poll, with what the feeds at this address want: the shortest of their intervals."""
        wishes = [int(feed.every.total_seconds()) for feed in feeds if feed.every]
        remembered = replace(
            poll.memory,
            every=min(wishes, default=0),
            wished=len(wishes) == len(feeds),
            subscribers=len(feeds),
            deaf=any(not feed.hints for feed in feeds),
        )
        return replace(poll, memory=remembered)

    async def follow(self, poll: Poll, after: Source) -> None:
        """When an address has moved for good to one that is polled already, the feeds go there: one fetch for all."""
        moved = read(after.memory).address if after.memory != poll.source.memory else ""
        if not moved or moved == poll.memory.address:
            return
        log.warning("believes a move feed=%s to=%s", spoken(poll.source.url), spoken(moved))
        if moved not in {each.url for each in await self._archive.sources()}:
            return
        for feed in await self._archive.feeds_at(poll.source.id):
            if moved not in {each.url for each in await self._archive.feeds(feed.owner)}:
                await self._archive.add_feed(replace(feed, url=moved, id=0, source=0, polled=None))
            await self._archive.remove_feed(feed.url, feed.owner)

    async def _fresh(self, parsed: Parsed, feeds: Sequence[Feed], poll: Poll) -> list[_Fresh]:
        """What the archive does not know, or knows otherwise, feed by feed."""
        sightings = [each for feed in feeds for each in await sightings_in(parsed, feed, poll)]
        unseen = await self._archive.unseen(sightings)
        found = []
        for feed in feeds:
            own = [each for each in unseen if each.feed.id == feed.id]
            if own:
                known = await self._archive.known_keys(feed, [key for each in own for key in each.article.keys])
                new = [each for each in own if known.isdisjoint(each.article.keys)]
                found.append(_Fresh(feed, new, [each for each in own if not known.isdisjoint(each.article.keys)]))
        return found

    async def _ready(self, fresh: _Fresh, now: datetime) -> list[Sighting]:
        """The sightings with regions; new ones with what only their pages tell. Oldest first."""
        placed = await self._placed(fresh.new)
        sure = [known for _, known in placed]
        full = await self._completing.complete([each for each, _ in placed], sure, now)
        pairs = zip(full, placed, strict=True)
        again = [self._placing.place(filled)[0] if filled != was else filled for filled, (was, _) in pairs]
        corrected = []
        for each in fresh.changed:
            address = canonical(each.article.url) or each.article.url
            before = await self._archive.article_at(address, fresh.feed.owner)
            corrected.append(self._placing.place(with_page_tags(each, before))[0])
        return [*again, *corrected]

    async def _placed(self, sightings: Sequence[Sighting]) -> list[tuple[Sighting, bool]]:
        """Each with its regions, and whether anything spoke for them; others have their turn in between."""
        placed = []
        for each in sightings:
            placed.append(self._placing.place(each))
            await asyncio.sleep(0)
        return placed

    async def _second_look(self, fresh: _Fresh, parsed: Parsed, poll: Poll, url: str) -> tuple[_Fresh, Poll, str]:
        """When too much is new: are these known articles under new ids, have we missed some, or is it a flood?"""
        if not doubt.is_doubtful(sum(not each.silent for each in fresh.new), parsed.count):
            return fresh, poll, ""
        recent = await self._archive.newest_of(fresh.feed, _RECENT)
        sightings = doubt.recognised(fresh.new, recent)
        known = await self._archive.known_keys(fresh.feed, [key for each in sightings for key in each.article.keys])
        new = [each for each in sightings if known.isdisjoint(each.article.keys)]
        renamed = [each for each in sightings if not known.isdisjoint(each.article.keys)]
        if renamed:
            await self._telling.of_renaming(fresh.feed, poll.now, len(renamed))
            log.warning("recognised renamed articles feed=%s count=%d", spoken(fresh.feed.url), len(renamed))
        fresh = _Fresh(fresh.feed, new, [*fresh.changed, *renamed])
        is_gap = len(new) == parsed.count and not (parsed.sitemap or parsed.cut_off)
        if not renamed and recent and is_gap:
            missed, poll = await self._missed(fresh.feed, parsed, poll, url)
            fresh = replace(fresh, new=[*missed, *new])
        return fresh, poll, self._flood(sum(not each.silent for each in new), parsed, poll)

    def _flood(self, new: int, parsed: Parsed, poll: Poll) -> str:
        succeeded = poll.source.succeeded
        away = succeeded is None or poll.now - succeeded > max(AWAY, 3 * poll.every)
        if away or not doubt.is_flood(new, parsed.count):
            return ""
        log.warning("held a flood feed=%s new=%d", spoken(poll.source.url), new)
        return f"{new} articles at once from a feed that we know: it may have changed its ids"

    async def _missed(self, feed: Feed, parsed: Parsed, poll: Poll, url: str) -> tuple[list[Sighting], Poll]:
        """What stands on older pages, back to the first article that we know."""
        way = older.way(poll.memory.paging)
        tried = moment(poll.memory.gap)
        if way == "none" and tried and poll.now - tried < TRY_PAGES_AGAIN:
            return [], poll
        found: list[Sighting] = []
        closed = False
        reached: Way = "" if way == "none" else way
        back = self._walking.back(url, parsed, way=reached, most=OLDER_PAGES, unchecked=unchecked(feed))
        paging: str
        try:
            async for page in back:
                reached = page.way
                sightings = await sightings_in(page.parsed, feed, poll)
                keys = [key for each in sightings for key in each.article.keys]
                known = await self._archive.known_keys(feed, keys)
                found = [each for each in sightings if known.isdisjoint(each.article.keys)] + found
                if known:
                    closed = True
                    break
            paging = reached or "none"
        except Unusable as error:  # it has them, perhaps, but not now
            log.info("could not read older pages feed=%s error=%s", spoken(feed.url), error)
            paging = reached
        if not closed:
            await self._telling.of_gap(feed, poll.source, poll.now, len(found), parsed.count)
        log.warning(
            "found a gap feed=%s older=%d closed=%s", spoken(feed.url), len(found), "yes" if closed else "perhaps not"
        )
        return found, replace(poll, memory=replace(poll.memory, gap=poll.now.isoformat(), paging=paging))


async def sightings_in(parsed: Parsed, feed: Feed, poll: Poll) -> list[Sighting]:
    """Each article of the document once, oldest first; those of one second in the document's order, reversed."""
    trust = policy(frozenset(poll.memory.shared) | parsed.shared)
    found: dict[str, Article] = {}
    old, loud = (parsed.unheard or {}).get(feed.id, frozenset[int]()), set[str]()
    for number, entry in enumerate(parsed.entries):
        await _breathe(number)
        article = identify(entry, feed, parsed.title, poll.now, trust)
        if article is None:
            continue
        first = next((found[key] for key in article.keys if key in found), None)
        if first is not None:  # listed twice: one article with all its names
            article = replace(first, keys=tuple(dict.fromkeys((*first.keys, *article.keys))))
        found |= dict.fromkeys(article.keys, article)
        if old and number not in old:
            loud.update(article.keys)
    articles = list({each.keys: each for each in found.values()}.values())
    articles.reverse()
    articles.sort(key=lambda each: each.published or poll.now)
    oldest = _clock(articles, poll) - guard(poll.source.succeeded, poll.now)
    sightings = []
    for number, each in enumerate(articles):
        await _breathe(number)
        late = each.published is not None and each.published < oldest
        silent = feed.polled is None or (bool(old) and loud.isdisjoint(each.keys))
        sightings.append(Sighting(replace(each, late=late), feed, digest(each), silent))
    return sightings


async def _breathe(number: int) -> None:
    """Let others have their turn, every now and then: a long document must not make Discord wait."""
    if number % _BREATH == _BREATH - 1:
        await asyncio.sleep(0)


def _clock(articles: Sequence[Article], poll: Poll) -> datetime:
    """By which we judge how old an article is. Were ours weeks ahead, all news would be too old, so its server's counts
    too: unless that is wrong itself, for what it prints is younger."""
    newest = max((each.published for each in articles if each.published), default=poll.now)
    return poll.there if poll.there and newest - ASTRAY < poll.there < poll.now else poll.now


def guard(succeeded: datetime | None, now: datetime) -> timedelta:
    """How old an article may be and still be news: the guard, and as long as we have not looked."""
    return GUARD + max(now - succeeded, timedelta(0)) if succeeded else GUARD


def with_page_tags(sighting: Sighting, before: Article | None) -> Sighting:
    """A correction still has the tags that we once read from the article's page."""
    if before is None:
        return sighting
    article = sighting.article
    own = {tag.term for tag in article.tags}
    kept = [tag for tag in before.tags if tag.scheme.startswith("article:") and tag.term not in own]
    return replace(sighting, article=replace(article, tags=(*article.tags, *kept)))

"""The life of an article, from a document to the archive and its outbox."""

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from bot.archive.archive import Archive
from bot.clock import Clock
from bot.errors import NewsError
from bot.intake import outcome, slices
from bot.intake.addresses import host_of
from bot.intake.classify import Classifier, as_json
from bot.intake.fetch import Fetched, Fetcher
from bot.intake.files import said_of
from bot.intake.identify import digest, identify
from bot.intake.outcome import Poll
from bot.intake.parse import Parsed
from bot.intake.worker import Broken, ParseWorker, TooHeavy
from bot.model import Accepted, Article, Document, Feed, Route, Sighting, Source
from bot.regions import Regions

log = logging.getLogger(__name__)

GUARD = timedelta(hours=48)  # a new article that is older was not missed by us: it is kept, not posted


class Unusable(NewsError):
    """What the server sent is of no use: a kind and a sentence."""

    def __init__(self, status: str, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class Taking:
    """Takes in documents: parse, identify, classify, route, accept."""

    def __init__(
        self,
        archive: Archive,
        worker: ParseWorker,
        fetcher: Fetcher,
        classifier: Classifier,
        regions: Regions,
        route: Route,
        clock: Clock,
        nudge: Callable[[], None] = lambda: None,
        *,
        usual: timedelta = timedelta(minutes=10),
    ) -> None:
        self._archive = archive
        self._worker = worker
        self._fetcher = fetcher
        self._classifier = classifier
        self._regions = regions
        self._route = route
        self._clock = clock
        self._nudge = nudge
        self._usual = usual

    async def take_in(self, poll: Poll, fetched: Fetched) -> tuple[Source, Accepted]:
        """From a document to the outbox, in one transaction with the source's new state. Raises Unusable."""
        document = fetched.document
        assert document is not None
        feeds = await self._archive.feeds_at(poll.source.id)
        poll = self._with_wishes(poll, feeds)
        silent = any(feed.polled is None for feed in feeds)
        found = slices.digest(document.body)
        if found == poll.source.digest and not silent:
            after = outcome.unchanged(poll, fetched)
            await self._archive.settle_source(after)
            return after, Accepted()
        parsed = await self.parse(document, () if silent or poll.source.digest is None else poll.memory.marks)
        sightings = [each for feed in feeds for each in self._sightings(parsed, feed, poll)]
        unseen = [self._placed(each) for each in await self._archive.unseen(sightings)]
        after = outcome.taken_in(poll, fetched, parsed, found)
        accepted = await self._archive.accept(unseen, after, self._route, poll.now)
        if accepted.owed:
            self._nudge()
        return after, accepted

    async def parse(self, document: Document, known: Sequence[str] = ()) -> Parsed:
        """What the document says. Raises Unusable."""
        host = host_of(document.url)
        if not document.body.strip():
            raise Unusable("empty", f"{host} sends an empty document.")
        try:
            parsed = await self._worker.parse(document, known)
        except TooHeavy as error:
            raise Unusable("too-heavy", f"{error} ({host})") from error
        except Broken as error:
            raise Unusable("broken", f"{error} ({host})") from error
        if not parsed.format:
            hint = f" It names this feed: {parsed.alternates[0]}" if parsed.alternates else ""
            raise Unusable("not-a-feed", f"{host} sends {said_of(document.body, parsed.html)}.{hint}")
        return parsed

    async def look_at(self, document: Document) -> tuple[str, ...]:
        """The feeds that a web page names, as it writes them."""
        try:
            return (await self._worker.parse(document)).alternates
        except (TooHeavy, Broken):
            return ()

    def _with_wishes(self, poll: Poll, feeds: Sequence[Feed]) -> Poll:
        """The poll, with what the feeds at this address want: the shortest of their intervals."""
        wished = min((feed.every or self._usual for feed in feeds), default=self._usual)
        remembered = replace(poll.memory, every=int(wished.total_seconds()), subscribers=len(feeds))
        return replace(poll, memory=remembered)

    def _sightings(self, parsed: Parsed, feed: Feed, poll: Poll) -> list[Sighting]:
        """Each article of the document once, oldest first; those of one second in the document's order, reversed."""
        shared = frozenset(poll.memory.shared) | parsed.shared
        found: dict[str, Article] = {}
        for entry in parsed.entries:
            article = identify(entry, feed, parsed.title, poll.now, shared)
            if article is not None and not any(key in found for key in article.keys):
                found |= dict.fromkeys(article.keys, article)
        articles = list({id(each): each for each in found.values()}.values())
        articles.reverse()
        articles.sort(key=lambda each: each.published or poll.now)
        guard = poll.now - self._guard(poll)
        return [
            Sighting(
                replace(each, late=each.published is not None and each.published < guard),
                feed,
                digest(each),
                silent=feed.polled is None,
            )
            for each in articles
        ]

    def _guard(self, poll: Poll) -> timedelta:
        """How old an article may be and still be news: two days, and as long as we have not looked."""
        succeeded = poll.source.succeeded
        away = poll.now - succeeded if succeeded else timedelta(0)
        return GUARD + away if away > GUARD else GUARD

    def _placed(self, sighting: Sighting) -> Sighting:
        """The article with its regions, and why."""
        article, feed = sighting.article, sighting.feed
        placement = self._classifier.place(
            article.title,
            article.teaser,
            [each for tag in article.tags for each in dict.fromkeys((tag.term, tag.label)) if each],
            article.url,
            body=article.text,
            home=feed.home,
            section=feed.region,
            default=feed.default,
            tag_map=feed.tags,
            overrides=feed.places,
        )
        fallback = (self._regions.fallback.code,) if self._regions.fallback else ()
        evidence = {
            "rule": placement.rule, "confidence": round(placement.confidence, 3), "why": as_json(placement),
        }  # fmt: skip
        why = json.dumps(evidence, ensure_ascii=False, separators=(",", ":"))
        return replace(sighting, article=replace(article, regions=placement.regions or fallback, why=why))

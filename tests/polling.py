"""A house with a real archive, a real worker process and a web of our own, for tests of the poller."""

import random
import ssl
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from bot.archive.archive import Archive
from bot.delivery.route import route
from bot.intake.allowance import Allowance
from bot.intake.classify import load_classifier
from bot.intake.fetch import Fetcher, Limits, open_session
from bot.intake.manners import SLOW, Manners
from bot.intake.parse import Parsed, parse
from bot.intake.worker import ParseWorker
from bot.model import OPERATOR, Document, Feed, Source, Subscription
from bot.poller import Polled, Poller
from bot.poller.placing import Placing
from bot.poller.reading import Reading
from bot.poller.taking import Taking
from bot.regions import load_regions
from bot.settings import shipped
from tests.fakes import Clock, Names, Web

TEN_MINUTES = timedelta(minutes=10)
AGENT = "Newsdesk/test (+https://newsdesk.test)"


class InThisProcess(ParseWorker):
    """The parser without its process, for what is done hundreds of times."""

    async def parse(self, document: Document, known: Collection[str] = ()) -> Parsed:
        return parse(document, frozenset(known))


@dataclass
class House:
    """What a test of the poller needs, and short words for it."""

    web: Web
    clock: Clock
    archive: Archive
    poller: Poller
    nudged: list[str] = field(default_factory=list)

    async def add(self, path: str = "/feed", host: str = "127.0.0.1", owner: int = OPERATOR, **more: object) -> Feed:
        """A feed whose articles' pages are not read, unless that is asked for."""
        more.setdefault("pages", False)
        return await self.archive.add_feed(Feed(self.web.url(path, host), owner=owner, **more))  # type: ignore[arg-type]

    async def goes_round(self, later: timedelta = TEN_MINUTES) -> list[Polled]:
        """A round of every feed, and then some time passes."""
        lines = await self.poller.round(every=True)
        self.clock.turn(later)
        return lines

    async def posted(self) -> list[str]:
        """The headlines owed, in the order in which they became so."""
        rows = await self.archive.outbox_rows(1000)
        return [each.article.title for each in sorted(rows, key=lambda row: row.id)]

    async def source(self, path: str = "/feed", host: str = "127.0.0.1") -> Source:
        wanted = self.web.url(path, host)
        return next(each for each in await self.archive.sources() if each.url == wanted)


@asynccontextmanager
async def open_house(
    worker: ParseWorker,
    *,
    private: bool = True,
    limits: Limits | None = None,
    names: Names | None = None,
    target: str = "channel:1",
    every: timedelta = TEN_MINUTES,
    tls: ssl.SSLContext | None = None,
    most: Allowance | None = None,
    path: Path | str = ":memory:",
    clock: Clock | None = None,
    slow: timedelta = SLOW,
) -> AsyncIterator[House]:
    """A house whose clock stands at noon, with one subscription to everything."""
    clock = clock or Clock()
    regions = load_regions(shipped() / "regions.toml")
    archive = await Archive.open(path, regions, now=clock.now)
    nudged: list[str] = []
    try:
        async with Web(clock, tls) as web, open_session(private=private, resolver=names or Names()) as session:
            fetcher = Fetcher(session, Manners(clock, slow=slow), user_agent=AGENT, limits=limits)
            placing = Placing(load_classifier(shipped(), regions), regions)
            reading = Reading(worker)
            taking = Taking(archive, fetcher, reading, placing, route, lambda: nudged.append("owed"), most)
            poller = Poller(archive, fetcher, reading, placing, taking, clock, every=every, chance=random.Random(1))
            await archive.subscribe(Subscription(target, "*", guild=1))
            yield House(web, clock, archive, poller, nudged)
    finally:
        await archive.close()

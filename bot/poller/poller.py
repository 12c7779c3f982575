"""Asks every source in its time; each is a boundary of its own, so that one that fails disturbs no other."""

import asyncio
import contextlib
import json
import logging
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from weakref import WeakValueDictionary

from bot.archive.archive import Archive
from bot.clock import Clock
from bot.intake import belief, memory, outcome
from bot.intake.addresses import host_of, is_here, spoken
from bot.intake.classify import Classifier
from bot.intake.fetch import Fetched, Fetcher, open_session, unchecked
from bot.intake.lanes import Lanes
from bot.intake.manners import Manners
from bot.intake.memory import Memory
from bot.intake.outcome import Poll
from bot.intake.schedule import RETRY_CAP, retry_after
from bot.model import OPERATOR, Accepted, Added, Feed, Route, Source
from bot.poller.adding import Adding
from bot.poller.backfilling import Backfilling, Filled
from bot.poller.checking import Checked, Checking
from bot.poller.meaning import Meaning
from bot.poller.places import AT_ONCE, Places
from bot.poller.placing import Placing
from bot.poller.pushing import Pushing, open_ear
from bot.poller.reading import Reading, Unusable
from bot.poller.settling import Settling
from bot.poller.taking import Taking
from bot.poller.telling import Telling
from bot.regions import Regions
from bot.settings import Settings
from bot.turns import Turns

log = logging.getLogger(__name__)

USUAL = timedelta(minutes=10)
SHORTEST = timedelta(minutes=5)  # for hosts that are not on this machine
TICK = timedelta(seconds=5)  # between two looks at what is due
LATER = timedelta(minutes=1)  # after a silence, the sources of a host come back within this time
_BREATH = 8  # sources that set out in one go; hundreds may be due at once
MOST_LOOKS = 3  # of one server for a feed, for each may take long
_LOOKING = f"{MOST_LOOKS} feeds are being looked for here already. Try again when one of them has answered."
SILENCES = "silent hosts"  # the key under which the archive remembers who wants to be left alone


@dataclass(frozen=True, slots=True)
class Polled:
    """What became of one feed in one round."""

    feed: str
    status: str
    new: int = 0
    error: str = ""


class Poller:
    """Polls: what is due, or all of it at once; and adds feeds."""

    def __init__(
        self,
        archive: Archive,
        fetcher: Fetcher,
        reading: Reading,
        placing: Placing,
        taking: Taking,
        clock: Clock,
        *,
        every: timedelta = USUAL,
        shortest: timedelta = SHORTEST,
        chance: random.Random | None = None,
        measure: Callable[[str, float], None] = lambda outcome, seconds: None,
        took_in: Callable[[tuple[str, ...]], None] = lambda regions: None,
    ) -> None:
        self._archive = archive
        self._fetcher = fetcher
        self._reading = reading
        self._settling = Settling(archive)
        self._telling = Telling(archive)
        self._placing = placing
        self._taking = taking
        self._clock = clock
        self._every = every
        self._shortest = shortest
        self._chance = chance or random.Random()  # noqa: S311 it keeps feeds out of step, no secret
        self._measure = measure
        self._took_in = took_in
        self._looks = Turns(MOST_LOOKS, _LOOKING)
        self._pushing: Pushing | None = None
        self._turns: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()  # by source: who polls it now

    async def run(self) -> None:
        """Poll what is due, for ever. Ends by being cancelled; what is under way is then not kept, and asked again."""
        await self._tell_exceptions()
        await self._telling.catch_up(self._clock.now())
        places = Places(self._fetcher.manners.is_slow)
        ended: set[int] = set()  # since the archive was last asked: its answer may still call them due
        self._fetcher.manners.keep(outcome.remembered_silences(await self._archive.recall(SILENCES)))

        async def one(source: Source, began: datetime) -> None:
            try:
                await self.poll(source, began=began)
            finally:
                places.leave(source.id)
                ended.add(source.id)

        async with self._ear(), asyncio.TaskGroup() as tasks:
            if self._pushing is not None:
                tasks.create_task(self._pushing.run(), name="hubs")
            while True:
                ended.clear()
                began = self._clock.now()
                for number, source in enumerate(await self._due(places, ended)):
                    tasks.create_task(one(source, began), name=f"poll {source.id}")
                    if number % _BREATH == _BREATH - 1:
                        await asyncio.sleep(0)
                await self._clock.sleep(min(TICK, self._every / 4))

    async def round(self, *, every: bool = False, told: Callable[[Polled], None] = lambda line: None) -> list[Polled]:
        """Poll once what is due, or every source; a line per feed, told as soon as it is known."""
        await self._tell_exceptions()
        self._fetcher.manners.keep(outcome.remembered_silences(await self._archive.recall(SILENCES)))
        began = self._clock.now()
        owners = await self._archive.feed_owners()
        sources = await (self._archive.sources() if every else self._archive.due_sources(began, 100_000))
        lines: list[Polled] = []
        queue = iter(sources)

        async def one_after_the_other() -> None:
            for source in queue:
                for line in await self.poll(source, owners.get(source.id, ()), began=began):
                    lines.append(line)
                    told(line)

        async with asyncio.TaskGroup() as tasks:
            for number in range(min(AT_ONCE, len(sources))):
                tasks.create_task(one_after_the_other())
                if number % _BREATH == 0:
                    await asyncio.sleep(0)
        return lines

    async def poll(
        self,
        source: Source,
        owners: Sequence[int] = (),
        fetched: Fetched | None = None,
        began: datetime | None = None,
    ) -> list[Polled]:
        """Ask one source, unless what it says was `fetched` already, and take that in. No fault goes further.

        `began` is when the source was read from the archive: what has been changed of it since, we do not know.
        A push, say, may come during a poll: then it is asked once more, after that, as that has left it.
        """
        loop = asyncio.get_running_loop()
        turn = self._turns.setdefault(source.id, asyncio.Lock())
        waits = turn.locked()
        async with turn:
            started, began = loop.time(), self._clock.now() if waits else began or self._clock.now()
            try:
                source = await self._as_it_is_now(source) if waits else source
                after, accepted = await self._ask(source, fetched, began)
            except Exception:  # the boundary: one source
                log.exception("poll failed feed=%s", spoken(source.url))
                after, accepted = await self._set_aside(source, began), Accepted()
        if source.failures or after.failures:
            await self._tell(source, after)
        for article in accepted.new:
            self._took_in(article.regions)
        self._measure(after.status, loop.time() - started)
        if outcome.is_news_of_failing(source, after):
            log.error("feed has been failing for a day feed=%s error=%s", spoken(source.url), after.error)
        elif after.error and after.status != source.status:
            log.warning("polled feed=%s status=%s error=%s", spoken(source.url), after.status, after.error)
        elif accepted.new:
            log.info("polled feed=%s fresh=%d owed=%d", spoken(source.url), len(accepted.new), accepted.owed)
        return [_line(source.url, owner, after, accepted) for owner in owners]

    async def add(
        self,
        url: str,
        owner: int,
        *,
        any_certificate: bool | None = None,
        newest: bool = False,
        told: Callable[[str], None] = lambda address: None,
    ) -> Added:
        """Find the feed of an address, ask it once, keep it. Its articles are archived, not posted.

        But for the `newest` one, where somebody wants to see that it works. `told` hears each address that is tried.
        """
        with self._looks.of(owner):
            return await self._adding(told).add(url, owner, any_certificate=any_certificate, newest=newest)

    async def check(self, url: str, owner: int = OPERATOR, feeds: Sequence[Feed] | None = None) -> Checked:
        """Ask a feed once, or the one feed of a page, say what would be posted, keep nothing.

        As if these were the feeds, where they are not those of the archive.
        """
        checking = Checking(self._archive, self._fetcher, self._reading, self._placing, self._clock)
        with self._looks.of(owner):
            try:
                return await checking.check(url, owner, feeds)
            except Unusable as error:
                if error.status != "not-a-feed":
                    raise
            adding = self._adding()
            checked = await checking.check(await adding.the_one(url), owner, feeds)
            return replace(checked, sentence=f"{checked.sentence} {adding.remark}".rstrip())

    def _adding(self, told: Callable[[str], None] = lambda address: None) -> Adding:
        def take_in(source: Source, fetched: Fetched | None) -> Awaitable[object]:
            return self.poll(source, fetched=fetched)

        return Adding(self._archive, self._fetcher, self._reading, self._taking, take_in, self._clock.now, told)

    async def means(self, feed: Feed, tag: str, region: str, route: Route) -> tuple[int, int]:
        """Keep what a feed's tag means; how many articles go there for it, and how many deliveries that makes."""
        return await Meaning(self._archive, self._placing, self._clock).learn(feed, tag, region, route)

    async def backfill(
        self, url: str, since: datetime, owner: int = OPERATOR, told: Callable[[Filled], None] = lambda filled: None
    ) -> Filled:
        """Fill the archive from a feed's older pages, without posting."""
        filling = Backfilling(self._archive, self._fetcher, self._reading, self._taking, self._clock)
        return await filling.fill(url, since, owner, told)

    def listens_to(self, pushing: Pushing | None) -> None:
        """From now on `run` receives pushes too."""
        self._pushing = pushing

    def _ear(self) -> contextlib.AbstractAsyncContextManager[object]:
        return open_ear(self._pushing) if self._pushing else contextlib.nullcontext()

    async def _tell(self, before: Source, after: Source) -> None:
        """What the people behind a feed should know is written down; if that fails, the next failure does it."""
        try:
            await self._telling.of_poll(before, after, self._clock.now())
        except Exception:
            log.exception("could not write down what is to be told feed=%s", spoken(after.url))

    async def _tell_exceptions(self) -> None:
        """TLS is never silently off: each start says for whom it is."""
        for feed in await self._archive.unchecked_feeds():
            log.warning("takes any certificate feed=%s owner=%d", spoken(feed.url), feed.owner)

    async def _due(self, places: Places, ended: Collection[int]) -> list[Source]:
        """What is due and has a place; nothing for the moment when the archive cannot tell."""
        if places.full:
            return []
        try:
            due = await self._archive.due_addresses(self._clock.now())
            chosen = [number for number, url in due if number not in ended and places.take(number, url)]
        except Exception:
            log.exception("could not ask the archive what is due")
            return []
        return await self._with_places(places, chosen)

    async def _with_places(self, places: Places, chosen: Sequence[int]) -> list[Source]:
        """These sources. What went away meanwhile, or cannot be read, has no place any more."""
        found: list[Source] = []
        try:
            found = await self._archive.sources_of(chosen)
        except Exception:
            log.exception("could not read what is due")
        for number in set(chosen) - {each.id for each in found}:
            places.leave(number)
        return found

    async def _ask(self, source: Source, fetched: Fetched | None, began: datetime) -> tuple[Source, Accepted]:
        """One request, and its answer's way into the archive."""
        remembered = memory.read(source.memory)
        address = remembered.address or source.url
        if fetched is None:
            silent = self._fetcher.manners.silent_until(address, self._clock.now())
            if silent is not None:
                return await self._postpone(source, address, silent), Accepted()
            held = belief.believes(remembered, self._clock.now())
            fetched = await self._fetcher.fetch(
                address,
                etag=source.etag if held else None,
                modified=source.modified if held else None,
                holder=remembered.holder,
                subscribers=remembered.subscribers,
                unchecked=unchecked(source),
            )
        if fetched.status == "waiting":
            return await self._postpone(source, address, self._clock.now() + fetched.wait), Accepted()
        return await self._take(self._circumstances(source, remembered, began), address, fetched)

    async def _take(self, poll: Poll, address: str, fetched: Fetched) -> tuple[Source, Accepted]:
        """What was answered, on its way into the archive."""
        if fetched.status == "unchanged" and not poll.memory.parts:
            after = await self._settle(outcome.unchanged(poll, fetched))
            await self._taking.follow(poll, after)
            return after, Accepted()
        if fetched.document is None and fetched.status != "unchanged":
            if fetched.status == "busy":
                await self._leave_alone(address, poll, fetched.headers)
            return await self._settle(outcome.failed(poll, fetched.status, fetched.error, fetched.headers)), Accepted()
        try:
            return await self._taking.take_in(poll, fetched)
        except Unusable as error:
            return await self._settle(outcome.failed(poll, error.status, str(error), fetched.headers)), Accepted()

    async def _as_it_is_now(self, source: Source) -> Source:
        """Of one that is polled no more: as it was."""
        return next((each for each in await self._archive.sources() if each.id == source.id), source)

    async def _settle(self, after: Source) -> Source:
        await self._settling.settle(after)
        return after

    async def _postpone(self, source: Source, address: str, until: datetime) -> Source:
        """Its host wants silence: nothing is asked; and when that ends, not all at once."""
        await self._archive.postpone_source(source.id, until + LATER * self._chance.random())
        return replace(source, status="waiting", error=f"{host_of(address)} wants no visit before {until:%H:%M} UTC.")

    async def _leave_alone(self, address: str, poll: Poll, headers: Mapping[str, str]) -> None:
        """Retry-After is meant for all that we ask of the host, also after a restart."""
        wait = retry_after(headers, poll.now)
        if wait:
            self._fetcher.manners.hush(address, poll.now + min(wait, RETRY_CAP))
            await self._archive.remember(SILENCES, json.dumps(self._fetcher.manners.silences(poll.now)))

    async def _set_aside(self, source: Source, began: datetime) -> Source:
        """Something is wrong with us, not with the feed: come back later, and let the others go on."""
        poll = self._circumstances(source, memory.read(source.memory), began)
        after = outcome.failed(poll, "fault", "Newsdesk has a fault of its own with this feed; the log has it.", {})
        with contextlib.suppress(Exception):
            await self._settling.settle(after)
        return after

    def _circumstances(self, source: Source, remembered: Memory, began: datetime) -> Poll:
        here = is_here(host_of(source.url))
        shortest = timedelta(0) if here else self._shortest
        now = self._clock.now()
        return Poll(source, remembered, now, self._every, self._chance, shortest, not here, began, remembered)


@contextlib.asynccontextmanager
async def open_poller(
    settings: Settings,
    archive: Archive,
    classifier: Classifier,
    regions: Regions,
    route: Route,
    clock: Clock,
    nudge: Callable[[], None] = lambda: None,
    *,
    measure: Callable[[str, float], None] = lambda outcome, seconds: None,
    took_in: Callable[[tuple[str, ...]], None] = lambda regions: None,
) -> AsyncIterator[Poller]:
    """A poller with its session and its worker processes, which end with it.

    `nudge` is called when something is owed, `measure` with each poll's outcome and seconds, `took_in` with the regions
    of each new article.
    """
    lanes = Lanes()
    async with open_session(private=settings.private_feeds) as session:
        fetcher = Fetcher(session, Manners(clock), user_agent=settings.user_agent)
        reading = Reading(lanes)
        placing = Placing(classifier, regions)
        taking = Taking(archive, fetcher, reading, placing, route, nudge)
        poller = Poller(
            archive,
            fetcher,
            reading,
            placing,
            taking,
            clock,
            every=settings.poll_every,
            measure=measure,
            took_in=took_in,
        )
        pushing = Pushing(archive, session, clock, settings.public_url, poller.poll, settings.user_agent)
        poller.listens_to(pushing if settings.public_url else None)
        try:
            yield poller
        finally:
            await lanes.close()


def _line(url: str, owner: int, after: Source, accepted: Accepted) -> Polled:
    new = sum(article.owner == owner for article in accepted.new)
    return Polled(spoken(url), after.status, new, after.error)

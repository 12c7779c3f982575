"""Whatever publishers and servers do, and whenever we die: each story is kept and owed once, as it was printed last."""

import asyncio
import os
import random
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from bot.archive.archive import Archive
from bot.delivery.route import route
from bot.intake.classify import Classifier
from bot.intake.fetch import Fetcher, open_session
from bot.intake.manners import Manners
from bot.model import Feed, Source, Subscription
from bot.poller import Poller
from bot.poller.placing import Placing
from bot.poller.reading import Reading
from bot.poller.taking import GUARD, Taking
from bot.regions import Regions
from tests.fakes import Clock, Names, Web
from tests.polling import AGENT, InThisProcess
from tests.press import Item
from tests.whims import PARTS, Paper, Press, Story

pytestmark = pytest.mark.asyncio(loop_scope="module")

FIRST = int(os.environ.get("NEWSDESK_FIRST_PLAY") or 1)
PLAYS, STEPS = int(os.environ.get("NEWSDESK_PLAYS") or 3), int(os.environ.get("NEWSDESK_STEPS") or 20)
TARGETS = {"channel:1": "*", "channel:2": "africa", "channel:3": "asia-pacific"}
DYING = 0.05  # of all polls
PUSHED = 0.1  # during a poll
WELL_AGAIN = timedelta(days=9)  # by then even a feed that said it was gone has been asked again
TORN = 3  # documents in a row that break off: the third is all that there is


@dataclass
class Known:
    """A story as the archive must have it, and to whom it is owed."""

    title: str
    teaser: str
    owed: frozenset[str]


@dataclass
class Model:
    """What must be known. Plainer than the house: a story is its number, which no name hides from us."""

    stories: dict[int, Known] = field(default_factory=dict)
    printed: dict[tuple[str, int], Item] = field(default_factory=dict)  # as each paper was last seen to print it
    guids: set[tuple[str, int, str]] = field(default_factory=set)
    slugs: set[tuple[int, str]] = field(default_factory=set)
    polled: set[str] = field(default_factory=set)
    torn: dict[str, int] = field(default_factory=dict)
    unheard: dict[str, set[int]] = field(default_factory=dict)  # of an index: parts that failed its first poll

    def takes(
        self, paper: Paper, ended: str, items: Mapping[int, Item], stories: Mapping[int, Story], age: Any
    ) -> None:
        """What a document changes."""
        unheard = self.unheard.setdefault(paper.name, set(range(len(paper.parts))))
        for number, item in items.items():
            story, last = stories[number], self.printed.get((paper.name, number))
            if number not in self.stories:
                # A first poll is silent, and so is what is older than the guard.
                silent = paper.name not in self.polled or age(item) or number % PARTS in unheard
                owed = {target for target, region in TARGETS.items() if region in ("*", *story.regions)}
                self.stories[number] = Known(item.title, item.teaser, frozenset() if silent else frozenset(owed))
            elif last is None:  # another feed fills gaps and corrects nothing
                self.stories[number].teaser = self.stories[number].teaser or item.teaser
            else:
                self._is_corrected(number, last, item)
            self.printed[paper.name, number] = item
            self.guids.add((paper.name, number, story.guid))
            self.slugs.add((number, story.slug))
        unheard -= paper.answered
        torn = self.torn.get(paper.name, 0)
        self.torn[paper.name] = 0 if ended == "whole" else torn + 1
        if ended == "whole" or (ended == "unclosed" and torn) or torn + 1 >= TORN:
            self.polled.add(paper.name)

    def _is_corrected(self, number: int, last: Item, item: Item) -> None:
        """What a feed prints otherwise than it did is so; what it leaves out stays."""
        known = self.stories[number]
        if item.title != last.title:
            known.title = item.title
        if item.teaser and item.teaser != last.teaser:
            known.teaser = item.teaser
        known.teaser = known.teaser or item.teaser

    def recognisable(self, story: Story, guid: str, slug: str, papers: list[str]) -> bool:
        """Whether every paper of its site may print a story so: by one name or the other each knows it already."""
        if story.number not in self.stories or (story.number, slug) in self.slugs:
            return True
        return all((paper, story.number, guid) in self.guids for paper in papers)


class Mortal:
    """An archive that hangs for ever from a certain call on, before it is done or after: so the bot dies there."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self.calls_left = -1
        self.after = False
        self.dead = asyncio.Event()

    def __getattr__(self, name: str) -> Callable[..., Any]:
        work = getattr(self.archive, name)

        async def perhaps(*given: Any, **more: Any) -> Any:
            self.calls_left -= 1
            if self.calls_left == 0 and not self.after:
                self.dead.set()
            if self.dead.is_set():
                await asyncio.Event().wait()
            answer = await work(*given, **more)
            if self.calls_left == 0:
                self.dead.set()
                await asyncio.Event().wait()
            return answer

        return perhaps


@dataclass
class Life:
    """From a start to an end or a death."""

    mortal: Mortal
    poller: Poller

    @property
    def archive(self) -> Archive:
        return self.mortal.archive


class Play:
    """A press, a bot, and the model of what the bot must know."""

    def __init__(self, seed: int, file: Path, regions: Regions, classifier: Classifier) -> None:
        self.chance = random.Random(seed)
        self.clock = Clock()
        self.file = file
        self.regions, self.classifier = regions, classifier
        self.model = Model()
        self.press = Press(self.chance, self.clock, self.recognisable)
        self.log: list[str] = []

    def recognisable(self, story: Story, guid: str, slug: str, also: str = "") -> bool:
        """A guid counts in its feed alone: who prints a story for the first time must print a known address."""
        papers = [each.name for each in self.press.papers if story.number in (*each.listed, *each.away)]
        return self.model.recognisable(story, guid, slug, [*papers, also] if also else papers)

    @asynccontextmanager
    async def life(self) -> AsyncIterator[Life]:
        archive = await Archive.open(self.file, self.regions, now=self.clock.now)
        mortal = Mortal(archive)
        try:
            async with open_session(private=True, resolver=Names()) as session:
                fetcher = Fetcher(session, Manners(self.clock), user_agent=AGENT)
                placing, reading = Placing(self.classifier, self.regions), Reading(InThisProcess())
                given = cast(Archive, mortal)
                taking = Taking(given, fetcher, reading, placing, route)
                yield Life(mortal, Poller(given, fetcher, reading, placing, taking, self.clock, chance=self.chance))
        finally:
            await archive.close()

    async def runs(self, steps: int) -> None:
        """All of it."""
        async with Web(self.clock) as web:
            for paper in self.press.papers:
                for path in paper.paths:
                    web[path] = lambda asked, paper=paper: self.press.answer(paper, asked)  # type: ignore[misc]
            async with self.life() as life:
                for paper in self.press.papers:
                    await life.archive.add_feed(Feed(web.url(paper.path, paper.host), title=paper.name, pages=False))
                for target, region in TARGETS.items():
                    await life.archive.subscribe(Subscription(target, region, guild=1))
            left = steps
            while left:
                async with self.life() as life:
                    left = await self._lives(life, left)
            async with self.life() as life:
                await self._gets_well(life)

    async def _lives(self, life: Life, left: int) -> int:
        """Steps until none is left, or until the bot dies."""
        while left:
            left -= 1
            self.press.may_shrink = set(self.model.polled)
            for paper in self.press.papers:
                for _ in range(self.chance.choice([0, 0, 1, 2])):
                    self.press.happens(paper)
                self.press.fares(paper)
            for source in await life.archive.due_sources(self.clock.now()):
                if await self._polls(life, source):
                    return left
            self.clock.turn(timedelta(minutes=self.chance.choice([5, 10, 10, 10, 20, 60, 360, 1440, 6000])))
        return left

    async def _polls(self, life: Life, source: Source, dying: float = DYING) -> bool:
        """One poll, and whether the bot died in it."""
        paper = next(each for each in self.press.papers if source.url.endswith(each.path) and each.host in source.url)
        paper.served.clear()
        paper.answered.clear()
        if self.chance.random() < dying:
            life.mortal.calls_left, life.mortal.after = self.chance.randrange(1, 8), self.chance.random() < 0.5
        pushes = paper.mood == "well" and self.chance.random() < PUSHED
        polling: asyncio.Future[Any] = asyncio.gather(*(life.poller.poll(source) for _ in range(1 + pushes)))
        death: asyncio.Future[Any] = asyncio.ensure_future(life.mortal.dead.wait())
        await asyncio.wait([polling, death], return_when=asyncio.FIRST_COMPLETED)
        died = not polling.done()
        polling.cancel()
        death.cancel()
        await asyncio.gather(polling, death, return_exceptions=True)
        life.mortal.calls_left = -1
        after = deepcopy(self.model)
        for ended, items in paper.said():
            after.takes(paper, ended, items, self.press.stories, lambda item: self._is_late(item, source.succeeded))
        seen = [
            (ended, {n: (each.title[11:], each.guid, each.link) for n, each in items.items()})
            for ended, items in paper.served
        ]
        self.log.append(f"{self.clock.now():%d %H:%M} {paper.name}: {paper.mood}, {paper.validators}, {died=} {seen}")
        if not (paper.served or died) and self.chance.random() < 0.9:
            return False  # nothing was said
        missing = await self._differences(life, after)
        if missing and died and not await self._differences(life, self.model):
            return True
        assert not missing, "\n".join([*self.log[-6:], *missing])
        self.model = after
        return died

    def _is_late(self, item: Item, succeeded: datetime | None) -> bool:
        now = self.clock.now()
        looked = succeeded or now
        return isinstance(item.date, datetime) and item.date < looked - GUARD

    async def _differences(self, life: Life, model: Model) -> list[str]:
        """Between what is known and what must be, in words."""
        found: list[str] = []
        articles = await life.archive.articles_after(0, 10_000)
        kept = [int(each.title[6:10]) if each.title[6:10].isdigit() else -1 for each in articles]
        found += [
            f"kept {kept.count(n)} times: {n}" for n in {*kept, *model.stories} if kept.count(n) != (n in model.stories)
        ]
        for number, article in zip(kept, articles, strict=True):
            known = model.stories.get(number)
            if (
                known
                and "?" not in known.title + known.teaser
                and ((article.title, article.teaser) != (known.title, known.teaser))
            ):
                found.append(f"{article.title!r}, {article.teaser!r} instead of {known.title!r}, {known.teaser!r}")
        rows = await life.archive.outbox_rows(10_000)
        owed = sorted((int(row.article.title[6:10]), row.target) for row in rows)
        must = sorted((number, target) for number, known in model.stories.items() for target in known.owed)
        found += [f"owed wrongly: {set(owed) ^ set(must)}"] if owed != must else []
        found += [f"{row.state}: {row.reason}" for row in rows if row.state != "pending"]
        polled = {each.title for each in await life.archive.feeds() if each.polled}
        return found + ([f"first polls: {polled ^ model.polled}"] if polled != model.polled else [])

    async def _gets_well(self, life: Life) -> None:
        """All servers are well: soon everything printed is known, and each feed is polled at its pace."""
        for paper in self.press.papers:
            paper.mood, paper.parts = "well", ["well"] * len(paper.parts)
            self.press.refill(paper)
        until = self.clock.now() + WELL_AGAIN
        while self.clock.now() < until:
            for source in await life.archive.due_sources(self.clock.now()):
                assert not await self._polls(life, source, dying=0)
            soonest = min(each.next_poll for each in await life.archive.sources() if each.next_poll)
            self.clock.turn(max(soonest - self.clock.now(), timedelta(hours=12)))
        for source in await life.archive.sources():
            assert source.failures == 0 and source.next_poll, source
            # A quarter of an hour where validators do not work, or where news comes at other hours.
            assert source.polled and source.next_poll - source.polled <= timedelta(minutes=16), source
        for paper in self.press.papers:
            for number in paper.listed:
                shown = paper.printed(self.press.stories[number])
                assert self.model.printed.get((paper.name, number)) == shown, paper.name


@pytest.mark.parametrize("seed", range(FIRST, FIRST + PLAYS))
async def test_each_story_is_noticed_once(seed: int, tmp_path: Path, regions: Regions, classifier: Classifier) -> None:
    await Play(seed, tmp_path / "archive.db", regions, classifier).runs(STEPS)

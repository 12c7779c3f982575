"""Plays at random what can happen to articles, orders and posts, and says at the end what is not as it should be."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

from bot.almanac import Almanac
from bot.archive import Archive
from bot.chat.sender import DiscordSender
from bot.courier import Courier
from bot.delivery.pace import Allowance, Pace
from bot.delivery.terms import Terms
from bot.delivery.weekly import Plan
from bot.model import ROUNDUP, Article, Feed, Sighting, Subscription
from tests.chat.sender.account import NEWS, WEEKLY, Account, number_of, said, target_in
from tests.chat.sender.outside import GUILD, stories_in
from tests.chat.sender.shaky import Shaky
from tests.delivery.samples import REGIONS
from tests.fakes import until

ORDERED = ("africa", "europe", "*")
TARGETS = ("channel:11", "channel:12", "channel:13", "user:15", NEWS)
WISHES = ("", "", '"edition 0", "says 1"', "says")
UNWANTED = ("", "", '"edition 2"', '"says 2"')
FEEDS = ("https://a.test/feed", "https://b.test/feed")
FATES = ("answered", "lost", "never", "arrives later", "500, done", "500", "429", "429 for long", "spent", "filtered")
TIMEOUT = 0.3  # minutes after which no answer is waited for any more


class Play(Account):
    """One course of things. Whatever is chosen is chosen by its seed."""

    def __init__(self, seed: int, file: Path) -> None:
        super().__init__(seed)
        self.file = file
        self.titles: dict[int, dict[str, tuple[int, int]]] = {}  # by story and feed: the edition of headline and teaser
        self.regions: dict[int, dict[str, tuple[str, ...]]] = {}
        self.published: dict[int, datetime] = {}

    # --- the house ---

    async def run(self, steps: int) -> list[str]:
        await self.opens()
        listener = _Listener(self.wrong, self.unpublished)
        logging.getLogger("bot").addHandler(listener)
        for target in TARGETS:
            await self.orders(target, self.chance.choice(ORDERED), "{}")
        try:
            for _ in range(steps):
                await self.step()
                if self.wrong:
                    break
            else:
                await self.ends()
        finally:
            logging.getLogger("bot").removeHandler(listener)
            await self.dies()
            await self.archive.close()
        return self.wrong

    async def opens(self) -> None:
        self.archive = await Archive.open(self.file, REGIONS, now=self.wall.now)
        self.feeds = [await self.archive.add_feed(Feed(url)) for url in FEEDS]
        self.starts()

    def starts(self) -> None:
        self.shaky = Shaky(self.archive, self.chance, self.leaves)
        allowance = Allowance(pace=Pace(most=100_000, apart=0), time=lambda: self.clock.now().timestamp())
        self.sender = DiscordSender(cast(Any, self.outside), REGIONS, self.wall, allowance, memory=self.archive)
        self.courier = Courier(cast(Any, self.shaky), self.sender, self.wall)
        self.running = asyncio.create_task(self.courier.run())

    async def dies(self) -> None:
        for _ in range(2):
            self.running.cancel()
            for _ in range(5):
                await asyncio.sleep(0)
        with contextlib.suppress(asyncio.CancelledError):
            await self.running
        await until(lambda: not self.shaky.asked)

    async def settles(self) -> None:
        """Until nothing moves any more but what waits for Discord's answer."""
        still, before, looks = 0, (-1, -1), 0
        while still < 25:
            looks += 1
            if looks % 500 == 0:  # who was told to wait some milliseconds would ask for ever while the clock stands
                self.clock.turn(timedelta(milliseconds=50))
            await asyncio.sleep(0.0002 if self.shaky.asked else 0)
            now = (self.shaky.ever, self.outside.asked)
            still = still + 1 if now == before and not self.shaky.asked else 0
            before = now
        await self.compares_order()

    # --- what can happen ---

    async def step(self) -> None:
        steps: dict[Callable[[], Awaitable[None]], int] = {
            self.prints_new: 6,
            self.prints_again: 6,
            self.answers: 16,
            self.time_passes: 8,
            self.subscribes: 2,
            self.unsubscribes: 2,
            self.loses_or_regains_permission: 1,
            self.person_looks: 1,
            self.goes: 1,
            self.is_moved: 1,
            self.death: 2,
            self.prunes: 1,
            self.changes_history: 1,
            self.disk: 1,
            self.line_to_discord: 1,
            self.is_deleted: 1,
            self.days_pass: 2,
            self.clock_is_set: 1,
        }
        (chosen,) = self.chance.choices(list(steps), list(steps.values()))
        self.log.append(f"{self.wall.now():%d %H:%M:%S} {chosen.__name__}")
        self.changed_terms.clear()
        self.doing = chosen.__name__
        await chosen()
        self.wakes()
        await self.settles()

    async def prints_new(self) -> None:
        held = "a flood" if self.chance.random() < 0.1 else ""
        for _ in range(self.chance.choice((1, 1, 2, 3))):
            number = len(self.published) + 1
            self.published[number] = self.wall.now() - timedelta(minutes=self.chance.randrange(90))
            self.titles[number], self.regions[number] = {}, {}
            await self.prints(number, self.chance.choice(self.feeds), held)

    async def prints_again(self) -> None:
        if self.published:
            recent = list(self.published)[-6:]
            await self.prints(self.chance.choice(recent), self.chance.choice(self.feeds))

    async def prints(self, number: int, feed: Feed, held: str = "") -> None:
        editions = (self.chance.randrange(3), self.chance.randrange(3))
        regions = self.regions[number].get(feed.url)
        if regions is None or self.chance.random() < 0.2:
            regions = self.chance.choice((("africa",), ("europe",), ("africa", "europe"), ("global",)))
        self.titles[number][feed.url], self.regions[number][feed.url] = editions, regions
        article = Article(
            f"Story {number} edition {editions[0]}",
            f"https://a.test/s{number}",
            teaser=f"It says {editions[1]} here.",
            regions=regions,
            published=self.published[number],
            keys=(f"url:https://a.test/s{number}",),
        )
        sighting = Sighting(article, feed, repr((editions, regions)).encode())
        before = await self.kept(number)
        self.notes("prints", number, editions, regions, feed.url, held)
        accepted = await self.archive.accept([sighting], None, self.routing(held), self.wall.now())
        for each in accepted.new:
            self.keys[number] = each.id
        await self.is_no_longer_wanted(before, await self.kept(number))

    async def answers(self, share: float = 0.7) -> None:
        for request in list(self.outside.waiting):
            if self.chance.random() < share:
                fate = "answered" if self.chance.random() < 0.5 else self.chance.choice(FATES)
                if fate == "filtered":
                    if not request.posts or self.target_of(request) == WEEKLY:
                        fate = "never"
                    elif len(request.stories) == 1:
                        (story,) = request.stories
                        self.owed[story, self.target_of(request)] = "either"
                self.notes(fate, request.method, request.path, sorted(request.stories))
                self.outside.answer(request, fate)
                await self.settles()

    def wakes(self) -> None:
        self.courier.wake()
        self.sender.publisher.wake()

    async def time_passes(self) -> None:
        await self.waits_for(self.chance.choice((0.02, 0.1, 0.5, 1, 2, 10, 61, 300)))

    async def days_pass(self) -> None:
        """Long enough for a round-up to be of no use any more."""
        await self.waits_for(60 * self.chance.choice((20, 30, 100, 200)))

    async def waits_for(self, minutes: float) -> None:
        while minutes > TIMEOUT and self.outside.waiting:
            await self.answers(1)
        self.passes(minutes)
        await self.week_is_over()

    def passes(self, minutes: float) -> None:
        self.clock.turn(timedelta(minutes=minutes))
        self.outside.time_passed()

    async def subscribes(self) -> None:
        target = self.chance.choice(TARGETS)
        cap, quiet = self.chance.choice((0, 0, 1, 2)), self.chance.choice(("", "", "22:00-06:00", "12:00-14:00"))
        wishes = {"include": self.chance.choice(WISHES), "exclude": self.chance.choice(UNWANTED)}
        wishes = wishes if self.chance.random() < 0.4 else {}
        await self.orders(target, self.chance.choice(ORDERED), Terms(cap=cap, quiet=quiet).to_json(), **wishes)

    async def orders(self, target: str, region: str, options: str, **wishes: str) -> None:
        self.notes("subscribes", target, region, options, wishes)
        before = await self.archive.subscriptions_of(target)
        await self.archive.subscribe(a_wish(target, region, options, **wishes))
        self.changed_terms.add(target)
        await self.looks_what_is_wanted()
        if any(each.suspended for each in before):  # as the command does
            await self.archive.resume_target(target)
        if self.chance.random() < 0.2:
            due = self.wall.now() + timedelta(hours=self.chance.choice((0.5, 2, 20, 90)))
            plan = Plan(due.weekday(), due.time().replace(second=0, microsecond=0), since=self.wall.now())
            self.notes("plans", plan)
            await self.archive.subscribe(a_wish(WEEKLY, ROUNDUP, plan.to_json()))

    async def unsubscribes(self) -> None:
        standing = await self.archive.subscriptions()
        if standing:
            each = self.chance.choice(standing)
            self.notes("takes back", each.target, each.region)
            await self.archive.unsubscribe(each.target, each.region)
            self.changed_terms.add(each.target)
            await self.looks_what_is_wanted()

    async def loses_or_regains_permission(self) -> None:
        room = self.chance.choice(list(self.outside.rooms.values()))
        room.writable = not room.writable
        self.notes(room.id, "may be written in:", room.writable)
        if room.writable:
            await self.resumes()

    async def resumes(self) -> None:
        for each in await self.archive.subscriptions():
            if each.suspended and self.room_of(each.target).writable:
                self.notes("resumes", each.target)
                await self.archive.resume_target(each.target)

    async def person_looks(self) -> None:
        """Who is asked whether it is out looks there, and is right."""
        for each in await self.archive.outbox_rows(1000):
            pair = (number_of(each.article), each.target)
            if each.state != "held" or self.outside.arrives:
                continue
            if each.roundup:
                await self.archive.release([each.id], drop=True)
                continue
            drops = self.chance.random() < 0.5 if each.reason == "a flood" else self.times_out(pair) > 0
            self.notes("drops" if drops else "releases", pair, each.reason)
            await self.archive.release([each.id], drop=drops)
            self.dropped |= {pair} if drops else set()
            if drops and self.owed.get(pair) == "owed":
                self.owed[pair] = "either" if self.times_out(pair) else "forbidden"

    async def goes(self) -> None:
        if self.published:
            number = self.chance.choice(list(self.published)[-6:])
            self.notes("is gone", number)
            await self.archive.mark_gone([self.keys[number]], self.wall.now())

    async def is_moved(self) -> None:
        if self.published:
            number, region = self.chance.choice(list(self.published)[-6:]), self.chance.choice(("africa", "europe"))
            before = await self.kept(number)
            self.notes("moves", number, region)
            await self.archive.place(self.keys[number], (region,), '{"rule":"moved"}', self.routing(), self.wall.now())
            await self.is_no_longer_wanted(before, await self.kept(number))

    async def death(self) -> None:
        await self.dies()
        if self.chance.random() < 0.7:
            await self.archive.close()
            await self.opens()
        else:
            self.starts()

    async def week_is_over(self) -> None:
        await Almanac(self.archive, self.clock, self.courier.wake).look()

    async def prunes(self) -> None:
        if self.chance.random() < 0.3:
            await self.archive.prune(self.wall.now() - timedelta(hours=self.chance.choice((6, 24))))
            for pair in [each for each in self.owed if await self.kept(each[0]) is None]:
                self.owed[pair] = "either"

    async def changes_history(self) -> None:
        room = self.chance.choice(list(self.outside.rooms.values()))
        if room.id == 12 and not self.wall.ever_wrong:
            room.readable = not room.readable
            self.notes(room.id, "may be read:", room.readable)

    async def disk(self) -> None:
        self.shaky.failing = self.chance.choice((0, 0, 0.1))
        self.notes("failing:", self.shaky.failing)

    async def clock_is_set(self) -> None:
        """Ours, not Discord's. Where nothing can be read, and we were dead meanwhile, nobody can know of that."""
        self.outside.rooms[12].readable = True
        self.passes(0.1)
        self.wall.wrong = timedelta(minutes=self.chance.choice((0, 0, 0.5, -0.5, 10, -10)))
        self.notes("our clock is wrong by", self.wall.wrong)

    async def line_to_discord(self) -> None:
        self.outside.connected = self.chance.random() < 0.8
        self.notes("connected:", self.outside.connected)

    async def is_deleted(self) -> None:
        room = self.chance.choice(list(self.outside.rooms.values()))
        flying = {each.message for each in await self.archive.in_flight()}
        rows = {each.message for each in await self.archive.outbox_rows(1000) if each.message and each.state == "sent"}
        found = [each for each in room.messages if each in rows - flying]
        if found:
            gone = self.chance.choice(found)
            for story in stories_in(room.messages.pop(gone)):
                self.owed[story, target_in(room)] = "either"
            room.deleted.add(gone)
            self.notes("deleted", room.id, gone)

    # --- the end ---

    async def ends(self) -> None:
        """All faults are gone, everybody has acted, and time passes."""
        self.log.append("--- the end")
        self.doing = "prints and releases"  # of what is released only now, more have left already
        self.passes(0.1)
        self.shaky.failing, self.outside.connected, self.wall.wrong = 0.0, True, timedelta(0)
        for room in self.outside.rooms.values():
            room.writable = True
        for _ in range(120):
            await self.resumes()
            await self.person_looks()
            self.wakes()
            await self.settles()
            while self.outside.waiting:
                for request in list(self.outside.waiting):
                    self.notes("answered", request.method, request.path, sorted(request.stories))
                    self.outside.answer(request, "answered")
                await self.settles()
            if not await self.waits() and not self.sender.publisher.waiting:
                break
            self.passes(20)
        if self.running.done():
            self.wrong.append(f"the courier has stopped: {self.running.exception()!r}")
        rows = await self.archive.outbox_rows(100_000)
        self.wrong += [f"{said(each)} waits for ever" for each in await self.waits()]
        self.wrong += [wrong for each in rows if each.state == "sent" for wrong in self.compares(each)]
        self.counts()
        self.looks_what_is_published(rows)
        for each in rows:
            await self.tells(each)


class _Listener(logging.Handler):
    """A failure of our own that no disk is to blame for is a defect; so is what is dropped without need."""

    def __init__(self, wrong: list[str], unpublished: set[int]) -> None:
        super().__init__(logging.WARNING)
        self._wrong, self._unpublished = wrong, unpublished

    def emit(self, record: logging.LogRecord) -> None:
        said = record.getMessage()
        if said.startswith("dropped publication") and said.endswith("too many wait"):
            self._unpublished.add(cast(Any, record.args)[1])
            return
        if record.levelno < logging.ERROR and not said.startswith("dropped publication"):
            return
        error = record.exc_info[1] if record.exc_info else None
        if not isinstance(error, OSError):
            self._wrong.append(f"{record.getMessage()}: {error!r}")


def a_wish(target: str, region: str, options: str, **wishes: str) -> Subscription:
    is_dm, order = target.startswith("user:"), Subscription(target, region, options=options, publish=target == NEWS)
    return replace(order, guild=0 if is_dm else GUILD, kind="dm" if is_dm else "text", **cast(Any, wishes))

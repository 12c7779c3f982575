"""Plays at random what can happen to articles, orders and posts, and says at the end what is not as it should be."""

import asyncio
import contextlib
import logging
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import discord

from bot.almanac import Almanac
from bot.archive import Archive
from bot.chat.sender import DiscordSender
from bot.courier import Courier
from bot.delivery.card import GONE
from bot.delivery.pace import Allowance, Pace
from bot.delivery.route import route, wants
from bot.delivery.terms import Terms, quiet_until, read_terms
from bot.delivery.weekly import Plan
from bot.model import ROUNDUP, Article, Delivery, Feed, Owed, Sighting, Subscription
from tests.chat.sender.outside import GUILD, Outside, Request, Room, stories_in
from tests.delivery.samples import REGIONS
from tests.fakes import Clock

START = datetime.fromisoformat("2026-03-14T12:00:00+00:00")
ORDERED = ("africa", "europe", "*")
TARGETS = ("channel:11", "channel:12", "channel:13", "user:15")
WEEKLY = "channel:14"
FEEDS = ("https://a.test/feed", "https://b.test/feed")
FATES = ("answered", "lost", "never", "arrives later", "500, done", "500", "429", "filtered")
TIMEOUT = 0.3  # minutes after which no answer is waited for any more
Pair = tuple[int, str]


@dataclass
class Shaky:
    """The archive as the courier asks it: now and then the disk fails, before or after it has done as asked."""

    archive: Archive
    chance: random.Random
    leaves: Callable[[Delivery], None]
    failing: float = 0.0
    asked: int = 0
    ever: int = 0

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        async def ask(*given: Any, **more: Any) -> Any:
            self.asked += 1
            self.ever += name != "due_deliveries"  # which it asks for ever while the clock stands
            try:
                early = self.chance.random() < self.failing / 2
                if early and name != "in_flight":
                    raise OSError(f"the disk is full ({name})")
                answer = await getattr(self.archive, name)(*given, **more)
                if name == "sending" and answer:
                    self.leaves(answer)
                if self.chance.random() < self.failing / 2 and name != "in_flight":
                    raise OSError(f"the disk failed ({name})")
                return answer
            finally:
                self.asked -= 1

        return ask


class Play:
    """One course of things. Whatever is chosen is chosen by its seed."""

    def __init__(self, seed: int, file: Path) -> None:
        self.chance = random.Random(seed)
        self.file = file
        self.clock = Clock(START)
        kinds = {11: discord.ChannelType.text, 12: discord.ChannelType.text, 13: discord.ChannelType.forum}
        rooms = [Room(number, kind) for number, kind in (kinds | {14: kinds[11], 1015: kinds[11]}).items()]
        rooms[1].readable = self.chance.random() < 0.4
        self.outside = Outside(self.clock, rooms)
        self.outside.dies_with = lambda request: self.chance.random() < 0.5
        self.outside.on_request = self.left
        self.wrong: list[str] = []
        self.log: list[str] = []
        self.owed: dict[Pair, str] = {}
        self.titles: dict[int, dict[str, tuple[int, int]]] = {}  # by story and feed: the edition of headline and teaser
        self.regions: dict[int, dict[str, tuple[str, ...]]] = {}
        self.published: dict[int, datetime] = {}
        self.keys: dict[int, int] = {}
        self.firsts: set[Pair] = set()  # what has left once
        self.dropped: set[Pair] = set()  # by a person, for good
        self.lines: list[tuple[str, Delivery]] = []
        self.doing = ""
        self.changed_terms: set[str] = set()

    # --- the house ---

    async def run(self, steps: int) -> list[str]:
        await self.opens()
        listener = _Listener(self.wrong)
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
        self.archive = await Archive.open(self.file, REGIONS, now=self.clock.now)
        self.feeds = [await self.archive.add_feed(Feed(url)) for url in FEEDS]
        self.starts()

    def starts(self) -> None:
        self.shaky = Shaky(self.archive, self.chance, self.leaves)
        allowance = Allowance(pace=Pace(most=100_000, apart=0))
        self.sender = DiscordSender(cast(Any, self.outside), REGIONS, self.clock, allowance)
        self.courier = Courier(cast(Any, self.shaky), self.sender, self.clock)
        self.running = asyncio.create_task(self.courier.run())

    async def dies(self) -> None:
        for _ in range(2):
            self.running.cancel()
            for _ in range(5):
                await asyncio.sleep(0)
        with contextlib.suppress(asyncio.CancelledError):
            await self.running
        while self.shaky.asked:
            await asyncio.sleep(0.001)

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
            self.week_is_over: 1,
            self.prunes: 1,
            self.changes_history: 1,
            self.disk: 1,
            self.line_to_discord: 1,
            self.is_deleted: 1,
        }
        (chosen,) = self.chance.choices(list(steps), list(steps.values()))
        self.log.append(f"{self.clock.now():%d %H:%M:%S} {chosen.__name__}")
        self.changed_terms.clear()
        self.doing = chosen.__name__
        await chosen()
        self.courier.wake()
        await self.settles()

    def notes(self, *said: object) -> None:
        self.log.append("    " + " ".join(map(str, said)))

    async def prints_new(self) -> None:
        held = "a flood" if self.chance.random() < 0.1 else ""
        for _ in range(self.chance.choice((1, 1, 2, 3))):
            number = len(self.published) + 1
            self.published[number] = self.clock.now() - timedelta(minutes=self.chance.randrange(90))
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
        accepted = await self.archive.accept([sighting], None, self.routing(held), self.clock.now())
        for each in accepted.new:
            self.keys[number] = each.id
        await self.is_no_longer_wanted(before, await self.kept(number))

    def routing(self, held: str = "") -> Callable[[Article, Sequence[Subscription]], list[Owed]]:
        def to(article: Article, orders: Sequence[Subscription]) -> list[Owed]:
            owed = route(article, orders, held)
            for each in owed:
                pair = (number_of(article), each.target)
                if self.owed.get(pair, "forbidden") == "forbidden" and pair not in self.dropped:
                    self.owed[pair] = "owed"
            self.notes("owes", number_of(article), [each.target for each in owed])
            return owed

        return to

    async def kept(self, number: int) -> Article | None:
        return await self.archive.article(self.keys.get(number, 0), None)

    async def is_no_longer_wanted(self, before: Article | None, after: Article | None) -> None:
        if before and after and before.regions != after.regions:
            await self.looks_what_is_wanted(after)

    async def looks_what_is_wanted(self, *articles: Article) -> None:
        """What no order wants any more, and what nothing has left of yet, shall not come."""
        orders = await self.archive.subscriptions()
        flying = {(number_of(each.article), each.target) for each in await self.archive.in_flight()}
        for pair, state in self.owed.items():
            article = await self.kept(pair[0])
            if article is None or state != "owed" or (articles and article.id not in {each.id for each in articles}):
                continue
            if not any(each.target == pair[1] and wants(each, article) for each in orders):
                self.owed[pair] = "either" if pair in flying or self.times_out(pair) else "forbidden"
                self.notes("no longer wanted", pair, self.owed[pair])

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

    async def time_passes(self) -> None:
        minutes = self.chance.choice((0.02, 0.1, 0.5, 1, 2, 10, 61, 300))
        while minutes > TIMEOUT and self.outside.waiting:
            await self.answers(1)
        self.passes(minutes)

    def passes(self, minutes: float) -> None:
        self.clock.turn(timedelta(minutes=minutes))
        self.outside.time_passed()

    async def subscribes(self) -> None:
        target = self.chance.choice(TARGETS)
        cap, quiet = self.chance.choice((0, 0, 1, 2)), self.chance.choice(("", "", "22:00-06:00", "12:00-14:00"))
        await self.orders(target, self.chance.choice(ORDERED), Terms(cap=cap, quiet=quiet).to_json())

    async def orders(self, target: str, region: str, options: str) -> None:
        self.notes("subscribes", target, region, options)
        before = await self.archive.subscriptions_of(target)
        await self.archive.subscribe(a_wish(target, region, options))
        self.changed_terms.add(target)
        if any(each.suspended for each in before):  # as the command does
            await self.archive.resume_target(target)
        if self.chance.random() < 0.2:
            plan = Plan(weekday=self.chance.randrange(7), since=self.clock.now())
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
            if each.state != "held" or self.outside.arrives or each.roundup:
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
            await self.archive.mark_gone([self.keys[number]], self.clock.now())

    async def is_moved(self) -> None:
        if self.published:
            number, region = self.chance.choice(list(self.published)[-6:]), self.chance.choice(("africa", "europe"))
            before = await self.kept(number)
            self.notes("moves", number, region)
            await self.archive.place(self.keys[number], (region,), '{"rule":"moved"}', self.routing(), self.clock.now())
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
            await self.archive.prune(self.clock.now() - timedelta(hours=self.chance.choice((6, 24))))
            for pair in [each for each in self.owed if await self.kept(each[0]) is None]:
                self.owed[pair] = "either"

    async def changes_history(self) -> None:
        room = self.chance.choice(list(self.outside.rooms.values()))
        if room.id == 12:
            room.readable = not room.readable
            self.notes(room.id, "may be read:", room.readable)

    async def disk(self) -> None:
        self.shaky.failing = self.chance.choice((0, 0, 0.1))
        self.notes("failing:", self.shaky.failing)

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

    # --- what is seen on the way ---

    def leaves(self, delivery: Delivery) -> None:
        is_first = delivery.attempts == 1 and not delivery.edit and not delivery.roundup
        if is_first and not self.shaky.failing:  # of a list, some may leave while the disk keeps back the others
            self.lines.append((delivery.target, delivery))

    def left(self, request: Request) -> None:
        if not request.posts or self.target_of(request) == WEEKLY:
            return
        target = self.target_of(request)
        for story in request.stories:
            pair = (story, target)
            if pair not in self.firsts:
                self.firsts.add(pair)
                if self.owed.get(pair, "forbidden") == "forbidden":
                    self.wrong.append(f"{pair} left, though nobody wants it")

    async def compares_order(self) -> None:
        """What left first was first in its line, and left when its order lets it."""
        lines, self.lines = self.lines, []
        for target, sent in lines:
            for each in await self.archive.line(target, 100):
                is_new = each.attempts == 0 and "prints" not in self.doing
                if is_new and not each.roundup and _key(each) < _key(sent):
                    self.wrong.append(f"{said(sent)} left before {said(each)}")
            orders = await self.archive.subscriptions_of(target)
            quiet = [quiet_until(read_terms(each.options), self.clock.now()) for each in orders]
            if quiet and all(quiet) and target not in self.changed_terms:
                self.wrong.append(f"{said(sent)} left in quiet hours")

    # --- the end ---

    async def ends(self) -> None:
        """All faults are gone, everybody has acted, and time passes."""
        self.log.append("--- the end")
        self.doing = "prints and releases"  # of what is released only now, more have left already
        self.shaky.failing, self.outside.connected = 0.0, True
        for room in self.outside.rooms.values():
            room.writable = True
        for _ in range(120):
            await self.resumes()
            await self.person_looks()
            self.courier.wake()
            await self.settles()
            while self.outside.waiting:
                for request in list(self.outside.waiting):
                    self.notes("answered", request.method, request.path, sorted(request.stories))
                    self.outside.answer(request, "answered")
                await self.settles()
            if not await self.waits():
                break
            self.passes(20)
        if self.running.done():
            self.wrong.append(f"the courier has stopped: {self.running.exception()!r}")
        rows = await self.archive.outbox_rows(100_000)
        self.wrong += [f"{said(each)} waits for ever" for each in await self.waits()]
        self.wrong += [wrong for each in rows if each.state == "sent" for wrong in self.compares(each)]
        self.counts()
        for each in rows:
            await self.tells(each)

    async def waits(self) -> list[Delivery]:
        rows = await self.archive.outbox_rows(100_000)
        return [each for each in rows if each.state not in ("sent", "refused") or (each.edit and each.state == "sent")]

    def counts(self) -> None:
        for pair, state in self.owed.items():
            times = self.times_out(pair)
            if times > 1:
                self.wrong.append(f"{pair} is out {times} times")
            if state == "owed" and not times:
                self.wrong.append(f"{pair} is lost")
            if state == "forbidden" and times:
                self.wrong.append(f"{pair} is out, though nobody wants it")
        weekly: list[Any] = [each["content"] for each in self.outside.rooms[14].messages.values()]
        if len(weekly) > len(set(weekly)):
            self.wrong.append(f"a week is out twice: {weekly}")

    def compares(self, row: Delivery) -> list[str]:
        room = self.room_of(row.target)
        if row.message in room.deleted or row.roundup:
            return []
        message = room.messages.get(row.message or 0)
        if message is None:
            return [f"{said(row)} has no message"]
        shown = str((message["content"], message["embeds"]))
        number = number_of(row.article)
        if not message["components"]:
            lines = message["embeds"][0]["description"].split("\n")
            shown = next((each for each in lines if f"/s{number})" in each), "")
            wanted = [row.article.title]
        else:
            wanted = [row.article.teaser] if room.is_forum else [row.article.title, row.article.teaser]
        wrong = [f"{said(row)} does not show {each}: {shown}" for each in wanted if each not in shown]
        if (GONE.lower() in shown.lower()) is not (row.article.gone is not None):
            wrong.append(f"{said(row)} is gone: {row.article.gone}, and shows {shown}")
        return wrong

    async def tells(self, row: Delivery) -> None:
        if row.roundup or row.article.id not in self.keys.values():
            return
        story = await self.archive.why(row.article.url, None)
        told = [each.what for each in story.events if each.target == row.target] if story else []
        if row.state == "sent" and ("sent" not in told or "to be edited" in told):
            self.wrong.append(f"{said(row)} is told as {told}")
        if row.state == "refused" and "refused" not in told:
            self.wrong.append(f"{said(row)} is told as {told}")

    # --- words ---

    def times_out(self, pair: Pair) -> int:
        number, target = pair
        return sum(number in stories_in(each) for each in self.room_of(target).messages.values())

    def room_of(self, target: str) -> Room:
        kind, _, number = target.partition(":")
        return self.outside.rooms[int(number) + (1000 if kind == "user" else 0)]

    def target_of(self, request: Request) -> str:
        return target_in(self.outside.rooms[request.room])


class _Listener(logging.Handler):
    """A failure of our own that no disk is to blame for is a defect."""

    def __init__(self, wrong: list[str]) -> None:
        super().__init__(logging.ERROR)
        self._wrong = wrong

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        if not isinstance(error, OSError):
            self._wrong.append(f"{record.getMessage()}: {error!r}")


def target_in(room: Room) -> str:
    return f"channel:{room.id}" if room.id < 1000 else f"user:{room.id - 1000}"


def _key(each: Delivery) -> tuple[Any, int]:
    return each.article.published, each.article.id


def a_wish(target: str, region: str, options: str) -> Subscription:
    is_dm = target.startswith("user:")
    return Subscription(target, region, guild=0 if is_dm else GUILD, kind="dm" if is_dm else "text", options=options)


def number_of(article: Article) -> int:
    return int(article.url.rpartition("/s")[2]) if article.url else 0


def said(row: Delivery) -> str:
    what = f"{row.state}, edit {row.edit}, {row.reason!r}, {row.attempts} attempts"
    return f"{(number_of(row.article), row.target)} ({what})"

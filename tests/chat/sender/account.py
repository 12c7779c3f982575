"""What should stand outside at the end of a play, kept beside what happens, and how the two are compared."""

import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import discord

from bot.archive import Archive
from bot.delivery.card import GONE
from bot.delivery.route import route
from bot.delivery.terms import quiet_until, read_terms
from bot.delivery.weekly import LATE
from bot.model import Article, Delivery, Owed, Subscription
from bot.wish import wants
from tests.chat.sender.outside import Outside, Request, Room, stories_in
from tests.chat.sender.shaky import Shaky
from tests.fakes import Clock

START = datetime.fromisoformat("2026-03-14T12:00:00+00:00")
WEEKLY, NEWS = "channel:14", "channel:16"
HOUR = timedelta(hours=1)
Pair = tuple[int, str]  # a story and a target


class Account:
    """Of one play: what is owed to whom, what has left, and what is wrong."""

    archive: Archive
    shaky: Shaky

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.clock = Clock(START)
        self.wall = Wall(self.clock)
        text, forum, news = discord.ChannelType.text, discord.ChannelType.forum, discord.ChannelType.news
        kinds = {11: text, 12: text, 13: forum, 14: text, 1015: text, 16: news}
        rooms = [Room(number, kind) for number, kind in kinds.items()]
        rooms[1].readable = self.chance.random() < 0.4
        self.outside = Outside(self.clock, rooms)
        self.outside.dies_with = lambda request: self.chance.choice(("lost", "never", "arrives later"))
        self.outside.on_request = self.left
        self.wrong: list[str] = []
        self.log: list[str] = []
        self.owed: dict[Pair, str] = {}
        self.keys: dict[int, int] = {}
        self.firsts: set[Pair] = set()  # what has left once
        self.dropped: set[Pair] = set()  # by a person, for good
        self.unpublished: set[int] = set()  # messages that too many others waited behind
        self.lines: list[tuple[Delivery, list[int]]] = []  # and what was posted there in the hour before
        self.weekly: datetime | None = None  # when the week ended whose round-up left last
        self.doing = ""
        self.changed_terms: set[str] = set()

    def notes(self, *said: object) -> None:
        self.log.append("    " + " ".join(map(str, said)))

    # --- what is owed ---

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
        """What has left its region, is no longer wanted at once; what reads otherwise, only if it leaves so."""
        if before and after and before != after:
            is_elsewhere = set(before.regions) - set(after.regions)
            await self.looks_what_is_wanted(after, then="forbidden" if is_elsewhere else "either")

    async def looks_what_is_wanted(self, *articles: Article, then: str = "forbidden") -> None:
        """What no order wants any more, and what nothing has left of yet, shall not come."""
        orders = await self.archive.subscriptions()
        flying = {(number_of(each.article), each.target) for each in await self.archive.in_flight()}
        for pair, state in self.owed.items():
            article = await self.kept(pair[0])
            if article is None or state != "owed" or (articles and article.id not in {each.id for each in articles}):
                continue
            if not any(each.target == pair[1] and wants(each, article) for each in orders):
                may_be_out = pair in flying or self.times_out(pair) or pair in self.arriving()
                self.owed[pair] = "either" if may_be_out else then
                self.notes("no longer wanted", pair, self.owed[pair])

    # --- what is seen on the way ---

    def leaves(self, delivery: Delivery) -> None:
        if delivery.roundup:
            self.weekly = delivery.roundup.until
            return
        if not (delivery.edit and delivery.message) and not wants(delivery.subscription, delivery.article):
            self.wrong.append(f"{said(delivery)} left, though its order leaves it out")
        if delivery.attempts == 1 and not delivery.edit and not self.shaky.failing:
            hour = [each for each in self.room_of(delivery.target).messages if _at(each) > self.clock.now() - HOUR]
            self.lines.append((delivery, hour))

    def left(self, request: Request) -> None:
        if not request.posts:
            return
        if self.target_of(request) == WEEKLY:
            if self.weekly is None or self.wall.now() - self.weekly > LATE:
                self.wrong.append(f"a round-up of {self.weekly} left")
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
        for sent, hour in lines:
            target = sent.target
            for each in await self.archive.line(target, 100):
                is_new = each.attempts == 0 and not self.doing.startswith(("prints", "person_looks"))
                if is_new and not each.roundup and _key(each) < _key(sent):
                    self.wrong.append(f"{said(sent)} left before {said(each)}")
            orders = await self.archive.subscriptions_of(target)
            quiet = [quiet_until(read_terms(each.options), self.wall.now()) for each in orders]
            if quiet and all(quiet) and target not in self.changed_terms:
                self.wrong.append(f"{said(sent)} left in quiet hours")
            cap = read_terms(sent.subscription.options).cap
            if cap and target not in self.changed_terms and not self.wall.ever_wrong:
                rows = await self.archive.outbox_rows(100_000)
                known = {each.message for each in rows if each.state == "sent" and each.target == target}
                if len(known.intersection(hour)) >= cap:
                    self.wrong.append(f"{said(sent)} left, though {hour} were enough for an hour")

    # --- what is seen at the end ---

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

    def looks_what_is_published(self, rows: Sequence[Delivery]) -> None:
        """All that stands in the channel for announcements, and that we know of."""
        known = {each.message for each in rows if each.state == "sent" and each.target == NEWS}
        for number, message in self.room_of(NEWS).messages.items():
            if number in known - self.unpublished and not message.get("published"):
                self.wrong.append(f"{sorted(stories_in(message))} is not published")

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

    def arriving(self) -> set[Pair]:
        """What has left, and is still on its way though nobody waits for its answer."""
        posts = [each for _, each in self.outside.arrives if each.posts]
        return {(story, self.target_of(each)) for each in posts for story in each.stories}

    def room_of(self, target: str) -> Room:
        kind, _, number = target.partition(":")
        return self.outside.rooms[int(number) + (1000 if kind == "user" else 0)]

    def target_of(self, request: Request) -> str:
        return target_in(self.outside.rooms[request.room])


class Wall:
    """The clock of the house, which may be wrong."""

    def __init__(self, true: Clock) -> None:
        self._true = true
        self._wrong = timedelta(0)
        self.ever_wrong = False

    @property
    def wrong(self) -> timedelta:
        return self._wrong

    @wrong.setter
    def wrong(self, by: timedelta) -> None:
        self._wrong = by
        self.ever_wrong |= bool(by)

    def now(self) -> datetime:
        return self._true.now() + self._wrong

    async def sleep(self, duration: timedelta) -> None:
        await self._true.sleep(duration)


def target_in(room: Room) -> str:
    return f"channel:{room.id}" if room.id < 1000 else f"user:{room.id - 1000}"


def number_of(article: Article) -> int:
    return int(article.url.rpartition("/s")[2]) if article.url else 0


def said(row: Delivery) -> str:
    what = f"{row.state}, edit {row.edit}, {row.reason!r}, {row.attempts} attempts"
    return f"{(number_of(row.article), row.target)} ({what})"


def _at(message: int) -> datetime:
    return discord.utils.snowflake_time(message)


def _key(each: Delivery) -> tuple[Any, int]:
    return each.article.published, each.article.id

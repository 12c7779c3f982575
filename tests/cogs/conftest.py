"""A newsroom on the stage: the real bot, a real archive, and people who type commands."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Any

import pytest

import cogs
from bot.archive.archive import Archive
from bot.chat.client import NewsClient
from bot.chat.desk import Desk
from bot.clock import Clock
from bot.delivery.route import route
from bot.errors import NewsError
from bot.model import Added, Article, Feed, Image, Route, Sighting
from bot.poller import Checked
from bot.poller.adding import Candidate, SeveralFeeds
from bot.regions import Region, Regions, load_regions
from bot.settings import shipped
from bot.stage import Channel, Guild, Interaction, Message, Stage, User
from tests.staging import on_stage, stage

__all__ = ["stage"]

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


class StoppedClock:
    """Always the same noon."""

    def now(self) -> datetime:
        return NOON

    async def sleep(self, duration: timedelta) -> None:
        await asyncio.sleep(0)


@dataclass
class Finder:
    """Finds a feed behind every address, but for those it is told of."""

    archive: Archive
    refusals: dict[str, str] = field(default_factory=dict)
    pages: dict[str, list[Candidate]] = field(default_factory=dict)  # pages with several feeds
    samples: list[str] = field(default_factory=list)  # feeds whose newest article was wanted

    async def add(self, url: str, owner: int, *, any_certificate: bool | None = None, newest: bool = False) -> Added:
        if url in self.refusals:
            raise NewsError(self.refusals[url])
        if url in self.pages:
            raise SeveralFeeds(url, self.pages[url])
        feed = Feed(url=url, owner=owner, title="The *Gazette*", any_certificate=bool(any_certificate))
        feed = await self.archive.add_feed(feed)
        self.samples += [url] if newest else []
        return Added(feed, 12, f"“{feed.title}” is polled from now on. Its 12 articles are in the archive.")

    async def check(self, url: str, owner: int) -> Checked:
        found = tuple(article(number, f"Story *{number}* of the feed") for number in range(1, 6))
        return Checked(
            Feed(url=url, owner=owner), "rss20", found, (), f"{url} is a feed, “The *Gazette*”, with 5 items."
        )

    async def means(self, feed: Feed, tag: str, region: str, route: Route) -> tuple[int, int]:
        await self.archive.add_feed(replace(feed, tags={**feed.tags, tag: region}))
        return 0, 0


@dataclass
class House:
    """Everything a test needs at hand."""

    stage: Stage
    client: NewsClient
    archive: Archive
    desk: Desk
    finder: Finder
    guild: Guild
    lobby: Channel
    ada: User  # runs the server
    bob: User  # reads
    nudges: list[int]

    async def call(self, who: User, command: str, where: Channel | None = None, /, **options: Any) -> Interaction:
        """Type a command, and wait for its answer."""
        called = await self.stage.call(who, where or self.lobby, command, **options)
        return await called.finished(10)

    async def press(self, who: User, message: Message, custom_id: str) -> Interaction:
        """Press a button, and wait until something came of it."""
        return await (await self.stage.press(who, message, custom_id)).finished(10)

    async def choices(self, who: User, command: str, focused: str, /, **options: Any) -> list[dict[str, Any]]:
        """What is offered for an option while it is being typed."""
        typed = await self.stage.complete(who, self.lobby, command, focused, **options)
        return (await typed.answered(10)).choices or []

    @asynccontextmanager
    async def restarted(self, regions: Regions | None = None) -> AsyncIterator[None]:
        """The bot as it is after a restart: another process, the same archive, perhaps with other regions."""
        await self.client.close()
        async with AsyncExitStack() as opened:
            if regions is not None:
                archive = await Archive.open(self.archive.path, regions, now=self.desk.clock.now)
                opened.push_async_callback(archive.close)
                self.desk = replace(self.desk, archive=archive, regions=regions)
            self.client = NewsClient(self.desk, cogs.names(), guild_ready_timeout=0.05)
            await opened.enter_async_context(on_stage(self.client, self.stage))
            yield

    async def accept(self, *articles: Article, feed: Feed | None = None, silent: bool = True) -> list[Article]:
        """Take articles in, as a poll would."""
        known = await self.archive.add_feed(feed or Feed(url="https://paper.test/feed", title="The Paper"))
        sightings = [
            Sighting(each, known, blake2b(repr(each).encode(), digest_size=16).digest(), silent) for each in articles
        ]
        return list((await self.archive.accept(sightings, None, route, NOON)).new)


def article(number: int, title: str = "", **values: Any) -> Article:
    """An article that was published so many minutes before noon."""
    given: dict[str, Any] = {
        "url": f"https://paper.test/{number}",
        "teaser": f"What story {number} is about.",
        "text": f"What story {number} is about. And then a longer text which says more about story {number}.",
        "authors": ("Ann Low",),
        "regions": ("africa",),
        "image": Image(f"https://paper.test/{number}.jpg", f"Photo {number}", "Staff"),
        "published": NOON - timedelta(minutes=number),
        "seen": NOON - timedelta(minutes=number),
        "keys": (f"url:https://paper.test/{number}",),
        "source_name": "The Paper",
    } | values
    return Article(title=title or f"Story number {number}", **given)


@pytest.fixture
async def house(stage: Stage) -> AsyncIterator[House]:
    async with a_house(stage, load_regions(shipped() / "regions.toml")) as made:
        yield made


@asynccontextmanager
async def a_house(stage: Stage, regions: Regions, clock: Clock | None = None) -> AsyncIterator[House]:
    """The bot with these regions, in a server with a lobby and two people."""
    clock = clock or StoppedClock()
    archive = await Archive.open(":memory:", regions, now=clock.now)
    finder, nudges = Finder(archive), list[int]()
    desk = Desk(archive, regions, clock, finder, lambda: nudges.append(1))
    guild = stage.world.add_guild("Newsroom")
    lobby = guild.add_channel("lobby")
    ada = stage.world.add_member(guild, "Ada", admin=True)
    bob = stage.world.add_member(guild, "Bob")
    client = NewsClient(desk, cogs.names(), guild_ready_timeout=0.05)
    async with on_stage(client, stage):
        yield House(stage, client, archive, desk, finder, guild, lobby, ada, bob, nudges)
    await archive.close()


def areas(number: int) -> Regions:
    return Regions(Region(f"area-{n}", f"Area {n}", 0x123456, "🌍", (f"Zone {n}",)) for n in range(number))


def parts(message: Message) -> list[dict[str, Any]]:
    """All components of a message, however deep, in order."""
    return _parts(message.components)


def _parts(made: Any) -> list[dict[str, Any]]:
    if isinstance(made, list):
        return [part for each in made for part in _parts(each)]
    accessory = [made["accessory"]] if "accessory" in made else []
    return [made, *_parts(made.get("components") or []), *_parts(accessory)]


def text(message: Message) -> str:
    """All that a message says."""
    return "\n".join([message.content, *(each["content"] for each in parts(message) if each["type"] == 10)]).strip()


def button(message: Message, label: str) -> str:
    """The custom_id of the first button with that label."""
    return next(str(each["custom_id"]) for each in parts(message) if each.get("label") == label)


def labels(message: Message) -> list[str]:
    return [each["label"] for each in parts(message) if each["type"] == 2]


def answer(interaction: Interaction) -> Message:
    """What the bot said."""
    assert interaction.messages, interaction.state
    return interaction.messages[-1]

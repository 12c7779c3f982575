"""The whole life: a magazine publishes, the real bot polls, posts and answers, and a person reads along."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from bot.app.core import Core
from bot.archive.archive import Archive
from bot.model import Feed, Query, Subscription
from bot.newsroom import Newsroom
from bot.regions import Regions, load_regions
from bot.settings import Settings, shipped
from bot.stage import Channel, Guild, Message, Stage, User
from tests.life import running

PATIENCE = 60.0  # seconds


@dataclass(frozen=True)
class House:
    """A server with a channel for each region, a reader, the magazine and the running bot."""

    stage: Stage
    guild: Guild
    channels: dict[str, Channel]
    reader: User
    newsroom: Newsroom
    core: Core

    def headlines(self, region: str) -> list[str]:
        return [headline(each) for each in self.stage.world.messages(self.channels[region])]

    async def until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not true():
                await asyncio.sleep(0.02)

    async def publish(self, steps: int) -> None:
        """One story after another, each seen by a poll before the next."""
        for _ in range(steps):
            self.newsroom.publish_next()
            await asyncio.sleep(0.12)

    async def is_quiet(self) -> None:
        """Until all that is out has been polled and all that is owed has been delivered."""
        async with asyncio.timeout(PATIENCE):
            settled = 0
            while settled < 10:
                waiting = await self.core.archive.outbox()
                open_rows = sum(count for state, count in waiting.items() if state not in ("sent", "refused"))
                settled = 0 if open_rows else settled + 1
                await asyncio.sleep(0.1)


def headline(message: Message) -> str:
    return str(message.content).replace("\\", "")


@asynccontextmanager
async def house(folder: Path) -> AsyncIterator[House]:
    regions: Regions = load_regions(shipped() / "regions.toml")
    async with Stage() as stage, Newsroom(shipped() / "sample", pace=0) as newsroom:
        guild = stage.world.add_guild("Club")
        channels = {each.code: guild.add_channel(each.code) for each in regions}
        reader = stage.world.add_member(guild, "Noor")
        archive = await Archive.open(folder / "archive.db", regions)
        for offered in newsroom.feeds:
            await archive.add_feed(Feed(url=offered.url, title=offered.title, region=offered.region))
        for code, channel in channels.items():
            await archive.subscribe(Subscription(f"channel:{channel.id}", code, guild=guild.id))
        await archive.close()
        settings = Settings(
            token=stage.token, api=stage.api, data=folder, private_feeds=True, poll_every=timedelta(seconds=0.2)
        )
        ready: asyncio.Future[Core] = asyncio.get_running_loop().create_future()
        async with running(settings, lambda core, client: ready.set_result(core)):
            core = await asyncio.wait_for(ready, PATIENCE)
            here = House(stage, guild, channels, reader, newsroom, core)
            async with asyncio.timeout(PATIENCE):
                while any(feed.polled is None for feed in await core.archive.feeds()):
                    await asyncio.sleep(0.05)
            yield here


async def test_every_story_reaches_its_regions_once_and_is_found_again(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        opening = {each.slug for each in here.newsroom.magazine.stories[: here.newsroom.magazine.out_at_start]}
        assert all(here.headlines(code) == [] for code in here.channels), "a first poll is silent"

        later = [each for each in here.newsroom.magazine.stories if each.slug not in opening]
        await here.publish(len(later) + 20)  # the last edits come after the last story
        await here.is_quiet()

        fallback = here.core.regions.fallback
        assert fallback is not None
        tagged_late = {each.slug for each in later if each.edits and each.edits[-1].story.tags != each.tags}
        assert tagged_late, "the sample has a story whose tag comes late: it was of no region until then"
        for code in here.channels:
            got = here.headlines(code)
            finally_told = {story.slug: story.edits[-1].story if story.edits else story for story in later}
            wanted = [each for each in finally_told.values() if code in (each.regions or (fallback.code,))]
            if code == fallback.code:
                wanted += [each for slug, each in finally_told.items() if slug in tagged_late]
            missing = [each.title for each in wanted if not any(plain(each.title) in plain(title) for title in got)]
            assert not missing, f"{code} lacks {missing}"
            assert len(got) == len(wanted), f"{code} got {sorted(got)}, wanted {sorted(each.title for each in wanted)}"
            assert len(set(got)) == len(got)

        assert not here.stage.violations
        assert not [each for each in here.stage.world.messages() if each.pings.members], "nobody was pinged"

        found = await here.core.archive.latest(Query(limit=25))
        assert len(found.hits) == 25
        for story in later[:5]:
            title = (story.edits[-1].story if story.edits else story).title
            hits = (await here.core.archive.search(Query(words=title))).hits
            assert plain(title) in {plain(hit.article.title) for hit in hits}


async def test_a_reader_opens_closes_leafs_and_searches(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        await here.publish(6)
        await here.until(lambda: bool(here.headlines("africa")))
        message = here.stage.world.messages(here.channels["africa"])[0]

        opened = await here.stage.press(here.reader, message, button(message, "Keep reading"))
        await opened.finished()
        assert opened.messages and opened.messages[0].only_for == here.reader.id
        long = length(opened.messages[0])
        closed = await here.stage.press(here.reader, opened.messages[0], button(opened.messages[0], "Show less"))
        await closed.finished()
        assert button(closed.messages[0], "Keep reading") and length(closed.messages[0]) < long

        latest = await here.stage.call(here.reader, here.channels["africa"], "latest")
        await latest.finished()
        assert latest.messages[0].only_for == here.reader.id
        pages, shown = [titles(latest.messages[0])], latest.messages[0]
        for label in ("Next ›", "‹ Previous"):
            turned = await here.stage.press(here.reader, shown, button(shown, label))
            await turned.finished()
            shown = turned.messages[0]
            pages.append(titles(shown))
        assert pages[0] == pages[2] and len({*pages[0], *pages[1]}) == 10
        searched = await here.stage.call(here.reader, here.channels["africa"], "search", words="copper railway")
        await searched.finished()
        assert "copper" in str(searched.messages[0].json()).lower()
        assert not here.stage.violations


def button(message: Message, label: str) -> str:
    """The custom_id of the button that says so."""
    rows = [each for row in message.components for each in row.get("components", ())]
    return str(next(each["custom_id"] for each in rows if each.get("label") == label))


def titles(message: Message) -> list[str]:
    """The headlines of a list of articles."""
    return re.findall(r"### \[(.+?)\]", str(message.json()))


def length(message: Message) -> int:
    """Of what the one card of a message says."""
    return len(message.embeds[0]["description"])


def plain(title: str) -> str:
    """A headline without what markdown and mentions force us to change."""
    return "".join(each for each in title.casefold() if each.isalnum())


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("WARNING")

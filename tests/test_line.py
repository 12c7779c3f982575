"""What the bot knows of Discord's limits outlives the line to Discord."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.app.core import Core
from bot.archive.archive import Archive
from bot.delivery.route import route
from bot.model import Article, Feed, Sighting, Subscription
from bot.regions import load_regions
from bot.settings import Settings, shipped
from bot.stage import Channel, Stage
from tests.life import running

PATIENCE = 30.0  # seconds


class Hasty:
    """A clock that tells the time, and on which nobody sleeps long."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep(self, duration: timedelta) -> None:
        await asyncio.sleep(min(duration.total_seconds(), 0.05))


@dataclass
class House:
    """The running bot, and two channels that want two regions."""

    stage: Stage
    africa: Channel
    europe: Channel
    cores: list[Core] = field(default_factory=list)  # one for each time that the line stood

    async def print(self, title: str, region: str) -> None:
        core = self.cores[-1]
        feed = await core.archive.add_feed(Feed("https://a.test/feed"))
        now = datetime.now(UTC)
        article = Article(
            title, f"https://a.test/{title}", regions=(region,), published=now, seen=now, keys=(f"url:{title}",)
        )
        await core.archive.accept([Sighting(article, feed, title.encode())], None, route, now)
        core.nudge()

    async def reasons(self) -> dict[str, str]:
        """Why each waits."""
        return {each.article.title: each.reason for each in await self.cores[-1].archive.outbox_rows()}

    async def until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not true():
                await asyncio.sleep(0.01)

    async def waits(self, title: str) -> str:
        """The reason, once there is one."""
        async with asyncio.timeout(PATIENCE):
            while not (reason := (await self.reasons()).get(title, "")):
                await asyncio.sleep(0.01)
        return reason


@asynccontextmanager
async def house(folder: Path) -> AsyncIterator[House]:
    async with Stage() as stage:
        guild = stage.world.add_guild("Club")
        stage.world.add_member(guild, "Ada", admin=True)
        here = House(stage, guild.add_channel("africa"), guild.add_channel("europe"))
        archive = await Archive.open(folder / "archive.db", load_regions(shipped() / "regions.toml"))
        for channel in (here.africa, here.europe):
            await archive.subscribe(Subscription(f"channel:{channel.id}", channel.name, guild=guild.id))
        await archive.close()
        (folder / "feeds.toml").write_text("")
        settings = Settings(token=stage.token, api=stage.api, data=folder)
        async with running(settings, lambda core, client: here.cores.append(core), Hasty()):
            await here.until(lambda: bool(here.cores))
            yield here


async def test_who_was_shut_out_stays_silent_though_the_line_is_a_new_one(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        here.stage.fault("429-banned", method="POST", path="/channels/*/messages")
        await here.print("Rain", "africa")
        await here.waits("Rain")

        here.stage.fault("close-4004")
        await here.until(lambda: len(here.cores) == 2)
        await here.print("Ports", "europe")
        assert "shut us out" in await here.waits("Ports")
        assert here.stage.world.messages(here.europe) == []


async def test_a_discord_that_cannot_be_reached_is_told_in_a_line(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = Settings(token="x", api="http://127.0.0.1:9/api/v10", data=tmp_path)
    async with running(settings, lambda core, client: None, Hasty()), asyncio.timeout(PATIENCE):
        while not (lost := [each for each in caplog.records if "lost Discord" in each.message]):
            await asyncio.sleep(0.01)
    assert not lost[0].exc_info and "127.0.0.1:9" in lost[0].message


async def test_a_discord_that_wants_more_shards_is_told_in_a_line_and_a_fresh_client_asks_how_many(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with house(tmp_path) as here:
        before = len(_asked_how_many(here.stage))
        here.stage.fault("close-4011")
        await here.until(lambda: len(here.cores) == 2)
        assert len(_asked_how_many(here.stage)) > before
    (lost,) = [each for each in caplog.records if "lost Discord" in each.message]
    assert not lost.exc_info and "more shards" in lost.message


def _asked_how_many(stage: Stage) -> list[str]:
    return [each.path for each in stage.requests if each.path.endswith("/gateway/bot")]

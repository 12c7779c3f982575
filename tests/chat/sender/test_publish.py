"""Announcements are published within their own budget, and nobody waits for it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import pytest

from bot.archive import Archive
from bot.chat.sender import DiscordSender
from bot.chat.sender.publish import BUDGET
from bot.model import Sent
from bot.stage import Channel
from tests.chat.scenes import Scene
from tests.delivery.samples import REGIONS
from tests.fakes import until


@pytest.fixture
async def news(scene: Scene) -> Channel:
    channel = scene.guild.add_channel("news", kind="announcement")
    await scene.settled()
    scene.stage.limits.set("POST", "/channels/{channel_id}/messages", 1000, 1.0)
    return channel


@contextlib.asynccontextmanager
async def at_work(sender: DiscordSender) -> AsyncIterator[None]:
    task = asyncio.create_task(sender.chores())
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def published(scene: Scene, channel: Channel) -> list[str]:
    return [each.content for each in scene.messages(channel) if each.flags & 1]


async def until_published(scene: Scene, channel: Channel, count: int) -> None:
    async with asyncio.timeout(5):
        while len(published(scene, channel)) < count:
            await asyncio.sleep(0.01)


async def test_an_announcement_is_published_where_that_is_wanted(scene: Scene, news: Channel) -> None:
    async with at_work(scene.sender):
        await scene.sender.send(scene.delivery(1, news, kind="announcement", publish=True, title="One"))
        await scene.sender.send(scene.delivery(2, news, kind="announcement", title="Two"))
        await until_published(scene, news, 1)
    assert published(scene, news) == ["**One**"]


async def test_over_the_budget_posts_go_out_and_publications_wait(scene: Scene, news: Channel) -> None:
    async with at_work(scene.sender):
        for number in range(BUDGET + 3):
            sent = await scene.sender.send(scene.delivery(number, news, kind="announcement", publish=True))
            assert isinstance(sent, Sent)
        await until_published(scene, news, BUDGET)
        assert len(scene.messages(news)) == BUDGET + 3
        assert scene.sender.publisher.waiting == {news.id: 3}


async def test_a_limit_of_an_hour_blocks_nothing(scene: Scene, news: Channel) -> None:
    other = scene.guild.add_channel("other", kind="announcement")
    await scene.settled()
    scene.stage.fault("429-user", method="POST", path="/channels/*/messages/*/crosspost", seconds=3600)
    async with at_work(scene.sender):
        await scene.sender.send(scene.delivery(1, news, kind="announcement", publish=True))
        await until(lambda: any(each.path.endswith("/crosspost") for each in scene.stage.requests))
        assert isinstance(await scene.sender.send(scene.delivery(2, news, kind="announcement")), Sent)
        await scene.sender.send(scene.delivery(3, other, kind="announcement", publish=True))
        await until_published(scene, other, 1)
    assert published(scene, news) == [] and scene.sender.publisher.waiting == {news.id: 1}


async def test_what_waits_survives_a_restart(scene: Scene, news: Channel) -> None:
    archive = await Archive.open(":memory:", REGIONS)
    scene.stage.fault("429-user", method="POST", path="/channels/*/messages/*/crosspost", seconds=3600)
    first = DiscordSender(scene.client, REGIONS, memory=archive)
    async with at_work(first):
        await first.send(scene.delivery(1, news, kind="announcement", publish=True))
        async with asyncio.timeout(5):
            while not any(each.path.endswith("/crosspost") for each in scene.stage.requests):
                await asyncio.sleep(0.01)
    second = DiscordSender(scene.client, REGIONS, memory=archive)
    async with at_work(second):
        await until_published(scene, news, 1)
    await archive.close()


async def test_an_announcement_that_is_out_is_remembered_before_that_is_told(scene: Scene, news: Channel) -> None:
    """Who dies as soon as it is told, before anything is published, has forgotten nothing."""
    archive = await Archive.open(":memory:", REGIONS)
    first = DiscordSender(scene.client, REGIONS, memory=archive)
    await first.send(scene.delivery(1, news, kind="announcement", publish=True))
    second = DiscordSender(scene.client, REGIONS, memory=archive)
    async with at_work(second):
        await second.send(scene.delivery(2, news, kind="announcement", publish=True))
        await until_published(scene, news, 2)
    await archive.close()


async def test_what_is_being_published_when_we_die_is_published_by_the_next(scene: Scene, news: Channel) -> None:
    archive = await Archive.open(":memory:", REGIONS)
    scene.stage.fault("hang", method="POST", path="/channels/*/messages/*/crosspost")
    first = DiscordSender(scene.client, REGIONS, memory=archive)
    async with at_work(first):
        await first.send(scene.delivery(1, news, kind="announcement", publish=True))
        await until(lambda: any(each.path.endswith("/crosspost") for each in scene.stage.requests))
        await first.send(scene.delivery(2, news, kind="announcement", publish=True))
    async with at_work(DiscordSender(scene.client, REGIONS, memory=archive)):
        await until_published(scene, news, 2)
    await archive.close()


async def test_a_memory_that_fails_stops_nobody(scene: Scene, news: Channel) -> None:
    class Failing:
        failures = 1

        async def recall(self, key: str) -> str | None:
            if self.failures:
                self.failures = 0
                raise OSError("the disk failed")
            return None

        async def remember(self, key: str, value: str) -> None:
            pass

    sender = DiscordSender(scene.client, REGIONS, memory=Failing())
    async with at_work(sender):
        await asyncio.sleep(0.01)
        await sender.send(scene.delivery(1, news, kind="announcement", publish=True))
        await until_published(scene, news, 1)

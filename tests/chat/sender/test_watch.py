"""What an admin mends is noticed, and what was owed meanwhile goes out."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any, cast

import discord
import pytest
from discord.ext import commands

from bot.archive import Archive
from bot.chat.sender import watch
from bot.stage import Channel, Guild, Permission, Stage
from tests.delivery.samples import REGIONS, an_order
from tests.fakes import Clock, until
from tests.staging import on_stage, openapi


@dataclass
class Watched:
    """A channel whose target is suspended, and a watch over it."""

    stage: Stage
    guild: Guild
    channel: Channel
    archive: Archive
    nudged: asyncio.Event

    async def suspend(self, reason: str, channel: Channel | None = None, kind: str = "text") -> None:
        target = f"channel:{(channel or self.channel).id}"
        await self.archive.subscribe(an_order(target, guild=self.guild.id, kind=kind))
        await self.archive.suspend_target(target, reason)

    async def suspended(self) -> str:
        (order,) = await self.archive.subscriptions()
        return order.suspended

    @contextmanager
    def no_writing(self, when: str = "true") -> Iterator[None]:
        """Nothing can be changed of the orders for which that holds."""
        with closing(sqlite3.connect(self.archive.path)) as db:
            db.execute(
                f"CREATE TRIGGER no BEFORE UPDATE ON subscription WHEN {when}"
                " BEGIN SELECT RAISE(FAIL, 'disk full'); END"
            )
            db.commit()
            yield
            db.execute("DROP TRIGGER no")
            db.commit()


@pytest.fixture
async def watched() -> AsyncIterator[Watched]:
    archive = await Archive.open(":memory:", REGIONS)
    nudged = asyncio.Event()
    async with Stage(openapi=openapi()) as stage:
        guild = stage.world.add_guild("Newsroom")
        stage.world.add_member(guild, "Ada", admin=True)
        channel = guild.add_channel("africa")
        client = commands.AutoShardedBot(
            commands.when_mentioned, intents=discord.Intents(guilds=True), guild_ready_timeout=0.05, max_messages=None
        )
        desk = SimpleNamespace(archive=archive, nudge=nudged.set, clock=Clock())
        await watch.add_to(client, cast(Any, desk))
        stage.world.withdraw(channel, Permission.SEND_MESSAGES)
        async with on_stage(client, stage):
            yield Watched(stage, guild, channel, archive, nudged)
    await archive.close()


async def test_a_restored_permission_wakes_the_channel(watched: Watched) -> None:
    await watched.suspend("the bot lacks Send Messages in #africa")
    watched.stage.world.restore(watched.channel, Permission.SEND_MESSAGES)
    await asyncio.wait_for(watched.nudged.wait(), 5)
    assert await watched.suspended() == ""


async def test_a_thread_that_is_archived_meanwhile_is_woken_too(watched: Watched) -> None:
    """Archived threads are not among those of which the gateway tells."""
    thread = watched.stage.world.open_thread(watched.channel, watched.stage.world.bot, "rain")
    assert thread.thread
    thread.thread.archived = True
    watched.stage.world.withdraw(watched.channel, Permission.SEND_MESSAGES_IN_THREADS)
    await watched.suspend("the bot lacks a permission in the channel", thread, "thread")
    watched.channel.changed()
    await asyncio.sleep(watch.TOGETHER * 2)
    assert await watched.suspended() and not watched.nudged.is_set()
    watched.stage.world.restore(watched.channel, Permission.SEND_MESSAGES_IN_THREADS)
    await asyncio.wait_for(watched.nudged.wait(), 5)
    assert await watched.suspended() == ""


async def test_a_thread_that_is_gone_or_hidden_is_not_woken(watched: Watched) -> None:
    hidden = watched.stage.world.open_thread(watched.channel, watched.stage.world.bot, "rain")
    assert hidden.thread
    hidden.thread.archived = True
    watched.stage.world.withdraw(watched.channel, Permission.VIEW_CHANNEL)
    for thread in (hidden, replace(hidden, id=hidden.id + 1)):
        await watched.suspend("the bot lacks a permission in the channel", thread, "thread")
    watched.stage.world.restore(watched.channel, Permission.SEND_MESSAGES)
    await asyncio.sleep(watch.TOGETHER * 2)
    assert len(await watched.archive.asleep()) == 2 and not watched.nudged.is_set()


async def test_a_look_that_failed_is_taken_again(watched: Watched, caplog: pytest.LogCaptureFixture) -> None:
    await watched.suspend("the bot lacks Send Messages in #africa")
    with watched.no_writing():
        watched.stage.world.restore(watched.channel, Permission.SEND_MESSAGES)
        await until(lambda: "disk full" in caplog.text)
    await asyncio.wait_for(watched.nudged.wait(), 5)
    assert await watched.suspended() == ""


async def test_one_channel_that_cannot_be_woken_keeps_no_other_waiting(watched: Watched) -> None:
    await watched.suspend("the bot lacks Send Messages in #africa")
    await watched.suspend("the bot lacks Send Messages in #asia", watched.guild.add_channel("asia"))
    with watched.no_writing(f"NEW.target = 'channel:{watched.channel.id}'"):
        watched.stage.world.restore(watched.channel, Permission.SEND_MESSAGES)
        await asyncio.wait_for(watched.nudged.wait(), 5)
        assert [each.target for each in await watched.archive.asleep()] == [f"channel:{watched.channel.id}"]


async def test_another_change_wakes_nothing(watched: Watched) -> None:
    await watched.suspend("the bot lacks Send Messages in #africa")
    watched.channel.topic = "news"
    watched.channel.changed()
    await asyncio.sleep(watch.TOGETHER * 2)
    assert await watched.suspended() and not watched.nudged.is_set()


async def test_what_permissions_cannot_mend_stays_suspended(watched: Watched) -> None:
    await watched.suspend("the forum wants a tag on every post; subscribe it again with one")
    watched.stage.world.restore(watched.channel, Permission.SEND_MESSAGES)
    await asyncio.sleep(watch.TOGETHER * 2)
    assert await watched.suspended() and not watched.nudged.is_set()

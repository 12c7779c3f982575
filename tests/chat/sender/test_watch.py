"""What an admin mends is noticed, and what was owed meanwhile goes out."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, cast

import discord
import pytest
from discord.ext import commands

from bot.archive import Archive
from bot.chat.sender import watch
from bot.stage import Channel, Guild, Permission, Stage
from tests.delivery.samples import REGIONS, an_order
from tests.staging import on_stage, openapi


@dataclass
class Watched:
    """A channel whose target is suspended, and a watch over it."""

    stage: Stage
    guild: Guild
    channel: Channel
    archive: Archive
    nudged: asyncio.Event

    async def suspend(self, reason: str) -> None:
        target = f"channel:{self.channel.id}"
        await self.archive.subscribe(an_order(target, guild=self.guild.id))
        await self.archive.suspend_target(target, reason)

    async def suspended(self) -> str:
        (order,) = await self.archive.subscriptions()
        return order.suspended


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
        desk = SimpleNamespace(archive=archive, nudge=nudged.set)
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

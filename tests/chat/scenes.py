"""A stage, and a real client that is connected to it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import discord

from bot.chat.sender import DiscordSender
from bot.model import Delivery
from bot.stage import Channel, Guild, Message, Stage
from tests.delivery.samples import REGIONS, a_delivery, an_order
from tests.staging import on_stage, openapi


@dataclass
class Scene:
    """What a test of sending needs."""

    stage: Stage
    guild: Guild
    channel: Channel
    client: discord.AutoShardedClient
    sender: DiscordSender

    def delivery(self, number: int = 1, channel: Channel | None = None, **more: Any) -> Delivery:
        place = channel or self.channel
        order = {
            name: more.pop(name)
            for name in list(more)
            if name in {"region", "mention", "silent", "tag", "options", "publish"}
        }
        subscription = an_order(f"channel:{place.id}", guild=self.guild.id, kind=more.pop("kind", "text"), **order)
        return a_delivery(number, f"channel:{place.id}", **({"subscription": subscription} | more))

    def messages(self, channel: Channel | None = None) -> list[Message]:
        return self.stage.world.messages(channel or self.channel)

    async def settled(self) -> None:
        """What the stage told over the gateway has arrived."""
        for _ in range(20):
            await asyncio.sleep(0.005)


def a_client() -> discord.AutoShardedClient:
    return discord.AutoShardedClient(
        intents=discord.Intents(guilds=True),
        allowed_mentions=discord.AllowedMentions.none(),
        max_messages=None,
        max_ratelimit_timeout=30,
        guild_ready_timeout=0.05,
        chunk_guilds_at_startup=False,
    )


@contextlib.asynccontextmanager
async def a_scene() -> AsyncIterator[Scene]:
    async with Stage(openapi=openapi()) as stage:
        guild = stage.world.add_guild("Newsroom")
        stage.world.add_member(guild, "Ada", admin=True)  # a server needs an owner other than the bot
        channel = guild.add_channel("africa")
        client = a_client()
        async with on_stage(client, stage):
            yield Scene(stage, guild, channel, client, DiscordSender(client, REGIONS))

"""Watches for what an admin changes: a channel that can be written in again gets what it is owed."""

import asyncio
import logging
from collections.abc import Collection
from datetime import timedelta
from typing import Any

import discord
from discord.ext import commands

from bot.chat.desk import Desk
from bot.chat.sender.place import kind_of, missing
from bot.model import Subscription

log = logging.getLogger(__name__)

OURS = "the bot "  # how a reason begins that a change of permissions can mend
TOGETHER = 0.5  # seconds: one change of a role comes as many events
AGAIN = timedelta(seconds=10)  # after a failure of ours, or of Discord's


class Watch(commands.Cog):
    """Tests suspended targets again when something changed on their server, never by polling."""

    def __init__(self, client: discord.Client, desk: Desk) -> None:
        self._client = client
        self._desk = desk
        self._changed: set[int] = set()
        self._looking: asyncio.Task[None] | None = None

    async def cog_unload(self) -> None:
        if self._looking:
            self._looking.cancel()

    @commands.Cog.listener()
    async def on_ready(self) -> None:
        self._note(*(guild.id for guild in self._client.guilds))

    @commands.Cog.listener()
    async def on_guild_available(self, guild: discord.Guild) -> None:
        self._note(guild.id)

    @commands.Cog.listener()
    async def on_guild_join(self, guild: discord.Guild) -> None:
        self._note(guild.id)

    @commands.Cog.listener()
    async def on_guild_channel_update(self, before: object, after: discord.abc.GuildChannel) -> None:
        self._note(after.guild.id)

    @commands.Cog.listener()
    async def on_guild_role_update(self, before: object, after: discord.Role) -> None:
        self._note(after.guild.id)

    @commands.Cog.listener()
    async def on_member_update(self, before: object, after: discord.Member) -> None:
        self._note(after.guild.id)

    def _note(self, *guilds: int) -> None:
        self._changed.update(guilds)
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look(), name="watch over permissions")

    async def _look(self) -> None:
        while self._changed:
            await asyncio.sleep(TOGETHER)
            changed, self._changed = self._changed, set()
            if failed := await self._wake(changed):
                await self._desk.clock.sleep(AGAIN)
                self._changed |= failed

    async def _wake(self, changed: Collection[int]) -> set[int]:
        """Resume what is mended on these servers; those of them where that failed."""
        try:
            asleep = [each for each in await self._desk.archive.asleep() if each.guild in changed]
        except Exception:  # the boundary: they are looked at again
            log.exception("could not look for suspended targets")
            return set(changed)
        failed = set()
        for each in asleep:
            try:
                if await self._is_mended(each):
                    await self._desk.archive.resume_target(each.target)
                    log.info("resumed target=%s was=%s", each.target, each.suspended)
                    self._desk.nudge()
            except Exception:  # the boundary: one target, which keeps no other waiting
                log.exception("could not look at suspended target=%s", each.target)
                failed.add(each.guild)
        return failed

    async def _is_mended(self, subscription: Subscription) -> bool:
        if not subscription.suspended.startswith(OURS):
            return False
        guild = self._client.get_guild(subscription.guild)
        if guild is None or guild.unavailable:
            return False
        number = int(subscription.target.partition(":")[2])
        channel: Any = guild.get_channel_or_thread(number)
        if channel is None and subscription.kind == "thread":
            channel = await _archived(guild, number)
        return channel is not None and kind_of(channel) is not None and not missing(channel)


async def _archived(guild: discord.Guild, number: int) -> discord.Thread | None:
    """A thread of which the gateway does not tell, because it is archived; None where it is gone or hidden."""
    try:
        found = await guild.fetch_channel(number)
    except (discord.NotFound, discord.Forbidden):
        return None
    return found if isinstance(found, discord.Thread) and found.parent else None


async def add_to(client: commands.Bot | commands.AutoShardedBot, desk: Desk) -> None:
    await client.add_cog(Watch(client, desk))

"""Tells those who run a server, once, that something is held back for it.

Told where nobody else reads: in the channel that a community server keeps for Discord's own notices to its moderators,
if @everyone cannot see it and we may write there. Where there is no such channel, whoever uses `/desk` next gets it
with the answer, to be seen by that person alone. Never in a channel of readers, never in a direct message.

Told is a reason, in a server, for as long as anything is held for it; the archive remembers that over a restart.
"""

import json
import logging
from datetime import timedelta
from typing import Any

import discord

from bot.chat import releases
from bot.chat.desk import Desk

log = logging.getLogger(__name__)

LOOK = timedelta(seconds=30)  # how soon after the poll that was held
_NEEDED = discord.Permissions(view_channel=True, send_messages=True)


class Notices:
    """Runs beside the courier."""

    def __init__(self, client: discord.Client, desk: Desk) -> None:
        self._client = client
        self._desk = desk
        self._holding: set[int] = set()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self.look()
            except Exception:  # the boundary: what is not told now is told later, and `/desk status` says it anyway
                log.exception("could not tell what is held")
            await self._desk.clock.sleep(LOOK)

    async def look(self) -> None:
        """Tell the servers for which something new is held, where there is a place for it."""
        holding = set(await self._desk.archive.holding())
        for number in holding | self._holding:
            news = await _news(self._desk, number)
            if number not in self._holding and news:
                log.warning("held deliveries server=%d reasons=%d: /desk release decides", number, len(news))
            guild = self._client.get_guild(number)
            place = _place(guild) if guild and news else None
            if place is None:
                continue
            try:
                await place.send(view=await releases.held(self._desk, number, releases.NOTICE))
            except discord.HTTPException as error:
                log.info("could not tell server=%d reason=%s", number, error)
            else:
                await _told(self._desk, number)
        self._holding = holding


async def add_note(interaction: discord.Interaction[Any], desk: Desk) -> None:
    """After an answer to somebody who runs the server: what is held and was told nobody yet."""
    guild = interaction.guild_id
    if guild and await _news(desk, guild):
        await interaction.followup.send(view=await releases.held(desk, guild, releases.NOTICE), ephemeral=True)
        await _told(desk, guild)


async def seen(desk: Desk, guild: int) -> None:
    """Somebody has all that is held before them."""
    if await _news(desk, guild):
        await _told(desk, guild)


def _place(guild: discord.Guild) -> discord.TextChannel | None:
    """Where Discord tells the moderators of a community, if it is theirs alone and open to us."""
    channel = guild.public_updates_channel
    if channel is None or channel.permissions_for(guild.default_role).view_channel:
        return None
    return channel if channel.permissions_for(guild.me).is_superset(_NEEDED) else None


async def _news(desk: Desk, guild: int) -> set[str]:
    """The reasons that nobody was told of; one for which nothing is held any more may come again."""
    reasons = await releases.reasons(desk, guild)
    told = set(json.loads(await desk.archive.recall(_key(guild)) or "[]"))
    if told - reasons:
        await desk.archive.remember(_key(guild), json.dumps(sorted(told & reasons)))
    return reasons - told


async def _told(desk: Desk, guild: int) -> None:
    await desk.archive.remember(_key(guild), json.dumps(sorted(await releases.reasons(desk, guild))))


def _key(guild: int) -> str:
    return f"told of what is held:{guild}"

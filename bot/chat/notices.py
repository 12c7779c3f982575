"""Tells those who run a server, once, that something is held back for it.

Told where nobody else reads: in the channel that a community server keeps for Discord's own notices to its moderators,
if @everyone cannot see it and we may write there. Where there is no such channel, whoever uses `/desk` next gets it
with the answer, to be seen by that person alone. Never in a channel of readers, never in a direct message.

Told is a reason, in a server, for as long as anything is held for it. As with a delivery, it is written down before it
leaves that a notice is on its way; when we die before the answer, it is looked for before it is said again.
"""

import json
import logging
from base64 import b32encode
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import blake2b
from typing import Any

import discord
from discord.http import Route, handle_message_parameters

from bot.chat import releases
from bot.chat.desk import Desk
from bot.chat.errors import rule_for
from bot.chat.sender import NONCE_HOLDS, channel
from bot.chat.sender.place import Place
from bot.chat.sender.request import Answer, Line

log = logging.getLogger(__name__)

LOOK = timedelta(seconds=30)  # how soon after the poll that was held
_NEEDED = discord.Permissions(view_channel=True, send_messages=True)
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Notice:
    """What a server has been told of, as keys of reasons; and what is on its way, or was when we died."""

    told: frozenset[str] = frozenset()
    telling: frozenset[str] = frozenset()
    since: datetime = _LONG_AGO

    def nonce(self, guild: int) -> str:
        said = f"{guild}|{self.since.timestamp()}|{' '.join(sorted(self.telling))}"
        return b32encode(blake2b(said.encode(), digest_size=12).digest()).decode().lower().rstrip("=")


class Notices:
    """Runs beside the courier."""

    def __init__(self, client: discord.Client, desk: Desk, line: Line) -> None:
        self._client = client
        self._desk = desk
        self._line = line
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
            notice, news = await _news(self._desk, number)
            if number not in self._holding and news:
                log.warning("held deliveries server=%d reasons=%d: /desk release decides", number, len(news))
            guild = self._client.get_guild(number)
            place = _place(guild) if guild and news else None
            if place is not None:
                await self._tell(number, place, notice, news)
        self._holding = holding

    async def _tell(self, guild: int, place: Place, notice: _Notice, news: frozenset[str]) -> None:
        """Say it; but first find out about what was on its way before."""
        if notice.telling:
            is_out = await self._is_out(place, notice)
            if is_out is None:
                return  # it may be out, and nobody can tell: whoever uses `/desk` next hears it from us
            if is_out:
                notice = _Notice(notice.told | notice.telling)
                await _remember(self._desk, guild, notice)
        if not notice.telling:  # else the same once more, which Discord knows by its nonce
            notice = _Notice(notice.told, news - notice.told, self._desk.clock.now())
            await _remember(self._desk, guild, notice)
        if not notice.telling:
            return
        answer = await self._send(guild, place, notice)
        if answer.ok:
            await _remember(self._desk, guild, _Notice(notice.told | notice.telling))
        elif rule_for(answer.status, answer.code).action != "unknown":
            log.info("could not tell server=%d reason=%s", guild, rule_for(answer.status, answer.code).words)
            await _remember(self._desk, guild, _Notice(notice.told))

    async def _send(self, guild: int, place: Place, notice: _Notice) -> Answer:
        view = await releases.held(self._desk, guild, releases.NOTICE, notice.telling)
        nobody = discord.AllowedMentions.none()
        with handle_message_parameters(view=view, allowed_mentions=nobody, nonce=notice.nonce(guild)) as made:
            body: dict[str, Any] = made.payload or {}
        route = Route("POST", "/channels/{channel_id}/messages", channel_id=place.id)
        return await self._line.ask(route, body | {"enforce_nonce": True})

    async def _is_out(self, place: Place, notice: _Notice) -> bool | None:
        """Whether what was on its way has arrived; None when nobody can know. With its nonce it may be said again."""
        me, age = self._client.user, self._desk.clock.now() - notice.since
        if not place.readable or me is None:
            return False if age < NONCE_HOLDS else None
        shows = partial(releases.tells, keys=notice.telling)
        found = await channel.look_back(self._line, place, notice.since, shows, me.id)
        return None if isinstance(found, Answer) else found is not None


async def add_note(interaction: discord.Interaction[Any], desk: Desk) -> None:
    """After an answer to somebody who runs the server: what is held and was told nobody yet."""
    guild = interaction.guild_id
    if not guild:
        return
    notice, news = await _news(desk, guild)
    if desk.clock.now() - notice.since < NONCE_HOLDS:
        news -= notice.telling
    if not news:
        return
    await _remember(desk, guild, replace(notice, told=notice.told | news))  # such an answer has no nonce: at most once
    try:
        await interaction.followup.send(view=await releases.held(desk, guild, releases.NOTICE, news), ephemeral=True)
    except discord.HTTPException:
        await _remember(desk, guild, notice)
        raise


async def seen(desk: Desk, guild: int) -> None:
    """Somebody has all that is held before them."""
    notice, news = await _news(desk, guild)
    if news:
        await _remember(desk, guild, _Notice(notice.told | news))


def _place(guild: discord.Guild) -> Place | None:
    """Where Discord tells the moderators of a community, if it is theirs alone and open to us."""
    found = guild.public_updates_channel
    if found is None or found.permissions_for(guild.default_role).view_channel:
        return None
    ours = found.permissions_for(guild.me)
    return Place(found.id, "text", found.name, guild.id, ours.read_message_history) if ours >= _NEEDED else None


async def _news(desk: Desk, guild: int) -> tuple[_Notice, frozenset[str]]:
    """What was told, and what was not; a reason for which nothing is held any more may come again."""
    reasons = frozenset(await releases.reasons(desk, guild))
    kept = _read(await desk.archive.recall(_key(guild)))
    notice = replace(kept, told=kept.told & reasons, telling=kept.telling & reasons)
    if notice.told != kept.told:
        await _remember(desk, guild, notice)
    return notice, reasons - notice.told


def _read(kept: str | None) -> _Notice:
    said = json.loads(kept or "[]")
    if isinstance(said, list):
        return _Notice(frozenset(said))
    return _Notice(frozenset(said["told"]), frozenset(said["telling"]), datetime.fromisoformat(said["since"]))


async def _remember(desk: Desk, guild: int, notice: _Notice) -> None:
    said = {"told": sorted(notice.told), "telling": sorted(notice.telling), "since": notice.since.isoformat()}
    await desk.archive.remember(_key(guild), json.dumps(said))


def _key(guild: int) -> str:
    return f"told of what is held:{guild}"

"""Tells those who run a server, once, what they should know: that something is held back, that a feed is in trouble.

Told where nobody else reads: in the channel that a community server keeps for Discord's own notices to its moderators,
if @everyone cannot see it and we may write there. Where there is no such channel, whoever uses `/desk` next gets it
with the answer, to be seen by that person alone. Never in a channel of readers, never in a direct message.

Told is a reason, in a server, for as long as it holds. As with a delivery, it is written down before it
leaves that a notice is on its way; when we die before the answer, it is looked for before it is said again.
"""

import json
import logging
from base64 import b32encode
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from hashlib import blake2b
from typing import Any, Protocol

import discord
from discord import ui
from discord.http import Route, handle_message_parameters

from bot.chat.desk import Desk
from bot.chat.matters import releases
from bot.chat.matters.mapping import OfTags
from bot.chat.matters.tidings import OfFeeds
from bot.chat.sender import NONCE_HOLDS, channel
from bot.chat.sender.errors import rule_for
from bot.chat.sender.left import Left
from bot.chat.sender.place import Place
from bot.chat.sender.request import Answer, Line

log = logging.getLogger(__name__)

LOOK = timedelta(seconds=30)  # how soon after the poll that was held
_NEEDED = discord.Permissions(view_channel=True, send_messages=True)
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


class Matter(Protocol):
    """One kind of thing that is told. A new one is a class like these, and a place in MATTERS."""

    @property
    def memo(self) -> str:
        """Before a server's number: where the archive keeps what it was told."""
        ...

    async def guilds(self, desk: Desk) -> set[int]:
        """The servers that it may concern now."""
        ...

    async def reasons(self, desk: Desk, told: Mapping[int, Collection[str]]) -> dict[int, set[str]]:
        """Why, each reason as a key, for each of these servers; also those of which they were told, while they hold."""
        ...

    async def view(self, desk: Desk, guild: int, keys: Collection[str]) -> ui.LayoutView:
        """A message that tells of these."""
        ...

    def tells(self, message: Mapping[str, Any], keys: Collection[str]) -> bool:
        """Whether a message that we find in a channel is that one."""
        ...


HELD, FEEDS, TAGS = releases.OfHeld(), OfFeeds(), OfTags()
MATTERS: tuple[Matter, ...] = (HELD, FEEDS, TAGS)


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
        self._before: dict[Matter, set[int]] = {matter: set() for matter in MATTERS}

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self.look()
            await self._desk.clock.sleep(LOOK)

    async def look(self) -> None:
        """Tell the servers for which there is something new, where there is a place for it."""
        for matter in MATTERS:
            try:
                await self._look_for(matter)
            except Exception:  # the boundary: what is not told now is told later, and `/desk status` says it anyway
                log.exception("could not look for what is to be told what=%r", matter.memo)

    async def _look_for(self, matter: Matter) -> None:
        """There may be thousands: what is known is asked for once, and only who is to be told is looked at closely."""
        concerned, before = await matter.guilds(self._desk), self._before[matter]
        for number, (kept, reasons) in (await self._all(matter, concerned)).items():
            news = reasons - kept.told
            if number not in before and news:
                log.warning("has to tell server=%d what=%r reasons=%d", number, matter.memo, len(news))
            try:
                await self._look_at(matter, number, kept, reasons)
            except Exception:  # the boundary: one server, which keeps no other waiting
                log.exception("could not tell server=%d what=%r", number, matter.memo)
        self._before[matter] = concerned

    async def _look_at(self, matter: Matter, number: int, kept: _Notice, reasons: frozenset[str]) -> None:
        guild = self._client.get_guild(number)
        place = _place(guild) if guild and reasons - kept.told else None
        if place is None and kept.told <= reasons:
            return
        notice, news = await _news(matter, self._desk, number)
        if place is not None and news:
            await self._tell(matter, number, place, notice, news)

    async def _all(self, matter: Matter, guilds: Collection[int]) -> dict[int, tuple[_Notice, frozenset[str]]]:
        """What each was told, and what there is to tell; also where nothing of what was told may hold any more."""
        kept = {int(number): _read(said) for number, said in (await self._desk.archive.recalled(matter.memo)).items()}
        asked = {*guilds, *(number for number, each in kept.items() if each.told)}
        if not asked:
            return {}
        notices = {number: kept.get(number, _Notice()) for number in asked}
        reasons = await matter.reasons(self._desk, {number: each.told for number, each in notices.items()})
        return {number: (notices[number], frozenset(found)) for number, found in reasons.items()}

    async def _tell(self, matter: Matter, guild: int, place: Place, notice: _Notice, news: frozenset[str]) -> None:
        """Say it; but first find out about what was on its way before."""
        if notice.telling:
            is_out = await self._is_out(matter, place, notice)
            if is_out is None:
                return  # it may be out, and nobody can tell: whoever uses `/desk` next hears it from us
            if is_out:
                notice = _Notice(notice.told | notice.telling)
                await _remember(matter, self._desk, guild, notice)
        if not notice.telling:  # else the same once more, which Discord knows by its nonce
            notice = _Notice(notice.told, news - notice.told, self._desk.clock.now())
            await _remember(matter, self._desk, guild, notice)
        if not notice.telling:
            return
        answer = await self._send(matter, guild, place, notice)
        if answer.ok:
            await _remember(matter, self._desk, guild, _Notice(notice.told | notice.telling))
        elif rule_for(answer.status, answer.code).action != "unknown":
            log.info("could not tell server=%d reason=%s", guild, rule_for(answer.status, answer.code).words)
            await _remember(matter, self._desk, guild, _Notice(notice.told))

    async def _send(self, matter: Matter, guild: int, place: Place, notice: _Notice) -> Answer:
        view = await matter.view(self._desk, guild, notice.telling)
        nobody = discord.AllowedMentions.none()
        with handle_message_parameters(view=view, allowed_mentions=nobody, nonce=notice.nonce(guild)) as made:
            body: dict[str, Any] = made.payload or {}
        route = Route("POST", "/channels/{channel_id}/messages", channel_id=place.id)
        return await self._line.ask(route, body | {"enforce_nonce": True})

    async def _is_out(self, matter: Matter, place: Place, notice: _Notice) -> bool | None:
        """Whether what was on its way has arrived; None when nobody can know. With its nonce it may be said again."""
        me, age = self._client.user, self._desk.clock.now() - notice.since
        if not place.readable or me is None:
            return False if age < NONCE_HOLDS else None
        shows = partial(matter.tells, keys=notice.telling)
        found = await channel.look_back(self._line, place, Left(notice.since), shows, me.id)
        return None if isinstance(found, Answer) else found is not None


async def add_note(interaction: discord.Interaction[Any], desk: Desk) -> None:
    """After an answer to somebody who runs the server: what was told nobody yet."""
    for matter in MATTERS:
        if interaction.guild_id:
            await _add(interaction, desk, matter, interaction.guild_id)


async def _add(interaction: discord.Interaction[Any], desk: Desk, matter: Matter, guild: int) -> None:
    notice, news = await _news(matter, desk, guild)
    if desk.clock.now() - notice.since < NONCE_HOLDS:
        news -= notice.telling
    if not news:
        return
    told = replace(notice, told=notice.told | news)
    await _remember(matter, desk, guild, told)  # such an answer has no nonce: at most once
    try:
        await interaction.followup.send(view=await matter.view(desk, guild, news), ephemeral=True)
    except discord.HTTPException:
        await _remember(matter, desk, guild, notice)
        raise


async def seen(desk: Desk, guild: int, matter: Matter) -> None:
    """Somebody has all of it before them."""
    notice, news = await _news(matter, desk, guild)
    if news:
        await _remember(matter, desk, guild, _Notice(notice.told | news))


def _place(guild: discord.Guild) -> Place | None:
    """Where Discord tells the moderators of a community, if it is theirs alone and open to us."""
    found = guild.public_updates_channel
    if found is None or found.permissions_for(guild.default_role).view_channel:
        return None
    ours = found.permissions_for(guild.me)
    return Place(found.id, "text", found.name, guild.id, ours.read_message_history) if ours >= _NEEDED else None


async def _news(matter: Matter, desk: Desk, guild: int) -> tuple[_Notice, frozenset[str]]:
    """What was told, and what was not; a reason that holds no more may come again."""
    kept = _read(await desk.archive.recall(_key(matter, guild)))
    reasons = frozenset((await matter.reasons(desk, {guild: kept.told}))[guild])
    notice = replace(kept, told=kept.told & reasons, telling=kept.telling & reasons)
    if notice.told != kept.told:
        await _remember(matter, desk, guild, notice)
    return notice, reasons - notice.told


def _read(kept: str | None) -> _Notice:
    said = json.loads(kept or "[]")
    if isinstance(said, list):
        return _Notice(frozenset(said))
    return _Notice(frozenset(said["told"]), frozenset(said["telling"]), datetime.fromisoformat(said["since"]))


async def _remember(matter: Matter, desk: Desk, guild: int, notice: _Notice) -> None:
    said = {"told": sorted(notice.told), "telling": sorted(notice.telling), "since": notice.since.isoformat()}
    await desk.archive.remember(_key(matter, guild), json.dumps(said))


def _key(matter: Matter, guild: int) -> str:
    return f"{matter.memo}{guild}"

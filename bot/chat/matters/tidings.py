"""What those who run a server are told of feeds: trouble with their own, its end, and what may be missed.

Of the operator's feeds they are told where one that fails is the only one for what they have ordered: its region would
merely seem quiet to them. All else about those is the operator's business: the log, `feeds list` and `doctor` tell it.
"""

import asyncio
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Any

import discord
from discord import ui
from discord.ext import commands

from bot.chat.desk import Desk, desk_of
from bot.chat.matters import releases, reports
from bot.chat.pages.choices import EVERYTHING
from bot.chat.trouble import explain
from bot.delivery.text import clean, cut, escape
from bot.intake import tidings
from bot.intake.addresses import spoken
from bot.intake.tidings import Tiding
from bot.model import OPERATOR, ROUNDUP, Feed

_MOST = 8  # feeds in one message
_AGAIN = "It is tried again by itself, ever more rarely."
_ONLY = "It is the only feed for what this server has ordered; those who run this bot can see it too."


class OfFeeds:
    """One of the matters that are told."""

    memo = "told of feeds:"

    async def guilds(self, desk: Desk) -> set[int]:
        """Whom any of it may concern."""
        found, _ = await _all(desk)
        own = {each.owner for each in found if each.owner != OPERATOR}
        theirs = any(each.owner == OPERATOR and each.kind in {*tidings.TROUBLES, "well"} for each in found)
        return own | (set(await desk.archive.ordered()) if theirs else set())

    async def reasons(self, desk: Desk, told: Mapping[int, Collection[str]]) -> dict[int, set[str]]:
        """What holds now. A trouble's end is told where the trouble was."""
        found, feeds = await _all(desk)
        ordered = await desk.archive.ordered() if any(each.owner == OPERATOR for each in found) else {}
        return await asyncio.to_thread(_reasons, found, feeds, ordered, told)  # there may be thousands of servers

    async def view(self, desk: Desk, guild: int, keys: Collection[str]) -> ui.LayoutView:
        """A message that tells of these."""
        found, _ = await _all(desk)
        lines = [_said(each) for each in found if each.key in keys]
        view = ui.LayoutView(timeout=None)
        more = f"-# and {len(lines) - _MOST} more" if len(lines) > _MOST else ""
        view.add_item(ui.Container[Any](ui.TextDisplay("\n".join([*lines[:_MOST], more]).strip())))
        return view.add_item(ui.ActionRow[Any](HowThingsStand(_hash(keys))))

    def tells(self, message: Mapping[str, Any], keys: Collection[str]) -> bool:
        """Whether a message that we find in a channel told of these."""
        return f"hs:{_hash(keys)}" in releases.custom_ids(message)


class HowThingsStand(ui.DynamicItem[ui.Button[Any]], template=r"hs:(?P<key>[0-9a-f]{16})"):
    """Shows what /desk status shows."""

    def __init__(self, key: str) -> None:
        super().__init__(ui.Button(label="How things stand", custom_id=f"hs:{key}"))

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str]
    ) -> "HowThingsStand":
        return cls(match["key"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        try:
            releases.must_run_the_server(interaction)
            view = await reports.status(desk_of(interaction), interaction.guild_id or 0)
            await interaction.response.send_message(view=view, ephemeral=True)
        except Exception as error:
            await explain(interaction, error)  # the library would only log it


def add_to(client: commands.AutoShardedBot) -> None:
    """Make the button work, also of what was sent before a restart."""
    client.add_dynamic_items(HowThingsStand)


async def _all(desk: Desk) -> tuple[list[Tiding], Sequence[Feed]]:
    """What is known, of feeds that are still polled; what is over is not told for ever."""
    found = tidings.current(await desk.archive.recalled(tidings.KEYS), desk.clock.now())
    if not found:
        return [], ()
    feeds = await desk.archive.feeds()
    polled = {each.id for each in feeds}
    return [each for each in found if each.feed in polled], feeds


def _reasons(
    found: Sequence[Tiding],
    feeds: Sequence[Feed],
    ordered: Mapping[int, Collection[str]],
    told: Mapping[int, Collection[str]],
) -> dict[int, set[str]]:
    """Server by server. The feeds for everybody are looked through once, not for each server anew."""
    ill = {each.feed for each in found if each.kind in tidings.TROUBLES}
    well = _by_owner(each for each in feeds if each.id not in ill)
    lonely = {each for each in set().union(*ordered.values()) if not _served(each, well.get(OPERATOR, ()))}
    numbered = {each.id: each for each in feeds}
    theirs = [(each, numbered[each.feed]) for each in found if each.owner == OPERATOR and each.kind in tidings.TROUBLES]
    reasons: dict[int, set[str]] = {}
    for guild, keys in told.items():
        alone = {each for each in lonely & set(ordered.get(guild, ())) if not _served(each, well.get(guild, ()))}
        concerned = [each for each, its in theirs if any(_serves(its, region) for region in alone)] if alone else []
        reasons[guild] = {each.key for each in concerned} | (_after(keys, found) if keys else set())
    for each in found:
        if each.owner in told and each.kind != "well":
            reasons[each.owner].add(each.key)
    return reasons


def _after(told: Collection[str], found: Iterable[Tiding]) -> set[str]:
    """What was told, for as long as it holds; and where that is over, that it is."""
    keys: set[str] = set()
    for each in found:
        before = {key for key in told if key.startswith(each.trouble)}
        keys |= before | ({each.key} if before and each.kind == "well" else set())
    return keys


def _by_owner(feeds: Iterable[Feed]) -> dict[int, list[Feed]]:
    found: dict[int, list[Feed]] = {}
    for each in feeds:
        found.setdefault(each.owner, []).append(each)
    return found


def _served(region: str, feeds: Iterable[Feed]) -> bool:
    return any(_serves(each, region) for each in feeds)


def _serves(feed: Feed, region: str) -> bool:
    """Whether a feed may bring what is ordered; one that is of no single region may bring anything."""
    return feed.region in (None, region) or region in (EVERYTHING, ROUNDUP)


def _said(tiding: Tiding) -> str:
    name = f"**{escape(cut(clean(tiding.title), 80) or cut(spoken(tiding.url), 80))}**"
    words = escape(cut(clean(tiding.words), 300))
    since, at = _moment(tiding.since), _moment(tiding.at)
    only = f"\n-# {_ONLY}" if tiding.owner == OPERATOR else ""
    match tiding.kind:
        case "well":
            return f"✅ {name} is well again; it was not since {since}."
        case "gone":
            return f"⚠️ {name} is gone for good, says its server (410). It is asked once a week, in case it errs.{only}"
        case "renamed":
            return f"ℹ️ {name} has changed its ids on {at}: {words}. Nothing was posted again."
        case "plenty":
            return (
                f"⚠️ {name} brings more than is kept of a server's own feeds in a day, first on {since}. The rest is "
                "taken in after midnight UTC, if it is still printed then; those of your other feeds that bring much "
                "may have to wait, too. `/desk feed remove` takes it out."
            )
        case "gap":
            return (
                f"⚠️ {name}: something may be missed from {since} to {at}. Nothing that it printed was known, "
                f"and {words}."
            )
        case _:
            return f"⚠️ {name} has brought nothing since {since}. {words}\n-# {_AGAIN}{only}"


def _moment(text: str) -> str:
    return f"<t:{int(datetime.fromisoformat(text).timestamp())}:f>"


def _hash(keys: Collection[str]) -> str:
    return blake2b("\n".join(sorted(keys)).encode(), digest_size=8).hexdigest()

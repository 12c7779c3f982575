"""What is held back until a person has looked at it: reason by reason, to be posted or dropped."""

import re
from collections.abc import Collection, Mapping, Sequence
from hashlib import blake2b
from typing import Any, cast

import discord
from discord import ui
from discord.ext import commands

from bot.chat.desk import Desk, desk_of
from bot.chat.pages import answers
from bot.chat.pages.pager import soon
from bot.chat.trouble import explain
from bot.delivery.text import clean, cut, escape
from bot.errors import NewsError
from bot.model import Delivery

_MOST = 6  # reasons on a page
_SAMPLE = 3  # headlines of each
_PLACES = 5
_AT_ONCE = 1000  # deliveries

NOTICE = "⚠️ Some articles wait for your decision: release them, or keep them silent."

Admin = discord.Interaction[Any]


async def held(desk: Desk, guild: int, done: str = "", first: Collection[str] = ()) -> ui.LayoutView:
    """Everything that is held for a server, by reason, with what can be done; these keys come first."""
    found, total = await _by_reason(desk, guild)
    view = ui.LayoutView(timeout=None)
    if not found:
        return view.add_item(ui.TextDisplay(done or "Nothing is held back: all that is owed goes out by itself."))
    heading, is_all = f"## Held back ({total:,})", total == sum(map(len, found.values()))
    view.add_item(ui.TextDisplay(f"{done}\n{heading}" if done else heading))
    ranked = sorted(found, key=lambda reason: (_key(reason) not in first, -len(found[reason])))
    for reason in ranked[:_MOST]:
        key = _key(reason)
        buttons = ui.ActionRow[Any](Release("post", key, "Release"), Release("drop", key, "Keep silent"))
        view.add_item(ui.Container[Any](ui.TextDisplay(_said(reason, found[reason], is_all)), buttons))
    if len(ranked) > _MOST:
        view.add_item(ui.TextDisplay(f"-# and {len(ranked) - _MOST} more reasons, once these are settled"))
    return view


def custom_ids(message: Mapping[str, Any]) -> set[str]:
    """Of all that can be pressed in a message that we find in a channel."""
    found, parts = set(), [message]
    while parts:
        part = parts.pop()
        found.add(str(part.get("custom_id", "")))
        parts += part.get("components") or ()
    return found


class OfHeld:
    """One of the matters that are told: that something is held back."""

    memo = "told of what is held:"

    async def guilds(self, desk: Desk) -> set[int]:
        """For whom something is held."""
        return set(await desk.archive.held())

    async def reasons(self, desk: Desk, told: Mapping[int, Collection[str]]) -> dict[int, set[str]]:
        """For what something is held, each reason as a short key."""
        held = await desk.archive.held()
        return {guild: {_key(reason) for reason in held.get(guild, ())} for guild in told}

    async def view(self, desk: Desk, guild: int, keys: Collection[str]) -> ui.LayoutView:
        """All that is held, these first."""
        return await held(desk, guild, NOTICE, keys)

    def tells(self, message: Mapping[str, Any], keys: Collection[str]) -> bool:
        """Whether a message that we find in a channel offers to release any of these."""
        return any(f"rl:post:{key}" in custom_ids(message) for key in keys)


class Release(ui.DynamicItem[ui.Button[Any]], template=r"rl:(?P<how>post|drop):(?P<key>[0-9a-f]{16})"):
    """Lets go all that is held for one reason, or drops it."""

    def __init__(self, how: str, key: str, label: str) -> None:
        self.how, self.key = how, key
        super().__init__(ui.Button(label=label, custom_id=f"rl:{how}:{key}"))

    @classmethod
    async def from_custom_id(cls, interaction: Admin, item: ui.Item[Any], match: re.Match[str]) -> "Release":
        return cls(match["how"], match["key"], cast(ui.Button[Any], item).label or "")

    async def callback(self, interaction: Admin) -> None:
        try:
            desk, guild = desk_of(interaction), interaction.guild_id or 0
            must_run_the_server(interaction)
            view = await soon(interaction, _settled(desk, guild, self.key, drop=self.how == "drop"), in_place=True)
            if interaction.response.is_done():
                await interaction.edit_original_response(view=view)
            else:
                await interaction.response.edit_message(view=view)
        except Exception as error:
            await explain(interaction, error)  # the library would only log it


def add_to(client: commands.AutoShardedBot) -> None:
    """Make the buttons work, also of what was sent before a restart."""
    client.add_dynamic_items(Release)


def must_run_the_server(interaction: Admin) -> None:
    """What only one person sees was asked for with /desk; a notice in a channel may be seen by others as well."""
    alone = interaction.message is not None and interaction.message.flags.ephemeral
    if not (alone or interaction.permissions.manage_guild):
        raise NewsError("Only those who may manage this server can decide that.")


async def _settled(desk: Desk, guild: int, key: str, *, drop: bool) -> ui.LayoutView:
    """What is held after all that was held for one reason is let go or dropped."""
    number = 0
    while chosen := await _for(desk, guild, key):  # a thousand at once, until there are no more
        settled = await desk.archive.release([each.id for each in chosen], drop=drop)
        number += settled
        if not settled:
            break
    if not number:
        return await held(desk, guild, "Somebody else has settled that already.")
    if drop:
        return await held(desk, guild, f"{number:,} dropped: in the archive, but not posted.")
    desk.nudge()
    return await held(desk, guild, f"{number:,} on their way.")


async def _for(desk: Desk, guild: int, key: str) -> list[Delivery]:
    found, _ = await _by_reason(desk, guild)
    return next((those for reason, those in found.items() if _key(reason) == key), [])


async def _by_reason(desk: Desk, guild: int) -> tuple[dict[str, list[Delivery]], int]:
    """What is held, as far as one looks at it, and how much there is in all."""
    counts, deliveries = await desk.archive.waiting(guild, _AT_ONCE, "held")
    found: dict[str, list[Delivery]] = {}
    for each in deliveries:
        found.setdefault(each.reason, []).append(each)
    return found, counts.get("held", 0)


def _said(reason: str, deliveries: Sequence[Delivery], is_all: bool) -> str:
    targets = list(dict.fromkeys(each.target.partition(":")[2] for each in deliveries))
    where = " ".join(f"<#{each}>" for each in targets[:_PLACES]) + (
        f" and {len(targets) - _PLACES} more" if len(targets) > _PLACES else ""
    )
    sample = dict.fromkeys(answers.headline(each.article, 80) for each in deliveries)
    lines = [f"**{escape(cut(clean(reason), 200))}**", *(f"- {each}" for each in list(sample)[:_SAMPLE])]
    more = len(sample) - _SAMPLE
    if more > 0:
        lines.append(f"- and {more:,} more")
    number = f"{len(deliveries):,}{'' if is_all else ' and more'}"
    return "\n".join([*lines, f"-# {number} for {where}"])


def _key(reason: str) -> str:
    return blake2b(reason.encode("utf-8", "replace"), digest_size=8).hexdigest()

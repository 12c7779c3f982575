"""The regions at a glance: each with its newest article, and the channels where it is posted."""

from collections.abc import Callable, Sequence
from typing import Any

import discord
from discord import ui

from bot.chat.desk import Desk
from bot.chat.pages import answers
from bot.chat.pages.choices import EVERYTHING
from bot.chat.pages.memory import pack
from bot.chat.pages.pager import Leaf
from bot.delivery.text import clean, escape, size
from bot.model import Article, Query, Subscription, Viewer
from bot.regions import Region

_MOST_CARDS = 9  # with four components each; more regions than that are one list
_MOST_CHANNELS = 6
_CHARACTERS, _OCTETS = 3800, 7500

Sees = Callable[[int], bool]


async def of_regions(desk: Desk, viewer: Viewer, guild: int | None, sees: Sees) -> ui.LayoutView:
    """All regions. Only channels that the reader can see are named."""
    newest = await desk.archive.newest_by_region(viewer)
    orders = await desk.archive.subscriptions(guild) if guild else []
    shown: dict[str, str] = {}
    for chars, link in ((120, True), (80, True), (80, False)):  # the fullest form that fits into a message
        shown = {each.code: _entry(each, newest.get(each.code), orders, sees, chars, link) for each in desk.regions}
        if sum(map(len, shown.values())) <= _CHARACTERS and sum(map(size, shown.values())) <= _OCTETS:
            break
    view = ui.LayoutView(timeout=None)
    if len(shown) > _MOST_CARDS:
        view.add_item(ui.TextDisplay(_as_many_as_fit(list(shown.values()))))
        return view
    for region in desk.regions:
        latest = Leaf("+", await pack(desk.archive, Query(region=region.code, limit=answers.CARDS)), "Latest")
        section = ui.Section[Any](ui.TextDisplay(shown[region.code]), accessory=latest)
        view.add_item(ui.Container[Any](section, accent_colour=discord.Colour(region.colour)))
    return view


def _entry(
    region: Region, newest: Article | None, orders: Sequence[Subscription], sees: Sees, chars: int, link: bool
) -> str:
    lines = [f"### {region.emoji} {escape(clean(region.name))}".replace("  ", " ")]
    small = []
    if newest is None:
        small.append("Nothing yet")
    else:
        lines.append(answers.headline(newest, chars, link))
        when = newest.published or newest.seen
        small += [f"<t:{int(when.timestamp())}:R>"] if when else []
    channels = dict.fromkeys(
        number for each in orders if each.region in {region.code, EVERYTHING} if (number := channel_of(each))
    )
    visible = [f"<#{each}>" for each in channels if sees(each)]
    if visible:
        rest = len(visible) - _MOST_CHANNELS
        small.append(f"posted in {' '.join(visible[:_MOST_CHANNELS])}{f' and {rest} more' if rest > 0 else ''}")
    lines.append(f"-# {' · '.join(small)}")
    return "\n".join(lines)


def channel_of(subscription: Subscription) -> int | None:
    """The channel's number, for targets that are channels."""
    kind, _, number = subscription.target.partition(":")
    return int(number) if kind == "channel" and number.isdecimal() else None


def _as_many_as_fit(entries: Sequence[str]) -> str:
    text = ""
    for index, entry in enumerate(entries):
        if len(text) + len(entry) > _CHARACTERS - 50 or size(text) + size(entry) > _OCTETS:
            return f"{text}-# and {len(entries) - index} more"
        text += f"{entry}\n"
    return text.rstrip()


def seen_by(interaction: discord.Interaction[Any]) -> Sees:
    """Which channels the reader can see; one that we do not know is left out."""
    guild, reader = interaction.guild, interaction.user

    def sees(number: int) -> bool:
        channel = guild.get_channel_or_thread(number) if guild else None
        if channel is None or not isinstance(reader, discord.Member):
            return False
        return channel.permissions_for(reader).view_channel

    return sees

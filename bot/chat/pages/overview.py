"""The regions at a glance: each with its newest article, and the channels where it is posted."""

import re
from collections.abc import Callable, Sequence
from typing import Any

import discord
from discord import ui
from discord.ext import commands

from bot.chat.desk import Desk, desk_of, viewer_of
from bot.chat.pages import answers, menus
from bot.chat.pages.choices import EVERYTHING
from bot.chat.pages.memory import pack
from bot.chat.pages.pager import Leaf, let_go, may_turn, send, soon
from bot.chat.pages.pager import show as show_page
from bot.chat.trouble import explain
from bot.delivery.text import clean, escape, size
from bot.model import Article, Query, Subscription, Viewer
from bot.regions import Region

_MOST_CARDS = 9  # with four components each; more regions than that are a list, and a menu of them
_MOST_CHANNELS = 6
_CHARACTERS, _OCTETS = 3800, 7500
_PAGE = 3600  # characters of a list's page

Reader = discord.Interaction[Any]
Sees = Callable[[int], bool]


async def of_regions(desk: Desk, viewer: Viewer, guild: int | None, sees: Sees, page: int = 0) -> ui.LayoutView:
    """All regions, or a page of them. Only channels that the reader can see are named."""
    newest = await desk.archive.newest_by_region(viewer)
    orders = await desk.archive.subscriptions(guild) if guild else []

    def entries(chars: int, link: bool) -> list[str]:
        return [_entry(each, newest.get(each.code), orders, sees, chars, link) for each in desk.regions]

    if len(desk.regions) > _MOST_CARDS:
        return _list(list(desk.regions), entries(80, True), page)
    for chars, link in ((120, True), (80, True), (80, False)):  # the fullest form that fits into a message
        shown = entries(chars, link)
        if sum(map(len, shown)) <= _CHARACTERS and sum(map(size, shown)) <= _OCTETS:
            break
    view = ui.LayoutView(timeout=None)
    for region, text in zip(desk.regions, shown, strict=True):
        latest = Leaf("+", await pack(desk.archive, Query(region=region.code, limit=answers.CARDS)), "Latest")
        section = ui.Section[Any](ui.TextDisplay(text), accessory=latest)
        view.add_item(ui.Container[Any](section, accent_colour=discord.Colour(region.colour)))
    return view


async def show(interaction: Reader, page: int = 0, *, share: bool = False) -> None:
    """Answer with the regions."""
    making = of_regions(desk_of(interaction), viewer_of(interaction), interaction.guild_id, seen_by(interaction), page)
    view = await soon(interaction, making, ephemeral=not share)
    await send(interaction, view, ephemeral=not share)


def add_to(client: commands.AutoShardedBot) -> None:
    """Make the buttons work, also of what was sent before a restart."""
    client.add_dynamic_items(Turn, PickRegion)


class Turn(ui.DynamicItem[ui.Button[Any]], template=r"rg:(?P<page>\d{1,4})"):
    """Opens another page of the list."""

    def __init__(self, page: int, label: str = "…", disabled: bool = False) -> None:
        self.page = page
        super().__init__(ui.Button(label=label, custom_id=f"rg:{page}", disabled=disabled))

    @classmethod
    async def from_custom_id(cls, interaction: Reader, item: ui.Item[Any], match: re.Match[str]) -> "Turn":
        return cls(int(match["page"]))

    async def callback(self, interaction: Reader) -> None:
        try:
            if not may_turn(interaction):
                return await show(interaction, self.page)
            desk, sees = desk_of(interaction), seen_by(interaction)
            view = await of_regions(desk, viewer_of(interaction), interaction.guild_id, sees, self.page)
            let_go(view)
            await interaction.response.edit_message(view=view)
        except Exception as error:
            await explain(interaction, error)  # the library would only log it


class PickRegion(ui.DynamicItem[ui.Select[Any]], template=r"rl:(?P<page>\d{1,4})"):
    """A menu of the regions on a page, which opens the latest of one."""

    def __init__(self, page: int, some: Sequence[Region] = ()) -> None:
        options = menus.options(some)
        super().__init__(ui.Select(custom_id=f"rl:{page}", placeholder="The latest of a region", options=options))

    @classmethod
    async def from_custom_id(cls, interaction: Reader, item: ui.Item[Any], match: re.Match[str]) -> "PickRegion":
        return cls(int(match["page"]))

    async def callback(self, interaction: Reader) -> None:
        try:
            code = desk_of(interaction).regions.named(self.item.values[0]).code
            await show_page(interaction, Query(region=code, viewer=viewer_of(interaction), limit=answers.CARDS))
        except Exception as error:
            await explain(interaction, error)


def _list(regions: Sequence[Region], entries: Sequence[str], page: int) -> ui.LayoutView:
    """A page of the list, as much as fits; a menu of what is on it, and the way to the others."""
    starts = [0]
    for at in range(len(entries)):
        text = "\n".join(entries[starts[-1] : at + 1])
        if at - starts[-1] == menus.MOST or len(text) > _PAGE or size(text) > _OCTETS:
            starts.append(at)
    page = min(page, len(starts) - 1)
    start, end = starts[page], [*starts, len(entries)][page + 1]
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.TextDisplay("\n".join(entries[start:end])))
    view.add_item(ui.ActionRow[Any](PickRegion(page, regions[start:end])))
    if len(starts) > 1:
        before = Turn(max(page - 1, 0), "‹ Previous", disabled=page == 0)
        here = ui.Button[Any](label=f"{start + 1}–{end} of {len(entries)}", custom_id="rg=", disabled=True)
        after = Turn(page + 1, "Next ›", disabled=page + 1 == len(starts))
        view.add_item(ui.ActionRow[Any](before, here, after))
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


def seen_by(interaction: discord.Interaction[Any]) -> Sees:
    """Which channels the reader can see; one that we do not know is left out."""
    guild, reader = interaction.guild, interaction.user

    def sees(number: int) -> bool:
        channel = guild.get_channel_or_thread(number) if guild else None
        if channel is None or not isinstance(reader, discord.Member):
            return False
        return channel.permissions_for(reader).view_channel

    return sees

"""Lists of what somebody has ordered, page by page, with a button beside each thing that takes it back."""

import re
from typing import Any, cast

import discord
from discord import ui
from discord.ext import commands

from bot.chat.desk import desk_of
from bot.chat.orders import following, standing
from bot.chat.orders.destination import known_in
from bot.chat.orders.standing import Entry, Listing
from bot.chat.trouble import explain
from bot.delivery.text import size

ORDERS, ROUNDUPS, FEEDS, FOLLOWING = "orders", "roundups", "feeds", "following"
_MOST, _CHARACTERS, _OCTETS = 10, 3300, 6500  # of a page
_WHICH = rf"(?P<name>{ORDERS}|{ROUNDUPS}|{FEEDS}|{FOLLOWING}):(?P<page>\d{{1,4}})"

Reader = discord.Interaction[Any]


async def show(interaction: Reader, name: str, said: str = "") -> None:
    """Answer with the first page of a list, below what is to be said."""
    await interaction.response.send_message(view=await _view(interaction, name, 0, said), ephemeral=True)


def add_to(client: commands.AutoShardedBot) -> None:
    """Make the buttons of all lists work, also of those that were sent before a restart."""
    client.add_dynamic_items(Turn, TakeBack)


class Turn(ui.DynamicItem[ui.Button[Any]], template=re.compile(f"ls:{_WHICH}")):
    """Opens another page of a list."""

    def __init__(self, name: str, page: int, label: str) -> None:
        self.name, self.page = name, page
        super().__init__(ui.Button(label=label, custom_id=f"ls:{name}:{page}"))

    @classmethod
    async def from_custom_id(cls, interaction: Reader, item: ui.Item[Any], match: re.Match[str]) -> "Turn":
        return cls(match["name"], int(match["page"]), cast(ui.Button[Any], item).label or "")

    async def callback(self, interaction: Reader) -> None:
        try:
            await interaction.response.edit_message(view=await _view(interaction, self.name, self.page))
        except Exception as error:
            await explain(interaction, error)  # the library would only log it


class TakeBack(ui.DynamicItem[ui.Button[Any]], template=re.compile(rf"tb:{_WHICH}:(?P<value>[0-9a-z.]{{1,40}})")):
    """Takes back the thing beside it."""

    def __init__(self, name: str, page: int, value: str, label: str) -> None:
        self.name, self.page, self.value = name, page, value
        super().__init__(ui.Button(label=label, custom_id=f"tb:{name}:{page}:{value}"))

    @classmethod
    async def from_custom_id(cls, interaction: Reader, item: ui.Item[Any], match: re.Match[str]) -> "TakeBack":
        return cls(match["name"], int(match["page"]), match["value"], cast(ui.Button[Any], item).label or "")

    async def callback(self, interaction: Reader) -> None:
        try:
            await _take_back(interaction, self.name, self.value)
            await interaction.response.edit_message(view=await _view(interaction, self.name, self.page))
        except Exception as error:
            await explain(interaction, error)


async def _take_back(interaction: Reader, name: str, value: str) -> None:
    desk, guild = desk_of(interaction), interaction.guild_id or 0
    match name:
        case "orders" | "roundups":
            await standing.take_back(desk, guild, value)
        case "feeds":
            await standing.remove_feed(desk, guild, value)
        case _:
            await following.stop(desk, interaction.user.id, value)


async def _listing(interaction: Reader, name: str) -> Listing:
    desk, guild = desk_of(interaction), interaction.guild_id or 0
    match name:
        case "orders":
            return await standing.orders(desk, guild, known_in(interaction.guild))
        case "roundups":
            return await standing.round_ups(desk, guild, known_in(interaction.guild))
        case "feeds":
            return await standing.own_feeds(desk, guild)
        case _:
            return await following.listing(desk, interaction.user.id)


async def _view(interaction: Reader, name: str, number: int, said: str = "") -> ui.LayoutView:
    """One page of a list, made anew; the last one where it has become shorter."""
    listing = await _listing(interaction, name)
    view = ui.LayoutView(timeout=None)
    if not listing.entries:
        return view.add_item(ui.TextDisplay(listing.empty))
    pages = _pages(listing)
    number = min(number, len(pages) - 1)
    view.add_item(ui.TextDisplay(f"{said}\n{listing.heading}".strip()))
    sections = [
        ui.Section[Any](each.text, accessory=TakeBack(name, number, each.value, listing.button))
        for each in pages[number]
    ]
    view.add_item(ui.Container[Any](*sections))
    turns = [Turn(name, number - 1, "‹ Previous")] if number else []
    turns += [Turn(name, number + 1, "Next ›")] if number + 1 < len(pages) else []
    if turns:
        view.add_item(ui.ActionRow(*turns))
    return view


def _pages(listing: Listing) -> list[list[Entry]]:
    pages: list[list[Entry]] = [[]]
    for entry in listing.entries:
        text = "\n".join(each.text for each in [*pages[-1], entry])
        if pages[-1] and (len(pages[-1]) == _MOST or len(text) > _CHARACTERS or size(text) > _OCTETS):
            pages.append([])
        pages[-1].append(entry)
    return pages

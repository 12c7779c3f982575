"""Lists for admins, page by page, with a menu that takes one thing back."""

import re
from typing import Any, cast

import discord
from discord import ui
from discord.ext import commands

from bot.chat import standing
from bot.chat.desk import desk_of
from bot.chat.standing import Entry, Listing
from bot.chat.trouble import explain
from bot.delivery.text import cut, size

_MOST, _CHARACTERS, _OCTETS = 10, 3300, 6500  # of a page
_WHICH = rf"(?P<name>{standing.ORDERS}|{standing.FEEDS}):(?P<page>\d{{1,4}})"

Reader = discord.Interaction[Any]


async def show(interaction: Reader, name: str) -> None:
    """Answer with the first page of a list."""
    await interaction.response.send_message(view=await _view(interaction, name, 0), ephemeral=True)


def add_to(client: commands.AutoShardedBot) -> None:
    """Make the buttons and menus of all lists work, also of those that were sent before a restart."""
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


class TakeBack(ui.DynamicItem[ui.Select[Any]], template=re.compile(f"tb:{_WHICH}")):
    """A menu of what is on this page; what is chosen is taken back."""

    def __init__(self, name: str, page: int, menu: str = "", entries: list[Entry] | None = None) -> None:
        self.name, self.page = name, page
        options = [discord.SelectOption(label=cut(each.label, 100), value=each.value) for each in entries or ()]
        super().__init__(ui.Select(custom_id=f"tb:{name}:{page}", placeholder=menu, options=options))

    @classmethod
    async def from_custom_id(cls, interaction: Reader, item: ui.Item[Any], match: re.Match[str]) -> "TakeBack":
        return cls(match["name"], int(match["page"]))

    async def callback(self, interaction: Reader) -> None:
        try:
            for value in self.item.values:
                await standing.take_back(desk_of(interaction), self.name, interaction.guild_id or 0, value)
            await interaction.response.edit_message(view=await _view(interaction, self.name, self.page))
        except Exception as error:
            await explain(interaction, error)


async def _view(interaction: Reader, name: str, number: int) -> ui.LayoutView:
    """One page of a list, made anew; the last one where it has become shorter."""
    listing = await standing.listing(desk_of(interaction), name, interaction.guild_id or 0, _namer(interaction.guild))
    view = ui.LayoutView(timeout=None)
    if not listing.entries:
        view.add_item(ui.TextDisplay(listing.empty))
        return view
    pages = _pages(listing)
    number = min(number, len(pages) - 1)
    view.add_item(ui.TextDisplay(listing.heading))
    view.add_item(ui.Container[Any](ui.TextDisplay("\n".join(each.text for each in pages[number]))))
    view.add_item(ui.ActionRow(TakeBack(name, number, listing.menu, pages[number])))
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


def _namer(guild: discord.Guild | None) -> standing.Namer:
    def named(channel: int) -> str:
        found = guild.get_channel_or_thread(channel) if guild else None
        return f"#{found.name}" if found else "a channel that is gone"

    return named

"""First steps in a server: which regions go to which channels, proposed or chosen, shown, and done on a click."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import discord
from discord import ui
from discord.ext import commands

from bot.chat.desk import Desk, desk_of
from bot.chat.orders.destination import KINDS, CannotPost, Destination, destination
from bot.chat.orders.standing import place, without_feeds
from bot.chat.pages.answers import listed
from bot.chat.pages.choices import MOST, region_name
from bot.chat.trouble import explain
from bot.delivery.text import clean, cut, escape
from bot.errors import NewsError
from bot.model import Subscription
from bot.regions import Region, Regions

_MOST_SHUT = 10  # channels that are named
_STATE = r"(?P<regions>[0-9a-f]{1,25}):(?P<channel>\d{1,20})"

Admin = discord.Interaction[Any]


@dataclass(frozen=True, slots=True)
class Chosen:
    """What has been picked from the menus so far: it stands in the names of all buttons."""

    regions: tuple[str, ...] = ()
    channel: int = 0

    def name(self, what: str, regions: Regions) -> str:
        bits = sum(1 << index for index, code in enumerate(regions.codes) if code in self.regions)
        return f"su:{what}:{bits:x}:{self.channel}"

    @classmethod
    def read(cls, match: re.Match[str], regions: Regions) -> "Chosen":
        bits = int(match["regions"], 16)
        codes = tuple(code for index, code in enumerate(regions.codes) if bits >> index & 1)
        return cls(codes, int(match["channel"]))


async def show(interaction: Admin) -> None:
    """Answer with what could be done."""
    await interaction.response.send_message(view=await _view(interaction, Chosen()), ephemeral=True)


def add_to(client: commands.AutoShardedBot) -> None:
    """Make the menus work, also of what was sent before a restart."""
    client.add_dynamic_items(Propose, PickRegions, PickChannel, Confirm)


# --- what can be pressed --------------------------------------------------------------------------------------


class _Step:
    """What the four have in common: the state in their name, and an end in which errors are answered."""

    chosen: Chosen

    async def step(self, interaction: Admin) -> None:
        raise NotImplementedError

    async def callback(self, interaction: Admin) -> None:
        try:
            await self.step(interaction)
        except Exception as error:
            await explain(interaction, error)  # the library would only log it


class Propose(_Step, ui.DynamicItem[ui.Button[Any]], template=rf"su:match:{_STATE}"):
    """Orders every region for the channel that bears its name."""

    def __init__(self, chosen: Chosen, regions: Regions, label: str = "Order these") -> None:
        self.chosen = chosen
        name = chosen.name("match", regions)
        super().__init__(ui.Button(label=label, custom_id=name, style=discord.ButtonStyle.primary))

    @classmethod
    async def from_custom_id(cls, interaction: Admin, item: ui.Item[Any], match: re.Match[str]) -> "Propose":
        regions = desk_of(interaction).regions
        return cls(Chosen.read(match, regions), regions)

    async def step(self, interaction: Admin) -> None:
        desk = desk_of(interaction)
        pairs = [(region.code, there) for region, there in _namesakes(interaction, desk.regions) if _is_open(there)]
        await _redraw(interaction, self.chosen, await _order(desk, interaction.guild_id or 0, pairs))


class PickRegions(_Step, ui.DynamicItem[ui.Select[Any]], template=rf"su:regions:{_STATE}"):
    """A menu of the regions."""

    def __init__(self, chosen: Chosen, regions: Regions) -> None:
        self.chosen = chosen
        options = [
            discord.SelectOption(label=cut(clean(each.name), 100), value=each.code, default=each.code in chosen.regions)
            for each in list(regions)[:MOST]
        ]
        name = chosen.name("regions", regions)
        super().__init__(
            ui.Select(custom_id=name, placeholder="Which regions?", options=options, max_values=len(options))
        )

    @classmethod
    async def from_custom_id(cls, interaction: Admin, item: ui.Item[Any], match: re.Match[str]) -> "PickRegions":
        regions = desk_of(interaction).regions
        return cls(Chosen.read(match, regions), regions)

    async def step(self, interaction: Admin) -> None:
        await _redraw(interaction, Chosen(tuple(self.item.values), self.chosen.channel))


class PickChannel(_Step, ui.DynamicItem[ui.ChannelSelect[Any]], template=rf"su:channel:{_STATE}"):
    """A menu of the channels."""

    def __init__(self, chosen: Chosen, regions: Regions) -> None:
        self.chosen = chosen
        picked = [discord.SelectDefaultValue(id=chosen.channel, type=discord.SelectDefaultValueType.channel)]
        super().__init__(
            ui.ChannelSelect(
                custom_id=chosen.name("channel", regions),
                placeholder="To which channel?",
                channel_types=list(KINDS),
                default_values=picked if chosen.channel else [],
            )
        )

    @classmethod
    async def from_custom_id(cls, interaction: Admin, item: ui.Item[Any], match: re.Match[str]) -> "PickChannel":
        regions = desk_of(interaction).regions
        return cls(Chosen.read(match, regions), regions)

    async def step(self, interaction: Admin) -> None:
        for channel in self.item.values:
            destination(interaction, channel).must_be_open()
            await _redraw(interaction, Chosen(self.chosen.regions, channel.id))


class Confirm(_Step, ui.DynamicItem[ui.Button[Any]], template=rf"su:go:{_STATE}"):
    """Orders the regions that were picked for the channel that was picked."""

    def __init__(self, chosen: Chosen, regions: Regions) -> None:
        self.chosen = chosen
        name = chosen.name("go", regions)
        super().__init__(ui.Button(label="Do it", custom_id=name, style=discord.ButtonStyle.primary))

    @classmethod
    async def from_custom_id(cls, interaction: Admin, item: ui.Item[Any], match: re.Match[str]) -> "Confirm":
        regions = desk_of(interaction).regions
        return cls(Chosen.read(match, regions), regions)

    async def step(self, interaction: Admin) -> None:
        channel = interaction.guild.get_channel_or_thread(self.chosen.channel) if interaction.guild else None
        if channel is None:
            raise CannotPost(
                "I cannot see that channel. Give me the permission **View Channel** there, or pick another."
            )
        there = destination(interaction, channel)
        pairs = [(code, there) for code in self.chosen.regions]
        await _redraw(interaction, Chosen(), await _order(desk_of(interaction), interaction.guild_id or 0, pairs))


# --- what is shown and done -----------------------------------------------------------------------------------


async def _redraw(interaction: Admin, chosen: Chosen, done: str = "") -> None:
    await interaction.response.edit_message(view=await _view(interaction, chosen, done))


async def _view(interaction: Admin, chosen: Chosen, done: str = "") -> ui.LayoutView:
    desk = desk_of(interaction)
    orders = {(each.target, each.region) for each in await desk.archive.subscriptions(interaction.guild_id or 0)}
    view = ui.LayoutView(timeout=None)
    heading = [done, "## First steps", await without_feeds(desk, interaction.guild_id or 0)]
    view.add_item(ui.TextDisplay("\n".join(each for each in heading if each)))
    namesakes = [
        (region, there)
        for region, there in _namesakes(interaction, desk.regions)
        if (there.target, region.code) not in orders
    ]
    new = [(region, there) for region, there in namesakes if _is_open(there)]
    shut = [f"-# {there.mention}: I lack {listed(there.lacks)} there" for _, there in namesakes if there.lacks]
    if new:
        lines = "\n".join(_line(region.code, there, desk.regions) for region, there in new[:MOST])
        said = ui.TextDisplay[Any](f"These channels bear the names of regions:\n{lines}")
        view.add_item(ui.Container[Any](said, ui.ActionRow(Propose(chosen, desk.regions))))
    children: list[ui.Item[Any]] = [
        ui.TextDisplay(f"{'Or choose' if new else 'Choose'} regions, and where their articles shall go:"),
        ui.ActionRow(PickRegions(chosen, desk.regions)),
        ui.ActionRow(PickChannel(chosen, desk.regions)),
    ]
    if chosen.regions and chosen.channel:
        names = ", ".join(escape(region_name(desk.regions, code)) for code in chosen.regions)
        children += [ui.TextDisplay(f"**{names}** → <#{chosen.channel}>"), ui.ActionRow(Confirm(chosen, desk.regions))]
    view.add_item(ui.Container[Any](*children))
    if shut:
        view.add_item(ui.TextDisplay("\n".join(["These could be proposed too:", *shut[:_MOST_SHUT]])))
    more = "`/desk subscribe` says more: a role to mention, words to look for, silence. `/desk feed add` adds a feed."
    return view.add_item(ui.TextDisplay(f"-# {more}"))


def _namesakes(interaction: Admin, regions: Regions) -> Iterator[tuple[Region, Destination]]:
    """Regions, and channels that go by their names."""
    for channel in interaction.guild.channels if interaction.guild else ():
        code = regions.from_tag(channel.name) if channel.type in KINDS else None
        if code is not None:
            yield regions[code], destination(interaction, channel)


def _is_open(there: Destination) -> bool:
    """Whether what is ordered can be posted there as it is."""
    try:
        there.must_be_open()
        there.tag_named("")
    except NewsError:
        return False
    return True


async def _order(desk: Desk, guild: int, pairs: Iterable[tuple[str, Destination]]) -> str:
    """Give the orders, and tell what came of each. One that stands already is left as it is."""
    done: list[str] = []
    failed: list[str] = []
    standing = {(each.target, each.region) for each in await desk.archive.subscriptions(guild)}
    for code, there in pairs:
        if (there.target, code) in standing:
            continue
        try:
            there.must_be_open()
            await place(desk, Subscription(there.target, code, guild=guild, kind=there.kind, tag=there.tag_named("")))
            done.append(_line(code, there, desk.regions))
        except NewsError as error:
            failed.append(str(error))
    told = ["Ordered:", *done] if done else []
    return "\n".join([*told, *dict.fromkeys(failed)]) or "All of that is ordered already."


def _line(code: str, there: Destination, regions: Regions) -> str:
    return f"- **{escape(region_name(regions, code))}** → {there.mention}"

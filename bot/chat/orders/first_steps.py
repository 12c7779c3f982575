"""First steps in a server: which regions go to which channels, proposed or chosen, shown, and done on a click."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import Any, cast

import discord
from discord import ui
from discord.ext import commands

from bot.chat.desk import desk_of
from bot.chat.orders.destination import KINDS, CannotPost, Destination, destination, told_of
from bot.chat.orders.standing import place, without_feeds
from bot.chat.pages import menus
from bot.chat.pages.answers import listed
from bot.chat.pages.choices import region_name
from bot.chat.trouble import explain
from bot.delivery.text import escape, size
from bot.errors import NewsError
from bot.model import Subscription
from bot.regions import Region, Regions

_MOST_SHUT = 10  # channels that are named
_MENUS = 9  # of regions: with all else, an answer has room for no more
_SOON = 50  # orders that can be given in the seconds for which Discord waits
_LINES, _NAMES = 30, 30  # of what was ordered, and of what was chosen, that are named
_ORDERED, _PROPOSED, _CHOSEN, _GONE, _SHUT = 1300, 1300, 400, 100, 400  # characters of each: a message has 4000
_MENU = "su:regions"
_STATE = r"(?P<channel>\d{1,20})"
_OTHERS_NOW = (
    "⚠️ **Nothing was ordered:** these are no longer the channels and regions that stood there. Look again, please."
)

Admin = discord.Interaction[Any]


@dataclass(frozen=True, slots=True)
class Chosen:
    """What has been picked so far: the channel stands in the names of all buttons, the regions in their own menus.

    So what is read back is what was shown, whichever regions there are by then.
    """

    regions: tuple[str, ...] = ()
    channel: int = 0
    gone: tuple[str, ...] = ()  # names of what was picked and is no region any more

    def name(self, what: str) -> str:
        return f"su:{what}:{self.channel}"

    @classmethod
    def read(cls, interaction: Admin, channel: int, picked: Mapping[str, Sequence[str]] | None = None) -> "Chosen":
        """What the message shows as chosen; from a menu that was just used, what was picked there."""
        known, now = desk_of(interaction).regions, picked or {}
        chosen = [
            option
            for menu in _shown_menus(interaction)
            for option in menu.options
            if (option.value in now[menu.custom_id] if menu.custom_id in now else option.default)
        ]
        codes = tuple(each.value for each in chosen if each.value in known)
        return cls(codes, channel, tuple(each.label for each in chosen if each.value not in known))


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


class Propose(_Step, ui.DynamicItem[ui.Button[Any]], template=rf"su:match:(?P<mark>[0-9a-f]{{16}}):{_STATE}"):
    """Orders every region for the channel that bears its name, as it stands above the button."""

    def __init__(self, chosen: Chosen, mark: str) -> None:
        self.chosen, self.mark = chosen, mark
        name = chosen.name(f"match:{mark}")
        super().__init__(ui.Button(label="Order these", custom_id=name, style=discord.ButtonStyle.primary))

    @classmethod
    async def from_custom_id(cls, interaction: Admin, item: ui.Item[Any], match: re.Match[str]) -> "Propose":
        return cls(Chosen.read(interaction, int(match["channel"])), match["mark"])

    async def step(self, interaction: Admin) -> None:
        proposed, _ = await _proposed(interaction)
        as_shown = _mark(proposed) == self.mark
        pairs = [(region.code, there) for region, there in proposed]
        done = await _order(interaction, pairs) if as_shown else _OTHERS_NOW
        await _redraw(interaction, self.chosen, done)


class PickRegions(_Step, ui.DynamicItem[ui.Select[Any]], template=rf"{_MENU}(?P<menu>\d?):{_STATE}"):
    """A menu of the regions, or one of several."""

    def __init__(self, chosen: Chosen, select: ui.Select[Any]) -> None:
        self.chosen = chosen
        super().__init__(select)

    @classmethod
    def of(cls, chosen: Chosen, offered: menus.Menu, number: int, several: bool) -> "PickRegions":
        select = ui.Select[Any](
            custom_id=chosen.name(f"{_MENU.removeprefix('su:')}{number or ''}"),
            placeholder=menus.named("Which regions?", offered, several),
            options=list(offered),
            min_values=0,
            max_values=len(offered),
        )
        return cls(chosen, select)

    @classmethod
    async def from_custom_id(cls, interaction: Admin, item: ui.Item[Any], match: re.Match[str]) -> "PickRegions":
        return cls(Chosen(channel=int(match["channel"])), cast(ui.Select[Any], item))

    async def step(self, interaction: Admin) -> None:
        picked = {self.item.custom_id: self.item.values}
        await _redraw(interaction, Chosen.read(interaction, self.chosen.channel, picked))


class PickChannel(_Step, ui.DynamicItem[ui.ChannelSelect[Any]], template=rf"su:channel:{_STATE}"):
    """A menu of the channels."""

    def __init__(self, chosen: Chosen) -> None:
        self.chosen = chosen
        picked = [discord.SelectDefaultValue(id=chosen.channel, type=discord.SelectDefaultValueType.channel)]
        super().__init__(
            ui.ChannelSelect(
                custom_id=chosen.name("channel"),
                placeholder="To which channel?",
                channel_types=list(KINDS),
                default_values=picked if chosen.channel else [],
            )
        )

    @classmethod
    async def from_custom_id(cls, interaction: Admin, item: ui.Item[Any], match: re.Match[str]) -> "PickChannel":
        return cls(Chosen.read(interaction, int(match["channel"])))

    async def step(self, interaction: Admin) -> None:
        for channel in self.item.values:
            destination(interaction, channel).must_be_open()
            await _redraw(interaction, replace(self.chosen, channel=channel.id))


class Confirm(_Step, ui.DynamicItem[ui.Button[Any]], template=rf"su:go:{_STATE}"):
    """Orders the regions that were picked for the channel that was picked."""

    def __init__(self, chosen: Chosen) -> None:
        self.chosen = chosen
        name = chosen.name("go")
        super().__init__(ui.Button(label="Do it", custom_id=name, style=discord.ButtonStyle.primary))

    @classmethod
    async def from_custom_id(cls, interaction: Admin, item: ui.Item[Any], match: re.Match[str]) -> "Confirm":
        return cls(Chosen.read(interaction, int(match["channel"])))

    async def step(self, interaction: Admin) -> None:
        if self.chosen.gone:
            await _redraw(interaction, self.chosen, "**Nothing was ordered.**")
            return
        guild = told_of(interaction)
        channel = guild.get_channel_or_thread(self.chosen.channel) if guild else None
        if channel is None:
            raise CannotPost(
                "I cannot see that channel. Give me the permission **View Channel** there, or pick another."
            )
        there = destination(interaction, channel)
        pairs = [(code, there) for code in self.chosen.regions]
        await _redraw(interaction, Chosen(), await _order(interaction, pairs))


# --- what is shown and done -----------------------------------------------------------------------------------


async def _redraw(interaction: Admin, chosen: Chosen, done: str = "") -> None:
    view = await _view(interaction, chosen, done)
    if interaction.response.is_done():
        await interaction.edit_original_response(view=view)
    else:
        await interaction.response.edit_message(view=view)


async def _view(interaction: Admin, chosen: Chosen, done: str = "") -> ui.LayoutView:
    desk = desk_of(interaction)
    view = ui.LayoutView(timeout=None)
    heading = [done, _told_gone(chosen.gone), "## First steps", await without_feeds(desk, interaction.guild_id or 0)]
    view.add_item(ui.TextDisplay("\n".join(each for each in heading if each)))
    new, shut = await _proposed(interaction)
    if new:
        lines = "\n".join(_line(region.code, there, desk.regions) for region, there in new)
        said = ui.TextDisplay[Any](f"These channels bear the names of regions:\n{lines}")
        view.add_item(ui.Container[Any](said, ui.ActionRow(Propose(chosen, _mark(new)))))
    every = menus.menus(menus.options(desk.regions, chosen.regions), _MENUS)
    left = len(desk.regions) - sum(map(len, every))
    children: list[ui.Item[Any]] = [
        ui.TextDisplay(f"{'Or choose' if new else 'Choose'} regions, and where their articles shall go:"),
        *(ui.ActionRow[Any](PickRegions.of(chosen, menu, at, len(every) > 1)) for at, menu in enumerate(every)),
        *([ui.TextDisplay(f"-# {left} more regions: `/desk subscribe` orders each by its name.")] if left else []),
        ui.ActionRow(PickChannel(chosen)),
    ]
    if chosen.regions and chosen.channel:
        names = _names([region_name(desk.regions, code) for code in chosen.regions], _CHOSEN)
        said = ui.TextDisplay(f"**{names}** → <#{chosen.channel}>")
        children += [said, ui.ActionRow(Confirm(chosen))]
    view.add_item(ui.Container[Any](*children))
    if shut:
        each_lacks = (f"-# {there.mention}: I lack {listed(there.lacks)} there" for there in shut[:_MOST_SHUT])
        lacks = _fitting(each_lacks, _SHUT)
        view.add_item(ui.TextDisplay("\n".join(["These could be proposed too:", *lacks])))
    more = "`/desk subscribe` says more: a role to mention, words to look for, silence. `/desk feed add` adds a feed."
    return view.add_item(ui.TextDisplay(f"-# {more}"))


def _shown_menus(interaction: Admin) -> Iterator[ui.Select[Any]]:
    """The menus of regions in the message that somebody looks at."""
    shown = ui.LayoutView.from_message(interaction.message, timeout=None) if interaction.message else ui.LayoutView()
    for each in shown.walk_children():
        if isinstance(each, ui.Select) and each.custom_id.startswith(_MENU):
            yield each


def _told_gone(names: Sequence[str]) -> str:
    if not names:
        return ""
    return f"⚠️ Of what you had picked, this is no region any more: **{_names(names, _GONE)}**."


async def _proposed(interaction: Admin) -> tuple[list[tuple[Region, Destination]], list[Destination]]:
    """What could be ordered for channels by their names, as much as is shown at once; and channels that are shut."""
    desk = desk_of(interaction)
    orders = {(each.target, each.region) for each in await desk.archive.subscriptions(interaction.guild_id or 0)}
    namesakes = [
        (region, there)
        for region, there in _namesakes(interaction, desk.regions)
        if (there.target, region.code) not in orders
    ]
    new = [(region, there) for region, there in namesakes if _is_open(there)]
    lines = (_line(region.code, there, desk.regions) for region, there in new[:_LINES])
    return new[: len(_fitting(lines, _PROPOSED))], [there for _, there in namesakes if there.lacks]


def _namesakes(interaction: Admin, regions: Regions) -> Iterator[tuple[Region, Destination]]:
    """Regions, and channels that go by their names."""
    guild = told_of(interaction)
    for channel in guild.channels if guild else ():
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


async def _order(interaction: Admin, pairs: Sequence[tuple[str, Destination]]) -> str:
    """Give the orders, and tell what came of each. One that stands already is left as it is."""
    desk, guild = desk_of(interaction), interaction.guild_id or 0
    if len(pairs) > _SOON:
        await interaction.response.defer()
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
    wrong = _fitting(dict.fromkeys(failed), _ORDERED // 2)
    lines = _fitting(done[:_LINES], _ORDERED - sum(map(len, wrong)))
    rest = [f"- and {len(done) - len(lines)} more"] if len(done) > len(lines) else []
    told = ["Ordered:", *lines, *rest] if done else []
    return "\n".join([*told, *wrong]) or "All of that is ordered already."


def _mark(proposed: Iterable[tuple[Region, Destination]]) -> str:
    """By which a click knows whether all that it would order is what stood there."""
    pairs = "\n".join(f"{region.code} {there.target}" for region, there in proposed)
    return blake2b(pairs.encode(), digest_size=8).hexdigest()


def _names(every: Sequence[str], room: int) -> str:
    names = _fitting(map(escape, every[:_NAMES]), room)
    rest = len(every) - len(names)
    return f"{', '.join(names)} and {rest} more" if rest else ", ".join(names)


def _fitting(lines: Iterable[str], room: int) -> list[str]:
    """As many of them as have room, in characters; of octets twice as many may be there."""
    fitting: list[str] = []
    for each in lines:
        shown = "\n".join([*fitting, each])
        if len(shown) > room or size(shown) > 2 * room:
            break
        fitting.append(each)
    return fitting


def _line(code: str, there: Destination, regions: Regions) -> str:
    return f"- **{escape(region_name(regions, code))}** → {there.mention}"

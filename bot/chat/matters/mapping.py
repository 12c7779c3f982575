"""Tags that nobody mapped: told to those who may say what they mean, and buttons that say it.

They are told of the tags of their server's own feeds, and of the operator's where no other server has ordered anything.
The first are told at once. Tags that come later wait for the day's end, so that a feed which invents one for every
article is one message a day, not one for each.
"""

import asyncio
import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, cast

import discord
from discord import ui
from discord.ext import commands

from bot.chat.desk import Desk, desk_of, speaks_for_all
from bot.chat.matters import releases
from bot.chat.orders.standing import feed_name
from bot.chat.pages import menus
from bot.chat.pages.choices import region_name
from bot.chat.trouble import explain
from bot.delivery.route import route
from bot.delivery.text import clean, cut, escape
from bot.errors import NewsError, NotFound
from bot.intake import ledger
from bot.intake.classify import NO_REGION
from bot.intake.ledger import Ledger
from bot.model import OPERATOR, Feed
from bot.regions import Regions

MOST = 4  # tags in one message that can be mapped one by one
_NAMED = 30  # others
_ASKED = "asked of tags:"  # before a button's key: the archive remembers which tags it speaks of
_TAG = 60  # characters of each
_MENUS = 12  # of regions: an answer has room for no more
_TEMPLATE = r"mt:(?P<feed>[0-9]{1,18}):(?P<tag>[0-9a-f]{16}):(?P<region>[a-z0-9-]{1,50})"
_OTHER = r"mo:(?P<feed>[0-9]{1,18}):(?P<tag>[0-9a-f]{16})"
_PICK = r"mp(?P<menu>\d{0,2}):(?P<feed>[0-9]{1,18}):(?P<tag>[0-9a-f]{16})"
_HEADING = (
    "🏷️ **Nobody has said what these tags mean.** Their articles go where their words point; "
    "once a tag has a region, so do all that carry it."
)

_FOR_ALL = "This is a feed for everybody. Only whoever runs the bot can say what its tags mean."

Interaction = discord.Interaction[Any]


@dataclass(frozen=True, slots=True)
class OpenTag:
    """A tag that nobody mapped, and whose it is."""

    feed: Feed
    tag: ledger.Unmapped

    @property
    def key(self) -> str:
        return f"{self.feed.id}:{_short(self.tag.tag)}"


class OfTags:
    """One of the matters that are told."""

    memo = "told of tags:"

    async def guilds(self, desk: Desk) -> set[int]:
        """Who may say what a tag means."""
        return {guild for guild in _by_server(await _open(desk), await desk.archive.only_server()) if guild}

    async def reasons(self, desk: Desk, told: Mapping[int, Collection[str]]) -> dict[int, set[str]]:
        """Every tag is one; but what came today waits, where something was told before."""
        today = f"{desk.clock.now():%Y-%m-%d}"
        if len(told) == 1:
            tags = {guild: await _open_for(desk, guild) for guild in told}
        else:
            tags = _by_server(await _open(desk), await desk.archive.only_server())
        return {
            guild: {
                each.key for each in tags.get(guild, ()) if not before or each.key in before or each.tag.met < today
            }
            for guild, before in told.items()
        }

    async def view(self, desk: Desk, guild: int, keys: Collection[str]) -> ui.LayoutView:
        """A message that asks what these mean."""
        found = [each for each in await _open_for(desk, guild) if each.key in keys]
        view = ui.LayoutView(timeout=None)
        view.add_item(ui.TextDisplay(_HEADING if found else "All these tags are mapped by now."))
        return view.add_item(ui.Container[Any](*await questions(found, desk))) if found else view

    def tells(self, message: Mapping[str, Any], keys: Collection[str]) -> bool:
        """Whether a message that we find in a channel asks about any of these."""
        return any(f"mt:{key}:{NO_REGION}" in releases.custom_ids(message) for key in keys)


async def questions(found: Iterable[OpenTag], desk: Desk) -> list[ui.Item[Any]]:
    """What to ask: first the tags that seem to mean a region, then the frequent ones. Others are only named."""
    ranked = sorted(found, key=lambda each: (each.tag.region is None, -each.tag.articles))
    items: list[ui.Item[Any]] = []
    for each in ranked[:MOST]:
        feed, tag = each.feed, each.tag
        articles = "1 article" if tag.articles == 1 else f"{tag.articles:,} articles"
        name = f"**{_shown(tag.tag)}** in {escape(cut(feed_name(feed), 60, 180))}"
        row = ui.ActionRow[Any]()
        if tag.region:
            row.add_item(Map(feed.id, tag.tag, tag.region, cut(region_name(desk.regions, tag.region), 70)))
        row.add_item(Other(feed.id, tag.tag, "Another region …" if tag.region else "A region …"))
        row.add_item(Map(feed.id, tag.tag, NO_REGION, "No region"))
        items += [ui.TextDisplay[Any](f"{name} ({articles})"), row]
    if rest := ranked[MOST : MOST + _NAMED]:
        named = ", ".join(_named(rest, {each.tag.tag.casefold() for each in ranked[:MOST]}))
        more = f" and {len(ranked) - MOST - _NAMED:,} more" if len(ranked) > MOST + _NAMED else ""
        keys = [each.key for each in rest]
        button = Rest(_short(" ".join(keys)))
        await desk.archive.remember(f"{_ASKED}{button.key}", json.dumps(keys))
        items += [ui.TextDisplay[Any](f"-# Also: {named}{more}"), ui.ActionRow[Any](button)]
    return items


def _named(rest: Sequence[OpenTag], asked: Collection[str]) -> Iterator[str]:
    """Each tag once, however many feeds have it; with its feed where one of that name was asked about already."""
    spelt: dict[str, list[OpenTag]] = {}
    for each in rest:
        spelt.setdefault(each.tag.tag.casefold(), []).append(each)
    for tag, those in spelt.items():
        where = escape(cut(feed_name(those[0].feed), 60, 180)) if len(those) == 1 else f"{len(those)} other feeds"
        yield f"{_shown(those[0].tag.tag)} in {where}" if tag in asked else _shown(those[0].tag.tag)


def _shown(tag: str) -> str:
    return escape(cut(clean(tag), _TAG, _TAG * 3))


async def open_in(desk: Desk, guild: int, feeds: Sequence[Feed], ledgers: Mapping[int, Ledger]) -> list[OpenTag]:
    """The open tags of those of these feeds for which this server may speak."""
    only = await desk.archive.only_server()
    own = [each for each in feeds if each.owner == guild or (each.owner == OPERATOR and only == guild)]
    return [OpenTag(feed, tag) for feed in own for tag in ledger.unmapped(ledgers[feed.id], feed, desk.regions)]


class Map(ui.DynamicItem[ui.Button[Any]], template=_TEMPLATE):
    """Maps the tag above it."""

    def __init__(self, feed: int, tag: str, region: str, label: str = "…") -> None:
        self.feed, self.tag, self.region = feed, _short(tag), region
        super().__init__(ui.Button(label=label, custom_id=f"mt:{feed}:{self.tag}:{region}"))

    @classmethod
    async def from_custom_id(cls, interaction: Interaction, item: ui.Item[Any], match: re.Match[str]) -> "Map":
        found = cls(int(match["feed"]), "", match["region"])
        found.tag = match["tag"]
        return found

    async def callback(self, interaction: Interaction) -> None:
        try:
            said = await _means(interaction, self.feed, self.tag, self.region)
            await interaction.response.edit_message(view=_answered(interaction))
            await interaction.followup.send(said, ephemeral=True)
        except Exception as error:
            await explain(interaction, error)  # the library would only log it


class Other(ui.DynamicItem[ui.Button[Any]], template=_OTHER):
    """Offers all regions for the tag above it."""

    def __init__(self, feed: int, tag: str, label: str = "…") -> None:
        self.feed, self.tag = feed, _short(tag)
        super().__init__(ui.Button(label=label, custom_id=f"mo:{feed}:{self.tag}"))

    @classmethod
    async def from_custom_id(cls, interaction: Interaction, item: ui.Item[Any], match: re.Match[str]) -> "Other":
        found = cls(int(match["feed"]), "")
        found.tag = match["tag"]
        return found

    async def callback(self, interaction: Interaction) -> None:
        try:
            feed, tag = await _asked(interaction, self.feed, self.tag)
            name = f"“{escape(cut(clean(tag), 100))}” in {escape(feed_name(feed))}"
            view = ui.LayoutView(timeout=None)
            view.add_item(ui.TextDisplay(f"What does {name} mean?"))
            every = _menus(desk_of(interaction).regions)
            for menu, options in enumerate(every):
                pick = Pick(self.feed, self.tag, menu, options, several=len(every) > 1)
                view.add_item(ui.ActionRow[Any](pick))
            await interaction.response.send_message(view=view, ephemeral=True)
        except Exception as error:
            await explain(interaction, error)


class Pick(ui.DynamicItem[ui.Select[Any]], template=_PICK):
    """A menu of the regions that a tag may mean, or one of several."""

    def __init__(
        self, feed: int, short: str, menu: int = 0, options: menus.Menu = (), *, several: bool = False
    ) -> None:
        self.feed, self.tag = feed, short
        words = menus.named("Which region?", options, several)
        name = f"mp{menu or ''}:{feed}:{short}"
        super().__init__(ui.Select(placeholder=words, options=list(options), custom_id=name))

    @classmethod
    async def from_custom_id(cls, interaction: Interaction, item: ui.Item[Any], match: re.Match[str]) -> "Pick":
        return cls(int(match["feed"]), match["tag"], int(match["menu"] or 0))

    async def callback(self, interaction: Interaction) -> None:
        try:
            said = await _means(interaction, self.feed, self.tag, self.item.values[0])
            view = ui.LayoutView(timeout=None)
            await interaction.response.edit_message(view=view.add_item(ui.TextDisplay(said)))
        except Exception as error:
            await explain(interaction, error)


class Rest(ui.DynamicItem[ui.Button[Any]], template=r"mr:(?P<key>[0-9a-f]{16})"):
    """Says of all tags that a message only names that they mean no region."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(ui.Button(label="None of these is a region", custom_id=f"mr:{key}"))

    @classmethod
    async def from_custom_id(cls, interaction: Interaction, item: ui.Item[Any], match: re.Match[str]) -> "Rest":
        return cls(match["key"])

    async def callback(self, interaction: Interaction) -> None:
        try:
            desk = desk_of(interaction)
            releases.must_run_the_server(interaction)
            keys = json.loads(await desk.archive.recall(f"{_ASKED}{self.key}") or "[]")
            found = [each for each in await _open_for(desk, interaction.guild_id or 0) if each.key in keys]
            if any(each.feed.owner == OPERATOR for each in found) and not await speaks_for_all(interaction):
                raise NewsError(_FOR_ALL)
            for each in found:
                await desk.feeds.means(each.feed, each.tag.tag, NO_REGION, route)
            await interaction.response.edit_message(view=_answered(interaction))
            means = "1 tag means" if len(found) == 1 else f"{len(found):,} tags mean"
            await interaction.followup.send(f"{means} no region from now on.", ephemeral=True)
        except Exception as error:
            await explain(interaction, error)


def add_to(client: commands.AutoShardedBot) -> None:
    """Make the buttons work, also in messages that were sent before a restart."""
    client.add_dynamic_items(Map, Other, Pick, Rest)


def _menus(regions: Regions) -> list[menus.Menu]:
    """The regions, and that it is none."""
    none = discord.SelectOption(label="No region", value=NO_REGION)
    return menus.menus([*menus.options(regions), none], _MENUS)


async def _means(interaction: Interaction, number: int, short: str, region: str) -> str:
    """From now on that tag means that region; what that changed at once."""
    desk = desk_of(interaction)
    feed, tag = await _asked(interaction, number, short)
    if region not in desk.regions and region != NO_REGION:
        raise NotFound("There is no such region any more. `/desk status` shows how things stand.")
    articles, owed = await desk.feeds.means(feed, tag, region, route)
    if owed:
        desk.nudge()
    means = "no region" if region == NO_REGION else f"**{escape(region_name(desk.regions, region))}**"
    said = f"“{escape(cut(clean(tag), 100))}” in {escape(feed_name(feed))} means {means} from now on."
    if not articles:
        return said
    follow = "1 article that is here follows" if articles == 1 else f"{articles} articles that are here follow"
    posts = {0: "nothing is posted for that", 1: "1 post is on its way"}.get(owed, f"{owed} posts are on their way")
    return f"{said} {follow}; {posts}."


async def _asked(interaction: Interaction, number: int, short: str) -> tuple[Feed, str]:
    """The feed and the tag that a button is for, if whoever pressed it may say what that means."""
    desk = desk_of(interaction)
    releases.must_run_the_server(interaction)
    feed = next((each for each in await desk.archive.feeds() if each.id == number), None)
    kept = ledger.read(await desk.archive.recall(f"{ledger.KEYS}{number}"))
    tag = next((each for each in kept.tags if _short(each) == short), None)
    if feed is None or tag is None or feed.owner not in (OPERATOR, interaction.guild_id):
        raise NotFound("That feed or that tag is no longer there. `/desk status` shows how things stand.")
    if feed.owner == OPERATOR and not await speaks_for_all(interaction):
        raise NewsError(_FOR_ALL)
    return feed, tag


def _answered(interaction: Interaction) -> ui.LayoutView:
    """The same message, its question answered."""
    assert interaction.message is not None
    pressed = cast(Mapping[str, Any], interaction.data or {}).get("custom_id")
    view = ui.LayoutView.from_message(interaction.message, timeout=None)
    for row in view.walk_children():
        if isinstance(row, ui.ActionRow) and any(getattr(each, "custom_id", "") == pressed for each in row.children):
            for each in row.children:
                if isinstance(each, ui.Button):
                    each.disabled = True
                    each.style = discord.ButtonStyle.success if each.custom_id == pressed else each.style
    return view


async def _open(desk: Desk) -> list[OpenTag]:
    """Every tag that nobody mapped."""
    kept = await desk.archive.recalled(ledger.KEYS)
    feeds = await desk.archive.feeds() if kept else []
    return await asyncio.to_thread(_left, feeds, kept, desk.regions)  # a thousand ledgers are much to read


def _left(feeds: Sequence[Feed], kept: Mapping[str, str], regions: Regions) -> list[OpenTag]:
    read = ((feed, ledger.read(kept[str(feed.id)])) for feed in feeds if str(feed.id) in kept)
    return [OpenTag(feed, tag) for feed, found in read for tag in ledger.unmapped(found, feed, regions)]


async def _open_for(desk: Desk, guild: int) -> list[OpenTag]:
    """Those of one server, for which nobody else's ledgers are read."""
    if await desk.archive.only_server() == guild:
        return _by_server(await _open(desk), guild).get(guild, [])
    feeds = await desk.archive.feeds(guild)
    kept = {str(each.id): await desk.archive.recall(f"{ledger.KEYS}{each.id}") or "" for each in feeds}
    return await asyncio.to_thread(_left, feeds, kept, desk.regions) if feeds else []


def _by_server(found: Iterable[OpenTag], only: int) -> dict[int, list[OpenTag]]:
    """By who may say what they mean: `only` is the one server that has ordered anything; where there are others,
    nobody there speaks for all."""
    tags: dict[int, list[OpenTag]] = {}
    for each in found:
        tags.setdefault(only if each.feed.owner == OPERATOR else each.feed.owner, []).append(each)
    return tags


def _short(tag: str) -> str:
    """A tag is longer than a button's name may be."""
    return blake2b(tag.encode("utf-8", "replace"), digest_size=8).hexdigest()

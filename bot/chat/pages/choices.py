"""What the options of commands offer: regions, headlines, authors, days, this server's own things."""

import asyncio
import logging
from collections.abc import Awaitable, Iterable
from typing import Any, TypeVar

import discord
from discord import app_commands
from discord.app_commands import Choice

from bot.chat.desk import desk_of, viewer_of
from bot.chat.pages.pager import pick
from bot.delivery.text import clean, cut
from bot.errors import NewsError
from bot.intake.addresses import spoken
from bot.model import OPERATOR, ROUNDUP, Subscription, Viewer
from bot.regions import Region, Regions, fold_tag

log = logging.getLogger(__name__)

MOST = 25  # choices that Discord shows
LONGEST = 100  # characters of a choice, both of what it shows and of what it stands for
PATIENCE = 0.9  # seconds; after that nobody looks at the list any more
EVERYTHING = "*"
_EVERY_REGION = "All regions"
_EVERY = frozenset(map(fold_tag, ("all", _EVERY_REGION, "every region", "everything")))
_ROUND_UP = "Weekly round-up"
_DAYS = ("today", "yesterday", "1 week ago", "1 month ago", "3 months ago", "1 year ago")

T = TypeVar("T")
Reader = discord.Interaction[Any]
AnyCommand = app_commands.Command[Any, ..., Any]


def offer_regions(command: AnyCommand, regions: Regions, option: str = "region") -> None:
    """The regions as a fixed list; where an operator has more than fit, as suggestions."""
    if len(regions) <= MOST:
        fixed = [Choice(name=cut(clean(each.name), LONGEST), value=each.code) for each in regions]
        app_commands.choices(**{option: fixed})(command)
    else:
        command.autocomplete(option)(some_regions)


async def some_regions(interaction: Reader, typed: str) -> list[Choice[str]]:
    """The regions that go by what was typed."""
    return [_region(each) for each in _called(desk_of(interaction).regions, typed)][:MOST]


async def regions_or_all(interaction: Reader, typed: str) -> list[Choice[str]]:
    """The regions, and all of them together."""
    every = [Choice(name=_EVERY_REGION, value=EVERYTHING)] if fold_tag(typed) in fold_tag(_EVERY_REGION) else []
    return [*await some_regions(interaction, typed), *every][:MOST]


async def subscribed_regions(interaction: Reader, typed: str) -> list[Choice[str]]:
    """The regions that this server has ordered."""
    desk = desk_of(interaction)
    orders = await _quickly(desk.archive.subscriptions(interaction.guild_id or 0), [])
    codes = dict.fromkeys(each.region for each in orders)
    named = [Choice(name=region_name(desk.regions, code), value=code) for code in codes]
    return [each for each in named if fold_tag(typed) in fold_tag(each.name)][:MOST]


async def headlines(interaction: Reader, typed: str) -> list[Choice[str]]:
    """Headlines with the words typed so far; picking one opens that article."""
    asker = interaction.user.id  # nobody's typing may crowd out the others
    found = await _quickly(desk_of(interaction).archive.headlines(typed, viewer_of(interaction), MOST, asker), [])
    return [Choice(name=name, value=pick(each)) for each in found[:MOST] if (name := cut(clean(each.title), LONGEST))]


async def authors(interaction: Reader, typed: str) -> list[Choice[str]]:
    """Names of authors whom this reader may read."""
    return await _authors(interaction, typed, viewer_of(interaction))


async def public_authors(interaction: Reader, typed: str) -> list[Choice[str]]:
    """Names of authors who write for everybody: what is a server's own goes into no direct message."""
    return await _authors(interaction, typed, OPERATOR)


async def _authors(interaction: Reader, typed: str, viewer: Viewer) -> list[Choice[str]]:
    asker = interaction.user.id
    found = await _quickly(desk_of(interaction).archive.authors(typed, viewer, MOST, asker), [])
    names = dict.fromkeys(clean(each) for each in found)
    return [Choice(name=each, value=each) for each in names if 0 < len(each) <= LONGEST][:MOST]


async def days(interaction: Reader, typed: str) -> list[Choice[str]]:
    """Ways to name a day; any other that the archive understands may be typed."""
    said = [typed.strip()] if typed.strip() and typed.strip() not in _DAYS else []
    fitting = [each for each in _DAYS if typed.strip().casefold() in each]
    return [Choice(name=cut(each, LONGEST), value=each[:LONGEST]) for each in [*said, *fitting]]


async def own_feeds(interaction: Reader, typed: str) -> list[Choice[str]]:
    """This server's own feeds."""
    feeds = await _quickly(desk_of(interaction).archive.feeds(interaction.guild_id or 0), [])
    named = [(" · ".join(filter(None, (clean(each.title), spoken(each.url)))), f"#{each.id}") for each in feeds]
    fitting = [pair for pair in named if typed.casefold() in pair[0].casefold()]
    return [Choice(name=cut(name, LONGEST), value=value) for name, value in fitting[:MOST]]


async def forum_tags(interaction: Reader, typed: str) -> list[Choice[str]]:
    """The tags of the forum that was chosen a moment ago."""
    chosen = getattr(interaction.namespace, "channel", None)
    forum = interaction.guild.get_channel(chosen.id) if interaction.guild and chosen else None
    if not isinstance(forum, discord.ForumChannel):
        return []
    names = [each.name for each in forum.available_tags]
    return [Choice(name=each, value=each) for each in names if typed.casefold() in each.casefold()][:MOST]


def region_name(regions: Regions, code: str) -> str:
    """What a region is called, also one that the operator no longer has."""
    if code in (EVERYTHING, ROUNDUP):
        return _EVERY_REGION if code == EVERYTHING else _ROUND_UP
    found = regions.get(code)
    return cut(clean(found.name), LONGEST) if found else code


def wanted_region(regions: Regions, typed: str) -> str:
    """The code that a person means, or the sign for all of them."""
    if typed.strip() == EVERYTHING or fold_tag(typed) in _EVERY:
        return EVERYTHING
    return regions.named(typed).code


def ordered_region(regions: Regions, typed: str, orders: Iterable[Subscription]) -> str:
    """As wanted_region; a region that is ordered may be named also when the operator no longer has it."""
    return typed if any(each.region == typed for each in orders) else wanted_region(regions, typed)


def _called(regions: Regions, typed: str) -> list[Region]:
    wanted = fold_tag(typed)
    return [each for each in regions if any(wanted in fold_tag(word) for word in (each.code, each.name, *each.aliases))]


def _region(region: Region) -> Choice[str]:
    return Choice(name=cut(clean(region.name), LONGEST), value=region.code)


async def _quickly(work: Awaitable[list[T]], otherwise: list[T]) -> list[T]:
    """Suggestions that come too late, or not at all, are no reason to disturb somebody who is typing."""
    try:
        async with asyncio.timeout(PATIENCE):
            return await work
    except (TimeoutError, NewsError) as error:
        log.info("suggested nothing reason=%s", error or "too slow")
        return otherwise

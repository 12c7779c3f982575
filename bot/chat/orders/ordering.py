"""A region for a channel, as an admin orders it and changes it."""

import re
from dataclasses import dataclass, replace
from typing import Any, Literal

import discord
from discord.app_commands import Choice

from bot.chat.desk import Desk
from bot.chat.orders import standing
from bot.chat.orders.destination import Destination
from bot.chat.orders.weekly import zone_meant
from bot.chat.pages.choices import MOST
from bot.delivery.terms import BadTerms, Terms, make_terms, read_terms
from bot.delivery.weekly import BadPlan, read_time, zones_like
from bot.model import Subscription

_TIME = r"\d{1,2}(?:[:.h]\d{2}|h\b)?(?:\s*[ap]m\b)?"
_HOURS = re.compile(
    rf"(?:from\s+)?(?P<start>{_TIME})\s*(?:-|–|—|to|until)\s*(?P<end>{_TIME})[\s,(]*(?P<zone>[a-z].*?)?(?:\s+time)?\)?",
    re.IGNORECASE,
)
_NIGHTS = ("22:00-07:00", "23:00-07:00", "00:00-06:00")


@dataclass(frozen=True, slots=True)
class Wish:
    """What an admin said of an order; what is left out stays as it was."""

    mention: discord.Role | None = None
    silent: bool | None = None
    publish: bool | None = None
    tag: str = ""
    include: str = ""
    exclude: str = ""
    quiet: str = ""
    cap: int | None = None
    style: Literal["card", "compact"] | None = None
    colour: str = ""
    credit: bool | None = None
    anew: bool = False  # nothing stays


async def order(desk: Desk, guild: int, channel: Destination, region: str, wish: Wish) -> str:
    """Place the order of a region for a channel, or change it; the answer to whoever gave it."""
    channel.must_take(wish.mention, wish.publish)
    found = await standing.found(desk, guild, channel.target, region)
    old = found if found and not wish.anew else Subscription(channel.target, region, guild=guild)
    wanted = replace(
        old,
        kind=channel.kind,
        mention=wish.mention.id if wish.mention else old.mention,
        silent=old.silent if wish.silent is None else wish.silent,
        publish=channel.kind == "announcement" and (old.publish if wish.publish is None else wish.publish),
        tag=_tag(channel, wish.tag, old.tag),
        include=standing.understood("include", wish.include) or old.include,
        exclude=standing.understood("exclude", wish.exclude) or old.exclude,
        options=_terms(wish, read_terms(old.options)).to_json(),
        suspended="",
    )
    kept, changed = await standing.place(desk, wanted)
    said = f"{'Changed: ' if changed else ''}{standing.in_full(kept, desk)}"
    return f"{said}\n{await standing.without_feeds(desk, guild)}".strip()


async def some_hours(interaction: discord.Interaction[Any], typed: str) -> list[Choice[str]]:
    """Quiet hours with their clock: a zone or a city may be typed behind them."""
    found = _HOURS.fullmatch(typed.strip() or _NIGHTS[0])
    if found is None:
        return []
    nights = [_clocks(found) or ""] if typed.strip() else _NIGHTS
    zones = zones_like(found["zone"]) if found["zone"] else ["UTC"]
    written = [f"{night} {zone}" for night in nights if night for zone in zones]
    return [Choice(name=each, value=each) for each in written[:MOST]]


def _as_terms_want_it(quiet: str) -> str:
    """10pm-6am Paris: 22:00-06:00 Europe/Paris. What cannot be read is left to be refused with its form."""
    found = _HOURS.fullmatch(quiet.strip())
    clocks = _clocks(found) if found else None
    if found is None or clocks is None:
        return quiet
    try:
        return f"{clocks} {zone_meant(found['zone'])}" if found["zone"] else clocks
    except BadPlan as error:
        raise BadTerms(str(error)) from error


def _clocks(found: re.Match[str]) -> str | None:
    try:
        start, end = (read_time(found[each].strip().removesuffix("h")) for each in ("start", "end"))
    except BadPlan:
        return None
    return f"{start:%H:%M}-{end:%H:%M}"


def _tag(channel: Destination, typed: str, old: int | None) -> int | None:
    """The tag that was named, or the one there was, while the forum has it."""
    stays = not typed.strip() and old in channel.tags.values()
    return old if stays else channel.tag_named(typed)


def _terms(wish: Wish, old: Terms) -> Terms:
    """Hours that name no zone go by the clock they went by before."""
    said = make_terms(quiet=_as_terms_want_it(wish.quiet), cap=wish.cap or 0, colour=wish.colour)
    return Terms(
        quiet=said.quiet or old.quiet,
        zone=said.zone or old.zone,
        cap=old.cap if wish.cap is None else wish.cap,
        colour=old.colour if said.colour is None else said.colour,
        style=wish.style or old.style,
        credit=old.credit if wish.credit is None else wish.credit,
    )

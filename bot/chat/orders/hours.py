"""Quiet hours as people write them: 10pm-6am Paris."""

import re
from typing import Any

import discord
from discord.app_commands import Choice

from bot.chat.orders.weekly import zone_meant
from bot.chat.pages.choices import MOST
from bot.delivery.terms import BadTerms
from bot.delivery.weekly import BadPlan, read_time, zones_like

_TIME = r"\d{1,2}(?:[:.h]\d{2}|h\b)?(?:\s*[ap]m\b)?"
_HOURS = re.compile(
    rf"(?:from\s+)?(?P<start>{_TIME})\s*(?:-|–|—|to|until)\s*(?P<end>{_TIME})[\s,(]*(?P<zone>[a-z].*?)?(?:\s+time)?\)?",
    re.IGNORECASE,
)
_NIGHTS = ("22:00-07:00", "23:00-07:00", "00:00-06:00")


async def some_hours(interaction: discord.Interaction[Any], typed: str) -> list[Choice[str]]:
    """Quiet hours with their clock: a zone or a city may be typed behind them."""
    found = _HOURS.fullmatch(typed.strip() or _NIGHTS[0])
    if found is None:
        return []
    nights = [_clocks(found) or ""] if typed.strip() else _NIGHTS
    zones = zones_like(found["zone"]) if found["zone"] else ["UTC"]
    written = [f"{night} {zone}" for night in nights if night for zone in zones]
    return [Choice(name=each, value=each) for each in written[:MOST]]


def as_terms_want_it(quiet: str) -> str:
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

"""The weekly round-up as an admin orders it, sees it and changes it."""

from dataclasses import dataclass, replace
from typing import Any

import discord
from discord.app_commands import Choice

from bot.chat.desk import Desk
from bot.chat.orders import standing
from bot.chat.orders.destination import Destination
from bot.chat.pages import choices
from bot.delivery.text import cut
from bot.delivery.weekly import DAYS, MOST_REGIONS, BadPlan, Plan, find_zone, read_plan, read_time, zones_like
from bot.model import ROUNDUP, Subscription
from bot.regions import Regions

_HOURS = ("07:00", "08:00", "09:00", "12:00", "15:00", "17:00", "18:00", "20:00")

Admin = discord.Interaction[Any]


@dataclass(frozen=True, slots=True)
class Wish:
    """What an admin said of a round-up; what is left out stays as it was."""

    weekday: str = ""
    time: str = ""
    zone: str = ""
    regions: str = ""
    mention: discord.Role | None = None
    publish: bool | None = None
    tag: str = ""


async def order(desk: Desk, guild: int, channel: Destination, wish: Wish) -> str:
    """Place the order for a channel, or change it; the answer to whoever gave it."""
    channel.must_take(wish.mention, wish.publish)
    old = await standing.found(desk, guild, channel.target, ROUNDUP)
    plan = _planned(desk, read_plan(old.options) if old else None, wish)
    tag = channel.tag_or(old.tag if old else None, wish.tag, "/desk roundup")
    wanted = replace(
        old or Subscription(channel.target, ROUNDUP, guild=guild),
        kind=channel.kind,
        tag=tag,
        options=plan.to_json(),
        suspended="",
        mention=wish.mention.id if wish.mention else old.mention if old else None,
        publish=wish.publish if wish.publish is not None else bool(old and old.publish),
    )
    kept, changed = await standing.place(desk, wanted)
    said = f"{channel.mention} gets the week in {standing.of_plan(plan, desk)} {plan.words}."
    return f"{'Changed: ' if changed else ''}{said} The next one comes {await standing.coming(kept, plan, desk)}."


def zone_meant(typed: str) -> str:
    """The zone of that name, or of the city of that name; raise BadPlan with a sentence."""
    try:
        return find_zone(typed)
    except BadPlan:
        city = typed.strip().replace(" ", "_").casefold()
        found = next((each for each in zones_like(typed) if each.rpartition("/")[2].casefold() == city), None)
        if found is None:
            raise
        return found


async def some_zones(interaction: Admin, typed: str) -> list[Choice[str]]:
    """Time zones that go by what was typed."""
    found = zones_like(typed) if typed.strip() else ["UTC"]
    return [Choice(name=each, value=each) for each in found[: choices.MOST]]


async def some_times(interaction: Admin, typed: str) -> list[Choice[str]]:
    """Times of day; any other may be typed."""
    return [Choice(name=each, value=each) for each in _HOURS if each.lstrip("0").startswith(typed.strip().lstrip("0"))]


async def some_regions(interaction: Admin, typed: str) -> list[Choice[str]]:
    """Regions after regions, with commas between them."""
    *before, last = [each.strip() for each in typed.split(",")]
    offer = choices.some_regions if before else choices.regions_or_all
    kept = [each for each in before if each]
    joined = [", ".join([*kept, each.value]) for each in await offer(interaction, last) if each.value not in kept]
    return [Choice(name=cut(_spoken(each), choices.LONGEST), value=each) for each in joined if len(each) <= 100]


def _spoken(joined: str) -> str:
    return "The whole world" if joined == choices.EVERYTHING else joined


def _planned(desk: Desk, old: Plan | None, wish: Wish) -> Plan:
    """The plan as it is now wanted. A new time counts from now on; what stays the same loses nothing."""
    new = old or Plan()
    if wish.weekday:
        new = replace(new, weekday=DAYS.index(wish.weekday))
    if wish.time:
        new = replace(new, at=read_time(wish.time))
    if wish.zone:
        new = replace(new, zone=zone_meant(wish.zone))
    if wish.regions:
        new = replace(new, regions=_wanted(desk.regions, wish.regions))
    same = old is not None and (old.weekday, old.at, old.zone) == (new.weekday, new.at, new.zone)
    return new if same else replace(new, since=desk.clock.now())


def _wanted(regions: Regions, typed: str) -> tuple[str, ...]:
    codes = [choices.wanted_region(regions, each) for each in typed.replace(";", ",").split(",") if each.strip()]
    if choices.EVERYTHING in codes:
        return ()
    if len(set(codes)) > MOST_REGIONS:
        raise BadPlan(f"A round-up has room for {MOST_REGIONS} regions; leave `regions` out for the whole world.")
    return tuple(dict.fromkeys(codes))

"""A region for a channel, as an admin orders it and changes it."""

from dataclasses import dataclass, replace
from typing import Literal

import discord

from bot.chat.desk import Desk
from bot.chat.orders import hours, standing
from bot.chat.orders.destination import Destination
from bot.delivery.terms import Terms, make_terms, read_terms
from bot.model import Subscription


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


def _tag(channel: Destination, typed: str, old: int | None) -> int | None:
    """The tag that was named, or the one there was, while the forum has it."""
    stays = not typed.strip() and old in channel.tags.values()
    return old if stays else channel.tag_named(typed)


def _terms(wish: Wish, old: Terms) -> Terms:
    """Hours that name no zone go by the clock they went by before."""
    said = make_terms(quiet=hours.as_terms_want_it(wish.quiet), cap=wish.cap or 0, colour=wish.colour)
    return Terms(
        quiet=said.quiet or old.quiet,
        zone=said.zone or old.zone,
        cap=old.cap if wish.cap is None else wish.cap,
        colour=old.colour if said.colour is None else said.colour,
        style=wish.style or old.style,
        credit=old.credit if wish.credit is None else wish.credit,
    )

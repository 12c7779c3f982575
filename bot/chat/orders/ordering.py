"""A region for a channel, as an admin orders it and changes it."""

from dataclasses import dataclass, replace
from typing import Literal

import discord

from bot.chat.desk import Desk
from bot.chat.orders import hours, standing
from bot.chat.orders.destination import Destination
from bot.chat.orders.standing import is_none
from bot.delivery.terms import Terms, make_terms, read_terms
from bot.model import Subscription


@dataclass(frozen=True, slots=True)
class Wish:
    """What an admin said of an order; what is left out stays as it was, and `none` takes back what was said."""

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
        tag=channel.tag_or(old.tag, wish.tag),
        include=_words("include", wish.include, old.include),
        exclude=_words("exclude", wish.exclude, old.exclude),
        options=_terms(wish, read_terms(old.options)).to_json(),
        suspended="",
    )
    kept, changed = await standing.place(desk, wanted)
    said = f"{'Changed: ' if changed else ''}{standing.in_full(kept, desk, channel.known)}"
    return f"{said}\n{await standing.without_feeds(desk, guild)}".strip()


def _words(option: str, typed: str, old: str) -> str:
    return "" if is_none(typed) else standing.understood(option, typed) or old


def _terms(wish: Wish, old: Terms) -> Terms:
    """Hours that name no zone go by the clock they went by before."""
    if is_none(wish.quiet):
        wish, old = replace(wish, quiet=""), replace(old, quiet="")
    if is_none(wish.colour):
        wish, old = replace(wish, colour=""), replace(old, colour=None)
    said = make_terms(quiet=hours.as_terms_want_it(wish.quiet), cap=wish.cap or 0, colour=wish.colour)
    return Terms(
        quiet=said.quiet or old.quiet,
        zone=said.zone or old.zone,
        cap=old.cap if wish.cap is None else wish.cap,
        colour=old.colour if said.colour is None else said.colour,
        style=wish.style or old.style,
        credit=old.credit if wish.credit is None else wish.credit,
    )

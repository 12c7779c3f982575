"""What a reader follows: standing orders to their own direct messages."""

import re
from dataclasses import replace
from hashlib import blake2b

from bot.chat.desk import Desk
from bot.chat.orders.standing import Entry, Listing, understood
from bot.chat.pages.choices import EVERYTHING, region_name
from bot.delivery.text import clean, escape
from bot.errors import Busy, NewsError
from bot.model import OPERATOR, Subscription
from bot.wish import BadWish, fold, in_words, understand

MOST = 50  # standing orders of one reader
_FULL = (
    "You follow as many authors and words as there is room for. `/following` lists them, with a button to stop each; "
    "then say this again."
)
_SHUT = (
    "\n⚠️ **Nothing is sent:** Discord lets me send you no direct messages.\n-# Allow them in the privacy settings of a "
    "server where we both are, then say `/follow` again for one of these."
)
_AUTHOR = re.compile(r'author:"([^"]*)"')
_ALTERNATIVE = re.compile(r'(?:"[^"]*"|[^,"])+')


async def follow(desk: Desk, reader: int, guild: int, region: str | None, author: str, words: str) -> str:
    """Follow one thing more; the sentence says what, and what might keep it from coming."""
    orders = await desk.archive.subscriptions_of(target(reader))
    hint = ""
    if region is not None:
        code = desk.regions.named(region).code
        order = _order(orders, reader, code)
        what = f"about **{escape(region_name(desk.regions, code))}**"
    else:
        wish = understood("author", f'author:"{author.replace(chr(34), " ").strip()}"') if author else words
        wish = understood("words", wish)
        order = _with(_order(orders, reader, EVERYTHING), wish)
        what = f"by **{escape(clean(author))}**" if author else f"that speaks of {escape(in_words(wish))}"
        hint = await _unknown(desk, author, reader) if author else ""
    if len(orders) >= MOST and order.id == 0:
        raise NewsError(f"You follow {len(orders)} things already; that is the most. `/following` lists them.")
    await desk.archive.subscribe(order)
    if order.suspended:
        await desk.archive.resume_target(order.target)
        desk.nudge()
    if guild and await desk.archive.feeds(guild):
        hint += "\n-# Not for those of this server's own feeds, which are for this server alone."
    return f"You get a direct message for every new article {what}. `/following` lists all that you follow.{hint}"


async def listing(desk: Desk, reader: int) -> Listing:
    """All that a reader follows."""
    entries = []
    orders = await desk.archive.subscriptions_of(target(reader))
    for order in orders:
        if order.region != EVERYTHING:
            name = region_name(desk.regions, order.region)
            entries.append(Entry(f"**{escape(name)}**", str(order.id)))
            continue
        entries += [Entry(_shown(each), f"{order.id}.{_mark(each)}") for each in _apart(order.include).values()]
    shut = any(each.suspended for each in orders)
    return Listing(
        heading=f"## You follow ({len(entries)}){_SHUT if shut else ''}",
        entries=entries,
        empty="You follow nothing yet. `/follow` sends you a direct message for every new article of a region, "
        "by an author or with certain words.",
        button="Stop",
    )


async def stop(desk: Desk, reader: int, value: str) -> None:
    """Follow one thing less; what was stopped already stays so."""
    number, _, mark = value.partition(".")
    orders = await desk.archive.subscriptions_of(target(reader))
    order = next((each for each in orders if str(each.id) == number), None)
    if order is None:
        return
    left = [each for each in _apart(order.include).values() if _mark(each) != mark]
    if left:
        await desk.archive.subscribe(replace(order, include=", ".join(left)))
    else:
        await desk.archive.unsubscribe(order.target, order.region)


def target(reader: int) -> str:
    return f"user:{reader}"


def _order(orders: list[Subscription], reader: int, region: str) -> Subscription:
    """The reader's order for that region, as it is, or a new one."""
    old = next((each for each in orders if each.region == region), None)
    return old or Subscription(target=target(reader), region=region, kind="dm")


def _with(order: Subscription, wish: str) -> Subscription:
    """The order, for what is wished as well; what it has already is not added."""
    apart = _apart(order.include)
    both = ", ".join((apart | {what: each for what, each in _apart(wish).items() if what not in apart}).values())
    try:
        understand(both)
    except BadWish as error:
        raise NewsError(_FULL) from error  # what was asked for could be read
    return replace(order, include=both)


async def _unknown(desk: Desk, author: str, reader: int) -> str:
    """A word to who may have misspelt a name: nothing would ever come, and nobody would know why."""
    try:
        found = await desk.archive.authors(author, OPERATOR, asker=reader)
    except Busy:
        return ""
    wanted = " ".join(fold(author))
    if any(f" {wanted} " in f" {' '.join(fold(each))} " for each in found):
        return ""
    meant = f" Is it **{escape(clean(found[0]))}**?" if found else " The list that opens while you type has the names."
    return f"\n-# So far the archive has nobody of that name.{meant}"


def _apart(wish: str) -> dict[object, str]:
    """The things that are followed, each once however it is written, by what they mean."""
    found: dict[object, str] = {}
    for each in _alternatives(wish):
        found.setdefault(_meaning(each), each)
    return found


def _meaning(alternative: str) -> object:
    try:
        return understand(alternative)
    except BadWish:
        return alternative  # kept by a version that could read it


def _alternatives(wish: str) -> list[str]:
    """ "a, b" are two things to follow; a comma within quotes parts nothing."""
    return [part for each in _ALTERNATIVE.findall(wish) if (part := each.strip())]


def _shown(alternative: str) -> str:
    """As it was typed; an author by the name alone."""
    author = _AUTHOR.fullmatch(alternative)
    return f"by **{escape(author[1])}**" if author else f"**{escape(alternative)}**"


def _mark(alternative: str) -> str:
    return blake2b(alternative.encode("utf-8", "replace"), digest_size=5).hexdigest()

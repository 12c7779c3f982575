"""What a reader follows: standing orders to their own direct messages."""

import re
from dataclasses import replace
from hashlib import blake2b

from bot.chat.desk import Desk
from bot.chat.orders.standing import Entry, Listing, state, understood
from bot.chat.pages.choices import EVERYTHING, region_name
from bot.delivery.text import clean, escape
from bot.delivery.wish import in_words
from bot.errors import NewsError
from bot.model import Subscription

MOST = 50  # standing orders of one reader
_AUTHOR = re.compile(r'author:"([^"]*)"')
_ALTERNATIVE = re.compile(r'(?:"[^"]*"|[^,"])+')


async def follow(desk: Desk, reader: int, region: str | None, author: str, words: str) -> str:
    """Follow one thing more; the sentence says what."""
    orders = await desk.archive.subscriptions_of(target(reader))
    if region is not None:
        code = desk.regions.named(region).code
        order = _order(orders, reader, code)
        what = f"about **{escape(region_name(desk.regions, code))}**"
    else:
        wish = understood("author", f'author:"{author.replace(chr(34), " ").strip()}"') if author else words
        wish = understood("words", wish)
        order = _order(orders, reader, EVERYTHING)
        if wish.casefold() not in map(str.casefold, _alternatives(order.include)):
            order = replace(order, include=understood("words", ", ".join(filter(None, [order.include, wish]))))
        what = f"by **{escape(clean(author))}**" if author else f"that speaks of {escape(in_words(wish))}"
    if len(orders) >= MOST and order.id == 0:
        raise NewsError(f"You follow {len(orders)} things already; that is the most. `/following` lists them.")
    await desk.archive.subscribe(order)
    if order.suspended:
        await desk.archive.resume_target(order.target)
        desk.nudge()
    return f"You get a direct message for every new article {what}. `/following` lists all that you follow."


async def listing(desk: Desk, reader: int) -> Listing:
    """All that a reader follows."""
    entries = []
    for order in await desk.archive.subscriptions_of(target(reader)):
        if order.region != EVERYTHING:
            name = region_name(desk.regions, order.region)
            entries.append(Entry(f"**{escape(name)}**{state(order, '/follow')}", str(order.id)))
            continue
        for each in _alternatives(order.include):
            text = f"{_shown(each)}{state(order, '/follow')}"
            entries.append(Entry(text, f"{order.id}.{_mark(each)}"))
    return Listing(
        heading=f"## You follow ({len(entries)})",
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
    left = [each for each in _alternatives(order.include) if _mark(each) != mark]
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


def _alternatives(wish: str) -> list[str]:
    """ "a, b" are two things to follow; a comma within quotes parts nothing."""
    return [part for each in _ALTERNATIVE.findall(wish) if (part := each.strip())]


def _shown(alternative: str) -> str:
    """As it was typed; an author by the name alone."""
    author = _AUTHOR.fullmatch(alternative)
    return f"by **{escape(author[1])}**" if author else f"**{escape(alternative)}**"


def _mark(alternative: str) -> str:
    return blake2b(alternative.encode("utf-8", "replace"), digest_size=5).hexdigest()

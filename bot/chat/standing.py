"""What a server has ordered and which feeds are its own, in an admin's words."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.chat.choices import region_name
from bot.chat.desk import Desk
from bot.delivery.text import clean, cut, escape
from bot.delivery.wish import in_words
from bot.errors import NewsError, NotFound
from bot.model import Feed, Source, Subscription

ORDERS, FEEDS = "orders", "feeds"
Namer = Callable[[int], str]  # what a channel is called, for menus, where mentions are not shown


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing in a list: how it stands there, how it is called in a menu, and what the menu means by it."""

    text: str
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Listing:
    """A whole list, before it is cut into pages."""

    heading: str
    entries: Sequence[Entry]
    empty: str
    menu: str  # what choosing one from the menu does


async def listing(desk: Desk, name: str, guild: int, named: Namer) -> Listing:
    """The list of that name, as it is now."""
    return await (own_feeds(desk, guild) if name == FEEDS else orders(desk, guild, named))


async def take_back(desk: Desk, name: str, guild: int, value: str) -> None:
    """Take one thing of a list back; when somebody else was quicker, that is well too."""
    if name == FEEDS:
        feed = next((each for each in await desk.archive.feeds(guild) if str(each.id) == value), None)
        if feed is not None:
            await desk.archive.remove_feed(feed.url, guild)
        return
    order = next((each for each in await desk.archive.subscriptions(guild) if str(each.id) == value), None)
    if order is not None:
        await desk.archive.unsubscribe(order.target, order.region)


async def orders(desk: Desk, guild: int, named: Namer) -> Listing:
    """Every standing order with its state."""
    ordered = await desk.archive.subscriptions(guild)
    entries = []
    for each in ordered:
        region = region_name(desk.regions, each.region)
        entries.append(
            Entry(
                text=f"**{escape(region)}** → {where(each)}\n{_small(*_said(each, desk))}{_state(each)}",
                label=cut(f"{region} → {named(_number(each))}", 100),
                value=str(each.id),
            )
        )
    return Listing(
        heading=f"## Standing orders ({len(entries)})",
        entries=entries,
        empty="This server has ordered nothing yet. `/desk subscribe` sends a region's articles to a channel.",
        menu="Take one back …",
    )


async def own_feeds(desk: Desk, guild: int) -> Listing:
    """This server's own feeds with the state of their sources."""
    sources = {each.id: each for each in await desk.archive.sources()}
    entries = []
    for each in await desk.archive.feeds(guild):
        name = feed_name(each)
        text = f"**{escape(name)}**\n{_small(escape(cut(each.url, 200)))}\n{_health(sources.get(each.source))}"
        entries.append(Entry(text=text, label=cut(name, 100), value=str(each.id)))
    return Listing(
        heading=f"## This server's own feeds ({len(entries)})",
        entries=entries,
        empty="This server has no feeds of its own. "
        "`/desk feed add` takes the address of a feed, or of a page that has one.",
        menu="Remove one …",
    )


async def feed_meant(desk: Desk, guild: int, typed: str) -> Feed:
    """The server's feed that was picked, or whose address or title was typed."""
    feeds = await desk.archive.feeds(guild)
    wanted = typed.strip().casefold()
    for each in feeds:
        if wanted in {f"#{each.id}", each.url.casefold(), each.url.casefold().rstrip("/"), each.title.casefold()}:
            return each
    known = ", ".join(feed_name(each) for each in feeds[:10])
    said = f"This server's feeds are: {escape(known)}." if known else "It has none."
    raise NotFound(f"This server has no feed “{escape(cut(clean(typed), 100))}”. {said}")


def feed_name(feed: Feed) -> str:
    return cut(clean(feed.title), 80) or cut(feed.url, 80)


def shown_name(feed: Feed) -> str:
    return escape(feed_name(feed))


def in_full(order: Subscription, desk: Desk) -> str:
    """An order as one would repeat it to whoever gave it."""
    region = region_name(desk.regions, order.region)
    what = "every new article" if order.region == "*" else f"every new article about **{escape(region)}**"
    return "\n".join([f"{where(order)} gets {what} from now on.", *(f"- {each}" for each in _said(order, desk)[:-1])])


def where(order: Subscription) -> str:
    return f"<#{_number(order)}>" if order.target.startswith("channel:") else "a direct message"


def understood(name: str, wish: str) -> str:
    """The wish as it stands, if it can be read; else a NewsError that names the option."""
    wish = wish.strip()
    if wish:
        try:
            in_words(wish)
        except NewsError as error:
            raise NewsError(f"`{name}`: {error}") from error
    return wish


def _said(order: Subscription, desk: Desk) -> list[str]:
    """What an order says beyond region and channel; since when it stands comes last."""
    said = []
    if order.include:
        said.append(f"only what speaks of {escape(in_words(order.include))}")
    if order.exclude:
        said.append(f"nothing that speaks of {escape(in_words(order.exclude))}")
    if order.mention:
        said.append(f"mentions <@&{order.mention}>")
    if order.silent:
        said.append("silent: nobody's phone rings")
    if order.publish:
        said.append("published to the channels that follow it")
    if order.tag:
        said.append("with a tag on every post")
    return [*said, _since(order.created)]


def _state(order: Subscription) -> str:
    if not order.suspended:
        return ""
    reason = escape(cut(clean(order.suspended), 300))
    return f"\n⚠️ **Nothing is sent:** {reason}\n-# Put that right, then give the order again with `/desk subscribe`."


def _health(source: Source | None) -> str:
    """How the last poll went, and when the next will be."""
    if source is None or source.polled is None:
        return "-# Not asked yet"
    coming = f" · next {_relative(source.next_poll)}" if source.next_poll else ""
    if source.failures or source.error:
        well = f" · last well {_relative(source.succeeded)}" if source.succeeded else ""
        times = f" ({source.failures} times in a row)" if source.failures > 1 else ""
        problem = escape(cut(clean(source.error) or source.status, 300))
        return f"⚠️ {problem}{times}\n-# asked {_relative(source.polled)}{well}{coming}"
    return f"-# ✓ well · asked {_relative(source.polled)}{coming}"


def _small(*said: str) -> str:
    return f"-# {' · '.join(each for each in said if each)}"


def _since(moment: datetime | None) -> str:
    return f"since {_relative(moment)}" if moment else ""


def _relative(moment: datetime | None) -> str:
    return f"<t:{int(moment.timestamp())}:R>" if moment else "never"


def _number(order: Subscription) -> int:
    number = order.target.partition(":")[2]
    return int(number) if number.isdecimal() else 0

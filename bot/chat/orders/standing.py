"""What a server has ordered and which feeds are its own, in an admin's words."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.chat.desk import Desk
from bot.chat.pages.choices import region_name
from bot.chat.sender.errors import GONE
from bot.chat.sender.watch import OURS
from bot.delivery.terms import read_terms
from bot.delivery.text import clean, cut, escape
from bot.delivery.weekly import Plan, read_plan
from bot.errors import NewsError, NotFound
from bot.intake.addresses import spoken
from bot.model import OPERATOR, ROUNDUP, Delivery, Feed, Source, Subscription
from bot.wish import in_words

MOST_ORDERS = 500  # of one server
_WISH = 450  # characters
_NONE = ("none", "off")  # said of one wish of an order: no longer

Known = Mapping[int, str] | None  # what the roles of a server and the tags of its forums are called; None: not known


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing in a list, and what its button means by it."""

    text: str
    value: str


@dataclass(frozen=True, slots=True)
class Listing:
    """A whole list, before it is cut into pages."""

    heading: str
    entries: Sequence[Entry]
    empty: str
    button: str  # what the button beside each says


async def place(desk: Desk, order: Subscription) -> tuple[Subscription, bool]:
    """Give an order, or change it; what had come to a stop there goes on. Tells whether it stood already."""
    before = await desk.archive.subscriptions(order.guild)
    old = next((each for each in before if (each.target, each.region) == (order.target, order.region)), None)
    if old is None and len(before) >= MOST_ORDERS:
        raise NewsError(f"This server has {len(before)} standing orders already; that is the most.")
    kept = await desk.archive.subscribe(order)
    if any(each.suspended for each in before if each.target == order.target):
        await desk.archive.resume_target(order.target)
        desk.nudge()
    return kept, old is not None


async def found(desk: Desk, guild: int, target: str, region: str) -> Subscription | None:
    """The order that there is for a place and a region."""
    orders = await desk.archive.subscriptions(guild)
    return next((each for each in orders if (each.target, each.region) == (target, region)), None)


async def take_back(desk: Desk, guild: int, value: str) -> None:
    """Take an order back; when somebody else was quicker, that is well too."""
    order = next((each for each in await desk.archive.subscriptions(guild) if str(each.id) == value), None)
    if order is not None:
        await desk.archive.unsubscribe(order.target, order.region)


async def remove_feed(desk: Desk, guild: int, value: str) -> None:
    """Stop reading a feed; when somebody else was quicker, that is well too."""
    feed = next((each for each in await desk.archive.feeds(guild) if str(each.id) == value), None)
    if feed is not None:
        await desk.archive.remove_feed(feed.url, guild)


async def orders(desk: Desk, guild: int, known: Known) -> Listing:
    """Every standing order with its state."""
    ordered = await desk.archive.subscriptions(guild)
    entries = [Entry(await _order(each, desk, known), str(each.id)) for each in ordered]
    return Listing(
        heading=f"## Standing orders ({len(entries)})",
        entries=entries,
        empty="This server has ordered nothing yet. `/desk setup` leads through the first steps; "
        "`/desk subscribe` sends a region's articles to a channel.",
        button="Take back",
    )


async def round_ups(desk: Desk, guild: int, known: Known) -> Listing:
    """The weekly round-ups alone."""
    ordered = [each for each in await desk.archive.subscriptions(guild) if each.region == ROUNDUP]
    return Listing(
        heading=f"## Weekly round-ups ({len(ordered)})",
        entries=[Entry(await _round_up(each, desk, known), str(each.id)) for each in ordered],
        empty="This server has no weekly round-up. Order one with `/desk roundup` and a `channel`; `weekday`, `time`, "
        "`zone` and `regions` say when it comes and what it shows.",
        button="Stop",
    )


async def own_feeds(desk: Desk, guild: int) -> Listing:
    """This server's own feeds with the state of their sources."""
    sources = {each.id: each for each in await desk.archive.sources()}
    entries = [Entry(_feed(each, sources.get(each.source)), str(each.id)) for each in await desk.archive.feeds(guild)]
    return Listing(
        heading=f"## This server's own feeds ({len(entries)})",
        entries=entries,
        empty="This server has no feeds of its own. "
        "`/desk feed add` takes the address of a feed, or of a page that has one.",
        button="Remove",
    )


async def without_feeds(desk: Desk, guild: int) -> str:
    """A word to whoever orders something where no feed could bring it."""
    if await desk.archive.feeds(OPERATOR) or await desk.archive.feeds(guild):
        return ""
    return "⚠️ There is no feed yet, so nothing can come: `/desk feed add` adds one."


async def own_feed(desk: Desk, guild: int, typed: str) -> Feed | None:
    """The server's feed that was picked, or whose address or title was typed."""
    wanted = typed.strip().casefold()
    for each in await desk.archive.feeds(guild):
        if wanted in {f"#{each.id}", each.url.casefold(), each.url.casefold().rstrip("/"), each.title.casefold()}:
            return each
    return None


async def feed_meant(desk: Desk, guild: int, typed: str) -> Feed:
    """As own_feed; where there is none, NotFound names those that there are."""
    found = await own_feed(desk, guild, typed)
    if found is not None:
        return found
    known = ", ".join(feed_name(each) for each in (await desk.archive.feeds(guild))[:10])
    said = f"This server's feeds are: {escape(known)}." if known else "It has none."
    raise NotFound(f"This server has no feed “{escape(cut(clean(typed), 100))}”. {said}")


def feed_name(feed: Feed) -> str:
    return cut(clean(feed.title), 80) or cut(spoken(feed.url), 80)


def shown_name(feed: Feed) -> str:
    return escape(feed_name(feed))


def in_full(order: Subscription, desk: Desk, known: Known) -> str:
    """An order as one would repeat it to whoever gave it."""
    region = region_name(desk.regions, order.region)
    what = "every new article" if order.region == "*" else f"every new article about **{escape(region)}**"
    return "\n".join([f"{where(order)} gets {what} from now on.", *(f"- {each}" for each in _said(order, known)[:-1])])


def of_plan(plan: Plan, desk: Desk) -> str:
    """The regions of a round-up."""
    return ", ".join(f"**{escape(region_name(desk.regions, each))}**" for each in plan.regions) or "**the world**"


async def coming(order: Subscription, plan: Plan, desk: Desk) -> str:
    """When the next round-up comes; a week that had one has no other."""
    done = {each.id: week for each, week in await desk.archive.roundup_orders()}.get(order.id)
    return f"<t:{int(plan.next(desk.clock.now(), done).timestamp())}:F>"


def where(order: Subscription) -> str:
    return f"<#{_number(order)}>" if order.target.startswith("channel:") else "a direct message"


def is_none(typed: str) -> bool:
    """Whether this takes back what an order said, where one leaves out what is to stay."""
    return typed.strip().casefold() in _NONE


def understood(name: str, wish: str) -> str:
    """The wish as it stands, if it can be read; else a NewsError that names the option."""
    wish = wish.strip()
    if wish:
        try:
            in_words(wish)
        except NewsError as error:
            raise NewsError(f"`{name}`: {error}") from error
    return wish


def _said(order: Subscription, known: Known) -> list[str]:
    """What an order says beyond region and channel; since when it stands comes last."""
    said = []
    if order.include:
        said.append(f"only what speaks of {_wish(order.include)}")
    if order.exclude:
        said.append(f"nothing that speaks of {_wish(order.exclude)}")
    said += _to_whom(order, known)
    said += _tagged(order, known)
    return [*said, *_terms(order), _since(order.created)]


def _wish(wish: str) -> str:
    """As much of it as an answer has room for, beside all else that an order may say."""
    return escape(cut(in_words(wish), _WISH, 2 * _WISH, escaped=True))


def _tagged(order: Subscription, known: Known) -> Iterator[str]:
    if order.tag and known is None:
        yield "with a tag on every post"
    elif order.tag and (name := (known or {}).get(order.tag)):
        yield f"with the tag “{escape(name)}” on every post"
    elif order.tag:
        yield "with a tag that the forum no longer has"


def _to_whom(order: Subscription, known: Known) -> Iterator[str]:
    if order.mention:
        is_gone = known is not None and order.mention not in known
        yield "mentions nobody: its role is gone" if is_gone else f"mentions <@&{order.mention}>"
    if order.silent:
        yield "silent: nobody's phone rings"
    if order.publish:
        yield "published to the channels that follow it"


def _terms(order: Subscription) -> Iterator[str]:
    """What its options say."""
    terms = read_terms(order.options)
    if terms.quiet:
        yield f"quiet {terms.quiet} ({terms.zone or 'UTC'}): what comes then is sent afterwards"
    if terms.cap:
        yield f"at most {terms.cap:,} an hour: what is over comes as one list"
    if terms.colour is not None:
        yield f"in the colour #{terms.colour:06x}"
    if terms.style != "card":
        yield f"in the {terms.style} style"
    if terms.credit:
        yield "no photo without its credit"


def state(order: Subscription, command: str = "/desk subscribe") -> str:
    """Why nothing is sent, and what to do; nothing where all is well."""
    if not order.suspended:
        return ""
    reason = escape(cut(clean(order.suspended), 300))
    if order.suspended.startswith(GONE):
        return (
            f"\n⚠️ **Nothing is sent:** {reason}\n-# Take this order back with `/desk subscriptions`, "
            f"and give it for another channel with `{command}`."
        )
    by_itself = order.suspended.startswith(OURS)
    goes_on = "and it goes on by itself" if by_itself else f"then give the order again with `{command}`"
    return f"\n⚠️ **Nothing is sent:** {reason}\n-# Put that right, {goes_on}."


async def _order(order: Subscription, desk: Desk, known: Known) -> str:
    if order.region == ROUNDUP:
        return await _round_up(order, desk, known)
    region = escape(region_name(desk.regions, order.region))
    return f"**{region}** → {where(order)}\n{_small(*_said(order, known))}{state(order)}"


async def _round_up(order: Subscription, desk: Desk, known: Known) -> str:
    plan = read_plan(order.options)
    if plan is None:
        return f"**Weekly round-up** → {where(order)}\n⚠️ Its plan cannot be read: order it again with `/desk roundup`."
    last = await desk.archive.last_roundup(order.target)
    said = _small(
        plan.words,
        f"next {await coming(order, plan, desk)}",
        *_to_whom(order, known),
        *_tagged(order, known),
        _since(order.created),
    )
    what = f"**Weekly round-up** of {of_plan(plan, desk)} → {where(order)}\n{said}"
    return f"{what}{became(last) if last else ''}{state(order, '/desk roundup')}"


def became(last: Delivery) -> str:
    """What became of the last round-up."""
    week = f"<t:{int(last.article.published.timestamp())}:D>" if last.article.published else "the last one"
    match last.state:
        case "sent":
            return f"\n-# {week}: posted"
        case "refused":
            return f"\n-# {week}: not posted: {escape(cut(clean(last.reason), 200))}"
        case "held":
            return f"\n⚠️ {week}: held back (`/desk release`)"
    return f"\n-# {week}: on its way"


def _feed(feed: Feed, source: Source | None) -> str:
    said = [escape(cut(spoken(feed.url), 200)), "any certificate of its host is taken" if feed.any_certificate else ""]
    return f"**{shown_name(feed)}**\n{_small(*said)}\n{_health(source)}"


def _health(source: Source | None) -> str:
    """How the last poll went, and when the next will be."""
    if source is None or source.polled is None:
        return "-# Not asked yet"
    coming = f" · next {relative(source.next_poll)}" if source.next_poll else ""
    if source.failures or source.error:
        well = f" · last well {relative(source.succeeded)}" if source.succeeded else ""
        times = f" ({source.failures} times in a row)" if source.failures > 1 else ""
        problem = escape(cut(clean(source.error) or source.status, 300))
        return f"⚠️ {problem}{times}\n-# asked {relative(source.polled)}{well}{coming}"
    return f"-# ✓ well · asked {relative(source.polled)}{coming}"


def _small(*said: str) -> str:
    return f"-# {' · '.join(each for each in said if each)}"


def _since(moment: datetime | None) -> str:
    return f"since {relative(moment)}" if moment else ""


def relative(moment: datetime | None) -> str:
    return f"<t:{int(moment.timestamp())}:R>" if moment else "never"


def _number(order: Subscription) -> int:
    number = order.target.partition(":")[2]
    return int(number) if number.isdecimal() else 0

"""What the desk reports to a server's admins: how things stand, and the whole story of one article."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import discord
from discord import ui

from bot.chat.desk import Desk
from bot.chat.matters import mapping
from bot.chat.orders.standing import MOST_ORDERS, became, feed_name, relative, state, where
from bot.chat.pages import answers
from bot.chat.pages.choices import region_name
from bot.chat.pages.why import in_numbers, why_here
from bot.chat.sender.publish import kept_waiting
from bot.delivery.text import clean, cut, escape, size
from bot.delivery.weekly import EMPTY
from bot.intake import ledger, tidings
from bot.intake.addresses import canonical
from bot.model import OPERATOR, ROUNDUP, Delivery, Event, Feed, Source, State, Story, Subscription
from bot.regions import Regions

_ROWS = 8  # of each part
_WAITING = MOST_ORDERS  # deliveries that are looked at: those of one article at least
_PLACES = 5  # channels of one line
_MOST_PLACES = 30  # of a line in the story of an article
_BEGINNING = 6  # lines of a story that stay when it is too long
_CHARACTERS, _OCTETS = 3800, 7500
_WHY = 600  # characters
_STATES: dict[State, str] = {
    "pending": "on their way",
    "sending": "being sent now",
    "later": "to be tried again",
    "suspended": "waiting for you",
    "held": "held back (`/desk release`)",
}
_HAPPENED = {
    "seen": "seen",
    "changed": "changed:",
    "owed": "owed to",
    "sent": "sent to",
    "edited": "edited in",
    "not edited": "not edited in",
    "to be edited": "to be edited in",
    "later": "put off for",
    "pending": "on its way to",
    "sending": "being sent to",
    "suspended": "waits for",
    "held": "held back from",
    "refused": "not sent to",
}


async def status(desk: Desk, guild: int) -> ui.LayoutView:
    """Feeds, deliveries, what is late, what stands still and why, and what to do."""
    sources = {each.id: each for each in await desk.archive.sources()}
    feeds = [each for each in await desk.archive.feeds() if each.owner in {OPERATOR, guild}]
    orders = await desk.archive.subscriptions(guild)
    counts, oldest = await desk.archive.waiting(guild, _WAITING)
    unpublished = _unpublished(orders, await kept_waiting(desk.archive))
    view = ui.LayoutView(timeout=None)
    kept = await desk.archive.recalled(ledger.KEYS)
    ledgers = {feed.id: ledger.read(kept.get(str(feed.id))) for feed in feeds}
    asked = await mapping.questions(await mapping.open_in(desk, guild, feeds, ledgers), desk)
    agreement = _agreement(feeds, ledgers, guild)
    found, now = await desk.archive.recalled(tidings.KEYS), desk.clock.now()
    told = [
        [
            *_feeds(feeds, sources, guild),
            *_gaps(feeds, tidings.gaps(found, now)),
            *_plenties(feeds, tidings.plenties(found, now)),
            *agreement,
        ],
        [*_orders(orders, desk), *await _skipped(orders, desk)],
        [*_deliveries(counts, oldest), *unpublished],
    ]
    if asked:
        asked.insert(0, ui.TextDisplay[Any]("**Tags that nobody mapped:**"))
    texts = [item.content for item in asked if isinstance(item, ui.TextDisplay)]
    shown = _sharing(told, _CHARACTERS - sum(map(len, texts)), _OCTETS - sum(map(size, texts)))
    view.add_item(ui.TextDisplay("## How things stand"))
    return view.add_item(ui.Container[Any](ui.TextDisplay[Any](shown), *asked))


async def why(desk: Desk, guild: int, url: str) -> ui.LayoutView | None:
    """The story of the article at an address; None where this server knows of none."""
    story = await desk.archive.why(canonical(url) or url, guild)
    if story is None:
        return None
    article = story.article
    first = desk.regions.get(article.regions[0]) if article.regions else None
    head = [f"### {answers.headline(article, 200)}", *_placed(story, desk.regions), ""]
    told = _shortened(head, list(_events(story.events, desk)))
    view = ui.LayoutView(timeout=None)
    colour = discord.Colour(first.colour) if first else None
    return view.add_item(ui.Container(ui.TextDisplay(told), accent_colour=colour))


def _feeds(feeds: Sequence[Feed], sources: dict[int, Source], guild: int) -> Iterable[str]:
    """What others read from elsewhere is named only when it is in trouble."""
    own = sum(each.owner == guild for each in feeds)
    ill = [(each, source) for each in feeds if (source := sources.get(each.source)) and source.failures]
    if not feeds:
        yield "**Feeds:** none yet, so nothing can come\n-# `/desk feed add` adds one for this server"
        return
    yield f"**Feeds:** {len(feeds) - own} for everybody, {own} of this server"
    if not ill:
        yield "-# All are well."
    for feed, source in ill[:_ROWS]:
        error = escape(cut(clean(source.error) or source.status, 200))
        yield f"⚠️ {escape(feed_name(feed))}: {error}\n-# last well {relative(source.succeeded)}"
    if len(ill) > _ROWS:
        yield f"-# and {len(ill) - _ROWS} more"


def _gaps(feeds: Sequence[Feed], gaps: Mapping[int, tidings.Tiding]) -> Iterable[str]:
    """What may be missed, of the feeds that this server reads."""
    found = [(each, gaps[each.id]) for each in feeds if each.id in gaps]
    for feed, gap in found[:_ROWS]:
        since, until = (_at(datetime.fromisoformat(each)) for each in (gap.since, gap.at))
        yield f"⚠️ {escape(feed_name(feed))}: something may be missed from {since} to {until}"


def _plenties(feeds: Sequence[Feed], plenties: Mapping[int, tidings.Tiding]) -> Iterable[str]:
    """Which of this server's own feeds brought more than a day holds."""
    for feed in [each for each in feeds if each.id in plenties][:_ROWS]:
        at = _at(datetime.fromisoformat(plenties[feed.id].at))
        yield f"⚠️ {escape(feed_name(feed))}: more than is kept in a day, last on {at}; the rest comes a day later"


def _agreement(feeds: Sequence[Feed], ledgers: Mapping[int, ledger.Ledger], guild: int) -> Iterable[str]:
    """How far tags and text agree in this server's own feeds; in others' only where it has fallen."""
    told = [each for each in feeds if ledgers[each.id].fallen or (each.owner == guild and ledgers[each.id].judged)]
    for feed in sorted(told, key=lambda each: not ledgers[each.id].fallen)[:_ROWS]:
        found = ledgers[feed.id]
        yield f"{'⚠️' if found.fallen else '-#'} {escape(feed_name(feed))}: {found.sentence}"


def _orders(orders: Sequence[Subscription], desk: Desk) -> Iterable[str]:
    still = [each for each in orders if each.suspended]
    if not orders:
        yield "**Standing orders:** none\n-# `/desk setup` leads through the first"
        return
    yield f"**Standing orders:** {len(orders)}"
    if not still:
        yield "-# All are being carried out."
    for each in still[:_ROWS]:
        again = "/desk roundup" if each.region == ROUNDUP else "/desk subscribe"
        yield f"{escape(region_name(desk.regions, each.region))} → {where(each)}{state(each, again)}"
    if len(still) > _ROWS:
        yield f"-# and {len(still) - _ROWS} more: `/desk subscriptions`"


async def _skipped(orders: Sequence[Subscription], desk: Desk) -> list[str]:
    """Round-ups whose week has passed without one, unless there was nothing to tell."""
    last = [(each, await desk.archive.last_roundup(each.target)) for each in orders if each.region == ROUNDUP]
    return [
        f"⚠️ Weekly round-up → {where(order)}{became(made)}"
        for order, made in last
        if made and made.state == "refused" and made.reason != EMPTY
    ][:_ROWS]


def _deliveries(counts: dict[State, int], oldest: Sequence[Delivery]) -> Iterable[str]:
    told = [f"{counts[key]:,} {words}" for key, words in _STATES.items() if counts.get(key)]
    yield f"**Deliveries:** {', '.join(told) if told else 'nothing waits; all is out'}"
    rows: dict[str, list[Delivery]] = {}
    for each in oldest:
        rows.setdefault(each.reason or f"{each.state}:{each.article.id}", []).append(each)
    is_all = len(oldest) < _WAITING
    for those in list(rows.values())[:_ROWS]:
        first, dues = those[0], [each.due for each in those if each.due]
        due = f" · again {relative(min(dues))}" if dues else ""
        reason = f"\n-# {escape(cut(clean(first.reason), 200))}{due}" if first.reason or due else ""
        articles = list({each.article.id: answers.headline(each.article, 80) for each in those}.values())
        places = _together(list(dict.fromkeys(where(each.subscription) for each in those)), _PLACES, is_all)
        yield f"{_together(articles, 1, is_all)} → {places}{reason}"


def _together(names: Sequence[str], most: int, is_all: bool) -> str:
    """The first ones; and how many others there are, where all were looked at."""
    rest = len(names) - most
    others = "1 other" if rest == 1 else f"{rest} others"
    return f"{' '.join(names[:most])} and {others if is_all else 'others'}" if rest > 0 else " ".join(names)


def _unpublished(orders: Sequence[Subscription], waiting: Mapping[int, int]) -> Iterable[str]:
    """Announcements that are out, and not yet published to the channels that follow."""
    ours = {each.target for each in orders}
    late = {channel: count for channel, count in waiting.items() if f"channel:{channel}" in ours}
    if late:
        yield f"**To be published:** {sum(late.values()):,}, as fast as Discord lets us"
    for channel, count in list(late.items())[:_ROWS]:
        yield f"<#{channel}>: {count:,}"
    if len(late) > _ROWS:
        yield f"-# and {len(late) - _ROWS} more channels"


def _placed(story: Story, regions: Regions) -> Iterable[str]:
    """Which regions, what spoke for them, and how strongly."""
    article = story.article
    names = ", ".join(escape(region_name(regions, each)) for each in article.regions) or "no region"
    why = escape(cut(why_here(article, regions), _WHY))
    yield f"**{names}**\n-# Why here? {why}" if why else f"**{names}**"
    for number, line in enumerate(in_numbers(article)):
        yield f"-# {'' if number else 'In numbers: '}{escape(cut(line, _WHY))}"


def _events(events: Sequence[Event], desk: Desk) -> Iterable[str]:
    """A line for each; for all channels in which the same happened in the same minute, one."""
    places: dict[tuple[int, str, str, str], list[str]] = {}
    for each in events:
        region = f" for {escape(region_name(desk.regions, each.region))}" if each.region and each.what == "owed" else ""
        words = escape(cut(clean(each.words), 200)) if each.what not in {"owed", "sent"} else ""
        minute = int(each.at.timestamp()) // 60 * 60
        places.setdefault((minute, _HAPPENED.get(each.what, each.what), region, words), []).append(_place(each.target))
    for (minute, happened, region, words), those in places.items():
        where = _together(list(dict.fromkeys(each for each in those if each)), _MOST_PLACES, is_all=True)
        yield " ".join(part for part in (f"<t:{minute}:f> {happened}", f"{where}{region}", words) if part)


def _shortened(head: Sequence[str], told: Sequence[str]) -> str:
    """As much of the beginning and of the end as fits: how it began, and how it stands now."""
    first, last = list(told[:_BEGINNING]), list(told[_BEGINNING:])
    while len(first) > 1 and len("\n".join(first)) > _CHARACTERS // 3:
        last.insert(0, first.pop())
    between: list[str] = []
    while last and not _fits([*head, *first, *between, *last]):
        last.pop(0)
        between = [f"-# and {len(told) - len(first) - len(last)} more between"]
    return _fitting([*head, *first, *between, *last])


def _place(target: str) -> str:
    kind, _, number = target.partition(":")
    return {"channel": f"<#{number}>", "user": "a reader"}.get(kind, "")


def _at(moment: datetime) -> str:
    return f"<t:{int(moment.timestamp())}:f>"


def _fits(lines: Sequence[str]) -> bool:
    text = "\n".join(lines)
    return len(text) + 10 <= _CHARACTERS and size(text) <= _OCTETS


def _sharing(parts: Sequence[Sequence[str]], characters: int, octets: int) -> str:
    """Each part gets its share of the room, and the long ones what the short ones leave of theirs."""
    shown: dict[int, str] = {}
    ranked = sorted(range(len(parts)), key=lambda at: len("\n".join(parts[at])))
    for left, at in zip(range(len(parts), 0, -1), ranked, strict=True):
        shown[at] = _fitting(parts[at], characters // left, octets // left)
        characters, octets = characters - len(shown[at]) - 2, octets - size(shown[at]) - 2
    return "\n\n".join(shown[at] for at in range(len(parts)))


def _fitting(lines: Iterable[str], characters: int = _CHARACTERS, octets: int = _OCTETS) -> str:
    text = ""
    for line in lines:
        if len(text) + len(line) + 10 > characters or size(text) + size(line) > octets:
            return f"{text}-# and more"
        text += f"{line}\n"
    return text.strip()

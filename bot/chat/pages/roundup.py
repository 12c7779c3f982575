"""The week on one page: the story that most feeds print on top, the others day by day. As an answer, and as a post."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

import discord
from discord import ui

from bot.chat.desk import Desk
from bot.chat.pages import answers
from bot.chat.pages.memory import pack, short
from bot.chat.pages.pager import Leaf
from bot.delivery.card import Card, card
from bot.delivery.text import clean, cut, escape, size
from bot.delivery.weekly import choose, when
from bot.errors import Busy
from bot.model import Article, Part, Query, Roundup, Viewer
from bot.regions import Region, Regions

_WEEK = "7d"
_PAGES = 6  # of the archive's, from which the page is chosen: 150 articles
_BATCH = 25
_CHARACTERS, _OCTETS = 2500, 5200  # of the list; the rest of a message is for the lead story and the names of days
_SHARED = 4800, 6400  # of all lists of several regions together
_LINES = 10  # of each of them
_GREY = discord.Colour(0x5C6773)


@dataclass(frozen=True, slots=True)
class Page:
    """A round-up as a post: an embed for each region, and a button to the rest of it."""

    card: Card  # its headline
    embeds: tuple[discord.Embed, ...]
    buttons: tuple[tuple[str, str], ...]  # the query that each opens, and what it says

    def view(self) -> ui.View:
        view = ui.View(timeout=None)
        for packed, label in self.buttons:
            view.add_item(Leaf("+", packed, label))
        return view

    def plain(self) -> tuple[discord.Embed, ...]:
        """Without the photos, which are what Discord most likely objects to."""
        return tuple(each.copy().set_thumbnail(url=None) for each in self.embeds)

    def is_in(self, message: Mapping[str, Any]) -> bool:
        """Whether a message that we find in a channel is this page, by its first button."""
        mark = f"pg+{self.buttons[0][0]}"
        rows = message.get("components") or ()
        return any(each.get("custom_id") == mark for row in rows for each in row.get("components") or ())


async def of_week(desk: Desk, region: Region | None, viewer: Viewer) -> ui.LayoutView:
    """What came in during the last seven days, chosen to fit."""
    query = Query(region=region.code if region else None, after=_WEEK, viewer=viewer, limit=_BATCH, order="newest")
    articles, total = await _week(desk, query)
    name = f"{region.emoji} {escape(clean(region.name))}".strip() if region else "the world"
    view = ui.LayoutView(timeout=None)
    if not articles:
        return view.add_item(ui.TextDisplay(f"Nothing came in from {name} in the past week."))
    lead, *rest = choose(articles, ())[0].articles
    shown = _that_fit(rest, _CHARACTERS, _OCTETS)
    children: list[ui.Item[Any]] = [_lead(lead, desk.regions)]
    if shown:
        children += [ui.Separator[Any](), ui.TextDisplay[Any](_by_day(shown, ZoneInfo("UTC")))]
    colour = discord.Colour(region.colour) if region else _GREY
    view.add_item(ui.TextDisplay(f"## The week in {name}"))
    view.add_item(ui.Container[Any](*children, accent_colour=colour))
    if total > len(shown) + 1:
        every = Leaf("+", await pack(desk.archive, replace(query, limit=answers.CARDS)), f"All {total:,}")
        view.add_item(ui.ActionRow(every))
    return view


def page(number: int, roundup: Roundup, regions: Regions) -> Page:
    """A week that was chosen before, as a post."""
    zone = ZoneInfo(roundup.zone)
    names = [_name(part, regions) for part in roundup.parts]
    title = f"The week in {_listed(names)}"
    days = _days(roundup, zone)
    headline = Card(
        article=number,
        title=cut(f"{title}, {days}", 100),
        content=f"**{escape(cut(title, 200))}** · {days}",
        byline="",
        teaser="",
        line="",
        link="",
        picture=None,
        footer="",
        colour=_colour(roundup.parts[0], regions).value,
        more=False,
    )
    alone = len(roundup.parts) == 1
    embeds = [_alone(part, regions, zone) if alone else _share(part, regions, len(names)) for part in roundup.parts]
    return Page(headline, tuple(embeds), tuple(_button(part, roundup, regions) for part in roundup.parts))


# --- choosing -------------------------------------------------------------------------------------------------


async def _week(desk: Desk, query: Query) -> tuple[list[Article], int]:
    """The articles of the week, and how many there are beyond those that are looked at. Raises Busy."""
    articles: list[Article] = []
    total = 0
    for _ in range(_PAGES):
        found = await desk.archive.latest(query)
        if found.more and not found.hits:
            raise Busy(found.lacking)
        articles += [hit.article for hit in found.hits]
        total = max(total, found.total, len(articles))
        if not found.next:
            break
        query = replace(query, cursor=found.next)
    return articles, total


def _that_fit(articles: Iterable[Article], chars: int, octets: int) -> list[tuple[datetime, str]]:
    """As many lines as there is room for, the foremost first."""
    chosen: list[tuple[datetime, str]] = []
    for each in articles:
        line = f"- {answers.headline(each, 110)}"
        chars, octets = chars - len(line) - 1, octets - size(line) - 1
        if chars < 0 or octets < 0:
            break
        chosen.append((when(each), line))
    return chosen


# --- as an answer ---------------------------------------------------------------------------------------------


def _lead(article: Article, regions: Regions) -> ui.Item[Any]:
    made = card(article, regions)
    text = ui.TextDisplay[Any](_lead_text(article, made))
    if made.picture is None:
        return text
    return ui.Section[Any](
        text, accessory=ui.Thumbnail[Any](made.picture.url, description=made.picture.alt[:300] or None)
    )


def _lead_text(article: Article, made: Card) -> str:
    byline = f"-# {escape(made.byline)}" if made.byline else ""
    return "\n".join(part for part in (f"### {answers.headline(article, 200)}", made.teaser, byline, made.line) if part)


def _by_day(lines: Sequence[tuple[datetime, str]], zone: tzinfo) -> str:
    """Headlines under their days, the newest day first."""
    shown: list[str] = []
    for day, those in groupby(sorted(lines, reverse=True), key=lambda each: each[0].astimezone(zone).date()):
        shown.append(f"**{day:%A}, {day.day} {day:%B}**")
        shown += [line for _, line in those]
    return "\n".join(shown)


# --- as a post ------------------------------------------------------------------------------------------------


def _alone(part: Part, regions: Regions, zone: tzinfo) -> discord.Embed:
    """One region has the page to itself: a lead story with its photo, and the others day by day."""
    lead, *rest = part.articles
    made = card(lead, regions)
    shown = _that_fit(rest, _CHARACTERS - 400, _OCTETS)
    parts = [_lead_text(lead, made), _by_day(shown, zone), _more(part, 1 + len(shown))]
    embed = discord.Embed(description="\n\n".join(each for each in parts if each), colour=_colour(part, regions))
    return embed.set_thumbnail(url=made.picture.url) if made.picture else embed


def _share(part: Part, regions: Regions, shares: int) -> discord.Embed:
    """Several regions share the page: headlines alone, those that most feeds print first."""
    shown = _that_fit(part.articles[:_LINES], _SHARED[0] // shares - 120, _SHARED[1] // shares - 200)
    text = "\n".join([*(line for _, line in shown), _more(part, len(shown))]).strip()
    return discord.Embed(title=cut(_name(part, regions), 90), description=text, colour=_colour(part, regions))


def _more(part: Part, shown: int) -> str:
    rest = part.total - shown
    return f"-# and {rest:,} more" if rest > 0 else ""


def _button(part: Part, roundup: Roundup, regions: Regions) -> tuple[str, str]:
    """Opens the whole week of a region, also years later; by it the post is known again as well."""
    query = Query(
        region=part.region or None,
        after=f"{roundup.since:%Y-%m-%d}",
        before=f"{roundup.until + timedelta(days=1):%Y-%m-%d}",
        order="newest",
        limit=answers.CARDS,
    )
    name = regions.get(part.region)
    return short(query), cut(f"All from {clean(name.name)}" if name else "All of that week", 80)


def _name(part: Part, regions: Regions) -> str:
    found = regions.get(part.region)
    return f"{found.emoji} {clean(found.name)}".strip() if found else part.region or "the world"


def _colour(part: Part, regions: Regions) -> discord.Colour:
    found = regions.get(part.region)
    return discord.Colour(found.colour) if found else _GREY


def _listed(names: Sequence[str]) -> str:
    if len(names) > 3:
        names = [*names[:2], f"{len(names) - 2} more regions"]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _days(roundup: Roundup, zone: tzinfo) -> str:
    """16 – 23 November."""
    first, last = roundup.since.astimezone(zone).date(), roundup.until.astimezone(zone).date()
    month = "" if (first.year, first.month) == (last.year, last.month) else f" {first:%B}"
    return f"{first.day}{month} – {last.day} {last:%B}"

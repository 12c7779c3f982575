"""The past week on one page: the story that most feeds print, then the others day by day."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

import discord
from discord import ui

from bot.chat import answers
from bot.chat.desk import Desk
from bot.chat.memory import pack
from bot.chat.pager import Leaf
from bot.delivery.card import card
from bot.delivery.text import clean, escape, size
from bot.model import Article, Query, Viewer
from bot.regions import Region

_WEEK = "7d"
_PAGES = 6  # of the archive's, from which the page is chosen: 150 articles
_BATCH = 25
_CHARACTERS, _OCTETS = 2500, 5200  # of the list; the rest of a message is for the lead story and the names of days
_GREY = discord.Colour(0x5C6773)


async def of_week(desk: Desk, region: Region | None, viewer: Viewer) -> ui.LayoutView:
    """What came in during the last seven days, chosen to fit."""
    query = Query(region=region.code if region else None, after=_WEEK, viewer=viewer, limit=_BATCH, order="newest")
    articles, total = await _week(desk, query)
    name = f"{region.emoji} {escape(clean(region.name))}".strip() if region else "the world"
    view = ui.LayoutView(timeout=None)
    if not articles:
        return view.add_item(ui.TextDisplay(f"Nothing came in from {name} in the past week."))
    best = sorted(articles, key=lambda each: (-len(each.feeds), -_when(each).timestamp()))
    lead, rest = best[0], _that_fit(best[1:])
    children: list[ui.Item[Any]] = [_lead(lead, desk)]
    if rest:
        children += [ui.Separator[Any](), ui.TextDisplay[Any](_by_day(rest))]
    colour = discord.Colour(region.colour) if region else _GREY
    view.add_item(ui.TextDisplay(f"## The week in {name}"))
    view.add_item(ui.Container[Any](*children, accent_colour=colour))
    if total > len(rest) + 1:
        every = Leaf("+", await pack(desk.archive, replace(query, limit=answers.CARDS)), f"All {total:,}")
        view.add_item(ui.ActionRow(every))
    return view


async def _week(desk: Desk, query: Query) -> tuple[list[Article], int]:
    """The articles of the week, and how many there are beyond those that are looked at."""
    articles: list[Article] = []
    total = 0
    for _ in range(_PAGES):
        found = await desk.archive.latest(query)
        articles += [hit.article for hit in found.hits]
        total = max(total, found.total, len(articles))
        if not found.next:
            break
        query = replace(query, cursor=found.next)
    return articles, total


def _lead(article: Article, desk: Desk) -> ui.Item[Any]:
    made = card(article, desk.regions)
    parts = [f"### {answers.headline(article, 200)}", made.teaser, f"-# {escape(made.byline)}" if made.byline else ""]
    text = ui.TextDisplay[Any]("\n".join(part for part in [*parts, made.line] if part))
    if made.picture is None:
        return text
    return ui.Section[Any](
        text, accessory=ui.Thumbnail[Any](made.picture.url, description=made.picture.alt[:300] or None)
    )


def _that_fit(articles: Sequence[Article]) -> list[tuple[datetime, str]]:
    """As many lines as there is room for, the foremost first."""
    chosen: list[tuple[datetime, str]] = []
    chars, octets = _CHARACTERS, _OCTETS
    for each in articles:
        line = f"- {answers.headline(each, 110)}"
        chars, octets = chars - len(line) - 1, octets - size(line) - 1
        if chars < 0 or octets < 0:
            break
        chosen.append((_when(each), line))
    return chosen


def _by_day(lines: Sequence[tuple[datetime, str]]) -> str:
    """Headlines under their days, the newest day first."""
    shown: list[str] = []
    for day, those in groupby(sorted(lines, reverse=True), key=lambda each: each[0].date()):
        shown.append(f"**{day:%A}, {day.day} {day:%B}**")
        shown += [line for _, line in those]
    return "\n".join(shown)


def _when(article: Article) -> datetime:
    return (article.published or article.seen or datetime.min.replace(tzinfo=UTC)).astimezone(UTC)

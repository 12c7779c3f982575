"""Several articles as one compact list: what a cap per hour kept waiting."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from bot.delivery.card import GONE, Card, card, updated_at
from bot.delivery.terms import Terms
from bot.delivery.text import clean, cut, escape, isolate, linked, size, web_address
from bot.model import Article
from bot.regions import Regions

MOST = 10  # articles in a list
LONGEST = 3800  # characters of its text; Discord takes 4096
OCTETS = 6500
HEADLINE = 120
SHORTER = (HEADLINE, 60, 30)  # what of a headline is shown where a correction has made the list too long


@dataclass(frozen=True, slots=True)
class Listing:
    """One post for several articles."""

    card: Card
    articles: tuple[int, ...]  # those that found room


def listing(articles: Sequence[Article], regions: Regions, region: str | None, terms: Terms) -> Listing | None:
    """As many as have room, in their order; None when that is fewer than two."""
    lines: list[str] = []
    for article in articles[:MOST]:
        line = _line(article) if _link(article) else ""  # without an address it could not be found again
        if not line or not _fit([*lines, line]):
            break
        lines.append(line)
    if len(lines) < 2:
        return None
    chosen = articles[: len(lines)]
    return Listing(_card(chosen, lines, regions, region, terms), tuple(each.id for each in chosen))


def relisting(
    articles: Sequence[Article], regions: Regions, region: str | None, terms: Terms, updated: datetime
) -> Card:
    """A list that is out, with all its articles as they are now."""
    lines: list[str] = []
    for most in SHORTER:
        lines = [_line(each, most) for each in articles]
        if _fit(lines):
            break
    else:
        lines = [_line(replace(each, url=""), SHORTER[-1]) for each in articles]
    return replace(_card(articles, lines, regions, region, terms), note=updated_at(updated, terms))


def _card(
    articles: Sequence[Article], lines: Sequence[str], regions: Regions, region: str | None, terms: Terms
) -> Card:
    place = regions.get(region) if region else None
    headline = f"{len(lines)} more" + (f" from {clean(place.name)}" if place else "")
    return replace(
        card(articles[0], regions, region=region, terms=terms),  # for its colour
        title=headline,
        content=f"**{escape(headline)}**",
        byline="",
        teaser="\n".join(lines),
        line="",
        link="",
        picture=None,
        footer="",
        note="",
        more=False,
        several=True,
    )


def _line(article: Article, most: int = HEADLINE) -> str:
    """A headline that is a link, and who wrote where."""
    shown = linked(clean(article.title) or "Untitled", _link(article), most, most * 3)
    source = escape(cut(clean(article.source_name), 40, 120))
    if article.gone is not None:
        shown = f"~~{shown}~~ · {GONE.lower()}"
    return f"• {shown}" + (f" · {isolate(source)}" if source else "")


def _link(article: Article) -> str:
    """An address that can stand in a text; one with brackets in it would end too soon."""
    link = web_address(article.url, 512)
    return "" if ")" in link or "(" in link else link


def _fit(lines: Sequence[str]) -> bool:
    text = "\n".join(lines)
    return len(text) <= LONGEST and size(text) <= OCTETS

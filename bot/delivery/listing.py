"""Several articles as one compact list: what a cap per hour kept waiting."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.delivery.card import Card, card
from bot.delivery.terms import Terms
from bot.delivery.text import clean, cut, escape, isolate, size, web_address
from bot.model import Article
from bot.regions import Regions

MOST = 10  # articles in a list
LONGEST = 3800  # characters of its text; Discord takes 4096
OCTETS = 6500
SHOWN = "list"  # in place of a digest: a list is not edited when one of its articles changes


@dataclass(frozen=True, slots=True)
class Listing:
    """One post for several articles."""

    card: Card
    articles: tuple[int, ...]  # those that found room


def listing(articles: Sequence[Article], regions: Regions, region: str | None, terms: Terms) -> Listing | None:
    """As many as have room, in their order; None when that is fewer than two."""
    lines: list[str] = []
    for article in articles[:MOST]:
        line = _line(article)
        text = "\n".join([*lines, line])
        if not line or len(text) > LONGEST or size(text) > OCTETS:
            break
        lines.append(line)
    if len(lines) < 2:
        return None
    place = regions.get(region) if region else None
    first = card(articles[0], regions, region=region, terms=terms)
    name = f" from {clean(place.name)}" if place else ""
    headline = f"{len(lines)} more{name}"
    made = replace(
        first,
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
    )
    return Listing(made, tuple(each.id for each in articles[: len(lines)]))


def _line(article: Article) -> str:
    """A headline that is a link, and who wrote where; nothing for an article that has no address to be found by."""
    link = web_address(article.url, 512)
    if not link or ")" in link or "(" in link:
        return ""
    headline = escape(cut(clean(article.title) or "Untitled", 120, 360, escaped=True))
    source = escape(cut(clean(article.source_name), 40, 120))
    return f"• [{headline}]({link})" + (f" · {isolate(source)}" if source else "")

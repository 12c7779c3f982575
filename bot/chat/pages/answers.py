"""What was found, as cards that Discord can show: within its limits, and nothing in them but what we mean."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

import discord
from discord import ui

from bot.chat.pages.why import why_here
from bot.delivery.card import READING, READING_OCTETS, Card, card
from bot.delivery.text import clean, cut, cut_at_sentence, escape, linked, size, web_address
from bot.model import Article, Hit
from bot.regions import Regions

CARDS = 5  # on a page; what is more is shown as lines, so that 40 components will do
MARKED = ("\ue0f0", "\ue0f1")  # around the words that matched

_CHARACTERS, _OCTETS = 3600, 7200  # Discord takes 4000 and 8000; the rest is for what stands around the cards
_AROUND = 400  # characters of that
_HEADLINE, _LINK, _TEASER, _BYLINE, _BUTTON_LINK = 200, 300, 320, 120, 512  # characters
_LINE_HEADLINE, _LINE_LINK = 130, 250
_ALT = 300
_WHY = 160

Item = ui.Item[Any]
Toggle = Callable[[int, bool], Item]  # makes the button that opens (or closes) the longer text of an article


@dataclass(frozen=True, slots=True)
class _Piece:
    """A card in the making: what always stands there, and the text that gets what room is left."""

    article: Article
    card: Card
    head: str
    foot: str
    body: str  # plain; matched words marked
    long: bool
    button_link: str

    @property
    def fixed(self) -> str:
        return f"{self.head}\n\n{self.foot}"


def cards(
    hits: Sequence[Hit],
    regions: Regions,
    opened: Collection[int] = (),
    toggle: Toggle | None = None,
    pictures: bool = True,
    taken: tuple[int, int] = (0, 0),
) -> list[Item]:
    """A card for each, in the colour of its region. At most CARDS of them fit into one message.

    Of its characters and octets, some may be taken by other cards.
    """
    pieces = [_piece(hit, regions, hit.article.id in opened, why=True) for hit in hits]
    fixed = sum(len(each.fixed) for each in pieces)
    if fixed > _CHARACTERS // 2:  # the text comes first
        pieces = [_piece(hit, regions, hit.article.id in opened, why=False) for hit in hits]
    room = _CHARACTERS - taken[0] - sum(len(each.fixed) + 4 for each in pieces)
    octets = _OCTETS - taken[1] - sum(size(each.fixed) + 4 for each in pieces)
    texts: dict[int, str] = {}
    for left, each in zip(range(len(pieces), 0, -1), sorted(pieces, key=lambda piece: piece.long), strict=True):
        text = _body(each, room // left, octets // left)  # short ones first: what they leave is for the opened ones
        texts[each.article.id] = text
        room, octets = room - len(text), octets - size(text)
    return [_container(each, texts[each.article.id], toggle, pictures) for each in pieces]


def lines(hits: Sequence[Hit], regions: Regions) -> tuple[list[Item], int]:
    """Headlines alone, two lines each; and how many of them fitted."""
    shown: list[str] = []
    for hit in hits:
        article = hit.article
        headline = linked(_title(article), web_address(article.url, _LINE_LINK), _LINE_HEADLINE, 300)
        text = f"**{headline}**\n{card(article, regions).line}".strip()
        so_far = "\n".join([*shown, text])
        if shown and (len(so_far) > _CHARACTERS or size(so_far) > _OCTETS):
            break
        shown.append(text)
    return [ui.Container[Any](ui.TextDisplay("\n".join(shown)))], len(shown)


def taken_around(text: str) -> tuple[int, int]:
    """How many of the cards' characters and octets are taken by what stands around them, where that is long."""
    return max(0, len(text) - _AROUND), max(0, size(text) - 2 * _AROUND)


def headline(article: Article, chars: int = 120, link: bool = True) -> str:
    """A headline, linked where it can be, for use within a sentence or a list."""
    return linked(_title(article), web_address(article.url, _LINE_LINK) if link else "", chars, chars * 3)


def because(article: Article, regions: Regions, chars: int = _WHY) -> str:
    """One line for whoever opens an article: what brought it into its regions."""
    said = cut(why_here(article, regions), chars, chars * 2, escaped=True)
    return f"Why here? {escape(said)}" if said else ""


def listed(names: Sequence[str]) -> str:
    """ "a, b and c"."""
    *before, last = names
    return f"{', '.join(before)} and {last}" if before else last


def mark(text: str) -> str:
    """Escaped, with the words that matched in bold."""
    opening, closing = MARKED
    shown: list[str] = []
    for index, part in enumerate(text.split(opening)):
        inside, found, outside = part.partition(closing)
        if not found or not index:
            inside, outside = "", part
        shown += [f"**{escape(inside)}**" if inside.strip() else escape(inside), escape(outside.replace(closing, ""))]
    return "".join(shown)


def _piece(hit: Hit, regions: Regions, opened: bool, why: bool) -> _Piece:
    article = hit.article
    made = card(article, regions)
    link = web_address(article.url, _LINK)
    by = escape(cut(made.byline, _BYLINE, 250, escaped=True))
    small = made.line.removeprefix("-# ")
    reason = because(article, regions) if opened and why else ""
    foot = "\n".join(f"-# {each}" for each in (by, small, escape(cut(made.note, 60)), reason) if each)
    longer = _longer(article)
    body = hit.snippet if hit.snippet.strip() and not opened else clean(article.teaser) or clean(article.text)
    return _Piece(
        article=article,
        card=made,
        head=f"### {linked(_title(article), link, _HEADLINE, 500)}",
        foot=foot,
        body=longer if opened else body,
        long=opened,
        button_link="" if link else web_address(article.url, _BUTTON_LINK),
    )


def _body(piece: _Piece, chars: int, octets: int) -> str:
    """The text, escaped, within the room there is."""
    most = (READING, READING_OCTETS) if piece.long else (_TEASER, _TEASER * 3)
    chars, octets = min(chars, most[0]), min(octets, most[1])
    if any(each in piece.body for each in MARKED):
        return _snippet(piece.body, chars, octets)
    return escape(cut_at_sentence(piece.body, chars, octets, escaped=True))


def _snippet(text: str, chars: int, octets: int) -> str:
    """The place that matched; shortened at its end if it must be."""
    tidy = MARKED[1].join(
        MARKED[0].join(_tidy(part) for part in each.split(MARKED[0])) for each in text.split(MARKED[1])
    )
    shown = mark(tidy.strip())
    while tidy and (len(shown) > chars or size(shown) > octets):
        tidy = tidy[: len(tidy) * 9 // 10]
        shown = mark(tidy.rstrip() + "…")
    return shown


def _tidy(part: str) -> str:
    """Clean, and yet apart from its neighbours where it was."""
    return f"{' ' * part[:1].isspace()}{clean(part)}{' ' * (part[-1:].isspace() and bool(part.strip()))}"


def _container(piece: _Piece, text: str, toggle: Toggle | None, pictures: bool) -> Item:
    """The card; an opened one has its longer text below the photo, over the whole width."""
    picture = piece.card.picture if pictures else None
    beside = (piece.head, piece.foot) if picture and piece.long else (piece.head, text, piece.foot)
    shown = ui.TextDisplay[Any]("\n".join(part for part in beside if part))
    children: list[Item] = [shown]
    if picture:
        media = ui.Thumbnail[Any](picture.url, description=cut(picture.alt, _ALT, _ALT * 2) or None)
        children = [ui.Section[Any](shown, accessory=media)]
        if piece.long and text:
            children.append(ui.TextDisplay(text))
    if piece.button_link:
        children.append(ui.ActionRow(ui.Button(label="Open article", url=piece.button_link)))
    elif toggle and (piece.long or _has_more(piece.article, text)):
        children.append(ui.ActionRow(toggle(piece.article.id, piece.long)))
    return ui.Container[Any](*children, accent_colour=discord.Colour(piece.card.colour))


def _longer(article: Article) -> str:
    """All that the feed gave."""
    return max(clean(article.teaser, lines=True), clean(article.text, lines=True), key=len)


def _has_more(article: Article, shown: str) -> bool:
    return len(escape(_longer(article))) > len(shown.replace("**", "")) + 1


def _title(article: Article) -> str:
    return clean(article.title) or clean(article.url) or "Untitled"

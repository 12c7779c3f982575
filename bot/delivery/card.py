"""What a post shows: an article, ready to be read on a phone, within all of Discord's limits."""

import hashlib
from dataclasses import astuple, dataclass, replace
from datetime import datetime

from bot.delivery.terms import NONE, Terms
from bot.delivery.text import (
    clean,
    cut,
    cut_at_sentence,
    escape,
    isolate,
    size,
    web_address,
)
from bot.model import Article
from bot.regions import Region, Regions

HEADLINE = 240  # characters, escaped: some five lines of a phone
TITLE = 100  # a forum post's
TEASER = 350  # what a glance takes in
READING = 1800  # "Keep reading": a longer teaser, not the article
BYLINE = 200
READING_OCTETS = 4500
NAMES = 3  # in a byline, before "and 2 others"
FOOTER = 300
ALT = 1024
LONGEST_BUTTON_LINK = 512
OCTETS = 8000  # of all text of a message: what is longer in bytes has been answered with 500
LAST_LATIN = "\u024f"
GONE = "No longer at its address"
LIST = "list"  # how the digest of a list begins; alone, when it was found again and not looked at closely
_GREY = 0x5C6773


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo that may be shown."""

    url: str
    alt: str


@dataclass(frozen=True, slots=True)
class Card:
    """Everything that a post shows, escaped and cut. Content and description are markup, the rest is plain."""

    article: int
    title: str  # the headline in plain text, for a forum post
    content: str  # the headline, which is what a notification shows
    byline: str
    teaser: str
    line: str  # region, source, when: in small print
    link: str  # http(s), or "" when the article has no address that may be one
    picture: Picture | None
    footer: str  # credit of the photo
    colour: int
    more: bool  # the feed gave more text than this
    long: bool = False
    note: str = ""  # "Updated 14:05", "No longer at its address"
    several: bool = False  # a list of articles

    @property
    def description(self) -> str:
        return "\n\n".join(part for part in (self.teaser, self.line) if part)

    @property
    def small_print(self) -> str:
        return " · ".join(part for part in (self.footer, self.note) if part)

    @property
    def shown(self) -> str:
        """The digest of what it shows. That it was updated at some hour shows nothing new by itself."""
        shown = astuple(replace(self, note="" if self.note.startswith("Updated") else self.note))
        digest = hashlib.blake2b(repr(shown).encode("utf-8", "replace"), digest_size=12).hexdigest()
        return f"{LIST}:{digest}" if self.several else digest


def card(
    article: Article,
    regions: Regions,
    *,
    region: str | None = None,
    terms: Terms = NONE,
    long: bool = False,
    updated: datetime | None = None,
) -> Card:
    """The card of an article, as it is shown under one of its regions."""
    headline = clean(article.title) or clean(article.url) or "Untitled"
    short, reading = _teaser(article, terms), _reading(article)
    placed = _placed(article, regions, region)
    made = Card(
        article=article.id,
        title=cut(headline, TITLE),
        content=f"**{escape(cut(headline, HEADLINE, 700, escaped=True))}**",
        byline=byline(article.authors),
        teaser=escape(reading if long else short),
        line=_line(article, placed),
        link=web_address(article.url, LONGEST_BUTTON_LINK),
        picture=None if long else _picture(article, terms),  # who reads on has just seen it
        footer="" if long else _footer(article, terms),
        colour=terms.colour if terms.colour is not None else placed[0].colour if placed else _GREY,
        more=len(reading) > len(short),
        long=long,
        note=_note(article, terms, updated),
    )
    return _with_alt_that_fits(made)


def is_list(shown: str) -> bool:
    """Whether a digest is that of a list."""
    return shown.startswith(LIST)


def updated_at(moment: datetime, terms: Terms) -> str:
    """By the clock of those who read there."""
    zone = "" if terms.zone else " UTC"
    return f"Updated {moment.astimezone(terms.clock):%H:%M}{zone}"


def plain(made: Card) -> Card:
    """The same with nothing that Discord could object to: headline and link."""
    return replace(made, byline="", teaser="", line=made.link, picture=None, footer="", note="", more=False)


def byline(authors: tuple[str, ...]) -> str:
    """ "By A, B and C"; where names are written in another script, the names alone."""
    names = [isolate(name) for each in authors[:50] if (name := clean(each)[:80])]
    if not names:
        return ""
    is_latin = names[0][0] <= LAST_LATIN or names[0].isascii()
    rest = len(names) - NAMES
    if rest > 0:
        names = [*names[:NAMES], ("1 other" if rest == 1 else f"{rest} others") if is_latin else f"+{rest}"]
    if not is_latin:
        return cut(", ".join(names), BYLINE, 400)
    said = names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    return cut(f"By {said}", BYLINE, 400)


def _teaser(article: Article, terms: Terms) -> str:
    """Whole sentences; from the longer text when the feed gives no teaser."""
    if terms.style == "compact":
        return ""
    given = clean(article.teaser) or clean(article.text)
    return cut_at_sentence(given, TEASER, escaped=True)


def _reading(article: Article) -> str:
    """The most that "Keep reading" shows: what the feed gave, and no more than a longer teaser of it."""
    longer = max(clean(article.teaser, lines=True), clean(article.text, lines=True), key=len)
    return cut_at_sentence(longer, READING, octets=READING_OCTETS, escaped=True)


def _placed(article: Article, regions: Regions, region: str | None) -> list[Region]:
    """The regions to name, the one it is shown under first."""
    codes = [code for code in article.regions if code != region]
    if region is not None and region in article.regions:
        codes.insert(0, region)
    return [found for code in codes[:3] if (found := regions.get(code))]


def _line(article: Article, placed: list[Region]) -> str:
    when = article.published or article.seen
    parts = []
    if placed:
        names = ", ".join(escape(clean(each.name)) for each in placed)
        parts.append(f"{placed[0].emoji} {names}".strip())
    if source := clean(article.source_name):
        parts.append(isolate(escape(cut(source, 80, 200))))
    if when is not None:
        parts.append(f"<t:{int(when.timestamp())}:R>")
    return f"-# {' · '.join(parts)}" if parts else ""


def _picture(article: Article, terms: Terms) -> Picture | None:
    if article.image is None or terms.style == "compact" or (terms.credit and not clean(article.image.credit)):
        return None
    url = web_address(article.image.url)
    return Picture(url, clean(article.image.alt)) if url else None


def _footer(article: Article, terms: Terms) -> str:
    picture = _picture(article, terms)
    credit = clean(article.image.credit) if picture and article.image else ""
    return cut(f"Photo: {isolate(credit)}", FOOTER, 500) if credit else ""


def _note(article: Article, terms: Terms, updated: datetime | None) -> str:
    if article.gone is not None:
        return GONE
    return updated_at(updated, terms) if updated else ""


def _with_alt_that_fits(made: Card) -> Card:
    """Everything else is bounded in bytes; the description of the photo gets what they leave."""
    if made.picture is None:
        return made
    left = OCTETS - size("".join((made.content, made.byline, made.description, made.small_print, made.link)))
    return replace(made, picture=replace(made.picture, alt=cut(made.picture.alt, ALT, max(0, left))))

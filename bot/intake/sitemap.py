"""A news sitemap is a source in its own right: the last two days of a site's articles. An index leads to several."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from bot.intake import text
from bot.intake.addresses import join
from bot.intake.dates import read_date
from bot.model import Entry, Image, Tag

_MOST_LISTED = 50_000  # by the protocol
_OF_NEWS = re.compile(r"news|noticia|nachricht|actu(?:alit|s)|notizi", re.I)
_MOST_PARTS = 2000  # of an index: more months and days than any magazine has printed
_MOST_TAGS, _LONGEST_TAG = 50, 200
_READ = 3  # of them that are read at each poll: the newest
_LISTED = re.compile(rb"^[ \t]*sitemap[ \t]*:[ \t]*(\S{1,2000})", re.I | re.M)


@dataclass(frozen=True, slots=True)
class Part:
    """A sitemap that an index names, and when that was changed, if it says so."""

    url: str
    changed: datetime | None = None


def parts(root: etree._Element, base: str) -> tuple[Part, ...]:
    """The sitemaps that an index names, those changed last first. If any is said to be of news, these alone."""
    named = []
    for node in list(_children(root, "sitemap"))[:_MOST_LISTED]:
        address = join(base, _text(node, "loc"))
        if address:
            named.append(Part(address, read_date(_text(node, "lastmod"))))
    # Those without a date stay as they are listed, at the end.
    named.sort(key=lambda each: -each.changed.timestamp() if each.changed else 0.0)
    once = list({each.url: each for each in reversed(named)}.values())[::-1]
    return tuple([each for each in once if _OF_NEWS.search(each.url)] or once)[:_MOST_PARTS]


def newest(listed: Sequence[Part]) -> tuple[str, ...]:
    """The addresses of those that may bring news."""
    return tuple(each.url for each in listed[:_READ])


def listed(robots: bytes, base: str) -> list[str]:
    """The sitemaps that a robots.txt names, those of news first."""
    found = [join(base, each[1].decode("utf-8", "replace")) for each in _LISTED.finditer(robots)]
    return sorted(dict.fromkeys(filter(None, found)), key=lambda each: not _OF_NEWS.search(each))


def publication(root: etree._Element) -> str:
    """The name under which the articles of a news sitemap are published."""
    for node in root.iter("{*}publication"):
        return text.line(_text(node, "name"))[:200]
    return ""


def entries(root: etree._Element, base: str, most: int) -> Iterator[Entry]:
    """The <url>s that have a <news:news>."""
    for node in list(_children(root, "url"))[:most]:
        news = next(_children(node, "news"), None)
        if news is None:
            continue
        address = join(base, _text(node, "loc"))
        picture = next(_children(node, "image"), None)
        shown = join(base, _text(picture, "loc")) if picture is not None else ""
        published = next(_children(news, "publication"), None)
        yield Entry(
            title=text.line(_text(news, "title"))[:500],
            link=address,
            guid=address,
            tags=tuple(Tag(word) for word in _keywords(_text(news, "keywords"))),
            image=Image(shown, text.line(_text(picture, "caption"))[:500]) if picture is not None and shown else None,
            published=read_date(_text(news, "publication_date")),
            updated=read_date(_text(node, "lastmod")),
            language=_text(published, "language")[:20] if published is not None else "",
        )


def _keywords(said: str) -> list[str]:
    """As in a feed: so many tags, and none of them a text."""
    words = (text.line(each) for each in said.split(",", _MOST_TAGS)[:_MOST_TAGS] if len(each) <= 2 * _LONGEST_TAG)
    return [each for each in words if 0 < len(each) <= _LONGEST_TAG]


def _children(node: etree._Element, name: str) -> Iterator[etree._Element]:
    return (each for each in node if isinstance(each.tag, str) and etree.QName(each).localname == name)


def _text(node: etree._Element, name: str) -> str:
    found = next(_children(node, name), None)
    return "".join(str(each) for each in found.itertext()).strip() if found is not None else ""

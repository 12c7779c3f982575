"""What an article's page says about itself in its head, and which feeds a page names."""

import re
from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from bot.intake import media, text
from bot.intake.addresses import LONGEST, join
from bot.intake.dates import read_date
from bot.intake.people import names
from bot.model import Document, Image

ENOUGH = 256 * 1024  # bytes: no head is longer
HEAD_END = b"</head>"
_FEEDS = {
    "application/rss+xml", "application/atom+xml", "application/feed+json", "application/json", "application/rdf+xml",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Page:
    """An article's page, as far as its head tells."""

    title: str = ""
    teaser: str = ""
    image: Image | None = None
    authors: tuple[str, ...] = ()
    section: str = ""
    tags: tuple[str, ...] = ()
    published: datetime | None = None
    canonical: str = ""
    text: str = ""  # the body, where it was asked for


def read_page(document: Document, full_text: bool = False) -> Page:
    """Open Graph, article: and Twitter's words, else the plain ones."""
    root = _tree(document.body)
    if root is None:
        return Page()
    said: dict[str, list[str]] = {}
    for node in root.iter("meta"):
        name = (node.get("property") or node.get("name") or node.get("itemprop") or "").strip().lower()
        content = text.line(node.get("content") or "")
        if name and content:
            said.setdefault(name, []).append(content[:2000])

    def first(*wanted: str) -> str:
        return next((said[name][0] for name in wanted if name in said), "")

    shown = join(
        document.url, first("og:image:secure_url", "og:image", "og:image:url", "twitter:image", "twitter:image:src")
    )
    alt = first("og:image:alt", "twitter:image:alt")
    written = [
        each for name in ("article:author", "author", "parsely-author", "dc.creator") for each in said.get(name, ())
    ]
    return Page(
        title=first("og:title", "twitter:title"),
        teaser=text.teaser(first("og:description", "twitter:description", "description")),
        image=Image(media.tidy(shown), media.without_credit(alt)[:500], media.credit_in(alt)[:200]) if shown else None,
        authors=names(each for each in written if "://" not in each),
        section=first("article:section", "parsely-section"),
        tags=tuple(dict.fromkeys(each for each in said.get("article:tag", ())))[:30],
        published=read_date(first("article:published_time", "parsely-pub-date", "date")),
        canonical=join(document.url, _link(root, "canonical")),
        text=_body(document) if full_text else "",
    )


def alternates(body: bytes) -> list[str]:
    """The addresses of the feeds that a page names, as it writes them."""
    root = _tree(body)
    if root is None:
        return []
    found = []
    for node in root.iter("link"):
        kind = (node.get("type") or "").lower().partition(";")[0].strip()
        address = (node.get("href") or "").strip()
        if "alternate" in (node.get("rel") or "").lower().split() and kind in _FEEDS and 0 < len(address) <= LONGEST:
            found.append(address)
    return list(dict.fromkeys(found))[:20]


def _link(root: etree._Element, rel: str) -> str:
    for node in root.iter("link"):
        if rel in (node.get("rel") or "").lower().split():
            return node.get("href") or ""
    return ""


def _body(document: Document) -> str:
    """The article's own words, for search only; nothing when the library for that is not there."""
    try:
        from trafilatura import extract
    except ImportError:
        return ""
    found = extract(document.body, url=document.url, fast=True, include_comments=False, include_tables=False)
    return (found or "")[: text.LONGEST_TEXT]


def _tree(body: bytes) -> etree._Element | None:
    declared = re.search(rb"charset\s*=\s*[\"']?([\w-]{3,30})", body[:2048])
    encoding = declared[1].decode() if declared else "utf-8"
    for each in (encoding, "utf-8"):
        try:
            return etree.fromstring(body, etree.HTMLParser(no_network=True, remove_comments=True, encoding=each))
        except (etree.LxmlError, ValueError, LookupError, AssertionError):
            continue
    return None

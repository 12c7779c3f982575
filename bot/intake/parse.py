"""From a document to entries. Pure; runs in the worker process, for what comes from outside may be slow or huge.

Two gates keep the slow reader (feedparser) away from what we know. The first stands in the poller: a hash of the
document from its first item on. The second is here: the document is cut at its items, and each item's bytes are
compared with the prints that this source had last time. A print that is known brings neither a new key nor a change,
so only the others are parsed: a new article and a corrected headline alike are new prints. A scan of the whole tree
(lxml: guid, link, headline) then looks for names given twice; when it finds any, or cannot read the document, or
counts other than the cutting did, all of it is parsed.
"""

import io
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import feedparser
from lxml import etree

from bot.intake import items, jsonfeed, people, sitemap, slices, text
from bot.intake.addresses import join
from bot.intake.identify import Row, is_repeated, shared_names
from bot.intake.pages import alternates
from bot.intake.schedule import feed_hint
from bot.model import Document, Entry

INDEX = "sitemap-index"
TOMBSTONE = "{http://purl.org/atompub/tombstones/1.0}deleted-entry"  # RFC 6721
MOST = 1000  # entries of one document
_MOST_MARKED = 20_000  # of its items whose prints are remembered: 400 KB for the longest of feeds
_DAYS = frozenset({"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"})
# What feedparser is known to raise at hostile documents, instead of setting its bozo bit.
_BREAKS = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError, AssertionError)


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a document says."""

    format: str = ""  # rss20, atom10, json11, sitemap, ...; "" is no feed
    entries: tuple[Entry, ...] = ()  # in the document's order; those whose prints were known are left out
    title: str = ""
    home: str = ""
    language: str = ""
    count: int = 0  # items in the whole document
    marks: tuple[str, ...] = ()  # a short name for each item's print, in the document's order
    shared: frozenset[str] = frozenset()  # names that stand for different articles here
    deleted: tuple[str, ...] = ()  # the guids of items that are no more, as the publisher says
    cut_off: bool = False  # it broke off; what was whole is here
    unclosed: bool = False  # after a whole item; perhaps its publisher never closes it
    html: bool = False  # a web page, not a feed
    alternates: tuple[str, ...] = ()  # the feeds that a web page names
    links: Mapping[str, str] | None = None  # rel -> address: next, prev-archive, hub, self
    hint: timedelta | None = None
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[str] = frozenset()
    parts: tuple[sitemap.Part, ...] = ()  # the sitemaps that an index leads to
    sitemap: bool = False  # of news or not
    unheard: Mapping[int, frozenset[int]] | None = None  # feed -> which entries lay in its index at its first poll


def parse(document: Document, known: Collection[str] = ()) -> Parsed:
    """All that the document says; entries whose prints are `known` are not looked into."""
    body = document.body
    feed = jsonfeed.load(body)
    if feed is not None:
        return _from_json(feed, document.url)
    whole = slices.whole_part(body)
    body = slices.spelt_out(whole.body)
    root = _tree(body, document.headers)
    if root is not None and etree.QName(root).localname in {"urlset", "sitemapindex"}:
        return _from_sitemap(root, document.url)
    pieces = slices.cut(body)
    letters = slices.letters(body, document.headers)
    marks = tuple(slices.mark(each, letters) for each in pieces.items[:_MOST_MARKED]) if pieces else ()
    elements = _elements(root)
    if pieces and len(elements) == len(marks) and any(each in known for each in marks):
        unknown = [index for index, each in enumerate(marks) if each not in known]
        fresh, left = unknown[:MOST], set(unknown[MOST:])
        if not is_repeated([_row(each) for each in elements]):
            found = _read(pieces.with_only(fresh), document, [elements[index] for index in fresh])
            if len(found.entries) == len(fresh):
                found = replace(found, count=len(marks), shared=frozenset())
                found = replace(found, marks=tuple(each for at, each in enumerate(marks) if at not in left))
                return _finished(found, whole, root, elements)
    found = _read_all(body, document, elements, pieces)
    if not found.format:
        return Parsed(html=_is_page(body), alternates=tuple(alternates(body)) if _is_page(body) else ())
    return _finished(replace(found, marks=marks), whole, root, elements)


def _finished(
    found: Parsed, whole: slices.Whole, root: etree._Element | None, elements: list[etree._Element]
) -> Parsed:
    """With what is said outside of the items."""
    said = replace(found, cut_off=whole.torn, unclosed=whole.between, deleted=_deleted(root, elements))
    return _with_skips(said, root)


def _read_all(body: bytes, document: Document, elements: list[etree._Element], pieces: slices.Slices | None) -> Parsed:
    """All of it; where an item breaks the reader, the others one by one."""
    try:
        return _read(body, document, elements)
    except _BREAKS:
        whole = Parsed()
    for index in range(min(len(pieces.items), MOST) if pieces else 0):
        assert pieces is not None
        try:
            one = _read(pieces.with_only((index,)), document, [])
        except _BREAKS:
            continue
        if one.format:
            whole = replace(one, entries=(*whole.entries, *one.entries))
    return replace(whole, count=len(whole.entries), shared=_shared(whole.entries))


def _read(body: bytes, document: Document, elements: list[etree._Element]) -> Parsed:
    """The slow reader's answer, in our words."""
    told = {"content-type": document.headers.get("content-type", "application/xml")}
    answer = feedparser.parse(io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False, response_headers=told)
    feed, found, version = answer.feed, answer.entries[:MOST], answer.get("version", "")
    if not version and (not found or _is_page(body)):
        return Parsed()
    home = join(document.url, _string(feed.get("link")))
    own = elements[:MOST] if len(elements) == len(answer.entries) else [None] * len(found)
    entries = tuple(items.entry(item, element, home or document.url) for item, element in zip(found, own, strict=True))
    if version.startswith("atom"):
        entries = _with_author(entries, feed)
    return Parsed(
        format=version or "unknown",
        entries=entries,
        title=text.line(_string(feed.get("title")))[:200],
        home=home,
        language=_string(feed.get("language"))[:20],
        count=len(answer.entries),
        shared=_shared(entries),
        links=_links(feed, document.url),
        hint=feed_hint(
            _string(feed.get("ttl")), _string(feed.get("sy_updateperiod")), _string(feed.get("sy_updatefrequency"))
        ),
    )


def _from_sitemap(root: etree._Element, url: str) -> Parsed:
    """A news sitemap, or an index of sitemaps; a sitemap without news is no feed."""
    if etree.QName(root).localname == "sitemapindex":
        parts = sitemap.parts(root, url)
        return Parsed(INDEX if parts else "", parts=parts, sitemap=True)
    listed = tuple(sitemap.entries(root, url, MOST))
    return Parsed(
        format="sitemap" if listed else "",
        entries=listed,
        title=sitemap.publication(root),
        count=len(listed),
        shared=_shared(listed),
        sitemap=True,
    )


def _from_json(feed: dict[str, Any], url: str) -> Parsed:
    found = tuple(jsonfeed.entries(feed, url, MOST))
    links = {rel: join(url, _string(feed.get(name))) for rel, name in (("next", "next_url"), ("self", "feed_url"))}
    hubs = feed.get("hubs")
    hub = hubs[0].get("url") if isinstance(hubs, list) and hubs and isinstance(hubs[0], dict) else ""
    return Parsed(
        format="json11" if "1.1" in _string(feed.get("version")) else "json10",
        entries=found,
        title=text.line(_string(feed.get("title")))[:200],
        home=join(url, _string(feed.get("home_page_url"))),
        language=_string(feed.get("language"))[:20],
        count=len(found),
        shared=_shared(found),
        links={rel: address for rel, address in (links | {"hub": join(url, _string(hub))}).items() if address},
    )


def _tree(body: bytes, headers: Mapping[str, str]) -> etree._Element | None:
    """The document's tree when it is well-formed XML; entities are not resolved, nothing is fetched."""
    charset = headers.get("content-type", "").lower().partition("charset=")[2].strip(" \"'").partition(";")[0]
    try:
        parser = etree.XMLParser(
            resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, encoding=charset or None
        )
        return etree.fromstring(body.lstrip(), parser)
    except (etree.LxmlError, ValueError, LookupError):
        return None


def _elements(root: etree._Element | None) -> list[etree._Element]:
    if root is None:
        return []
    return [each for each in root.iter("{*}item", "{*}entry") if isinstance(each.tag, str)]


def _deleted(root: etree._Element | None, elements: list[etree._Element]) -> tuple[str, ...]:
    """What the document calls deleted, but for what it prints all the same: that has come back."""
    stones = [] if root is None else [(each.get("ref") or "").strip() for each in root.iter(TOMBSTONE)]
    printed = {_row(each).guid for each in elements} if stones else set()
    return tuple(each for each in dict.fromkeys(stones) if each and each not in printed)[:MOST]


def _row(element: etree._Element) -> Row:
    """What the quick scan sees of an item."""
    guid = link = title = ""
    for each in element:
        name = each.tag.rpartition("}")[2] if isinstance(each.tag, str) else ""
        if name in {"guid", "id"}:
            guid = (each.text or "").strip()
        elif name == "title":
            title = title or "".join(str(part) for part in each.itertext())
        elif name == "link" and each.get("rel", "alternate") == "alternate":
            link = link or (each.get("href") or each.text or "").strip()
    return Row(guid, link, title)


def _shared(entries: Collection[Entry]) -> frozenset[str]:
    return shared_names(Row(each.guid, each.link, each.title) for each in entries)


def _with_author(entries: tuple[Entry, ...], feed: Any) -> tuple[Entry, ...]:
    """An Atom feed's own author wrote what nobody else did, if it is a person: the blog of one, not a newspaper's."""
    written = people.names([_string((feed.get("author_detail") or {}).get("name"))])
    title = _string(feed.get("title")).casefold()
    if len(written) != 1 or not 2 <= len(written[0].split()) <= 4 or written[0].casefold() in title:
        return entries
    return tuple(each if each.authors else replace(each, authors=written) for each in entries)


def _with_skips(found: Parsed, root: etree._Element | None) -> Parsed:
    """RSS skipHours and skipDays, in GMT; such as leave no time at all are not heard."""
    if root is None or root.find("channel") is None:
        return found
    said = [(each.text or "").strip() for each in root.iterfind("channel/skipHours/hour")]
    hours = frozenset(int(each) % 24 for each in said if each.isdecimal() and len(each) <= 2)
    days = _DAYS & {(each.text or "").strip().lower() for each in root.iterfind("channel/skipDays/day")}
    return replace(
        found,
        skip_hours=hours if len(hours) < 24 else frozenset(),
        skip_days=days if len(days) < 7 else frozenset(),
    )


def _links(feed: Any, base: str) -> dict[str, str]:
    wanted = {"next", "prev-archive", "hub", "self"}
    found: dict[str, str] = {}
    for each in feed.get("links", ()):
        if each.get("rel") in wanted and join(base, _string(each.get("href"))):
            found.setdefault(each["rel"], join(base, _string(each.get("href"))))
    return found


def _is_page(body: bytes) -> bool:
    head = body[:2048].lower()
    return b"<html" in head or b"<!doctype html" in head


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""

"""What feedparser makes of an item becomes one of our entries."""

from collections.abc import Iterator
from typing import Any

from lxml import etree

from bot.intake import media, text
from bot.intake.addresses import is_redirector, join, split
from bot.intake.dates import read_date
from bot.intake.people import names
from bot.model import Entry, Tag

_DC_CREATOR = "{http://purl.org/dc/elements/1.1/}creator"
_MOST_TAGS, _LONGEST_TAG, _LONGEST_TITLE = 50, 200, 500

# The one place where feedparser's own objects are touched: dictionaries of anything, hence Any.
Item = Any


def entry(item: Item, element: etree._Element | None, base: str) -> Entry:
    """One item; `element` is its own XML where that is well-formed, for what feedparser cannot tie together."""
    summary = text.read(_string(item.get("summary")))
    body = text.read(_content(item))
    title = text.line(_string(item.get("title")))[:_LONGEST_TITLE]
    said = "" if element is not None and _is_caption(summary.text, element) else summary.text
    full, alone = media.credit_alone(max(text.closed(said), text.closed(body.text), key=len))
    pictures = (*summary.pictures, *body.pictures)
    credit = alone or ((summary.credit or body.credit) if len(pictures) < 2 else "")
    standfirst = text.teaser(media.credit_alone(said)[0], title) or text.teaser(body.text, title)
    named = media.from_element(element) if element is not None else media.from_mappings(_named(item))
    here = join(base, _string(_detail(item, "base"))) or base
    return Entry(
        title=title or text.cut(standfirst.partition("\n")[0], 120),
        link=link(item, base),
        guid=_string(item.get("id")).strip()[:1000],
        teaser=standfirst,
        text=full if full != standfirst else "",
        authors=names(_bylines(item, element)),
        tags=_tags(item),
        image=media.lead_image(named, pictures, here, credit),
        published=_date(item, "published", "created", "updated"),
        updated=_date(item, "updated"),
        language=_string(_detail(item, "language"))[:20],
    )


def link(item: Item, base: str) -> str:
    """Where the article is to be read: the original before a redirector, the alternate before anything else."""
    original = _string(item.get("feedburner_origlink") or item.get("pheedo_origlink"))
    alternates = [
        _string(each.get("href"))
        for each in item.get("links", ())
        if each.get("rel", "alternate") == "alternate" and "html" in each.get("type", "text/html")
    ]
    printed = _string(item.get("link"))
    guid = _string(item.get("id"))
    candidates = [original, *alternates, printed]
    if is_redirector(printed) and not original and split(guid) and not is_redirector(guid):
        candidates.insert(0, guid)
    found = next((address for address in (join(base, each) for each in candidates if each.strip()) if address), "")
    return found or (join(base, guid) if split(guid) else "")


def _is_caption(words: str, element: etree._Element) -> bool:
    """Whether what feedparser takes for the description is said of a picture."""
    said = [each for each in element.iter(*media.DESCRIPTION) if etree.QName(each.getparent()).localname == "content"]
    return bool(words) and any(text.read(each.text or "").text == words for each in said)


def _content(item: Item) -> str:
    """The longest of an item's contents, as HTML."""
    pieces = [_string(each.get("value")) for each in item.get("content", ())]
    return max(pieces, key=len, default="")


def _detail(item: Item, name: str) -> object:
    for part in (*item.get("content", ()), item.get("summary_detail"), item.get("title_detail")):
        if part and part.get(name):
            return part[name]
    return ""


def _bylines(item: Item, element: etree._Element | None) -> Iterator[str]:
    if element is not None:
        creators = [str(each.text or "") for each in element.iter(_DC_CREATOR)]
        if creators:
            yield from creators
            return
    written = [_string(each.get("name")) for each in item.get("authors", ())]
    yield from (written if any(written) else [_string(item.get("author"))])


def _tags(item: Item) -> tuple[Tag, ...]:
    found: dict[tuple[str, str], Tag] = {}
    for each in item.get("tags", ()):
        term, label = text.line(_string(each.get("term"))), text.line(_string(each.get("label")))
        scheme = _string(each.get("scheme")).strip()[:500]
        if (term or label) and len(term) <= _LONGEST_TAG:
            found.setdefault((term or label, scheme), Tag(term or label, scheme, label[:_LONGEST_TAG]))
    return tuple(found.values())[:_MOST_TAGS]


def _date(item: Item, *fields: str) -> Any:
    for name in fields:
        printed = dict.get(item, name)  # its own get() takes one date for the other, and complains
        if printed:
            found = read_date(_string(printed), dict.get(item, f"{name}_parsed"))
            if found is not None:
                return found
    return None


def _named(item: Item) -> Iterator[tuple[int, str, str, str]]:
    for each in item.get("media_content", ()):
        kind = f"{_string(each.get('medium'))} {_string(each.get('type'))}"
        yield 0, _string(each.get("url")), kind, _string(each.get("width"))
    for each in item.get("enclosures", ()):
        yield 1, _string(each.get("href") or each.get("url")), _string(each.get("type")), ""
    for each in item.get("media_thumbnail", ()):
        yield 2, _string(each.get("url")), "", _string(each.get("width"))
    yield 3, _string((item.get("image") or {}).get("href")), "", ""


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""

"""Which picture an entry leads with, its words for those who cannot see it, and whose it is."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from lxml import etree

from bot.intake import text
from bot.intake.addresses import join
from bot.intake.text import Picture
from bot.model import Image

WIDEST, USEFUL, TINY = 2000, 300, 60  # pixels
_MEDIA = ("{http://search.yahoo.com/mrss/}", "{http://search.yahoo.com/mrss}")
DESCRIPTION = tuple(f"{space}description" for space in _MEDIA)
_ITUNES = "{http://www.itunes.com/dtds/podcast-1.0.dtd}image"
_IS_IMAGE = re.compile(r"\.(?:jpe?g|png|webp|gif|avif)(?:[?#:!]|$)", re.I)
_NO_PHOTO = re.compile(
    r"feedburner\.com/~|feeds\.feedburner|doubleclick\.|gravatar\.com|/emoji/|stats\.wordpress|pixel\.wp\.com|s\.w\.org/|"
    r"feedsportal|/pixel[./?]|[?&]pixel|tracking|/1x1|spacer\.|blank\.gif|cpx\.golem|vgwort|vg\d\d\.met|"
    r"scorecardresearch|googleadservices|google-analytics|feedblitz|/smilies/|share-buttons?|/icons?/|badge\.",
    re.I,
)
_CREDIT_AT_END = re.compile(
    r"[(\[]\s*(?:top\s+)?(?:photo|image|picture|credit|foto|bild)s?(?:\s+(?:by|credit))?\s*[:/]?\s+([^()\[\]]{2,120})[)\]]\s*$",
    re.I,
)
_CREDIT_SAID_LAST = re.compile(
    r"(?<=[.!?;|”\"])\s+(?:photo|image|picture|credit|foto|bild)s?(?:\s+(?:by|credit))?\s*[:/]\s*([^:]{2,120})$", re.I
)
_ALONE_AT_END = re.compile(r"(?:^|\n)[(\[]([^()\[\]\n]{2,100})[)\]]\s*$")
_AGENCY = re.compile(r"\w\s*/\s*\w|\b(?:AP|AFP|Reuters|EPA|dpa|Getty|Shutterstock|Flickr|via|photo|credit)\b", re.I)
_CREDIT_SAID = re.compile(
    r"^\s*(?:top\s+)?(?:photograph|photo|image|picture|foto)(?:\s+credit)?s?\s*[:/]\s*(.{2,200})$", re.I | re.S
)
_AGENCY_IN_BRACKETS = re.compile(
    r"[(\[]([^()\[\]]{2,80}?(?:AP|AFP|Reuters|EPA|dpa|Getty(?: Images)?|via\s[^()\[\]]{2,40}))[)\]]\s*$"
)


@dataclass(frozen=True, slots=True)
class Medium:
    """A media:content, an enclosure or a thumbnail, as an entry names it."""

    url: str
    rank: int  # 0 media:content, 1 enclosure, 2 thumbnail, 3 itunes
    width: int = 0
    kind: str = ""  # its type or its medium
    alt: str = ""
    credit: str = ""


def lead_image(media: Iterable[Medium], pictures: Iterable[Picture], base: str, credit: str = "") -> Image | None:
    """The best of all that an entry offers: what it names first, then what its text shows."""
    named = [each for each in media if _fits(each)]
    shown = [each for each in pictures if _is_photo(each)]
    best = _best(named)
    small = best is not None and best.rank == 2 and best.width < USEFUL
    if best is None or (small and shown):
        if not shown:
            return None
        first = shown[0]
        own = first.credit or credit_in(first.caption)
        return _image(base, first.url, first.alt or without_credit(first.caption), own or credit)
    same = next((each for each in shown if _same(each.url, best.url)), None)
    alt = best.alt or (same.alt if same else "")
    theirs = (same.credit or credit_in(same.caption)) if same else ""
    return _image(base, best.url, alt, best.credit or theirs or credit)


def from_element(item: etree._Element) -> list[Medium]:
    """What an entry's own XML names, each with the words and credit that belong to it."""
    found = []
    for node in item.iter():
        if not isinstance(node.tag, str):
            continue
        name = node.tag.removeprefix(_MEDIA[0]).removeprefix(_MEDIA[1])
        if name == "content" and node.tag != name and node.get("url"):
            found.append(_content(node, item))
        elif name == "thumbnail" and node.tag != name:
            found.append(Medium(node.get("url") or (node.text or "").strip(), 2, _number(node.get("width"))))
        elif etree.QName(node).localname == "enclosure" and node.get("url"):
            found.append(Medium(node.get("url", ""), 1, kind=node.get("type") or ""))
        elif etree.QName(node).localname == "link" and node.get("rel") == "enclosure":
            found.append(Medium(node.get("href") or "", 1, kind=node.get("type") or "", alt=node.get("title") or ""))
        elif node.tag == _ITUNES:
            found.append(Medium(node.get("href") or "", 3))
    return found


def credit_in(words: str) -> str:
    """A credit that a caption gives at its end or by its first word; never guessed from anything else."""
    said = _CREDIT_SAID.match(words)
    if said:
        return text.line(said[1])
    found = _CREDIT_AT_END.search(words) or _CREDIT_SAID_LAST.search(words) or _AGENCY_IN_BRACKETS.search(words)
    return text.line(found[1]) if found else ""


def without_credit(words: str) -> str:
    """A caption without the credit at its end."""
    if _CREDIT_SAID.match(words):
        return ""
    return _AGENCY_IN_BRACKETS.sub("", _CREDIT_SAID_LAST.sub("", _CREDIT_AT_END.sub("", words))).strip()


def credit_alone(words: str) -> tuple[str, str]:
    """A text without the credit that stands alone in brackets at its end, and that credit: "(Agency/ Name)"."""
    found = _ALONE_AT_END.search(words)
    if found is None or not _AGENCY.search(found[1]):
        return words, ""
    return words[: found.start()].rstrip(), text.line(found[1])


def tidy(url: str) -> str:
    """An image's lasting address: RebelMouse's crops of one picture become one, in a fitting width."""
    if "/media-library/" not in url or "id=" not in url:
        return url
    parts = urlsplit(url)
    number = parse_qs(parts.query).get("id", [""])[0]
    return parts._replace(query=f"id={number}&width=1200").geturl() if number.isdigit() else url


def _content(node: etree._Element, item: etree._Element) -> Medium:
    """A media:content; what is said beside it in its group, or in the item when it is alone, is said of it."""
    group = node.getparent()
    places = [node] if group is None or group is item else [node, group]
    if group is not None and len(list(item.iter(node.tag))) == 1:
        places.append(item)
    words = {name: _said(places, name) for name in ("credit", "description", "text", "title")}
    alt = text.line(words["description"] or words["text"] or ("" if places[-1] is item else words["title"]))
    credit = text.line(words["credit"])
    credit = credit_in(credit) or credit or credit_in(alt)
    kind = f"{node.get('medium') or ''} {node.get('type') or ''}"
    return Medium(node.get("url", ""), 0, _number(node.get("width")), kind, without_credit(alt)[:500], credit[:200])


def _said(places: list[etree._Element], name: str) -> str:
    for place in places:
        for prefix in _MEDIA:
            found = place.find(prefix + name)
            if found is not None and (found.text or "").strip():
                return found.text or ""
    return ""


def _fits(medium: Medium) -> bool:
    kind = medium.kind.lower()
    if not medium.url or _NO_PHOTO.search(medium.url) or re.search(r"video|audio|flash|document|application", kind):
        return False
    if medium.rank >= 2:
        return True
    return "image" in kind or bool(_IS_IMAGE.search(medium.url)) or (medium.rank == 0 and not kind.strip())


def _is_photo(picture: Picture) -> bool:
    sizes = [each for each in (picture.width, picture.height) if each]
    return (
        not _NO_PHOTO.search(picture.url) and not (sizes and min(sizes) < TINY) and not picture.url.startswith("data:")
    )


def _best(media: list[Medium]) -> Medium | None:
    for rank in range(4):
        same = [each for each in media if each.rank == rank]
        if not same:
            continue
        fitting = [each for each in same if each.width <= WIDEST] or same
        best = max(fitting, key=lambda each: each.width)  # the first of equals
        if rank == 2 and best.width and best.width < USEFUL and any(each.rank == 3 for each in media):
            continue
        return best
    return None


def _same(one: str, other: str) -> bool:
    """Whether two addresses are of one picture: by its number where there is one, else by its file's name."""
    if "/media-library/" in one and "/media-library/" in other:
        return tidy(one).partition("?")[2] == tidy(other).partition("?")[2]
    return one.partition("?")[0].rpartition("/")[2] == other.partition("?")[0].rpartition("/")[2]


def _image(base: str, url: str, alt: str, credit: str) -> Image | None:
    address = tidy(join(base, url))
    return Image(address, alt[:500], credit[:200]) if address else None


def _number(digits: str | None) -> int:
    found = re.match(r"\d{1,5}", digits or "")
    return int(found[0]) if found else 0


def from_mappings(media: Iterator[tuple[int, str, str, str]]) -> list[Medium]:
    """The same from a reader that has no XML: rank, address, type, width."""
    return [Medium(url, rank, _number(width), kind) for rank, url, kind, width in media if url]

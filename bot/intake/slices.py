"""A feed's bytes cut at its items, so that only those that are new or changed need be parsed."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from html.entities import html5
from itertools import pairwise

_NAMED = re.compile(rb"&([A-Za-z][A-Za-z0-9]{1,30});")
_NUMBERED = re.compile(rb"&#([xX][0-9a-fA-F]{1,16}|[0-9]{1,20});?")
_XML = {b"amp", b"lt", b"gt", b"quot", b"apos", b"AMP", b"LT", b"GT", b"QUOT"}
_TAG = re.compile(rb"<(/?)((?:[A-Za-z_][\w.-]*:)?(?:item|entry))(?=[\s/>])")
_DECLARED = re.compile(rb"\s*<\?xml[^>]{0,100}?encoding\s*=\s*[\"']([A-Za-z0-9_.-]{1,40})")
_FIRST = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?(?:item|entry)[\s>]|\"items\"\s*:")
# Counters that move with every reader who passes by; they are shown nowhere.
_RESTLESS = re.compile(
    rb"<(slash:comments|thr:total|media:statistics|media:starRating|yt:statistics|wfw:comments)\b[^>]*?(?:/>|>.*?</\1>)",
    re.S,
)


@dataclass(frozen=True, slots=True)
class Slices:
    """What stands before the first item, the items, what stands after the last."""

    head: bytes
    items: tuple[bytes, ...]
    tail: bytes

    def with_only(self, wanted: Collection[int]) -> bytes:
        """The document with only these of its items."""
        return b"\n".join((self.head, *(each for index, each in enumerate(self.items) if index in wanted), self.tail))


def letters(body: bytes, headers: Mapping[str, str]) -> bytes:
    """In what a document is said to be written, where that is not UTF-8: the same bytes would be other words then."""
    told = headers.get("content-type", "").lower().partition("charset=")[2].partition(";")[0].strip(" \"'")
    declared = _DECLARED.match(body)
    said = (told, declared[1].decode().lower() if declared else "")
    return "|".join(said).encode() if set(said) - {"", "utf-8", "utf8"} else b""


def digest(body: bytes, letters: bytes = b"") -> bytes:
    """A hash of a document from its first item on: what stands before changes with every build."""
    first = _FIRST.search(body)
    return blake2b(body[first.start() :] if first else body, digest_size=16, key=letters[:64]).digest()


def mark(item: bytes, letters: bytes = b"") -> str:
    """A short name for exactly this print of an item."""
    return blake2b(_RESTLESS.sub(b"", item), digest_size=8, key=letters[:64]).hexdigest()


def cut(body: bytes) -> Slices | None:
    """The document cut at its items, or None when that cannot be done without understanding it."""
    spans: list[tuple[int, int]] = []
    start = -1
    name = b""
    for tag in _TAG.finditer(body):
        if not tag[1]:
            if start >= 0:
                return None  # an item within an item
            start, name = tag.start(), tag[2]
        else:
            end = body.find(b">", tag.end())
            if start < 0 or tag[2] != name or end < 0:
                return None
            spans.append((start, end + 1))
            start = -1
    if start >= 0 or not spans:
        return None
    head, tail = body[: spans[0][0]], body[spans[-1][1] :]
    gaps = [body[end:begin] for (_, end), (begin, _) in pairwise(spans)]
    items = tuple(body[begin:end] for begin, end in spans)
    if not all(map(_is_whole, (head, tail, *gaps, *items))):
        return None
    return Slices(head, items, tail)


def spelt_out(body: bytes) -> bytes:
    """HTML's named entities as numbers: XML knows five of them, and a parser drops the others without a word.

    Numbers that are no characters are taken out; they would break it.
    """
    if b"&" not in body:
        return body
    return _NUMBERED.sub(_possible, _NAMED.sub(_number, body))


def _possible(reference: re.Match[bytes]) -> bytes:
    digits = reference[1].decode()
    code = int(digits[1:], 16) if digits[0] in "xX" else int(digits)
    return reference[0] if 0 < code < 0xD800 or 0xE000 <= code <= 0x10FFFF else b""


def _number(entity: re.Match[bytes]) -> bytes:
    letter = html5.get(entity[1].decode() + ";", "")
    return f"&#{ord(letter)};".encode() if len(letter) == 1 and entity[1] not in _XML else entity[0]


@dataclass(frozen=True, slots=True)
class Whole:
    """What is whole of a document, closed, and how it ended."""

    body: bytes
    torn: bool = False  # not all of it is here
    between: bool = False  # where no item had begun: perhaps its publisher never closes it


def whole_part(body: bytes) -> Whole:
    """A document without the item it breaks off in; all of it when it does not break off."""
    tail = body[-4096:].rstrip().rstrip(b"\0")
    if re.search(rb"</(?:[A-Za-z_][\w.-]*:)?(?:rss|feed|RDF|urlset)\s*>(?:\s|<!--.*?-->)*$", tail, re.S | re.I):
        return Whole(body)
    root = re.search(rb"<((?:[A-Za-z_][\w.-]*:)?(?:rss|feed|RDF))[\s>]", body[:4096])
    if root is None:
        return Whole(body)
    tags = list(_TAG.finditer(body))
    ends = [each for each in tags if each[1]]
    if not ends:
        return Whole(body[: tags[0].start()] if tags else body, torn=True)
    end = (body.find(b">", ends[-1].end()) + 1) or len(body)
    close = b"</" + root[1] + b">"
    if root[1] != b"rss":
        return Whole(body[:end] + close, torn=True, between=not body[end:].strip())
    if tags[-1][1] and tail.endswith(b"</channel>"):
        return Whole(body[: body.rindex(b"</channel>")] + b"</channel></rss>")
    return Whole(body[:end] + b"</channel></rss>", torn=True, between=not body[end:].strip())


def _is_whole(piece: bytes) -> bool:
    return piece.count(b"<![CDATA[") == piece.count(b"]]>") and piece.count(b"<!--") == piece.count(b"-->")

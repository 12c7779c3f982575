"""A feed's bytes cut at its items, so that only those that are new or changed need be parsed."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from hashlib import blake2b
from itertools import pairwise

_TAG = re.compile(rb"<(/?)((?:[A-Za-z_][\w.-]*:)?(?:item|entry))(?=[\s/>])")
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


def digest(body: bytes) -> bytes:
    """A hash of a document from its first item on: what stands before changes with every build."""
    first = _FIRST.search(body)
    return blake2b(body[first.start() :] if first else body, digest_size=16).digest()


def mark(item: bytes) -> str:
    """A short name for exactly this print of an item."""
    return blake2b(_RESTLESS.sub(b"", item), digest_size=8).hexdigest()


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


def whole_part(body: bytes) -> bytes | None:
    """A document that breaks off, without the item it breaks off in; None when it does not break off."""
    tail = body[-4096:].rstrip().rstrip(b"\0")
    if re.search(rb"</(?:[A-Za-z_][\w.-]*:)?(?:rss|feed|RDF|urlset)\s*>(?:\s|<!--.*?-->)*$", tail, re.S | re.I):
        return None
    root = re.search(rb"<((?:[A-Za-z_][\w.-]*:)?(?:rss|feed|RDF))[\s>]", body[:4096])
    if root is None:
        return None
    ends = [each for each in _TAG.finditer(body) if each[1]]
    if not ends:
        return body
    end = body.find(b">", ends[-1].end()) + 1
    channel = b"</channel>" if root[1] == b"rss" else b""
    return body[: end or len(body)] + channel + b"</" + root[1] + b">"


def _is_whole(piece: bytes) -> bool:
    return piece.count(b"<![CDATA[") == piece.count(b"]]>") and piece.count(b"<!--") == piece.count(b"-->")

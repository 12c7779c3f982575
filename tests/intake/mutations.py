"""Feeds, mutated by seed: bytes flipped, pieces cut, doubled, moved, swapped between two feeds."""

import random
from collections.abc import Iterator, Sequence

_NASTY = [
    *(b"<item>", b"</item>", b"<entry", b"]]>", b"<![CDATA[", b"<!--", b"-->", b"&", b"&#0;", b"&#xFFFFFFFF;", b"\x00"),
    *(b"<!DOCTYPE rss [<!ENTITY a 'b'>]>", b"&a;", b'"', b"'", b"<", b">", b"\xff\xfe", b"\xed\xa0\x80", b"9" * 400),
    *(b"http://[", b"https://x:99999/", b"data:,", b"{", b"}", b"[" * 50, b"null", b"<b>" * 200, b'xml:base="//["'),
    *(b"encoding='utf-16'", b"encoding='nonsense'", b"\r\n\r\n", b"%zz%", b"<title/>", b"<pubDate>-1</pubDate>"),
    b"<pubDate>Mon, 99 Foo 99999 99:99:99 +9999</pubDate>",
]


def mutated(feeds: Sequence[bytes], seed: int) -> bytes:
    """One of the feeds, changed in a way that the seed decides."""
    chance = random.Random(seed)
    body = bytearray(chance.choice(feeds)[:60_000])
    for _ in range(chance.randint(1, 12)):
        at = chance.randrange(len(body) + 1)
        end = min(len(body), at + chance.choice((1, 3, 20, 200, 3000)))
        match chance.randrange(7):
            case 0:
                body[at:end] = bytes(chance.randrange(256) for _ in range(min(end - at, 20)))
            case 1:
                del body[at:end]
            case 2:
                body[at:at] = body[at:end]
            case 3:
                body[at:at] = chance.choice(_NASTY)
            case 4:
                other = chance.choice(feeds)
                start = chance.randrange(len(other) + 1)
                body[at:end] = other[start : start + end - at]
            case 5:
                del body[at:]
            case _:
                if end > at:
                    body[at] ^= 1 << chance.randrange(8)
        if not body:
            break
    return bytes(body)


def many(feeds: Sequence[bytes], seeds: range) -> Iterator[bytes]:
    for seed in seeds:
        yield mutated(feeds, seed)

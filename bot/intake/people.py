"""Bylines as feeds print them become names of people."""

import re
from collections.abc import Iterable

from bot.intake import text

_MOST = 12
_EMAIL = re.compile(r"<?[\w.+'-]+@[\w-]+(?:\.[\w-]+)+>?")
_NOBODY = re.compile(
    r"(?:admin|administrator|noreply|no-reply|webmaster|editor|editors|root|wordpress|user|author|unknown|null|none|"
    r"web|online|redaktion|news|newsroom|nobody|anonymous|staff)\d*",
    re.I,
)
_BY = re.compile(r"^(?:by|von|par|por|di)\s+(?=\S)", re.I)
_APART = re.compile(r"\s*(?:;|\||\s+&\s+|\s+and\s+|\s+und\s+|\s+et\s+|\s+y\s+)\s*")


def names(bylines: Iterable[str]) -> tuple[str, ...]:
    """Every person named, once each, in order; addresses and placeholders are nobody."""
    found: dict[str, str] = {}
    for byline in bylines:
        for name in _split(_clean(byline)):
            if name and not _NOBODY.fullmatch(name) and "://" not in name and len(name) <= 100:
                found.setdefault(name.casefold(), name)
    return tuple(found.values())[:_MOST]


def _clean(byline: str) -> str:
    words = text.line(byline)[:500]
    if _EMAIL.search(words):
        inside = re.search(r"\(([^()]+)\)", words)
        words = inside[1] if inside else _EMAIL.sub("", words)
    return _BY.sub("", words).strip(' ,<>()"')


def _split(words: str) -> list[str]:
    """Several names in one line; a comma parts only what looks like names by itself ("Doe, Jane" does not)."""
    parts: list[str] = []
    for each in _APART.split(words):
        pieces = [piece.strip() for piece in each.split(",")]
        parts += (
            pieces if len(pieces) > 1 and all(1 < len(piece.split()) < 6 for piece in pieces) else [each.strip(" ,")]
        )
    return parts

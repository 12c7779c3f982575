"""What a button remembers: a query in the hundred characters of a custom_id, or a word for one kept in the archive."""

from hashlib import blake2b
from typing import cast

from bot.archive.archive import Archive
from bot.errors import NotFound
from bot.model import Order, Query, Viewer

ROOM = 96  # characters; a custom_id has 100, and begins with what the button does
_APART = "~"
_KEPT_APART = "\x1f"
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_FIELDS = {
    "w": "words",
    "r": "region",
    "a": "author",
    "f": "feed",
    "s": "after",
    "u": "before",
    "o": "order",
    "n": "limit",
    "c": "cursor",
}


def short(query: Query) -> str:
    """A query that is surely short: a region and two days."""
    return _written(_said(query), _APART)


async def pack(archive: Archive, query: Query) -> str:
    """A query in as many characters as a button has room for. Not who asked it: that is whoever presses."""
    said = _said(query)
    whole = _written(said, _APART)
    if len(whole) <= ROOM and not any(_APART in value for value in said.values()):
        return whole
    cursor = said.pop("c")
    kept = _written(said, _KEPT_APART)
    key = blake2b(kept.encode("utf-8", "replace"), digest_size=10).hexdigest()
    await archive.remember(f"page:{key}", kept)
    return _written({"k": key, "c": cursor}, _APART)


async def unpack(archive: Archive, packed: str, viewer: Viewer) -> Query:
    """The query that was packed, now asked by this viewer."""
    said = _read(packed, _APART)
    if key := said.get("k"):
        kept = await archive.recall(f"page:{key}")
        if kept is None:
            raise NotFound("This page is too old to be opened. Ask again, please.")
        said |= _read(kept, _KEPT_APART)
    limit = said.get("n", "")
    return Query(
        words=said.get("w", ""),
        region=said.get("r"),
        author=said.get("a", ""),
        feed=said.get("f", ""),
        after=said.get("s", ""),
        before=said.get("u", ""),
        order=cast(Order | None, said.get("o")),
        viewer=viewer,
        limit=int(limit) if limit.isdecimal() else Query().limit,
        cursor=said.get("c", ""),
    )


def base36(number: int) -> str:
    """A number in few letters; int(letters, 36) reads it."""
    letters = ""
    while number:
        number, rest = divmod(number, 36)
        letters = _DIGITS[rest] + letters
    return letters or "0"


def _said(query: Query) -> dict[str, str]:
    return {letter: str(getattr(query, name) or "") for letter, name in _FIELDS.items()}


def _written(said: dict[str, str], apart: str) -> str:
    return apart.join(f"{letter}{value}" for letter, value in said.items() if value)


def _read(text: str, apart: str) -> dict[str, str]:
    return {part[0]: part[1:] for part in text.split(apart) if part}

"""Where a page begins: cursors that stay put while new articles arrive."""

from dataclasses import dataclass
from typing import Literal

from bot.archive.search.compile import LAST_KEY

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
Way = Literal["o", "n", "r"]  # older than a key, newer than a key, a place in a ranking


@dataclass(frozen=True, slots=True)
class Cursor:
    """A page's beginning: the key it follows, and the rank of its first hit; where it leads to what is newer, the rank
    of the hit after its last one. In a ranking, also how the index was when it was made."""

    way: Way = "o"
    key: int = LAST_KEY
    first: int = 1
    state: int = 0

    def __str__(self) -> str:
        numbers = (self.key, self.first, self.state) if self.way == "r" else (self.key, self.first)
        return f"{self.way}{'.'.join(map(base36, numbers))}"


def read_cursor(text: str) -> Cursor:
    """A cursor that was handed out; anything else is the first page."""
    way, parts = text[:1], text[1:50].split(".")
    if way not in ("o", "n", "r") or not 2 <= len(parts) <= 3 or not all(map(_is_number, parts)):
        return Cursor()
    key, first, state = (*(int(part, 36) for part in parts), 0)[:3]
    return Cursor(way, min(key, LAST_KEY), max(1, min(first, 10**9)), state)  # type: ignore[arg-type]


def _is_number(text: str) -> bool:
    return 0 < len(text) <= 13 and all(each in _DIGITS for each in text)


def base36(number: int) -> str:
    """A number as it stands in a cursor."""
    digits = ""
    while number or not digits:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits

"""Where a page begins: cursors that stay put while new articles arrive."""

from dataclasses import dataclass
from typing import Literal

from bot.archive.search.compile import LAST_KEY

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
Way = Literal["o", "n", "r"]  # older than a key, newer than a key, a place in a ranking


@dataclass(frozen=True, slots=True)
class Cursor:
    """A page's beginning: the key it follows, and the rank of its first hit; where it leads to what is newer, the rank
    of the hit after its last one."""

    way: Way = "o"
    key: int = LAST_KEY
    first: int = 1

    def __str__(self) -> str:
        return f"{self.way}{base36(self.key)}.{base36(self.first)}"


def read_cursor(text: str) -> Cursor:
    """A cursor that was handed out; anything else is the first page."""
    way, key, first = text[:1], *text[1:40].partition(".")[::2]
    if way not in ("o", "n", "r") or not (_is_number(key) and _is_number(first)):
        return Cursor()
    return Cursor(way, min(int(key, 36), LAST_KEY), max(1, min(int(first, 36), 10**9)))  # type: ignore[arg-type]


def _is_number(text: str) -> bool:
    return 0 < len(text) <= 13 and all(each in _DIGITS for each in text)


def base36(number: int) -> str:
    """A number as it stands in a cursor."""
    digits = ""
    while number or not digits:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits

"""Text becomes words, folded so that accents, quotes and full stops make no difference."""

import re
import unicodedata
from typing import NamedTuple

# Abbreviations with full stops ("U.S.", "D.C.") are one word; an apostrophe stays inside ("N'Djamena", "Xi'an"),
# except before a possessive s.
_WORD = re.compile(r"(?:[^\W\d_]\.){2,}(?:[^\W\d_](?![^\W_]))?|[$£€₹¥]|[^\W_]+(?:['’ʼ`](?![sS](?!\w))[^\W_]+)*")
_ACCENTS = re.compile(r"[\u0300-\u036f]")
_APOSTROPHES = str.maketrans("’ʼ`", "'''")
_LETTERS = str.maketrans({"ı": "i", "ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ß": "ss", "æ": "ae"})


class Word(NamedTuple):
    """A word as it is looked up, and where it stands in the text."""

    text: str
    start: int
    end: int


def words(text: str) -> list[Word]:
    """The words of a text, in order."""
    return [Word(fold(found[0]), found.start(), found.end()) for found in _WORD.finditer(text)]


def fold(word: str) -> str:
    """One word without accents and full stops; capitals stay, for they tell a name from a word."""
    if not word.isascii():
        word = word.translate(_APOSTROPHES)
        word = _ACCENTS.sub("", unicodedata.normalize("NFD", word)).translate(_LETTERS)
        word = unicodedata.normalize("NFC", word)
    return word.replace(".", "") if "." in word else word


def phrase(text: str) -> str:
    """A name as it is looked up: its folded words, one space between."""
    return " ".join(word.text for word in words(text))


def shouted(text: str) -> bool:
    """Whether a text is in capitals throughout, so that case tells nothing."""
    return text.isupper() and len(text) > 12

"""Text becomes words, folded so that accents, quotes and full stops make no difference."""

import re
import unicodedata
from operator import itemgetter
from typing import NamedTuple

_MONEY = "$£€₹¥"
# Abbreviations with full stops ("U.S.", "D.C.") are one word; an apostrophe stays inside ("N'Djamena", "Xi'an"),
# except before a possessive s; a sign of money is a word. What may follow is looked at first: most words have nothing.
_SHAPE = r"{0}+(?:(?=[.{2}])(?:\.(?<=\b\w\.)(?:{1}\.)+(?:{1}\b)?|(?:[{2}](?![sS](?!\w)){0}+)+))?|[{3}]"
_WORD = re.compile(_SHAPE.format(r"[^\W_]", r"[^\W\d_]", "'’ʼ`", _MONEY))
_PLAIN_WORD = re.compile(_SHAPE.format("[0-9A-Za-z]", "[A-Za-z]", "'`", "$"))  # the same of ASCII, in half the time
_ACCENTS = re.compile(r"[\u0300-\u036f]")
_LETTERS = (
    ("’", "'"), ("ʼ", "'"), ("`", "'"), ("ı", "i"), ("ł", "l"), ("Ł", "L"), ("ø", "o"), ("Ø", "O"), ("đ", "d"),
    ("Đ", "D"), ("ß", "ss"),
)  # fmt: skip
_MARKS = (("’", "'"), ("‘", '"'), ("“", '"'), ("”", '"'), ("—", "-"), ("–", "-"), ("…", ";"), ("\xa0", " "))
_ACCENTED = re.compile(r"[\u00c0-\u017f]")
_OTHER_SCRIPTS = re.compile(r"[\u0370-\u08ff]")
_KANA, _LAST_KANA, _HAN, _LAST_HAN = "\u3040", "\u30ff", "\u3400", "\u9fff"
_FOREIGN = frozenset(  # folded, as words are
    """
    der das und den dem von fur im auf mit nach wird ist ein eine zum zur bei aus sich nicht uber gegen le les des du
    une est dans pour sur avec par qui aux et en la el los las del una por con para que se su al y mas os da dos em um
    uma nao na no com pela pelo ao sao
    """.split()  # noqa: SIM905 -- seventy quoted words would be harder to read
)
_ENGLISH = frozenset(
    "the of to and for with is are was were his her its their after by at from how why what says as on".split()  # noqa: SIM905
)
IN_EVERY_TEXT = _ENGLISH | frozenset(
    "a an and or but in it that this he she they we you not no be been has have had will would into over new".split()  # noqa: SIM905
)
_whole = itemgetter(0)
SHORTEST_SHOUT = 12  # characters; a shorter headline in capitals may be an abbreviation


class Words(NamedTuple):
    """The words of a text as they are looked up, and where they stand in it."""

    said: list[str]
    small: list[str]  # the same in lower case
    where: list[re.Match[str]]
    plain: bool  # no more than ASCII, but for the marks that newspapers print


def words(text: str) -> Words:
    """The words of a text, in order. Most are plain, and folding is dear."""
    if not text.isascii():
        text = _plainly_marked(text)
    plain = text.isascii()
    found = list((_PLAIN_WORD if plain else _WORD).finditer(text))
    said: list[str] = list(map(_whole, found))
    if not plain:
        said = [word if word.isalnum() and word.isascii() else fold(word) for word in said]
    elif "." in text:
        said = [word.replace(".", "") if "." in word else word for word in said]
    return Words(said, " ".join(said).lower().split(" ") if said else [], found, plain)


def _plainly_marked(text: str) -> str:
    """With the marks of a typewriter, each as long as what it stands for."""
    for mark, typed in _MARKS:
        text = text.replace(mark, typed)
    return text


def fold(word: str) -> str:
    """One word without accents and full stops; capitals stay, for they tell a name from a word."""
    if not word.isascii():
        word = unaccented(word)
    return word.replace(".", "") if "." in word else word


def unaccented(text: str) -> str:
    """A text without accents, in plain letters where there are such."""
    for letter, plain in _LETTERS:
        text = text.replace(letter, plain)
    return unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFD", text)))


def money(word: str) -> bool:
    """Whether it is a sign of money, the one kind of word that may be a single character."""
    return len(word) == 1 and word in _MONEY


def phrase(text: str) -> str:
    """A name as it is looked up: its folded words, one space between."""
    return " ".join(words(text).said)


def shouted(text: str) -> bool:
    """Whether a text is in capitals throughout, so that case tells nothing."""
    return text.isupper() and len(text) > SHORTEST_SHOUT


def set_of(listed: str) -> frozenset[str]:
    """A set, from words with spaces between."""
    return frozenset(listed.split())


def foreign(text: str, found: Words) -> bool:
    """Whether a text is in another language than English, so that its words have other endings."""
    if not found.plain and _OTHER_SCRIPTS.search(text):
        return True
    strange = len(_FOREIGN.intersection(found.small)) + (not found.plain and _ACCENTED.search(text) is not None)
    return strange > 0 and strange > len(_ENGLISH.intersection(found.small))


def run_together(text: str) -> bool:
    """Whether a text is in a script that puts no spaces between words."""
    if text.isascii() or max(text) < _KANA:
        return False
    return any(_KANA <= each <= _LAST_KANA or _HAN <= each <= _LAST_HAN for each in text)

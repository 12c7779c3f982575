"""Makes text of any script plain, the same way for what is kept and for what is asked."""

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache

VERSION = 1  # a change of anything below means that the index must be made again

_TYPOGRAPHY = {
    **dict.fromkeys("‘’‚‛ʼʻ′＇´", "'"),
    **dict.fromkeys("‐‑‒﹣－", "-"),
    **dict.fromkeys("“”„‟«»–—―…•·×÷°§†‡\xa0\u2002\u2003\u2009\u202f\u3000", " "),
    **dict.fromkeys("\xad\u200b\u200c\u200d\u2060\ufeff\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e", ""),
}
# Letters that do not come apart into a letter and a mark, but are written without the mark where there is none.
_LETTERS = {
    **{"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ŧ": "t"},
    **{"ĸ": "k", "ŋ": "n", "ə": "e", "ƙ": "k", "ɓ": "b", "ɗ": "d", "ɛ": "e", "ɔ": "o"},
    **{"ى": "ي", "ی": "ي", "ې": "ي", "ة": "ه", "ک": "ك", "ھ": "ه", "ہ": "ه", "ـ": "", "ٱ": "ا"},
    **{"־": "-", "·": " ", "՚": "'", "״": "'", "׳": "'"},
}
# Scripts whose vowels are marks that no word can do without; and scripts that put no blanks between words.
_MARKED = "\u0900-\u0963\u0966-\u0dff\u0f00-\u0fff\u1000-\u109f\u1780-\u17ff\u0e80-\u0eff"
_RUNNING = "\u0e00-\u0e7f\u0e80-\u0eff\u1000-\u109f\u1780-\u17ff"
_RUNNING += "\u3005\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
_RUNNING += "\uac00-\ud7a3\uf900-\ufaff\U00020000-\U0003ffff"
_PICTURES = "\U0001f000-\U0001faff\u2600-\u27bf"

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")
_PRIVATE = re.compile("[\ud800-\udfff\ue000-\uf8ff\U000f0000-\U0010ffff]+")
_WORD = re.compile(rf"[{_PICTURES}]|(?:[^\W_]|[{_MARKED}])++")
_RUN = re.compile(f"[{_RUNNING}]+|[^{_RUNNING}]+")
_IN_RUN = re.compile(f"[{_RUNNING}]")
_KEPT_MARK = re.compile(f"[{_MARKED}]")
_ASCII_BREAKS = {code: " " for code in range(128) if chr(code) not in "abcdefghijklmnopqrstuvwxyz0123456789"}
# Each begins with the one character that it is about, so that text without it is passed over quickly.
_POSSESSIVE = re.compile(r"'(?:(?<=[^\W_]')|(?<=[^\W_]\.'))s?(?![^\W_])")
_INITIALS = re.compile(r"\.(?<=(?<![^\W_])[^\W\d_]\.)(?=[^\W\d_](?![^\W_]))")
_THOUSANDS = re.compile(r",(?<=\d,)(?=\d{3}(?!\d))")
_SIGNED = re.compile(r"(?<![^\W_])([a-z])(\+\+|#)(?![^\W_])")
# Begun at a word's first letter alone and never stepped back in, or a long word would take for ever.
_COMPOUND = re.compile(rf"(?<![^\W_])(?<![{_MARKED}])(?:[^\W_]|[{_MARKED}])++(?:['-](?:[^\W_]|[{_MARKED}])++)+")
_ARABIC_ARTICLE = re.compile(r"^[وفبك]?ال(?=\w{3})")
_LONGEST_COMPOUND = 40
_FOREIGN = re.compile(r"[\x00-\x7f]?[^\x00-\x7f]+")
_SHORT_PIECE = 24


def fold(text: str) -> str:
    """Text in lower case, without marks and typography, its words as they will be compared."""
    if not text.isascii():
        text = _FOREIGN.sub(_folded, text)
    text = text.lower()
    if "'" in text:
        text = _POSSESSIVE.sub("", text)
    if "." in text:
        text = _INITIALS.sub("", text)
    if "," in text:
        text = _THOUSANDS.sub("", text)
    if "+" in text or "#" in text:
        text = _SIGNED.sub(lambda found: found[1] + ("plusplus" if found[2] == "++" else "sharp"), text)
    return text


def words(folded: str) -> list[str]:
    """The words of folded text, in their order; scripts without blanks in overlapping pairs."""
    if folded.isascii():
        return _ascii_words(folded)
    return [piece for word in _WORD.findall(folded) for piece in _pieces(word, whole=False)]


def whole_words(folded: str) -> list[str]:
    """The words of folded text as they stand there, scripts without blanks too."""
    return _ascii_words(folded) if folded.isascii() else _WORD.findall(folded)


def _ascii_words(folded: str) -> list[str]:
    """All runs of letters and digits, three times as quick as an expression finds them."""
    return folded.translate(_ASCII_BREAKS).split()


def indexed(folded: str) -> str:
    """What the index gets: all words, and the other forms by which they may be asked for."""
    if folded.isascii():
        return f"{folded} {joined(folded)}" if "-" in folded or "'" in folded else folded
    found = _WORD.findall(folded)
    pieces = [piece for word in found for piece in _pieces(word, whole=True)]
    pieces += [_ARABIC_ARTICLE.sub("", word) for word in found if "ال" in word[:3]]
    return f"{' '.join(pieces)} {joined(folded)}"


def forms(folded: str) -> list[list[str]]:
    """The ways in which one word of a query may stand in the index: each way is a list of words that all must."""
    parts = words(folded)
    ways = [parts] if parts else []
    joined = folded.replace("-", "").replace("'", "")
    if len(parts) > 1 and _COMPOUND.fullmatch(folded):
        ways.append(words(joined))
    bare = _ARABIC_ARTICLE.sub("", folded)
    if bare != folded:
        ways.append(words(bare))
    return ways


def sound(text: str) -> str:
    """Text without halves of characters, which no database takes, and without control characters."""
    return text if text.isascii() and text.isprintable() else _CONTROL.sub(" ", _PRIVATE.sub(" ", text))


def is_running(word: str) -> bool:
    """Whether a word is of a script that puts no blanks between words."""
    return _IN_RUN.match(word) is not None


def has_running(text: str) -> bool:
    """Whether any of it is of such a script."""
    return not text.isascii() and _IN_RUN.search(text) is not None


def joined(folded: str) -> str:
    """Compounds in one piece: "asia-pacific" is also asked for as "asiapacific"."""
    return " ".join(
        found.replace("-", "").replace("'", "")
        for piece in folded.split()
        if "-" in piece or "'" in piece
        for found in _COMPOUND.findall(piece)
        if len(found) <= _LONGEST_COMPOUND
    )


def _folded(found: re.Match[str]) -> str:
    piece = found[0]
    return _fold_kept(piece) if len(piece) <= _SHORT_PIECE else _fold_any(piece)


def _fold_any(text: str) -> str:
    """A piece that is not ASCII, with the letter before it, which a mark may join; what follows it joins nothing."""
    text = _exchanged(text, _TYPOGRAPHY)
    if text.isascii():
        return text
    alike = unicodedata.normalize("NFKC", _PRIVATE.sub(" ", text))
    text = (_exchanged(alike, _TYPOGRAPHY) if alike != text else text).casefold()
    apart = unicodedata.normalize("NFD", text)
    if len(apart) != len(text) or not unicodedata.is_normalized("NFC", text):
        text = unicodedata.normalize("NFC", _unmarked(apart))
    else:
        text = _unmarked(text)
    return _exchanged(text, _LETTERS)


def _exchanged(text: str, table: Mapping[str, str]) -> str:
    """Letters beyond ASCII, each for what it stands for. Few of the table's are there: one by one is the fastest."""
    for letter in table.keys() & set(text):
        text = text.replace(letter, table[letter])
    return text


def _unmarked(text: str) -> str:
    """Without the marks that a word can do without."""
    for letter in set(text):
        if unicodedata.category(letter) in {"Mn", "Me"} and not _KEPT_MARK.match(letter):
            text = text.replace(letter, "")
    return text


_fold_kept = lru_cache(16_384)(_fold_any)  # most pieces are an accented letter, or a word of a language


def _pieces(word: str, whole: bool) -> list[str]:
    """A word, or the overlapping pairs of a running script; `whole`: with its last letter, for words of one letter."""
    if not _IN_RUN.search(word):
        return [word]
    pieces: list[str] = []
    for run in _RUN.findall(word):
        if len(run) == 1 or not _IN_RUN.match(run):
            pieces.append(run)
        else:
            pieces += [run[at : at + 2] for at in range(len(run) - 1)]
            pieces += [run[-1]] if whole else []
    return pieces

"""Words that begin with some letters, as the index finds them: it keeps stems, which are shorter or end otherwise."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from bot.archive.search.stem import stem

_NEAR = 4  # letters that a stem must share with what was typed; where that is longer, one less
_RAW = ("", "e", "s", "ed", "ing", "es", "ly", "ness", "al")  # endings of which one at least is taken off again
# Endings of words, of which the index keeps nothing, or not all.
_WRITTEN = """
e es ed er ers ing ings s y ies ied ly eed le les led ling
ion ions ional ionally ioned ioning ioner ioners ational ationally ation ations
ate ates ated ating ator ators ately ative atives atively ativeness
ive ives ively iveness ivity ivities ivism ivist ivists
ize izes ized izing izer izers ization izations izational
al als ally alism alist alists alistic ality alities alize alizes alized alizing alizer alization
alizations able ables ably ability abilities ible ibles ibly ibility ibilities
ance ances ancy ancies ant ants antly antness ence ences ency encies ent ents ently entness ential
ment ments mental mentally ement ements full fully ful fulness fulnesses ness nesses
ous ously ousness ic ics ical icals ically icity icities icate icates icated icating icative
ism isms ity ities logy logies logist logical
"""
_ENDINGS = tuple(_WRITTEN.split())
_LONGEST = max(map(len, _ENDINGS))


@dataclass(frozen=True, slots=True)
class Beginning:
    """Letters, and by which words the index is asked for all that begins with them, and for some more."""

    letters: str
    asked: str  # a word whose stem is these letters, or as many of them as can be
    words: tuple[str, ...]  # words that begin so, one for each stem that does not

    @property
    def is_exact(self) -> bool:
        """Whether the index finds nothing else by them."""
        return not self.words and stem(self.asked) == self.letters

    def has(self, word: str) -> bool:
        """Whether a word begins so, or its stem, as far as the index is asked for it."""
        root = stem(word)
        if root.startswith(self.letters):
            return True
        return word.startswith(self.letters) and root in map(stem, self.words)


@lru_cache(1024)
def beginning(letters: str) -> Beginning:
    """How to ask for all that begins so."""
    itself = (letters, letters + "s", letters + "d") if letters.endswith("e") else (letters,)  # "die" is not of "died"
    words = {stem(word): word for word in itself}
    for word in _with_endings(letters):
        if _is_near(stem(word), letters):
            words.setdefault(stem(word), word)
    asked = next((letters + ending for ending in _RAW if stem(letters + ending) == letters), letters)
    return Beginning(letters, asked, tuple(word for root, word in words.items() if not root.startswith(letters)))


def _with_endings(letters: str) -> Iterator[str]:
    for at in range(max(1, len(letters) - _LONGEST), len(letters) + 1):
        for ending in _ENDINGS:
            if ending.startswith(letters[at:]):
                yield letters[:at] + ending


def _is_near(root: str, letters: str) -> bool:
    """Else the texts of half the archive would be looked at: of all that has "us" for usa*, "war" for warn*."""
    enough = _NEAR - (len(letters) > _NEAR)
    return root[:enough] == letters[:enough]

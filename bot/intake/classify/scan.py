"""Finds the names in a text, each with what stands around it."""

from collections.abc import Iterable
from itertools import compress, count
from typing import NamedTuple

from bot.intake.classify.around import factor
from bot.intake.classify.names import NO_PLACE, SHORTEST_STEM, Name, Names
from bot.intake.classify.placement import Where
from bot.intake.classify.words import foreign, run_together, shouted, words

_ARABIC_PARTICLES = "وفبلك"
_SHORTEST_GENITIVE = 4
_ABBREVIATION = 3  # letters; a longer word in capitals is a word
_LONGEST_SHOUT = 5  # words of a name in a headline in capitals


class Hit(NamedTuple):
    """A name found in a field."""

    name: Name
    said: str
    where: Where
    start: int
    factor: float  # of its weight, by what stands around it


def scan(text: str, where: Where, names: Names) -> list[Hit]:
    """Walk the words of one field; the longest name wins, and no word serves two."""
    found = words(text)
    said, small, places, plain = found
    loud, strange = shouted(text), foreign(text, found)
    every = range(len(said)) if loud or strange else _promising(small, names)
    begins = names.longest
    hits: list[Hit] = []
    free = 0  # the words before this one have served
    for index in every:
        if index < free:
            continue
        name, many = _longest(said, small, index, names, loud) if loud or small[index] in begins else (None, 1)
        if strange and (name is None or _is_english(name)):
            name, many = _by_ending(said[index], names), 1
        free = index + many
        if name is not None and name.place != NO_PLACE:
            start, end = places[index].start(), places[free - 1].end()
            hits.append(Hit(name, text[start:end], where, start, factor(text, found, index, many, name.kind)))
    if not plain and run_together(text):
        hits = sorted(hits + _run_together(text, where, names), key=lambda hit: hit.start)
    return hits


def _promising(small: list[str], names: Names) -> Iterable[int]:
    """The words with which any name begins; most do not, and only these are looked at."""
    return compress(count(), map(names.longest.__contains__, small))


def _longest(said: list[str], small: list[str], index: int, names: Names, loud: bool) -> tuple[Name | None, int]:
    """The longest name that begins at a word, and of how many words it is."""
    word, low = said[index], small[index]
    reach = names.longest.get(low, 1)
    if (reach > 1 or loud) and index + 1 < len(said):
        reach = _LONGEST_SHOUT if loud else names.longest.get(f"{low} {small[index + 1]}", 1)
        for many in range(min(reach, len(said) - index), 1, -1):
            phrase = " ".join(small[index : index + many])
            name = names.exact.get(" ".join(said[index : index + many])) or names.folded.get(phrase)
            if name is None and loud:
                name = names.shouted.get(phrase)
            if name is not None:
                return name, many
    name = names.exact.get(word) or names.folded.get(low)
    if name is None and loud:
        name = names.shouted.get(low)
    if name is None and len(word) > _ABBREVIATION and word.isupper():  # "BREAKING: UKRAINE says"
        name = names.exact.get(word.capitalize())
    return name, 1


def _is_english(name: Name) -> bool:
    """Whether a name is an everyday word of English, which in another language means something else."""
    return name.kind == "idiom" or (name.weak and name.kind == "term")


def _by_ending(said: str, names: Names) -> Name | None:
    """A name as other languages bend it: "russische", "Polens", "l'Ukraine", "в России", "والروسية"."""
    if said[:SHORTEST_STEM] not in names.roots and said.islower() and said.isalpha() and said.isascii():
        return None  # most words
    for form in _forms(said):
        name = names.exact.get(form)
        if name is None and form.endswith("s") and form[0].isupper() and len(form) > _SHORTEST_GENITIVE:
            name = names.exact.get(form[:-1])
        if name is not None:
            return name
        low = form.lower()
        if low[:SHORTEST_STEM] not in names.roots:
            continue
        for length in range(len(low), SHORTEST_STEM - 1, -1):
            name = names.stems.get(low[:length])
            if name is not None:
                return name
    return None


def _forms(word: str) -> list[str]:
    """A word with and without what French and Arabic write in front of it."""
    forms = [word, word.rpartition("'")[2]] if "'" in word else [word]
    if "\u0600" <= word[0] <= "\u06ff":
        if word[0] in _ARABIC_PARTICLES:
            forms.append(word[1:])
        forms += [form[2:] for form in forms if form.startswith(("ال", "لل"))]
    return [form for form in forms if len(form) >= SHORTEST_STEM]


def _run_together(text: str, where: Where, names: Names) -> list[Hit]:
    """Names in Chinese and Japanese, which put no spaces between words."""
    hits: list[Hit] = []
    index = 0
    while index < len(text):
        for length in range(min(names.longest_joined, len(text) - index), 0, -1):
            name = names.joined.get(text[index : index + length])
            if name is not None:
                hits.append(Hit(name, text[index : index + length], where, index, 1.0))
                index += length - 1
                break
        index += 1
    return hits

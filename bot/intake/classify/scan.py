"""Finds the names in a text, each with what stands around it."""

from typing import NamedTuple

from bot.intake.classify.names import NO_PLACE, Name, Names
from bot.intake.classify.placement import Where
from bot.intake.classify.words import Words, foreign, run_together, set_of, shouted, words

LOCATIVE = 1.6  # "in Kyiv": that is where it happens
ACTOR = 0.5  # "US-led", "anti-China", "Russian troops": that is who does it

_PLACES_BEFORE = set_of("in into near at across inside outside throughout around within toward towards")
# Between "in" and the place.
_BETWEEN = set_of(
    """
    a an the northern southern eastern western central north south east west northeast northwest southeast
    southwest northeastern northwestern southeastern southwestern downtown mainland occupied rural greater
    nearby
    """
)
_JOINED_AFTER = set_of("led backed born made style owned based run linked aligned funded trained")
_JOINED_BEFORE = set_of("pro anti ex non")
# Whoever these are, they travel.
_AGENTS = set_of(
    """
    embassy embassies consulate ambassador diplomat diplomats envoy envoys tourist tourists citizen citizens
    national nationals troops forces soldiers military mercenary mercenaries journalist journalists company
    companies firm firms delegation officials students ships warship warships jets drones
    """
)
_DASHES = "-‑–"
_ARABIC_PARTICLES = "وفبلك"
_SHORTEST_STEM = 3
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
    said, small, places = found
    loud, strange = shouted(text), foreign(text, small)
    longest = names.longest
    hits: list[Hit] = []
    index = 0
    while index < len(said):
        name: Name | None = None
        count = 1
        if loud or said[index] in longest or small[index] in longest or said[index].isupper():
            name, count = _longest(found, index, names, loud)
        if strange and (name is None or name.kind == "idiom"):  # an English word, met in another language
            name, count = _by_ending(said[index], names), 1
        if name is not None and name.place != NO_PLACE:
            start, end = places[index].start(), places[index + count - 1].end()
            hits.append(Hit(name, text[start:end], where, start, _factor(text, found, index, count)))
        index += count
    if run_together(text):
        hits = sorted(hits + _run_together(text, where, names), key=lambda hit: hit.start)
    return hits


def _longest(found: Words, index: int, names: Names, loud: bool) -> tuple[Name | None, int]:
    """The longest name that begins at a word, and of how many words it is."""
    said, small, _ = found
    reach = _LONGEST_SHOUT if loud else max(names.longest.get(said[index], 0), names.longest.get(small[index], 0))
    for count in range(min(reach, len(said) - index), 0, -1):
        low = small[index] if count == 1 else " ".join(small[index : index + count])
        name = names.exact.get(" ".join(said[index : index + count])) or names.folded.get(low)
        if name is None and loud:
            name = names.shouted.get(low)
        if name is not None:
            return name, count
    if len(said[index]) > _ABBREVIATION and said[index].isupper():  # one word in capitals: "BREAKING: UKRAINE says"
        return names.exact.get(said[index].capitalize()), 1
    return None, 1


def _factor(text: str, found: Words, index: int, count: int) -> float:
    """What the words around a name make of it: the scene, the actor, or neither."""
    small, places = found.small, found.where
    before, after = index - 1, index + count
    if before >= 0 and text[places[index].start() - 1] in _DASHES and small[before] in _JOINED_BEFORE:
        return ACTOR
    if after < len(small):
        gap = text[places[after - 1].end()]
        if (gap == " " and small[after] in _AGENTS) or (gap in _DASHES and small[after] in _JOINED_AFTER):
            return ACTOR
    while before >= 0 and small[before] in _BETWEEN:
        before -= 1
    return LOCATIVE if before >= 0 and small[before] in _PLACES_BEFORE else 1.0


def _by_ending(said: str, names: Names) -> Name | None:
    """A name as other languages bend it: "russische", "Polens", "l'Ukraine", "в России", "والروسية"."""
    for form in _forms(said):
        name = names.exact.get(form)
        if name is None and form.endswith("s") and form[0].isupper() and len(form) > _SHORTEST_GENITIVE:
            name = names.exact.get(form[:-1])
        if name is not None:
            return name
        low = form.lower()
        for length in range(len(low), _SHORTEST_STEM - 1, -1):
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
    return [form for form in forms if len(form) >= _SHORTEST_STEM]


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

"""The names that give a place away: names.tsv and places.tsv, read and checked line by line."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from bot.errors import BrokenFile
from bot.intake.classify.words import phrase
from bot.regions import Regions

KINDS = ("country", "capital", "demonym", "city", "area", "org", "party", "person", "group", "term", "idiom", "trap")
AGING = ("person", "party", "org", "group")  # these may carry the year in which they were last true
NO_PLACE = "-"
ANY_ENDING = "*"
SHORTEST_STEM = 3


class Name(NamedTuple):
    """One spelling of a name and what it stands for."""

    place: str  # a code in places.tsv; "-" for a trap, which swallows its words
    kind: str
    weak: bool = False  # loses to any name that is not weak
    until: int | None = None  # the year it was last known to be true
    unless: tuple[str, ...] = ()  # words, or {PLACE}, whose presence turns it into another place
    instead: str = ""


class Place(NamedTuple):
    """Where a place belongs."""

    region: str
    name: str
    also: str = ""  # the region in which other newsrooms file it
    reach: float = 1.0  # what remains of its country's names' weight, for a power is in the news of others


class Names:
    """All names, by spelling. Looked up by their folded words; immutable once made."""

    def __init__(
        self, spelt: Mapping[str, Name], stems: Mapping[str, Name] = {}, joined: Mapping[str, Name] = {}
    ) -> None:
        self.exact: dict[str, Name] = {}
        self.folded: dict[str, Name] = {}  # written in lower case: found in any case
        # In lower case, the first word of each name, or its first two -> words of the longest name that begins so.
        self.longest: dict[str, int] = {}
        for spelling, name in spelt.items():
            (self.folded if spelling.islower() else self.exact)[spelling] = name
            begun = spelling.lower()
            if " " not in begun:
                self.longest.setdefault(begun, 1)
                continue
            said = begun.split(" ")
            for beginning in (said[0], f"{said[0]} {said[1]}"):
                if len(said) > self.longest.get(beginning, 0):
                    self.longest[beginning] = len(said)
        self.stems = stems  # beginnings of words that change their endings, in lower case
        self.roots = frozenset(stem[:SHORTEST_STEM] for stem in stems)
        self.joined = joined  # names in scripts without spaces
        self.longest_joined = max(map(len, joined), default=0)
        self._shouted: dict[str, Name] | None = None

    def __len__(self) -> int:
        return len(self.exact) + len(self.folded)

    @property
    def shouted(self) -> Mapping[str, Name]:
        """The same names in lower case throughout, for headlines in capitals; made when first needed."""
        if self._shouted is None:
            self._shouted = {spelling.lower(): name for spelling, name in self.exact.items()} | self.folded
        return self._shouted

    def old(self, year: int, years: int = 2) -> list[str]:
        """People, parties and organisations which nobody has looked at for some years."""
        return sorted(word for word, name in self.exact.items() if name.until and name.until < year - years)


def load_places(path: Path, regions: Regions) -> dict[str, Place]:
    """Code -> place. A region may be missing only where the operator's own regions.toml left it out."""
    strict = regions.source is not None and regions.source.resolve().parent == path.resolve().parent
    found: dict[str, Place] = {}
    for number, fields in _rows(path, 3, 4, 5):
        place, region, name, also, reach = (*fields, "", "")[:5]
        if not place or not name or " " in place:
            raise BrokenFile(path, number, "a line is: code, region, name, with one tab between")
        if place in found:
            raise BrokenFile(path, number, f'the place "{place}" is there twice')
        for code in (region, also):
            if strict and code and code not in regions:
                raise BrokenFile(path, number, f'"{code}" is no region; they are {", ".join(regions.codes)}')
        if reach and not re.fullmatch(r"0\.[1-9]\d?|1", reach):
            raise BrokenFile(path, number, f'"{reach}" is no part of one, such as 0.7')
        found[place] = Place(region, name, also, float(reach or 1))
    return found


def load_names(path: Path, places: Mapping[str, object]) -> dict[str, Name]:
    """Spelling -> name, for every name and alias of a file."""
    found: dict[str, Name] = {}
    for number, fields in _rows(path, 3, 4):
        try:
            name = _name(fields, places)
            for spelling in _spellings(fields[0], name.kind):
                key = spelling if _plain(spelling) else phrase(spelling)
                _check(key, spelling, name)
                if key in found:
                    raise ValueError(f'the name "{spelling}" is there twice')
                found[key] = name
        except ValueError as error:
            raise BrokenFile(path, number, str(error)) from error
    return found


def load_languages(path: Path, places: Mapping[str, object]) -> dict[str, Name]:
    """Spelling -> name, in other languages; a beginning of a word keeps its star."""
    found: dict[str, Name] = {}
    for number, (written, place, language) in _rows(path, 3):
        if place not in places:
            raise BrokenFile(path, number, f'the place "{place}" is not in places.tsv')
        if not re.fullmatch(r"[a-z]{2,3}", language):
            raise BrokenFile(path, number, f'"{language}" is no language; it is two or three small letters, such as de')
        for spelling in written.split("|"):
            star = spelling.endswith(ANY_ENDING)
            key = phrase(spelling).lower() + ANY_ENDING if star else phrase(spelling)
            if len(key) < 2 or (star and len(key) < 4) or key in found:
                wrong = "is there twice" if key in found else "is too short"
                raise BrokenFile(path, number, f'"{spelling}" {wrong}')
            found[key] = Name(place, "demonym" if star else "country")
    return found


def _spellings(written: str, kind: str) -> Iterator[str]:
    """All that a line's first column stands for: aliases, the part after a star alone, the plurals of a demonym."""
    for spelling in written.split("|"):
        before, star, after = spelling.partition("*")
        if star:
            yield before + after
            yield after if before else after.partition(" ")[0]
        else:
            yield spelling
            if kind == "demonym" and not spelling.endswith(("s", "sh", "ch", "ese", "x", "men", "man")):
                yield spelling + "s"


def _plain(spelling: str) -> bool:
    return spelling.isascii() and spelling.replace(" ", "").isalnum() and "  " not in spelling


def _check(key: str, spelling: str, name: Name) -> None:
    if not key or (len(key) < 2 and key not in "$£€₹¥"):
        raise ValueError(f'"{spelling}" is too short for a name')
    if key[0].isalpha() and key.islower() and key.isascii() and name.kind not in ("term", "idiom", "trap"):
        raise ValueError(f'"{spelling}" is in lower case, which only a term, an idiom or a trap may be')


def _name(fields: list[str], places: Mapping[str, object]) -> Name:
    place, kind = fields[1], fields[2]
    if kind not in KINDS:
        raise ValueError(f'the kind "{kind}" is unknown; it may be {", ".join(KINDS)}')
    if (place == NO_PLACE) != (kind == "trap"):
        raise ValueError('a trap has the place "-", and nothing else has')
    if place not in places and place != NO_PLACE:
        raise ValueError(f'the place "{place}" is not in places.tsv')
    if len(fields) < 4 or not fields[3]:
        return Name(place, kind)
    weak, instead = False, ""
    until: int | None = None
    unless: tuple[str, ...] = ()
    for note in fields[3].split("; "):
        if note == "weak":
            weak = True
        elif note.isdecimal() and len(note) == 4:
            until = int(note)
        elif note.startswith("unless ") and " -> " in note:
            words, _, instead = note.removeprefix("unless ").partition(" -> ")
            unless = tuple(words.split("|"))
            if instead not in places and instead != NO_PLACE:
                raise ValueError(f'the place "{instead}" is not in places.tsv')
        else:
            raise ValueError(f'the note "{note}" is none of: weak, a year, unless WORDS -> PLACE')
    if until and kind not in AGING:
        raise ValueError(f"a year is for {', '.join(AGING)}, not for a {kind}")
    return Name(place, kind, weak, until, unless, instead)


def _rows(path: Path, *counts: int) -> Iterator[tuple[int, list[str]]]:
    """The lines of a file that are neither empty nor comments, with their numbers."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise BrokenFile(path, None, f"it cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise BrokenFile(path, None, "it is not UTF-8 text") from error
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        fields = [field.strip() for field in line.split("\t")]
        if len(fields) not in counts:
            expected = " or ".join(map(str, counts))
            raise BrokenFile(path, number, f"it has {len(fields)} columns, not {expected}; a tab parts them")
        yield number, fields

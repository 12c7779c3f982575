"""Reads the lists of names and places: each line becomes a value, or is refused with its number and the reason."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from bot.errors import BrokenFile
from bot.intake.classify.names import AGING, ANY_ENDING, KINDS, NO_PLACE, SHORTEST_STEM, Name, Place
from bot.intake.classify.words import IN_EVERY_TEXT, money, phrase, unaccented
from bot.regions import Regions

_SMALL = ("term", "idiom", "trap")  # kinds that may be written in lower case
_NO_PLURAL = ("s", "sh", "ch", "ese", "x", "men", "man")  # of demonyms
_CODE = re.compile(r"[A-Z]{2,3}|@[a-z0-9-]+")
_REACH = re.compile(r"0\.[1-9]\d?|1")
_LANGUAGE = re.compile(r"[a-z]{2,3}")

Places = Mapping[str, Place]


def load_places(path: Path, regions: Regions, *, whole: bool) -> dict[str, Place]:
    """Code -> place. Unless the regions are known whole, one may be missing: an operator's regions.toml left it out."""
    found: dict[str, Place] = {}
    for number, line in _lines(path):
        place, region, name, also, reach = (*_fields(path, number, line, 3, 4, 5), "", "")[:5]
        if not _CODE.fullmatch(place):
            wrong = f'"{place}" is no code; it is two or three capitals, as in ISO 3166, or "@" and small letters'
            raise BrokenFile(path, number, wrong)
        if not name:
            raise BrokenFile(path, number, f'the name of "{place}" is missing in the third column')
        if place in found:
            raise BrokenFile(path, number, f'the place "{place}" is there twice')
        for code in (region, also):
            if whole and code not in regions and (code or code is region):
                raise BrokenFile(path, number, f'"{code}" is no region; they are {", ".join(regions.codes)}')
        if reach and not _REACH.fullmatch(reach):
            raise BrokenFile(path, number, f'"{reach}" is no part of one, such as 0.7')
        found[place] = Place(region, name, also, float(reach or 1))
    return found


def load_names(path: Path, places: Places, beside: Mapping[str, Name] = {}) -> dict[str, Name]:
    """Spelling -> name, for every name and alias of a file. What the file beside it says, it may not say otherwise."""
    found: dict[str, Name] = {}
    meanings: dict[str, Name] = {}  # what stands after a name stands after many
    for number, line in _lines(path):
        written, _, rest = line.partition("\t")
        name = meanings.get(rest)
        if name is None:
            name = meanings[rest] = _meaning(path, number, line, places)
        plain = "|" not in written and "*" not in written and name.kind != "demonym"
        for spelling in (written,) if plain else _spellings(path, number, written, name.kind):
            key = spelling if spelling.isalnum() and spelling.isascii() else _key(spelling)
            if (len(key) < 2 and not money(key)) or key in found or (key.islower() and not _may_be_small(key, name)):
                raise BrokenFile(path, number, _refusal(key, spelling.strip(), name, found))
            if beside and (other := _otherwise(key, name, beside)):
                raise BrokenFile(path, number, f'"{spelling}" is in names.tsv as well, as "{other}", for another place')
            found[key] = name
    return found


def _otherwise(key: str, name: Name, beside: Mapping[str, Name]) -> str:
    """How the other file spells a name that means another place there; one of the two would hide the other."""
    spellings = (key, key.capitalize(), key.title(), key.upper())
    return next((each for each in spellings if each in beside and beside[each].place != name.place), "")


def load_languages(path: Path, places: Places) -> dict[str, Name]:
    """Spelling -> name, in other languages; a beginning of a word keeps its star."""
    found: dict[str, Name] = {}
    meanings: dict[str, tuple[Name, Name]] = {}  # by place
    languages: set[str] = set()
    lines = list(_lines(path))
    bare = unaccented("\n".join(line for _, line in lines)).split("\n")  # all at once: one by one is dear
    for (number, line), without in zip(lines, bare, strict=True):
        written, _, rest = without.partition("\t")
        place, _, language = rest.partition("\t")
        if place not in meanings or language not in languages:
            _, place, language = _fields(path, number, line, 3)
            meanings[place] = _in_another_language(path, number, place, language, places)
            languages.add(language)
        country, demonym = meanings[place]
        for spelling in written.split("|"):
            star = spelling.endswith(ANY_ENDING)
            whole = spelling[:-1].lower() if star else spelling
            key = whole if whole.isalnum() else _key(whole)
            if len(key) < (SHORTEST_STEM if star else 2):
                raise BrokenFile(path, number, f'"{spelling}" is too short')
            if star:
                key += ANY_ENDING
            if key in found:
                raise BrokenFile(path, number, f'"{spelling}" is there twice')
            found[key] = demonym if star else country
    return found


def _key(spelling: str) -> str:
    """A name as it is looked up. Most need no look at their letters one by one."""
    bare = spelling if spelling.isascii() else unaccented(spelling)
    spaced = bare.replace("-", " ")
    if spaced.replace(" ", "").isalnum():
        return spaced if "  " not in spaced and spaced[0] != " " != spaced[-1] else " ".join(spaced.split())
    return phrase(spelling)


def _may_be_small(key: str, name: Name) -> bool:
    """Whether a name in lower case is of a kind that may be, and no word of every text."""
    if not key.isascii() or not key[0].isalpha():
        return True
    return name.kind in _SMALL and key not in IN_EVERY_TEXT


def _refusal(key: str, spelling: str, name: Name, found: Mapping[str, Name]) -> str:
    if key in found:
        return f'the name "{spelling}" is there twice'
    if len(key) < 2 and not money(key):
        return f'"{spelling}" is too short for a name' if spelling else "a name is missing"
    if name.kind in _SMALL:
        return f'"{spelling}" is a word of every text'
    return f'"{spelling}" is in lower case, which only a term, an idiom or a trap may be'


def _spellings(path: Path, number: int, written: str, kind: str) -> list[str]:
    """All that a line's first column stands for: aliases, the part after a star alone, the plurals of a demonym."""
    found = []
    for spelling in written.split("|"):
        before, star, after = spelling.partition("*")
        if star:
            if not after.strip() or "*" in after:
                wrong = f'in "{spelling.strip()}" one star may stand, before the part that is enough alone'
                raise BrokenFile(path, number, wrong)
            found += [before + after, after if before else after.partition(" ")[0]]
            continue
        found.append(spelling)
        if kind == "demonym" and not spelling.endswith(_NO_PLURAL):
            found.append(spelling + "s")
    return found


def _meaning(path: Path, number: int, line: str, places: Places) -> Name:
    """What a line says of its name, in the columns after it."""
    _, place, kind, *notes = _fields(path, number, line, 3, 4)
    try:
        if kind not in KINDS:
            raise ValueError(f'the kind "{kind}" is unknown; it may be {", ".join(KINDS)}')
        if (place == NO_PLACE) != (kind == "trap"):
            raise ValueError('a trap has the place "-", and nothing else has')
        if place != NO_PLACE and place not in places:
            raise _unknown(place, places)
        return _noted(place, kind, notes[0], places) if notes and notes[0] else Name(place, kind)
    except ValueError as error:
        raise BrokenFile(path, number, str(error)) from error


def _noted(place: str, kind: str, notes: str, places: Places) -> Name:
    weak, instead = False, ""
    until: int | None = None
    unless: tuple[str, ...] = ()
    for note in notes.split(";"):
        note = note.strip()
        if note == "weak":
            weak = True
        elif len(note) == 4 and note.isdecimal():
            until = int(note)
        elif note.startswith("unless ") and " -> " in note:
            unless, instead = _unless(note, places)
        else:
            raise ValueError(f'the note "{note}" is none of: weak, a year, unless WORDS -> PLACE; "; " parts them')
    if until and kind not in AGING:
        raise ValueError(f"a year is for {', '.join(AGING)}, not for a {kind}")
    return Name(place, kind, weak, until, unless, instead)


def _unless(note: str, places: Places) -> tuple[tuple[str, ...], str]:
    written, _, instead = note.removeprefix("unless").partition(" -> ")
    words = tuple(word.strip() for word in written.split("|"))
    if not all(words):
        raise ValueError(f'a word is missing in "{note}"')
    for place in [instead, *(word.strip("{}") for word in words if word.startswith("{"))]:
        if place not in places and place != NO_PLACE:
            raise _unknown(place, places)
    return words, instead


def _in_another_language(path: Path, number: int, place: str, language: str, places: Places) -> tuple[Name, Name]:
    """A line's place, for names that stand as they are, and for beginnings."""
    if place not in places:
        raise BrokenFile(path, number, str(_unknown(place, places)))
    if not _LANGUAGE.fullmatch(language):
        wrong = f'"{language}" is no language; it is two or three small letters, such as de'
        raise BrokenFile(path, number, wrong)
    return Name(place, "country"), Name(place, "demonym")


def _unknown(place: str, places: Places) -> ValueError:
    """What is wrong with a place that is not in the list, and which code was probably meant."""
    from difflib import get_close_matches  # dear to import, and hardly ever needed

    called = {each.name.casefold(): code for code, each in places.items()}
    near = get_close_matches(place.casefold(), called, 1)
    meant = place.upper() if place.upper() in places else called[near[0]] if near else ""
    hint = f"; did you mean {meant}, {places[meant].name}?" if meant else ""
    return ValueError(f'the place "{place}" is not in places.tsv{hint}')


def _fields(path: Path, number: int, line: str, *counts: int) -> list[str]:
    fields = [field.strip() for field in line.split("\t")]
    if len(fields) in counts:
        return fields
    has = f"{len(fields)} column{'' if len(fields) == 1 else 's'}"
    expected = " or ".join(map(str, counts))
    raise BrokenFile(path, number, f"it has {has}, not {expected}; a tab parts them, and spaces do not")


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines of a file that are neither empty nor comments, with their numbers."""
    try:
        read = path.read_bytes()
        text = read.decode("utf-8-sig")
    except OSError as error:
        raise BrokenFile(path, None, f"it cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        number = read[: error.start].count(b"\n") + 1
        raise BrokenFile(path, number, "it is not UTF-8 text; save it as UTF-8") from error
    lines = enumerate(text.splitlines(), 1)
    return ((number, line) for number, line in lines if line and line[0] != "#" and not line.isspace())

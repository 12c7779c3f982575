"""Reads the lists of names and places: each line becomes a value, or is refused with its number and the reason."""

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from bot.errors import BrokenFile
from bot.intake.classify.names import AGING, ANY_ENDING, KINDS, NO_PLACE, SHORTEST_STEM, Name, Place
from bot.intake.classify.words import IN_EVERY_TEXT, money, phrase, unaccented
from bot.regions import Regions
from bot.written import meant, read_text

_SMALL = ("term", "idiom", "trap")  # kinds that may be written in lower case
_NO_PLURAL = ("s", "sh", "ch", "ese", "x", "men", "man")  # of demonyms
_CODE = re.compile(r"[A-Z]{2,3}|@[a-z0-9-]+")
_REACH = re.compile(r"0\.[1-9]\d?|1")
_LANGUAGE = re.compile(r"[a-z]{2,3}")
_CALLED = {"UK": "GB", "USA": "US", "UAE": "AE", "EU": "@europe", "ROK": "KR", "DPRK": "KP", "DRC": "CD", "EL": "GR"}
_SHOWN = 60  # characters of what is wrong

Places = Mapping[str, Place]


def load_places(path: Path, regions: Regions, *, whole: bool) -> dict[str, Place]:
    """Code -> place. Unless the regions are known whole, one may be missing: an operator's regions.toml left it out."""
    found: dict[str, Place] = {}
    for number, line in _lines(path):
        try:
            place, region, name, also, reach = (*_fields(line, 3, 4, 5), "", "")[:5]
            _check_place(place, region, name, also, reach)
            if place in found:
                raise ValueError(f'the place "{place}" is there twice')
            for code in (region, also) if also else (region,):
                if whole and code not in regions:
                    raise ValueError(_no_region(code, regions))
        except ValueError as error:
            raise BrokenFile(path, number, str(error)) from error
        found[place] = Place(region, name, also, float(reach or 1))
    return found


def load_names(path: Path, places: Places, beside: Mapping[str, Name] = {}, *, small: bool = False) -> dict[str, Name]:
    """Spelling -> name, for every name and alias of a file. What the file beside it says, it may not say otherwise."""
    found: dict[str, Name] = {}
    meanings: dict[str, Name] = {}  # what stands after a name stands after many
    for number, line in _lines(path):
        written, _, rest = line.partition("\t")
        try:
            name = meanings.get(rest)
            if name is None:
                name = meanings[rest] = _meaning(line, places)
            one = "|" not in written and "*" not in written and name.kind != "demonym"
            for spelling in (written,) if one else _spellings(written, name.kind):
                key = spelling if spelling.isalnum() and spelling.isascii() else _key(spelling)
                if len(key) < 2 or key in found or (key.islower() and not _may_be_small(key, name)):
                    _refuse(key, spelling.strip(), name, found, _lines(path))
                if small and key != key.lower():
                    raise ValueError(f"{_quoted(spelling)} has a capital; in this file all is in lower case")
                if beside and (other := _otherwise(key, name, beside)):
                    raise ValueError(f'"{spelling}" is in names.tsv as well, as "{other}", for another place')
                found[key] = name
        except ValueError as error:
            raise BrokenFile(path, number, str(error)) from error
    return found


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
        try:
            if place not in meanings or language not in languages:
                _, place, language = _fields(line, 3)
                meanings[place] = _in_another_language(place, language, places)
                languages.add(language)
            country, demonym = meanings[place]
            for spelling in written.split("|"):
                star = spelling.endswith(ANY_ENDING)
                key = _foreign_key(spelling)
                if key in found:
                    raise ValueError(f"{_quoted(spelling)} is there twice")
                found[key] = demonym if star else country
        except ValueError as error:
            raise BrokenFile(path, number, str(error)) from error
    return found


# --- How a name is looked up --------------------------------------------------------------------------------------


def _key(spelling: str) -> str:
    """A name as it is looked up. Most need no look at their letters one by one."""
    bare = spelling if spelling.isascii() else unaccented(spelling)
    spaced = bare.replace("-", " ")
    if spaced.replace(" ", "").isalnum():
        return spaced if "  " not in spaced and spaced[0] != " " != spaced[-1] else " ".join(spaced.split())
    return phrase(spelling)


def _foreign_key(spelling: str) -> str:
    """The same of another language's name, which has no accents any more and may be a beginning."""
    star = spelling.endswith(ANY_ENDING)
    whole = spelling[:-1].lower() if star else spelling
    key = whole if whole.isalnum() else _key(whole)
    if len(key) < (SHORTEST_STEM if star else 2):
        raise ValueError(f"{_quoted(spelling)} is too short" if key else "a name is missing in the first column")
    if ANY_ENDING in whole:
        raise ValueError(f"{_quoted(spelling)} has a star before its end; it marks the beginning of a word")
    return key + ANY_ENDING if star else key


def _spellings(written: str, kind: str) -> list[str]:
    """All that a line's first column stands for: aliases, the part after a star alone, the plurals of a demonym."""
    found = []
    for spelling in written.split("|"):
        before, star, after = spelling.partition("*")
        if star:
            if not after.strip() or "*" in after:
                raise ValueError(f"in {_quoted(spelling)} one star may stand, before the part that is enough alone")
            found += [before + after, after if before else after.partition(" ")[0]]
            continue
        found.append(spelling)
        if kind == "demonym" and not spelling.endswith(_NO_PLURAL):
            found.append(spelling + "s")
    return found


def _may_be_small(key: str, name: Name) -> bool:
    """Whether a name in lower case is of a kind that may be, and no word of every text."""
    if not key.isascii() or not key[0].isalpha():
        return True
    return name.kind in _SMALL and key not in IN_EVERY_TEXT


def _otherwise(key: str, name: Name, beside: Mapping[str, Name]) -> str:
    """How the other file spells a name that means another place there; one of the two would hide the other."""
    for spelling in (key, key.capitalize(), key.upper(), key.title() if " " in key else key):
        if spelling in beside and beside[spelling].place != name.place:
            return spelling
    return ""


# --- What stands in the columns -----------------------------------------------------------------------------------


def _check_place(place: str, region: str, name: str, also: str, reach: str) -> None:
    if not _CODE.fullmatch(place):
        raise ValueError(f'{_quoted(place)} is no code; it is two or three capitals, as in ISO 3166, or "@" and a word')
    if not region or not name:
        raise ValueError(f'the {"name" if region else "region"} of "{place}" is missing')
    if also == region:
        raise ValueError(f'"{also}" is its region already; the fourth column is for another')
    if reach and not _REACH.fullmatch(reach):
        raise ValueError(f"{_quoted(reach)} is no part of one, such as 0.7")


def _meaning(line: str, places: Places) -> Name:
    """What a line says of its name, in the columns after it."""
    _, place, kind, notes = _columns(line)
    if not place:
        raise ValueError("the place is missing: two tabs follow each other")
    if kind not in KINDS:
        raise ValueError(f"the kind {_quoted(kind)} is unknown; it may be {', '.join(KINDS)}{meant(kind, KINDS)}")
    if (place == NO_PLACE) != (kind == "trap"):
        raise ValueError('a trap has the place "-", and nothing else has')
    if place != NO_PLACE and place not in places:
        raise ValueError(_no_place(place, places))
    return _noted(place, kind, notes, places) if notes else Name(place, kind)


def _columns(line: str) -> tuple[str, str, str, str]:
    """A line's name, place, kind and notes; most names are cities or people, and their kind need not be written."""
    written, place, kind, notes = (*_fields(line, 2, 3, 4), "", "")[:4]
    if kind[:1].isdecimal() and not notes:  # a year
        return written, place, "person", kind
    return written, place, kind or ("trap" if place == NO_PLACE else "city"), notes


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
        elif note.startswith("#"):
            raise ValueError("a comment needs a line of its own")
        else:
            wrong = f"the note {_quoted(note)} is none of: weak, a year, unless WORDS -> PLACE"
            raise ValueError(f'{wrong}. "; " parts several')
    if until and kind not in AGING:
        raise ValueError(f'a year is for {", ".join(AGING)}; this is of the kind "{kind}"')
    return Name(place, kind, weak, until, unless, instead)


def _unless(note: str, places: Places) -> tuple[tuple[str, ...], str]:
    written, _, instead = note.removeprefix("unless").partition(" -> ")
    words = tuple(word.strip() for word in written.split("|"))
    if not all(words):
        raise ValueError(f"a word is missing in {_quoted(note)}")
    for place in [instead, *(word.strip("{}") for word in words if word.startswith("{"))]:
        if place not in places and place != NO_PLACE:
            raise ValueError(_no_place(place, places))
    return words, instead


def _in_another_language(place: str, language: str, places: Places) -> tuple[Name, Name]:
    """A line's place, for names that stand as they are, and for beginnings."""
    if place not in places:
        raise ValueError(_no_place(place, places))
    if not _LANGUAGE.fullmatch(language):
        raise ValueError(f"{_quoted(language)} is no language; it is two or three small letters, such as de")
    return Name(place, "country"), Name(place, "demonym")


# --- What is wrong, and what was probably meant -------------------------------------------------------------------


def _refuse(key: str, spelling: str, name: Name, found: Mapping[str, Name], lines: Iterable[tuple[int, str]]) -> None:
    """Say what is wrong with a name; nothing is, if it is a sign of money that is new."""
    if not key:
        raise ValueError(f"{_quoted(spelling)} has no letter" if spelling else "a name is missing in the first column")
    if len(key) < 2 and not money(key):
        raise ValueError(f"{_quoted(spelling)} is too short for a name")
    if key.islower() and not _may_be_small(key, name):
        if name.kind in _SMALL:
            raise ValueError(f"{_quoted(spelling)} is a word of every text")
        raise ValueError(f"{_quoted(spelling)} is in lower case, which only a term, an idiom or a trap may be")
    if key in found:
        each = ((number, *_columns(line)) for number, line in lines)
        first = next((number for number, said, _, kind, _ in each if key in map(_key, _spellings(said, kind))), 0)
        raise ValueError(f"the name {_quoted(spelling)} is there twice; the first time in line {first}")


def _no_place(place: str, places: Places) -> str:
    called = {each.name.casefold(): code for code, each in places.items()} | {code.lower(): code for code in places}
    code = _CALLED.get(place.upper(), "") or called.get(place.casefold(), "")
    hint = f'; did you mean "{code}"?' if code in places else meant(place, called) if len(place) > 3 else ""
    return f"the place {_quoted(place)} is not in places.tsv{hint}"


def _no_region(code: str, regions: Regions) -> str:
    tagged = regions.from_tag(code)
    hint = f'; did you mean "{tagged}"?' if tagged else meant(code, regions.codes)
    return f"{_quoted(code)} is no region; they are {', '.join(regions.codes)}{hint}"


def _quoted(text: str) -> str:
    text = text.strip()
    return f'"{text}"' if len(text) <= _SHOWN else f'"{text[:_SHOWN]}…"'


def _fields(line: str, *counts: int) -> list[str]:
    fields = [field.strip() for field in line.split("\t")]
    while len(fields) > counts[-1] and not fields[-1]:
        fields.pop()
    if len(fields) in counts:
        return fields
    has = f"{len(fields)} column{'' if len(fields) == 1 else 's'}"
    expected = f"{counts[0]}" if len(counts) == 1 else f"{counts[0]} {'or' if len(counts) == 2 else 'to'} {counts[-1]}"
    raise ValueError(f"it has {has}, not {expected}; a tab parts them, and spaces do not")


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines of a file that are neither empty nor comments, with their numbers."""
    for number, line in enumerate(read_text(path).splitlines(), 1):
        if line and (line[0] > "#" or (not line.isspace() and line.lstrip()[0] != "#")):  # a space sorts before it
            yield number, line

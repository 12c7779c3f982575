"""The regions: their names, their colours, and the words by which feeds and people call them."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from bot.errors import BrokenFile, NewsError
from bot.written import meant, read_toml

_CODE = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
_KEYS = {"name": str, "colour": str, "emoji": str, "aliases": list, "places": list, "fallback": bool}
_HOLLOW = {"and", "the", "of", "und", "et", "y", "e", "&"}  # they make no difference between two tags
_LONGEST_CODE = 40
_NAMED = 30  # regions, to somebody who has asked for one that is none
_LONGEST_EMOJI = 16  # characters; some are made of many
_LONGEST_TAG = 200  # characters; what is longer is no tag


class UnknownRegion(NewsError):
    """Nobody has heard of that region."""


class Region(NamedTuple):
    """A code, a name, the words that give it away."""

    code: str
    name: str
    colour: int
    emoji: str
    aliases: tuple[str, ...]
    places: tuple[str, ...] = ()  # codes of places that belong here whatever places.tsv says
    fallback: bool = False  # where an article goes when nothing speaks for any region

    @property
    def words(self) -> tuple[str, ...]:
        """By which it is called."""
        return (self.code, self.name, *self.aliases)


class Regions:
    """All regions, in the order of their file. Nothing here changes after it is made."""

    def __init__(self, regions: Iterable[Region], topics: Iterable[str] = (), source: Path | None = None) -> None:
        self._by_code = {each.code: each for each in regions}
        self._spelt = {fold_tag(word): each.code for each in self for word in each.words}
        self._topics = frozenset(map(fold_tag, topics))
        self.source = source
        self.fallback = next((each for each in self if each.fallback), None)

    def __iter__(self) -> Iterator[Region]:
        return iter(self._by_code.values())

    def __len__(self) -> int:
        return len(self._by_code)

    def __contains__(self, code: object) -> bool:
        return code in self._by_code

    def __getitem__(self, code: str) -> Region:
        return self._by_code[code]

    def get(self, code: str) -> Region | None:
        return self._by_code.get(code)

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(self._by_code)

    def from_tag(self, tag: str) -> str | None:
        """The region that a feed's tag means, if any: "APAC", "Regions/Asia & the Pacific", ".../tag/asia/"."""
        if len(tag) > _LONGEST_TAG:
            return None
        parts = [part for part in re.split(r"[/:>|]+", tag) if part.strip()]
        spellings = [tag, parts[-1]] if parts else []
        return next((self._spelt[key] for key in map(fold_tag, spellings) if key in self._spelt), None)

    def is_topic(self, tag: str) -> bool:
        """Whether a tag is known to name a form or a desk, so that nobody need be asked for its region."""
        return fold_tag(tag) in self._topics

    def named(self, text: str) -> Region:
        """The region that a person means by a code, a name or an alias."""
        code = text if text in self._by_code else self._spelt.get(fold_tag(text))
        if code is None:
            known, more = ", ".join(self.codes[:_NAMED]), len(self) - _NAMED
            rest = f" and {more} more" if more > 0 else ""
            raise UnknownRegion(f"There is no region “{text.strip()[:60]}”. The regions are: {known}{rest}.")
        return self._by_code[code]


def fold_tag(tag: str) -> str:
    """A tag without what makes no difference: capitals, accents, punctuation, "and", "the"."""
    if not tag.isascii():
        tag = "".join(each for each in unicodedata.normalize("NFKD", tag) if not unicodedata.combining(each))
    words = re.findall(r"\w+", tag.replace(".", "").replace("_", " ").casefold())
    return " ".join(word for word in words if word not in _HOLLOW) or " ".join(words)


def load_regions(path: Path) -> Regions:
    """Read regions.toml; raise BrokenFile with the line and what is wrong there."""
    text, tables = read_toml(path)
    return _Reader(path, text).regions(tables)


class _Reader:
    """Turns the tables of one file into regions, and knows on which line each thing stands."""

    def __init__(self, path: Path, text: str) -> None:
        self.path = path
        self.lines = text.splitlines()

    def regions(self, tables: dict[str, object]) -> Regions:
        topics = self._words(tables.pop("topics", []), "", "topics")
        found = [self._region(code, table) for code, table in tables.items()]
        if not found:
            raise BrokenFile(self.path, None, "it has no region; a region is a table such as [africa]")
        owner = self._refuse_doubles(found)
        for word in topics:
            if code := owner.get(fold_tag(word)):
                raise self._broken("", word, f'"{word}" is a topic, and a word for [{code}]; it can be one of them')
        fallbacks = [each.code for each in found if each.fallback]
        if len(fallbacks) > 1:
            raise self._broken(fallbacks[1], "fallback", f"[{fallbacks[0]}] is the fallback already; there can be one")
        return Regions(found, topics, self.path)

    def _region(self, code: str, table: object) -> Region:
        if not isinstance(table, dict):
            hint = meant(code, ["topics"])
            raise self._broken("", code, f'"{code}" is not a region; a region is a table such as [{code}]{hint}')
        if not _CODE.fullmatch(code) or len(code) > _LONGEST_CODE:
            wrong = f"the code [{code}] must be lower-case letters, digits and dashes, at most {_LONGEST_CODE}"
            raise self._broken(code, "", wrong)
        for key, value in table.items():
            if key not in _KEYS:
                raise self._broken(code, key, f'"{key}" is unknown; a region has {", ".join(_KEYS)}{meant(key, _KEYS)}')
            if not isinstance(value, _KEYS[key]):
                raise self._broken(code, key, f'"{key}" must be {_said(_KEYS[key])}')
        name, colour = str(table.get("name", "")).strip(), str(table.get("colour", ""))
        if not name or len(name) > 80:
            raise self._broken(code, "name", f"[{code}] needs a name of at most 80 characters")
        if not _COLOUR.fullmatch(colour):
            raise self._broken(code, "colour", f'[{code}] needs a colour such as "#d1495b", not "{colour}"')
        emoji = str(table.get("emoji", ""))
        if len(emoji) > _LONGEST_EMOJI:
            raise self._broken(code, "emoji", 'an "emoji" is one of these little pictures, not a text')
        return Region(
            code=code,
            name=name,
            colour=int(colour[1:], 16),
            emoji=emoji,
            aliases=self._words(table.get("aliases", []), code, "aliases"),
            places=self._words(table.get("places", []), code, "places"),
            fallback=bool(table.get("fallback", False)),
        )

    def _words(self, value: object, code: str, key: str) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(word, str) and word.strip() for word in value):
            raise self._broken(code, key, f'"{key}" must be a list of words, such as ["APAC", "Asia"]')
        return tuple(value)

    def _refuse_doubles(self, regions: list[Region]) -> dict[str, str]:
        """The same word for two regions would make a tag mean whichever came last. Which region has which word."""
        owner: dict[str, str] = {}
        for region in regions:
            for word in region.words:
                first = owner.setdefault(fold_tag(word), region.code)
                if first != region.code:
                    raise self._broken(region.code, word, f'"{word}" is already a word for [{first}]')
            folded = [fold_tag(word) for word in region.aliases]
            if len(set(folded)) < len(folded):
                word = next(each for at, each in enumerate(region.aliases) if folded.index(folded[at]) < at)
                raise self._broken(region.code, word, f'the alias "{word}" is there twice')
        return owner

    def _broken(self, code: str, word: str, problem: str) -> BrokenFile:
        return BrokenFile(self.path, self._line(code, word), problem)

    def _line(self, code: str, word: str) -> int | None:
        """The last line in a region's table that has the word (a double is seen at its second place), or its head."""
        head, found = None, None
        inside = not code
        for number, line in enumerate(self.lines, 1):
            if line.lstrip().startswith("["):
                inside = not code or line.strip().lstrip("[ \"'").startswith(code)
                head = number if inside else head
            if inside and word and re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", line):
                found = number
        return found or head


def _said(kind: type) -> str:
    return {str: "a text in quotes", list: "a list", bool: "true or false"}[kind]

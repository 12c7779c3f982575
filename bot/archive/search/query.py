"""Reads what a reader typed. Whatever it is, it means something: there is no wrong query."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.archive.dates import Period, read_period, readings
from bot.archive.search import normal
from bot.archive.search.aliases import Aliases
from bot.model import Order, Query
from bot.regions import Regions, UnknownRegion

LONGEST = 2000  # characters that are read
MOST_TERMS = 128  # words and phrases that are searched for: a paragraph, pasted to find its like
_MOST_NAMED = 32  # regions, authors, feeds and languages
SHORTEST_PREFIX = 3  # letters before a star
_DEEPEST = 8  # brackets within brackets

_KEYS = {
    **dict.fromkeys(("region", "in", "regions"), "region"),
    **dict.fromkeys(("feed", "source", "site", "from"), "feed"),
    **dict.fromkeys(("author", "by"), "author"),
    **dict.fromkeys(("title", "headline", "intitle"), "title"),
    **dict.fromkeys(("before", "until"), "before"),
    **dict.fromkeys(("after", "since"), "after"),
    **dict.fromkeys(("during", "date", "on", "when"), "during"),
    **{key: key for key in ("has", "lang", "sort")},
    **{"language": "lang", "order": "sort"},
}
_SORTS: dict[str, Order] = {
    **dict.fromkeys(("new", "newest", "latest", "date", "recent"), "newest"),
    **dict.fromkeys(("best", "relevance", "relevant", "rank"), "relevance"),
}
_IMAGES = {"image", "images", "photo", "photos", "picture", "pictures"}
_DATES = {"before", "after", "during"}
_PIECE = re.compile(
    r"""
    (?P<not>[-!](?=[^\s\-!)]))?
    (?: (?P<open>\() | (?P<close>\))
      | (?P<key>[A-Za-z]{2,9}):(?!//)(?P<value>"[^"]*"?|[^\s()"]+)
      | "(?P<phrase>[^"]*)"?
      | (?P<word>[^\s()"]+) )
    """,
    re.VERBOSE,
)
# "after: 3 weeks ago" and "during:last week" are one piece, though there are blanks in them.
_LONG_DATE = re.compile(
    r"(?<![\w-])(before|until|after|since|during|date|when|on):\s*((?:(?:this|last|past|previous)\s+\w+"
    r"|(?:\d+|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\s+[a-z]+\s+ago"
    r"|(?:the\s+)?day\s+before\s+yesterday|\d{1,2}\s+[a-z]{3,9}(?:\s+\d{4})?|[a-z]{3,9}\s+\d{4}|(?<=\s)[^\s()\":]+))(?=[\s)]|$)",
    re.IGNORECASE,
)
_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»＂", '"') | {"：": ":", "（": "(", "）": ")", "−": "-", "–": "-"})


@dataclass(frozen=True, slots=True)
class Term:
    """A word or a phrase, and the ways in which it may stand in the index."""

    text: str  # as it was typed
    ways: tuple[tuple[str, ...], ...]
    spelt: str  # its words as they stand in plain text
    phrase: bool = False  # the words of a way stand side by side
    prefix: bool = False  # the last word goes on
    title: bool = False  # in the title
    alias: bool = False  # another name of what was typed


@dataclass(frozen=True, slots=True)
class Both:
    """All of these."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Either:
    """One of these at least."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Without:
    """Not this."""

    part: "Node"


Node = Term | Both | Either | Without


@dataclass(frozen=True, slots=True)
class Filters:
    """What an article must be, and must not be."""

    regions: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    feeds: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    image: bool = False
    start: datetime | None = None
    end: datetime | None = None
    without: tuple[tuple[str, str], ...] = ()  # ("region", "africa"): what it must not be


@dataclass(frozen=True, slots=True)
class Asked:
    """A query, read."""

    root: Node | None = None
    filters: Filters = field(default_factory=Filters)
    order: Order | None = None
    cut: bool = False  # there was more than we read
    strange: tuple[str, ...] = ()  # what could not be read, and as what


def read(query: Query, regions: Regions, now: datetime, aliases: Aliases | None = None) -> Asked:
    """What a reader asks: the words with their operators, and the options, which mean the same."""
    return _Reading(_sound(query), regions, now, aliases or Aliases()).asked()


class _Reading:
    """Goes through a query once, from left to right."""

    def __init__(self, query: Query, regions: Regions, now: datetime, aliases: Aliases) -> None:
        self.query = query
        self.aliases = aliases
        self.regions = regions
        self.now = now
        self.found: dict[str, list[str]] = {}  # names by what they name
        self.without: list[tuple[str, str]] = []
        self.image = False
        self.start: datetime | None = None
        self.end: datetime | None = None
        self.order = query.order
        self.terms = 0
        self.named = 0
        self.cut = len(query.words) > LONGEST
        self.strange: list[str] = []

    def asked(self) -> Asked:
        query = self.query
        self._options()
        text = query.words[:LONGEST].translate(_QUOTES)
        text = _LONG_DATE.sub(r'\1:"\2"', text) if ":" in text else text
        root = self._group(_PIECE.finditer(text), 0)
        return Asked(root, self._filters(), self.order, self.cut, tuple(self.strange))

    def _filters(self) -> Filters:
        regions, authors, feeds, languages = (
            tuple(self.found.get(key, ())) for key in ("region", "author", "feed", "lang")
        )
        return Filters(regions, authors, feeds, languages, self.image, self.start, self.end, tuple(self.without))

    def _options(self) -> None:
        query = self.query
        for key, value in (
            *(("region", query.region or ""), ("author", query.author), ("feed", query.feed)),
            *(("after", query.after), ("before", query.before)),
        ):
            if value.strip():
                self._filter(key, value[:LONGEST].strip(), negated=False, certain=True)

    def _group(self, pieces: Iterator[re.Match[str]], depth: int, excluded: bool = False) -> Node | None:
        """Words until the bracket closes. OR binds its two neighbours; everything else is asked for together. What
        an article must be, in an excluded bracket, is what it must not be."""
        parts: list[Node] = []
        joining = excluding = False
        for piece in pieces:
            if piece["close"]:
                break
            word = piece["word"]
            if word in ("OR", "|", "||") and not piece["not"]:
                joining = bool(parts)
                continue
            if word in ("AND", "&", "&&"):
                continue
            if word == "NOT":
                excluding = True
                continue
            negated, excluding = bool(piece["not"]) or excluding, False
            if piece["open"] and depth < _DEEPEST:
                node = self._group(pieces, depth + 1, excluded != negated)
            else:
                node = self._node(piece, excluded != negated)
            if node is None:
                continue
            if negated:
                node = Without(node)
            if joining:
                parts[-1] = _either(parts[-1], node)
            else:
                parts.append(node)
            joining = False
        parts = self._with_aliases(parts)
        return None if not parts else parts[0] if len(parts) == 1 else Both(tuple(parts))

    def _with_aliases(self, parts: list[Node]) -> list[Node]:
        """Names that are known under others as well: either will do."""
        found: list[Node] = []
        at = 0
        while at < len(parts):
            row: list[Term] = []
            for part in parts[at:]:
                if not isinstance(part, Term) or part.title or part.prefix or (part.phrase and row):
                    break
                row.append(part)
                if part.phrase:
                    break
            number, others = self.aliases.longest([term.ways[0] for term in row], [term.text for term in row])
            if number:
                itself = row[0] if number == 1 else Both(tuple(row[:number]))
                found.append(Either((itself, *map(_another_name, others))))
            else:
                found.append(self._inside(parts[at]))
            at += max(1, number)
        return found

    def _inside(self, part: Node) -> Node:
        """The same for what stands on either side of an OR."""
        if isinstance(part, Either):
            return Either(tuple(each for side in part.parts for each in self._with_aliases([side])))
        return part

    def _node(self, piece: re.Match[str], negated: bool) -> Node | None:
        if piece["key"]:
            key, value = _KEYS.get(piece["key"].casefold(), ""), piece["value"].strip('"').strip()
            if key == "title":
                return self._term(value, phrase=piece["value"].startswith('"'), title=True)
            if not key or not value:
                return self._both(piece["key"], value)
            # What cannot be read is told, and a place may be a word of the text; before:never would only find nothing.
            return None if self._filter(key, value, negated, certain=False) or key != "region" else self._term(value)
        if piece["phrase"] is not None:
            return self._term(piece["phrase"], phrase=True)
        return self._term(piece["word"]) if piece["word"] else None

    def _both(self, *words: str) -> Node | None:
        parts: tuple[Node, ...] = tuple(term for term in map(self._term, words) if term is not None)
        return None if not parts else parts[0] if len(parts) == 1 else Both(parts)

    def _term(self, text: str, phrase: bool = False, title: bool = False) -> Node | None:
        folded = normal.fold(text.rstrip("*")).strip(" -'.")
        ways = tuple(tuple(way[:MOST_TERMS]) for way in normal.forms(folded) if way)
        if not ways:
            return None
        if self.terms >= MOST_TERMS:
            self.cut = True
            return None
        self.terms += 1
        starred, exact = text.endswith("*"), phrase
        prefix = starred and len(ways[0][-1]) >= SHORTEST_PREFIX and not exact
        if phrase and len(ways[0]) == 1:
            phrase = False
        if len(ways[-1]) == 1 and len(ways[-1][0]) == 1 and normal.is_running(ways[-1][0]):
            prefix = True  # one letter of a script that is kept in pairs
        if starred and not (prefix or normal.is_running(ways[0][-1])):  # of these scripts each word goes on
            counts = "counts outside quotation marks alone" if exact else f"needs {SHORTEST_PREFIX} letters before it"
            self.strange.append(f"the * of “{text}” {counts}")
            text = text.rstrip("*")
        spelt = " ".join(normal.whole_words(folded))
        return Term(text.strip(), ways[:1] if phrase else ways, spelt, phrase, prefix, title)

    def _filter(self, key: str, value: str, negated: bool, certain: bool) -> bool:
        """Take an operator; False when its value says nothing."""
        if key in _DATES:
            period = read_period(value, self.now)
            if period is None:
                either = readings(value)
                wrong = f"may be {either[0]} or {either[1]}" if either else "is no date"
                self.strange.append(f"“{value}” {wrong}")
            if period is None or negated:
                return certain
            self._within(key, period)
            return True
        if key == "sort":
            if value.casefold() not in _SORTS:
                self.strange.append(f"there is no sort:{value}, but sort:new and sort:best")
                return False
            self.order = _SORTS[value.casefold()]
            return True
        if key == "has":
            if value.casefold() not in _IMAGES:
                self.strange.append(f"there is no has:{value}, but has:image")
                return False
            if negated:
                self.without.append(("image", ""))
            else:
                self.image = True
            return True
        if key == "region":
            code = self._region(value)
            if code is None and not certain:
                self.strange.append(f"“{value}” is no region")
                return False
            value = code or value
        self.named += 1
        if self.named > _MOST_NAMED:
            self.cut = True
        elif negated:
            self.without.append((key, value))
        else:
            self.found.setdefault(key, []).append(value)
        return True

    def _within(self, key: str, period: Period) -> None:
        """The narrower of what was asked before and what is asked now."""
        start, end = period
        if key == "after":
            end = None
        elif key == "before":
            start, end = None, start or end
        if start is not None:
            self.start = start if self.start is None else max(self.start, start)
        if end is not None:
            self.end = end if self.end is None else min(self.end, end)

    def _region(self, text: str) -> str | None:
        try:
            return self.regions.named(text).code
        except UnknownRegion:
            return None


def _sound(query: Query) -> Query:
    """Without what no text may hold, and not longer than anybody types."""
    typed = query.words + (query.region or "") + query.author + query.feed + query.after + query.before
    if len(typed) <= LONGEST and typed.isascii() and typed.isprintable():
        return query

    def sound(text: str) -> str:
        return normal.sound(text[: LONGEST + 1])

    return replace(
        query,
        words=sound(query.words),
        region=None if query.region is None else sound(query.region),
        author=sound(query.author),
        feed=sound(query.feed),
        after=sound(query.after),
        before=sound(query.before),
    )


def _another_name(name: str) -> Term:
    folded = normal.fold(name)
    words = tuple(normal.words(folded))
    return Term(name, (words,), " ".join(normal.whole_words(folded)), phrase=len(words) > 1, alias=True)


def _either(first: Node, second: Node) -> Either:
    return Either((*first.parts, second) if isinstance(first, Either) else (first, second))


def terms(node: Node | None) -> Iterator[Term]:
    """All words and phrases that are asked for, not those that are excluded."""
    match node:
        case Term():
            yield node
        case Both(parts) | Either(parts):
            for part in parts:
                yield from terms(part)
        case _:
            return

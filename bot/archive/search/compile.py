"""Turns what was asked into words for the index. Every word is quoted; the only operators are ours."""

from collections.abc import Iterable, Set
from dataclasses import dataclass, field

from bot.archive import feeds
from bot.archive.connect import Connection
from bot.archive.moments import first_key
from bot.archive.search import normal, tokens, verify
from bot.archive.search.beginnings import beginning
from bot.archive.search.query import Asked, Both, Either, Filters, Node, Term, Without, terms
from bot.archive.search.sight import has_own, visible
from bot.model import OPERATOR, Viewer

MOST_ALTERNATIVES = 64  # authors or feeds that one piece of a name may mean
LAST_KEY = 2**62
_MOST_WORDS = 8  # of an author's name
_NOWHERE = '"\ue0ff"'  # a word that no article has


@dataclass(frozen=True, slots=True)
class Words:
    """What the indexes are asked of the words; "" for nothing."""

    all: str = ""
    ordered: str = ""  # the same for the index of title and teaser, which knows where each word stands
    titled: str = ""  # what must be in the title, for that index too
    beside: str = ""  # what else must be in the text


@dataclass(frozen=True, slots=True)
class Plan:
    """What the index is asked, and between which keys."""

    words: Words
    around: Words | None  # the same without the words that go on (con*), which finds more; None where there are none
    excluded: str  # what must not be there, or ""
    wanted: str  # where it must be filed, or ""
    unwanted: str  # where it must not be, or ""
    viewer: Viewer
    low: int
    high: int  # excluded
    read: dict[int, bool] = field(default_factory=dict, compare=False)  # of texts looked at: whether they have it

    def filed(self, db: Connection, words: str) -> str:
        """For the index of all words: these words where it is to be filed, for who may see it."""
        expression = " AND ".join(filter(None, (f"({words})" if words else "", self.wanted))) or quoted(tokens.EVERY)
        expression = f"({expression}) NOT {self.unwanted}" if self.unwanted else expression
        return visible(db, expression, self.viewer)

    def loosely(self, db: Connection, word: str) -> str:
        """For the index of all words, when one of those asked for will do."""
        expression = self.filed(db, quoted(word))
        return f"({expression}) NOT ({self.excluded})" if self.excluded else expression

    def heads(self, db: Connection, words: str, title: bool = False) -> list[str]:
        """For the index of title and teaser. Who may see it is a matter of columns: nobody else's are read."""
        shared, own = ("title", "own_title") if title else ("title teaser", "own_title own_teaser")
        filed = f" AND marks : ({self.wanted})" if self.wanted else ""
        filed += f" NOT marks : ({self.unwanted})" if self.unwanted else ""
        if self.viewer is None:
            return [f"{{{shared} {own}}} : ({words}){filed}"]
        everybodys = f"{{{shared}}} : ({words}){filed}"
        if self.viewer == OPERATOR or not has_own(db):
            return [everybodys]
        mine = f"marks : {quoted(tokens.owner(self.viewer))}"
        return [everybodys, f"{{{own}}} : ({words}) AND {mine}{filed}"]


def plan(db: Connection, asked: Asked, viewer: Viewer) -> Plan:
    """How to ask the index, so that nothing comes which this viewer may not see."""
    filters = asked.filters
    wanted, unwanted = _filed(db, filters, viewer)
    root = asked.root
    # In the small index of titles those that go on are gathered soon.
    going_on = frozenset() if root is None else frozenset(_going_on(root)).difference(_titles(root))
    return Plan(
        words=Words() if root is None else _words(root, frozenset()),
        around=_words(root, going_on) if root is not None and going_on else None,
        excluded=" OR ".join(_excluded(root)),
        wanted=" AND ".join(wanted),
        unwanted=f"({' OR '.join(unwanted)})" if unwanted else "",
        viewer=viewer,
        low=0 if filters.start is None else max(0, first_key(filters.start)),
        high=LAST_KEY if filters.end is None else max(0, first_key(filters.end)),
    )


def quoted(word: str) -> str:
    return '"' + word.replace('"', '""') + '"'


def number_of(db: Connection, table: str, code: str) -> int:
    """The number of a region or a language, which it has for good; 0 when no article has any of it."""
    known = db.numbers.get((table, code))
    if known is None:
        row = db.execute(f"SELECT id FROM {table} WHERE code = ?", [normal.sound(code)]).fetchone()  # noqa: S608 our tables
        if row is None:
            return 0
        known = db.numbers[table, code] = int(row["id"])
    return known


def owners(viewer: Viewer) -> list[int] | None:
    return None if viewer is None else [OPERATOR, viewer]


def _words(root: Node, without: Set[Term]) -> Words:
    everything = _compiled(root, without)
    ordered = _compiled(root, without, ordered=True) if any(term.phrase for term in terms(root)) else everything
    titles = [term for term in _titles(root) if term not in without]
    if not titles:
        return Words(everything, ordered)
    others = [term for term in terms(root) if term not in titles and term not in without]
    titled = " AND ".join(_term(title, ordered=True) for title in titles)
    return Words(everything, ordered, titled, _compiled(root, without | set(titles)) if others else "")


def _titles(node: Node) -> Iterable[Term]:
    """Each that must be in the title, whatever else is asked."""
    parts = node.parts if isinstance(node, Both) else (node,)
    return [part for part in parts if isinstance(part, Term) and part.title]


def _going_on(node: Node) -> Iterable[Term]:
    """All whose last word goes on, be they excluded."""
    match node:
        case Term():
            return [node] if node.prefix else []
        case Both(parts) | Either(parts):
            return [term for part in parts for term in _going_on(part)]
        case Without(part):
            return _going_on(part)


def _compiled(node: Node, without: Set[Term] = frozenset(), ordered: bool = False) -> str:
    """In the places of those that it is to do without may be anything."""
    every = quoted(tokens.EVERY)
    match node:
        case Term():
            return _term(node, ordered) if node not in without else every
        case Both(parts):
            wanted = [_compiled(part, without, ordered) for part in parts if not isinstance(part, Without)]
            unwanted = _excluded(node, without)
            base = " AND ".join(wanted) or every
            return f"(({base}) NOT ({' OR '.join(unwanted)}))" if unwanted else f"({base})"
        case Either(parts):
            return f"({' OR '.join(_compiled(part, without, ordered) for part in parts)})"
        case Without(part):
            return f"({every} NOT {_compiled(part)})" if _is_told(part, without) else every


def _is_told(node: Node, without: Set[Term]) -> bool:
    """Whether the index can tell what is excluded, and is to."""
    return not verify.is_needed(node) and without.isdisjoint(_going_on(node))


def _excluded(node: Node | None, without: Set[Term] = frozenset()) -> list[str]:
    """What is excluded beside what is asked for, as far as the index can tell."""
    parts = node.parts if isinstance(node, Both) else ()
    return [_compiled(part.part) for part in parts if isinstance(part, Without) and _is_told(part.part, without)]


def _term(term: Term, ordered: bool = False) -> str:
    if ordered and term.phrase and not any(map(normal.is_running, term.ways[0])):
        return quoted(" ".join(term.ways[0]))
    ways = [" AND ".join((*map(_word, way[:-1]), _last(way[-1], term.prefix))) for way in term.ways]
    return f"({' OR '.join(f'({way})' for way in ways)})"


def _word(word: str) -> str:
    """One letter of a script that is kept in pairs begins a pair, or ends its run."""
    return f"{quoted(word)} *" if len(word) == 1 and normal.is_running(word) else quoted(word)


def _last(word: str, goes_on: bool) -> str:
    if not goes_on:
        return _word(word)
    begun = beginning(word)
    return f"({' OR '.join((f'{quoted(begun.asked)} *', *map(quoted, begun.words)))})"


def _filed(db: Connection, filters: Filters, viewer: Viewer) -> tuple[list[str], list[str]]:
    """Where an article must be filed, and where not."""
    wanted = []
    if filters.regions:
        wanted.append(_any(_regions(db, filters.regions)))
    if filters.authors:
        wanted.append(_any(token for name in filters.authors for token in _authors(db, name, viewer)))
    if filters.feeds:
        wanted.append(_any(token for name in filters.feeds for token in _feeds(db, name, viewer)))
    if filters.languages:
        wanted.append(_any(_languages(db, filters.languages)))
    if filters.image:
        wanted.append(quoted(tokens.IMAGE))
    return wanted, [_any(_unwanted(db, key, value, viewer)) for key, value in filters.without]


def _unwanted(db: Connection, key: str, value: str, viewer: Viewer) -> Iterable[str]:
    match key:
        case "region":
            return _regions(db, [value])
        case "author":
            return _authors(db, value, viewer)
        case "feed":
            return _feeds(db, value, viewer)
        case "lang":
            return _languages(db, [value])
        case _:
            return [tokens.IMAGE]


def _any(private: Iterable[str]) -> str:
    alternatives = [quoted(each) for each in dict.fromkeys(private)][:MOST_ALTERNATIVES]
    return f"({' OR '.join(alternatives)})" if alternatives else _NOWHERE


def _regions(db: Connection, codes: Iterable[str]) -> list[str]:
    numbers = [number_of(db, "region", code) for code in codes]
    return [tokens.region(number) for number in numbers if number]


def _languages(db: Connection, codes: Iterable[str]) -> list[str]:
    plain = [normal.sound(code).replace("_", "-").split("-")[0].casefold() for code in codes]
    numbers = [number_of(db, "language", code) for code in plain]
    return [tokens.language(number) for number in numbers if number]


def _feeds(db: Connection, name: str, viewer: Viewer) -> list[str]:
    return [tokens.feed(each) for each in feeds.named(db, normal.sound(name), owners(viewer))]


def _authors(db: Connection, name: str, viewer: Viewer) -> list[str]:
    words = normal.words(normal.fold(name))[:_MOST_WORDS]
    if not words:
        return []
    conditions = " AND ".join("' ' || folded LIKE ?" for _ in words)
    seen_by = "" if viewer is None else "AND owner IN (0, ?)"
    rows = db.execute(
        f"SELECT id FROM author WHERE {conditions} {seen_by} ORDER BY newest DESC LIMIT {MOST_ALTERNATIVES}",  # noqa: S608 constants
        [*(f"% {word}%" for word in words), *([] if viewer is None else [viewer])],
    )
    return [tokens.author(row["id"]) for row in rows]

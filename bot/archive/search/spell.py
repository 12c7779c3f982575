"""Corrects what the archive does not know, and offers to correct what it hardly knows."""

import json
import re
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from bot.archive import articles
from bot.archive.connect import Connection
from bot.archive.search import normal, slips, walk
from bot.archive.search.compile import LAST_KEY, Plan, quoted
from bot.archive.search.query import Asked, Both, Either, Node, Term, Without
from bot.archive.search.sight import visible
from bot.archive.search.stem import stem

_WORD = re.compile(r"\w+")
_SHORTEST, _LONGEST = 4, 24  # letters of a word that is corrected
_LONG, _FAR = 7, 2  # letters of a word in which so many slips may be; such a one is offered, never taken for certain
_RARE, _MUCH = 3, 30  # a word this rare may be meant as one that is that much more frequent
_LONGEST_LOOK = 0.25  # seconds among the words of titles: in the largest of archives not all of them
_MOST_COUNTED = 500
_MOST_TRIED = 12  # neighbours looked for beside the other words
_MOST_WORDS = 3  # words of one query


@dataclass(frozen=True, slots=True)
class Spelling:
    """What may be meant instead of what was typed."""

    certain: Asked | None = None  # with words put right that the archive does not know
    likely: Asked | None = None  # with words put right that it hardly knows, too
    suggestion: str = ""  # the likely one, to be typed again


@dataclass(frozen=True, slots=True)
class _Mended:
    """A word in place of one that was typed: as the index has it, and as people write it."""

    word: str
    written: str


def corrected(db: Connection, asked: Asked, plan: Plan) -> Spelling:
    """Look at the words that are unknown or hardly known."""
    unknown: dict[str, str] = {}
    rare: dict[str, str] = {}
    for term in list(_correctable(asked.root))[:16]:
        word = term.ways[0][0]
        known = _seen(db, plan, word)
        if known <= _RARE and len(unknown) + len(rare) < _MOST_WORDS:
            beside = [each for each in _words(asked.root) if each != word]
            if better := _better(db, plan, word, known, beside):
                (rare if known else unknown)[word] = better
            elif not known and len(word) >= _LONG and (better := _far(db, plan, word, beside)):
                rare[word] = better
    mended = {word: _Mended(each, _as_written(db, plan, each)) for word, each in (unknown | rare).items()}
    sure = {word: mended[word] for word in unknown}
    certain = replace(asked, root=_changed(asked.root, sure)) if unknown else None
    if not rare:
        return Spelling(certain)
    return Spelling(certain, replace(asked, root=_changed(asked.root, mended)), _spelt(asked.root, mended))


def _better(db: Connection, plan: Plan, word: str, known: int, beside: list[str]) -> str | None:
    """The likeliest neighbour of a word: one that stands beside the other words, then the most frequent."""
    neighbours = list(dict.fromkeys(slips.neighbours(word)))
    found = _seen_of(db, plan, _existing(db, "title_word", neighbours))
    if known:
        found = {each: number for each, number in found.items() if number >= known * _MUCH}
        return next(iter(_likely(word, found)), None)
    together = _beside(db, plan, _likely(word, found), beside)
    printed = set(found)
    if not together:  # words that no title has are known by their stems alone
        roots: dict[str, str] = {}
        for each in (*found, *neighbours):
            roots.setdefault(stem(each), each)
        stems = _existing(db, "known_word", list(roots))
        found |= _seen_of(db, plan, (roots[root] for root in stems))
        together = _beside(db, plan, _likely(word, found), beside)
    better = next(iter(_likely(word, found, together)), None)
    return better if better is None or better in printed else _as_printed(db, plan, better, set(neighbours))


def _far(db: Connection, plan: Plan, word: str, beside: list[str]) -> str | None:
    """The likeliest word of a title that two slips make of this: a long foreign name is seldom only one letter wrong,
    and seldom wrong in its first."""
    rows = db.execute(
        "SELECT term FROM title_word WHERE term >= ? AND term < ? AND length(term) BETWEEN ? AND ?",
        [word[0], chr(ord(word[0]) + 1), len(word) - _FAR, len(word) + _FAR],
    )
    letters, near, end = set(word), [], time.monotonic() + _LONGEST_LOOK
    for row in rows:
        if time.monotonic() > end:
            break
        if len(letters ^ set(row[0])) <= 2 * _FAR and slips.between(word, row[0]) <= _FAR:
            near.append(row[0])
    found = _seen_of(db, plan, near)
    fewest = min((slips.between(word, each) for each in found), default=0)
    closest = {each: number for each, number in found.items() if slips.between(word, each) == fewest}
    return next(iter(_likely(word, closest, _beside(db, plan, _likely(word, closest), beside))), None)


def _as_printed(db: Connection, plan: Plan, word: str, neighbours: Collection[str]) -> str:
    """A word known by its stem as the newest article with it has it: a slip of "during" is not called "dueing"."""
    keys = walk.keys(db, "words", (visible(db, quoted(word), plan.viewer), 0, LAST_KEY, 1))
    root = stem(word)
    for article in articles.shown(db, keys, plan.viewer).values():
        text = normal.fold(f"{article.title} {article.teaser} {article.text}")
        forms = [each for each in dict.fromkeys(normal.words(text)) if stem(each) == root]
        if word not in forms:
            return next((each for each in forms if each in neighbours), next(iter(forms), word))
    return word


def _as_written(db: Connection, plan: Plan, word: str) -> str:
    """A word with its marks, as the newest article with it has it: Байкал, not Баикал."""
    keys = [] if word.isascii() else walk.keys(db, "words", (visible(db, quoted(word), plan.viewer), 0, LAST_KEY, 1))
    for article in articles.shown(db, keys, plan.viewer).values():
        for written in _WORD.findall(f"{article.title} {article.teaser} {article.text}".lower()):
            if normal.fold(written) == word:
                return str(written)
    return word


def _likely(word: str, found: dict[str, int], together: Collection[str] = ()) -> list[str]:
    """The likeliest first."""
    return sorted(
        found, key=lambda each: (each in together, slips.likeness(word, each), found[each], each), reverse=True
    )


def _seen_of(db: Connection, plan: Plan, words: Iterable[str]) -> dict[str, int]:
    return {each: number for each in words if (number := _seen(db, plan, each))}


def _beside(db: Connection, plan: Plan, found: Sequence[str], beside: list[str]) -> set[str]:
    """Those that stand in one article with the other words of the query."""
    return {each for each in found[:_MOST_TRIED] if beside and _together(db, plan, [each, *beside])}


def _existing(db: Connection, table: str, words: Sequence[str]) -> set[str]:
    """Which of these the index has, whoever may see them."""
    question = f"SELECT term FROM {table} WHERE term IN (SELECT value FROM json_each(?))"  # noqa: S608 our tables
    return {row[0] for row in db.execute(question, [json.dumps(words)])}


def _seen(db: Connection, plan: Plan, word: str) -> int:
    """How many articles that this viewer may see have a word, as far as it matters."""
    return _number(db, visible(db, quoted(word), plan.viewer), _MOST_COUNTED)


def _together(db: Connection, plan: Plan, words: Iterable[str]) -> int:
    return _number(db, visible(db, " AND ".join(map(quoted, words)), plan.viewer), 1)


def _number(db: Connection, expression: str, most: int) -> int:
    row = db.execute(
        "SELECT count(*) FROM (SELECT 1 FROM words WHERE words MATCH ? LIMIT ?)", [expression, most]
    ).fetchone()
    return int(row[0])


def _correctable(node: Node | None) -> Iterator[Term]:
    """Single words that are long enough, and no part of what must be exact."""
    match node:
        case Term():
            word = node.ways[0][0]
            plain = not (node.phrase or node.title or node.prefix or node.alias) and len(node.ways[0]) == 1
            if plain and _SHORTEST <= len(word) <= _LONGEST and word.isalpha():
                yield node
        case Both(parts) | Either(parts):
            for part in parts:
                yield from _correctable(part)
        case _:
            return


def _words(node: Node | None) -> list[str]:
    return [term.ways[0][0] for term in _correctable(node)]


def _changed(node: Node | None, words: dict[str, _Mended]) -> Node | None:
    return None if node is None else _each(node, lambda term: _respelt(term, words))


def _each(node: Node, change: Callable[[Term], Term]) -> Node:
    match node:
        case Term():
            return change(node)
        case Both(parts):
            return Both(tuple(_each(part, change) for part in parts))
        case Either(parts):
            return Either(tuple(_each(part, change) for part in parts))
        case Without():
            return node


def _respelt(term: Term, words: dict[str, _Mended]) -> Term:
    if term.phrase or term.title or term.prefix or len(term.ways[0]) != 1 or term.ways[0][0] not in words:
        return term
    better = words[term.ways[0][0]]
    return replace(term, text=better.written, ways=((better.word,),), spelt=better.word)


def _spelt(node: Node | None, words: dict[str, _Mended]) -> str:
    """The query as it may have been meant, to be typed again."""
    match node:
        case Term():
            if node.phrase:
                return f'"{node.text}"'
            mended = words.get(node.ways[0][0])
            return node.text if mended is None else mended.written
        case Both(parts):
            return " ".join(_spelt(part, words) for part in parts)
        case Either(parts):
            return f"({' OR '.join(_spelt(part, words) for part in parts)})"
        case Without(part):
            return f"-{_spelt(part, words)}"
        case _:
            return ""

"""The best answers first: gathered from the index, spelt right where needed, and scored one by one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

from bot.archive.connect import Connection
from bot.archive.search import compile as compiling
from bot.archive.search import gather, score, spell
from bot.archive.search.compile import Plan
from bot.archive.search.counts import Counts
from bot.archive.search.matching import Walked
from bot.archive.search.query import Asked, Both, Either, Node, Term, Without, terms
from bot.archive.search.score import Wanted
from bot.model import Viewer

ENOUGH = 10  # answers, below which we look further
MOST = 150  # answers that are kept in order
_MOST_WEIGHED = 64  # words of a question that articles are scored by
_MOST_PRECISE = 8  # words of a question that is meant as it stands; quotes in longer ones were pasted with the rest
_SHORT = 4  # words: up to here an answer that has them all comes first
_HOLLOW = frozenset(
    {
        *("a", "an", "and", "are", "as", "at", "be", "been", "but", "by", "can", "could", "did", "do", "does", "for"),
        *("from", "had", "has", "have", "how", "if", "in", "into", "is", "it", "its", "of", "on", "or", "over"),
        *("should", "such", "than", "that", "the", "their", "there", "these", "they", "this", "those", "to", "under"),
        *("was", "were", "what", "when", "where", "which", "while", "who", "whom", "whose", "why", "will", "with"),
        *("would",),
    }
)


@dataclass(frozen=True, slots=True)
class Ranked:
    """The answers in order, and what was made of the question."""

    keys: tuple[int, ...]
    asked: Asked
    plan: Plan
    loose: bool = False  # too few had all the words, so that some have only part of them
    suggestion: str = ""
    end: int | None = None  # the key with which the looking for all of it ended, if it did so too early


def best(db: Connection, asked: Asked, viewer: Viewer, counts: Counts, below: int) -> Ranked:
    """Rank what was asked for among the articles below this key."""
    asked = replace(asked, root=_without_hollow(asked.root))
    plan = _plan(db, asked, viewer, below)
    found = _strict(db, asked, plan, counts)
    spelling = spell.Spelling()
    if len(found.keys) < ENOUGH:
        spelling = spell.corrected(db, asked, plan)
        if spelling.certain is not None:
            asked = spelling.certain
            plan = _plan(db, asked, viewer, below)
            found = _strict(db, asked, plan, counts)
    keys, meant, more = found.keys, asked, list[int]()
    if not keys and spelling.likely is not None:  # shown below what has all the words as typed, of which there is none
        likely = spelling.likely
        more = _strict(db, likely, _plan(db, likely, viewer, below), counts).keys
        meant = likely if more else asked
    wanted = list(_wanted(meant.root))
    numbers = {word: counts.of(db, word) for each in wanted for way in each.ways for word in way}
    weights = {word: counts.weight(db, word) for word in numbers}
    may_be_loose = _is_loose(asked.root) or len(wanted) > _MOST_PRECISE
    if len(keys) < ENOUGH and len(wanted) > 1 and may_be_loose:
        more += gather.verified(db, gather.loose(db, plan, weights, numbers), _exclusions(asked.root))
    if len(wanted) > _MOST_WEIGHED:
        wanted = _weightiest(wanted, weights, numbers)
    more = [key for key in dict.fromkeys(more) if key not in set(keys)]
    ranked = tuple(_ranked(db, keys, more, wanted, weights))[:MOST]
    return Ranked(ranked, asked, plan, bool(more), spelling.suggestion, found.end)


def meant(db: Connection, asked: Asked, viewer: Viewer) -> Asked:
    """The question that was answered where nothing is known to have all of it."""
    asked = replace(asked, root=_without_hollow(asked.root))
    return spell.corrected(db, asked, compiling.plan(db, asked, viewer)).certain or asked


def _strict(db: Connection, asked: Asked, plan: Plan, counts: Counts) -> Walked:
    frequency = max((counts.of(db, word) for term in terms(asked.root) for way in term.ways for word in way), default=0)
    return gather.strict(db, asked.root, plan, frequency)


def _weightiest(wanted: Sequence[Wanted], weights: Mapping[str, float], numbers: Mapping[str, int]) -> list[Wanted]:
    """What says most of a paragraph: the rarest of the words that the archive knows."""
    sums = {each: max(sum(weights[word] for word in way) for way in each.ways) for each in wanted}
    known = [each for each in wanted if any(all(numbers[word] for word in way) for way in each.ways)]
    return sorted(known, key=lambda each: -sums[each])[:_MOST_WEIGHED]


def _ranked(
    db: Connection, keys: Sequence[int], more: Sequence[int], wanted: Sequence[Wanted], weights: dict[str, float]
) -> Iterable[int]:
    texts = gather.texts(db, [*keys, *more])
    by_score = score.scorer(wanted, weights, texts, max((text.key for text in texts), default=0))
    scores = {}
    for text in texts:
        db.heed()
        scores[text.key] = by_score(text)
    first = set(keys) if len(wanted) <= _SHORT else set()
    return sorted(scores, key=lambda key: (key not in first, -scores[key], -key))


def _plan(db: Connection, asked: Asked, viewer: Viewer, below: int) -> Plan:
    plan = compiling.plan(db, asked, viewer)
    return replace(plan, high=min(plan.high, below))


def _wanted(node: Node | None) -> Iterable[Wanted]:
    """What is asked for, each thing with all its ways."""
    match node:
        case Term():
            yield Wanted(node.ways)
        case Either():
            ways = tuple(way for way in _ways(node) if way)
            if ways:
                yield Wanted(ways)
        case Both(parts):
            for part in parts:
                yield from _wanted(part)
        case _:
            return


def _ways(node: Node) -> Iterable[tuple[str, ...]]:
    match node:
        case Term():
            yield from node.ways
        case Either(parts):
            for part in parts:
                yield from _ways(part)
        case Both(parts):
            each = [list(_ways(part))[:4] for part in parts if not isinstance(part, Without)]
            for together in list(product(*filter(None, each)))[:16]:
                yield tuple(word for way in together for word in way)
        case _:
            return


def _is_loose(node: Node | None) -> bool:
    """Whether part of it may be left out: not when somebody was precise."""
    match node:
        case Term():
            return not (node.title or (node.phrase and not node.alias))
        case Both(parts):
            return all(_is_loose(part) for part in parts if not isinstance(part, Without))
        case Either(parts):
            return all(map(_is_loose, parts))
        case _:
            return True


def _exclusions(node: Node | None) -> Node | None:
    """What must not be there, which no answer may have that has but part of the rest."""
    parts = tuple(part for part in node.parts if isinstance(part, Without)) if isinstance(node, Both) else ()
    return Both(parts) if parts else None


def _without_hollow(node: Node | None) -> Node | None:
    """The words of a sentence that say something; all of them when none does."""
    if not isinstance(node, Both):
        return node
    full = tuple(part for part in node.parts if not (isinstance(part, Term) and _is_hollow(part)))
    if not any(True for part in full for _ in terms(part)):
        return node
    return full[0] if len(full) == 1 else Both(full)


def _is_hollow(term: Term) -> bool:
    return not (term.phrase or term.title or term.prefix) and term.ways[0][0] in _HOLLOW and len(term.ways[0]) == 1

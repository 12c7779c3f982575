"""Scores an article against what was asked: how often and where its words stand, in which form, how close."""

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bot.archive.search import normal
from bot.archive.search.stem import stem

# Chosen once, among a few settings, on judged collections; see tests/bench/relevance.py.
_TITLE, _LEAD, _LEAD_WORDS = 2.0, 1.4, 40  # an occurrence in the title, and among the first words, counts for more
_K, _B = 1.4, 0.8  # bm25: how soon repetition stops to count, and how much length does
_SHORT = 4  # words: shorter queries are keywords, meant as they stand; longer ones are sentences
_EXACT, _EXACT_IN_SENTENCE = 1.2, 0.4  # of a word's weight, when its very form occurs
_RELATED, _RELATED_LETTERS = 0.3, 6  # an occurrence of a word with the same beginning (Brazil, Brazilian)
_CLOSE = 1.0  # of the summed weight, when the words of a short query stand side by side
_ALL = 0.1  # of the summed weight, for the share of the words that occur at all
_NEW, _HALF_LIFE = 0.12, 120 * 24 * 60 * 64  # for today's articles; in keys (120 days)
_WORD = re.compile(r"\w+")
_LETTERS = 6  # of a word with its blank, to tell distances from positions


@dataclass(frozen=True, slots=True)
class Wanted:
    """One thing that was asked for, in any of several ways; each way is words that belong together."""

    ways: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Text:
    """What is scored: title and the rest, both folded."""

    key: int
    title: str
    rest: str


@dataclass(slots=True)
class _Count:
    """One word's occurrences in one text."""

    weight: float = 0.0
    exact: bool = False
    places: list[int] = field(default_factory=list)


def scorer(
    wanted: Sequence[Wanted], weights: Mapping[str, float], texts: Sequence[Text], newest: int
) -> Callable[[Text], float]:
    """A function that scores these texts."""
    words = sorted({word for each in wanted for way in each.ways for word in way})
    ways = [[[words.index(word) for word in way] for way in each.ways] for each in wanted]
    find = _Finder(words)
    worth = [weights[word] for word in words]
    mean = sum(len(text.rest) for text in texts) / max(1, len(texts)) + 1
    heaviest = sum(max(sum(worth[number] for number in way) for way in each) for each in ways)

    exact = _EXACT if len(wanted) <= _SHORT else _EXACT_IN_SENTENCE

    def score(text: Text) -> float:
        counts = find.counts(text)
        length = _K * (1 - _B + _B * len(text.rest) / mean)
        scores = [_score(count, each, length, exact) for count, each in zip(counts, worth, strict=True)]
        sums = [max(sum(scores[number] for number in way) for way in each) for each in ways]
        total, present = sum(sums), sum(each > 0 for each in sums)
        if 1 < len(wanted) <= _SHORT:
            total += heaviest * _ALL * present / len(wanted)
            if present == len(wanted):
                total += heaviest * _CLOSE * _closeness([_places(counts, each) for each in ways])
        return float(total * (1 + _NEW * 0.5 ** (max(0, newest - text.key) / _HALF_LIFE)))

    return score


def _score(count: "_Count", worth: float, length: float, exact: float) -> float:
    if not count.weight:
        return 0.0
    return worth * ((_K + 1) * count.weight / (count.weight + length) + exact * count.exact)


def _places(counts: "Sequence[_Count]", ways: Sequence[Sequence[int]]) -> list[int]:
    return [place for way in ways for number in way for place in counts[number].places]


class _Finder:
    """Finds the words of a query in any of their forms. Only words that begin alike are compared."""

    def __init__(self, words: Sequence[str]) -> None:
        self._words = words
        self._stems = [stem(word) for word in words]
        self._known: dict[str, list[tuple[int, float, bool]]] = {}
        self._beginnings = sorted({beginning(root) for root in self._stems if not normal.is_running(root)})
        self._running = sorted({word for word in words if normal.is_running(word)})

    def counts(self, text: Text) -> list[_Count]:
        counts = [_Count() for _ in self._words]
        for word, at in self._found(text.title):
            self._take(counts, word, _TITLE, at)
        start = len(text.title) + 1
        for word, at in self._found(text.rest):
            self._take(counts, word, _LEAD if at < _LEAD_WORDS * _LETTERS else 1.0, start + at)
        return counts

    def _found(self, text: str) -> Iterator[tuple[str, int]]:
        """Words that begin as one that was asked for does. Looking for a few letters is quicker than any pattern."""
        for beginning in self._beginnings:
            at = text.find(beginning)
            while at >= 0:
                if at == 0 or not text[at - 1].isalnum():
                    word = _WORD.match(text, at)
                    yield (word[0] if word else beginning), at
                at = text.find(beginning, at + 1)
        for pair in self._running:
            at = text.find(pair)
            while at >= 0:
                yield pair, at
                at = text.find(pair, at + 1)

    def _take(self, counts: list[_Count], word: str, weight: float, place: int) -> None:
        for number, share, exact in self._forms(word):
            count = counts[number]
            count.weight += weight * share
            count.exact = count.exact or exact
            if share == 1.0:
                count.places.append(place)

    def _forms(self, word: str) -> list[tuple[int, float, bool]]:
        """Which words of the query this is a form of."""
        known = self._known.get(word)
        if known is None:
            root = stem(word)
            known = self._known[word] = [
                (number, share, word == wanted)
                for number, wanted in enumerate(self._words)
                if (share := _share(word, root, wanted, self._stems[number]))
            ]
        return known


def beginning(root: str) -> str:
    """What all forms of a word, and its relatives, begin with: "pai" is the root of "paying"."""
    return root[: min(_RELATED_LETTERS, max(2 if root.endswith("i") else 3, len(root) - 1))]


def _share(word: str, root: str, wanted: str, wanted_root: str) -> float:
    if word == wanted or root == wanted_root:
        return 1.0
    alike = len(wanted) >= _RELATED_LETTERS and word[:_RELATED_LETTERS] == wanted[:_RELATED_LETTERS]
    return _RELATED if alike else 0.0


def _closeness(places: Sequence[Sequence[int]]) -> float:
    """1 when the words stand side by side, less the wider the narrowest place that has them all."""
    if not all(places):
        return 0.0
    line = sorted((at, number) for number, some in enumerate(places) for at in some)
    last: dict[int, int] = {}
    narrowest = math.inf
    for at, number in line:
        last[number] = at
        if len(last) == len(places):
            narrowest = min(narrowest, at - min(last.values()))
    words = narrowest / _LETTERS
    return 1 / (1 + max(0.0, words - len(places) + 1) / 4)


def weight(number: int, of: int) -> float:
    """How much a word says that stands in so many of all articles."""
    return math.log(1 + (of - number + 0.5) / (number + 0.5))

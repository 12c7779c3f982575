"""The place where the words are, with marks around them."""

import re
from collections.abc import Callable, Iterable, Iterator

from bot.archive.search import normal
from bot.archive.search.query import Node, Term, terms
from bot.archive.search.score import beginning
from bot.archive.search.stem import stem
from bot.archive.search.tokens import CLOSING, OPENING
from bot.model import Article

LENGTH = 180
_BEFORE = LENGTH // 3  # characters before the first word found
_INITIALS = 3  # letters at most of what may be printed with full stops
_WORD = re.compile(r"\w+")
_PRINTED = re.compile(f"[{OPENING}{CLOSING}]")

Mark = Callable[[Article], str]


def marker(node: Node | None) -> Mark:
    """A function that cuts the snippet out of an article."""
    wanted = list(terms(node))
    if not wanted:
        return lambda article: _cut(article.teaser, 0)
    finder = _Finder(wanted)

    def mark(article: Article) -> str:
        for text in (article.teaser, article.text, article.title):
            first = finder.first(text)
            if first is not None:
                return _cut(text, first, finder)
        return _cut(article.teaser, 0)

    return mark


class _Finder:
    """Finds what was asked for in text as it is printed."""

    def __init__(self, wanted: list[Term]) -> None:
        words = {word for term in wanted for way in term.ways for word in way}
        spaced = {word for word in words if not normal.is_running(word)}
        self._roots = {stem(word) for word in spaced}
        self._beginnings = tuple(term.ways[0][-1] for term in wanted if term.prefix)
        self._running = [term.spelt for term in wanted if normal.has_running(term.spelt)]
        self._known: dict[str, bool] = {}
        begun = {beginning(stem(word)) for word in spaced}
        begun |= {".".join(word) for word in spaced if 1 < len(word) <= _INITIALS and word.isalpha()}
        self._begun = sorted(
            each for each in begun if not any(each != other and each.startswith(other) for other in begun)
        )
        parts = {rf"{re.escape(word[:3])}\w*" for word in spaced}
        parts |= {
            "[.]".join(word) + r"(?![a-z])[.]?" for word in spaced if 1 < len(word) <= _INITIALS and word.isalpha()
        }
        self._pattern = re.compile(rf"\b(?:{'|'.join(sorted(parts, key=len, reverse=True))})", re.IGNORECASE)

    def first(self, text: str) -> int | None:
        """Where the first of them is. Looking for a few letters is quicker than any pattern."""
        lower = text.lower()
        if len(lower) != len(text) or (self._running and not text.isascii()):
            return next((start for start, _ in self.spans(text)), None)
        found = [at for each in self._begun if (at := self._at(each, lower)) is not None]
        if found or text.isascii():
            return min(found, default=None)
        return next((start for start, _ in self.spans(text)), None)

    def _at(self, beginning: str, lower: str) -> int | None:
        at = lower.find(beginning)
        while at >= 0:
            if at == 0 or not (lower[at - 1].isalnum() or lower[at - 1] == "_"):
                word = self._pattern.match(lower, at)
                if word is not None and self._is_wanted(word[0]):
                    return at
            at = lower.find(beginning, at + 1)
        return None

    def spans(self, text: str) -> Iterator[tuple[int, int]]:
        """Where they are, from left to right."""
        found: Iterable[tuple[int, int]]
        if text.isascii():
            found = (each.span() for each in self._pattern.finditer(text) if self._is_wanted(each[0].lower()))
        else:
            found = (each.span() for each in _WORD.finditer(text) if self._is_form(each[0]))
            if self._running:
                found = sorted((*found, *self._runs(text)))
        yield from found

    def _is_form(self, printed: str) -> bool:
        known = self._known.get(printed)
        if known is None:
            folded = printed.lower() if printed.isascii() else normal.fold(printed)
            known = self._known[printed] = self._pattern.match(folded) is not None and self._is_wanted(folded)
        return known

    def _is_wanted(self, word: str) -> bool:
        known = self._known.get(word)
        if known is None:
            plain = word.replace(".", "")
            begun = bool(self._beginnings) and plain.startswith(self._beginnings)
            known = self._known[word] = begun or stem(plain) in self._roots
        return known

    def _runs(self, text: str) -> Iterator[tuple[int, int]]:
        for run in self._running:
            at = text.find(run)
            while at >= 0:
                yield at, at + len(run)
                at = text.find(run, at + len(run))


def _marked(text: str, finder: _Finder) -> str:
    text = _PRINTED.sub("", text)
    parts, end = [], 0
    for start, stop in finder.spans(text):
        if start >= end:
            parts += [text[end:start], OPENING, text[start:stop], CLOSING]
            end = stop
    return "".join((*parts, text[end:]))


def _cut(text: str, at: int, finder: _Finder | None = None) -> str:
    start = max(0, at - _BEFORE)
    if start:
        start = text.find(" ", start, at) + 1 or start
    end = start + LENGTH
    if end < len(text):
        end = text.rfind(" ", max(start, at), end) if text.rfind(" ", max(start, at), end) > at else end
    piece = text[start:end].strip()
    piece = piece if finder is None else _marked(piece, finder)
    return f"{'… ' if start else ''}{piece}{' …' if end < len(text) else ''}"

"""Looks at the text for what the index cannot tell: phrases, pairs of letters, what is in the title."""

import re
from collections.abc import Callable

from bot.archive.search import normal
from bot.archive.search.query import Both, Either, Node, Term, Without
from bot.archive.search.stem import stem
from bot.model import Article

Check = Callable[[Article], bool]


def is_needed(node: Node | None) -> bool:
    """Whether the index alone is not enough."""
    match node:
        case None:
            return False
        case Term():
            return node.phrase or node.title or any(len(way) > 1 and normal.is_running(way[0]) for way in node.ways)
        case Both(parts) | Either(parts):
            return any(map(is_needed, parts))
        case Without(part):
            return is_needed(part)


def checker(node: Node | None) -> Check | None:
    """A function that looks at an article, or None when the index is enough."""
    if node is None or not is_needed(node):
        return None

    def check(article: Article) -> bool:
        return _holds(node, _Text(article))

    return check


class _Text:
    """An article's words, made plain when they are first needed."""

    def __init__(self, article: Article) -> None:
        self.article = article
        self._title = ""
        self._all = ""

    @property
    def title(self) -> str:
        if not self._title:
            self._title = _plain(self.article.title)
        return self._title

    @property
    def all(self) -> str:
        if not self._all:
            tags = (tag.label or tag.term for tag in self.article.tags)
            parts = (self.article.teaser, *tags, *self.article.authors, self.article.text)
            self._all = " ".join((self.title, *map(_plain, parts)))
        return self._all


def _plain(text: str) -> str:
    """Words between blanks; scripts without blanks stay in one piece, so that pairs are found where they touch."""
    folded = normal.fold(text)
    return f" {' '.join(normal.whole_words(folded))} {normal.joined(folded)} "


def _holds(node: Node, text: _Text) -> bool:
    match node:
        case Term():
            return _has(node, text)
        case Both(parts):
            return all(_holds(part, text) for part in parts)
        case Either(parts):
            return any(_holds(part, text) for part in parts)
        case Without(part):
            return not _holds(part, text)


def _has(term: Term, text: _Text) -> bool:
    where = text.title if term.title else text.all
    if term.phrase:
        return _stands(term.spelt, where)
    if normal.has_running(term.spelt):
        return term.spelt in where
    return any(all(_occurs(word, where, term.prefix) for word in way) for way in term.ways)


def _stands(words: str, where: str) -> bool:
    return words in where if normal.has_running(words) else f" {words} " in where


def _occurs(word: str, where: str, prefix: bool) -> bool:
    """Whether a word is there in any form, as the index would say."""
    if f" {word} " in where or (prefix and f" {word}" in where):
        return True
    root = stem(word)
    return any(stem(found) == root for found in re.findall(rf" ({re.escape(word[:3])}\w*)", where))

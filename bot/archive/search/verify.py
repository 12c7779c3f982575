"""Looks at the text for what the index cannot tell: phrases, pairs of letters, what is in the title."""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

from bot.archive.search import normal
from bot.archive.search.beginnings import beginning
from bot.archive.search.query import Both, Either, Node, Term, Without
from bot.archive.search.stem import stem
from bot.model import Article

_SHARED = 2  # letters that all forms of a word begin with: "ivy" and "ivies", "use" and "using"

Check = Callable[[Article], bool]


def is_needed(node: Node | None) -> bool:
    """Whether the index alone is not enough."""
    match node:
        case None:
            return False
        case Term():
            return node.phrase or node.title or any(map(_is_in_pairs, node.ways)) or not _is_whole(node)
        case Both(parts) | Either(parts):
            return any(map(is_needed, parts))
        case Without(part):
            return is_needed(part)


def _is_in_pairs(way: Sequence[str]) -> bool:
    return len(way) > 1 and any(map(normal.is_running, way))


def _is_whole(term: Term) -> bool:
    """Whether the index knows the words as wholes, or by how they begin."""
    return not term.prefix or all(beginning(way[-1]).is_exact for way in term.ways)


def checker(node: Node | None) -> Check | None:
    """A function that looks at an article, or None when the index is enough."""
    return None if node is None or not is_needed(node) else reading(node)


def of_heads(node: Node | None) -> Check | None:
    """The same for what was found by title and teaser, which cannot tell what the text must not have."""
    return checker(node) or (reading(node) if node is not None and _excludes(node) else None)


def _excludes(node: Node) -> bool:
    match node:
        case Term():
            return False
        case Both(parts) | Either(parts):
            return any(map(_excludes, parts))
        case Without():
            return True


def reading(node: Node) -> Check:
    """The same without any index: all of it is looked for in the text."""

    def check(article: Article) -> bool:
        return _holds(node, _Text(article))

    return check


class _Text:
    """An article's words, made plain when they are first needed."""

    def __init__(self, article: Article) -> None:
        self._article = article
        self._folded: list[str] = []  # the title first
        self._made: dict[tuple[bool, bool], str] = {}

    def folded(self, title: bool) -> list[str]:
        """Its parts, or the title alone."""
        self._folded = self._folded or [*map(normal.fold, _parts(self._article))]
        return self._folded[:1] if title else self._folded

    def spelt(self, title: bool) -> str:
        """As it stands there, in the title or anywhere. Scripts without blanks stay in one piece."""
        return self._all(title, _spelt)

    def forms(self, title: bool) -> str:
        """All the words by which it is found."""
        return self._all(title, _forms)

    def _all(self, title: bool, made_of: Callable[[str], str]) -> str:
        made = self._made.get((title, made_of is _forms))
        if made is None:
            made = "".join(map(made_of, self.folded(title)))
            self._made[title, made_of is _forms] = made
        return made


def _parts(article: Article) -> Iterable[str]:
    tags = (tag.label or tag.term for tag in article.tags)
    return article.title, article.teaser, *tags, *article.authors, article.text


def _spelt(folded: str) -> str:
    return f" {' '.join(normal.whole_words(folded))} "  # two blanks, then, where another part begins


def _forms(folded: str) -> str:
    """Words as the index has them."""
    if folded.isascii() and not ("-" in folded or "'" in folded):
        return _spelt(folded)
    return f" {' '.join(normal.words(normal.indexed(folded)))} "


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
    if term.phrase:
        return any(_is_said(term.spelt, folded) for folded in text.folded(term.title))
    if normal.has_running(term.spelt):
        return _run_in(term, text)
    where = text.forms(term.title)
    return any(all(_occurs(word, where, term.prefix and word is way[-1]) for word in way) for way in term.ways)


def _is_said(words: str, folded: str) -> bool:
    """Whether these words stand in a text side by side. Of many texts none is taken apart only to see that."""
    if not folded.isascii():
        return _stands(words, _spelt(folded))
    wanted = _side_by_side(words)
    found = wanted.search(folded)
    while found is not None and found.start() and folded[found.start() - 1].isalnum():
        found = wanted.search(folded, found.start() + 1)
    return found is not None


@lru_cache(256)
def _side_by_side(words: str) -> re.Pattern[str]:
    """Begun with a letter, for which an expression looks far sooner than for what must not be before it."""
    between = "[^a-z0-9]+".join(map(re.escape, words.split()))
    return re.compile(f"{between}(?![a-z0-9])")


def _run_in(term: Term, text: _Text) -> bool:
    """Whether words of a script without blanks are there, each in one piece, or all of them in one."""
    where, words = text.spelt(term.title), term.spelt.split()
    return all(_stands(word, where) for word in words) or (len(term.ways) > 1 and _stands("".join(words), where))


def _stands(words: str, where: str) -> bool:
    """Whether these words stand there side by side, and none of them goes on but in a script without blanks."""
    if f" {words} " in where:
        return True
    at = -1 if where.isascii() else where.find(words)
    while at >= 0:
        if _may_part(where, at) and _may_part(where, at + len(words)):
            return True
        at = where.find(words, at + 1)
    return False


def _may_part(where: str, at: int) -> bool:
    return any(each == " " or normal.is_running(each) for each in where[at - 1 : at + 1])


def _occurs(word: str, where: str, prefix: bool) -> bool:
    """Whether a word is there in any form, as the index would say."""
    if not prefix and f" {word} " in where:
        return True
    begun = re.findall(rf" ({re.escape(word[:_SHARED])}[^ ]*)", where)
    if prefix:
        return any(map(beginning(word).has, begun))
    root = stem(word)
    return any(stem(found) == root for found in begun)

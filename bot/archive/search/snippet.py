"""The place where the words are, with marks around them."""

import re
from collections.abc import Callable

from bot.archive.search.query import Node, terms
from bot.archive.search.tokens import CLOSING, OPENING
from bot.model import Article

LENGTH = 180
Mark = Callable[[Article], str]


def marker(node: Node | None) -> Mark:
    """A function that cuts the snippet out of an article."""
    stems = sorted({_stem(word) for term in terms(node) for way in term.ways for word in way}, key=len, reverse=True)
    if not stems:
        return lambda article: _cut(article.teaser, 0)
    pattern = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, stems))})\w*", re.IGNORECASE)

    def mark(article: Article) -> str:
        for text in (article.teaser, article.text, article.title):
            found = pattern.search(text)
            if found:
                return pattern.sub(lambda each: f"{OPENING}{each[0]}{CLOSING}", _cut(text, found.start()))
        return _cut(article.teaser, 0)

    return mark


def _stem(word: str) -> str:
    return word if len(word) < 5 else word[: max(4, len(word) - 3)]


def _cut(text: str, at: int) -> str:
    start = max(0, at - LENGTH // 3)
    if start:
        start = text.find(" ", start, at) + 1 or start
    end = start + LENGTH
    if end < len(text):
        end = text.rfind(" ", start, end) if text.rfind(" ", start, end) > start else end
    return f"{'… ' if start else ''}{text[start:end].strip()}{' …' if end < len(text) else ''}"

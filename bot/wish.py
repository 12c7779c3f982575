"""What a standing order wishes: a region, and in a small language what shall be in the article, or not.

Include and exclude are words, "phrases", tag:, author:, feed:, title:, with commas for "or" and - for "not".
A wish is a list of alternatives, parted by commas or the word OR; in each, all that stands side by side must be there.

    sanctions iran, "red sea" -tag:podcast, author:"Jane Doe"

There are no patterns except a star at a word's end (`sanction*`): what an admin types can be slow for nobody.
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from bot.errors import NewsError
from bot.model import OPERATOR, Article, Subscription

EVERY_REGION = "*"
LONGEST = 500
MOST_TERMS = 30
FIELDS = ("tag", "author", "feed", "title")
_TOKEN = re.compile(
    r"""\s*(?:(?P<comma>,)|(?P<not>-(?=\S))?(?:(?P<field>[a-zA-Z]+):(?=\S))?(?:"(?P<phrase>[^"]*)(?P<shut>"?)|(?P<word>[^\s,"]+)))"""
)


class BadWish(NewsError):
    """Include or exclude cannot be understood."""


@dataclass(frozen=True, slots=True)
class Term:
    """One thing that must be there, or must not."""

    words: tuple[str, ...]  # folded; the last one may be a beginning
    field: str = ""
    negated: bool = False
    beginning: bool = False


Wish = tuple[tuple[Term, ...], ...]  # any of these, each of which is all of those


def wants(subscription: Subscription, article: Article) -> bool:
    """Whether this standing order is for this article."""
    if article.owner not in (OPERATOR, subscription.guild):
        return False  # another server's own feed
    if subscription.region not in (EVERY_REGION, *article.regions):
        return False
    if subscription.include and not speaks_of(subscription.include, article):
        return False
    return not (subscription.exclude and speaks_of(subscription.exclude, article))


def rank(subscription: Subscription, article: Article) -> tuple[int, int]:
    """Which of a target's orders is foremost: the region's place in the article; one for all regions comes last."""
    regions = article.regions
    return (regions.index(subscription.region) if subscription.region in regions else len(regions), subscription.id)


def speaks_of(wish: str, article: Article) -> bool:
    """Whether the article meets the wish. A wish that we can no longer read is met by nothing."""
    try:
        alternatives = understand(wish)
    except BadWish:
        return False
    text = _Text(article)
    return any(all(text.has(term) for term in alternative) for alternative in alternatives)


@lru_cache(maxsize=1024)
def understand(wish: str) -> Wish:
    """Parse it; raise BadWish with a sentence that says where it is wrong."""
    if len(wish) > LONGEST:
        raise BadWish(f"That is {len(wish)} characters long; {LONGEST} is the most.")
    alternatives: list[list[Term]] = [[]]
    for found in _tokens(wish):
        if found["comma"] or (found["word"] == "OR" and not found["field"] and not found["not"]):
            if not alternatives[-1]:
                raise BadWish("There is nothing before one of the commas (or OR).")
            alternatives.append([])
        else:
            alternatives[-1].append(_term(found))
    if not alternatives[-1]:
        raise BadWish("There is nothing after the last comma (or OR)." if len(alternatives) > 1 else "It is empty.")
    if sum(map(len, alternatives)) > MOST_TERMS:
        raise BadWish(f"It has more than {MOST_TERMS} words and phrases.")
    return tuple(map(tuple, alternatives))


def in_words(wish: str) -> str:
    """The wish as a sentence would say it, so that an admin sees how it was understood."""
    return ", or ".join(" and ".join(_said(term) for term in alternative) for alternative in understand(wish))


def fold(text: str) -> tuple[str, ...]:
    """Words without capitals and accents."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return tuple(re.findall(r"\w+", "".join(each for each in plain if unicodedata.category(each) != "Mn")))


def _tokens(wish: str) -> list[re.Match[str]]:
    found, at = [], 0
    while wish[at:].strip():
        token = _TOKEN.match(wish, at)
        if token is None:
            raise BadWish(f"I cannot read it from “{wish[at:].strip()[:30]}” on.")
        found.append(token)
        at = token.end()
    return found


def _term(found: re.Match[str]) -> Term:
    field = (found["field"] or "").lower()
    if found["phrase"] is not None and not found["shut"]:
        raise BadWish(f"The quotation mark before “{found['phrase'][:30]}” is never closed.")
    if field and field not in FIELDS:
        raise BadWish(f"“{field}:” is not known; there are {', '.join(f'{each}:' for each in FIELDS)}.")
    said = found["phrase"] if found["phrase"] is not None else found["word"]
    words = fold(said)
    if not words:
        raise BadWish(f"“{said[:30]}” has no letter to look for.")
    return Term(words, field, bool(found["not"]), said.endswith("*"))


def _said(term: Term) -> str:
    words = " ".join(term.words) + ("…" if term.beginning else "")
    what = f"{term.field} “{words}”" if term.field else f"“{words}”"
    return f"not {what}" if term.negated else what


class _Text:
    """An article's words, folded once however many terms ask for them."""

    def __init__(self, article: Article) -> None:
        self._article = article
        self._folded: dict[str, list[tuple[str, ...]]] = {}

    def has(self, term: Term) -> bool:
        return any(_within(term, words) for words in self._words(term.field)) is not term.negated

    def _words(self, field: str) -> list[tuple[str, ...]]:
        if field not in self._folded:
            self._folded[field] = [fold(each) for each in self._texts(field)]
        return self._folded[field]

    def _texts(self, field: str) -> list[str]:
        article = self._article
        match field:
            case "tag":
                return [word for tag in article.tags for word in (tag.term, tag.label) if word]
            case "author":
                return list(article.authors)
            case "feed":
                return [*article.feeds, article.source_name]
            case "title":
                return [article.title]
            case _:
                return [article.title, article.teaser, article.text[:20_000]]


def _within(term: Term, words: tuple[str, ...]) -> bool:
    """Whether the term's words stand there in a row. Scripts without spaces are looked through as they are."""
    count = len(term.words)
    for start in range(len(words) - count + 1):
        piece = words[start : start + count]
        if piece == term.words or (
            term.beginning and piece[:-1] == term.words[:-1] and piece[-1].startswith(term.words[-1])
        ):
            return True
    return any(_unspaced(each) for each in term.words) and "".join(term.words) in "".join(words)


def _unspaced(word: str) -> bool:
    """Chinese, Japanese, Thai and their like write no spaces."""
    return any(
        "\u0e00" <= each <= "\u0eff" or "\u1000" <= each <= "\u109f" or "\u3040" <= each <= "\u9fff" for each in word
    )

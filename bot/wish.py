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
MOST_UNDERSTOOD = 8192  # wishes that are kept in mind: a new article is held against all of them, one after the other
MOST_READ = 32  # articles that are: one is asked about for every order, and again as it leaves for each target
FIELDS = ("tag", "author", "feed", "title")
_WORD = re.compile(r"\w+")
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]+")
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
    row: str = ""  # the words as they stand in a text's row of words
    unspaced: bool = False


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
    return _speech(article).speaks_of(wish)


class _Speech:
    """What an article speaks of: each of its texts is folded once, and each wish asked once, however many ask."""

    def __init__(self, article: Article) -> None:
        self._article = article
        self._parts: dict[str, list[_Part]] = {}
        self._met: dict[str, bool] = {}

    def speaks_of(self, wish: str) -> bool:
        if wish not in self._met:
            self._met[wish] = self._meets(wish)
        return self._met[wish]

    def _meets(self, wish: str) -> bool:
        try:
            alternatives = understand(wish)
        except BadWish:
            return False
        return any(all(self._has(term) for term in alternative) for alternative in alternatives)

    def _has(self, term: Term) -> bool:
        if term.field not in self._parts:
            self._parts[term.field] = [_Part(each) for each in self._texts(term.field)]
        return any(part.has(term) for part in self._parts[term.field]) is not term.negated

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


@lru_cache(maxsize=MOST_READ)
def _speech(article: Article) -> _Speech:
    return _Speech(article)


@lru_cache(maxsize=MOST_UNDERSTOOD)
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
    plain = text.casefold()
    if not plain.isascii():
        plain = _BEYOND_ASCII.sub(_without_accents, unicodedata.normalize("NFKD", plain))
    return tuple(_WORD.findall(plain))


def _without_accents(run: re.Match[str]) -> str:
    return "".join(each for each in run[0] if unicodedata.category(each) != "Mn")


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
    beginning = said.endswith("*")
    row = f" {' '.join(words)}{'' if beginning else ' '}"
    return Term(words, field, bool(found["not"]), beginning, row, any(map(_unspaced, words)))


def _said(term: Term) -> str:
    words = " ".join(term.words) + ("…" if term.beginning else "")
    what = f"{term.field} “{words}”" if term.field else f"“{words}”"
    return f"not {what}" if term.negated else what


class _Part:
    """The words of one text in a row."""

    def __init__(self, text: str) -> None:
        self._row = f" {' '.join(fold(text))} "
        self._together = ""

    def has(self, term: Term) -> bool:
        """Whether the term's words stand there in a row. Scripts without spaces are looked through as they are."""
        if term.row in self._row:
            return True
        if not term.unspaced:
            return False
        self._together = self._together or self._row.replace(" ", "")
        return "".join(term.words) in self._together


def _unspaced(word: str) -> bool:
    """Chinese, Japanese, Thai and their like write no spaces."""
    return any(
        "\u0e00" <= each <= "\u0eff" or "\u1000" <= each <= "\u109f" or "\u3040" <= each <= "\u9fff" for each in word
    )

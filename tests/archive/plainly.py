"""A second reading of the archive: every article looked at for every query, slowly, without index, keys or pages."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.archive.moments import SLOTS
from bot.archive.search import normal
from bot.archive.search.query import Asked, Both, Either, Filters, Node, Term, Without
from bot.archive.search.stem import stem
from bot.model import OPERATOR, Article, Feed, Viewer

_BLANK = " "  # stands between two words

Atoms = tuple[str, ...]  # letters of running scripts one by one, all other words whole


@dataclass(frozen=True)
class Shelf:
    """All articles, and the feeds that printed them, those no longer polled as well."""

    articles: Sequence[Article] = field(repr=False)
    feeds: Mapping[tuple[int, str], Feed] = field(repr=False)  # by owner and address
    _texts: dict[Article, "_Text"] = field(default_factory=dict, repr=False)

    def answer(self, asked: Asked, viewer: Viewer) -> list[Article]:
        """What was asked for, newest first: by the minute of publication, in a minute by arrival."""
        found = [each for each in self.seen_by(viewer) if self._is(each, asked.filters) and self._has(each, asked.root)]
        return sorted(found, key=lambda each: each.id, reverse=True)

    def seen_by(self, viewer: Viewer) -> list[Article]:
        return [each for each in self.articles if viewer is None or each.owner in (OPERATOR, viewer)]

    def headlines(self, typed: str, viewer: Viewer) -> list[Article]:
        """Titles with all words as they were typed, the last one perhaps unfinished. Pairs need not touch."""
        *whole, last = normal.words(normal.fold(typed)) or [""]
        titles = {each: _in_title(each) for each in self.seen_by(viewer)}
        found = [
            each
            for each, words in titles.items()
            if all(word in words for word in whole) and any(word.startswith(last) for word in words)
        ]
        return sorted(found, key=lambda each: each.id, reverse=True)

    def authors(self, typed: str, viewer: Viewer) -> set[str]:
        """Plain names of whom this viewer may know of; each word typed begins one of the name's."""
        names = {plain(name) for each in self.seen_by(viewer) for name in each.authors}
        return {name for name in names if _begins_all(typed, name)}

    def feed_titles(self, typed: str, viewer: Viewer) -> set[str]:
        words = normal.words(normal.fold(typed))
        mine = (each for (owner, _), each in self.feeds.items() if viewer is None or owner in (OPERATOR, viewer))
        titles = {each.title or each.url for each in mine}
        return {title for title in titles if all(word in normal.fold(title) for word in words)}

    # --- what an article is ---------------------------------------------------------------------------------------

    def _is(self, article: Article, filters: Filters) -> bool:
        kinds = {
            "region": filters.regions,
            "author": filters.authors,
            "feed": filters.feeds,
            "lang": filters.languages,
            "image": ("",) if filters.image else (),
        }
        return (
            all(any(self._is_of(article, kind, name) for name in names) for kind, names in kinds.items() if names)
            and not any(self._is_of(article, kind, name) for kind, name in filters.without)
            and (filters.start is None or _minute(filters.start) <= article.id // SLOTS)
            and (filters.end is None or article.id // SLOTS < _minute(filters.end))
        )

    def _is_of(self, article: Article, kind: str, name: str) -> bool:
        match kind:
            case "region":
                return name in article.regions
            case "author":
                return any(_begins_all(name, plain(author)) for author in article.authors) and plain(name) != ""
            case "feed":
                feeds = (self.feeds[article.owner, url] for url in article.feeds)
                wanted = normal.fold(name)
                return any(wanted in normal.fold(each.title) or wanted in normal.fold(each.url) for each in feeds)
            case "lang":
                return _language(article.language) == _language(name) != ""
            case _:
                return article.image is not None

    # --- what an article has --------------------------------------------------------------------------------------

    def _has(self, article: Article, node: Node | None) -> bool:
        match node:
            case None:
                return True
            case Both(parts):
                return all(self._has(article, part) for part in parts)
            case Either(parts):
                return any(self._has(article, part) for part in parts)
            case Without(part):
                return not self._has(article, part)
            case Term():
                text = self._texts.setdefault(article, _Text.of(article))
                return _is_in(node, text.title if node.title else text.all)


@dataclass(frozen=True)
class _Part:
    """A title, a teaser, an author's name: no phrase goes on from one into the next."""

    atoms: Atoms
    others: frozenset[str]  # the other forms of its words: compounds in one piece, Arabic without its article

    @classmethod
    def of(cls, text: str) -> "_Part":
        folded = normal.fold(text)
        words = normal.whole_words(folded)
        bare = {without for word in words if (without := _without_article(word)) != word}
        return cls(_atoms(words), frozenset({*normal.joined(folded).split(), *bare}))


@dataclass(frozen=True)
class _Text:
    title: list[_Part]
    all: list[_Part]

    @classmethod
    def of(cls, article: Article) -> "_Text":
        tags = (tag.label or tag.term for tag in article.tags)
        parts = [*map(_Part.of, (article.title, article.teaser, article.text, *tags, *article.authors))]
        return cls(parts[:1], parts)


def _is_in(term: Term, parts: Sequence[_Part]) -> bool:
    """A phrase letter by letter in one part of the text; of anything else all words anywhere, in any form."""
    words = term.spelt.split()
    if term.phrase:
        return any(_stand(_atoms(words), part.atoms) for part in parts)
    ways = [words]
    ways += [list(way) for way in term.ways[1:] if not any(map(normal.has_running, way))]  # one piece, or without al-
    ways += [["".join(words)]] if len(term.ways) > 1 and normal.has_running(term.spelt) else []
    return any(
        all(any(_occurs(word, part, term.prefix and word is way[-1]) for part in parts) for word in way) for way in ways
    )


def _occurs(word: str, part: _Part, prefix: bool) -> bool:
    if normal.has_running(word):
        return _stand(_atoms([word]), part.atoms) or word in part.others
    there = {*part.atoms, *part.others} - {_BLANK}
    if prefix:
        return any(_goes_on(word, each) for each in there)
    return any(stem(word) == stem(each) for each in there)


def _goes_on(beginning: str, word: str) -> bool:
    """Whether a word begins so, or its stem. But a short stem is no longer thought of when some more is typed that
    may go on in many ways: use* finds "using", usi* does not, for all that has "us" would have to be looked at."""
    root = stem(word)
    if root.startswith(beginning) or root == stem(beginning) or word in (beginning + "d", beginning + "s"):
        return root.startswith(beginning) or word.startswith(beginning)
    enough = 3 if len(beginning) >= 5 else 4
    return word.startswith(beginning) and root[:enough] == beginning[:enough]


def _stand(wanted: Atoms, there: Atoms) -> bool:
    return any(there[at : at + len(wanted)] == wanted for at in range(len(there) - len(wanted) + 1))


def _atoms(words: Iterable[str]) -> Atoms:
    found: list[str] = []
    for word in words:
        found.append(_BLANK)
        run = ""
        for letter in word:
            if normal.is_running(letter):
                found += [run, letter] if run else [letter]
                run = ""
            else:
                run += letter
        found += [run] if run else []
    return tuple(found[1:])


def _in_title(article: Article) -> set[str]:
    """What the autocompletion knows of a title."""
    return {*normal.words(normal.indexed(normal.fold(article.title)))}


def _begins_all(typed: str, name: str) -> bool:
    there = name.split()
    return all(any(each.startswith(word) for each in there) for word in normal.words(normal.fold(typed)))


def plain(name: str) -> str:
    return " ".join(normal.words(normal.fold(name)))


def _without_article(word: str) -> str:
    """Arabic without "the", also behind "and", "so", "with", "like"."""
    rest = word[1:] if word[:1] in {*"وفبك"} and word[1:3] == "ال" else word
    return rest[2:] if rest[:2] == "ال" and len(rest) >= 5 else word


def _language(code: str) -> str:
    return code.replace("_", "-").split("-")[0].strip().casefold()


def _minute(moment: datetime) -> int:
    return int(moment.timestamp() // timedelta(minutes=1).total_seconds())

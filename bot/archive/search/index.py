"""Writes an article into the index of words, and takes it out again."""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.archive.connect import Connection
from bot.archive.search import normal, tokens
from bot.model import OPERATOR, Article


@dataclass(frozen=True, slots=True)
class Marks:
    """What an article is filed under, as numbers."""

    regions: tuple[int, ...] = ()
    feeds: tuple[int, ...] = ()
    authors: tuple[int, ...] = ()
    language: int = 0


def add(db: Connection, article: Article, marks: Marks) -> None:
    """Its row must be there already: FTS5 would take a key twice without a word."""
    words, heads, titles = _texts(article, marks)
    db.execute("INSERT INTO words (rowid, x) VALUES (?, ?)", (article.id, words))
    db.execute(
        "INSERT INTO heads (rowid, title, teaser, own_title, own_teaser, marks) VALUES (?, ?, ?, ?, ?, ?)",
        (article.id, *heads),
    )
    db.execute("INSERT INTO titles (rowid, x) VALUES (?, ?)", (article.id, titles))


def drop(db: Connection, article: Article, marks: Marks) -> None:
    """Take it out: FTS5 must be told exactly what was put in."""
    words, heads, titles = _texts(article, marks)
    db.execute("INSERT INTO words (words, rowid, x) VALUES ('delete', ?, ?)", (article.id, words))
    db.execute(
        """
        INSERT INTO heads (heads, rowid, title, teaser, own_title, own_teaser, marks)
        VALUES ('delete', ?, ?, ?, ?, ?, ?)
        """,
        (article.id, *heads),
    )
    db.execute("INSERT INTO titles (titles, rowid, x) VALUES ('delete', ?, ?)", (article.id, titles))


def change(db: Connection, before: tuple[Article, Marks], after: tuple[Article, Marks]) -> None:
    """Put it in anew, where that makes a difference."""
    if _texts(*before) != _texts(*after):
        drop(db, *before)
        add(db, *after)


def _texts(article: Article, marks: Marks) -> tuple[str, tuple[str, ...], str]:
    title = normal.indexed(normal.fold(article.title))
    teaser = normal.indexed(normal.fold(article.teaser))
    rest = normal.indexed(normal.fold(" ".join(_rest(article))))
    owner = tokens.owner(article.owner)
    filed = " ".join(_filed(article, marks))
    # A server's own articles lie in columns of their own, so that nobody else's query reads them.
    shared = article.owner == OPERATOR
    heads = (title, teaser, "", "", filed) if shared else ("", "", title, teaser, f"{owner} {filed}")
    return f"{tokens.EVERY} {owner} {filed} {title} {teaser} {rest}", heads, f"{owner} {title}"


def _rest(article: Article) -> Iterable[str]:
    yield from (tag.label or tag.term for tag in article.tags)
    yield from article.authors
    yield article.text


def _filed(article: Article, marks: Marks) -> Iterable[str]:
    yield from map(tokens.region, marks.regions)
    yield from map(tokens.feed, marks.feeds)
    yield from map(tokens.author, marks.authors)
    if marks.language:
        yield tokens.language(marks.language)
    if article.image is not None:
        yield tokens.IMAGE

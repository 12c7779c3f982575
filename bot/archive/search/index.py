"""Writes an article into the index of words, and takes it out again."""

import json
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from bot.archive.connect import Connection, written_by_others
from bot.archive.search import aside, normal, parts, tokens
from bot.errors import NewsError
from bot.model import OPERATOR, Article

# All words, unranked and small; title and teaser, ranked; titles by their first letters. What stands in a first column
# takes two bytes less. The text that goes in has been made plain by our own normaliser, so the simplest tokenizer will
# do: it takes whatever is not ASCII for letters, which is what the private words are, and knows no newer or older
# Unicode than we do.
SHAPES = {
    "words": "x, content = '', detail = none, columnsize = 0, tokenize = 'porter ascii'",
    "heads": "teaser, title, own_teaser, own_title, marks, content = '', tokenize = 'porter ascii'",
    "titles": "x, content = '', detail = none, columnsize = 0, prefix = '1 2 3 4', tokenize = 'ascii'",
}
VERSION = 100 * normal.VERSION + 1  # a change of the shapes, too, means that the index must be made again
_HEADS = ("teaser", "title", "own_teaser", "own_title", "marks")
_WORD = re.compile("[a-z0-9\x80-\U0010ffff]+")  # as the tokenizer has it
_QUICKLY = 1  # as zlib numbers it: what waits does so for a moment
_ANEW = "_anew"
_PROGRESS = "index.anew"  # under this key: the version that is being made, the last key in it, how many, of how many


@dataclass(frozen=True, slots=True)
class Marks:
    """What an article is filed under, as numbers."""

    regions: tuple[int, ...] = ()
    feeds: tuple[int, ...] = ()
    authors: tuple[int, ...] = ()
    language: int = 0


class Unknown(NewsError):
    """What is to be taken out of an index is damaged."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    """An article that waits to be put in, and what is in the indexes of it until then; None: nothing."""

    was: tuple[str, ...] | None


def add(db: Connection, article: Article, marks: Marks) -> None:
    """Its row must be there already: FTS5 would take a key twice without a word."""
    _add(db, article.id, _texts(article, marks))


def add_anew(db: Connection, article: Article, marks: Marks) -> None:
    """Put it into the new index alone, as it is in the old one: what waits will be put into both."""
    try:
        waits = _waiting(db, article.id)
    except Unknown:  # in the new one it is not
        db.execute("UPDATE unindexed SET was = NULL WHERE article = ?", (article.id,))
        return
    if waits is None:
        _put(db, article.id, _texts(article, marks), _ANEW)
    elif waits.was is not None:
        _put(db, article.id, waits.was, _ANEW)


def put_off(db: Connection, article: Article, marks: Marks) -> None:
    """Add it a little later: many at once, in the order of their keys, take half the time."""
    db.execute("INSERT INTO unindexed (article) VALUES (?)", (article.id,))
    keep_in_mind(db, article, marks)


def change(db: Connection, before: tuple[Article, Marks], after: tuple[Article, Marks]) -> None:
    """Put it in anew a little later, where that makes a difference. FTS5 must then be told exactly what was put in:
    that is kept until then."""
    was = _texts(*before)
    if _texts(*after) != was:
        # One that waits already is in the indexes as it was before that, or not at all.
        sql = "INSERT OR IGNORE INTO unindexed (article, was) VALUES (?, ?)"
        db.execute(sql, (after[0].id, zlib.compress(json.dumps(was).encode(), _QUICKLY)))
        keep_in_mind(db, *after)


def keep_in_mind(db: Connection, article: Article, marks: Marks) -> None:
    """What is to be put in of an article that was put off."""
    in_mind(db)[article.id] = partial(_texts, article, marks)


def in_mind(db: Connection) -> dict[int, Callable[[], tuple[str, ...]]]:
    """All that is, of which nothing may have been changed by another program since."""
    written = written_by_others(db)
    if db.put_off_at != written:
        db.put_off.clear()
        db.put_off_at = written
    return db.put_off


def add_put_off(db: Connection, keys: Sequence[int]) -> None:
    """Add those that were put off up to the last of these keys, in their order; those there are must be in mind."""
    for key in keys:
        waits = _waiting(db, key)
        if waits is not None and waits.was is not None:
            _drop(db, key, waits.was)
        if key in db.put_off:
            _add(db, key, db.put_off.pop(key)())
    db.execute("DELETE FROM unindexed WHERE article <= ?", keys[-1:])


def is_put_off(db: Connection, key: int) -> bool:
    return db.execute("SELECT 1 FROM unindexed WHERE article = ?", (key,)).fetchone() is not None


def drop(db: Connection, article: Article, marks: Marks) -> None:
    """Take it out, as it was put in."""
    waits = _waiting(db, article.id)
    if waits is None:
        _drop(db, article.id, _texts(article, marks))
        return
    db.put_off.pop(article.id, None)
    db.execute("DELETE FROM unindexed WHERE article = ?", (article.id,))
    if waits.was is not None:
        _drop(db, article.id, waits.was)


def mark_own(db: Connection, article: Article, marks: Marks) -> None:
    """Mark a server's own article that was put in when such articles were not marked."""
    texts = _texts(article, marks)
    unmarked = tuple(text.replace(f"{tokens.OWN} ", "", 1) for text in texts)
    for where in ("", _ANEW) if _is_in_new(db, article.id) else ("",):
        _take(db, article.id, unmarked, where)
        _put(db, article.id, texts, where)


def state(db: Connection) -> int:
    """A number that is another one when anything has been put in or taken out since.

    FTS5 keeps a list of its parts under this key, which grows whenever it writes: https://sqlite.org/fts5.html, on its
    data structures.
    """
    row = db.execute(f"SELECT block FROM words_data WHERE id = {parts.LIST}").fetchone()  # noqa: S608 a number
    return 0 if row is None else zlib.crc32(row[0])


# --- a new index beside the old one -----------------------------------------------------------------------------


def begin_anew(db: Connection, version: int) -> None:
    """Begin a new index. The old one is asked, and kept, until the new one is whole. Nothing may be aside."""
    for name, shape in SHAPES.items():
        if aside.exists(db, f"{name}{_ANEW}"):
            aside.put(db, f"{name}{_ANEW}")
        db.execute(f"CREATE VIRTUAL TABLE {name}{_ANEW} USING fts5({shape})")
        parts.tune(db, f"{name}{_ANEW}")
    _remember(db, f"{version} -1 0 {_articles(db)}")


def merge_some(db: Connection) -> bool:
    """Make some parts of the indexes one, so that fewer are asked; whether it is worth going on."""
    return any(parts.merge(db, name) for name in SHAPES)


def rebuilt_to(db: Connection, version: int) -> int | None:
    """The last key in the new index of this version, if one has been begun."""
    kept = _recall(db)
    return kept[1] if kept is not None and kept[0] == version else None


def note_rebuilt(db: Connection, key: int, number: int) -> tuple[int, int]:
    """So many more are in it, up to this key: how many are, of how many."""
    kept = _recall(db)
    assert kept is not None
    version, _, done, of = kept
    done, of = done + number, max(done + number, of)
    _remember(db, f"{version} {key} {done} {of}")
    return done, of


def progress(db: Connection) -> tuple[int, int]:
    """How many articles are in the new index, of how many."""
    kept = _recall(db)
    return kept[2:] if kept is not None else (0, _articles(db))


def put_in_place(db: Connection) -> None:
    """The new index takes the old one's place, which is put aside. Nothing else may be there."""
    for name in SHAPES:
        aside.put(db, name)
        db.execute(f"ALTER TABLE {name}{_ANEW} RENAME TO {name}")
    db.execute("DELETE FROM memo WHERE key = ?", [_PROGRESS])


def _is_in_new(db: Connection, key: int) -> bool:
    """Whether a new index is being made, and has come as far as this article."""
    kept = _recall(db)
    return kept is not None and key <= kept[1]


def _recall(db: Connection) -> tuple[int, int, int, int] | None:
    row = db.execute("SELECT value FROM memo WHERE key = ?", (_PROGRESS,)).fetchone()
    if row is None:
        return None
    version, key, done, of = (*row["value"].split(), "0", "0")[:4]  # one begun of old was not counted
    return int(version), int(key), int(done), int(of)


def _remember(db: Connection, value: str) -> None:
    db.execute("INSERT OR REPLACE INTO memo (key, value) VALUES (?, ?)", [_PROGRESS, value])


def _articles(db: Connection) -> int:
    return int(db.execute("SELECT count(*) FROM article").fetchone()[0])


@dataclass(frozen=True, slots=True)
class Place:
    """A column of one of the indexes."""

    table: str
    column: str = ""  # of an index that has but one, none


def entries(article: Article, marks: Marks) -> Iterator[tuple[Place, set[str]]]:
    """By which words an article is found where: in the index of all words first."""
    words, titles, *heads = _texts(article, marks)
    places = [Place("words"), Place("titles"), *(Place("heads", column) for column in _HEADS)]
    for place, text in zip(places, (words, titles, *heads), strict=True):
        yield place, set(_WORD.findall(text))


# --- what goes in -----------------------------------------------------------------------------------------------


def _add(db: Connection, key: int, texts: tuple[str, ...]) -> None:
    if _is_in_new(db, key):
        _put(db, key, texts, _ANEW)
    _put(db, key, texts)


def _drop(db: Connection, key: int, texts: tuple[str, ...]) -> None:
    if _is_in_new(db, key):
        _take(db, key, texts, _ANEW)
    _take(db, key, texts)


def _waiting(db: Connection, key: int) -> _Waiting | None:
    row = db.execute("SELECT was FROM unindexed WHERE article = ?", (key,)).fetchone()
    if row is None:
        return None
    try:
        return _Waiting(None if row[0] is None else tuple(json.loads(zlib.decompress(row[0]))))
    except (zlib.error, ValueError) as error:
        raise Unknown(
            f"What the indexes have of article {key} is not known any more. Make them anew: newsdesk reindex --do"
        ) from error


def _put(db: Connection, key: int, texts: tuple[str, ...], where: str = "") -> None:
    words, titles, *heads = texts
    db.execute(f"INSERT INTO words{where} (rowid, x) VALUES (?, ?)", (key, words))  # noqa: S608 our tables
    db.execute(
        f"INSERT INTO heads{where} (rowid, teaser, title, own_teaser, own_title, marks) VALUES (?, ?, ?, ?, ?, ?)",  # noqa: S608
        (key, *heads),
    )
    db.execute(f"INSERT INTO titles{where} (rowid, x) VALUES (?, ?)", (key, titles))  # noqa: S608


def _take(db: Connection, key: int, texts: tuple[str, ...], where: str = "") -> None:
    words, titles, *heads = texts
    db.execute(f"INSERT INTO words{where} (words{where}, rowid, x) VALUES ('delete', ?, ?)", (key, words))  # noqa: S608
    db.execute(
        f"""
        INSERT INTO heads{where} (heads{where}, rowid, teaser, title, own_teaser, own_title, marks)
        VALUES ('delete', ?, ?, ?, ?, ?, ?)
        """,  # noqa: S608 our tables
        (key, *heads),
    )
    db.execute(f"INSERT INTO titles{where} (titles{where}, rowid, x) VALUES ('delete', ?, ?)", (key, titles))  # noqa: S608


def _texts(article: Article, marks: Marks) -> tuple[str, ...]:
    title = normal.indexed(normal.fold(article.title))
    teaser = normal.indexed(normal.fold(article.teaser))
    rest = normal.indexed(normal.fold(" ".join(_rest(article))))
    shared = article.owner == OPERATOR
    # Whose it is; others' own are left out by one word, which is seldom there, rather than all shared ones asked for.
    owner = tokens.owner(article.owner) if shared else f"{tokens.OWN} {tokens.owner(article.owner)}"
    filed = " ".join(_filed(article, marks))
    # A server's own articles lie in columns of their own, so that nobody else's query reads them.
    heads = (teaser, title, "", "", filed) if shared else ("", "", teaser, title, f"{owner} {filed}")
    return f"{tokens.EVERY} {owner} {filed} {title} {teaser} {rest}", f"{owner} {title}", *heads


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

"""The peers that the archive is measured against: FTS5 as it is usually used, the least, tantivy, and reader."""

import shutil
import sqlite3
import zlib
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from bot.archive import connect
from bot.archive.texts import unpack
from bot.model import Article

_BATCH = 2000
T = TypeVar("T")
_SHOWN = "a.id, a.title, a.url, a.published"  # what a list of hits needs at least
Row = tuple[int, str, str, str, str, str, int]  # id, address, title, teaser, body, first region, published


def articles(file: Path) -> Iterator[Row]:
    """What the archive holds, for whoever wants to index it too."""
    db = connect.reader(file)
    rows = db.execute(
        """
        SELECT a.id, a.title, a.url, a.teaser, a.image, t.z, a.regions ->> 0 AS region, a.published
        FROM article a JOIN article_text t ON t.id = a.id ORDER BY a.id
        """
    )
    for row in rows:
        printed = unpack(db, row)
        yield (
            *(row["id"], printed.url, row["title"], printed.teaser, printed.text),
            *(row["region"], row["published"] // 1000),
        )
    db.close()


class UsualIndex:
    """A table, an FTS5 index over it, a join, and ORDER BY."""

    def __init__(self, file: Path, folder: Path) -> None:
        self._db = kept(folder / f"{file.stem}.usual", lambda unfinished: self._made(file, unfinished), _open)

    def _made(self, file: Path, unfinished: Path) -> None:
        db = _open(unfinished)
        db.executescript(
            """
            PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;
            CREATE TABLE article (id INTEGER PRIMARY KEY, url, title, teaser, body, region, published);
            CREATE INDEX published ON article(published);
            CREATE INDEX region ON article(region);
            CREATE VIRTUAL TABLE fts USING fts5(title, teaser, body, content = 'article', content_rowid = 'id',
                tokenize = 'porter unicode61');
            """
        )
        stream = articles(file)
        while batch := list(islice(stream, _BATCH)):
            db.execute("BEGIN")
            db.executemany("INSERT INTO article VALUES (?, ?, ?, ?, ?, ?, ?)", batch)
            texts = [(key, *some) for key, _, *some, _, _ in batch]
            db.executemany("INSERT INTO fts (rowid, title, teaser, body) VALUES (?, ?, ?, ?)", texts)
            db.execute("COMMIT")
        db.execute("PRAGMA journal_mode = DELETE")
        db.close()

    def newest(self, words: str, region: str | None = None, year: int | None = None) -> list[Any]:
        where, given = "", [words]
        if region is not None and year is not None:
            where = "AND a.region = ? AND a.published BETWEEN ? AND ?"
            given += [region, *(int(datetime(each, 1, 1, tzinfo=UTC).timestamp()) for each in (year, year + 1))]  # type: ignore[list-item]
        return self._db.execute(
            f"SELECT {_SHOWN} FROM fts JOIN article a ON a.id = fts.rowid WHERE fts MATCH ? {where} "
            "ORDER BY a.published DESC LIMIT 10",
            given,
        ).fetchall()

    def best(self, words: str) -> list[Any]:
        return self._db.execute(
            f"SELECT {_SHOWN} FROM fts JOIN article a ON a.id = fts.rowid WHERE fts MATCH ? ORDER BY rank LIMIT 10",
            [words],
        ).fetchall()

    def prepare_to_add(self) -> None:
        """Adding waits for the disk no more than ours does where nothing is owed."""
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")

    def add(self, article: Article) -> None:
        """One more, in a transaction of its own."""
        published = 0 if article.published is None else int(article.published.timestamp())
        row = (article.url, article.title, article.teaser, article.text, article.regions[0], published)
        self._db.execute("BEGIN IMMEDIATE")
        key = self._db.execute("INSERT INTO article VALUES (NULL, ?, ?, ?, ?, ?, ?)", row).lastrowid
        self._db.execute("INSERT INTO fts (rowid, title, teaser, body) VALUES (?, ?, ?, ?)", (key, *row[1:4]))
        self._db.execute("COMMIT")

    def latest(self, region: str) -> list[Any]:
        return self._db.execute(
            f"SELECT {_SHOWN} FROM article a WHERE region = ? ORDER BY published DESC LIMIT 10", [region]
        ).fetchall()


class BareArchive:
    """The least in which our questions can be asked: rows, lists of regions, packed texts and the three indexes. It
    knows no article again, counts no author's, keeps nothing of who printed what, and owes nobody anything."""

    def __init__(self, file: Path, folder: Path) -> None:
        self._db = kept(folder / f"{file.stem}.bare", lambda unfinished: self._made(file, unfinished), _open)
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.execute("PRAGMA cache_size = -32768")
        self._db.execute("PRAGMA temp_store = MEMORY")
        self._last = self._db.execute("SELECT max(id) FROM article").fetchone()[0] or 0

    def _made(self, file: Path, unfinished: Path) -> None:
        db = _open(unfinished)
        db.executescript(
            """
            PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA secure_delete = OFF;
            CREATE TABLE article (id INTEGER PRIMARY KEY, url, title, teaser, published);
            CREATE TABLE article_region (region, article, PRIMARY KEY (region, article)) WITHOUT ROWID;
            CREATE TABLE article_text (id INTEGER PRIMARY KEY, z);
            CREATE VIRTUAL TABLE words USING fts5(
                x, content = '', detail = none, columnsize = 0, tokenize = 'porter unicode61');
            CREATE VIRTUAL TABLE heads USING fts5(title, teaser, content = '', tokenize = 'porter unicode61');
            CREATE VIRTUAL TABLE titles USING fts5(
                x, content = '', detail = none, columnsize = 0, prefix = '1 2 3 4', tokenize = 'unicode61');
            """
        )
        stream = articles(file)
        while batch := list(islice(stream, _BATCH)):
            db.execute("BEGIN")
            for key, url, title, teaser, body, region, published in batch:
                self._put(db, (key, url, title, teaser, published), body, [region])
            db.execute("COMMIT")
        db.close()

    def add(self, article: Article) -> None:
        """One more, the newest, in a transaction of its own."""
        self._last += 7
        published = 0 if article.published is None else int(article.published.timestamp())
        row = (self._last, article.url, article.title, article.teaser, published)
        self._db.execute("BEGIN IMMEDIATE")
        self._put(self._db, row, article.text, article.regions)
        self._db.execute("COMMIT")

    def _put(
        self, db: sqlite3.Connection, row: tuple[int, str, str, str, int], body: str, regions: Iterable[str]
    ) -> None:
        key, _, title, teaser, _ = row
        db.execute("INSERT INTO article VALUES (?, ?, ?, ?, ?)", row)
        db.executemany("INSERT INTO article_region VALUES (?, ?)", [(each, key) for each in regions])
        db.execute("INSERT INTO article_text VALUES (?, ?)", (key, zlib.compress(body.encode())))
        db.execute("INSERT INTO words (rowid, x) VALUES (?, ?)", (key, f"{title} {teaser} {body}"))
        db.execute("INSERT INTO heads (rowid, title, teaser) VALUES (?, ?, ?)", (key, title, teaser))
        db.execute("INSERT INTO titles (rowid, x) VALUES (?, ?)", (key, title))


class Tantivy:
    """A search engine of its own beside the database."""

    def __init__(self, file: Path, folder: Path) -> None:
        import tantivy

        builder = tantivy.SchemaBuilder()
        builder.add_text_field("title", stored=True, tokenizer_name="en_stem")
        builder.add_text_field("body", stored=False, tokenizer_name="en_stem")
        builder.add_text_field("url", stored=True, tokenizer_name="raw", index_option="basic")
        builder.add_text_field("region", stored=False, tokenizer_name="raw")
        builder.add_integer_field("published", stored=True, indexed=True, fast=True)
        schema = builder.build()

        def made(unfinished: Path) -> None:
            unfinished.mkdir()
            writer = tantivy.Index(schema, path=str(unfinished)).writer(heap_size=256_000_000, num_threads=1)
            for _, url, title, teaser, body, region, published in articles(file):
                document = tantivy.Document()
                for name, text in (("title", title), ("body", f"{teaser} {body}"), ("url", url), ("region", region)):
                    document.add_text(name, text)
                document.add_integer("published", published)
                writer.add_document(document)
            writer.commit()
            writer.wait_merging_threads()

        def opened(path: Path) -> Any:
            return tantivy.Index(schema, path=str(path))

        self._index: Any = kept(folder / f"{file.stem}.tantivy", made, opened)
        self._index.reload()
        self._searcher = self._index.searcher()

    def newest(self, words: str, region: str | None = None, year: int | None = None) -> list[Any]:
        text = self._text(words)
        if region is not None and year is not None:
            first, last = (int(datetime(each, 1, 1, tzinfo=UTC).timestamp()) for each in (year, year + 1))
            text = f'+({text}) +region:"{region}" +published:[{first} TO {last}]'
        query = self._index.parse_query(text, ["title", "body"])
        return self._shown(self._searcher.search(query, 10, order_by_field="published", count=False))

    def best(self, words: str) -> list[Any]:
        return self._shown(self._searcher.search(self._index.parse_query(self._text(words), ["title", "body"]), 10))

    def _text(self, words: str) -> str:
        return " ".join(f"+{word}" for word in words.split())

    def _shown(self, found: Any) -> list[Any]:
        documents = (self._searcher.doc(address) for _, address in found.hits)
        return [(each["title"], each["url"], each["published"]) for each in documents]


class Reader:
    """A feed reader's library, with as many articles as it bears."""

    def __init__(self, file: Path, folder: Path, most: int) -> None:
        from reader import make_reader

        self._reader: Any = make_reader(str(folder / "reader.db"))
        self._reader.add_feed("https://paper.test/feed", allow_invalid_url=True)
        for key, _, title, teaser, body, _, published in islice(articles(file), most):
            self._add(str(key), title, teaser, body, datetime.fromtimestamp(published, UTC))
        self._reader.enable_search()
        self._reader.update_search()

    def _add(self, key: str, title: str, teaser: str, body: str, published: datetime | None) -> None:
        self._reader.add_entry(
            {
                "feed_url": "https://paper.test/feed",
                "id": key,
                "title": title,
                "summary": teaser,
                "content": [{"value": body}],
                "published": published,
            }
        )

    def add(self, article: Article) -> None:
        """One more, that can be found."""
        self._add(article.url, article.title, article.teaser, article.text, article.published)
        self._reader.update_search()

    def best(self, words: str) -> list[Any]:
        return list(self._reader.search_entries(words, limit=10))

    def newest(self, words: str) -> list[Any]:
        return list(self._reader.search_entries(words, sort="recent", limit=10))


def kept(path: Path, make: Callable[[Path], None], open_it: Callable[[Path], T]) -> T:
    """What was made in an earlier run, or is made now; what was begun is begun again."""
    if not path.exists():
        unfinished = path.with_name(f"{path.name}.unfinished")
        if unfinished.is_dir():
            shutil.rmtree(unfinished)
        unfinished.unlink(missing_ok=True)
        make(unfinished)
        unfinished.rename(path)
    return open_it(path)


def _open(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, isolation_level=None, check_same_thread=False)

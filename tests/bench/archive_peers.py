"""The peers that the archive is measured against: FTS5 as it is usually used, tantivy, and reader."""

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from bot.archive import connect
from bot.archive.texts import teaser_and_text

_BATCH = 2000
Row = tuple[int, str, str, str, str, int]  # id, title, teaser, body, first region, published


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
        teaser, text = teaser_and_text(db, row)
        yield row["id"], row["title"], teaser, text, row["region"], row["published"] // 1000
    db.close()


class UsualIndex:
    """A table, an FTS5 index over it, a join, and ORDER BY."""

    def __init__(self, file: Path, folder: Path) -> None:
        self._db = sqlite3.connect(folder / "usual.db", isolation_level=None)
        self._db.executescript(
            """
            PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF;
            CREATE TABLE article (id INTEGER PRIMARY KEY, title, teaser, body, region, published);
            CREATE INDEX published ON article(published);
            CREATE INDEX region ON article(region);
            CREATE VIRTUAL TABLE fts USING fts5(title, teaser, body, content = 'article', content_rowid = 'id',
                tokenize = 'porter unicode61');
            """
        )
        stream = articles(file)
        while batch := list(islice(stream, _BATCH)):
            self._db.execute("BEGIN")
            self._db.executemany("INSERT INTO article VALUES (?, ?, ?, ?, ?, ?)", batch)
            self._db.executemany(
                "INSERT INTO fts (rowid, title, teaser, body) VALUES (?, ?, ?, ?)", [r[:4] for r in batch]
            )
            self._db.execute("COMMIT")

    def newest(self, words: str, region: str | None = None, year: int | None = None) -> list[Any]:
        where, given = "", [words]
        if region is not None and year is not None:
            where = "AND a.region = ? AND a.published BETWEEN ? AND ?"
            given += [region, *(int(datetime(each, 1, 1, tzinfo=UTC).timestamp()) for each in (year, year + 1))]  # type: ignore[list-item]
        return self._db.execute(
            f"SELECT a.id, a.title FROM fts JOIN article a ON a.id = fts.rowid WHERE fts MATCH ? {where} "
            "ORDER BY a.published DESC LIMIT 10",
            given,
        ).fetchall()

    def best(self, words: str) -> list[Any]:
        return self._db.execute(
            "SELECT a.id, a.title FROM fts JOIN article a ON a.id = fts.rowid WHERE fts MATCH ? ORDER BY rank LIMIT 10",
            [words],
        ).fetchall()

    def latest(self, region: str) -> list[Any]:
        return self._db.execute(
            "SELECT id, title FROM article WHERE region = ? ORDER BY published DESC LIMIT 10", [region]
        ).fetchall()


class Tantivy:
    """A search engine of its own beside the database."""

    def __init__(self, file: Path, folder: Path) -> None:
        import tantivy

        builder = tantivy.SchemaBuilder()
        builder.add_text_field("title", stored=True, tokenizer_name="en_stem")
        builder.add_text_field("body", stored=False, tokenizer_name="en_stem")
        builder.add_text_field("region", stored=False, tokenizer_name="raw")
        builder.add_integer_field("published", stored=False, indexed=True, fast=True)
        (folder / "tantivy").mkdir()
        self._index: Any = tantivy.Index(builder.build(), path=str(folder / "tantivy"))
        writer = self._index.writer(heap_size=256_000_000, num_threads=1)
        for _, title, teaser, body, region, published in articles(file):
            document = tantivy.Document()
            document.add_text("title", title)
            document.add_text("body", f"{teaser} {body}")
            document.add_text("region", region)
            document.add_integer("published", published)
            writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()
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
        return [self._searcher.doc(address)["title"] for _, address in found.hits]


class Reader:
    """A feed reader's library, with as many articles as it bears."""

    def __init__(self, file: Path, folder: Path, most: int) -> None:
        from reader import make_reader

        self._reader: Any = make_reader(str(folder / "reader.db"))
        self._reader.add_feed("https://paper.test/feed", allow_invalid_url=True)
        for key, title, teaser, body, _, published in islice(articles(file), most):
            self._reader.add_entry(
                {
                    "feed_url": "https://paper.test/feed",
                    "id": str(key),
                    "title": title,
                    "summary": teaser,
                    "content": [{"value": body}],
                    "published": datetime.fromtimestamp(published, UTC),
                }
            )
        self._reader.enable_search()
        self._reader.update_search()

    def best(self, words: str) -> list[Any]:
        return list(self._reader.search_entries(words, limit=10))

    def newest(self, words: str) -> list[Any]:
        return list(self._reader.search_entries(words, sort="recent", limit=10))

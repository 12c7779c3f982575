"""Whether the file is sound and all that is in it agrees; what is wrong, each in a sentence.

All of it only reads, in many short steps, so that nobody who writes or asks has to wait for long.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import pairwise
from pathlib import Path

from bot.archive import articles, connect, rebuild, shape, texts
from bot.archive.connect import Connection, DatabaseError, Row
from bot.archive.search import aside, index
from bot.archive.search.compile import quoted
from bot.archive.search.stem import stem
from bot.archive.trouble import is_of_index

_ARTICLES, _EACH = 100, 10  # looked at one by one: articles; and for some words from all over the index, articles
_TOGETHER = 5  # articles looked at in one step
_STARTS = "aceghilnoprstuwy1234"  # letters with which the words begin that are looked at
_CUT = 30_000  # letters: longer words are not kept whole in the index
_AT_ONCE = 40  # words in one question
_BOUNDS = ("", "1", *"abcdefghijklmnopqrstuvwxyz", "{", "\ue003", "\ue004", "\U0010ffff")  # of what is read in one step
_WORDS_OF = {"words": "known_word", "heads": "head_word", "titles": "title_word"}  # the tables that list them
_PAGES = 5_000  # of an index, looked at in one question
_FIRST_PAGE, _LIST_OF_PAGES = 10, 1 << 36  # up to where an index keeps what is no page; what marks lists of pages
_PREFIXES = 4  # letters, at most, by which titles are found
_NONE_WAITS = "(SELECT 0 AS article, NULL AS was WHERE FALSE)"  # in archives of before any did
_NEW_ONES_WAIT = "(SELECT article, NULL AS was FROM unindexed)"  # in those of before corrections did
_REINDEX = "run `newsdesk reindex --do`."
_RESTORE = "bring back the last copy: `newsdesk restore FILE`."

Step = Callable[[Connection], Iterable[str]]


def steps(db: Connection) -> list[tuple[str, Step]]:
    """What there is to be looked at, each in few words, and how."""
    first: list[tuple[str, Step]] = [("the file", _file), ("its tables", _shape)]
    try:
        if any(each.stops for each in shape.lacking(db)):
            return first
        keys = articles.spread(db, _ARTICLES)
    except DatabaseError:
        keys = []  # the file is damaged, as its step will tell
    some = [keys[at : at + _TOGETHER] for at in range(0, len(keys), _TOGETHER)]
    return [
        *first,
        ("the version of the index", _version),
        *(("lists and indexes", partial(_agree, sentence=sentence)) for sentence in _AGREE),
        *(("articles, word by word", partial(_words_of_articles, keys=each)) for each in some),
        *(("words of the index, article by article", partial(_articles_of_words, first=each)) for each in _STARTS),
        *((f"the pages of the index of {name}", partial(_pages, name=name)) for name in index.SHAPES),
        *(
            (f"the index of {name}", partial(_index, name=name, low=low, high=high))
            for name in index.SHAPES
            for low, high in pairwise(_BOUNDS)
        ),
        *(("the first letters of titles", partial(_first_letters, first=each)) for each in _STARTS),
    ]


def check(db: Connection) -> list[str]:
    """All steps, one after the other."""
    return list(dict.fromkeys(sentence for _, step in steps(db) for sentence in found(db, step)))


def of_copy(db: Connection) -> list[str]:
    """Of a copy, which may be of an older shape: what nobody would want back."""
    if lost := [each.sentence for each in shape.lacking(db) if not each.mends]:
        return lost
    agree = [sentence for part in _AGREE for sentence in _agree(db, part)]
    words = [] if rebuild.is_stale(db) else _words_of_articles(db, articles.spread(db, _ARTICLES))
    return [*_file(db), *agree, *words]


def found(db: Connection, step: Step) -> list[str]:
    """What one step finds; a file that cannot be read is what it finds, too."""
    try:
        return list(step(db))
    except DatabaseError as error:
        if is_of_index(error):
            return [f"An index is damaged ({error}): {_REINDEX}"]
        return [f"The file is damaged ({error}): {_RESTORE}"]
    except (ValueError, TypeError) as error:  # what was packed is not what comes out
        return [f"An article's text cannot be read ({error}): {_RESTORE}"]


def _file(db: Connection) -> Iterator[str]:
    """That every page is where it should be. Newer SQLites look at the indexes as well, and may hold what a connection
    remembers of an index against the file: hence a connection that remembers nothing."""
    fresh = connect.reader(Path(db.execute("PRAGMA database_list").fetchone()[2]))
    try:
        for row in fresh.execute("PRAGMA quick_check"):
            if row[0] != "ok":
                yield f"The file is damaged ({row[0]}): {_RESTORE}"
    finally:
        fresh.close()


def _shape(db: Connection) -> Iterator[str]:
    """That nothing is missing of which all else would speak as damaged, or not at all."""
    lacks = shape.lacking(db)
    yield from (each.sentence for each in lacks)
    if any(each.stops for each in lacks):
        yield "Nothing else was looked at."


def _version(db: Connection) -> Iterator[str]:
    if rebuild.is_stale(db):
        yield f"The index of words was made by another version of Newsdesk: {_REINDEX}"


def _agree(db: Connection, sentence: str) -> Iterator[str]:
    """That two tables name the same articles."""
    if db.execute(_AGREE[sentence].replace("unindexed", _waiting(db))).fetchone() is not None:
        yield f"{sentence[:-1]}: {_REINDEX if 'index' in sentence or 'list' in sentence else _RESTORE}"


def _waiting(db: Connection) -> str:
    columns = {row[0] for row in db.execute("SELECT name FROM pragma_table_info('unindexed')")}
    return "unindexed" if "was" in columns else _NEW_ONES_WAIT if columns else _NONE_WAITS


def _waits(db: Connection, key: int) -> bool:
    return aside.exists(db, "unindexed") and index.is_put_off(db, key)


def _words_of_articles(db: Connection, keys: Sequence[int]) -> Iterator[str]:
    """That articles are found by each of their words."""
    for key in keys:
        if _waits(db, key):
            continue
        for article in articles.load(db, [key], texts.exactly).values():
            for place, words in index.entries(article, articles.marks_of(db, article)):
                if not _is_found(db, key, place, sorted(words)):
                    yield f"Article {key} is not found by all its words in {place.table}: {_REINDEX}"


def _articles_of_words(db: Connection, first: str) -> Iterator[str]:
    """That words from all over the index stand in the articles that it names."""
    for word in _terms(db, first):
        rows = db.execute(
            "SELECT rowid FROM words WHERE words MATCH ? ORDER BY rowid DESC LIMIT ?", [quoted(word), _EACH]
        )
        for key, article in articles.load(db, [row[0] for row in rows], texts.exactly).items():
            _, words = next(index.entries(article, articles.marks_of(db, article)))
            is_long = len(word) >= _CUT
            if not (is_long or word in words or word in set(map(stem, words)) or _waits(db, key)):
                yield f"Article {key} is found by “{word}”, which it has not: {_REINDEX}"


def _is_found(db: Connection, key: int, place: index.Place, words: list[str]) -> bool:
    for start in range(0, len(words), _AT_ONCE):
        together = " AND ".join(map(quoted, words[start : start + _AT_ONCE]))
        expression = f"{place.column} : ({together})" if place.column else together
        question = f"SELECT 1 FROM {place.table} WHERE {place.table} MATCH ? AND rowid = ?"  # noqa: S608 our tables
        if db.execute(question, [expression, key]).fetchone() is None:
            return False
    return True


def _index(db: Connection, name: str, low: str, high: str) -> Iterator[str]:
    """That one of the indexes can be read from one word to another, with all that it says of each."""
    question = f"SELECT sum(doc) FROM {_WORDS_OF[name]} WHERE term >= ? AND term < ?"  # noqa: S608 our tables
    try:
        db.execute(question, (low, high)).fetchone()
    except DatabaseError as error:
        yield f"The index of {name} is damaged ({error}): {_REINDEX}"


def _pages(db: Connection, name: str) -> Iterator[str]:
    """That no page of an index is without what each begins with: it would be passed over without a word."""
    key = _FIRST_PAGE
    while True:
        question = f"SELECT id, length(block), substr(block, 1, 4) FROM {name}_data WHERE id > ? ORDER BY id LIMIT ?"  # noqa: S608
        rows = db.execute(question, (key, _PAGES)).fetchall()
        for key, size, begins in rows:
            first, end = int.from_bytes(begins[:2]), int.from_bytes(begins[2:])
            if not key & _LIST_OF_PAGES and not (first < end and len(begins) <= end <= size):
                yield f"The index of {name} is damaged (page {key}): {_REINDEX}"
                return
        if len(rows) < _PAGES:
            return


def _first_letters(db: Connection, first: str) -> Iterator[str]:
    """That titles are found by the first letters of some words; these are in parts of the index of their own."""
    words = [row["term"] for row in _starting(db, "title_word", first)]
    for prefix in sorted({word[:length] for word in words for length in range(1, _PREFIXES + 1)}):
        try:
            db.execute("SELECT count(*) FROM titles WHERE titles MATCH ?", [f"{quoted(prefix)} *"]).fetchone()
        except DatabaseError as error:
            yield f"The index of titles is damaged ({error}): {_REINDEX}"


def _terms(db: Connection, first: str) -> list[str]:
    """Words from all over the index that begin with a letter."""
    return list(dict.fromkeys(row["term"] for row in _starting(db, "known_word", first)))


def _starting(db: Connection, table: str, first: str) -> Iterator[Row]:
    for second in _STARTS:
        row = db.execute(f"SELECT term FROM {table} WHERE term >= ? LIMIT 1", [first + second]).fetchone()  # noqa: S608
        if row is not None:
            yield row


_AGREE = {
    "An article has no text.": """
        SELECT id FROM article EXCEPT SELECT id FROM article_text LIMIT 1""",
    "A text has no article.": """
        SELECT id FROM article_text EXCEPT SELECT id FROM article LIMIT 1""",
    "An article is in no list.": """
        SELECT id FROM article EXCEPT SELECT article FROM article_region WHERE region = 0 LIMIT 1""",
    "A list names an article that is not there.": """
        SELECT article FROM article_region EXCEPT SELECT id FROM article LIMIT 1""",
    "A list of a region lacks an article that belongs there.": """
        SELECT a.owner, r.id, a.id FROM article a, json_each(a.regions) j JOIN region r ON r.code = j.value
        EXCEPT SELECT owner, region, article FROM article_region LIMIT 1""",
    "A list of a region has an article that does not belong there.": """
        SELECT owner, region, article FROM article_region WHERE region > 0 EXCEPT
        SELECT a.owner, r.id, a.id FROM article a, json_each(a.regions) j JOIN region r ON r.code = j.value LIMIT 1""",
    "An article is not in the index of words.": """
        SELECT id FROM article EXCEPT SELECT article FROM unindexed
        EXCEPT SELECT rowid FROM words WHERE words MATCH '"\ue000"' LIMIT 1""",
    "The index of words names an article that is not there.": """
        SELECT rowid FROM words WHERE words MATCH '"\ue000"' EXCEPT SELECT id FROM article LIMIT 1""",
    "An article is not in the index of titles.": """
        SELECT id FROM article EXCEPT SELECT article FROM unindexed
        EXCEPT SELECT rowid FROM titles WHERE titles MATCH '"\ue002" *' LIMIT 1""",
    "The index of titles names an article that is not there.": """
        SELECT rowid FROM titles WHERE titles MATCH '"\ue002" *' EXCEPT SELECT id FROM article LIMIT 1""",
    "An article that is not there waits to be put into the indexes.": """
        SELECT article FROM unindexed EXCEPT SELECT id FROM article LIMIT 1""",
    "An article waits to be put into the index of words where it is already.": """
        SELECT article FROM unindexed WHERE was IS NULL
        INTERSECT SELECT rowid FROM words WHERE words MATCH '"\ue000"' LIMIT 1""",
    "An article waits to be put anew into the index of words where it is not.": """
        SELECT article FROM unindexed WHERE was NOT NULL
        EXCEPT SELECT rowid FROM words WHERE words MATCH '"\ue000"' LIMIT 1""",
    "A sighting names an article that is not there.": """
        SELECT article FROM sighting EXCEPT SELECT id FROM article LIMIT 1""",
    "Something is owed for an article that is not there.": """
        SELECT article FROM delivery WHERE state NOT IN ('sent', 'refused') AND article > 0
        EXCEPT SELECT id FROM article LIMIT 1""",
    "An article is known by nothing.": """
        SELECT id FROM article EXCEPT SELECT article FROM identity LIMIT 1""",
}

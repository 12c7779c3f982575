"""Whether the file is sound and all that is in it agrees; what is wrong, each in a sentence."""

from collections.abc import Callable, Iterable, Iterator
from itertools import product

from bot.archive import articles, rebuild
from bot.archive.connect import Connection, DatabaseError
from bot.archive.search import index
from bot.archive.search.compile import quoted
from bot.archive.search.stem import stem

_ARTICLES, _EACH = (
    300,
    10,
)  # looked at one by one: articles; and for each word of some from all over the index, articles
_STARTS = "aceghilnoprstuwy1234"  # letters with which the words begin that are looked at
_AT_ONCE = 40  # words in one question
_REINDEX = "run `newsdesk reindex --do`."
_RESTORE = "bring back the last copy: `newsdesk restore FILE`."

Step = Callable[[Connection], Iterable[str]]


def check(db: Connection) -> list[str]:
    """All steps that only read, one after the other."""
    return [sentence for step in STEPS for sentence in found(db, step)]


def of_copy(db: Connection) -> list[str]:
    """Of a copy, which may be of an older shape: what nobody would want back."""
    steps = [_file, _agreement] if rebuild.is_stale(db) else [_file, _agreement, _words_of_articles]
    return [sentence for step in steps for sentence in step(db)]


def found(db: Connection, step: Step) -> list[str]:
    """What one step finds; a file that cannot be read is what it finds, too."""
    try:
        return list(step(db))
    except DatabaseError as error:
        return [f"The file is damaged ({error}): {_RESTORE}"]
    except ValueError as error:  # what was packed is not what comes out
        return [f"An article's text cannot be read ({error}): {_RESTORE}"]


def index_of(db: Connection, name: str) -> list[str]:
    """Whether one of the indexes is sound in itself. It says so only to a connection that may write."""
    try:
        db.execute(f"INSERT INTO {name} ({name}) VALUES ('integrity-check')")  # noqa: S608 our tables
    except DatabaseError as error:
        return [f"The index of {name} is damaged ({error}): {_REINDEX}"]
    return []


def _file(db: Connection) -> Iterator[str]:
    """That every page is where it should be."""
    for row in db.execute("PRAGMA quick_check"):
        if row[0] != "ok":
            yield f"The file is damaged ({row[0]}): {_RESTORE}"


def _version(db: Connection) -> Iterator[str]:
    if rebuild.is_stale(db):
        yield f"The index of words was made by another version of Newsdesk: {_REINDEX}"


def _agreement(db: Connection) -> Iterator[str]:
    """That tables name the same articles."""
    for sentence, question in _AGREE.items():
        if db.execute(question).fetchone() is not None:
            yield f"{sentence[:-1]}: {_REINDEX if 'index' in sentence or 'list' in sentence else _RESTORE}"


def _words_of_articles(db: Connection) -> Iterator[str]:
    """That articles from all over the archive are found by each of their words."""
    for key in articles.spread(db, _ARTICLES):
        for article in articles.load(db, [key]).values():
            for place, words in index.entries(article, articles.marks_of(db, article)):
                if not _is_found(db, key, place, sorted(words)):
                    yield f"Article {key} is not found by all its words in {place.table}: {_REINDEX}"


def _articles_of_words(db: Connection) -> Iterator[str]:
    """That words from all over the index stand in the articles that it names."""
    for word in dict.fromkeys(_terms(db)):
        rows = db.execute(
            "SELECT rowid FROM words WHERE words MATCH ? ORDER BY rowid DESC LIMIT ?", [quoted(word), _EACH]
        )
        for key, article in articles.load(db, [row[0] for row in rows]).items():
            _, words = next(index.entries(article, articles.marks_of(db, article)))
            if word not in words and word not in set(map(stem, words)):
                yield f"Article {key} is found by “{word}”, which it has not: {_REINDEX}"


def _is_found(db: Connection, key: int, place: index.Place, words: list[str]) -> bool:
    for start in range(0, len(words), _AT_ONCE):
        together = " AND ".join(map(quoted, words[start : start + _AT_ONCE]))
        expression = f"{place.column} : ({together})" if place.column else together
        question = f"SELECT 1 FROM {place.table} WHERE {place.table} MATCH ? AND rowid = ?"  # noqa: S608 our tables
        if db.execute(question, [expression, key]).fetchone() is None:
            return False
    return True


STEPS: dict[Step, str] = {
    _file: "the file",
    _version: "the version of the index",
    _agreement: "lists and indexes",
    _words_of_articles: "articles, word by word",
    _articles_of_words: "words of the index, article by article",
}


def _terms(db: Connection) -> Iterator[str]:
    """Words from all over the index."""
    for first, second in product(_STARTS, repeat=2):
        row = db.execute("SELECT term FROM known_word WHERE term >= ? LIMIT 1", [first + second]).fetchone()
        if row is not None:
            yield row["term"]


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
        SELECT id FROM article EXCEPT SELECT rowid FROM words WHERE words MATCH '"\ue000"' LIMIT 1""",
    "The index of words names an article that is not there.": """
        SELECT rowid FROM words WHERE words MATCH '"\ue000"' EXCEPT SELECT id FROM article LIMIT 1""",
    "An article is not in the index of titles.": """
        SELECT id FROM article EXCEPT SELECT rowid FROM titles WHERE titles MATCH '"\ue002" *' LIMIT 1""",
    "The index of titles names an article that is not there.": """
        SELECT rowid FROM titles WHERE titles MATCH '"\ue002" *' EXCEPT SELECT id FROM article LIMIT 1""",
    "A sighting names an article that is not there.": """
        SELECT article FROM sighting EXCEPT SELECT id FROM article LIMIT 1""",
    "Something is owed for an article that is not there.": """
        SELECT article FROM delivery WHERE state NOT IN ('sent', 'refused') AND article > 0
        EXCEPT SELECT id FROM article LIMIT 1""",
    "An article is known by nothing.": """
        SELECT id FROM article EXCEPT SELECT article FROM identity LIMIT 1""",
}

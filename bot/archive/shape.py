"""Whether the archive has all tables, columns and indexes that its migrations made; makes anew what can be."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from bot.archive import connect, memos, rebuild
from bot.archive.connect import Connection, DatabaseError
from bot.archive.migrations import migrations
from bot.archive.search import index, parts
from bot.archive.trouble import NoArchive

_REINDEX = "run `newsdesk reindex --do`."
_RESTORE = "bring back the last copy: `newsdesk restore FILE`."
_HELD = {
    "article": "all articles",
    "article_region": "which articles each region has",
    "article_text": "the texts of articles",
    "author": "who wrote",
    "delivery": "what was posted, and what is owed",
    "dictionary": "what packed texts are read with",
    "feed": "the feeds",
    "identity": "what is known, and thus not taken for new",
    "language": "the languages of articles",
    "memo": "what Newsdesk has noted for itself",
    "passing": "what buttons under older answers stand for",
    "region": "the regions of articles",
    "revision": "what articles said before they were corrected",
    "sighting": "which feed has printed which article",
    "source": "the addresses of feeds",
    "subscription": "the standing orders",
    "unindexed": "which articles are to be put into the indexes",
}
_MAY_BE_EMPTY = ("passing", "revision")  # without what was in them, all else goes on
_REFILLED = ("article_region", "unindexed", *index.SHAPES)  # by whatever makes the index anew
_PARTS = ("data", "idx", "docsize", "config")  # tables in which an index of words keeps what it has
_ALWAYS = ("data", "idx", "config")  # those that each of them has


@dataclass(frozen=True, slots=True)
class Lack:
    """Something that is not there, in a sentence."""

    sentence: str
    stops: bool = True  # nothing else can be looked at before it is back
    mends: bool = False  # `mend` makes it anew


@dataclass(frozen=True, slots=True)
class _Shape:
    """Of each table the columns, and which of them no two rows share; of each index its table; of all, the SQL."""

    columns: dict[str, list[str]]
    once: dict[str, set[tuple[str, ...]]]
    indexes: dict[str, str]
    sql: dict[str, str]


def lacking(db: Connection) -> list[Lack]:
    """What is no more there of all that was made by the migrations it has seen; it may be of an older shape."""
    return list(_compared(_shape(db), _as_made(db)))


def lost(path: Path) -> list[str]:
    """What must be back before an archive can be opened or looked at; one that cannot be read tells so itself."""
    try:
        with closing(connect.reader(path)) as db:
            return [each.sentence for each in lacking(db) if each.stops]
    except DatabaseError:
        return []


def mend(db: Connection) -> None:
    """Make anew what is made of the rest, and what may be empty; refuse where that is not enough."""
    is_, should = _shape(db), _as_made(db)
    if lost := [each.sentence for each in _compared(is_, should) if not each.mends]:
        raise NoArchive(" ".join(lost))
    for name in [name for name in (*should.columns, *should.indexes) if name not in is_.sql and not _part_of(name)]:
        if name in index.SHAPES:
            for part in _PARTS:
                db.execute(f"DROP TABLE IF EXISTS {name}_{part}")
        if name in _REFILLED:
            memos.remember(db, rebuild.VERSION, "")  # not today's, until all articles are in it
        db.execute(should.sql[name])
        if name in index.SHAPES:
            parts.tune(db, name)


def _compared(is_: _Shape, should: _Shape) -> Iterator[Lack]:
    for name in should.columns:
        if name not in is_.columns:
            yield from _missing(name, is_, virtual=not should.columns[name])
            continue
        for column in should.columns[name]:
            if column not in is_.columns[name]:
                yield Lack(f"{_named(name)} has lost its column {column}: {_RESTORE}")
        for columns in sorted(should.once[name] - is_.once[name]):
            words = f"may have two rows with the same {' and '.join(columns)} now"
            yield Lack(f"{_named(name)} {words}: {_RESTORE}", stops=False)
    for name, table in should.indexes.items():
        if name not in is_.indexes and table in is_.columns:
            words = f"The index {name} of the table {table} is missing, without which it is slow"
            yield Lack(f"{words}: {_REINDEX}", stops=False, mends=True)


def _missing(name: str, is_: _Shape, *, virtual: bool) -> Iterator[Lack]:
    if whole := _part_of(name):
        if whole in is_.columns and name.endswith(_ALWAYS):
            yield Lack(f"The index of {whole} has lost a part of itself ({name}): {_RESTORE}")
    elif name in _MAY_BE_EMPTY:
        words = f"{_RESTORE[:-1]}, or go on with an empty one: `newsdesk reindex --do`."
        yield Lack(f"{_named(name)} is missing: {words}", stops=False, mends=True)
    elif virtual or name in _REFILLED:
        yield Lack(f"{_named(name)} is missing: {_REINDEX}", mends=True)
    else:
        yield Lack(f"{_named(name)} is missing: {_RESTORE}")


def _part_of(name: str) -> str:
    """The index of words in whose tables this is one; of any other, nothing."""
    whole, _, part = name.rpartition("_")
    return whole if whole in index.SHAPES and part in _PARTS else ""


def _named(table: str) -> str:
    if table in index.SHAPES:
        return f"The index of {table}"
    held = _HELD.get(table)
    return f"The table {table} ({held})" if held else f"The table {table}"


def _as_made(db: Connection) -> _Shape:
    """What the migrations make that this database has seen."""
    pending = [step.name for step in migrations.pending(Database(db, execute_plugins=False))]
    with closing(connect.plain(Path(":memory:"))) as made:
        migrations.apply(Database(made, execute_plugins=False), stop_before=pending)
        return _shape(made)


def _shape(db: Connection) -> _Shape:
    shape = _Shape({}, {}, {}, {})
    for kind, name, table, sql in db.execute("SELECT type, name, tbl_name, sql FROM sqlite_schema").fetchall():
        if not sql or name.startswith("sqlite_"):  # SQLite's own
            continue
        shape.sql[name] = sql
        if kind == "index":
            shape.indexes[name] = table
        elif kind == "table":
            ours = not sql.startswith("CREATE VIRTUAL")  # what others keep for us cannot be asked when it is damaged
            shape.columns[name] = _columns(db, name) if ours else []
            shape.once[name] = set(_once(db, name)) if ours else set()
    return shape


def _columns(db: Connection, table: str) -> list[str]:
    return [row[0] for row in db.execute("SELECT name FROM pragma_table_info(?)", [table])]


def _once(db: Connection, table: str) -> Iterator[tuple[str, ...]]:
    """Columns that no two rows share."""
    key = [row[0] for row in db.execute("SELECT name FROM pragma_table_info(?) WHERE pk ORDER BY pk", [table])]
    if key:
        yield tuple(key)
    unique = 'SELECT name FROM pragma_index_list(?) WHERE "unique" AND NOT partial'
    for (name,) in db.execute(unique, [table]).fetchall():
        yield tuple(row[0] for row in db.execute("SELECT name FROM pragma_index_info(?)", [name]))

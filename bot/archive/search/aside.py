"""Puts an index out of the way at once, however large it is, and takes it out of the file bit by bit."""

from bot.archive.connect import Connection

_OLD = "old_"
_TABLES = {"data": ("id", 10), "docsize": ("id", 1), "idx": ("segid, term", 1)}  # the large ones: key, size of a row
_EMPTIED = 10_000  # in one transaction: so many of the smallest rows
_FORMAT = 4  # of FTS5, as all SQLites write it: https://sqlite.org/fts5.html, on the config table
_NO_WORDS = bytes(7)  # what an index without words says of its parts: there are none


def put(db: Connection, index: str) -> None:
    """Take an index away. What is large of it stays, as tables like any other, of which FTS5 knows nothing.

    FTS5 drops an index only once it has read what parts there are of it; and what it has gathered must be written
    before, which the savepoint makes it do.
    """
    db.execute("SAVEPOINT aside")
    if exists(db, f"{index}_config"):  # one that has forgotten its own format could not even be dropped
        db.execute(f"INSERT OR REPLACE INTO {index}_config VALUES ('version', {_FORMAT})")  # noqa: S608 our tables
    for part in _TABLES:
        if exists(db, f"{index}_{part}"):
            db.execute(f"ALTER TABLE {index}_{part} RENAME TO {_OLD}{index}_{part}")
    db.execute(f"CREATE TABLE {index}_data (id INTEGER PRIMARY KEY, block BLOB)")
    db.execute(f"INSERT INTO {index}_data VALUES (1, x''), (10, ?)", [_NO_WORDS])  # noqa: S608 our tables
    db.execute(f"DROP TABLE {index}")
    db.execute("RELEASE aside")


def is_empty(db: Connection) -> bool:
    """Whether nothing is left of what was put aside."""
    return not _left(db)


def empty(db: Connection, most: int = _EMPTIED) -> bool:
    """Take out some of what was put aside; whether that was all."""
    for table in _left(db):
        key, size = _TABLES[table.rpartition("_")[2]]
        piece = max(most // size, 1)
        some = f"SELECT {key} FROM {table} ORDER BY {key} LIMIT ?"  # noqa: S608 our tables
        gone = db.execute(f"DELETE FROM {table} WHERE ({key}) IN ({some})", [piece]).rowcount  # noqa: S608 our tables
        if gone == piece:
            return False
        db.execute(f"DROP TABLE {table}")
        most -= gone * size
    return True


def exists(db: Connection, table: str) -> bool:
    return db.execute("SELECT 1 FROM sqlite_schema WHERE name = ?", [table]).fetchone() is not None


def _left(db: Connection) -> list[str]:
    rows = db.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND name GLOB ? ORDER BY name", [f"{_OLD}*"])
    return [row["name"] for row in rows.fetchall()]

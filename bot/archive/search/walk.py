"""Keys out of an index, all in one row: between two rows every other thread may go first, and each takes its time."""

from collections.abc import Sequence

from bot.archive.connect import Connection


def keys(db: Connection, table: str, given: Sequence[object], *, upwards: bool = False) -> list[int]:
    """The keys that match an expression, from a key, below a key, at most so many: the newest ones and newest first;
    `upwards`: the oldest ones and oldest first."""
    return in_order(db.execute(_UPWARDS[table] if upwards else _DOWN[table], given).fetchone()[0], upwards)


def in_order(joined: str | None, upwards: bool) -> list[int]:
    """Keys out of one row."""
    found = [] if joined is None else list(map(int, joined.split(",")))
    found.sort(reverse=not upwards)  # they are in order by now, only nobody has promised it
    return found


_WALK = """
SELECT group_concat(rowid) FROM (
    SELECT rowid FROM {table} WHERE {table} MATCH ? AND rowid >= ? AND rowid < ? ORDER BY rowid {way} LIMIT ?)
"""
_TABLES = ("words", "heads", "titles")
_DOWN = {table: _WALK.format(table=table, way="DESC") for table in _TABLES}
_UPWARDS = {table: _WALK.format(table=table, way="ASC") for table in _TABLES}

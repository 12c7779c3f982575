"""Makes the parts of an index fewer: each is asked in turn, which takes ten microseconds and more."""

from collections.abc import Iterator

from bot.archive.connect import Connection

LIST = 10  # the key under which FTS5 keeps it
_SAME, _PAGE = 4, 500  # parts of one size that become one as articles come in; bytes
_SAME_IN_SPARE_TIME, _WRITTEN = 2, 256  # the same in spare time, and pages that are then written at once
_LARGE, _FEW = 20_000, 2  # pages of all together, and parts, up to which it makes little difference
_MUCH = 1 / 8  # of the largest part: when the others have so much together, all become one
_LEVELS = 16  # each time adds two, for good; the more there are, the more FTS5 merges at once as articles come in
_FIXED = 4  # bytes at the beginning of the list, that are no part's


def tune(db: Connection, name: str) -> None:
    """Its pages are small: who goes back in time reads each as a whole before its last entry."""
    _set(db, name, "automerge", _SAME)
    _set(db, name, "pgsz", _PAGE)


def merge(db: Connection, name: str) -> bool:
    """Make some of the parts one; whether it is worth going on."""
    row = db.execute(f"SELECT v FROM {name}_config WHERE k = 'usermerge'").fetchone()  # noqa: S608 our tables
    if row is None or row["v"] != _SAME_IN_SPARE_TIME:
        _set(db, name, "usermerge", _SAME_IN_SPARE_TIME)
    return _writes(db, name, _WRITTEN) or (_is_scattered(levels(db, name)) and _writes(db, name, -_WRITTEN))


def levels(db: Connection, name: str) -> list[list[int]]:
    """How many pages each part has, level by level; none where the list cannot be read.

    The list tells how many levels there are and of each how many of its parts are being merged, how many there are, and
    of each part its number, its first page and its last one: "structure record" in SQLite's `fts5_index.c`.
    """
    row = db.execute(f"SELECT block FROM {name}_data WHERE id = {LIST}").fetchone()  # noqa: S608 our tables
    found = []
    try:
        number, _, _, *rest = _numbers(row["block"][_FIXED:])
        for _ in range(number):
            _, parts, *rest = rest
            end = 3 * parts
            found.append([last - first + 1 for first, last in zip(rest[1:end:3], rest[2:end:3], strict=True)])
            rest = rest[end:]
    except (TypeError, ValueError):
        return []
    return found


def _is_scattered(found: list[list[int]]) -> bool:
    """Whether it pays to write all of it once more. For the little beside a large part it would never end."""
    pages = [each for level in found for each in level]
    whole, largest = sum(pages), max(pages, default=0)
    is_worth_it = whole > _LARGE and len(pages) > _FEW and whole - largest > largest * _MUCH
    return is_worth_it and len(found) < _LEVELS


def _writes(db: Connection, name: str, pages: int) -> bool:
    """Whether so many pages, or some, were written for parts to become one: of one size, or where the number is below
    zero, all. https://sqlite.org/fts5.html#the_merge_command tells how that is seen."""
    before = db.total_changes
    _set(db, name, "merge", pages)
    return db.total_changes - before > 1


def _set(db: Connection, name: str, what: str, number: int) -> None:
    db.execute(f"INSERT INTO {name} ({name}, rank) VALUES (?, ?)", [what, number])  # noqa: S608 our tables


def _numbers(block: bytes) -> Iterator[int]:
    """Numbers of seven bits a byte, the highest first: https://sqlite.org/fileformat2.html#varint."""
    number = 0
    for byte in block:
        number = number << 7 | byte & 0x7F
        if byte < 0x80:
            yield number
            number = 0

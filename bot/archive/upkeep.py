"""Copies of the archive: made while the bot runs, and put in its place."""

import os
import shutil
from pathlib import Path

from bot.archive import connect, soundness
from bot.archive.connect import Connection, DatabaseError, OperationalError
from bot.errors import NewsError

MUCH_EMPTY = 0.1  # of a file: worth giving back
_PIECE = 256  # pages of a copy that are written at once


class NoArchive(NewsError):
    """A file that is no copy of an archive, or a damaged one."""


class NoRoom(NewsError):
    """What would make room needs room."""


def backup(db: Connection, file: Path) -> None:
    """A consistent copy while the bot runs.

    All is read as it is at the first look, or every write would make us begin again. And each piece is on the disk
    before the next is read, or whoever writes to the archive in the end would wait until all of the copy is.
    """
    unfinished = file.with_name(f"{file.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    copy = connect.plain(unfinished)
    try:
        with unfinished.open("rb+") as written:
            db.execute("BEGIN")
            db.execute("SELECT 1 FROM sqlite_schema").fetchone()
            db.backup(copy, pages=_PIECE, progress=lambda *_: os.fsync(written.fileno()))
            copy.execute("PRAGMA journal_mode = DELETE")
            os.fsync(written.fileno())
    finally:
        if db.in_transaction:
            db.execute("ROLLBACK")
        copy.close()
    unfinished.replace(file)


def empty(db: Connection) -> tuple[int, int]:
    """How many bytes of the file nothing is in, and how many it has. What comes in fills them before the file grows."""
    size, free, pages = (
        db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_size", "freelist_count", "page_count")
    )
    return int(size * free), int(size * pages)


def shrink(archive: Path) -> tuple[int, int]:
    """Give back what is empty, while nobody else has the archive open: the file's bytes before and after."""
    db = connect.plain(archive)
    try:
        before = empty(db)[1]
        db.execute("VACUUM")
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return before, empty(db)[1]
    except OperationalError as error:
        raise NoRoom(
            f"The archive is as it was: to make it smaller needs as much room as it takes ({error})."
        ) from error
    finally:
        db.close()


def restore(copy: Path, archive: Path) -> Path | None:
    """Put a copy in the archive's place, once it is known to be sound; where the archive that was there is now."""
    _examine(copy)
    unfinished = archive.with_name(f"{archive.name}.unfinished")
    shutil.copyfile(copy, unfinished)
    with unfinished.open("rb+") as written:
        os.fsync(written.fileno())
    kept = _put_aside(archive) if archive.exists() else None
    for rest in ("-wal", "-shm"):
        archive.with_name(archive.name + rest).unlink(missing_ok=True)
    unfinished.replace(archive)
    return kept


def _examine(copy: Path) -> None:
    if not copy.is_file():
        raise NoArchive(f"There is no file {copy}.")
    try:
        db = connect.reader(copy)
        try:
            wrong = soundness.of_copy(db)
        finally:
            db.close()
    except (DatabaseError, ValueError) as error:
        raise NoArchive(f"{copy} is no copy of an archive ({error}).") from error
    if wrong:
        raise NoArchive(f"{copy} is damaged: {' '.join(wrong[:3])}")


def _put_aside(archive: Path) -> Path:
    """Rename the archive, with all that it has written, to a name that is free."""
    db = connect.plain(archive)
    try:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except DatabaseError:
        pass  # damaged: that may be why somebody restores; it is kept as it is
    finally:
        db.close()
    number = 1
    while (kept := archive.with_name(f"{archive.name}.before-{number}")).exists():
        number += 1
    archive.replace(kept)
    return kept

"""Copies of the archive: made while the bot runs, and put in its place."""

import os
from contextlib import closing
from pathlib import Path
from typing import BinaryIO

from bot.archive import connect, soundness
from bot.archive.connect import Connection, DatabaseError, OperationalError
from bot.archive.migrations import known
from bot.archive.trouble import NoArchive, NoRoom, Strange, heed_strangers

_FIRST = b"SQLite format 3\0"
MUCH_EMPTY = 0.1  # of a file: worth giving back
_PIECE = 256  # pages of a copy that are written at once


def backup(db: Connection, file: Path) -> None:
    """A consistent copy while the bot runs.

    All is read as it is at the first look, or every write would make us begin again. And each piece is on the disk
    before the next is read, or whoever writes to the archive in the end would wait until all of the copy is.
    """
    archive = Path(db.execute("PRAGMA database_list").fetchone()[2])
    file = file.resolve()
    _heed_what_is_there(file, archive)
    unfinished = file.with_name(f"{file.name}.unfinished")
    try:
        with _written_first(unfinished, file) as written:
            _copy(db, unfinished, written)
        unfinished.replace(file)
    except (OperationalError, OSError) as error:
        size, folder = f"{empty(db)[1] / 1e6:,.1f} MB", file.parent
        raise NoRoom(f"The copy was not made ({error}). Are {size} free in {folder}?{_as_it_was(file)}") from error
    finally:
        unfinished.unlink(missing_ok=True)


def _heed_what_is_there(file: Path, archive: Path) -> None:
    """A copy replaces an older copy, and nothing else."""
    own = {archive.with_name(archive.name + rest).resolve() for rest in ("", "-wal", "-shm", ".lock")}
    if file in own:
        raise NoArchive(f"{file} belongs to the archive itself; a copy needs a name of its own.")
    if file.is_dir():
        raise NoArchive(f"{file} is a folder; name a file in it.")
    if file.exists() and not (file.is_file() and _may_be_a_copy(file)):
        raise NoArchive(f"{file} is there and is no copy of an archive; it is left as it is.")


def _may_be_a_copy(file: Path) -> bool:
    """Nothing yet, or some database."""
    try:
        with file.open("rb") as there:
            return there.read(len(_FIRST)) in (b"", _FIRST)
    except OSError as error:
        raise NoRoom(f"{file} cannot be written ({error.strerror}).") from error


def _written_first(unfinished: Path, file: Path) -> BinaryIO:
    """Open the copy before the database does, for the system says better what is wrong."""
    try:
        return unfinished.open("wb")
    except OSError as error:
        raise NoRoom(f"{file} cannot be written ({error.strerror}).") from error


def _copy(db: Connection, unfinished: Path, written: BinaryIO) -> None:
    copy = connect.plain(unfinished)
    try:
        db.execute("BEGIN")
        db.execute("SELECT 1 FROM sqlite_schema").fetchone()
        db.backup(copy, pages=_PIECE, progress=lambda *_: os.fsync(written.fileno()))
        db.heed_others()
        copy.execute("PRAGMA journal_mode = DELETE")
        os.fsync(written.fileno())
    finally:
        if db.in_transaction:
            db.execute("ROLLBACK")
        copy.close()


def _as_it_was(file: Path) -> str:
    return " The older copy there is as it was." if file.exists() else ""


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


def examine(copy: Path) -> None:
    """Refuse what is no sound copy of an archive."""
    if not copy.is_file():
        raise NoArchive(f"There is no file {copy}.")
    try:
        db = connect.reader(copy)
        try:
            heed_strangers(db, copy, known())
            wrong = soundness.of_copy(db)
        finally:
            db.close()
    except Strange as error:
        raise NoArchive(f"{copy} is no copy of an archive, but the database of another program.") from error
    except (DatabaseError, ValueError) as error:
        raise NoArchive(f"{copy} is no copy of an archive ({error}).") from error
    if wrong:
        raise NoArchive(f"{copy} is damaged: {' '.join(wrong[:3])}")


def put_in_place(copy: Path, archive: Path) -> Path | None:
    """Put a sound copy in the archive's place; where the archive that was there is now."""
    if archive.exists() and archive.samefile(copy):
        raise NoArchive(f"{copy} is the archive itself; there is nothing to bring back.")
    unfinished = archive.with_name(f"{archive.name}.unfinished")
    try:
        # As a database, not byte for byte: some of what was written may still be beside the copy's file.
        with unfinished.open("wb") as written, closing(connect.reader(copy)) as db:
            _copy(db, unfinished, written)
    except (OperationalError, OSError) as error:
        unfinished.unlink(missing_ok=True)
        raise NoRoom(f"The archive is as it was: {archive} cannot be written ({_why(error)}).") from error
    kept = _put_aside(archive) if archive.exists() else None
    for rest in ("-wal", "-shm"):
        archive.with_name(archive.name + rest).unlink(missing_ok=True)
    unfinished.replace(archive)
    return kept


def _why(error: OperationalError | OSError) -> str:
    return str(error.strerror if isinstance(error, OSError) else error)


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
    if log := connect.log_of(archive):  # somebody still reads the archive as it was before the end of it
        log.replace(kept.with_name(f"{kept.name}-wal"))
    return kept

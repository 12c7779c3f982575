"""What a database says when its file or its disk is in trouble, in a sentence for whoever can act on it."""

import os
from pathlib import Path

from bot.archive import connect
from bot.archive.connect import Connection, DatabaseError, IntegrityError, OperationalError
from bot.errors import ConfigError, NewsError

_WHOSE = "Give it, the files beside it and their folder to the user who runs Newsdesk, or set NEWSDESK_DATA."
_STEPS = "_sqlite_migrations"  # where sqlite-utils lists what is done
_NO_INDEX = ("invalid fts5 file format", "no such fts5 table")  # as FTS5 begins to say it
_WITHOUT = ("no such table", "no such column")  # as SQLite begins to say it
_INDEX = "The index of {} is damaged, its articles are not. Make it anew: newsdesk reindex --do"
_COPY = "Stop the bot and bring back the last copy: newsdesk restore FILE."


class NoArchive(NewsError):
    """A file that is no archive, or a damaged one."""


class NoRoom(NewsError):
    """What is to be written has no room."""


class NotOurs(ConfigError):
    """A file in the archive's place that must not be touched."""


class Strange(NotOurs):
    """The database of another program."""


def in_words(error: DatabaseError, path: Path) -> NewsError | None:
    """What to do about it; None where it is nothing that anybody but us can mend."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == connect.NO_DATABASE:
        return NoArchive(f"{path} is no archive, or its first page is damaged. {_COPY}")
    if is_of_index(error):
        return NoArchive(_INDEX.format(path))
    if code == connect.DAMAGED:
        return NoArchive(f"{path} is damaged ({error}). {_COPY}")
    if code in connect.NOT_OURS and _is_read_only(path.parent):
        return NotOurs(f"{path} is on a read-only disk, where it can be asked but not changed.")
    if code in connect.NOT_OURS:
        return NotOurs(f"{path} cannot be opened for writing ({error}). {_WHOSE}")
    if code in connect.NO_ROOM:
        return NoRoom(f"{path} cannot be written ({error}). Is there room on its disk?")
    if str(error).startswith(_WITHOUT):
        return NoArchive(f"{path} has lost a part that every archive has ({error}). See what to do: newsdesk doctor")
    if code in connect.IN_USE:
        return NewsError(f"Another program has been writing to {path} for long. Try again when it is done.")
    return None


def is_of_index(error: DatabaseError) -> bool:
    """Whether nothing but an index of words is damaged."""
    whole = getattr(error, "sqlite_errorcode", 0)
    return whole == connect.DAMAGED_INDEX or str(error).startswith(_NO_INDEX)


def why_not_indexed(error: Exception, path: Path) -> NewsError | None:
    """The same of what writes to nothing but an index: one that has lost its list of parts writes one twice."""
    if isinstance(error, IntegrityError):
        return NoArchive(_INDEX.format(path))
    if isinstance(error, DatabaseError):
        return in_words(error, path)
    return error if isinstance(error, NewsError) else None


def _is_read_only(folder: Path) -> bool:
    try:
        return bool(os.statvfs(folder).f_flag & os.ST_RDONLY)
    except OSError:
        return False


def why_not_read(error: DatabaseError, path: Path) -> NewsError | None:
    """Of a file beside which nothing may be written: why not even that can be read which is there."""
    log = connect.log_of(path)
    if log is not None and getattr(error, "sqlite_errorcode", 0) & 0xFF in connect.NOT_OURS:
        return NotOurs(
            f"What was written last to {path} is still in {log}; the two can be read only where they may be written. "
            "Copy both into a folder of your own, and set NEWSDESK_DATA to that."
        )
    return in_words(error, path)


def heed_strangers(db: Connection, path: Path, known: frozenset[str]) -> None:
    """Refuse a database of another program, or an archive with steps that only a newer Newsdesk knows."""
    tables = {row[0] for row in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    try:
        steps = db.execute(f"SELECT name FROM {_STEPS} WHERE migration_set = 'newsdesk'")  # noqa: S608 our table
        applied = {row[0] for row in steps}
    except OperationalError:  # there is no such table, or it is not ours
        applied = set()
    if tables - {_STEPS} and not applied:
        raise Strange(f"{path} is the database of another program. Move it away, or set NEWSDESK_DATA.")
    if applied - known:
        raise NotOurs(
            f"{path} was made by a newer Newsdesk than this. Run that one, or bring back a copy from before: "
            "newsdesk restore FILE."
        )

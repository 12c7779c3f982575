"""Opens the archive's file. The only module that imports sqlite3, so that all speak to one library."""

import sqlite3
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from sqlite3 import DatabaseError, IntegrityError, OperationalError, Row
from typing import Concatenate, ParamSpec, TypeVar

import zstandard

from bot.errors import Busy

__all__ = [
    "Connection",
    "DatabaseError",
    "IntegrityError",
    "OperationalError",
    "Row",
    "at_one_moment",
    "let_go",
    "plain",
    "reader",
    "set_durable",
    "set_patience",
    "writer",
    "written_by_others",
]

PATIENCE = 60.0  # seconds to wait for another program's write, such as an operator's look at the whole index
NO_ROOM = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)  # how a disk says that it is full, or that it fails
NOT_OURS = (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_CANTOPEN)
NO_DATABASE, DAMAGED = sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT
DAMAGED_INDEX = sqlite3.SQLITE_CORRUPT_VTAB  # all of it can be made anew
IN_USE = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_PAGE = 8192
_TURNED_AWAY = 0.02  # seconds until who was turned away tries again
LONGEST_LOG = 4000 * _PAGE  # bytes of the write-ahead log until it is carried over into the file, which takes a while
_WRITER_CACHE, _READER_CACHE = -32768, -8192  # KiB
P = ParamSpec("P")
R = TypeVar("R")


class Connection(sqlite3.Connection):
    """A connection, and beside it what is asked again and again and never changes once it is kept."""

    def __init__(self, *given: object, **more: object) -> None:
        super().__init__(*given, **more)  # type: ignore[arg-type]  # as sqlite3.connect gives them
        self.packers: dict[int, zstandard.ZstdCompressor] = {}
        self.unpackers: dict[int, zstandard.ZstdDecompressor] = {}
        self.numbers: dict[tuple[str, str], int] = {}
        self.addresses: dict[int, str] = {}
        self.taken: dict[int, int] = {}  # from a minute's first key up to this one
        self.put_off: dict[int, Callable[[], tuple[str, ...]]] = {}  # into the indexes: what of which articles
        self.put_off_at: int | None = None  # what of others' writing was seen when these were
        self.own: tuple[object, bool] | None = None  # at which moment: whether the index had any server's own articles
        self.unreadable: set[int] = set()  # articles of which it was said that their texts cannot be read
        self.stopped = False
        self.heedless = False  # of articles that are not in the indexes yet
        self.lies: tuple[Path, object] | None = None  # a file that is read as it lies there, and how it lay at first

    @property
    def outdated(self) -> bool:
        return self.lies is not None and self.lies[1] != _lying(self.lies[0])

    def heed_others(self) -> None:
        """What was read of a file as it lies there is worth nothing where another program has begun to write to it."""
        if self.outdated:
            raise Busy("Another program has begun to write to the archive. Please ask again.")

    def heed(self) -> None:
        """For work between two statements that may take long: stop, where the question has been stopped."""
        if self.stopped:
            raise OperationalError("interrupted")

    def forget(self) -> None:
        """What was read in a transaction that was undone may never have been."""
        self.packers.clear()
        self.unpackers.clear()
        self.numbers.clear()
        self.addresses.clear()
        self.taken.clear()
        self.put_off.clear()
        self.own = None


def writer(path: Path, *, durable: bool = True, log: int = LONGEST_LOG) -> Connection:
    """The one connection that writes. What it has committed survives a power cut. When its log has so many bytes, it is
    carried over into the file."""
    connection = _open(f"{path.absolute().as_uri()}?mode=rwc")
    connection.execute(f"PRAGMA page_size = {_PAGE}")
    _keep_a_log(connection)
    connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'OFF'}")
    connection.execute(f"PRAGMA wal_autocheckpoint = {log // _PAGE}")
    connection.execute(f"PRAGMA journal_size_limit = {log}")
    connection.execute("PRAGMA secure_delete = OFF")  # Debian's default writes every page of the index once more
    connection.execute(f"PRAGMA cache_size = {_WRITER_CACHE}")
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


def _keep_a_log(connection: Connection) -> None:
    """Of two programs that do this to a new file, or to one just brought back, SQLite turns one away at once, however
    patient it is."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return
        except OperationalError as error:
            if error.sqlite_errorcode & 0xFF not in IN_USE or time.monotonic() > end:
                raise
        time.sleep(_TURNED_AWAY)


def set_durable(connection: Connection, durable: bool) -> None:
    """Between two transactions: whether what comes is on the disk when it is committed, or a little later.

    Either way it survives the end of this program; and no power cut keeps a later one without those before it.
    """
    connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")


def at_one_moment(question: Callable[Concatenate[Connection, P], R]) -> Callable[Concatenate[Connection, P], R]:
    """The same question, all of whose statements see the archive as it is when the first of them begins, whatever is
    written meanwhile; none but the first must look whether anything was.

    For short ones: as long as it goes on, what is written stays in the log and is not carried over into the file.
    """

    def asked(db: Connection, /, *given: P.args, **more: P.kwargs) -> R:
        db.execute("BEGIN")
        try:
            return question(db, *given, **more)
        finally:
            if db.in_transaction:
                db.execute("COMMIT")

    return asked


def let_go(error: BaseException) -> None:
    """What failed may have half read something: as long as anybody keeps the error, its connection would stay at that
    moment. So all that what has failed had at hand is given up."""
    each: BaseException | None = error
    while each is not None:
        traceback.clear_frames(each.__traceback__)
        each = each.__context__


def written_by_others(connection: Connection) -> int | None:
    """A number that is another one once they have written: https://sqlite.org/pragma.html#pragma_data_version."""
    try:
        return int(connection.execute("PRAGMA data_version").fetchone()[0])
    except DatabaseError:
        return None


def set_patience(connection: Connection, seconds: float) -> None:
    """How long to wait from now on for another program's write."""
    connection.execute(f"PRAGMA busy_timeout = {seconds * 1000:.0f}")


def begin_log_anew(connection: Connection) -> bool:
    """Carry all of the log over into the file; whether it is begun anew. That waits until whoever reads it has done so,
    and keeps all from writing meanwhile, as long as the patience lasts."""
    try:
        return bool(connection.execute("PRAGMA wal_checkpoint(RESTART)").fetchone()[0] == 0)
    except DatabaseError:  # such as a full disk, of which whatever is written next will tell
        return False


def reader(path: Path) -> Connection:
    """A connection that cannot write, and never waits for one that does.

    Even to read, SQLite must write beside the file. Where it may not, the file is read as it lies there, for as long as
    nobody writes to it; see `heed_others`.
    """
    connection = _open(f"{path.absolute().as_uri()}?mode=ro")
    try:
        connection.execute("SELECT 1 FROM sqlite_schema").fetchone()
    except DatabaseError as error:
        connection.close()
        lay = _lying(path)
        if lay is None or getattr(error, "sqlite_errorcode", 0) & 0xFF not in NOT_OURS:
            raise
        connection = _open(f"{path.absolute().as_uri()}?mode=ro&immutable=1")
        connection.lies = path, lay
    connection.execute(f"PRAGMA cache_size = {_READER_CACHE}")
    connection.execute("PRAGMA query_only = ON")
    return connection


def log_of(path: Path) -> Path | None:
    """Where something is still, of what was written, that is not yet in the file itself."""
    return path.with_name(f"{path.name}-wal") if length_of_log(path) else None


def length_of_log(path: Path) -> int:
    try:
        return path.with_name(f"{path.name}-wal").stat().st_size
    except OSError:
        return 0


def _lying(path: Path) -> tuple[int, int, int] | None:
    """How the file is, as long as all that was written is in it; None where some of it is still in the log."""
    if log_of(path):
        return None
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns


def _open(uri: str) -> Connection:
    # Transactions are begun and ended by hand. Each connection stays with its thread, but is closed by whoever ends it.
    connection = sqlite3.connect(
        uri,
        uri=True,
        timeout=PATIENCE,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=512,
        factory=Connection,
    )
    connection.row_factory = Row
    connection.execute("PRAGMA temp_store = MEMORY")
    return connection


def plain(path: Path) -> Connection:
    """A file of its own, for a copy."""
    return sqlite3.connect(path, isolation_level=None, factory=Connection)

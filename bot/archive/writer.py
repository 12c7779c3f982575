"""The one thread that writes; the event loop does not wait for it."""

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from bot.archive import connect
from bot.archive.connect import Connection, OperationalError
from bot.archive.trouble import why_not_indexed

log = logging.getLogger(__name__)

LONGEST_BATCH = 64  # pieces of work in one transaction
_IDLE, _BREATH = 0.5, 0.05  # seconds without anything to write, before spare time is used, and between two uses
_PATIENCE = 1.0  # seconds for which a chore waits until another program has written
_LONG = 0.5  # seconds of such waiting, after which nobody need wait with us
R = TypeVar("R")
_Answer = tuple[asyncio.Future[Any], object, BaseException | None]  # to whom, and what
Chore = Callable[[Connection], bool]
_Written = tuple[int, int | None]  # two numbers, one of which is another one once we, or others, have written
_WELL: tuple[_Written | None, str] = (None, "")


def _nothing(db: Connection) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Chores:
    """What the writer does for the indexes beside what it is asked to, bit by bit; each bit says if there is more."""

    is_due: Callable[[Connection], bool] = _nothing  # whether it is time for what can wait, but not for long
    soon: Chore = _nothing  # that: then, when somebody is in a hurry, while nothing else is to be written, and at last
    spare: Chore = _nothing  # what may wait for ever, while nothing else is to be written


class Writer:
    """The one thread that writes. What waits together is written together, and answered once it is on disk."""

    def __init__(self, path: Path, *, durable: bool, log: int = connect.LONGEST_LOG) -> None:
        self._path = path
        self._log, self._too_long = log, 2 * log  # bytes
        self._durable = durable
        self._waits = True  # whether the connection waits for the disk, as it is opened
        self._work: SimpleQueue[_Work | asyncio.Future[str] | None] = SimpleQueue()
        self._hurried: list[asyncio.Future[str]] = []  # to be told when nothing waits that should not wait for long
        self._failed: dict[Chore, tuple[_Written, str]] = {}  # what had been written when it did, and why
        self._waits_since: float | None = None  # for another program
        self._kept_out: tuple[int | None] | None = None  # what others had written when a chore waited in vain
        self._closing = False
        self._pause: float | None = None  # seconds until there is time to spare; None: there is nothing to do then
        self._thread = threading.Thread(target=self._run, name="archive-writer", daemon=True)
        self._opened: Future[None] = Future()

    async def start(self, prepare: Callable[[Connection], None], chores: Chores | None = None) -> None:
        """Open the file and bring it into shape."""
        self._prepare, self._chores = prepare, chores or Chores()
        self._loop = asyncio.get_running_loop()
        self._thread.start()
        await asyncio.wrap_future(self._opened)

    async def run(self, work: Callable[..., R], *given: object, owed: bool = True) -> R:
        """Do this inside a transaction. When it returns, it is on disk; where nothing is owed, a power cut within the
        next seconds may undo it, as if it had not come in yet."""
        return await self.submit(work, *given, owed=owed)

    @property
    def is_kept_out(self) -> bool:
        """Whether another program has been writing for so long that who asks need not wait with us."""
        since = self._waits_since
        return since is not None and time.monotonic() - since > _LONG

    async def hurry(self) -> str:
        """Have done at once what should not wait for long; return when it is, or why it cannot be."""
        if not self._thread.is_alive() or self._closing:
            return ""
        done = self._loop.create_future()
        self._work.put(done)
        return str(await done)

    def submit(self, work: Callable[..., R], *given: object, owed: bool = True) -> "asyncio.Future[R]":
        if self._closing or not self._thread.is_alive():
            raise RuntimeError("the archive is closed")
        piece = _Work(work, given, owed, self._loop.create_future())
        self._work.put(piece)
        return piece.answer

    async def close(self) -> None:
        """Finish what waits, then close the file."""
        self._closing = True
        self._work.put(None)
        await asyncio.to_thread(self._thread.join)

    def _run(self) -> None:
        try:
            connection = connect.writer(self._path, durable=self._durable, log=self._log)
            self._prepare(connection)
        except BaseException as error:
            self._opened.set_exception(error)
            return
        self._opened.set_result(None)
        going = True
        while going:
            batch, going = self._next()
            if batch:
                self._write(connection, batch)
                self._pause = _IDLE
                while self._chores.is_due(connection) and self._does(connection, self._chores.soon):
                    pass
            if self._hurried:
                self._hurries(connection)
            elif going and not batch:
                more = self._does(connection, self._chores.soon) or self._does(connection, self._chores.spare)
                self._pause = _BREATH if more else None
            self._shorten_log(connection)
        self._does(connection, self._chores.soon)
        connection.close()

    def _next(self) -> "tuple[list[_Work], bool]":
        """All that waits, as far as it fits into one transaction."""
        batch = []
        try:
            piece = self._work.get(timeout=self._pause)
            while piece is not None:
                if isinstance(piece, asyncio.Future):
                    self._hurried.append(piece)
                else:
                    batch.append(piece)
                if len(batch) == LONGEST_BATCH:
                    return batch, True
                piece = self._work.get_nowait()
        except Empty:
            return batch, True
        return batch, False

    def _write(self, connection: Connection, batch: "list[_Work]") -> None:
        try:
            self._settle_for(connection, any(piece.owed for piece in batch))
            self._begin(connection)
            for piece in batch:
                piece.do(connection, alone=len(batch) == 1)
            if connection.in_transaction:
                connection.execute("COMMIT")
        except BaseException as error:
            self._tell_of(error, len(batch))
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            connection.forget()
            for piece in batch:
                piece.error = error
        self._answer([(piece.answer, piece.result, piece.error) for piece in batch])

    def _answer(self, answers: list[_Answer]) -> None:
        """All at once, on the event loop; there is none any more where the program has been ended at once."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(_tell, answers)

    def _tell_of(self, error: BaseException, pieces: int) -> None:
        if isinstance(error, OperationalError) and error.sqlite_errorcode & 0xFF in connect.NO_ROOM:
            sentence = "could not write pieces=%d: %s. Is there room on the disk of %s? What failed is tried again."
            log.error(sentence, pieces, error, self._path)
        else:
            log.exception("could not write pieces=%d", pieces)

    def _hurries(self, connection: Connection) -> None:
        """A bit of what should not wait for long, for all who are in a hurry; before the next, others may write."""
        more = self._does(connection, self._chores.soon) and not self._closing
        self._pause = 0 if more else _IDLE
        if not more:
            why = self._failed.get(self._chores.soon, _WELL)[1]
            self._answer([(done, why, None) for done in self._hurried])
            self._hurried = []

    def _does(self, connection: Connection, chore: Chore) -> bool:
        """A bit of a chore, in a transaction of its own; whether there is more of it. Where it fails, it is not tried
        again before something has been written, be it by another program."""
        if chore in self._failed and self._failed[chore][0] == _written(connection):
            return False
        try:
            self._settle_for(connection, False)
            with self._patience(connection, 0.0 if self._is_kept_out_still(connection) else _PATIENCE):
                self._begin(connection)
                more = chore(connection)
                connection.execute("COMMIT")
        except Exception as error:  # whatever it is, what is to be written must go on
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            connection.forget()
            self._note_failure(connection, chore, error)
            return False
        if not more:
            self._failed.pop(chore, None)
        return more

    def _note_failure(self, connection: Connection, chore: Chore, error: Exception) -> None:
        """Tell of it once, until all of it goes well again. To wait for another program in vain is no failure."""
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in connect.IN_USE:
            self._kept_out = (connect.written_by_others(connection),)
            return
        words = why_not_indexed(error, self._path)
        why = str(words or error)
        _, told = self._failed.get(chore, _WELL)
        self._failed[chore] = _written(connection), why
        if told == why:
            return
        name = getattr(chore, "__name__", "unnamed")
        if words:
            log.error("could not do chore=%s: %s", name, why)
        else:
            log.exception("could not do chore=%s", name)

    def _shorten_log(self, connection: Connection) -> None:
        """Where somebody always asks, each at a moment of their own, the log is never begun anew, and grows and grows.
        Once it is as long as that, wait for those who ask: whoever comes after them reads the file alone."""
        if (length := connect.length_of_log(self._path)) <= self._too_long:
            return
        with self._patience(connection, _PATIENCE):
            begun = connect.begin_log_anew(connection)
        self._too_long = 2 * self._log if begun else length + self._log

    def _begin(self, connection: Connection) -> None:
        """Write, as soon as no other program does."""
        self._waits_since = time.monotonic()
        try:
            connection.execute("BEGIN IMMEDIATE")
            self._kept_out = None
        finally:
            self._waits_since = None

    def _is_kept_out_still(self, connection: Connection) -> bool:
        """Whether what is being written by another program is what a chore has waited for in vain already."""
        return self._kept_out == (connect.written_by_others(connection),)

    @contextmanager
    def _patience(self, connection: Connection, seconds: float) -> Iterator[None]:
        """Less of it, for what need not be done now."""
        connect.set_patience(connection, seconds)
        try:
            yield
        finally:
            connect.set_patience(connection, connect.PATIENCE)

    def _settle_for(self, connection: Connection, owed: bool) -> None:
        """To wait for the disk takes longer than all the rest: only for what is owed."""
        if self._durable and owed != self._waits:
            connect.set_durable(connection, owed)
            self._waits = owed


def _written(connection: Connection) -> _Written:
    return connection.total_changes, connect.written_by_others(connection)


class Locked:
    """In the writer's place where nothing can be written: whatever is to be is refused with the reason."""

    is_kept_out = False

    def __init__(self, reason: Exception) -> None:
        self._reason = reason

    async def run(self, work: Callable[..., R], *given: object, owed: bool = True) -> R:
        raise self._reason

    async def hurry(self) -> str:
        """What waits must wait."""
        return ""

    async def close(self) -> None:
        """There is nothing to finish."""


class _Work:
    """A piece of work for the writer, and its answer."""

    def __init__(
        self, work: Callable[..., Any], given: tuple[object, ...], owed: bool, answer: asyncio.Future[Any]
    ) -> None:
        self.work, self.given, self.owed = work, given, owed
        self.answer = answer
        self.result: object = None
        self.error: BaseException | None = None

    def do(self, connection: Connection, *, alone: bool) -> None:
        """What fails is undone alone: the others of its batch are kept."""
        if not alone:  # a savepoint copies each page that is changed after it
            connection.execute("SAVEPOINT piece")
        try:
            self.result = self.work(connection, *self.given)
        except Exception as error:
            connect.let_go(error)
            if not connection.in_transaction:  # the disk is full: all is undone already
                raise
            self.error = error
            connection.execute("ROLLBACK" if alone else "ROLLBACK TO piece")
            connection.forget()
        if not alone:
            connection.execute("RELEASE piece")


def _tell(answers: list[_Answer]) -> None:
    """Tell whoever still waits."""
    for waiting, result, error in answers:
        if waiting.done():  # nobody does any more
            continue
        if error is None:
            waiting.set_result(result)
        else:
            waiting.set_exception(error)

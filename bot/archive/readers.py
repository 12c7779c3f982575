"""A few threads that read; the event loop waits for none of them, and nobody for ever."""

import asyncio
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TypeVar

from bot.archive import connect
from bot.archive.connect import Connection, DatabaseError, OperationalError
from bot.errors import Busy

_TURN = 0.0005  # seconds after which a thread that computes lets another go on: the event loop waits for its turn
_HALF_SEEN, _TRIES = "vtable constructor failed", 3  # what SQLite says of an index that is just being replaced
_AGAIN = 0.02  # seconds between two interruptions, for a question of several statements
_TOO_LONG = "That took too long. Another word, a date, or more letters before a * make it quicker."
R = TypeVar("R")


class TooSlow(Busy):
    """The answer took longer than anybody should wait."""


class Readers:
    """A few threads that read, each with a connection of its own."""

    def __init__(self, path: Path, threads: int, name: str) -> None:
        self._path = path
        self._own = threading.local()
        self._connections: list[Connection] = []
        self._pool = ThreadPoolExecutor(threads, f"archive-{name}")
        self._closed = False
        sys.setswitchinterval(min(sys.getswitchinterval(), _TURN))

    async def run(self, question: Callable[..., R], *given: object, within: float | None = None) -> R:
        """Ask; and when it takes longer than `within` seconds, stop it. Such a question is asked of one moment."""
        if self._closed:
            raise Busy("Newsdesk is about to stop. Please ask again in a moment.")
        loop = asyncio.get_running_loop()
        asked = _Asked()
        end = None
        if within is not None:
            question = connect.at_one_moment(question)
            end = loop.call_later(within, self._stop, asked, loop)
        try:
            return await loop.run_in_executor(self._pool, self._answer, asked, question, given)
        finally:
            if end is not None:
                end.cancel()

    async def close(self) -> None:
        self._closed = True
        await asyncio.to_thread(self._pool.shutdown)
        for connection in self._connections:
            connection.close()

    def _stop(self, asked: "_Asked", loop: asyncio.AbstractEventLoop) -> None:
        if asked.stop():
            loop.call_later(_AGAIN, self._stop, asked, loop)

    def _answer(self, asked: "_Asked", question: Callable[..., R], given: tuple[object, ...]) -> R:
        connection = getattr(self._own, "connection", None)
        if connection is None:
            connection = self._own.connection = connect.reader(self._path)
            self._connections.append(connection)
        if not asked.start(connection):
            raise TooSlow("The archive has a lot to do just now. Please ask again in a moment.")
        try:
            answer = _once_more(partial(question, connection, *given))
            connection.heed_others()
            return answer
        except Exception as error:
            connect.let_go(error)
            if not isinstance(error, DatabaseError):
                raise
            if asked.stopped and isinstance(error, OperationalError):
                raise TooSlow(_TOO_LONG) from error
            connection.heed_others()
            raise
        finally:
            asked.end()
            if asked.stopped or connection.outdated:
                self._part_with(connection)

    def _part_with(self, connection: Connection) -> None:
        """While any statement of a stopped question is half read, all that comes after it would be stopped as well; and
        of a file that was read as it lay there, some is remembered."""
        self._own.connection = None
        self._connections.remove(connection)
        connection.close()


def _once_more(ask: Callable[[], R]) -> R:
    """A connection that meets an index for the first time, just as another takes its place, sees half of each."""
    for _ in range(_TRIES):
        try:
            return ask()
        except OperationalError as error:
            if not str(error).startswith(_HALF_SEEN):
                raise
    return ask()


class _Asked:
    """A question on its way: it can be stopped, but never one that comes after it on the same connection."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._connection: Connection | None = None
        self._ended = False
        self.stopped = False

    def start(self, connection: Connection) -> bool:
        with self._lock:
            self._connection = connection
            connection.stopped = self.stopped
            return not self.stopped

    def end(self) -> None:
        with self._lock:
            self._connection, self._ended = None, True

    def stop(self) -> bool:
        """Interrupt it; whether that may be needed again."""
        with self._lock:
            self.stopped = True
            if self._connection is not None:
                self._connection.stopped = True
                self._connection.interrupt()
            return not self._ended and self._connection is not None

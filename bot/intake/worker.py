"""The worker process that parses: what comes from outside may loop, swell or crash there, and nothing else feels it.

One process, started when first needed. It is a fresh interpreter that talks over its standard input and output, so it
needs no fork and imports nobody's main module. It is killed when a document takes too long, gives itself up when one
takes too much memory, and is replaced after some hundreds of documents, for parsers leak.
"""

import asyncio
import contextlib
import logging
import os
import pickle
import struct
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import BinaryIO

from bot.errors import NewsError
from bot.intake.pages import Page, read_page
from bot.intake.parse import Parsed, parse
from bot.model import Document

log = logging.getLogger(__name__)

SECONDS = 20.0
MEMORY = 512 * 1024 * 1024
RECYCLED_AFTER = 500
_LENGTH = struct.Struct("!Q")
_STARTING = 30.0  # seconds for a cold machine to import the parsers


class TooHeavy(NewsError):
    """The document would take more time or memory than any feed is worth."""


class TooLong(TooHeavy):
    """The document was not read in time."""


class Broken(NewsError):
    """The parser failed at the document."""


class ParseWorker:
    """Parses in a process of its own, one document after the other."""

    def __init__(self, *, seconds: float = SECONDS, memory: int = MEMORY, recycled_after: int = RECYCLED_AFTER) -> None:
        self._seconds = seconds
        self._memory = memory
        self._recycled_after = recycled_after
        self._turn = asyncio.Lock()
        self._process: Process | None = None
        self._done = 0
        self.started = 0  # how many processes there have been

    async def parse(self, document: Document, known: Collection[str] = ()) -> Parsed:
        """What the document says; raises TooHeavy or Broken."""
        answer = await self._ask(("parse", document.url, document.body, dict(document.headers), tuple(known)))
        assert isinstance(answer, Parsed)
        return answer

    async def read_page(self, document: Document, full_text: bool = False) -> Page:
        """What an article's page says about itself; raises TooHeavy or Broken."""
        answer = await self._ask(("page", document.url, document.body, dict(document.headers), full_text))
        assert isinstance(answer, Page)
        return answer

    @property
    def pid(self) -> int | None:
        """The process's number, while there is one."""
        return self._process.pid if self._process else None

    async def warm(self) -> None:
        """Start before the first document comes."""
        async with self._turn:
            await self._ready()

    async def close(self) -> None:
        """Let the process end; without a document in its hands it does so at once."""
        async with self._turn:
            await self._end()

    async def _ask(self, question: tuple[object, ...]) -> object:
        async with self._turn:
            process = await self._ready()
            try:
                async with asyncio.timeout(self._seconds):
                    kind, answer = await _exchange(process, question)
            except TimeoutError:
                await self._kill()
                raise TooLong(f"Reading the document took longer than {self._seconds:.0f} seconds.") from None
            except (OSError, EOFError, asyncio.IncompleteReadError) as error:
                await self._kill()
                raise TooHeavy("Reading the document broke the parser, most likely for lack of memory.") from error
            except BaseException:  # cancelled half-way through an answer: the next one could not be told from it
                await self._kill()
                raise
            self._done += 1
            if self._done >= self._recycled_after:
                await self._end()
        if kind == "heavy":
            raise TooHeavy(f"Reading the document takes more than {self._memory // 2**20} MB of memory.")
        if kind == "broken":
            log.warning("parser failed error=%s", answer)
            raise Broken("The document breaks the parser.")
        return answer

    async def _ready(self) -> Process:
        if self._process is None or self._process.returncode is not None:
            root = str(Path(__file__).parents[2])
            paths = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH", ""))))
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-P", "-W", "ignore", "-m", "bot.intake.worker", str(self._memory)),
                stdin=PIPE, stdout=PIPE, limit=4 * 2**20, env=without_secrets(os.environ) | {"PYTHONPATH": paths},
                start_new_session=True,  # a Ctrl-C at the keyboard is for us alone
            )  # fmt: skip
            self._done = 0
            self.started += 1
            try:
                async with asyncio.timeout(_STARTING):
                    await _exchange(self._process, ("hello",))
            except BaseException:
                await self._kill()
                raise
        return self._process

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin is not None
        with contextlib.suppress(OSError):
            process.stdin.close()
        try:
            async with asyncio.timeout(2):
                await process.wait()
        except TimeoutError:
            self._process = process
            await self._kill()

    async def _kill(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await asyncio.shield(process.wait())


def without_secrets(environment: Mapping[str, str]) -> dict[str, str]:
    """What a process that reads hostile documents may know of our environment: not the token."""
    return {name: text for name, text in environment.items() if not name.startswith(("DISCORD_", "NEWSDESK_"))}


async def _exchange(process: Process, question: tuple[object, ...]) -> tuple[str, object]:
    assert process.stdin is not None and process.stdout is not None
    packed = pickle.dumps(question, protocol=5)
    process.stdin.write(_LENGTH.pack(len(packed)))
    process.stdin.write(packed)
    await process.stdin.drain()
    (length,) = _LENGTH.unpack(await process.stdout.readexactly(_LENGTH.size))
    kind, answer = pickle.loads(await process.stdout.readexactly(length))  # noqa: S301 our own process's words
    return kind, answer


# --- the other side: what runs in the process -----------------------------------------------------------------


def _answer(question: tuple[object, ...]) -> object:
    match question:
        case ("parse", str(url), bytes(body), dict(headers), tuple(known)):
            return parse(Document(url, 200, body, headers), frozenset(known))
        case ("page", str(url), bytes(body), dict(headers), bool(full_text)):
            return read_page(Document(url, 200, body, headers), full_text)
    return None


def serve(source: BinaryIO, target: BinaryIO) -> None:
    """Answer questions until there are no more, or only half a one: then nobody is there any longer."""
    while len(head := source.read(_LENGTH.size)) == _LENGTH.size:
        (length,) = _LENGTH.unpack(head)
        asked = source.read(length)
        if len(asked) < length:
            return
        packed = _packed(pickle.loads(asked))  # noqa: S301 our own parent's words
        target.write(_LENGTH.pack(len(packed)))
        target.write(packed)
        target.flush()


def _packed(question: tuple[object, ...]) -> bytes:
    try:
        return pickle.dumps(("done", _answer(question)), protocol=5)
    except (MemoryError, SystemError):  # the latter is what lxml and expat make of the former
        return pickle.dumps(("heavy", None))
    except RecursionError:
        return pickle.dumps(("broken", "nested too deep"))
    except Exception as error:  # the boundary: one document
        return pickle.dumps(("broken", f"{type(error).__name__}: {error}"[:500]))


def _limit(memory: int) -> None:
    """Let the system refuse more memory than that; where it cannot, the time limit must do."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


if __name__ == "__main__":
    _limit(int(sys.argv[1]))
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # nothing that a library prints may come between our words
    try:
        serve(sys.stdin.buffer, out)
    except BrokenPipeError:  # the bot was killed while it waited for an answer
        os._exit(0)  # without another try to write it

"""Feed documents from files and folders, whatever these are: what the intake makes of each."""

import os
import select
import stat
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.errors import NewsError
from bot.intake.identify import identify
from bot.intake.parse import Parsed
from bot.intake.policy import policy
from bot.intake.unpack import unpacked
from bot.intake.worker import ParseWorker
from bot.model import Article, Document, Feed

LARGEST = 10 * 1024 * 1024  # bytes, as from a server
PATIENCE = 15.0  # seconds for a pipe to say all that it has to say
_PIECE = 64 * 1024


@dataclass(frozen=True, slots=True)
class Found:
    """A file to be parsed, and whether somebody named it or it was come upon in a folder."""

    path: Path
    named: bool


@dataclass(frozen=True, slots=True)
class Printed:
    """What a file says."""

    path: str
    title: str
    format: str
    articles: tuple[Article, ...]


def walk(paths: Iterable[Path]) -> Iterator[Found | NewsError]:
    """The files meant, folders walked in order; a folder that cannot be read is an error in its place.

    Links to folders are not followed, so that a circle of them has an end; a folder that is named may be a link.
    """
    for path in paths:
        if path.is_dir():
            yield from _inside(path)
        else:
            yield Found(path, True)


async def parse_file(worker: ParseWorker, found: Found, base: str = "") -> Printed:
    """What the file says; raises NewsError when it is no feed.

    It is read in the worker process, where a hostile one can neither hang us nor take our memory.
    """
    name = spoken_path(found.path)
    body = _body(found, name)
    document = Document(base or found.path.absolute().as_uri(), 200, body)
    try:
        parsed = await worker.parse(document)
    except NewsError as error:
        raise NewsError(f"{name}: {error}") from error
    if not parsed.format:
        raise NewsError(f"{name} is {said_of(body, parsed.html, parsed.sitemap)}.")
    return Printed(name, parsed.title, parsed.format, tuple(_articles(document, parsed)))


def said_of(body: bytes, html: bool, sitemap: bool = False) -> str:
    """What a document is that is no feed."""
    if not body.strip():
        return "empty"
    if sitemap:
        return "a sitemap without news"
    return "a web page, not a feed" if html else "no feed that we can read"


def spoken_path(path: Path) -> str:
    """A file's name in one line that any terminal can show."""
    text = os.fsencode(path).decode("utf-8", "backslashreplace")
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


def _inside(folder: Path) -> Iterator[Found | NewsError]:
    try:
        entries = sorted(os.scandir(folder), key=lambda each: each.name)
    except OSError as error:
        yield NewsError(f"{spoken_path(folder)} cannot be read ({error.strerror}).")
        return
    for each in entries:
        if each.is_dir(follow_symlinks=False):
            yield from _inside(Path(each.path))
        elif not (each.is_symlink() and Path(each.path).is_dir()):
            yield Found(Path(each.path), False)


def _body(found: Found, name: str) -> bytes:
    try:
        kind = found.path.stat().st_mode
        if not (stat.S_ISREG(kind) or (found.named and stat.S_ISFIFO(kind))):
            raise NewsError(f"{name} is no file that can be read.")
        descriptor = os.open(found.path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)  # opening a pipe may not wait
        try:
            body = _of_pipe(descriptor) if stat.S_ISFIFO(kind) else _of_file(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise NewsError(f"{name} cannot be read ({error.strerror}).") from error
    except ValueError as error:  # a zero byte in a name
        raise NewsError(f"{name} is no name of a file.") from error
    plain = unpacked(body, LARGEST)
    if plain is None:
        raise NewsError(f"{name} is larger than {LARGEST // 2**20} MB.")
    return plain


def _of_file(descriptor: int) -> bytes:
    with open(descriptor, "rb", closefd=False) as file:
        return file.read(LARGEST + 1)


def _of_pipe(descriptor: int) -> bytes:
    """All that is written into a pipe, as `parse <(curl …)` does; one into which nobody writes is
    given up."""
    body, until = bytearray(), time.monotonic() + PATIENCE
    while len(body) <= LARGEST:
        if not select.select([descriptor], [], [], max(0.0, until - time.monotonic()))[0]:
            raise TimeoutError(None, f"nothing came for {PATIENCE:.0f} seconds")
        piece = os.read(descriptor, _PIECE)
        if not piece:
            break
        body += piece
    return bytes(body)


def _articles(document: Document, found: Parsed) -> Iterator[Article]:
    now, feed, trust = datetime.now(UTC), Feed(document.url), policy(found.shared)
    for entry in found.entries:
        article = identify(entry, feed, found.title, now, trust)
        if article is not None:
            yield article

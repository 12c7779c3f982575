"""A feed document from a file: what the intake makes of it."""

from datetime import UTC, datetime
from pathlib import Path

from bot.errors import NewsError
from bot.intake.identify import identify
from bot.intake.parse import Parsed, parse
from bot.intake.worker import ParseWorker
from bot.model import Article, Document, Feed

LARGEST = 10 * 1024 * 1024  # bytes, as from a server


def parse_file(path: Path | str, base: str = "") -> list[Article]:
    """The articles that the file prints, in its order; raises NewsError when it is no feed."""
    document = _document(Path(path), base)
    return _articles(path, document, parse(document))


async def parse_file_apart(worker: ParseWorker, path: Path | str, base: str = "") -> list[Article]:
    """The same in the worker process, where a hostile file can neither hang us nor take our memory."""
    document = _document(Path(path), base)
    try:
        return _articles(path, document, await worker.parse(document))
    except NewsError as error:
        raise NewsError(str(error) if str(path) in str(error) else f"{path}: {error}") from error


def said_of(body: bytes, html: bool) -> str:
    """What a document is that is no feed."""
    if not body.strip():
        return "empty"
    return "a web page, not a feed" if html else "no feed that we can read"


def _document(path: Path, base: str) -> Document:
    try:
        with path.open("rb") as file:
            body = file.read(LARGEST + 1)
    except OSError as error:
        raise NewsError(f"{path} cannot be read ({error.strerror}).") from error
    if len(body) > LARGEST:
        raise NewsError(f"{path} is larger than {LARGEST // 2**20} MB.")
    return Document(base or path.absolute().as_uri(), 200, body)


def _articles(path: Path | str, document: Document, found: Parsed) -> list[Article]:
    if not found.format:
        raise NewsError(f"{path} is {said_of(document.body, found.html)}.")
    now, feed = datetime.now(UTC), Feed(document.url)
    articles = (identify(entry, feed, found.title, now, found.shared) for entry in found.entries)
    return [each for each in articles if each is not None]

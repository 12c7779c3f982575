"""A feed document from a file: what the intake makes of it."""

from datetime import UTC, datetime
from pathlib import Path

from bot.errors import NewsError
from bot.intake.identify import identify
from bot.intake.parse import parse
from bot.model import Article, Document, Feed


def parse_file(path: Path | str, base: str = "") -> list[Article]:
    """The articles that the file prints, in its order; raises NewsError when it is no feed."""
    try:
        body = Path(path).read_bytes()
    except OSError as error:
        raise NewsError(f"{path} cannot be read ({error.strerror}).") from error
    url = base or Path(path).absolute().as_uri()
    found = parse(Document(url, 200, body))
    if not found.format:
        raise NewsError(f"{path} is {said_of(body, found.html)}.")
    now, feed = datetime.now(UTC), Feed(url)
    articles = (identify(entry, feed, found.title, now, found.shared) for entry in found.entries)
    return [each for each in articles if each is not None]


def said_of(body: bytes, html: bool) -> str:
    """What a document is that is no feed."""
    if not body.strip():
        return "empty"
    return "a web page, not a feed" if html else "no feed that we can read"

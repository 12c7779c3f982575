"""Reads documents in the worker process, and says in a sentence what is of no use."""

from collections.abc import Sequence

from bot.errors import NewsError
from bot.intake.addresses import host_of, join, spoken
from bot.intake.files import said_of
from bot.intake.lanes import Lanes
from bot.intake.pages import Page
from bot.intake.parse import Parsed
from bot.intake.worker import Broken, ParseWorker, TooHeavy
from bot.model import Document

FOR_NOW = frozenset({"busy", "waiting", "server-error", "timeout", "unreachable", "cut-off"})  # may be over in an hour


class Unusable(NewsError):
    """What a server sent is of no use: a kind and a sentence."""

    def __init__(self, status: str, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


class Reading:
    """Feeds and pages, read elsewhere."""

    def __init__(self, worker: ParseWorker | Lanes) -> None:
        self._worker = worker

    async def feed(self, document: Document, known: Sequence[str] = ()) -> Parsed:
        """What a feed says. Raises Unusable."""
        host = host_of(document.url)
        if not document.body.strip():
            raise Unusable("empty", f"{host} sends an empty document.")
        parsed = await self.anything(document, known)
        if not parsed.format:
            named = next(filter(None, (join(document.url, each) for each in parsed.alternates)), "")
            hint = f" It names this feed: {spoken(named)}" if named else ""
            raise Unusable("not-a-feed", f"{host} sends {said_of(document.body, parsed.html, parsed.sitemap)}.{hint}")
        return parsed

    async def anything(self, document: Document, known: Sequence[str] = ()) -> Parsed:
        """What a document says, feed or not. Raises Unusable when it cannot be read at all."""
        host = host_of(document.url)
        try:
            return await self._worker.parse(document, known)
        except TooHeavy as error:
            raise Unusable("too-heavy", f"{host}: {error}") from error
        except Broken as error:
            raise Unusable("broken", f"{host}: {error}") from error

    async def page(self, document: Document, full_text: bool = False) -> Page:
        """What an article's page says about itself; nothing when it cannot be read."""
        try:
            return await self._worker.read_page(document, full_text)
        except (TooHeavy, Broken):
            return Page()

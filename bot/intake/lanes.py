"""Two workers that parse: documents that take long wait for each other, and nobody else waits for them."""

import asyncio
import logging
from collections.abc import Collection

from bot.intake.addresses import spoken
from bot.intake.pages import Page
from bot.intake.parse import Parsed
from bot.intake.worker import ParseWorker, TooHeavy, TooLong
from bot.model import Document

log = logging.getLogger(__name__)

QUICK = 4.0  # seconds; of ten thousand real and broken feeds (tests/bench/poller_fuzz.py) the slowest took one
MOST_WAITING = 8  # documents in the slow lane; each may have ten megabytes
_REMEMBERED = 1000  # addresses whose document took long


class Lanes:
    """Parses as one worker does. What is not done soon is begun again in a second process, which is there for that.

    So whoever has fifty feeds that each take twenty seconds keeps only them waiting.
    """

    def __init__(self, quick: ParseWorker | None = None, slow: ParseWorker | None = None) -> None:
        self._quick = quick or ParseWorker(seconds=QUICK)
        self._slow = slow or ParseWorker()
        self._long: dict[str, None] = {}  # addresses, in the order in which they were met
        self._waiting = 0

    async def parse(self, document: Document, known: Collection[str] = ()) -> Parsed:
        """What the document says; raises TooHeavy or Broken."""
        if document.url not in self._long:
            try:
                return await self._quick.parse(document, known)
            except TooLong:
                self._remember(document.url)
        return await self._slowly(document, known)

    async def read_page(self, document: Document, full_text: bool = False) -> Page:
        """What an article's page says about itself; raises TooHeavy or Broken. None is worth the slow lane."""
        return await self._quick.read_page(document, full_text)

    async def close(self) -> None:
        """Let the processes end."""
        await asyncio.gather(self._quick.close(), self._slow.close())

    async def _slowly(self, document: Document, known: Collection[str]) -> Parsed:
        if self._waiting >= MOST_WAITING:
            raise TooHeavy(
                "Reading the document takes long, and others that do so wait already. It is asked for again."
            )
        self._waiting += 1
        try:
            return await self._slow.parse(document, known)
        finally:
            self._waiting -= 1
            if not self._waiting:
                await self._slow.close()  # it may be hours until it is needed again

    def _remember(self, url: str) -> None:
        log.info("takes long to read url=%s", spoken(url))
        self._long[url] = None
        if len(self._long) > _REMEMBERED:
            del self._long[next(iter(self._long))]

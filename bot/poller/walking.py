"""Walks back through a feed's older pages, a few or many, politely and with an end."""

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass

from bot.intake.addresses import spoken
from bot.intake.fetch import Fetcher
from bot.intake.older import NUMBERED, Way, linked, numbered
from bot.intake.parse import Parsed
from bot.poller.reading import FOR_NOW, Reading, Unusable

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class OlderPage:
    """One page further back: how it was reached, and what it says."""

    url: str
    way: Way
    number: int
    parsed: Parsed


class Walking:
    """Finds how a feed's older pages are reached, and goes there."""

    def __init__(self, fetcher: Fetcher, reading: Reading) -> None:
        self._fetcher = fetcher
        self._reading = reading

    async def back(
        self, url: str, newest: Parsed, *, way: Way = "", most: int, start: int = 2, unchecked: str = ""
    ) -> AsyncIterator[OlderPage]:
        """The older pages, at most so many, until one brings nothing that was not on the pages before.

        The certificate of the host `unchecked` is taken as it is. Raises Unusable when a page cannot be had now, which
        is not to say that there is none.
        """
        if way == "none":
            return
        met = _names(newest)
        here, number = newest, start
        for _ in range(most):
            page = await self._step(url, here, way, number, met, unchecked)
            if page is None:
                return
            yield page
            met |= _names(page.parsed)
            here, way, number = page.parsed, page.way, number + 1

    async def _step(
        self, url: str, here: Parsed, way: Way, number: int, met: set[str], unchecked: str
    ) -> OlderPage | None:
        named = linked(here.links)
        tries: list[tuple[Way, str]] = [("link", named)] if named and way in ("", "link") else []
        tries += [(each, numbered(url, each, number)) for each in NUMBERED if way in ("", each)]
        for kind, address in tries:
            parsed = await self._read(address, unchecked, url)
            if parsed is not None and _names(parsed) - met:  # a server that knows no pages sends the first one again
                return OlderPage(address, kind, number, parsed)
        return None

    async def _read(self, address: str, unchecked: str, feed: str) -> Parsed | None:
        fetched = await self._fetcher.fetch(address, unchecked=unchecked, behalf=feed)
        if fetched.status in FOR_NOW:
            raise Unusable(fetched.status, fetched.error)
        if fetched.document is None:
            log.info("found no older page url=%s error=%s", spoken(address), fetched.error)
            return None
        try:
            return await self._reading.feed(fetched.document)
        except Unusable as error:
            log.info("found no older page url=%s error=%s", spoken(address), error)
            return None


def _names(parsed: Parsed) -> set[str]:
    return {entry.guid or entry.link or entry.title for entry in parsed.entries}

"""Keeps the archive small while the bot runs: packs texts better once it has learnt how, a few at a time."""

import logging
from datetime import timedelta
from typing import Protocol

from bot.clock import Clock, regularly

log = logging.getLogger(__name__)

FIRST_LOOK = timedelta(minutes=5)
LOOK = timedelta(hours=1)
PAUSE = timedelta(seconds=0.5)  # between two pieces, so that nobody waits for it


class Untidy(Protocol):
    """What the keeper asks of the archive."""

    async def tidy(self) -> bool: ...


class Keeper:
    """Runs beside the poller. What it has done when we die is done; the rest is found at the next start."""

    def __init__(self, archive: Untidy, clock: Clock) -> None:
        self._archive = archive
        self._clock = clock

    async def run(self) -> None:
        """Until cancelled."""
        await regularly(self.look, self._clock, LOOK, FIRST_LOOK)

    async def look(self) -> None:
        """Do all there is to do. The boundary: what cannot be done now is left as it is, which is well enough."""
        try:
            while not await self._archive.tidy():
                await self._clock.sleep(PAUSE)
        except Exception:
            log.exception("could not keep the archive in order")

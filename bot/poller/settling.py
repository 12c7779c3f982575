"""Writes down what polls without news left behind, many in one transaction: nothing in it is worth one of its own."""

import asyncio

from bot.archive.archive import Archive
from bot.model import Source

SOON = 0.05  # seconds
MANY = 100


class Settling:
    """Collects sources' new states for a moment, then keeps them together."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._batch: list[Source] = []
        self._kept: asyncio.Future[None] | None = None
        self._full = asyncio.Event()
        self._writing: asyncio.Task[None] | None = None

    async def settle(self, source: Source) -> None:
        """Returns when the state is kept."""
        self._batch.append(source)
        if self._kept is None:
            self._kept = asyncio.get_running_loop().create_future()
            self._full.clear()
            self._writing = asyncio.create_task(self._write(self._kept))
        if len(self._batch) >= MANY:
            self._full.set()
        await asyncio.shield(self._kept)

    async def _write(self, kept: asyncio.Future[None]) -> None:
        try:
            async with asyncio.timeout(SOON):
                await self._full.wait()
        except TimeoutError:
            pass
        batch, self._batch, self._kept = self._batch, [], None
        try:
            await self._archive.settle_sources(batch)
        except Exception as error:  # every poll that waits is told; each is a boundary of its own
            kept.set_exception(error)
            kept.exception()
        else:
            kept.set_result(None)

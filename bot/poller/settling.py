"""Writes down what polls without news left behind, many in one transaction: nothing in it is worth one of its own."""

import asyncio

from bot.archive.archive import Archive
from bot.model import Source

SOON = 0.05  # seconds
MANY = 100
_BREATH = 5  # polls that are told in one go


class Settling:
    """Collects sources' new states for a moment, then keeps them together."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self._batch: list[tuple[Source, asyncio.Future[None]]] = []
        self._full = asyncio.Event()
        self._writing: set[asyncio.Task[None]] = set()

    async def settle(self, source: Source) -> None:
        """Returns when the state is kept."""
        kept: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._batch.append((source, kept))
        if len(self._batch) == 1:
            self._full.clear()
            task = asyncio.create_task(self._write())
            self._writing.add(task)
            task.add_done_callback(self._writing.discard)
        if len(self._batch) >= MANY:
            self._full.set()
        await kept

    async def _write(self) -> None:
        try:
            async with asyncio.timeout(SOON):
                await self._full.wait()
        except TimeoutError:
            pass
        batch, self._batch = self._batch, []
        try:
            await self._archive.settle_sources([source for source, _ in batch])
            fault = None
        except Exception as error:  # every poll that waits is told; each is a boundary of its own
            fault = error
        for number, (_, kept) in enumerate(batch):
            if kept.done():
                continue
            if fault is None:
                kept.set_result(None)
            else:
                kept.set_exception(fault)
            if number % _BREATH == _BREATH - 1:
                await asyncio.sleep(0)

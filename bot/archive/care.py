"""What keeps the archive well: packing, a new index, taking out what is old, copies, and a look at all of it."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from bot.archive import packing, prune, rebuild, shape, soundness, upkeep
from bot.archive.connect import Connection
from bot.archive.readers import Readers
from bot.archive.writer import Locked, Writer

_TURN = 0.025  # seconds between two pieces of long work: as often another program looks whether it may write
_PATIENCE = 0.8  # seconds for what waits to be put into the indexes
_GLANCE = 0.15  # the same while another program has been writing for long: so soon we see that it no longer does
R = TypeVar("R")


class Care:
    """The part of the archive that nobody asks but those who look after it."""

    _writer: Writer | Locked
    _look_up: Readers
    _rank: Readers

    async def pack(self, tell: Callable[[int, int], None] = lambda done, of: None) -> int:
        """Pack every text as well as we know how, after learning of what the archive has where that is worth it."""
        if await self._read(packing.is_due):
            await self._write(packing.adopt, await self._rank.run(packing.learnt), owed=False)
        return await self._step_by_step(packing.step, tell)

    async def tidy(self) -> bool:
        """A little of what `pack` does, then of `reindex` where that is needed; whether nothing is left to do."""
        if await self._read(packing.is_due):
            await self._write(packing.adopt, await self._rank.run(packing.learnt), owed=False)
        _, _, finished = await self._write(packing.step, owed=False)
        if finished and not await self._read(rebuild.is_over):
            finished = await self._write(rebuild.spare_step, owed=False)
        return finished

    async def catch_up(self, patience: float = _PATIENCE) -> str:
        """Put all words that wait into the indexes; not where that takes longer than so many seconds, or nothing can be
        written. Why it fails, if it does."""
        with suppress(TimeoutError):
            async with asyncio.timeout(min(patience, _GLANCE) if self._writer.is_kept_out else patience):
                return await self._writer.hurry()
        return ""

    async def mend(self) -> None:
        await self._write(shape.mend, owed=False)

    async def reindex(self, tell: Callable[[int, int], None] = lambda done, of: None) -> int:
        """Make the index anew, then take the old one out of the file."""
        number = await self._step_by_step(rebuild.step, tell)
        await self._step_by_step(rebuild.empty_step, lambda done, of: None)
        return number

    async def prune(self, before: datetime, tell: Callable[[int, int], None] = lambda done, of: None) -> int:
        return await self._step_by_step(prune.Course(before, await self.prunable(before)).step, tell)

    async def prunable(self, before: datetime) -> int:
        return await self._read(prune.number, before)

    async def empty(self) -> tuple[int, int]:
        return await self._read(upkeep.empty)

    async def backup(self, file: Path) -> None:
        await self.catch_up()  # a copy may be read where nothing can be written
        await self._read(upkeep.backup, file)

    async def check(self, tell: Callable[[str, int, int], None] = lambda part, done, of: None) -> list[str]:
        """What is wrong, each in a sentence; `tell` hears what is looked at, and how far that is."""
        why = await self.catch_up()
        wrong = [f"The words of some articles cannot be put into the indexes. {why}"] if why else []
        steps = await self._read(soundness.steps)
        for done, (part, step) in enumerate(steps):
            tell(part, done, len(steps))
            wrong += await self._read(soundness.found, step)
        tell("all", len(steps), len(steps))
        return list(dict.fromkeys(wrong))

    async def _write(self, work: Callable[..., R], *given: object, owed: bool = True) -> R:
        return await self._writer.run(work, *given, owed=owed)

    async def _read(self, question: Callable[..., R], *given: object) -> R:
        return await self._look_up.run(question, *given)

    async def _step_by_step(
        self, step: Callable[[Connection], tuple[int, int, bool]], tell: Callable[[int, int], None]
    ) -> int:
        """Long work in small pieces, so that others are written in between. It can be begun again where it stopped."""
        while True:
            done, of, finished = await self._write(step, owed=False)
            tell(done, of)
            if finished:
                return done
            await asyncio.sleep(_TURN)

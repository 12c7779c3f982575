"""The archive is kept in order beside all else."""

import asyncio
from datetime import timedelta

from bot.archive import packing
from bot.keeper import Keeper
from tests.archive.conftest import Room, room
from tests.archive.test_packing import a_story, as_it_was_once, everything, number
from tests.fakes import Clock

__all__ = ["room"]


async def test_texts_are_packed_a_few_at_a_time(room: Room) -> None:
    await room.takes_in(*map(a_story, range(packing.ENOUGH)))
    before = await everything(room)
    await room.archive._write(as_it_was_once)
    clock = Clock()
    began = clock.now()
    await Keeper(room.archive, clock).look()
    assert clock.now() - began >= timedelta(seconds=0.5) * (packing.ENOUGH // packing.PIECE)
    assert await number(room, "count(*) FROM dictionary") == 1
    assert await number(room, "count(*) FROM article WHERE teaser != ''") == 0
    assert await everything(room) == before


class Broken:
    """An archive that can do nothing just now."""

    async def tidy(self) -> bool:
        raise OSError("the disk is full")


async def test_what_cannot_be_done_now_stops_nobody() -> None:
    await Keeper(Broken(), Clock()).look()


class Tidy:
    """An archive with nothing to do; writes down when it was asked, and at the third time is shut."""

    def __init__(self, clock: Clock) -> None:
        self._clock, self._began = clock, clock.now()
        self.asked: list[timedelta] = []
        self.shut = asyncio.Event()

    async def tidy(self) -> bool:
        self.asked.append(self._clock.now() - self._began)
        if len(self.asked) == 3:
            self.shut.set()
            await asyncio.Event().wait()
        return True


async def test_the_first_look_is_not_at_the_start_and_the_next_comes_an_hour_later() -> None:
    clock = Clock()
    archive = Tidy(clock)
    running = asyncio.create_task(Keeper(archive, clock).run())
    await asyncio.wait_for(archive.shut.wait(), 10)
    running.cancel()
    minutes = [each / timedelta(minutes=1) for each in archive.asked]
    assert minutes == [5, 65, 125]

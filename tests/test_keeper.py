"""The archive is kept in order beside all else."""

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
    assert await number(room, "count(*) FROM article WHERE url != ''") == 0
    assert await everything(room) == before


class Broken:
    """An archive that can do nothing just now."""

    async def tidy(self) -> bool:
        raise OSError("the disk is full")


async def test_what_cannot_be_done_now_stops_nobody() -> None:
    await Keeper(Broken(), Clock()).look()

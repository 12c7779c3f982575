"""What tests of the courier begin with: a real archive, a clock that is turned, and a pretended outside."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.archive import Archive
from bot.courier import Courier
from bot.delivery.route import route
from bot.model import Feed, Sighting
from tests.delivery.mailbox import Mailbox
from tests.delivery.samples import NOON, REGIONS, an_article


@dataclass
class Turned:
    """A clock that stands until it is turned."""

    moment: datetime = NOON

    def now(self) -> datetime:
        return self.moment

    async def sleep(self, duration: timedelta) -> None:
        await asyncio.sleep(0)


class House:
    """A real archive, a courier, and a pretended outside."""

    def __init__(self, archive: Archive, clock: Turned) -> None:
        self.archive = archive
        self.clock = clock
        self.mailbox = Mailbox()
        self.courier = self.another_courier()
        self.running: asyncio.Task[None] | None = None
        self.printed = 0

    def another_courier(self, **more: Any) -> Courier:
        return Courier(self.archive, self.mailbox, self.clock, **more)

    async def prints(self, *titles: str, **article: Any) -> None:
        """These articles appear in a feed, one minute apart, and the courier is called."""
        await self.keeps(*titles, **article)
        self.courier.wake()

    async def keeps(self, *titles: str, **article: Any) -> None:
        """They appear, and nobody calls the courier."""
        feed = await self.archive.add_feed(Feed("https://a.test/feed"))
        found = []
        for title in titles:
            self.printed += 1
            when = NOON - timedelta(hours=2) + timedelta(minutes=self.printed)
            given = {
                "id": 0,
                "url": f"https://a.test/{title}",
                "published": when,
                "seen": None,
                "keys": (f"url:{title}",),
            } | article
            found.append(Sighting(an_article(title, **given), feed, title.encode()))
        await self.archive.accept(found, None, route, self.clock.now())

    async def settles(self, **wanted: int) -> None:
        """Wait until the outbox holds exactly so much in each state."""
        async with asyncio.timeout(5):
            while (found := dict(await self.archive.outbox())) != wanted:
                self.last = found
                await asyncio.sleep(0.005)

    def start(self, courier: Courier | None = None) -> None:
        self.courier = courier or self.courier
        self.running = asyncio.create_task(self.courier.run())

    async def stop(self) -> None:
        self.courier.stop()
        if self.running:
            await self.running
            self.running = None

    def passes(self, **time: float) -> None:
        self.clock.moment += timedelta(**time)
        self.courier.wake()

    async def passes_until(self, true: Callable[[], bool], **time: float) -> None:
        """Time and again, for whoever rests may only now begin to."""
        async with asyncio.timeout(5):
            while not true():
                self.passes(**time)
                await asyncio.sleep(0.005)


def full_once(step: str) -> type[Archive]:
    """An archive whose disk is full when this is first to be written; afterwards there is room again."""

    class Full(Archive):
        failures = 1

    async def fail_once(self: Archive, *given: Any) -> Any:
        if vars(Full)["failures"]:
            Full.failures = 0
            raise OSError("the disk is full")
        return await getattr(super(Full, self), step)(*given)

    setattr(Full, step, fail_once)
    return Full


@pytest.fixture
async def house() -> AsyncIterator[House]:
    clock = Turned()
    archive = await Archive.open(":memory:", REGIONS, now=clock.now)
    here = House(archive, clock)
    try:
        yield here
    finally:
        here.mailbox.gate.set()
        with contextlib.suppress(asyncio.CancelledError):
            await here.stop()
        await archive.close()

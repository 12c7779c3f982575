"""The time, as something that is handed in and can be turned in tests."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Never, Protocol


class Clock(Protocol):
    """Tells the time and waits."""

    def now(self) -> datetime:
        """The time, aware and in UTC."""
        ...

    async def sleep(self, duration: timedelta) -> None:
        """Wait that long."""
        ...


class WallClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def sleep(self, duration: timedelta) -> None:
        await asyncio.sleep(max(0.0, duration.total_seconds()))


async def regularly(
    look: Callable[[], Awaitable[None]], clock: Clock, every: timedelta, first: timedelta = timedelta(0)
) -> Never:
    """Look after `first`, and again `every` so often, until cancelled."""
    await clock.sleep(first)
    while True:
        await look()
        await clock.sleep(every)

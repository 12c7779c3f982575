"""The stage's clock: it runs as the real one does, and a test may turn it ahead."""

import asyncio
import heapq
import time
from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count

DISCORD_EPOCH = 1_420_070_400_000  # milliseconds; every snowflake counts from here


class Alarm:
    """Something that is to happen at a time of the stage's clock."""

    __slots__ = ("action", "off", "timer", "when")

    def __init__(self, when: float, action: Callable[[], None]) -> None:
        self.when = when
        self.action = action
        self.off = False
        self.timer: asyncio.TimerHandle | None = None

    def cancel(self) -> None:
        self.off = True
        if self.timer is not None:
            self.timer.cancel()


class StageClock:
    """Time of day, alarms and snowflakes. `advance` rings at once whatever falls due on the way."""

    def __init__(self) -> None:
        self._ahead = 0.0
        self._order = count()
        self._alarms: list[tuple[float, int, Alarm]] = []
        self._last_snowflake = 0

    def time(self) -> float:
        return time.time() + self._ahead

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.time(), UTC)

    def advance(self, seconds: float) -> None:
        """Turns the clock ahead."""
        self._ahead += seconds
        self._ring()

    def call_later(self, seconds: float, action: Callable[[], None]) -> Alarm:
        alarm = Alarm(self.time() + seconds, action)
        heapq.heappush(self._alarms, (alarm.when, next(self._order), alarm))
        alarm.timer = asyncio.get_running_loop().call_later(seconds, self._ring)
        return alarm

    async def sleep(self, seconds: float) -> None:
        woken = asyncio.Event()
        alarm = self.call_later(seconds, woken.set)
        try:
            await woken.wait()
        finally:
            alarm.cancel()

    def snowflake(self) -> int:
        """A new id; later ids are always larger, also within one millisecond."""
        made = (int(self.time() * 1000) - DISCORD_EPOCH) << 22
        self._last_snowflake = max(made, self._last_snowflake + 1)
        return self._last_snowflake

    def stop(self) -> None:
        for _, _, alarm in self._alarms:
            alarm.cancel()
        self._alarms.clear()

    def _ring(self) -> None:
        while self._alarms and self._alarms[0][0] <= self.time() + 0.001:
            _, _, alarm = heapq.heappop(self._alarms)
            if not alarm.off:
                alarm.cancel()
                alarm.action()

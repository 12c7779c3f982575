"""How fast we may send: under Discord's limit for a bot, and far from its ban."""

import asyncio
import time
from collections import deque
from collections.abc import Callable

PER_SECOND = 47.0  # of the 50 that Discord allows; answers to people do not count there
CATCH_UP = 1  # turns that may be made up for after a stall: never more than PER_SECOND + CATCH_UP in a second
STALL = 0.1  # seconds without any answer while several are awaited: what left meanwhile arrives there all at once
SEVERAL = 4
INVALID_WINDOW = 600.0  # seconds in which Discord counts 401, 403 and 429, and bans an address at 10,000
INVALID_MOST = 1500


class Pace:
    """Turns, handed out evenly. Whoever sends takes one first; answers to people need none."""

    def __init__(
        self, per_second: float = PER_SECOND, catch_up: int = CATCH_UP, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._interval = 1 / per_second
        self._slack = catch_up * self._interval
        self._clock = clock
        self._next = clock()
        self._paused = 0.0
        self._out = 0
        self._heard = 0.0
        self._line = asyncio.Lock()  # first come, first served

    async def turn(self) -> None:
        """Return when it is the caller's turn. One waits at a time: after a stall nobody rushes out with the others."""
        async with self._line:
            while (wait := max(self._next, self._paused) - self._clock()) > 0:  # noqa: ASYNC110 a pause may lengthen it
                await asyncio.sleep(wait)
            now = self._clock()
            self._next = max(self._next, now - self._slack) + self._interval
            if not self._out:
                self._heard = now
            self._out += 1

    def answered(self) -> None:
        """The request of a turn has ended. After a silence we keep quiet for as long: over a second it evens out."""
        now = self._clock()
        silence, self._heard = now - self._heard, now
        if silence > STALL and self._out >= SEVERAL:
            self._next = max(self._next, now + min(silence, 1.0))
        self._out -= 1

    def pause(self, seconds: float) -> None:
        """Discord's word that the whole bot must wait."""
        self._paused = max(self._paused, self._clock() + seconds)


class Brake:
    """Counts answers that Discord holds against us, and says when to stop."""

    def __init__(
        self, most: int = INVALID_MOST, window: float = INVALID_WINDOW, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most = most
        self._window = window
        self._clock = clock
        self._times: deque[float] = deque()
        self._until = 0.0
        self.reason = ""

    def count(self, status: int, shared: bool = False) -> None:
        """Note an answer. A 429 that another bot's or person's doing brought upon us does not count."""
        if status in {401, 403} or (status == 429 and not shared):
            now = self._clock()
            self._times.append(now)
            self._forget(now)
            if len(self._times) >= self._most:
                self.pull(f"Discord refused {len(self._times)} requests within ten minutes", self._window)

    def pull(self, reason: str, seconds: float) -> None:
        """Nothing leaves for so long."""
        self.reason = reason
        self._until = max(self._until, self._clock() + seconds)

    def wait(self) -> float:
        """Seconds for which nothing may leave; 0 when all is well."""
        return max(0.0, self._until - self._clock())

    def _forget(self, now: float) -> None:
        while self._times and self._times[0] < now - self._window:
            self._times.popleft()

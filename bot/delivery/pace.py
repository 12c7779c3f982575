"""How fast we may send: under Discord's limit for a bot, and far from its ban."""

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

MOST = 48  # of the 50 a second that Discord allows a bot; two are left for what the library asks by itself
SECOND = 1.0
APART = 0.02  # seconds between two that leave: as the limit has it, so that no person's answer waits behind a crowd
CATCH_UP = 4  # turns that may be made up for after a stall of our own
INVALID_WINDOW = 600.0  # seconds in which Discord counts 401, 403 and 429, and bans an address at 10,000
INVALID_MOST = 1500

Time = Callable[[], float]


class Pace:
    """Turns. Whoever sends takes one and gives it back with the answer; answers to people need none.

    When a request reaches Discord we never learn: at some time between its leaving and its answer. Who counts what
    leaves in a second is right until something stalls (their side, the line, our own loop), and what has left in 1.2
    seconds arrives within one. So each counts from its leaving until a second after its answer, and of those there are
    never more than MOST: however late they arrive, and whether Discord's second is fixed, slides or drips, fewer than
    fifty fall into it. The price is the time that an answer takes: MOST / (1 + that) a second.
    """

    def __init__(self, most: int = MOST, apart: float = APART, clock: Time = time.monotonic) -> None:
        self._most = most
        self._apart = apart
        self._clock = clock
        self._next = clock()
        self._paused = 0.0
        self._out = 0
        self._back: deque[float] = deque()  # when the answers of the last second came
        self._answered = asyncio.Event()
        self._line = asyncio.Lock()  # first come, first served

    async def turn(self) -> None:
        """Return when it is the caller's turn."""
        async with self._line:
            while wait := self.wait():
                self._answered.clear()
                try:
                    async with asyncio.timeout(wait):
                        await self._answered.wait()
                except TimeoutError:
                    continue
            self.leave()

    def wait(self) -> float:
        """Seconds until another may leave, or until it is worth asking again; 0 when it may leave now."""
        now = self._clock()
        while self._back and self._back[0] <= now - SECOND:
            self._back.popleft()
        wait = max(self._next, self._paused) - now
        if self._out + len(self._back) >= self._most:
            wait = max(wait, self._back[0] + SECOND - now if self._back else SECOND)
        return max(0.0, wait)

    def leave(self) -> None:
        """One leaves now."""
        self._next = max(self._next, self._clock() - CATCH_UP * self._apart) + self._apart
        self._out += 1

    def answered(self) -> None:
        """The request of a turn has ended, one way or another."""
        self._out -= 1
        self._back.append(self._clock())
        self._answered.set()

    def others(self, count: int) -> None:
        """So many have just been answered that took no turn."""
        self._back.extend([self._clock()] * count)

    def pause(self, seconds: float) -> None:
        """Discord's word that the whole bot must wait."""
        self._paused = max(self._paused, self._clock() + seconds)


class Brake:
    """Counts answers that Discord holds against us, and says when to stop."""

    def __init__(self, most: int = INVALID_MOST, window: float = INVALID_WINDOW, clock: Time = time.monotonic) -> None:
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


@dataclass(slots=True)
class Allowance:
    """What Discord lets us do. One for the process: Discord forgets nothing when our line to it breaks."""

    pace: Pace = field(default_factory=Pace)
    brake: Brake = field(default_factory=Brake)
    spent: dict[str, float] = field(default_factory=dict)  # routes whose limit is used up, and until when
    published: dict[int, deque[float]] = field(default_factory=dict)  # by channel: when, in the last hour
    time: Time = time.monotonic  # by which all of this is counted

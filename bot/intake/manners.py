"""Being a good guest: one request at a time per household, some time apart, and silence where it was asked for.

Whoever takes long to answer is then asked among its like, in places of their own, for an hour: else a few hundred feeds
that drip would fill all places, and everybody would wait for them. Who takes long for the first time gives up its place
meanwhile.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bot.clock import Clock
from bot.intake.addresses import domain, host_of, household, is_here
from bot.intake.schedule import RETRY_CAP, retry_after

APART = timedelta(seconds=2)  # between two requests to one household
AT_ONCE = 20  # requests under way, all hosts together
SLOW = timedelta(seconds=5)  # who takes longer to answer is slow
SLOW_AT_ONCE = 20  # requests under way to those that are
BESIDE = 40  # requests that turned out to take long, and go on beside the others
_AGAIN = 0.5  # seconds until one that finds no room there looks again
_SLOW_FOR = timedelta(hours=1)
_MOST_SLOW = 10_000  # domains
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class _House:
    door: asyncio.Lock = field(default_factory=asyncio.Lock)
    left: datetime = _LONG_AGO
    waiting: int = 0


class Manners:
    """Whose turn it is. Hosts on this very machine are not made to wait."""

    def __init__(
        self, clock: Clock, *, apart: timedelta = APART, at_once: int = AT_ONCE, slow: timedelta = SLOW
    ) -> None:
        self._clock = clock
        self._apart = apart
        self._long = slow.total_seconds()
        self._crowd = asyncio.Semaphore(at_once)
        self._beside = 0
        self._slow_crowd = asyncio.Semaphore(SLOW_AT_ONCE)
        self._slow: dict[str, datetime] = {}  # domains, and until when
        self._houses: dict[str, _House] = {}
        self._silences: dict[str, datetime] = {}

    @asynccontextmanager
    async def turn(self, url: str, behalf: str = "") -> AsyncIterator[None]:
        """Wait until this household may be asked again; hold its door and a place in the crowd meanwhile.

        `behalf` is the address for whose sake it is asked, if that is another: who is slow through others is slow. Such
        a one holds no door while it waits for a place.
        """
        behalf, house = behalf or url, self._house(household(url))
        slow = self.is_slow(behalf)
        house.waiting += 1
        try:
            async with self._slow_crowd if slow else nullcontext(), house.door:
                if not is_here(household(url)):
                    await self._keep_apart(house)
                async with nullcontext() if slow else self._place():
                    began = time.monotonic()
                    try:
                        yield
                    finally:
                        house.left = self._clock.now()
                        self._took(behalf, time.monotonic() - began)
        finally:
            house.waiting -= 1
            self._forget_old()

    @asynccontextmanager
    async def _place(self) -> AsyncIterator[None]:
        """A place in the crowd. Who turns out to take long goes on beside it, if there is room, and gives it up."""
        loop, aside = asyncio.get_running_loop(), False
        await self._crowd.acquire()
        timer = loop.call_later(self._long, lambda: step_aside())

        def step_aside() -> None:
            nonlocal aside, timer
            if self._beside >= BESIDE:
                timer = loop.call_later(_AGAIN, step_aside)
                return
            aside = True
            self._beside += 1
            self._crowd.release()

        try:
            yield
        finally:
            timer.cancel()
            if aside:
                self._beside -= 1
            else:
                self._crowd.release()

    def is_slow(self, url: str) -> bool:
        """Whether this address, or another of its domain, took long to answer of late."""
        until = self._slow.get(domain(url)) if self._slow else None
        return until is not None and timedelta(0) < until - self._clock.now() <= _SLOW_FOR

    def hush(self, url: str, until: datetime) -> None:
        """Ask nothing of this address's host before then."""
        host = host_of(url)
        self._silences[host] = max(until, self._silences.get(host, until))

    def silent_until(self, url: str, now: datetime) -> datetime | None:
        """When this host may be asked again, if it wants silence now."""
        until = self._silences.get(host_of(url))
        if (
            until is not None and not timedelta(0) < until - now <= RETRY_CAP
        ):  # over, or heard while the clock was wrong
            del self._silences[host_of(url)]
            return None
        return until

    def is_silent(self, url: str) -> bool:
        """Whether this host wants to be left alone now."""
        return bool(self.silence(url))

    def silence(self, url: str) -> timedelta | None:
        """How long this host wants to be left alone from now on, if it does."""
        if not self._silences:
            return None
        now = self._clock.now()
        until = self.silent_until(url, now)
        return until - now if until else None

    def heed(self, url: str, headers: Mapping[str, str]) -> None:
        """Do what a busy host asks for, whatever it was that we asked it."""
        wait = retry_after(headers, self._clock.now())
        if wait:
            self.hush_for(url, min(wait, RETRY_CAP))

    def hush_for(self, url: str, wait: timedelta) -> None:
        """Ask nothing of this address's host for so long."""
        self.hush(url, self._clock.now() + wait)

    def silences(self, now: datetime) -> dict[str, str]:
        """All that are still to be kept, for remembering over a restart."""
        return {host: until.isoformat() for host, until in self._silences.items() if until > now}

    def keep(self, silences: Mapping[str, str]) -> None:
        """Take up what was remembered."""
        for host, until in silences.items():
            self._silences[host] = datetime.fromisoformat(until)

    def _house(self, name: str) -> _House:
        house = self._houses.get(name)
        if house is None:
            house = self._houses[name] = _House()
        return house

    def _took(self, url: str, seconds: float) -> None:
        if seconds <= self._long or is_here(host_of(url)):
            return
        name, now = domain(url), self._clock.now()
        self._slow.pop(name, None)
        self._slow[name] = now + _SLOW_FOR
        if len(self._slow) > _MOST_SLOW:
            del self._slow[next(iter(self._slow))]

    async def _keep_apart(self, house: _House) -> None:
        wait = house.left + self._apart - self._clock.now()
        if wait > timedelta(0):
            await self._clock.sleep(min(wait, self._apart))  # the clock may have gone back meanwhile

    def _forget_old(self) -> None:
        if len(self._houses) > 10_000:
            soon = self._clock.now() - self._apart
            self._houses = {name: each for name, each in self._houses.items() if each.waiting or each.left > soon}

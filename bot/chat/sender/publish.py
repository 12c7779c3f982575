"""Publishes announcements to the channels that follow: within its own budget, the newest first, droppable."""

import asyncio
import json
import logging
import time
from collections import deque
from collections.abc import Mapping
from typing import Protocol

from discord.http import Route

from bot.chat.sender.errors import rule_for
from bot.chat.sender.request import Line
from bot.delivery.pace import Time

log = logging.getLogger(__name__)

AN_HOUR = 3600.0
BUDGET = 10  # publications of a channel in an hour: reported, not documented
MOST = 20  # that wait in a channel; older ones are dropped, for nobody wants last week's announcement
AGAIN = 30.0  # seconds after an answer that did not come
_KEY = "announcements to publish"


class Memory(Protocol):
    """What the archive keeps for us over a restart."""

    async def recall(self, key: str) -> str | None: ...
    async def remember(self, key: str, value: str) -> None: ...


async def kept_waiting(memory: Memory) -> Mapping[int, int]:
    """How many wait in each channel, as last remembered: for those who do not know the publisher."""
    kept = json.loads(await memory.recall(_KEY) or "{}")
    return {int(channel): len(messages) for channel, messages in kept.items() if messages}


class Publisher:
    """Runs beside the courier; a post never waits for its publication."""

    def __init__(
        self,
        line: Line,
        memory: Memory | None = None,
        done: dict[int, deque[float]] | None = None,
        clock: Time = time.monotonic,
    ) -> None:
        self._line = line
        self._memory = memory
        self._clock = clock
        self._waiting: dict[int, deque[int]] = {}
        self._done = {} if done is None else done  # when each channel's publications of the last hour were made
        self._rests: dict[int, float] = {}
        self._news = asyncio.Event()
        self._remembering = asyncio.Lock()
        self._is_loaded = False

    def add(self, channel: int, message: int) -> None:
        """Publish this when there is room."""
        waiting = self._waiting.setdefault(channel, deque())
        if message not in waiting:
            waiting.append(message)
        while len(waiting) > MOST:
            log.warning("dropped publication channel=%d message=%d reason=too many wait", channel, waiting.popleft())
        self.wake()

    async def take(self, channel: int, message: int) -> None:
        """Add it, and return when that is remembered: who dies then has forgotten nothing."""
        self.add(channel, message)
        try:
            await self._remember()
        except Exception:  # the post itself is out, and is worth more than its publication
            log.exception("could not remember publication channel=%d message=%d", channel, message)

    def wake(self) -> None:
        """Look at once what may be published."""
        self._news.set()

    @property
    def waiting(self) -> Mapping[int, int]:
        """How many wait in each channel."""
        return {channel: len(messages) for channel, messages in self._waiting.items() if messages}

    async def run(self) -> None:
        """Until cancelled. What waits is kept for the next start."""
        while True:
            self._news.clear()
            wait = AGAIN
            try:
                await self._remember()
                wait = await self._round()
                await self._remember()
            except Exception:  # the boundary: a publication is worth no more than a line in the log
                log.exception("could not publish")
            try:
                async with asyncio.timeout(wait):
                    await self._news.wait()
            except TimeoutError:
                continue

    async def _round(self) -> float:
        """Publish what may be published now; return the seconds until more may."""
        soonest = AN_HOUR
        for channel in list(self._waiting):
            while waiting := self._waiting[channel]:
                if wait := self._wait(channel):
                    soonest = min(soonest, wait)
                    break
                message = waiting[-1]  # which goes on waiting until we know: what we die with must not be forgotten
                if await self._publish(channel, message) and message in waiting:
                    waiting.remove(message)
        self._waiting = {channel: messages for channel, messages in self._waiting.items() if messages}
        return soonest

    def _wait(self, channel: int) -> float:
        now = self._clock()
        done = self._done.setdefault(channel, deque())
        while done and done[0] <= now - AN_HOUR:
            done.popleft()
        budget = done[0] + AN_HOUR - now if len(done) >= BUDGET else 0.0
        return max(0.0, budget, self._rests.get(channel, 0.0) - now)

    async def _publish(self, channel: int, message: int) -> bool:
        """Whether that is over, one way or another."""
        now = self._clock()
        route = Route(
            "POST",
            "/channels/{channel_id}/messages/{message_id}/crosspost",
            channel_id=channel,
            message_id=message,
        )
        answer = await self._line.ask(route)
        if answer.spent:
            self._rests[channel] = now + answer.spent
        rule = rule_for(answer.status, answer.code)
        if answer.ok or rule.action == "done":
            self._done[channel].append(now)
            log.info("published channel=%d message=%d", channel, message)
            return True
        if rule.action in {"later", "unknown", "stop"}:
            self._rests[channel] = now + (answer.wait or AGAIN)
            return False
        log.warning("dropped publication channel=%d message=%d reason=%s", channel, message, rule.words)
        return True

    async def _remember(self) -> None:
        """What waits, as it is now; after what was remembered before we began."""
        if self._memory is None:
            return
        async with self._remembering:
            kept = await self._memory.recall(_KEY) or "{}"
            if not self._is_loaded:
                self._load(json.loads(kept))
            text = json.dumps({str(channel): list(messages) for channel, messages in self._waiting.items() if messages})
            if text != kept:
                await self._memory.remember(_KEY, text)

    def _load(self, kept: Mapping[str, list[int]]) -> None:
        """What is new already is newer than what was kept."""
        new, self._waiting = self._waiting, {}
        for channel, messages in [*((int(number), kept[number]) for number in kept), *new.items()]:
            for message in messages:
                self.add(channel, message)
        self._is_loaded = True

"""Publishes announcements to the channels that follow: within its own budget, the newest first, droppable."""

import asyncio
import json
import logging
from collections import deque
from collections.abc import Mapping
from typing import Protocol

from discord.http import Route

from bot.chat.sender.errors import rule_for
from bot.chat.sender.request import Line

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

    def __init__(self, line: Line, memory: Memory | None = None, done: dict[int, deque[float]] | None = None) -> None:
        self._line = line
        self._memory = memory
        self._waiting: dict[int, deque[int]] = {}
        self._done = {} if done is None else done  # when each channel's publications of the last hour were made
        self._rests: dict[int, float] = {}
        self._news = asyncio.Event()

    def add(self, channel: int, message: int) -> None:
        """Publish this when there is room."""
        waiting = self._waiting.setdefault(channel, deque())
        if message not in waiting:
            waiting.append(message)
        while len(waiting) > MOST:
            log.warning("dropped publication channel=%d message=%d reason=too many wait", channel, waiting.popleft())
        self._news.set()

    @property
    def waiting(self) -> Mapping[int, int]:
        """How many wait in each channel."""
        return {channel: len(messages) for channel, messages in self._waiting.items() if messages}

    async def run(self) -> None:
        """Until cancelled. What waits is kept for the next start."""
        is_loaded = False
        while True:
            self._news.clear()
            wait = AGAIN
            try:
                if not is_loaded:
                    await self._load()
                    is_loaded = True
                wait = await self._round()
                await self._save()
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
            while self._waiting[channel]:
                if wait := self._wait(channel):
                    soonest = min(soonest, wait)
                    break
                await self._publish(channel, self._waiting[channel].pop())
        self._waiting = {channel: messages for channel, messages in self._waiting.items() if messages}
        return soonest

    def _wait(self, channel: int) -> float:
        now = asyncio.get_running_loop().time()
        done = self._done.setdefault(channel, deque())
        while done and done[0] <= now - AN_HOUR:
            done.popleft()
        budget = done[0] + AN_HOUR - now if len(done) >= BUDGET else 0.0
        return max(0.0, budget, self._rests.get(channel, 0.0) - now)

    async def _publish(self, channel: int, message: int) -> None:
        now = asyncio.get_running_loop().time()
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
        elif rule.action in {"later", "unknown", "stop"}:
            self._waiting[channel].append(message)
            self._rests[channel] = now + (answer.wait or AGAIN)
        else:
            log.warning("dropped publication channel=%d message=%d reason=%s", channel, message, rule.words)

    async def _load(self) -> None:
        kept = await self._memory.recall(_KEY) if self._memory else None
        for channel, messages in json.loads(kept or "{}").items():
            for message in messages:
                self.add(int(channel), int(message))

    async def _save(self) -> None:
        if self._memory:
            kept = {str(channel): list(messages) for channel, messages in self._waiting.items() if messages}
            if (text := json.dumps(kept)) != (await self._memory.recall(_KEY) or "{}"):
                await self._memory.remember(_KEY, text)

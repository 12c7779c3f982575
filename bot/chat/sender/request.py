"""One request to Discord, tried once: what came back, or that nothing is known.

The library would repeat a request that was answered with 500, though a forum post has no nonce and may be out. It
sleeps after a request that used up its limit before it tells the result, and refuses every request to a route whose
window is longer than its patience, even when there is room. So we take the answer when it arrives, through aiohttp's
own hook for judging a status, and keep to the limits that it names ourselves.
"""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
import discord
from discord.http import Route

from bot.chat.sender.errors import rule_for
from bot.delivery.pace import Allowance

log = logging.getLogger(__name__)

TIMEOUT = 20.0  # seconds for the whole exchange; the library's own is 300
TOKEN_WAIT = 3600.0
BAN_WAIT = 600.0
MOST_SPENT = 5000
LONGEST_ANSWER = 16 * 1024 * 1024  # bytes, unpacked
LONGEST_WAIT = 24 * 3600.0  # seconds: Discord asks for an hour at most
UNREADABLE = "an answer that cannot be read"
LOGIN = 5  # requests, at most, with which the library has just logged in and registered commands when a line is new


@dataclass(frozen=True, slots=True)
class Answer:
    """What Discord said. Status 0: it said nothing."""

    status: int
    code: int = 0
    body: Mapping[str, Any] = field(default_factory=dict)
    items: tuple[Mapping[str, Any], ...] | None = None  # where the body is a list
    wait: float = 0.0  # of a 429: seconds
    whole_bot: bool = False  # of a 429: every request must wait
    shared: bool = False  # of a 429: not our doing
    banned: bool = False  # a 429 that does not come from Discord's own servers but from the wall before them
    spent: float = 0.0  # seconds until this place may be used again, when this request used up its limit
    words: str = ""
    at: datetime | None = None  # when it was given, by Discord's clock

    @property
    def ok(self) -> bool:
        return 200 <= self.status < 300


def unreadable(answer: Answer) -> Answer:
    """The same as if nothing had been said: whoever answered so, what we asked for is not in it."""
    return replace(answer, status=0, words=UNREADABLE)


def id_in(body: Mapping[str, Any]) -> int:
    """The id of what Discord tells of; 0 where it tells of nothing."""
    found = str(body.get("id"))
    return int(found) if found.isdecimal() and len(found) <= 20 else 0


class _Heard(Exception):
    """Carries the answer past the library, which would repeat the request or sleep."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


class Line:
    """Sends requests with the client's own session and token: all that we post goes through here."""

    def __init__(self, client: discord.Client, allowance: Allowance | None = None) -> None:
        self._http = client.http
        allowance = allowance or Allowance()
        self._pace, self._brake, self._spent = allowance.pace, allowance.brake, allowance.spent
        self._time = allowance.time
        self._is_new = True

    async def ask(
        self,
        route: Route,
        payload: Mapping[str, Any] | None = None,
        query: Mapping[str, str | int] | None = None,
    ) -> Answer:
        """One attempt, when its turn has come. Nothing is raised but cancellation."""
        bucket = f"{route.key} {route.major_parameters}"
        if refused := self._refused(bucket):
            return refused
        if self._is_new:
            self._pace.others(LOGIN)
            self._is_new = False
        await self._pace.turn()
        try:
            if refused := self._refused(bucket):  # by what others were answered while this one waited
                return refused
            answer = await self._try(route, payload, query)
        finally:
            self._pace.answered()
        self._note(bucket, answer)
        return answer

    def _refused(self, bucket: str) -> Answer | None:
        """What Discord would answer, as far as we know without asking."""
        if wait := self._wait(bucket):
            return Answer(429, wait=wait, shared=True, words="Discord's limit for this place is used up")
        if wait := self._brake.wait():
            return Answer(429, wait=wait, shared=True, words=self._brake.reason)
        return None

    async def _try(
        self, route: Route, payload: Mapping[str, Any] | None, query: Mapping[str, str | int] | None
    ) -> Answer:
        async def listen(response: aiohttp.ClientResponse) -> None:
            raise _Heard(await _read(response))

        extras: dict[str, Any] = {"raise_for_status": listen, "timeout": aiohttp.ClientTimeout(total=TIMEOUT)}
        if payload is not None:
            extras["json"] = payload
        if query is not None:
            extras["params"] = query
        try:
            await self._http.request(route, **extras)
        except _Heard as heard:
            return heard.answer
        except Exception as error:  # a broken line, a timeout, a session that is closing: all the same to us
            return Answer(0, words=type(error).__name__)
        return Answer(0, words="no answer")

    def _wait(self, bucket: str) -> float:
        until = self._spent.get(bucket, 0.0) - self._time()
        if until <= 0:
            self._spent.pop(bucket, None)
        return max(0.0, until)

    def _note(self, bucket: str, answer: Answer) -> None:
        """What an answer means for everything else that we send."""
        now = self._time()
        if wait := max(answer.spent, 0.0 if answer.whole_bot else answer.wait):
            self._spent[bucket] = now + wait
            if len(self._spent) > MOST_SPENT:
                for each in [each for each, until in self._spent.items() if until <= now]:
                    del self._spent[each]
        self._brake.count(answer.status, answer.shared)
        rule = rule_for(answer.status, answer.code)
        if not answer.ok and rule.action == "stop":
            self._brake.pull(rule.words, TOKEN_WAIT)
            log.critical("stopped sending reason=%s", self._brake.reason)
        elif answer.banned:
            self._brake.pull("Discord has shut us out for a while", BAN_WAIT)
            log.error("stopped sending reason=%s", self._brake.reason)
        elif answer.whole_bot:
            self._pace.pause(answer.wait)
            log.warning("paused sending seconds=%.1f reason=global limit", answer.wait)


async def _read(response: aiohttp.ClientResponse) -> Answer:
    headers = response.headers
    try:
        said = json.loads(await _text(response))
    except (ValueError, RecursionError):
        said = None
        if response.status < 300 and response.status != 204:
            return Answer(0, words=UNREADABLE)
    body = said if isinstance(said, dict) else {}
    spent = headers.get("X-RateLimit-Remaining") == "0"
    limited = response.status == 429
    return Answer(
        status=response.status,
        code=_number(body.get("code")),
        body=body,
        items=tuple(each for each in said if isinstance(each, dict)) if isinstance(said, list) else None,
        wait=_seconds(body.get("retry_after") or headers.get("Retry-After"), 1.0) if limited else 0.0,
        whole_bot=limited and (bool(body.get("global")) or headers.get("X-RateLimit-Scope") == "global"),
        shared=limited and headers.get("X-RateLimit-Scope") == "shared",
        banned=limited and (not headers.get("Via") or not body),
        spent=_seconds(headers.get("X-RateLimit-Reset-After"), 0.0) if spent else 0.0,
        words=str(body.get("message", ""))[:200],
        at=_moment(headers.get("Date")),
    )


async def _text(response: aiohttp.ClientResponse) -> str:
    """All that is said; ValueError where that is more than Discord ever says."""
    said = bytearray()
    async for piece in response.content.iter_chunked(64 * 1024):
        said += piece
        if len(said) > LONGEST_ANSWER:
            raise ValueError("too long")
    return said.decode()


def _seconds(said: object, otherwise: float) -> float:
    """How long to wait; no proxy's idea of a number makes us wait for ever."""
    try:
        seconds = float(str(said))
    except ValueError:
        return otherwise
    return min(seconds, LONGEST_WAIT) if seconds >= 0 else otherwise  # nan is none of both


def _moment(date: str | None) -> datetime | None:
    try:
        return parsedate_to_datetime(date or "").astimezone(UTC)
    except (ValueError, TypeError, OverflowError):
        return None


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0

"""The pretended world: a clock that tests turn, and a web of our own on this machine."""

import asyncio
import socket
import ssl
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Self

from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult


async def until(holds: Callable[[], object], patience: float = 30) -> None:
    """Wait until it is so. Where that never comes, the test fails instead of waiting for ever."""
    async with asyncio.timeout(patience):
        while not holds():
            await asyncio.sleep(0.001)


class Clock:
    """Stands still until it is turned; who sleeps turns it, and waits for nothing."""

    def __init__(self, now: datetime = datetime(2026, 3, 24, 12, tzinfo=UTC)) -> None:
        self._now = now
        self.slept: list[timedelta] = []

    def now(self) -> datetime:
        return self._now

    async def sleep(self, duration: timedelta) -> None:
        self.slept.append(duration)
        self._now += max(duration, timedelta(0))
        await asyncio.sleep(0)

    def turn(self, duration: timedelta) -> None:
        self._now += duration

    def set(self, moment: datetime) -> None:
        self._now = moment.astimezone(UTC)


@dataclass(frozen=True)
class Asked:
    """A request as the server saw it."""

    path: str
    host: str
    headers: Mapping[str, str]
    at: datetime
    method: str = "GET"
    body: bytes = b""


@dataclass(frozen=True)
class Answer:
    """What the server says. With `cut`, it promises all of the body and hangs up after so many bytes."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: int | None = None
    wait: asyncio.Event | None = None


Script = Answer | bytes | str | Callable[[Asked], Answer]


class Names(AbstractResolver):
    """Every name lies on this machine; ports may lie elsewhere on it."""

    def __init__(self, addresses: Mapping[str, str] | None = None, ports: Mapping[int, int] | None = None) -> None:
        self.addresses = addresses or {}
        self.ports = ports or {}  # where the usual ones lie
        self.looked_up: list[str] = []

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        self.looked_up.append(host)
        if host.endswith(".nowhere"):
            raise OSError(None, "no such host")
        address = self.addresses.get(host, "127.0.0.1")
        kind = socket.AF_INET6 if ":" in address else socket.AF_INET
        lies = self.ports.get(port, port)
        return [ResolveResult(hostname=host, host=address, port=lies, family=kind, proto=0, flags=0)]

    async def close(self) -> None:
        pass


class Web:
    """A real server on loopback that writes down what it is asked and says what it was told to say."""

    def __init__(self, clock: Clock | None = None, tls: ssl.SSLContext | None = None) -> None:
        self.clock = clock or Clock()
        self._tls = tls
        self.asked: list[Asked] = []
        self.busiest = 0  # most requests at once
        self._pages: dict[str, Script] = {}
        self._now = 0
        self._runner: web.AppRunner | None = None
        self.port = 0

    def __setitem__(self, path: str, says: Script) -> None:
        """`path` may begin with a host: "a.test/feed" answers there alone."""
        self._pages[path] = says

    def __delitem__(self, path: str) -> None:
        del self._pages[path]

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"{'https' if self._tls else 'http'}://{host}:{self.port}{path}"

    def asked_for(self, path: str) -> list[Asked]:
        return [each for each in self.asked if each.path == path]

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=2**26)
        app.router.add_route("*", "/{rest:.*}", self._serve)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, auto_decompress=False)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0, ssl_context=self._tls)
        await site.start()
        self.port = int(self._runner.addresses[0][1])
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        host = request.host.partition(":")[0]
        asked = Asked(
            request.path_qs, host, dict(request.headers), self.clock.now(), request.method, await request.read()
        )
        self.asked.append(asked)
        self._now += 1
        self.busiest = max(self.busiest, self._now)
        try:
            says = self._pages.get(host + request.path_qs) or self._pages.get(request.path_qs)
            if says is None:
                return web.Response(status=404)
            return await self._say(request, _answer(says, asked))
        finally:
            self._now -= 1

    async def _say(self, request: web.Request, answer: Answer) -> web.StreamResponse:
        if answer.wait is not None:
            await answer.wait.wait()
        if answer.cut is None:
            return web.Response(body=answer.body, status=answer.status, headers=answer.headers)
        response = web.StreamResponse(status=answer.status, headers=answer.headers)
        response.content_length = len(answer.body)
        await response.prepare(request)
        await response.write(answer.body[: answer.cut])
        assert request.transport is not None
        request.transport.close()
        return response


def _answer(says: Script, asked: Asked) -> Answer:
    match says:
        case Answer():
            return says
        case bytes():
            return Answer(says)
        case str():
            return Answer(says.encode())
        case _:
            return says(asked)


class Counted:
    """Somebody who answers, how often each question was asked, and what was answered."""

    def __init__(self, who: object) -> None:
        self._who = who
        self.times: Counter[str] = Counter()
        self.answers: list[Any] = []

    def __getattr__(self, question: str) -> Callable[..., Awaitable[Any]]:
        async def ask(*given: object) -> Any:
            self.times[question] += 1
            answer = await getattr(self._who, question)(*given)
            self.answers.append(answer)
            return answer

        return ask

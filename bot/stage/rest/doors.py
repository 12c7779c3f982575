"""The way in: finds the route, knows the caller, keeps the limits, strikes with the faults, writes it down."""

import asyncio
import json
import socket
import struct
import time
from typing import Any

from aiohttp import BodyPartReader, web

from bot.stage.backstage import Backstage, Request, Violation
from bot.stage.faults import Fault
from bot.stage.limits import Bucket, TooMany
from bot.stage.people import User
from bot.stage.places import Event
from bot.stage.refusals import Findings, Json, Plain, Refusal
from bot.stage.rest import channels, commands, guilds, interactions, messages, threads, webhooks
from bot.stage.rest.call import ANYONE, BOT, PERSON, Call, Reply, Route, Upload
from bot.stage.rules.shapes import check_shapes

BASE = "/api/v10"
LARGEST_REQUEST = 25 * 1024 * 1024
LARGEST_FILE = 10 * 1024 * 1024
ALL_ROUTES = [
    *guilds.ROUTES,
    *channels.ROUTES,
    *messages.ROUTES,
    *threads.ROUTES,
    *commands.ROUTES,
    *interactions.ROUTES,
    *webhooks.ROUTES,
]
_SPENT = (401, 403, 429)


class Doors:
    """Serves every request below /api/v10."""

    def __init__(self, stage: Backstage) -> None:
        self.stage = stage
        self._by_length: dict[int, list[tuple[list[str], Route]]] = {}
        for route in ALL_ROUTES:
            steps = route.path.strip("/").split("/")
            self._by_length.setdefault(len(steps), []).append((steps, route))
        for found in self._by_length.values():
            found.sort(key=lambda each: sum(step.startswith("{") for step in each[0]))

    async def serve(self, request: web.Request) -> web.StreamResponse:
        visit = _Visit(self.stage, request)
        try:
            route, visit.where = self._find(request.method, visit.path)
            reply = await visit.go(route)
        except Refusal as refusal:
            reply = visit.refused(refusal)
        return await visit.leave(reply)

    def _find(self, method: str, path: str) -> tuple[Route, dict[str, str]]:
        steps = path.strip("/").split("/")
        wrong_method = False
        for template, route in self._by_length.get(len(steps), ()):
            if all(want.startswith("{") or want == step for want, step in zip(template, steps, strict=True)):
                if route.method == method:
                    named = zip(template, steps, strict=True)
                    return route, {want[1:-1]: step for want, step in named if want.startswith("{")}
                wrong_method = True
        raise Plain(405, "Method Not Allowed") if wrong_method else Plain(404, "Not Found")


class _Visit:
    """One request on its way through."""

    def __init__(self, stage: Backstage, request: web.Request) -> None:
        self.stage = stage
        self.request = request
        self.path = request.path.removeprefix(BASE)
        self.where: dict[str, str] = {}
        self.started = time.perf_counter()
        self.at = stage.clock.time()
        self.bucket: Bucket | None = None
        self.fault: Fault | None = None
        self.violation: str | None = None
        self.body: Any = None
        self.user: User | None = None
        self.shared = False

    async def go(self, route: Route) -> Reply:
        by_bot = self._enter(route)
        limits = self.stage.limits
        if by_bot:
            if limits.is_banned:
                return Reply(429, "<html>error code: 1015</html>", {"Retry-After": "600"})
            self.bucket, too_many = limits.take(route.method, route.path, self.where, exempt=route.exempt)
            if too_many:
                return Reply(429, too_many.body(), too_many.all_headers())
            self.fault = self.stage.faults.strike(self.request.method, self.path)
        if self.fault is not None and (struck := await self._strike_before(self.fault)) is not None:
            return struck
        self.body, files = await self._read()
        findings = Findings()
        check_shapes(findings, (), self.body)
        if by_bot and self.stage.spec is not None and route.method in ("POST", "PUT", "PATCH"):
            self.stage.spec.check(route.method, route.path, self.body, findings)
        findings.refuse()
        assert self.user is not None
        call = Call(self.stage, route.method, self.path, self.where, self.request.query, self.user, self.body, files)
        answer = await route.answer(call)
        if isinstance(answer, Reply):
            return answer
        return Reply(204) if answer is None else Reply(200, answer)

    def _enter(self, route: Route) -> bool:
        """Who comes: the bot, a person, or whoever holds the token in the path."""
        given = self.request.headers.get("Authorization", "")
        world = self.stage.world
        if route.open_to == {ANYONE} or (BOT in route.open_to and given == f"Bot {world.bot.token}"):
            self.user = world.bot
            return True
        nobody_said = not given and route.open_to == {PERSON}  # the page may leave out who it is: the first person
        token = given.removeprefix("Bearer ")
        person = next(iter(world.people.values()), None) if nobody_said else world.person_by_token(token)
        if person is None:
            raise Plain(401, "Unauthorized")
        self.user = person
        if PERSON not in route.open_to:
            raise Refusal(20002)
        return False

    async def _strike_before(self, fault: Fault) -> Reply | None:
        """A mishap that happens before anything is stored."""
        kind = fault.kind
        if not fault.strikes_after:
            fault.happened.set()
        if kind.startswith("429-"):
            return self._struck_429(kind.removeprefix("429-"), fault.seconds)
        if kind in ("500", "history-500"):
            return Reply(500, {"message": "500: Internal Server Error", "code": 0})
        if kind == "503":
            return Reply(503, {"message": "503: Service Unavailable", "code": 0})
        if kind in ("502", "504"):
            return Reply(int(kind), f"<html><head><title>{kind}</title></head></html>")
        if kind == "error":
            raise Refusal(fault.code, seconds=fault.seconds)
        if kind == "stranger":
            return Reply(200, {"status": "ok"})
        if kind == "reset-before":
            raise _Broken()
        if kind == "hang":
            await self.stage.clock.sleep(fault.seconds)
            raise _Broken()
        if kind == "slow":
            await self.stage.clock.sleep(fault.seconds)
        return None

    def _struck_429(self, scope: str, seconds: float) -> Reply:
        if scope == "banned":
            return Reply(429, "<html>error code: 1015</html>", {"Retry-After": str(int(seconds))})
        self.shared = scope == "shared"
        headers = {} if scope == "global" or self.bucket is None else self.bucket.headers(self.stage.clock.time())
        if scope == "user":
            headers["X-RateLimit-Remaining"] = "0"
        too_many = TooMany(scope, seconds, headers)
        return Reply(429, too_many.body(), too_many.all_headers())

    async def _read(self) -> tuple[Any, dict[str, Upload]]:
        try:
            if self.request.content_type == "multipart/form-data":
                return await self._read_parts()
            raw = await self.request.read()
        except web.HTTPRequestEntityTooLarge:
            raise Refusal(40005) from None
        if not raw:
            return None if self.request.method == "GET" else {}, {}
        if self.request.content_type != "application/json":
            said = 'Expected "Content-Type" header to be one of {"application/json"}.'
            raise Refusal(50035, detail=said)
        return _parsed(raw), {}

    async def _read_parts(self) -> tuple[Any, dict[str, Upload]]:
        body: Any = {}
        files: dict[str, Upload] = {}
        total = 0
        async for part in await self.request.multipart():
            if not isinstance(part, BodyPartReader):
                continue
            content = bytes(await part.read())
            total += len(content)
            if total > LARGEST_REQUEST or len(content) > LARGEST_FILE:
                raise Refusal(40005)
            if part.name == "payload_json":
                body = _parsed(content)
            elif part.filename:
                kind = part.headers.get("Content-Type", "application/octet-stream")
                files[part.name or ""] = Upload(part.filename, content, kind)
        return body, files

    def refused(self, refusal: Refusal) -> Reply:
        if isinstance(refusal, _Broken):
            return Reply(0)
        unknown_route = isinstance(refusal, Plain) and refusal.status in (404, 405)
        if (refusal.is_violation or unknown_route) and (self.user is None or self.user is self.stage.world.bot):
            found = [f"{path}: {said}" for path, said in _flat(refusal.errors or {})]
            self.violation = "; ".join([refusal.said, *found])
            self.stage.violations.append(Violation(self.request.method, self.path, self.violation, self.body))
        return Reply(refusal.status, refusal.body(), refusal.headers())

    async def leave(self, reply: Reply) -> web.StreamResponse:
        """Writes the answer, or breaks the line when a fault says so."""
        kind = self.fault.kind if self.fault else ""
        if self.fault is not None:
            self.fault.happened.set()
        if kind == "hang-after" and self.fault:
            await self.stage.clock.sleep(self.fault.seconds)
        if reply.status == 0 or kind in ("reset-after", "hang-after"):
            self._note(0)
            _reset(self.request)
            return web.Response()
        if kind == "500-after":
            reply = Reply(500, {"message": "500: Internal Server Error", "code": 0})
        if reply.status in _SPENT and not self.shared and self.user in (None, self.stage.world.bot):
            self.stage.limits.count_invalid()
        headers = self._headers(reply)
        self._note(reply.status)
        if kind == "garbage":
            return web.Response(body=b'{"id": "12', headers=headers | {"Content-Type": "application/json"})
        if reply.body is None:
            return web.Response(status=reply.status, headers=headers)
        if isinstance(reply.body, str):
            return web.Response(status=reply.status, text=reply.body, content_type="text/html", headers=headers)
        # Exactly this content type: discord.py takes a body with a charset for text.
        kind_of_body = {"Content-Type": "application/json"}
        return web.Response(status=reply.status, body=json.dumps(reply.body).encode(), headers=headers | kind_of_body)

    def _headers(self, reply: Reply) -> dict[str, str]:
        headers = self.bucket.headers(self.stage.clock.time()) if self.bucket else {}
        headers |= reply.headers
        if self.fault is not None and self.fault.kind == "exhausted":
            after = self.fault.seconds
            headers |= {
                "X-RateLimit-Remaining": "0",
                "X-RateLimit-Reset-After": f"{after:.3f}",
                "X-RateLimit-Reset": f"{self.stage.clock.time() + after:.3f}",
            }
        return headers

    def _note(self, status: int) -> None:
        stage = self.stage
        request = Request(
            at=self.at,
            method=self.request.method,
            path=self.path,
            status=status,
            ms=round((time.perf_counter() - self.started) * 1000, 1),
            bucket=self.bucket.name if self.bucket else None,
            remaining=self.bucket.remaining if self.bucket else None,
            fault=self.fault.kind if self.fault else None,
            violation=self.violation,
            body=self.body,
            by="bot" if self.user is stage.world.bot else "person",
        )
        stage.requests.append(request)
        if request.by == "bot":
            stage.counted[status] += 1
            stage.world.tell(Event("REQUEST", request.json(), for_bot=False))


class _Broken(Refusal):
    """No answer at all: the connection is reset."""

    def __init__(self) -> None:
        super().__init__(0)


def _parsed(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        raise Refusal(50109) from None


def _flat(errors: Json, path: str = "") -> list[tuple[str, str]]:
    found = [(path, each["message"]) for each in errors.get("_errors", ())]
    for name, inner in errors.items():
        if name != "_errors":
            found += _flat(inner, f"{path}.{name}" if path else name)
    return found


def _reset(request: web.Request) -> None:
    """Closes with RST, as a broken line does: nothing more is sent, not even an end."""
    transport = request.transport
    if transport is None:
        return
    held = transport.get_extra_info("socket")
    if held is not None:
        held.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    asyncio.get_running_loop().call_soon(transport.abort)
    transport.abort()

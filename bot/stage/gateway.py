"""Discord's gateway: says hello, lets a shard identify or resume, keeps its heart beating, tells it what happens."""

import asyncio
import json
import secrets
import time
from collections import deque
from typing import Any

from aiohttp import WSMsgType, web

from bot.stage.backstage import Backstage
from bot.stage.clock import Alarm
from bot.stage.faults import Fault
from bot.stage.places import Event
from bot.stage.refusals import Json
from bot.stage.sessions import ALL_INTENTS, GUILDS, PRIVILEGED, Session, Wire

HEARTBEAT_SECONDS = 41.25
ACK_SECONDS = 0.03  # the way there and back
PATIENCE = 1.5  # heartbeats may be that much late
RESUMABLE_SECONDS = 180.0
SENDS_A_MINUTE = 120
LARGEST_SEND = 4096
SECONDS_BETWEEN_IDENTIFIES = 5.0

_ENDS = (WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR)
DISPATCH, HEARTBEAT, IDENTIFY, PRESENCE, VOICE, RESUME, RECONNECT, MEMBERS = 0, 1, 2, 3, 4, 6, 7, 8
INVALID_SESSION, HELLO, HEARTBEAT_ACK = 9, 10, 11


class Gateway:
    """All connections of the bot, and the sessions behind them."""

    def __init__(self, stage: Backstage, granted_intents: int = 0) -> None:
        self.stage = stage
        self.granted_intents = granted_intents
        self.sessions: dict[str, Session] = {}
        self.connections: set[Connection] = set()
        self._identified_at: dict[int, float] = {}  # by shard, to hold the pace of one in five seconds
        stage.world.listeners.append(self.hear)

    @property
    def is_ready(self) -> bool:
        """Whether every shard is connected and has been sent its READY."""
        on = {each.session.shard[0] for each in self.connections if each.session is not None}
        return len(on) >= self.stage.shards

    async def serve(self, request: web.Request) -> web.StreamResponse:
        if self.stage.faults.strike_handshake() is not None:
            return web.Response(status=503, text="Service Unavailable")
        ws = web.WebSocketResponse(max_msg_size=2**20, autoping=False, timeout=1.0)
        await ws.prepare(request)
        connection = Connection(self, ws, request.query.get("compress"))
        if request.query.get("v", "10") != "10":
            await ws.close(code=4012, message=b"Invalid API version")
            return ws
        self.connections.add(connection)
        try:
            await connection.live()
        finally:
            self.connections.discard(connection)
            self.tell_state()
        return ws

    def hear(self, event: Event) -> None:
        """Passes on what happens to the shards that are to know it."""
        for session in self.sessions.values():
            if session.hears(event, self.stage.world.bot):
                session.dispatch(event.name, session.rendered(event, self.stage.world.bot))

    def strike(self, fault: Fault) -> None:
        """Carries out a gateway fault on all shards at once; while none is connected, it waits for the next one."""
        identified = [each for each in self.connections if each.session is not None]
        for connection in identified:
            connection.strike(fault)
        if identified:
            self.stage.faults.take_back(fault)

    def tell_state(self) -> None:
        bot = self.stage.world.bot
        body = {"id": str(bot.id), "name": bot.name, "ready": self.is_ready and self.stage.commands.synced}
        self.stage.world.tell(Event("BOT", body, for_bot=False))

    def may_identify(self, shard: int) -> bool:
        """One identify in five seconds, all shards together; the same shard may come again at once."""
        now = self.stage.clock.time()
        others = [at for number, at in self._identified_at.items() if number != shard]
        if any(at > now - SECONDS_BETWEEN_IDENTIFIES + 0.5 for at in others) or self.stage.sessions_left <= 0:
            return False
        self._identified_at[shard] = now
        self.stage.identified.append(now)
        self.sessions = {key: each for key, each in self.sessions.items() if not self.has_lapsed(each)}
        return True

    def has_lapsed(self, session: Session) -> bool:
        """Whether it was left so long ago that it cannot be resumed."""
        return session.left_at is not None and session.left_at < self.stage.clock.time() - RESUMABLE_SECONDS

    async def stop(self) -> None:
        for connection in list(self.connections):
            await connection.close(1001, "Going away")


class Connection:
    """One websocket of the bot."""

    def __init__(self, gateway: Gateway, ws: web.WebSocketResponse, compression: str | None) -> None:
        self.gateway = gateway
        self.stage = gateway.stage
        self.ws = ws
        self.session: Session | None = None
        self._wire = Wire(ws, compression)
        self._outgoing: asyncio.Queue[Json | None] = asyncio.Queue()
        self._received: deque[float] = deque()
        self._deadline: Alarm | None = None
        self._silent_until = 0.0
        self._pinged_at = 0.0
        self.latency: float | None = None  # seconds there and back, measured with each heartbeat
        self._said_goodbye: int | None = None  # with which code, whoever closed

    def push(self, frame: Json) -> None:
        if self.stage.clock.time() >= self._silent_until:
            self._outgoing.put_nowait(frame)

    async def live(self) -> None:
        """From hello to goodbye."""
        writer = asyncio.create_task(self._write())
        try:
            self.push({"op": HELLO, "d": {"heartbeat_interval": int(HEARTBEAT_SECONDS * 1000), "_trace": ["stage"]}})
            self._await_heartbeat()
            while (message := await self.ws.receive()).type not in _ENDS:
                if message.type is WSMsgType.TEXT:
                    await self._take(message.data)
                elif message.type is WSMsgType.PING:
                    await self.ws.pong(message.data)
                elif message.type is WSMsgType.PONG:
                    self.latency = time.perf_counter() - self._pinged_at
                else:
                    await self.close(4002, "Decode error")
            if message.type is WSMsgType.CLOSE and self._said_goodbye is None:
                self._said_goodbye = message.data
        finally:
            writer.cancel()
            self._leave()

    async def close(self, code: int, said: str = "") -> None:
        if code in (4004, 4007, 4009, 4010, 4011, 4012, 4013, 4014) and self.session is not None:
            self.gateway.sessions.pop(self.session.id, None)
        self._said_goodbye = code
        await self.ws.close(code=code, message=said.encode())

    def strike(self, fault: Fault) -> None:
        if fault.kind == "op7":
            self.push({"op": RECONNECT, "d": None})
        elif fault.kind == "op9-true":
            self.push({"op": INVALID_SESSION, "d": True})
        elif fault.kind == "op9-false":
            if self.session is not None:
                self.gateway.sessions.pop(self.session.id, None)
            self.push({"op": INVALID_SESSION, "d": False})
        elif fault.kind == "silence":
            self._silent_until = self.stage.clock.time() + fault.seconds
        elif fault.kind.startswith("close-"):
            task = asyncio.get_running_loop().create_task(self.close(int(fault.kind[6:]), "As ordered"))
            task.add_done_callback(lambda done: done.exception())

    def _leave(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
        if self.session is None:
            return
        if self.session.outlet is self:
            self.session.outlet = None
            self.session.left_at = self.stage.clock.time()
        if self._said_goodbye in (1000, 1001):  # a proper goodbye ends the session, a broken line does not
            self.gateway.sessions.pop(self.session.id, None)

    async def _write(self) -> None:
        while (frame := await self._outgoing.get()) is not None:
            try:
                await self._wire.send(frame)
            except (ConnectionError, RuntimeError):
                return

    def _await_heartbeat(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()

        def too_late() -> None:
            asyncio.get_running_loop().create_task(self.close(4009, "Session timed out"))

        self._deadline = self.stage.clock.call_later(HEARTBEAT_SECONDS * PATIENCE, too_late)

    async def _take(self, text: str) -> None:
        if len(text.encode()) > LARGEST_SEND:
            return await self.close(4002, "Decode error")
        try:
            frame = json.loads(text)
            op, body = int(frame["op"]), frame.get("d")
        except (ValueError, KeyError, TypeError):
            return await self.close(4002, "Decode error")
        if self._too_many():
            return await self.close(4008, "Rate limited")
        if op == HEARTBEAT:
            self._await_heartbeat()
            self._pinged_at = time.perf_counter()
            await self.ws.ping()
            # Not at once: a client that is told before it has noted the time it sent takes itself for late.
            asyncio.get_running_loop().call_later(ACK_SECONDS, self.push, {"op": HEARTBEAT_ACK})
            return None
        if op == IDENTIFY:
            return await self._identify(body if isinstance(body, dict) else {})
        if op == RESUME:
            return await self._resume(body if isinstance(body, dict) else {})
        if op not in (PRESENCE, VOICE, MEMBERS):
            return await self.close(4001, "Unknown opcode")
        if self.session is None:
            return await self.close(4003, "Not authenticated")
        if op == MEMBERS:
            self._members(self.session, body)
        return None

    def _too_many(self) -> bool:
        now = self.stage.clock.time()
        self._received.append(now)
        while self._received[0] <= now - 60:
            self._received.popleft()
        return len(self._received) > SENDS_A_MINUTE

    async def _identify(self, body: Json) -> None:
        wrong = self._wrong_identify(body)
        if wrong is not None:
            return await self.close(*wrong)
        shard = tuple(body.get("shard") or (0, 1))
        if not self.gateway.may_identify(shard[0]):
            return self.push({"op": INVALID_SESSION, "d": False})
        session = Session(secrets.token_hex(16), (shard[0], shard[1]), int(body["intents"]))
        self.session = self.gateway.sessions[session.id] = session
        session.outlet = self
        waiting = self.stage.faults.on_gateway()
        if waiting is not None:
            self.strike(waiting)
            self.stage.faults.take_back(waiting)
            return None
        self._greet(session)
        self.gateway.tell_state()
        return None

    def _wrong_identify(self, body: Json) -> tuple[int, str] | None:
        if self.session is not None:
            return 4005, "Already authenticated"
        if body.get("token") not in (self.stage.world.bot.token, f"Bot {self.stage.world.bot.token}"):
            return 4004, "Authentication failed"
        shard = body.get("shard") or [0, 1]
        if not (isinstance(shard, list) and [type(each) for each in shard] == [int, int] and 0 <= shard[0] < shard[1]):
            return 4010, "Invalid shard"
        if shard[1] < self.stage.shards:
            return 4011, "Sharding required"
        intents: Any = body.get("intents")
        if not isinstance(intents, int) or not 0 <= intents <= ALL_INTENTS:
            return 4013, "Invalid intent(s)"
        if intents & PRIVILEGED & ~self.gateway.granted_intents:
            return 4014, "Disallowed intent(s)"
        return None

    def _greet(self, session: Session) -> None:
        """READY, then a GUILD_CREATE for each guild of the shard."""
        bot = self.stage.world.bot
        guilds = [each for each in self.stage.world.guilds.values() if each.has_bot and session.covers(each.id)]
        ready = {
            "v": 10,
            "user": bot.json() | {"verified": True, "mfa_enabled": False, "email": None, "flags": 0},
            "guilds": [{"id": str(each.id), "unavailable": True} for each in guilds],
            "session_id": session.id,
            "session_type": "normal",
            "resume_gateway_url": self.stage.ws_url,
            "shard": list(session.shard),
            "application": {"id": str(bot.id), "flags": 0},
            "private_channels": [],
            "relationships": [],
            "presences": [],
            "_trace": ["stage"],
        }
        session.dispatch("READY", ready)
        for guild in guilds:
            if session.intents & GUILDS and not guild.unavailable:
                session.dispatch("GUILD_CREATE", guild.created())

    async def _resume(self, body: Json) -> None:
        if self.session is not None:
            return await self.close(4005, "Already authenticated")
        if body.get("token") not in (self.stage.world.bot.token, f"Bot {self.stage.world.bot.token}"):
            return await self.close(4004, "Authentication failed")
        session = self.gateway.sessions.get(str(body.get("session_id")))
        if session is None or self.gateway.has_lapsed(session):
            return self.push({"op": INVALID_SESSION, "d": False})
        sequence = body.get("seq")
        missed = session.missed(sequence) if isinstance(sequence, int) else None
        if missed is None:
            self.gateway.sessions.pop(session.id, None)
            return await self.close(4007, "Invalid seq")
        self.session, session.outlet, session.left_at = session, self, None
        for frame in missed:
            self.push(frame)
        session.dispatch("RESUMED", {"_trace": ["stage"]})
        self.gateway.tell_state()
        return None

    def _members(self, session: Session, body: Any) -> None:
        """Guild members on request: without the members intent only those asked for by id."""
        asked = body if isinstance(body, dict) else {}
        guild = next(
            (each for each in self.stage.world.guilds.values() if str(each.id) == str(asked.get("guild_id"))), None
        )
        if guild is None:
            return
        ids = asked.get("user_ids")
        wanted = {int(str(each)) for each in (ids if isinstance(ids, list) else [ids]) if str(each).isdigit()}
        found = [member.json() for key, member in guild.members.items() if key in wanted]
        missing = [str(each) for each in wanted if each not in guild.members]
        chunk = {"guild_id": str(guild.id), "members": found, "not_found": missing, "chunk_index": 0, "chunk_count": 1}
        session.dispatch("GUILD_MEMBERS_CHUNK", chunk | ({"nonce": asked["nonce"]} if asked.get("nonce") else {}))

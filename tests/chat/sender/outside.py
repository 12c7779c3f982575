"""A Discord in memory for the real sender: each request waits until somebody says what becomes of it."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from types import SimpleNamespace
from typing import Any

import aiohttp
import discord
from discord.http import Route

from bot.chat.pages.cards import snowflake_at
from bot.clock import Clock

ME = 1
GUILD = 7
NONCE_HOLDS = timedelta(seconds=61)
STILL_ARRIVES = timedelta(seconds=4)
_PATHS = re.compile(r"/api/v\d+(/.*)$")
_STORY = re.compile(r"a\.test/s(\d+)\b")

Json = dict[str, Any]


@dataclass
class Room:
    """A channel, or a forum with its threads; what stands in it is the truth."""

    id: int
    type: discord.ChannelType = discord.ChannelType.text
    guild: Any = None
    name: str = "news"
    readable: bool = True
    writable: bool = True
    messages: dict[int, Json] = field(default_factory=dict)
    nonces: dict[str, tuple[datetime, int]] = field(default_factory=dict)
    deleted: set[int] = field(default_factory=set)

    def permissions_for(self, member: object) -> discord.Permissions:
        return discord.Permissions(read_message_history=self.readable)

    @property
    def is_forum(self) -> bool:
        return self.type == discord.ChannelType.forum


@dataclass
class Request:
    """What has left, and waits for its fate."""

    method: str
    path: str
    body: Json
    query: Mapping[str, Any]
    fate: asyncio.Future[str]
    at: datetime

    @property
    def stories(self) -> set[int]:
        return stories_in(self.body.get("message") or self.body)

    @property
    def room(self) -> int:
        found = re.match(r"/channels/(\d+)", self.path)
        return int(found[1]) if found else 0

    @property
    def posts(self) -> bool:
        return self.method == "POST" and self.path.endswith(("/messages", "/threads"))


class Refusal(Exception):
    """Discord says no."""

    def __init__(self, status: int, code: int) -> None:
        super().__init__(status, code)
        self.status, self.code = status, code


class Outside:
    """The client that the sender gets: what the gateway told it, and the line to Discord."""

    def __init__(self, clock: Clock, rooms: list[Room]) -> None:
        self.clock = clock
        self.rooms = {each.id: each for each in rooms}
        self.id = GUILD
        self.waiting: list[Request] = []
        self.arrives: list[tuple[datetime, Request]] = []
        self.asked = 0
        self.connected = True
        self.archived: Json = {"threads": []}
        self.dies_with: Callable[[Request], str] = lambda request: "never"  # what becomes of what we died with
        self.on_request: Callable[[Request], None] = lambda request: None
        self.http = self
        self.user = SimpleNamespace(id=ME)
        self.unavailable = False
        self.me = self.user
        self._ids = 0
        self._arrived: datetime | None = None
        for each in rooms:
            each.guild = self

    # --- what the library knows ---

    def is_closed(self) -> bool:
        return False

    def is_ready(self) -> bool:
        return self.connected

    def get_guild(self, number: int) -> "Outside":
        return self

    def get_channel_or_thread(self, number: int) -> Room | None:
        return self.rooms.get(number)

    def get_channel(self, number: int) -> None:
        return None

    # --- the line ---

    async def request(
        self,
        route: Route,
        *,
        raise_for_status: Callable[[Any], Awaitable[None]],
        json: Json | None = None,
        params: Mapping[str, Any] | None = None,
        timeout: object = None,
    ) -> None:
        path = _PATHS.search(route.url)
        assert path
        fate: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        asked = Request(route.method, path[1], json or {}, params or {}, fate, self.clock.now())
        self.asked += 1
        self.waiting.append(asked)
        self.on_request(asked)
        try:
            said = await fate
        except asyncio.CancelledError:
            match self.dies_with(asked):
                case "lost":
                    self._try(asked)
                case "arrives later":
                    self.arrives.append((asked.at + STILL_ARRIVES, asked))
            raise
        finally:
            self.waiting.remove(asked)
        await raise_for_status(self._answer(asked, said))

    def answer(self, asked: Request, fate: str) -> None:
        if not asked.fate.done():
            asked.fate.set_result(fate)

    def time_passed(self) -> None:
        """What was still on its way arrives."""
        due = [each for each in self.arrives if each[0] <= self.clock.now()]
        self.arrives = [each for each in self.arrives if each not in due]
        for self._arrived, each in due:
            self._try(each)
        self._arrived = None

    def _answer(self, asked: Request, fate: str) -> "_Response":
        match fate:
            case "answered":
                return self._try(asked)
            case "lost":
                self._try(asked)
                raise aiohttp.ServerDisconnectedError
            case "never":
                raise aiohttp.ClientConnectionError
            case "arrives later":
                self.arrives.append((asked.at + STILL_ARRIVES, asked))
                self.time_passed()
                raise aiohttp.ServerDisconnectedError
            case "500, done":
                self._try(asked)
                return _Response(500, {})
            case "500":
                return _Response(500, {})
            case "429":
                return _Response(429, {"retry_after": 0.002}, {"Via": "1.1 google", "X-RateLimit-Scope": "shared"})
            case "429 for long":
                return _Response(429, {"retry_after": 90}, {"Via": "1.1 google", "X-RateLimit-Scope": "shared"})
            case "spent":
                answer = self._try(asked)
                answer.headers |= {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset-After": "5"}
                return answer
            case "filtered":
                return _Response(400, {"code": 200000, "message": "AutoMod"})
            case _:
                raise AssertionError(fate)

    def _try(self, asked: Request) -> "_Response":
        try:
            return _Response(200, self._do(asked), {"Date": format_datetime(self.clock.now(), usegmt=True)})
        except Refusal as refusal:
            return _Response(refusal.status, {"code": refusal.code})

    def _do(self, asked: Request) -> Any:
        parts = asked.path.strip("/").split("/")
        match asked.method, parts:
            case "POST", ["users", "@me", "channels"]:
                return {"id": str(1000 + int(asked.body["recipient_id"]))}
            case "GET", ["guilds", _, "threads", "active"]:
                return {"threads": [each for room in self.rooms.values() for each in _threads(room)]}
            case "GET", ["channels", _, "threads", "archived", "public"]:
                return self.archived
            case "POST", ["channels", room, "messages"]:
                return self._post(self._room(room), asked.body)
            case "POST", ["channels", room, "threads"]:
                made = self._post(self._room(room), asked.body["message"] | {"name": asked.body["name"]})
                return {"id": made["id"], "message": made}
            case "POST", ["channels", room, "messages", message, "crosspost"]:
                return self._publish(self._message(room, message))
            case "GET", ["channels", room, "messages"]:
                return self._history(self._room(room), asked.query)
            case "GET", ["channels", room, "messages", message]:
                return self._message(room, message)
            case "PATCH", ["channels", room, "messages", message]:
                found = self._message(room, message)
                found.update({name: value for name, value in asked.body.items() if name in found})
                return found
            case "PATCH", ["channels", thread]:
                self._message(thread, thread)["name"] = asked.body["name"]
                return {}
            case "GET", ["channels", room]:
                last = max(self._room(room).messages, default=0)
                return {"id": room, "last_message_id": str(last) if last else None}
            case _:
                raise AssertionError(asked.path)

    def _room(self, number: str) -> Room:
        room = self.rooms.get(int(number))
        if room is None:
            raise Refusal(404, 10003)
        return room

    def _post(self, room: Room, body: Json) -> Json:
        if not room.writable:
            raise Refusal(403, 50013)
        now = self._arrived or self.clock.now()
        if nonce := body.get("nonce"):
            at, known = room.nonces.get(nonce, (now, 0))
            if known and now - at <= NONCE_HOLDS and known in room.messages:
                return room.messages[known]
        self._ids += 1
        number = snowflake_at(now) + self._ids
        kept = {name: body.get(name) for name in ("content", "embeds", "components", "name")}
        room.messages[number] = {"id": str(number), "author": {"id": str(ME)}, **kept, "content": kept["content"] or ""}
        if nonce:
            room.nonces[nonce] = (now, number)
        return room.messages[number]

    def _publish(self, message: Json) -> Json:
        if message.get("published"):
            raise Refusal(400, 40033)
        message["published"] = True
        return message

    def _history(self, room: Room, query: Mapping[str, Any]) -> list[Json]:
        if not room.readable:
            return []
        after = int(query["after"])
        return [each for number, each in sorted(room.messages.items()) if number > after][:100][::-1]

    def _message(self, where: str, message: str) -> Json:
        room = self.rooms.get(int(where))
        if room is None:  # a forum's thread has the id of its first message
            room = next((each for each in self.rooms.values() if int(where) in each.messages), None)
        if room is None:
            raise Refusal(404, 10003)
        if int(message) not in room.messages:
            raise Refusal(404, 10008)
        return room.messages[int(message)]


def stories_in(message: Mapping[str, Any]) -> set[int]:
    """The stories that a message links to."""
    return {int(each) for each in _STORY.findall(json.dumps([message.get("components"), message.get("embeds")]))}


def _threads(room: Room) -> Iterator[Json]:
    if room.is_forum:
        for number in room.messages:
            yield {"id": str(number), "parent_id": str(room.id), "owner_id": str(ME)}


class _Response:
    """As much of an answer as the line reads."""

    def __init__(self, status: int, said: Any, headers: Mapping[str, str] | None = None) -> None:
        self.status = status
        self.headers = dict(headers or {})
        self.content = self
        self._said = said

    async def iter_chunked(self, size: int) -> AsyncIterator[bytes]:
        yield json.dumps(self._said).encode()

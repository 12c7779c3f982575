"""What the page is served: its files, a snapshot, messages, server-sent events, faults and mishaps on order."""

import asyncio
import json
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.stage.backstage import Backstage
from bot.stage.gateway import Gateway
from bot.stage.panel import Figures
from bot.stage.people import User
from bot.stage.permissions import Permission
from bot.stage.places import Channel, Event
from bot.stage.refusals import Json, Refusal

FILES = Path(__file__).parent / "page"
KEPT_EVENTS = 2000
PANEL_SECONDS = 0.5
KEEPALIVE_SECONDS = 15.0
SHOWN_REQUESTS = 50


@dataclass(frozen=True, slots=True)
class _Told:
    number: int
    event: Event


class Window:
    """The stage as a person watches it in a browser."""

    def __init__(self, stage: Backstage, gateway: Gateway, figures: Figures) -> None:
        self.stage = stage
        self.gateway = gateway
        self.figures = figures
        self._told: deque[_Told] = deque(maxlen=KEPT_EVENTS)
        self._number = 0
        self._watching: set[asyncio.Queue[_Told | None]] = set()
        self._panel_task: asyncio.Task[None] | None = None
        stage.world.listeners.append(self.hear)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/", self.index),
            web.get("/page/{name:.+}", self.file),
            web.get("/healthz", self.health),
            web.get("/stage/state", self.state),
            web.get("/stage/events", self.events),
            web.get("/stage/channels/{id}/messages", self.messages),
            web.get("/stage/faults", self.get_faults),
            web.post("/stage/faults", self.set_fault),
            web.delete("/stage/faults", self.drop_faults),
            web.delete("/stage/faults/{id}", self.drop_faults),
            web.post("/stage/world", self.happen),
            web.get("/attachments/{channel}/{id}/{name}", self.attachment),
        ]

    async def start(self) -> None:
        self._panel_task = asyncio.create_task(self._tell_panel())

    async def stop(self) -> None:
        if self._panel_task is not None:
            self._panel_task.cancel()
        for queue in self._watching:
            queue.put_nowait(None)

    def hear(self, event: Event) -> None:
        if not event.for_page:
            return
        self._number += 1
        told = _Told(self._number, event)
        if event.name != "PANEL":
            self._told.append(told)
        for queue in self._watching:
            queue.put_nowait(told)

    # files

    async def index(self, _: web.Request) -> web.StreamResponse:
        return self._sent("index.html")

    async def file(self, request: web.Request) -> web.StreamResponse:
        return self._sent(request.match_info["name"])

    def _sent(self, name: str) -> web.StreamResponse:
        wanted = (FILES / name).resolve()
        if FILES.resolve() not in wanted.parents or not wanted.is_file():
            raise web.HTTPNotFound
        return web.FileResponse(wanted, headers={"Cache-Control": "no-cache"})

    async def attachment(self, request: web.Request) -> web.StreamResponse:
        wanted = request.match_info["id"]
        for message in self.stage.world.messages():
            for each in message.attachments:
                if str(each.id) == wanted:
                    return web.Response(body=each.content, headers={"Content-Type": each.content_type})
        raise web.HTTPNotFound

    # looking

    async def health(self, _: web.Request) -> web.Response:
        if self._is_ready:
            return web.Response(text="ready")
        return web.Response(status=503, text="the bot is not ready")

    @property
    def _is_ready(self) -> bool:
        return self.gateway.is_ready and self.stage.commands.synced

    async def state(self, request: web.Request) -> web.Response:
        me = self._me(request)
        world = self.stage.world
        bot = {
            "id": str(world.bot.id),
            "name": world.bot.name,
            "ready": self._is_ready,
        }
        guilds = [each for each in world.guilds.values() if me is None or me.id in each.members]
        body = {
            "me": self._person(me) if me else None,
            "members": [self._person(each) for each in world.people.values()],
            "bot": bot,
            "guilds": [self._guild(each.id, me) for each in guilds],
            "left": [{"id": str(each.id), "name": each.name} for each in world.left.values()],
            "dms": self._dms(me) if me else [],
            "commands": self.stage.commands.everything(),
            "panel": await self.figures.gather(),
            "last": str(self._number),  # the newest event that this already knows: /stage/events?last= goes on from it
            "requests": [each.json() for each in list(self.stage.requests)[-SHOWN_REQUESTS:] if each.by == "bot"],
        }
        return web.json_response(body)

    def _me(self, request: web.Request) -> User | None:
        wanted = request.query.get("as")
        people = self.stage.world.people
        if wanted and wanted.isdigit() and int(wanted) in people:
            return people[int(wanted)]
        return next(iter(people.values()), None)

    def _person(self, user: User) -> Json:
        inside = [each for each in self.stage.world.guilds.values() if user.id in each.members]
        return {
            "id": str(user.id),
            "name": user.name,
            "avatar": None,
            "color": f"#{user.color:06x}",
            "token": user.token,
            "locale": user.locale,
            "guilds": [str(each.id) for each in inside],
            "roles": {str(each.id): [str(role) for role in each.members[user.id].roles] for each in inside},
        }

    def _guild(self, guild_id: int, me: User | None) -> Json:
        guild = self.stage.world.guilds[guild_id]
        channels = []
        for each in guild.channels.values():
            if each.is_thread:
                continue
            below = [one for one in guild.channels.values() if one.is_thread and one.parent_id == each.id]
            body = self._channel(each, me)
            body["threads"] = [self._channel(one, me) for one in below if me is None or one.seen_by(me)]
            channels.append(body)
        return {
            "id": str(guild.id),
            "name": guild.name,
            "icon": guild.icon,
            "unavailable": guild.unavailable,
            "roles": [role.json() for role in guild.roles.values()],
            "members": [member.json() for member in guild.members.values()],
            "channels": channels,
        }

    def _channel(self, channel: Channel, me: User | None) -> Json:
        can_view = me is None or channel.seen_by(me)
        needed = Permission.SEND_MESSAGES_IN_THREADS if channel.is_thread else Permission.SEND_MESSAGES
        can_send = me is not None and channel.lets(me, needed)
        mine = str(channel.permissions_of(me)) if me else "0"
        return channel.json() | {"can_view": can_view, "can_send": can_send, "permissions": mine}

    def _dms(self, me: User) -> list[Json]:
        """Direct messages, the one with the bot first and from the beginning; `recipients` are the others."""
        self.stage.world.dm(me)
        return [
            each.json() | {"recipients": [other.json() for other in each.recipients if other is not me]}
            for each in self.stage.world.dms.values()
            if me in each.recipients
        ]

    async def messages(self, request: web.Request) -> web.Response:
        me = self._me(request)
        try:
            channel = self.stage.world.channel(request.match_info["id"])
        except Refusal as refusal:
            return web.json_response(refusal.body(), status=refusal.status)
        if me is None or not channel.seen_by(me):
            return web.json_response(Refusal(50001).body(), status=403)
        before = int(request.query.get("before") or 2**63)
        limit = min(int(request.query.get("limit") or 50), 200)
        seen = [
            each for each in self.stage.world.messages(channel) if each.id < before and each.only_for in (None, me.id)
        ]
        return web.json_response([each.staged() for each in seen[-limit:]])

    async def events(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events; a Last-Event-ID that is no longer kept brings RESET."""
        me = self._me(request)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-cache"})
        await response.prepare(request)
        queue: asyncio.Queue[_Told | None] = asyncio.Queue()
        last = request.headers.get("Last-Event-ID") or request.query.get("last")
        self._watching.add(queue)
        try:
            await response.write(b": hello\n\n")
            for told in self._missed(last):
                await self._write(response, told, me)
            while True:
                try:
                    async with asyncio.timeout(KEEPALIVE_SECONDS):
                        following = await queue.get()
                except TimeoutError:
                    await response.write(b": still here\n\n")
                    continue
                if following is None:
                    break
                await self._write(response, following, me)
        except ConnectionError:
            pass
        finally:
            self._watching.discard(queue)
        return response

    def _missed(self, last: str | None) -> list[_Told]:
        if last is None or not last.isdigit():
            return []
        number = int(last)
        oldest = self._told[0].number if len(self._told) == KEPT_EVENTS else 0
        if number > self._number or number + 1 < oldest:
            return [_Told(self._number, Event("RESET", {}))]
        return [each for each in self._told if each.number > number]

    async def _write(self, response: web.StreamResponse, told: _Told, me: User | None) -> None:
        event = told.event
        if me is not None and not event.heard_by(me):
            return
        line = json.dumps({"t": event.name, "d": event.body})
        await response.write(f"id: {told.number}\ndata: {line}\n\n".encode())

    async def _tell_panel(self) -> None:
        before: Any = None
        while True:
            await asyncio.sleep(PANEL_SECONDS)
            if not self._watching:
                continue
            figures = await self.figures.gather()
            if figures != before:
                before = figures
                self.hear(Event("PANEL", figures, for_bot=False))

    # mishaps on order

    async def get_faults(self, _: web.Request) -> web.Response:
        return web.json_response([each.json() for each in self.stage.faults])

    async def set_fault(self, request: web.Request) -> web.Response:
        try:
            fault = self.stage.faults.add_json(await request.json())
        except (Refusal, ValueError, TypeError) as error:
            return web.json_response({"message": str(error)}, status=400)
        if fault.on_gateway and fault.kind != "refuse-handshake":
            self.gateway.strike(fault)
        return web.json_response(fault.json())

    async def drop_faults(self, request: web.Request) -> web.Response:
        wanted = request.match_info.get("id") or request.query.get("id")
        self.stage.faults.remove(int(wanted) if wanted else None)
        return web.Response(status=204)

    async def happen(self, request: web.Request) -> web.Response:
        """`{"do": "delete-channel", "channel_id": …}` and its like."""
        try:
            self._do(await request.json())
        except (Refusal, ValueError, KeyError) as error:
            return web.json_response({"message": str(error)}, status=400)
        return web.Response(status=204)

    def _do(self, body: Json) -> None:
        world = self.stage.world
        do = body["do"]
        if do in ("withdraw-permission", "restore-permission"):
            permission = Permission[str(body["permission"]).upper()]
            if body.get("channel_id"):
                channels = [world.channel(body["channel_id"])]
            else:
                channels = [each for each in world.guild(body["guild_id"]).channels.values() if not each.is_thread]
            for channel in channels:
                (world.withdraw if do == "withdraw-permission" else world.restore)(channel, permission)
        elif do == "delete-channel":
            channel = world.channel(body["channel_id"])
            if channel.guild is not None:
                channel.guild.drop_channel(channel)
        elif do == "delete-guild":
            world.drop_guild(world.guild(body["guild_id"]))
        elif do == "return-guild":
            world.return_guild(world.left[int(body["guild_id"])])
        elif do in ("guild-unavailable", "guild-available"):
            world.set_available(world.guild(body["guild_id"]), do == "guild-available")
        elif do == "advance":
            self.stage.clock.advance(float(body["seconds"]))
        else:
            raise ValueError(f"Nobody knows how to do {do!r}.")

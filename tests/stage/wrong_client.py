"""A client that minds no rule: plain aiohttp, so that the stage alone decides what is let through."""

import json
import zlib
from typing import Any

import aiohttp

from bot.stage import Channel, Guild, Stage, User


class Answer:
    """What the stage said."""

    def __init__(self, status: int, body: Any, headers: Any) -> None:
        self.status = status
        self.body = body
        self.headers = headers

    @property
    def code(self) -> int:
        return int(self.body["code"]) if isinstance(self.body, dict) else -1

    def error(self, *path: str | int) -> str:
        """The code of the first error at a path of the nested list; empty when there is none."""
        node = self.body.get("errors", {})
        for step in path:
            node = node.get(str(step), {})
        found = node.get("_errors")
        return str(found[0]["code"]) if found else ""


class WrongClient:
    """Speaks to the stage as the bot, or with any other token."""

    def __init__(self, stage: Stage, session: aiohttp.ClientSession) -> None:
        self.stage = stage
        self.session = session

    async def ask(self, method: str, path: str, body: Any = None, *, token: str | None = None, **more: Any) -> Answer:
        headers = {
            "Authorization": token if token is not None else f"Bot {self.stage.token}",
            **more.pop("headers", {}),
        }
        if body is not None:
            more["json"] = body
        async with self.session.request(method, self.stage.api + path, headers=headers, **more) as response:
            text = await response.text()
            parsed = json.loads(text) if response.content_type == "application/json" else text
            return Answer(response.status, parsed, response.headers)

    async def send(self, channel: Channel, **body: Any) -> Answer:
        return await self.ask("POST", f"/channels/{channel.id}/messages", body)

    async def gateway(self, compress: str | None = None) -> "Line":
        query = f"?v=10&encoding=json{f'&compress={compress}' if compress else ''}"
        return Line(await self.session.ws_connect(self.stage.gateway_url + query))

    async def identified(self, **more: Any) -> "Line":
        line = await self.gateway()
        await line.hello()
        await line.say(2, identity(self.stage, **more))
        return line


def identity(stage: Stage, **more: Any) -> dict[str, Any]:
    return {"token": stage.token, "intents": 1, "properties": {}, **more}


class Line:
    """A connection to the gateway."""

    def __init__(self, ws: aiohttp.ClientWebSocketResponse) -> None:
        self.ws = ws
        self.frames: list[dict[str, Any]] = []
        self._zlib = zlib.decompressobj()

    async def say(self, op: int, body: Any) -> None:
        await self.ws.send_str(json.dumps({"op": op, "d": body}))

    async def hear(self) -> dict[str, Any]:
        """The next frame; raises Hangup with the code when the stage closes."""
        message = await self.ws.receive(timeout=5)
        if message.type is aiohttp.WSMsgType.BINARY:
            frame = json.loads(self._zlib.decompress(message.data))
        elif message.type is aiohttp.WSMsgType.TEXT:
            frame = json.loads(message.data)
        else:
            raise Hangup(self.ws.close_code)
        self.frames.append(frame)
        return dict(frame)

    async def hear_until(self, name: str) -> dict[str, Any]:
        """The next event of this name."""
        while True:
            frame = await self.hear()
            if frame.get("t") == name:
                return dict(frame["d"])

    async def hear_op(self, op: int) -> dict[str, Any]:
        while True:
            frame = await self.hear()
            if frame["op"] == op:
                return frame

    async def hello(self) -> dict[str, Any]:
        return await self.hear_op(10)

    async def hangup(self) -> int | None:
        """The code with which the stage closes the line."""
        try:
            while True:
                await self.hear()
        except Hangup as end:
            return end.code


class Hangup(Exception):
    def __init__(self, code: int | None) -> None:
        super().__init__(code)
        self.code = code


class Place:
    """A guild with a bit of everything, for tests that need somewhere to stand."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.guild: Guild = stage.world.add_guild("Newsroom")
        self.text: Channel = self.guild.add_channel("africa")
        self.news: Channel = self.guild.add_channel("news", kind="announcement")
        self.forum: Channel = self.guild.add_channel("forum", kind="forum", tags=["one", "two"])
        self.ada: User = stage.world.add_member(self.guild, "Ada", admin=True)
        self.bob: User = stage.world.add_member(self.guild, "Bob")


def violations_of(stage: Stage) -> list[str]:
    """The violations so far, which thereby were asked for."""
    found = [str(each) for each in stage.violations]
    stage.violations.clear()
    return found

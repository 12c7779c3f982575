"""A shard's session: what was sent to it, so that it can be resumed, and what it wants to hear."""

import json
import zlib
from collections import deque
from typing import Any, Protocol

from aiohttp import web

from bot.stage.people import User
from bot.stage.places import Event
from bot.stage.refusals import Json

KEPT_EVENTS = 2000

GUILDS, GUILD_MEMBERS, GUILD_PRESENCES = 1 << 0, 1 << 1, 1 << 8
GUILD_MESSAGES, GUILD_REACTIONS, GUILD_TYPING = 1 << 9, 1 << 10, 1 << 11
DIRECT_MESSAGES, DIRECT_REACTIONS, DIRECT_TYPING, MESSAGE_CONTENT = 1 << 12, 1 << 13, 1 << 14, 1 << 15
PRIVILEGED = GUILD_MEMBERS | GUILD_PRESENCES | MESSAGE_CONTENT
ALL_INTENTS = (1 << 26) - 1


class Outlet(Protocol):
    """Where a session's frames go while it is connected."""

    def push(self, frame: Json) -> None: ...


class Session:
    """One identified shard, connected or waiting to be resumed."""

    def __init__(self, session_id: str, shard: tuple[int, int], intents: int) -> None:
        self.id = session_id
        self.shard = shard
        self.intents = intents
        self.sequence = 0
        self.sent: deque[Json] = deque(maxlen=KEPT_EVENTS)
        self.outlet: Outlet | None = None
        self.left_at: float | None = None

    def dispatch(self, name: str, body: Json) -> None:
        self.sequence += 1
        frame = {"op": 0, "t": name, "s": self.sequence, "d": body}
        self.sent.append(frame)
        if self.outlet is not None:
            self.outlet.push(frame)

    def missed(self, sequence: int) -> list[Json] | None:
        """The events after this one, or None when they are no longer kept."""
        if sequence > self.sequence:
            return None
        kept = [frame for frame in self.sent if frame["s"] > sequence]
        return kept if len(kept) == self.sequence - sequence else None

    def covers(self, guild_id: int | None) -> bool:
        """Whether this shard is the guild's; what is in no guild comes to the first."""
        number, count = self.shard
        return (guild_id >> 22) % count == number if guild_id is not None else number == 0

    def hears(self, event: Event, bot: User) -> bool:
        if not event.for_bot or not self.covers(event.guild.id if event.guild else None):
            return False
        if event.name == "INTERACTION_CREATE":
            return True
        guild = event.guild
        if guild is not None and not guild.has_bot:
            return False
        if guild is not None and guild.unavailable and event.name not in ("GUILD_DELETE", "GUILD_CREATE"):
            return False
        if event.channel is not None and not event.channel.seen_by(bot):
            return False
        return bool(self.intents & self._needed(event, bot))

    def _needed(self, event: Event, bot: User) -> int:
        """The intents of which one brings this event."""
        private = event.guild is None
        if event.name.startswith("MESSAGE_REACTION_"):
            return DIRECT_REACTIONS if private else GUILD_REACTIONS
        if event.name.startswith("MESSAGE_"):
            return DIRECT_MESSAGES if private else GUILD_MESSAGES
        if event.name == "TYPING_START":
            return DIRECT_TYPING if private else GUILD_TYPING
        if event.name.startswith("GUILD_MEMBER_"):
            own = event.name == "GUILD_MEMBER_UPDATE" and event.body["user"]["id"] == str(bot.id)
            return GUILDS if own else GUILD_MEMBERS
        return GUILDS

    def rendered(self, event: Event, bot: User) -> Json:
        """The event's body as an app gets it, without the stage's own fields."""
        message = event.message
        if message is None:
            return event.body
        reads_all = self.intents & MESSAGE_CONTENT
        body = message.json() if reads_all else message.json(for_bot=bot)
        if event.guild is not None:
            body["guild_id"] = str(event.guild.id)
            member = event.guild.members.get(message.author.id)
            if member is not None:
                body["member"] = member.json(with_user=False)
        if "nonce" in event.body:
            body["nonce"] = event.body["nonce"]
        return body


class Wire:
    """Frames onto a websocket: plain text, or one stream compressed with zlib or zstd."""

    def __init__(self, ws: web.WebSocketResponse, compression: str | None) -> None:
        self._ws = ws
        self._zlib = zlib.compressobj() if compression == "zlib-stream" else None
        self._zstd = _zstd() if compression == "zstd-stream" else None

    async def send(self, frame: Json) -> None:
        text = json.dumps(frame)
        if self._zlib is not None:
            await self._ws.send_bytes(self._zlib.compress(text.encode()) + self._zlib.flush(zlib.Z_SYNC_FLUSH))
        elif self._zstd is not None:
            await self._ws.send_bytes(self._zstd(text.encode()))
        else:
            await self._ws.send_str(text)


def _zstd() -> Any:
    """A function that compresses the next piece of a zstd stream; None where no zstd is installed."""
    try:
        from backports import zstd
    except ImportError:
        return None
    stream = zstd.ZstdCompressor()
    return lambda piece: stream.compress(piece, mode=zstd.ZstdCompressor.FLUSH_BLOCK)

"""A message as the stage keeps it, and whom it would ping."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntFlag

from bot.stage.people import User
from bot.stage.refusals import Json


class MessageFlag(IntFlag):
    CROSSPOSTED = 1 << 0
    IS_CROSSPOST = 1 << 1
    SUPPRESS_EMBEDS = 1 << 2
    SOURCE_MESSAGE_DELETED = 1 << 3
    HAS_THREAD = 1 << 5
    EPHEMERAL = 1 << 6
    LOADING = 1 << 7
    SUPPRESS_NOTIFICATIONS = 1 << 12
    IS_COMPONENTS_V2 = 1 << 15


@dataclass(slots=True)
class Pings:
    """Whom a message notifies. Silent messages still mark the channel, but make no sound."""

    everyone: bool = False
    roles: list[int] = field(default_factory=list)
    users: list[int] = field(default_factory=list)
    members: list[int] = field(default_factory=list)  # everyone whom this comes down to
    silent: bool = False

    def json(self) -> Json:
        return {
            "everyone": self.everyone,
            "roles": [str(each) for each in self.roles],
            "users": [str(each) for each in self.users],
            "members": [str(each) for each in self.members],
            "silent": self.silent,
        }


@dataclass(slots=True)
class Attachment:
    id: int
    filename: str
    content: bytes
    content_type: str
    url: str
    description: str | None = None

    def json(self) -> Json:
        return {
            "id": str(self.id),
            "filename": self.filename,
            "size": len(self.content),
            "url": self.url,
            "proxy_url": self.url,
            "content_type": self.content_type,
            **({"description": self.description} if self.description else {}),
        }


@dataclass(slots=True, eq=False)
class Message:
    id: int
    channel_id: int
    author: User
    at: datetime
    content: str = ""
    embeds: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    flags: int = 0
    kind: int = 0
    edited_at: datetime | None = None
    tts: bool = False
    pinned: bool = False
    pings: Pings = field(default_factory=Pings)
    mentions: list[User] = field(default_factory=list)
    webhook_id: int | None = None
    application_id: int | None = None
    reference: Json | None = None
    interaction: Json | None = None  # interaction_metadata: what this answers
    only_for: int | None = None  # ephemeral: the one person who sees it
    guild_id: int | None = None
    reactions: dict[str, set[int]] = field(default_factory=dict)

    @property
    def is_loading(self) -> bool:
        return bool(self.flags & MessageFlag.LOADING)

    @property
    def pinged(self) -> list[int]:
        """The ids of all whom this message notifies."""
        return self.pings.members

    def json(self, *, for_bot: User | None = None) -> Json:
        """As Discord sends it. `for_bot`: without what an app reads only with the message content intent."""
        hidden = for_bot is not None and not self._readable_by(for_bot)
        return {
            "id": str(self.id),
            "channel_id": str(self.channel_id),
            "author": self.author.json(),
            "content": "" if hidden else self.content,
            "timestamp": self.at.isoformat(),
            "edited_timestamp": self.edited_at.isoformat() if self.edited_at else None,
            "tts": self.tts,
            "mention_everyone": self.pings.everyone,
            "mentions": [each.json() for each in self.mentions],
            "mention_roles": [str(each) for each in self.pings.roles],
            "attachments": [] if hidden else [each.json() for each in self.attachments],
            "embeds": [] if hidden else self.embeds,
            "components": [] if hidden else self.components,
            "pinned": self.pinned,
            "type": self.kind,
            "flags": self.flags,
            **({"webhook_id": str(self.webhook_id)} if self.webhook_id else {}),
            **({"application_id": str(self.application_id)} if self.application_id else {}),
            **({"message_reference": self.reference} if self.reference else {}),
            **({"interaction_metadata": self.interaction} if self.interaction else {}),
            **self._reacted(for_bot),
        }

    def staged(self) -> Json:
        """As the page and a test see it: with the fields that are the stage's own."""
        return {
            **self.json(),
            "ephemeral": self.only_for is not None,
            "stage_pings": self.pings.json(),
            **({"guild_id": str(self.guild_id)} if self.guild_id else {}),
        }

    def _readable_by(self, bot: User) -> bool:
        return (
            self.author is bot
            or self.guild_id is None
            or self.application_id == bot.id
            or bot in self.mentions
            or self.interaction is not None
        )

    def _reacted(self, viewer: User | None) -> Json:
        if not self.reactions:
            return {}
        return {
            "reactions": [
                {"emoji": {"id": None, "name": name}, "count": len(by), "me": viewer is not None and viewer.id in by}
                for name, by in self.reactions.items()
            ]
        }


def walk(components: Iterable[Json]) -> Iterator[Json]:
    """Every component, nested ones and accessories included."""
    for each in components:
        yield each
        yield from walk(each.get("components") or ())
        for name in ("accessory", "component"):
            if isinstance(each.get(name), dict):
                yield from walk([each[name]])


def spoken_text(content: str, components: Iterable[Json]) -> str:
    """The text in which a mention pings: the content and every Text Display, but no embed.

    Neither a backslash nor a code span takes the ping out of a mention here; whoever wants none must say so in
    `allowed_mentions`.
    """
    shown = [str(each.get("content") or "") for each in walk(components) if each.get("type") == 10]
    return "\n".join([content, *shown])


MENTIONED_USER = re.compile(r"<@!?(\d{15,20})>")
MENTIONED_ROLE = re.compile(r"<@&(\d{15,20})>")
MENTIONED_ALL = re.compile(r"@(everyone|here)\b")

"""One request as a route sees it, and what a route may answer."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.stage.backstage import Backstage
from bot.stage.people import User
from bot.stage.permissions import Permission
from bot.stage.places import Channel, Guild
from bot.stage.refusals import Findings, Json, Plain, Refusal

BOT, PERSON, ANYONE = "bot", "person", "anyone"


@dataclass(frozen=True, slots=True)
class Upload:
    filename: str
    content: bytes
    content_type: str


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that is not simply 200 with a body."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Call:
    """A request that has got past the doors: who asks, for what, with which body."""

    stage: Backstage
    method: str
    path: str
    where: dict[str, str]
    query: Mapping[str, str]
    user: User
    body: Any = None
    files: dict[str, Upload] = field(default_factory=dict)

    @property
    def by_bot(self) -> bool:
        return self.user is self.stage.world.bot

    @property
    def fields(self) -> Json:
        """The body, which has to be an object."""
        if not isinstance(self.body, dict):
            raise Refusal(50035, errors={"_errors": [{"code": "MODEL_TYPE_CONVERT", "message": "Only dictionaries"}]})
        return self.body

    def channel(self, *needed: Permission, key: str = "channel_id") -> Channel:
        """The channel of the path, once the caller sees it and may do what is needed."""
        channel = self.stage.world.channel(self.where[key])
        if channel.guild is not None:
            available(channel.guild)
        if not channel.seen_by(self.user):
            raise Refusal(50001)
        self.need(channel, *needed)
        return channel

    def need(self, channel: Channel, *needed: Permission) -> None:
        if not channel.lets(self.user, *needed):
            raise Refusal(50013)

    def guild(self, *needed: Permission) -> Guild:
        """The guild of the path, once the caller is in it and may do what is needed."""
        guild = self.stage.world.guild(self.where["guild_id"])
        available(guild)
        if self.user.id not in guild.members:
            raise Refusal(50001)
        if not all(guild.permissions_of(self.user) & each for each in needed):
            raise Refusal(50013)
        return guild

    def number(self, name: str, usual: int, least: int, most: int) -> int:
        """A whole number of the query, within its bounds."""
        findings = Findings()
        given = self.query.get(name)
        if given is None:
            return usual
        if not given.lstrip("-").isdigit():
            findings.add(name, "NUMBER_TYPE_COERCE", f'Value "{given}" is not int.')
        elif not least <= int(given) <= most:
            findings.add(name, "NUMBER_TYPE_RANGE", f"int value should be between {least} and {most}.")
        findings.refuse()
        return int(given)

    def says(self, name: str) -> bool:
        return self.query.get(name, "").lower() in ("1", "true")


def available(guild: Guild) -> None:
    """During an outage of its own, a guild's routes break."""
    if guild.unavailable:
        raise Plain(503, "Service Unavailable")


Answer = Any  # a JSON value, None for 204, or a Reply


@dataclass(frozen=True, slots=True)
class Route:
    """A method and a path of the API, and who may come that way."""

    method: str
    path: str
    answer: Callable[[Call], Awaitable[Answer]]
    open_to: frozenset[str] = frozenset({BOT})
    exempt: bool = False  # from the global limit

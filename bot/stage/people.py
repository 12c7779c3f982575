"""Who is on the stage: persons and the bot, their roles, their membership of guilds."""

from dataclasses import dataclass, field
from datetime import datetime

from bot.stage.refusals import Json


@dataclass(slots=True, eq=False)
class User:
    """A person, the bot, or the face of a webhook."""

    id: int
    name: str
    bot: bool = False
    token: str = ""
    locale: str = "en-US"
    color: int = 0x5865F2
    has_installed: bool = False  # the app, for themselves: its commands then go with them everywhere
    takes_dms: bool = True

    def json(self) -> Json:
        return {
            "id": str(self.id),
            "username": self.name if self.bot else self.name.lower().replace(" ", "."),
            "global_name": None if self.bot else self.name,
            "discriminator": "0000" if self.bot else "0",
            "avatar": None,
            "avatar_decoration_data": None,
            "bot": self.bot,
            "public_flags": 0,
        }


@dataclass(slots=True, eq=False)
class Role:
    id: int
    name: str
    permissions: int = 0
    position: int = 0
    color: int = 0
    mentionable: bool = False
    hoist: bool = False
    managed_by: int | None = None  # the bot whose own role this is

    def json(self) -> Json:
        return {
            "id": str(self.id),
            "name": self.name,
            "permissions": str(self.permissions),
            "position": self.position,
            "color": self.color,
            "colors": {"primary_color": self.color, "secondary_color": None, "tertiary_color": None},
            "hoist": self.hoist,
            "icon": None,
            "unicode_emoji": None,
            "managed": self.managed_by is not None,
            "mentionable": self.mentionable,
            "flags": 0,
            **({"tags": {"bot_id": str(self.managed_by)}} if self.managed_by else {}),
        }


@dataclass(slots=True, eq=False)
class Member:
    """A user in one guild."""

    user: User
    joined_at: datetime
    roles: list[int] = field(default_factory=list)
    nick: str | None = None
    timed_out_until: datetime | None = None

    def json(self, *, with_user: bool = True) -> Json:
        until = self.timed_out_until
        return {
            **({"user": self.user.json()} if with_user else {}),
            "nick": self.nick,
            "avatar": None,
            "banner": None,
            "roles": [str(each) for each in self.roles],
            "joined_at": self.joined_at.isoformat(),
            "premium_since": None,
            "deaf": False,
            "mute": False,
            "flags": 0,
            "pending": False,
            "communication_disabled_until": until.isoformat() if until else None,
        }

"""Where things are said: guilds, their channels and threads, direct messages; who sees and may do what there."""

from collections.abc import Callable
from dataclasses import dataclass, field

from bot.stage import permissions
from bot.stage.clock import StageClock
from bot.stage.kinds import FORUMS, KINDS, REQUIRE_TAG, THREADS, Tag, ThreadState, Webhook
from bot.stage.messages import Message
from bot.stage.people import Member, Role, User
from bot.stage.permissions import Permission
from bot.stage.refusals import Json


@dataclass(slots=True)
class Event:
    """Something that happened, and who may hear of it."""

    name: str
    body: Json
    guild: "Guild | None" = None
    channel: "Channel | None" = None
    message: Message | None = None
    only_for: int | None = None  # one person
    for_bot: bool = True
    for_page: bool = True

    def heard_by(self, user: User) -> bool:
        if self.only_for is not None and self.only_for != user.id:
            return False
        if self.channel is not None:
            return self.channel.seen_by(user)
        return self.guild is None or user.id in self.guild.members


Tell = Callable[[Event], None]


@dataclass(slots=True, eq=False)
class Channel:
    """A channel, a category, a thread or a direct message."""

    id: int
    kind: int
    name: str
    guild: "Guild | None" = None
    parent_id: int | None = None
    topic: str | None = None
    position: int = 0
    nsfw: bool = False
    slowmode: int = 0
    flags: int = 0
    overwrites: dict[int, tuple[bool, int, int]] = field(default_factory=dict)  # id -> (is a role, allow, deny)
    tags: list[Tag] = field(default_factory=list)
    recipients: list[User] = field(default_factory=list)
    thread: ThreadState | None = None
    messages: dict[int, Message] = field(default_factory=dict)
    last_message_id: int | None = None
    sent: int = 0
    webhooks: dict[int, Webhook] = field(default_factory=dict)
    followers: list["Channel"] = field(default_factory=list)  # the channels that follow this announcement channel

    @property
    def is_thread(self) -> bool:
        return self.kind in THREADS

    @property
    def parent(self) -> "Channel | None":
        return self.guild.channels.get(self.parent_id) if self.guild and self.parent_id else None

    def permissions_of(self, user: User) -> int:
        """What this user may do here, all rules applied; 0 when they cannot see it."""
        if self.guild is None:
            return permissions.IN_A_DM if user in self.recipients else 0
        found = self.guild.permissions_of(user)
        home = self.parent if self.is_thread else self
        member = self.guild.members.get(user.id)
        if member is None or home is None:
            return 0
        own = {key: (allow, deny) for key, (_, allow, deny) in home.overwrites.items()}
        found = permissions.overwritten(
            found, own.get(self.guild.id), [own[role] for role in member.roles if role in own], own.get(user.id)
        )
        until = member.timed_out_until
        timed_out = until is not None and until > self.guild.clock.now()
        return permissions.implied(found, thread=self.is_thread, timed_out=timed_out)

    def lets(self, user: User, *needed: Permission) -> bool:
        found = self.permissions_of(user)
        return all(found & each for each in needed)

    def seen_by(self, user: User) -> bool:
        if not self.lets(user, Permission.VIEW_CHANNEL):
            return False
        if self.kind == 12 and self.thread:
            return user.id in self.thread.members or self.lets(user, Permission.MANAGE_THREADS)
        return True

    def overwrite(self, who: Role | User | Member, *, allow: int = 0, deny: int = 0) -> None:
        """Gives or takes permissions here, for a role or one person."""
        key = who.user.id if isinstance(who, Member) else who.id
        self.overwrites[key] = (isinstance(who, Role), int(allow), int(deny))
        self.changed()

    def changed(self) -> None:
        if self.guild is not None:
            name = "THREAD_UPDATE" if self.is_thread else "CHANNEL_UPDATE"
            self.guild.tell(Event(name, self.json(), self.guild, None if name == "CHANNEL_UPDATE" else self))

    def json(self) -> Json:
        body: Json = {
            "id": str(self.id),
            "type": self.kind,
            "last_message_id": str(self.last_message_id) if self.last_message_id else None,
            "flags": self.flags,
        }
        if self.guild is None:
            body["recipients"] = [each.json() for each in self.recipients if not each.bot]
            if self.kind == KINDS["group"]:
                body |= {"name": self.name, "icon": None, "owner_id": str(self.recipients[0].id)}
            return body
        body |= {
            "guild_id": str(self.guild.id),
            "name": self.name,
            "parent_id": str(self.parent_id) if self.parent_id else None,
            "rate_limit_per_user": self.slowmode,
        }
        return body | (self._thread_json(self.thread) if self.thread else self._channel_json())

    def _thread_json(self, thread: ThreadState) -> Json:
        return {
            "owner_id": str(thread.owner_id),
            "message_count": max(0, self.sent - (1 if self.parent and self.parent.kind in FORUMS else 0)),
            "total_message_sent": self.sent,
            "member_count": len(thread.members),
            "thread_metadata": thread.json(),
            "applied_tags": [str(each) for each in thread.tags],
        }

    def _channel_json(self) -> Json:
        overwrites = [
            {"id": str(key), "type": 0 if is_role else 1, "allow": str(allow), "deny": str(deny)}
            for key, (is_role, allow, deny) in self.overwrites.items()
        ]
        body: Json = {"position": self.position, "permission_overwrites": overwrites, "nsfw": self.nsfw}
        if self.kind != KINDS["category"]:
            body["topic"] = self.topic
        if self.kind in FORUMS:
            body |= {
                "available_tags": [tag.json() for tag in self.tags],
                "default_reaction_emoji": None,
                "default_sort_order": None,
                "default_forum_layout": 0,
                "template": "",
            }
        if self.kind == KINDS["voice"]:
            body |= {"bitrate": 64000, "user_limit": 0, "rtc_region": None}
        return body


@dataclass(slots=True, eq=False)
class Guild:
    """A server. Its builder methods may be used before the bot is there and while it is."""

    id: int
    name: str
    clock: StageClock
    tell: Tell
    bot: User
    roles: dict[int, Role] = field(default_factory=dict)
    members: dict[int, Member] = field(default_factory=dict)
    channels: dict[int, Channel] = field(default_factory=dict)  # threads too
    owner_id: int = 0
    locale: str = "en-US"
    unavailable: bool = False
    gone: bool = False
    icon: str | None = None
    updates: Channel | None = None  # where a community's moderators get Discord's notices

    @property
    def everyone(self) -> Role:
        return self.roles[self.id]

    @property
    def has_bot(self) -> bool:
        return self.bot.id in self.members

    @property
    def bot_role(self) -> Role:
        return next(role for role in self.roles.values() if role.managed_by == self.bot.id)

    def channel(self, name: str) -> Channel:
        return next(each for each in self.channels.values() if each.name == name)

    def add_role(
        self,
        name: str,
        *,
        permissions: int = 0,
        mentionable: bool = False,
        color: int = 0,
        managed_by: int | None = None,
    ) -> Role:
        role = Role(self.clock.snowflake(), name, int(permissions), len(self.roles), color, mentionable)
        role.managed_by = managed_by
        self.roles[role.id] = role
        self.tell(Event("GUILD_ROLE_CREATE", {"guild_id": str(self.id), "role": role.json()}, self))
        return role

    def change_role(self, role: Role) -> None:
        """Tells everyone that a role is not as it was."""
        self.tell(Event("GUILD_ROLE_UPDATE", {"guild_id": str(self.id), "role": role.json()}, self))

    def drop_role(self, role: Role) -> None:
        self.roles.pop(role.id)
        for member in self.members.values():
            member.roles = [each for each in member.roles if each != role.id]
        self.tell(Event("GUILD_ROLE_DELETE", {"guild_id": str(self.id), "role_id": str(role.id)}, self))

    def add_member(self, user: User, *, roles: list[Role] | None = None) -> Member:
        member = Member(user, self.clock.now(), [role.id for role in roles or []])
        self.members[user.id] = member
        self.tell(Event("GUILD_MEMBER_ADD", {**member.json(), "guild_id": str(self.id)}, self))
        return member

    def change_member(self, member: Member) -> None:
        self.tell(Event("GUILD_MEMBER_UPDATE", {**member.json(), "guild_id": str(self.id)}, self))

    def add_category(self, name: str) -> Channel:
        return self.add_channel(name, kind="category")

    def add_channel(
        self,
        name: str,
        *,
        kind: str = "text",
        category: Channel | None = None,
        topic: str | None = None,
        tags: list[str] | None = None,
        tag_required: bool = False,
    ) -> Channel:
        """Adds a channel: text, announcement, forum, media, voice or category."""
        channel = Channel(self.clock.snowflake(), KINDS[kind], name, self, category.id if category else None, topic)
        channel.position = len(self.channels)
        channel.flags = REQUIRE_TAG if tag_required else 0
        channel.tags = [Tag(self.clock.snowflake(), each) for each in tags or []]
        if category is not None:
            channel.overwrites = dict(category.overwrites)
        self.channels[channel.id] = channel
        self.tell(Event("CHANNEL_CREATE", channel.json(), self))
        return channel

    def send_updates_to(self, channel: Channel) -> None:
        """From now on this is the moderators' channel for Discord's notices."""
        self.updates = channel
        self.tell(Event("GUILD_UPDATE", self.json(), self))

    def drop_channel(self, channel: Channel) -> None:
        for each in [one for one in self.channels.values() if one.parent_id == channel.id]:
            if each.is_thread:
                self.channels.pop(each.id, None)
            else:
                each.parent_id = None
                each.changed()
        self.channels.pop(channel.id, None)
        name = "THREAD_DELETE" if channel.is_thread else "CHANNEL_DELETE"
        self.tell(Event(name, channel.json(), self))

    def permissions_of(self, user: User) -> int:
        """What this user may do in the whole guild."""
        member = self.members.get(user.id)
        if member is None:
            return 0
        held = [self.roles[each].permissions for each in member.roles if each in self.roles]
        return permissions.base(self.everyone.permissions, held, self.owner_id == user.id)

    def threads(self, *, archived: bool = False) -> list[Channel]:
        """Its threads; those in which nothing was said for long enough are archived by now."""
        found = [each for each in self.channels.values() if each.thread]
        for each in found:
            if each.thread and each.thread.has_fallen_silent(self.clock.now()):
                each.thread.archived = True
                each.changed()
        return [each for each in found if each.thread and each.thread.archived == archived]

    def json(self) -> Json:
        return {
            "id": str(self.id),
            "name": self.name,
            "icon": self.icon,
            "splash": None,
            "discovery_splash": None,
            "owner_id": str(self.owner_id),
            "afk_channel_id": None,
            "afk_timeout": 300,
            "verification_level": 0,
            "default_message_notifications": 1,
            "explicit_content_filter": 0,
            "roles": [role.json() for role in self.roles.values()],
            "emojis": [],
            "stickers": [],
            "features": ["COMMUNITY", "NEWS"],
            "mfa_level": 0,
            "application_id": None,
            "system_channel_id": None,
            "system_channel_flags": 0,
            "rules_channel_id": None,
            "public_updates_channel_id": str(self.updates.id) if self.updates else None,
            "safety_alerts_channel_id": None,
            "max_members": 500000,
            "vanity_url_code": None,
            "description": None,
            "banner": None,
            "premium_tier": 0,
            "premium_subscription_count": 0,
            "premium_progress_bar_enabled": False,
            "preferred_locale": self.locale,
            "nsfw_level": 0,
        }

    def created(self) -> Json:
        """The body of GUILD_CREATE: all that the bot is told of a guild without asking.

        A guild that the bot joins is told without `unavailable`.
        """
        me = self.members[self.bot.id]
        return self.json() | {
            "joined_at": me.joined_at.isoformat(),
            "large": False,
            "unavailable": False,
            "member_count": len(self.members),
            "members": [me.json()],
            "channels": [each.json() for each in self.channels.values() if not each.is_thread],
            "threads": [each.json() for each in self.threads() if each.seen_by(self.bot)],
            "voice_states": [],
            "presences": [],
            "stage_instances": [],
            "guild_scheduled_events": [],
            "soundboard_sounds": [],
        }

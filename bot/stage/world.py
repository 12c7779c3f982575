"""Everything that is on the stage: guilds, persons, direct messages, and what has been said."""

import base64
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from bot.stage import permissions
from bot.stage.clock import StageClock
from bot.stage.drafts import Draft, numbered, pings_of
from bot.stage.kinds import KINDS, ThreadState
from bot.stage.messages import Message
from bot.stage.people import Role, User
from bot.stage.permissions import Permission
from bot.stage.places import Channel, Event, Guild
from bot.stage.refusals import Refusal

NONCE_SECONDS = 120
COLORS = (0xE67E22, 0x3498DB, 0x9B59B6, 0x2ECC71, 0xE91E63, 0x1ABC9C)


@dataclass(slots=True)
class _Said:
    """A nonce that is still remembered."""

    until: float
    channel: Channel
    message_id: int


class World:
    """The world and its look-ups. Whatever changes is told to those who listen."""

    def __init__(self, clock: StageClock, bot_name: str = "Newsdesk") -> None:
        self.clock = clock
        self.bot = User(clock.snowflake(), bot_name, bot=True)
        self.bot.token = _bot_token(self.bot.id)
        self.guilds: dict[int, Guild] = {}
        self.left: dict[int, Guild] = {}  # those that the bot was thrown out of
        self.people: dict[int, User] = {}
        self.dms: dict[int, Channel] = {}
        self.listeners: list[Callable[[Event], None]] = []
        self._nonces: dict[tuple[int, str], _Said] = {}

    # building

    def add_guild(self, name: str, *, with_bot: bool = True, bot_permissions: int | None = None) -> Guild:
        """A new server; the bot is in it, with the permissions of its invitation, unless said otherwise."""
        guild = Guild(self.clock.snowflake(), name, self.clock, self.tell, self.bot)
        guild.owner_id = self.clock.snowflake()  # someone who never appears: nobody here is above the permissions
        guild.roles[guild.id] = Role(guild.id, "@everyone", permissions.EVERYONE_STARTS_WITH)
        if with_bot:
            held = permissions.A_BOT_IS_INVITED_WITH if bot_permissions is None else int(bot_permissions)
            role = guild.add_role(self.bot.name, permissions=held, managed_by=self.bot.id)
            guild.add_member(self.bot, roles=[role])
        self.guilds[guild.id] = guild
        if with_bot:
            self._tell_joined(guild)
        return guild

    def add_person(self, name: str, *, locale: str = "en-US", has_installed: bool = False) -> User:
        """Someone who is in no guild yet. `has_installed`: has the app for themselves."""
        user = User(self.clock.snowflake(), name, locale=locale, has_installed=has_installed)
        user.color = COLORS[len(self.people) % len(COLORS)]
        user.token = f"member.{user.id}.{secrets.token_urlsafe(12)}"
        self.people[user.id] = user
        return user

    def add_member(
        self, guild: Guild, who: str | User, *, admin: bool = False, roles: list[Role] | None = None
    ) -> User:
        """Brings a person into a guild: a new one by name, or one who is already there elsewhere."""
        user = self.add_person(who) if isinstance(who, str) else who
        held = list(roles or [])
        if admin:
            found = [role for role in guild.roles.values() if role.name == "Admin"]
            held += found or [guild.add_role("Admin", permissions=Permission.ADMINISTRATOR, color=0xE74C3C)]
        guild.add_member(user, roles=held)
        return user

    def dm(self, user: User) -> Channel:
        """The direct messages between the bot and a person."""
        for channel in self.dms.values():
            if channel.kind == KINDS["dm"] and user in channel.recipients:
                return channel
        channel = Channel(self.clock.snowflake(), KINDS["dm"], "", recipients=[user, self.bot])
        self.dms[channel.id] = channel
        return channel

    def add_group(self, *people: User) -> Channel:
        """Direct messages among several persons, where the bot is not."""
        channel = Channel(self.clock.snowflake(), KINDS["group"], "Group", recipients=list(people))
        self.dms[channel.id] = channel
        return channel

    # looking up

    def channels(self) -> Iterator[Channel]:
        for guild in self.guilds.values():
            yield from guild.channels.values()
        yield from self.dms.values()

    def channel(self, key: int | str) -> Channel:
        """A channel by id; raises Discord's 10003."""
        wanted = _number(key)
        for guild in self.guilds.values():
            if wanted in guild.channels:
                return guild.channels[wanted]
        if wanted in self.dms:
            return self.dms[wanted]
        raise Refusal(10003)

    def guild(self, key: int | str) -> Guild:
        found = self.guilds.get(_number(key))
        if found is None or found.gone:
            raise Refusal(10004)
        return found

    def person(self, key: int | str) -> User:
        wanted = _number(key)
        if wanted == self.bot.id:
            return self.bot
        if wanted not in self.people:
            raise Refusal(10013)
        return self.people[wanted]

    def person_by_token(self, token: str) -> User | None:
        asked = token.encode(errors="surrogateescape")
        return next((each for each in self.people.values() if secrets.compare_digest(each.token.encode(), asked)), None)

    def message(self, channel: Channel, key: int | str) -> Message:
        found = channel.messages.get(_number(key))
        if found is None:
            raise Refusal(10008)
        return found

    def messages(self, channel: Channel | None = None) -> list[Message]:
        """All messages of a channel, or of the world, oldest first."""
        places = [channel] if channel else list(self.channels())
        return sorted((each for place in places for each in place.messages.values()), key=lambda each: each.id)

    # saying

    def post(self, channel: Channel, author: User, draft: Draft, *, nonce: str | None = None, **more: Any) -> Message:
        """Stores a message and tells those who may see it. `more` are further fields of the message."""
        message_id = more.pop("id", None) or self.clock.snowflake()
        guild_id = channel.guild.id if channel.guild else None
        message = Message(message_id, channel.id, author, self.clock.now(), guild_id=guild_id, **more)
        self._fill(message, channel, draft)
        channel.messages[message.id] = message
        if message.only_for is None:
            channel.last_message_id = message.id
            channel.sent += 1
            self._stir(channel)
        self._tell_message("MESSAGE_CREATE", message, channel, {"nonce": nonce} if nonce else {})
        return message

    def edit(self, message: Message, draft: Draft) -> None:
        """Gives a message new contents: the parts of the draft replace the old ones."""
        channel = self.channel(message.channel_id)
        self._fill(message, channel, draft)
        message.edited_at = self.clock.now()
        self._tell_message("MESSAGE_UPDATE", message, channel)

    def refresh(self, message: Message) -> None:
        """Tells of a change that is no edit: a flag, a reaction, a pin."""
        self._tell_message("MESSAGE_UPDATE", message, self.channel(message.channel_id))

    def react(self, message: Message, name: str, user: User, on: bool) -> None:
        """Adds a person's reaction to a message, or takes it away."""
        channel = self.channel(message.channel_id)
        (set.add if on else set.discard)(message.reactions.setdefault(name, set()), user.id)
        if not message.reactions[name]:
            del message.reactions[name]
        body: dict[str, Any] = {"user_id": str(user.id), "message_id": str(message.id), "channel_id": str(channel.id)}
        body |= {"emoji": {"id": None, "name": name}, "burst": False, "type": 0}
        if channel.guild:
            body["guild_id"] = str(channel.guild.id)
        kind = "MESSAGE_REACTION_ADD" if on else "MESSAGE_REACTION_REMOVE"
        self.tell(Event(kind, body, channel.guild, channel, for_page=False))
        self._tell_message("MESSAGE_UPDATE", message, channel, for_bot=False)

    def delete(self, message: Message) -> None:
        channel = self.channel(message.channel_id)
        channel.messages.pop(message.id, None)
        body: dict[str, Any] = {"id": str(message.id), "channel_id": str(channel.id)}
        if channel.guild:
            body["guild_id"] = str(channel.guild.id)
        seen_by_bot = message.only_for is None
        self.tell(Event("MESSAGE_DELETE", body, channel.guild, channel, only_for=message.only_for, for_bot=seen_by_bot))

    def type_in(self, channel: Channel, user: User) -> None:
        body = {"channel_id": str(channel.id), "user_id": str(user.id), "timestamp": int(self.clock.time())}
        if channel.guild:
            body["guild_id"] = str(channel.guild.id)
        self.tell(Event("TYPING_START", body, channel.guild, channel))

    def remember(self, author: User, nonce: str, message: Message, channel: Channel) -> None:
        if len(self._nonces) > 5000:
            now = self.clock.time()
            self._nonces = {key: said for key, said in self._nonces.items() if said.until > now}
        self._nonces[author.id, nonce] = _Said(self.clock.time() + NONCE_SECONDS, channel, message.id)

    def said_before(self, author: User, nonce: str) -> Message | None:
        """The message that this author sent with this nonce in the past two minutes; 10008 if it was deleted."""
        said = self._nonces.get((author.id, nonce))
        if said is None or said.until < self.clock.time():
            return None
        return self.message(said.channel, said.message_id)

    def open_thread(self, parent: Channel, owner: User, name: str, *, id: int | None = None, kind: int = 11) -> Channel:
        """A new thread or forum post, not yet told of: `announce_thread` does that once it has what it needs."""
        assert parent.guild is not None
        thread = Channel(id or self.clock.snowflake(), kind, name, parent.guild, parent.id)
        thread.thread = ThreadState(owner.id, self.clock.now(), members={owner.id})
        parent.guild.channels[thread.id] = thread
        return thread

    def announce_thread(self, thread: Channel) -> None:
        self.tell(Event("THREAD_CREATE", {**thread.json(), "newly_created": True}, thread.guild, thread))

    # mishaps

    def drop_guild(self, guild: Guild) -> None:
        """The bot is thrown out, or the server deleted."""
        self.tell(Event("GUILD_DELETE", {"id": str(guild.id)}, guild))
        guild.gone = True
        self.left[guild.id] = self.guilds.pop(guild.id)

    def return_guild(self, guild: Guild) -> None:
        """The bot is invited again, to the server as it was."""
        self.guilds[guild.id] = self.left.pop(guild.id)
        guild.gone = False
        self._tell_joined(guild)

    def set_available(self, guild: Guild, available: bool) -> None:
        guild.unavailable = not available
        if available:
            self.tell(Event("GUILD_CREATE", guild.created(), guild))
        else:
            self.tell(Event("GUILD_DELETE", {"id": str(guild.id), "unavailable": True}, guild))

    def withdraw(self, channel: Channel, permission: Permission) -> None:
        """Takes a permission from the bot in one channel, whatever its roles say."""
        _, allow, deny = channel.overwrites.get(self.bot.id, (False, 0, 0))
        channel.overwrite(self.bot, allow=allow & ~permission, deny=deny | permission)

    def restore(self, channel: Channel, permission: Permission) -> None:
        _, allow, deny = channel.overwrites.get(self.bot.id, (False, 0, 0))
        channel.overwrite(self.bot, allow=allow | permission, deny=deny & ~permission)

    def new_token(self) -> str:
        return secrets.token_urlsafe(48)

    def tell(self, event: Event) -> None:
        for listener in self.listeners:
            listener(event)

    def _tell_joined(self, guild: Guild) -> None:
        joined = {name: value for name, value in guild.created().items() if name != "unavailable"}
        self.tell(Event("GUILD_CREATE", joined, guild))

    def _fill(self, message: Message, channel: Channel, draft: Draft) -> None:
        message.content = draft.content.strip()
        message.embeds = draft.embeds
        message.components = numbered(draft.components)
        message.attachments = draft.attachments
        message.flags = draft.flags
        message.tts = draft.tts
        message.reference = draft.reference or message.reference
        message.pings, message.mentions = pings_of(draft, channel, message.author)
        if message.only_for is not None:
            message.pings.members = []

    def _stir(self, channel: Channel) -> None:
        """A message wakes an archived thread."""
        if channel.thread is not None:
            channel.thread.touched_at = self.clock.now()
            if channel.thread.archived:
                channel.thread.archived = False
                channel.changed()

    def _tell_message(
        self, name: str, message: Message, channel: Channel, more: dict[str, Any] | None = None, for_bot: bool = True
    ) -> None:
        for_bot = for_bot and message.only_for is None
        body = message.staged() | (more or {})
        self.tell(Event(name, body, channel.guild, channel, message, message.only_for, for_bot))


def _number(key: int | str) -> int:
    try:
        return int(key)
    except ValueError:
        raise Refusal(50035, detail=f'Value "{key}" is not snowflake.') from None


def _bot_token(bot_id: int) -> str:
    head = base64.urlsafe_b64encode(str(bot_id).encode()).decode().rstrip("=")
    return f"{head}.stage.{secrets.token_urlsafe(24)}"

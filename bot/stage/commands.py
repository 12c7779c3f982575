"""The application's commands as registered, and whom they are offered."""

from collections import deque
from typing import Any

from bot.stage.clock import StageClock
from bot.stage.people import User
from bot.stage.permissions import Permission
from bot.stage.places import Channel, Event, Guild, Tell
from bot.stage.refusals import Json, Refusal

CREATES_A_DAY = 200
IN_GUILDS, IN_BOT_DM, IN_PRIVATE = 0, 1, 2
FOR_GUILDS, FOR_USERS = 0, 1


class Commands:
    """Global commands, and each guild's own beside them."""

    def __init__(self, clock: StageClock, application_id: int, tell: Tell) -> None:
        self.clock = clock
        self.application_id = application_id
        self.tell = tell
        self.synced = False  # whether the bot has set, or looked at, its global commands
        self._by_place: dict[int | None, dict[int, Json]] = {None: {}}
        self._created: dict[int | None, deque[float]] = {}

    def all(self, guild_id: int | None = None) -> list[Json]:
        """The commands of one guild, or the global ones."""
        return list(self._by_place.get(guild_id, {}).values())

    def everything(self) -> list[Json]:
        return [each for place in self._by_place.values() for each in place.values()]

    def find(self, command_id: int, guild_id: int | None = None) -> Json:
        found = self._by_place.get(guild_id, {}).get(command_id)
        if found is None:
            raise Refusal(10063)
        return found

    def named(self, name: str, guild_id: int | None = None, kind: int = 1) -> Json:
        """A command by name: the guild's own, else the global one."""
        for each in [*self.all(guild_id), *self.all(None)]:
            if each["name"] == name and each["type"] == kind:
                return each
        raise Refusal(10063)

    def replace(self, bodies: list[Json], guild_id: int | None = None) -> list[Json]:
        """The bulk overwrite. Only names that were not there count against the day's creates."""
        before = {(each["type"], each["name"]): each for each in self.all(guild_id)}
        fresh = [each for each in bodies if (each.get("type") or 1, each["name"]) not in before]
        self._count_creates(guild_id, len(fresh))
        made = [self._made(each, guild_id, before.get((each.get("type") or 1, each["name"]))) for each in bodies]
        self._by_place[guild_id] = {int(each["id"]): each for each in made}
        self._told(guild_id)
        return made

    def put(self, body: Json, guild_id: int | None = None) -> tuple[Json, bool]:
        """One command, new or instead of the one of its name; and whether it is new."""
        place = self._by_place.setdefault(guild_id, {})
        same = [one for one in place.values() if one["name"] == body["name"] and one["type"] == (body.get("type") or 1)]
        if not same:
            self._count_creates(guild_id, 1)
        made = self._made(body, guild_id, same[0] if same else None)
        place[int(made["id"])] = made
        self._told(guild_id)
        return made, not same

    def change(self, command_id: int, body: Json, guild_id: int | None = None) -> Json:
        before = self.find(command_id, guild_id)
        made = self._made(before | body, guild_id, before)
        self._by_place[guild_id][command_id] = made
        self._told(guild_id)
        return made

    def remove(self, command_id: int, guild_id: int | None = None) -> None:
        self.find(command_id, guild_id)
        del self._by_place[guild_id][command_id]
        self._told(guild_id)

    def offered(self, user: User, channel: Channel, bot: User) -> list[Json]:
        """What a person may call in this place."""
        guild = channel.guild
        own = self.all(guild.id) if guild else []
        return [each for each in [*own, *self.all(None)] if not why_not(each, user, channel, guild, bot)]

    def _made(self, body: Json, guild_id: int | None, before: Json | None) -> Json:
        made: dict[str, Any] = {
            "name_localizations": None,
            "description": "",
            "description_localizations": None,
            "options": [],
            "default_member_permissions": None,
            "dm_permission": guild_id is None,
            "nsfw": False,
            "contexts": None if guild_id is None else [IN_GUILDS],
            "integration_types": [FOR_GUILDS],
            **{name: value for name, value in body.items() if value is not None},
        }
        if made["default_member_permissions"] is not None:
            made["default_member_permissions"] = str(made["default_member_permissions"])
        made["type"] = made.get("type") or 1
        made["id"] = before["id"] if before else str(self.clock.snowflake())
        made["application_id"] = str(self.application_id)
        made["version"] = str(self.clock.snowflake())
        if guild_id is not None:
            made["guild_id"] = str(guild_id)
        return made

    def _count_creates(self, guild_id: int | None, number: int) -> None:
        day = self._created.setdefault(guild_id, deque())
        while day and day[0] <= self.clock.time() - 86400:
            day.popleft()
        if len(day) + number > CREATES_A_DAY:
            raise Refusal(30034)
        day.extend([self.clock.time()] * number)

    def _told(self, guild_id: int | None) -> None:
        if guild_id is None:
            self.synced = True
        self.tell(Event("COMMANDS", {"commands": self.everything()}, for_bot=False))


def installed_by(command: Json, user: User, guild: Guild | None) -> list[int]:
    """By which installs the command is there: the guild's (0), the user's own (1)."""
    kinds = command.get("integration_types") or [FOR_GUILDS]
    found = [FOR_GUILDS] if FOR_GUILDS in kinds and (guild is None or guild.has_bot) else []
    return found + ([FOR_USERS] if FOR_USERS in kinds and user.has_installed else [])


def context_of(channel: Channel, bot: User) -> int:
    if channel.guild is not None:
        return IN_GUILDS
    return IN_BOT_DM if bot in channel.recipients else IN_PRIVATE


def why_not(command: Json, user: User, channel: Channel, guild: Guild | None, bot: User) -> str | None:
    """Why a person cannot call a command here, or None when they can."""
    context = context_of(channel, bot)
    contexts = command.get("contexts")
    if contexts is None:
        contexts = [IN_GUILDS, IN_BOT_DM] if command.get("dm_permission", True) else [IN_GUILDS]
    if context not in contexts:
        return "This command is not offered in this kind of place."
    by = installed_by(command, user, guild)
    if not by or (context == IN_PRIVATE and FOR_USERS not in by):
        return "The app is installed neither here nor for this person."
    if guild is None:
        return None
    if not channel.lets(user, Permission.USE_APPLICATION_COMMANDS):
        return "This person may not use commands here."
    needed = command.get("default_member_permissions")
    held = channel.permissions_of(user)
    if needed is not None and not held & Permission.ADMINISTRATOR and (int(needed) == 0 or int(needed) & ~held):
        return "This person lacks the permissions that the command asks for."
    return None

"""The channel that an admin chose, and whether we could post in it."""

from dataclasses import dataclass
from typing import Any

import discord
from discord import app_commands

from bot.chat.orders.standing import Known, is_none
from bot.chat.pages.answers import listed
from bot.chat.sender.place import NEEDED
from bot.errors import NewsError

KINDS = {
    discord.ChannelType.text: "text",
    discord.ChannelType.news: "announcement",
    discord.ChannelType.forum: "forum",
    discord.ChannelType.public_thread: "thread",
    discord.ChannelType.private_thread: "thread",
    discord.ChannelType.news_thread: "thread",
}
_NAMES = {  # as Discord's own settings call them
    "view_channel": "View Channel",
    "send_messages": "Send Messages",
    "send_messages_in_threads": "Send Messages in Threads",
    "embed_links": "Embed Links",
    "read_message_history": "Read Message History",
    "mention_everyone": "Mention @everyone, @here and All Roles",
}


class CannotPost(NewsError):
    """We may not post in that channel."""


@dataclass(frozen=True, slots=True)
class Destination:
    """A channel, as a target for posts."""

    id: int
    kind: str
    permissions: discord.Permissions  # ours in it
    askers: discord.Permissions  # in it, of who chose it
    tags: dict[str, int]  # a forum's, by name
    known: Known
    needs_tag: bool = False

    @property
    def target(self) -> str:
        return f"channel:{self.id}"

    @property
    def mention(self) -> str:
        return f"<#{self.id}>"

    @property
    def reads_back(self) -> bool:
        """Whether we could look, after a crash, if something is out already."""
        return self.permissions.read_message_history

    @property
    def lacks(self) -> list[str]:
        """The permissions without which nothing can be posted, as Discord's settings call them."""
        return [f"**{_NAMES[name]}**" for name in NEEDED[self.kind] if not getattr(self.permissions, name)]

    def must_take(self, mention: discord.Role | None, publish: bool | None) -> None:
        """Raise CannotPost with what stands in the way of an order that says so."""
        self.must_be_open()
        if mention:
            self._must_mention(mention)
        if publish and self.kind != "announcement":
            raise CannotPost(f"{self.mention} is no announcement channel, so nothing can be published from it.")

    def must_be_open(self) -> None:
        """Raise CannotPost with the names of the permissions that are missing."""
        if lacks := self.lacks:
            word, them = ("permission", "it") if len(lacks) == 1 else ("permissions", "them")
            raise CannotPost(
                f"I may not post in {self.mention}: there I lack the {word} {listed(lacks)}. "
                f"Give {them} to my role in the channel's settings, then say this again."
            )

    def tag_or(self, old: int | None, typed: str, command: str = "/desk subscribe") -> int | None:
        """As tag_named; where none was named, the one there was, while the forum has it."""
        if not typed.strip() and old in self.tags.values():
            return old
        is_a_tag = typed.strip().casefold() in map(str.casefold, self.tags)
        return self.tag_named("" if is_none(typed) and not is_a_tag else typed, command)

    def tag_named(self, name: str, command: str = "/desk subscribe") -> int | None:
        """The forum's tag of that name; raise CannotPost where it has no such tag, or wants one and got none."""
        known = ", ".join(f"“{each}”" for each in self.tags)
        wanted = name.strip().casefold()
        if not wanted:
            if self.needs_tag:
                raise CannotPost(
                    f"Every post in {self.mention} must have a tag: choose one as `tag` of `{command}` ({known})."
                )
            return None
        if self.kind != "forum":
            raise CannotPost(f"{self.mention} is no forum, so its posts have no tags: leave `tag` out.")
        found = next((tag for each, tag in self.tags.items() if each.casefold() == wanted), None)
        if found is None:
            has = f"It has {known}." if known else "It has none."
            raise CannotPost(f"{self.mention} has no tag “{name.strip()[:40]}”. {has}")
        return found

    def _must_mention(self, role: discord.Role) -> None:
        """Raise CannotPost if a mention of that role would reach nobody, or is more than who orders it may do."""
        if role.mentionable:
            return
        if not (self.askers.mention_everyone or self.askers.administrator):
            raise CannotPost(
                f"You may not mention {role.mention} in {self.mention} yourself, so I do not do it for you. Let "
                f"somebody say it who has the permission **{_NAMES['mention_everyone']}** there."
            )
        if not self.permissions.mention_everyone:
            raise CannotPost(
                f"I cannot mention {role.mention}: let anyone mention that role in its settings, "
                f"or give me the permission **{_NAMES['mention_everyone']}** in {self.mention}."
            )


class Channels(app_commands.Transformer):
    """An option that takes text, announcement and forum channels, and threads."""

    @property
    def type(self) -> discord.AppCommandOptionType:
        return discord.AppCommandOptionType.channel

    @property
    def channel_types(self) -> list[discord.ChannelType]:
        return list(KINDS)

    async def transform(self, interaction: discord.Interaction[Any], value: Any, /) -> Destination:
        return destination(interaction, value)


def destination(interaction: discord.Interaction[Any], chosen: Any) -> Destination:
    """The channel that somebody chose in this interaction; raise CannotPost where nothing can be posted at all."""
    if chosen.type not in KINDS:
        raise CannotPost("I can post in text, announcement and forum channels and in threads, but not there.")
    guild = told_of(interaction)
    channel = guild.get_channel_or_thread(chosen.id) if guild else None
    forum = channel if isinstance(channel, discord.ForumChannel) else None
    return Destination(
        id=chosen.id,
        kind=KINDS[chosen.type],
        permissions=_ours(interaction, chosen.id, channel),
        askers=_told(interaction, chosen.id, "permissions") or discord.Permissions.none(),
        tags={each.name: each.id for each in forum.available_tags} if forum else {},
        known=known_in(guild),
        needs_tag=bool(forum and forum.flags.require_tag),
    )


def told_of(interaction: discord.Interaction[Any]) -> discord.Guild | None:
    """Its server; CannotPost where Discord has not told us yet what there is in it: nothing would seem to be there."""
    if interaction.guild is not None and interaction.guild.unavailable:
        raise CannotPost("Discord has not told me of this server yet. Say this again in a minute.")
    return interaction.guild


def known_in(guild: discord.Guild | None) -> Known:
    """What a server's roles and the tags of its forums are called; None where we were not told yet."""
    if guild is None or guild.unavailable:
        return None
    tags = {tag.id: tag.name for forum in guild.forums for tag in forum.available_tags}
    return tags | {role.id: role.name for role in guild.roles}


def _ours(interaction: discord.Interaction[Any], channel_id: int, channel: Any) -> discord.Permissions:
    """What Discord says we may do there; where it does not say, what we have seen of the server."""
    said = _told(interaction, channel_id, "app_permissions")
    if said is not None:
        return said
    if channel is None or interaction.guild is None:
        return discord.Permissions.none()  # we would know of it if we could see it
    return discord.Permissions(channel.permissions_for(interaction.guild.me).value)


def _told(interaction: discord.Interaction[Any], channel_id: int, whose: str) -> discord.Permissions | None:
    """Permissions in a channel that was chosen, as far as Discord says them with it."""
    data: Any = interaction.data or {}
    said = data.get("resolved", {}).get("channels", {}).get(str(channel_id), {}).get(whose)
    return None if said is None else discord.Permissions(int(said))

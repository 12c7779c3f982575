"""Where a post goes: a channel, what may be done in it, and the words for what may not."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import discord

from bot.model import Delivery, Later, Subscription, Suspended

KINDS: Mapping[discord.ChannelType, str] = {
    discord.ChannelType.text: "text",
    discord.ChannelType.news: "announcement",
    discord.ChannelType.forum: "forum",
    discord.ChannelType.media: "forum",
    discord.ChannelType.public_thread: "thread",
    discord.ChannelType.private_thread: "thread",
    discord.ChannelType.news_thread: "thread",
    discord.ChannelType.voice: "text",
    discord.ChannelType.stage_voice: "text",
    discord.ChannelType.private: "dm",
}
NEEDED = {  # permissions without which nothing can be posted, by kind of place
    "text": ("view_channel", "send_messages", "embed_links"),
    "announcement": ("view_channel", "send_messages", "embed_links"),
    "forum": ("view_channel", "send_messages", "embed_links"),
    "thread": ("view_channel", "send_messages_in_threads", "embed_links"),
}
_OUTAGE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Place:
    """A channel we may post into, or at least try."""

    id: int
    kind: str
    name: str  # nothing where we were not told it
    guild: int = 0
    readable: bool = True  # its history may be read; without that permission it looks empty
    tags: Mapping[int, str] = field(default_factory=dict)  # of a forum: those that we may set, with their names


def kind_of(channel: discord.abc.Snowflake) -> str | None:
    """The kind of target that a channel would be; None for one that takes no posts."""
    return KINDS.get(channel.type) if isinstance(channel, discord.abc.GuildChannel | discord.Thread) else None


def missing(channel: discord.abc.GuildChannel | discord.Thread) -> list[str]:
    """The permission that we would need in a channel and do not have, in the words of Discord's own settings.

    One at a time: who may not write is told by Discord that they may not embed either, whatever is set.
    """
    allowed = channel.permissions_for(channel.guild.me)
    needed = NEEDED.get(kind_of(channel) or "", ())
    return [spelt(name) for name in needed if not getattr(allowed, name)][:1]


def spelt(permission: str) -> str:
    """As Discord's settings write it: "Embed Links"."""
    return permission.replace("_", " ").title().replace(" In ", " in ")


def find(client: discord.Client, delivery: Delivery, to_read: bool = False) -> Place | Later | Suspended:
    """From what the gateway told us; costs no request. To look back, we need not be able to write."""
    subscription = delivery.subscription
    number = int(delivery.target.partition(":")[2])
    if subscription.guild == 0:
        return Place(number, "text", "")
    guild = client.get_guild(subscription.guild)
    if guild is None:
        return Suspended("the bot is no longer in this server; invite it again")
    if guild.unavailable or guild.me is None:
        return Later("the server is unavailable at the moment", _OUTAGE)
    channel = guild.get_channel_or_thread(number)
    if channel is None:
        return _unlisted(number, subscription)
    kind = KINDS.get(channel.type)
    if kind is None:
        return Suspended(f"#{channel.name} takes no posts; subscribe another channel")
    if (lacking := missing(channel)) and not to_read:
        return Suspended(f"the bot lacks {', '.join(lacking)} in #{channel.name}")
    return _place(channel, kind)


def _unlisted(number: int, subscription: Subscription) -> Place:
    """An archived thread is not listed, and takes posts all the same; of what is gone, Discord will tell us."""
    return Place(
        number,
        "thread" if subscription.kind == "thread" else subscription.kind,
        "",
        subscription.guild,
    )


def _place(channel: Any, kind: str) -> Place:
    readable = bool(channel.permissions_for(channel.guild.me).read_message_history)
    if isinstance(channel, discord.ForumChannel):
        may_moderate = channel.permissions_for(channel.guild.me).manage_threads
        tags = {tag.id: tag.name for tag in channel.available_tags if may_moderate or not tag.moderated}
        return Place(channel.id, kind, channel.name, channel.guild.id, readable, tags)
    return Place(channel.id, kind, channel.name, channel.guild.id, readable)

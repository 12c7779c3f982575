"""Asks Discord, without going online, whether the bot may post wherever somebody has ordered something."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import discord

from bot.chat.client import speak_to
from bot.chat.sender.place import KINDS, NEEDED, spelt
from bot.model import Subscription

PATIENCE = 20.0  # seconds for one server
MANY = 10  # servers that are named also where all is well; of more, only the others are
APART = (
    0.25  # seconds between those: each takes three requests, and the bot that runs meanwhile needs its fifty a second
)
_HISTORY = "read_message_history"


@dataclass(frozen=True, slots=True)
class Permit:
    """A server or one of its channels, and what is amiss there; nothing where all is well."""

    place: str
    trouble: str = ""


async def permits(
    token: str, api: str, orders: Iterable[Subscription], told: Callable[[str], None] = lambda line: None
) -> AsyncIterator[Permit]:
    """Server by server: what is amiss in each channel, or one line for a server in which all is well, where they are
    few; of many, those are counted. `told` hears how far it is.
    """
    ordered = sorted((each for each in orders if each.guild and each.target.startswith("channel:")), key=_guild)
    if not ordered:
        return
    speak_to(api)
    client = discord.Client(intents=discord.Intents(guilds=True))
    async with client:
        try:
            async with asyncio.timeout(PATIENCE):
                await client.login(token)
        except (discord.HTTPException, TimeoutError, OSError) as error:
            yield Permit("Discord", f"it does not let us ask about permissions ({_said(error)}); try again later")
            return
        servers = [(number, list(those)) for number, those in groupby(ordered, key=_guild)]
        many, well = len(servers) > MANY, 0
        for place, (number, those) in enumerate(servers, 1):
            told(f"Asking Discord about server {place:,} of {len(servers):,} …")
            if place > MANY:
                await asyncio.sleep(APART)
            found = await _asked(client, number, those)
            well += not any(each.trouble for each in found)
            for each in found:
                if each.trouble or not many:
                    yield each
        if many and well:
            yield Permit(f"all is well in {well:,} {'other ' if well < len(servers) else ''}servers")


async def _asked(client: discord.Client, number: int, orders: Sequence[Subscription]) -> list[Permit]:
    """One server, whatever Discord says."""
    try:
        async with asyncio.timeout(PATIENCE):
            return await _server(client, number, orders)
    except discord.NotFound:
        return [Permit(f"server {number}", "the bot is no longer in it; invite it again")]
    except discord.Forbidden:
        return [Permit(f"server {number}", "the bot cannot see it; invite it again")]
    except (discord.HTTPException, TimeoutError, OSError) as error:
        return [Permit(f"server {number}", f"Discord did not tell ({_said(error)}); try again later")]


async def _server(client: discord.Client, number: int, orders: Sequence[Subscription]) -> list[Permit]:
    guild = await client.fetch_guild(number, with_counts=False)
    channels = {each.id: each for each in await guild.fetch_channels()}
    assert client.user is not None
    me = await guild.fetch_member(client.user.id)
    roles = {each.id: each for each in guild.roles}
    found: list[Permit] = []
    for target in dict.fromkeys(each.target for each in orders):
        those = [each for each in orders if each.target == target]
        name, channel, kind = await _channel(client, channels, int(target.partition(":")[2]))
        where = f"{name} in “{guild.name}”"
        if channel is None:
            found.append(Permit(where, "it is gone or hidden from the bot; give it View Channel, or order another one"))
        elif not (needed := NEEDED.get(kind, ())):
            found.append(Permit(where, "it takes no posts; order another one"))
        else:
            # A thread has the permissions of its channel, but for what follows there from not being allowed to write.
            ours = discord.abc.GuildChannel.permissions_for if kind == "thread" else type(channel).permissions_for
            allowed = ours(channel, me)
            mentioned = [roles.get(each.mention) for each in those if each.mention]
            if trouble := _trouble(allowed, needed, [each for each in mentioned if each]):
                found.append(Permit(where, trouble))
    well = len({each.target for each in orders}) - len(found)
    words = "1 channel is" if well == 1 else f"{well} channels are"
    return [*found, Permit(f"{words} open in “{guild.name}”")] if well else found


async def _channel(
    client: discord.Client, channels: Mapping[int, discord.abc.GuildChannel], number: int
) -> tuple[str, discord.abc.GuildChannel | None, str]:
    """Its name, the channel whose permissions hold there, and its kind. A thread has those of its channel."""
    if channel := channels.get(number):
        return f"#{channel.name}", channel, KINDS.get(channel.type, "")
    try:
        thread = await client.fetch_channel(number)
    except (discord.NotFound, discord.Forbidden):
        return f"channel {number}", None, ""
    if isinstance(thread, discord.Thread):
        return f"#{thread.name}", channels.get(thread.parent_id), "thread"
    return f"channel {number}", None, ""


def _trouble(allowed: discord.Permissions, needed: Sequence[str], mentioned: Sequence[discord.Role]) -> str:
    """One permission at a time: who may not write is told by Discord that they may not embed either."""
    lacking = [spelt(each) for each in needed if not getattr(allowed, each)][:1]
    if lacking:
        return f"the bot lacks {lacking[0]}, so nothing is posted. Give it to the bot's role in the channel's settings"
    if not getattr(allowed, _HISTORY):
        return f"the bot lacks {spelt(_HISTORY)}: after a crash it cannot tell what is out already. Give it there too"
    mute = [each.name for each in mentioned if not (each.mentionable or allowed.mention_everyone)]
    if mute:
        return f"mentioning @{mute[0]} reaches nobody. Let anyone mention that role in its settings"
    return ""


def _guild(order: Subscription) -> int:
    return order.guild


def _said(error: BaseException) -> str:
    return str(error) or type(error).__name__

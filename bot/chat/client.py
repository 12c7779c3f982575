"""The client: logs in, registers commands and buttons, and keeps the connection to Discord."""

import asyncio
import hashlib
import json
import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, cast

import aiohttp
import discord
import yarl
from discord import app_commands, shard
from discord.ext import commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.chat.desk import Desk
from bot.chat.pages import cards, pager
from bot.chat.sender import watch
from bot.chat.trouble import explain
from bot.errors import ConfigError, NewsError
from bot.settings import DISCORD_API

log = logging.getLogger(__name__)

Answered = Callable[[str, str, float], None]  # command, outcome (answered, refused, failed), seconds

READY_AFTER = 0.5  # seconds without a further server; one that comes later counts as unavailable until then
REFUSED = (
    "Discord refuses the token. Copy it again from https://discord.com/developers/applications (Bot → Reset Token) "
    "into DISCORD_TOKEN."
)
GIVEN_UP_AFTER = timedelta(seconds=90)  # without the gateway: the library waits up to a quarter of an hour to try again
LOOK = timedelta(seconds=5)
LONGEST_WAIT = 30  # seconds inside the library for a rate limit; longer ones come back to our own queue

CLOSED = {  # what a code means with which the gateway ends more than a connection
    4004: "it no longer takes the token",
    4011: "it wants more shards for so many servers; they are begun anew, with as many as it says",
}
UNREACHABLE = (OSError, TimeoutError, aiohttp.ClientError, discord.DiscordServerError, discord.GatewayNotFound)


class LineLost(NewsError):
    """Discord cannot be reached, or its gateway has been away for too long; a fresh client gets through sooner."""


class Tree(app_commands.CommandTree["NewsClient"]):
    """Commands, with one answer to all their errors; what became of each is told to whoever counts."""

    async def interaction_check(self, interaction: discord.Interaction["NewsClient"], /) -> bool:
        interaction.extras["began"] = asyncio.get_running_loop().time()
        return True

    async def on_error(
        self, interaction: discord.Interaction["NewsClient"], error: app_commands.AppCommandError
    ) -> None:
        expected = await explain(interaction, error)
        self.count(interaction, "refused" if expected else "failed")

    def count(self, interaction: discord.Interaction["NewsClient"], outcome: str) -> None:
        if interaction.command is not None and interaction.type is discord.InteractionType.application_command:
            began = interaction.extras.get("began", 0.0)
            seconds = asyncio.get_running_loop().time() - began
            self.client.answered(interaction.command.qualified_name, outcome, seconds)


class _Gateway(DiscordWebSocket):
    """When a shard begins, its servers come by the thousand, and the library reads all that has arrived in one breath:
    up to seconds in which nobody on another shard is answered."""

    async def poll_event(self) -> None:
        await asyncio.sleep(0)  # let others go first
        await super().poll_event()


shard.DiscordWebSocket = _Gateway  # type: ignore[misc]  # of which the library has no setting


class NewsClient(commands.AutoShardedBot):
    """Our end of the line to Discord. It needs no privileged intent."""

    def __init__(
        self,
        desk: Desk,
        extensions: Iterable[str] = (),
        *,
        guild_ready_timeout: float = READY_AFTER,
        answered: Answered = lambda *told: None,
    ) -> None:
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            tree_cls=Tree,
            intents=discord.Intents(guilds=True),
            allowed_mentions=discord.AllowedMentions.none(),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
            max_ratelimit_timeout=LONGEST_WAIT,
            guild_ready_timeout=guild_ready_timeout,
        )
        self.desk = desk
        self.answered = answered
        self._extensions = tuple(extensions)
        self._lost: dict[int, datetime] = {}  # shards without the gateway, and since when

    @property
    def stands(self) -> bool:
        """Whether the line is up: ready, and no shard without the gateway."""
        return self.is_ready() and not self.is_closed() and not self._lost

    async def given_up(self) -> None:
        """Ends, with LineLost, when the gateway has been away for too long."""
        clock = self.desk.clock
        while True:
            await clock.sleep(LOOK)
            if any(clock.now() - since > GIVEN_UP_AFTER for since in self._lost.values()):
                raise LineLost(f"no gateway for {GIVEN_UP_AFTER.total_seconds():.0f} s")

    async def on_shard_disconnect(self, shard: int) -> None:
        self._lost.setdefault(shard, self.desk.clock.now())

    async def on_shard_connect(self, shard: int) -> None:
        self._lost.pop(shard, None)

    async def on_shard_resumed(self, shard: int) -> None:
        self._lost.pop(shard, None)

    async def setup_hook(self) -> None:
        """Before the gateway: buttons that survive a restart, commands, and their registration when it changed."""
        cards.add_to(self)
        pager.add_to(self)
        await watch.add_to(self, self.desk)
        for name in self._extensions:
            await self.load_extension(name)
        await self._register_commands()
        await self._keep_the_gateway()

    async def hold_the_line(self, token: str) -> None:
        """Log in and stay; ConfigError when Discord will never take us like this."""
        try:
            await self.start(token)
        except discord.LoginFailure as error:
            raise ConfigError(REFUSED) from error
        except discord.PrivilegedIntentsRequired as error:
            raise ConfigError("Discord wants an intent that this bot does not use; please report it.") from error
        except discord.ConnectionClosed as error:
            words = CLOSED.get(error.code, "its gateway has shut the line for good")
            raise LineLost(f"{words} ({error.code})") from error
        except UNREACHABLE as error:
            raise LineLost(str(error) or type(error).__name__) from error

    async def _keep_the_gateway(self) -> None:
        """Another Discord than the real one has another gateway; a lost session would be begun anew at the real one."""
        if Route.BASE != DISCORD_API:
            _, url, _ = await self.http.get_bot_gateway()
            DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(url)

    async def _register_commands(self) -> None:
        """Discord counts registrations, so they are sent only when a command's definition changed."""
        definition = [command.to_dict(self.tree) for command in self.tree.get_commands()]
        digest = hashlib.sha256(json.dumps(definition, sort_keys=True, default=str).encode()).hexdigest()
        key = f"commands:{Route.BASE}:{self.application_id}"
        if await self.desk.archive.recall(key) == digest:
            log.info("kept commands count=%d", len(definition))
            return
        await self.tree.sync()
        await self.desk.archive.remember(key, digest)
        log.info("registered commands count=%d", len(definition))

    async def on_app_command_completion(
        self,
        interaction: discord.Interaction["NewsClient"],
        command: app_commands.Command[Any, ..., Any] | app_commands.ContextMenu,
    ) -> None:
        cast(Tree, self.tree).count(interaction, "answered")

    async def on_ready(self) -> None:
        log.info("connected as=%s servers=%d", self.user, len(self.guilds))


def speak_to(api: str) -> None:
    """Point the library at another Discord than the real one; the gateway is asked of its /gateway/bot."""
    Route.BASE = api


def invite_link(application_id: int) -> str:
    """The link that adds the bot to a server with the permissions it needs, and no more."""
    permissions = discord.Permissions(
        view_channel=True,
        send_messages=True,
        send_messages_in_threads=True,
        embed_links=True,
        read_message_history=True,
    )
    return discord.utils.oauth_url(application_id, permissions=permissions, scopes=("bot", "applications.commands"))

"""The client keeps to the Discord that it was sent to."""

import asyncio

import discord
import yarl

from bot.archive.archive import Archive
from bot.chat.client import NewsClient
from bot.chat.desk import Desk
from bot.clock import WallClock
from bot.stage import Stage
from tests.cogs.conftest import Finder
from tests.delivery.samples import REGIONS
from tests.staging import pointed_at, stage

__all__ = ["stage"]


async def test_a_lost_session_is_begun_anew_at_the_same_discord(stage: Stage) -> None:
    """Found by the soak: the library went to the real Discord's gateway, and stayed away for good."""
    stage.world.add_guild("Newsroom")
    archive = await Archive.open(":memory:", REGIONS)
    ready: asyncio.Queue[int] = asyncio.Queue()

    class Client(NewsClient):
        async def on_ready(self) -> None:
            ready.put_nowait(1)

    with pointed_at(stage):
        discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL("ws://127.0.0.1:9/")  # where nobody listens
        client = Client(Desk(archive, REGIONS, WallClock(), Finder(archive), lambda: None), guild_ready_timeout=0.05)
        async with client, asyncio.timeout(40), asyncio.TaskGroup() as tasks:
            running = tasks.create_task(client.start(stage.token))
            await ready.get()
            stage.fault("op9-false")
            await ready.get()
            await client.close()
            await running
    await archive.close()

"""A bot on a stage in well under a second: what tests need to speak with a Discord of our own.

    async def test_a_greeting(stage):                       # the fixture of this file; import it in a conftest.py
        guild = stage.world.add_guild("Newsroom")
        async with on_stage(client, stage):                 # any discord.py client, logged in and ready
            ...

A test that provokes a violation on purpose empties `stage.violations` after a look; any other violation fails it.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from functools import cache
from pathlib import Path

import discord
import pytest
import yarl

from bot.stage import Stage
from bot.stage.backstage import Spec
from bot.stage.openapi import load


def openapi() -> Path | None:
    """Discord's published file, where the environment names it."""
    named = os.environ.get("NEWSDESK_OPENAPI")
    return Path(named) if named else None


@cache
def read(path: Path | None) -> Spec | None:
    """Discord's published file, read once for all tests."""
    return load(path) if path else None


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    """An empty stage that holds every request against the rules."""
    async with Stage(openapi=read(openapi())) as made:
        yield made
        assert [str(each) for each in made.violations] == []


@contextmanager
def pointed_at(stage: Stage) -> Iterator[None]:
    """Gives discord.py the stage's address, and Discord's own back afterwards."""
    before = discord.http.Route.BASE, discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY
    discord.http.Route.BASE = stage.api
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(stage.gateway_url)
    try:
        yield
    finally:
        discord.http.Route.BASE, discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = before


@asynccontextmanager
async def on_stage(client: discord.Client, stage: Stage) -> AsyncIterator[discord.Client]:
    """Logs a client in and waits until it is ready; give it `guild_ready_timeout=0.05`, or that takes two seconds."""
    with pointed_at(stage):
        await client.login(stage.token)
        running = asyncio.create_task(client.connect())
        waiting = asyncio.create_task(client.wait_until_ready())
        try:
            await asyncio.wait([running, waiting], timeout=10, return_when=asyncio.FIRST_COMPLETED)
            if running.done():
                await running
            assert client.is_ready(), "the client did not become ready"
            yield client
        finally:
            waiting.cancel()
            await client.close()
            with suppress(discord.ConnectionClosed, asyncio.CancelledError):
                await running

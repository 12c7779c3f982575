"""The client keeps to the Discord that it was sent to."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import discord
import pytest
import yarl

from bot.archive.archive import Archive
from bot.chat.client import GIVEN_UP_AFTER, LineLost, NewsClient
from bot.chat.desk import Desk
from bot.stage import Stage
from tests.cogs.conftest import Finder
from tests.delivery.samples import REGIONS
from tests.fakes import Clock
from tests.staging import pointed_at, stage

__all__ = ["stage"]


class Client(NewsClient):
    """Tells each time it is ready."""

    async def on_ready(self) -> None:
        self.desk.nudge()


class Watch(Clock):
    """Turned by the test alone."""

    async def sleep(self, duration: timedelta) -> None:
        await asyncio.sleep(0.01)


@asynccontextmanager
async def a_client(
    stage: Stage, clock: Clock, gateway: str = "", kind: type[Client] = Client
) -> AsyncIterator[tuple[Client, asyncio.Queue[int]]]:
    """A client that is ready; and a queue that gets something each time it is ready again."""
    archive = await Archive.open(":memory:", REGIONS)
    ready: asyncio.Queue[int] = asyncio.Queue()
    stage.world.add_guild("Newsroom")
    with pointed_at(stage):
        if gateway:
            discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway)
        desk = Desk(archive, REGIONS, clock, Finder(archive), lambda: ready.put_nowait(1))
        client = kind(desk, guild_ready_timeout=0.05)
        async with client, asyncio.timeout(40), asyncio.TaskGroup() as tasks:
            running = tasks.create_task(client.start(stage.token))
            await ready.get()
            yield client, ready
            await client.close()
            running.cancel()
    await archive.close()


async def until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not true():
            await asyncio.sleep(0.005)


async def test_a_lost_session_is_begun_anew_at_the_same_discord(stage: Stage) -> None:
    """Found by the soak: the library went to the real Discord's gateway, and stayed away for good."""
    async with a_client(stage, Watch(), gateway="ws://127.0.0.1:9/") as (_, ready):  # where nobody listens
        stage.fault("op9-false")
        await ready.get()


async def test_while_the_gateway_is_away_the_line_does_not_stand_and_a_resumed_one_does(stage: Stage) -> None:
    async with a_client(stage, Watch()) as (client, _):
        assert client.stands
        refusing = stage.fault("refuse-handshake", times=None)
        stage.fault("close-4000")
        await until(lambda: not client.stands)
        stage.faults.remove(refusing.id)
        await until(lambda: client.stands)


async def test_a_gateway_that_stays_away_is_given_up_after_a_while_and_not_before(stage: Stage) -> None:
    clock = Watch()
    async with a_client(stage, clock) as (client, _):
        giving_up = asyncio.create_task(client.given_up())
        stage.fault("refuse-handshake", times=None)
        stage.fault("close-4000")
        await until(lambda: not client.stands)
        clock.turn(GIVEN_UP_AFTER)
        await asyncio.wait({giving_up}, timeout=0.1)
        assert not giving_up.done()
        clock.turn(timedelta(seconds=1))
        with pytest.raises(LineLost):
            await giving_up


async def test_while_servers_come_by_the_hundred_others_have_their_turn(stage: Stage) -> None:
    for number in range(200):
        stage.world.add_guild(f"Server {number}")
    turns, between = 0, set[int]()

    async def another() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    class Counts(Client):
        def dispatch(self, event_name: str, /, *given: object, **more: object) -> None:
            if event_name == "socket_event_type" and given == ("GUILD_CREATE",):
                between.add(turns)
            super().dispatch(event_name, *given, **more)

    waiting = asyncio.create_task(another())
    async with a_client(stage, Clock(), kind=Counts) as (client, _):
        await until(lambda: len(client.guilds) == 201)
    waiting.cancel()
    assert len(between) == 201

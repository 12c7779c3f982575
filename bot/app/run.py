"""The bot itself: polls, delivers and answers until it is told to stop, whatever happens to the line."""

import asyncio
import contextlib
import fcntl
import logging
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta
from pathlib import Path

import discord

from bot.app.core import Core, open_core
from bot.chat.client import NewsClient, invite_link, speak_to
from bot.chat.desk import Desk
from bot.chat.sender import DiscordSender
from bot.clock import Clock
from bot.courier import Courier
from bot.errors import ConfigError
from bot.settings import Settings

log = logging.getLogger(__name__)

UNSET = (
    "DISCORD_TOKEN is not set. Make a bot at https://discord.com/developers/applications (Bot → Reset Token) and put "
    "DISCORD_TOKEN=… into .env; README.md has the steps. To see everything without a token: make rehearse"
)
REFUSED = (
    "Discord refuses the token. Copy it again from https://discord.com/developers/applications (Bot → Reset Token) "
    "into DISCORD_TOKEN."
)
SHORTEST, LONGEST = timedelta(seconds=2), timedelta(minutes=5)  # between two attempts to reach Discord


async def run(
    settings: Settings,
    *,
    stop: asyncio.Event | None = None,
    clock: Clock | None = None,
    ready: Callable[[Core, NewsClient], None] = lambda core, client: None,
) -> None:
    """Run until `stop`, SIGTERM or SIGINT; then finish what is in flight. `ready` is called at each connection."""
    if not settings.token:
        raise ConfigError(UNSET)
    stop = stop or asyncio.Event()
    speak_to(settings.api)
    wake = asyncio.Event()
    settings.data.mkdir(parents=True, exist_ok=True)
    with _alone(settings.archive), _told_to_stop(stop):
        async with open_core(settings, clock=clock, nudge=wake.set) as core, _until(stop) as tasks:
            tasks.create_task(core.poller.run(), name="poller")
            tasks.create_task(_stay_connected(core, wake, stop, ready), name="line to Discord")
    log.info("stopped")


async def _stay_connected(
    core: Core, wake: asyncio.Event, stop: asyncio.Event, ready: Callable[[Core, NewsClient], None]
) -> None:
    """Keep one client alive; after a failure of the line a fresh one is made, ever more patiently."""
    wait = SHORTEST
    while not stop.is_set():
        began = core.clock.now()
        try:
            await _one_connection(core, wake, ready)
        except discord.LoginFailure as error:
            raise ConfigError(REFUSED) from error
        except discord.PrivilegedIntentsRequired as error:
            raise ConfigError("Discord wants an intent that this bot does not use; please report it.") from error
        except Exception:  # the boundary: whatever breaks the line, polling goes on and the outbox keeps what is owed
            log.exception("lost Discord")
        wait = SHORTEST if core.clock.now() - began > LONGEST else min(wait * 2, LONGEST)
        log.info("tries Discord again in=%ds", wait.total_seconds())
        await core.clock.sleep(wait)


async def _one_connection(core: Core, wake: asyncio.Event, ready: Callable[[Core, NewsClient], None]) -> None:
    """From login to the end of the line. The courier starts when Discord is ready and ends before the line does."""
    client = NewsClient(Desk(core.archive, core.regions, core.clock, core.poller, wake.set))
    courier = Courier(core.archive, DiscordSender(client, core.regions), core.clock, wake)
    async with client:
        line = asyncio.create_task(client.start(core.settings.token), name="gateway")
        waiting = asyncio.create_task(client.wait_until_ready(), name="ready")
        posting: asyncio.Task[None] | None = None
        try:
            await asyncio.wait({line, waiting}, return_when=asyncio.FIRST_COMPLETED)
            if line.done():
                return line.result()
            _welcome(client)
            ready(core, client)
            posting = asyncio.create_task(courier.run(), name="courier")
            await asyncio.wait({line, posting}, return_when=asyncio.FIRST_COMPLETED)
            for done in (line, posting):
                if done.done():
                    done.result()
        finally:
            for task in (waiting, posting):  # the courier first: what is in flight finishes while the line still stands
                await _end(task)
            await client.close()
            await _end(line)


async def _end(task: "asyncio.Task[object] | asyncio.Task[None] | asyncio.Task[bool] | None") -> None:
    if task is not None:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await task


def _welcome(client: NewsClient) -> None:
    if not client.guilds and client.application_id:
        log.info("is in no server yet; invite it with %s", invite_link(client.application_id))


@contextlib.asynccontextmanager
async def _until(stop: asyncio.Event) -> AsyncIterator[asyncio.TaskGroup]:
    """A task group that lives until `stop` is set or one of its tasks fails; its errors come out unwrapped."""
    try:
        async with asyncio.TaskGroup() as tasks:
            yield tasks
            await stop.wait()
            raise _Stopped
    except* _Stopped:
        pass
    except* ConfigError as group:
        raise group.exceptions[0] from None


class _Stopped(Exception):
    """We were told to stop: not a failure."""


@contextlib.contextmanager
def _told_to_stop(stop: asyncio.Event) -> Iterator[None]:
    """SIGTERM and SIGINT ask for an orderly end; a second one does not wait."""
    loop = asyncio.get_running_loop()
    signals = (signal.SIGTERM, signal.SIGINT)

    def asked() -> None:
        log.info("stopping")
        stop.set()
        for each in signals:
            loop.remove_signal_handler(each)

    for each in signals:
        loop.add_signal_handler(each, asked)
    try:
        yield
    finally:
        for each in signals:
            loop.remove_signal_handler(each)


@contextlib.contextmanager
def _alone(archive: Path) -> Iterator[None]:
    """Two bots on one archive would post everything twice; the lock goes with the process, however it ends."""
    with (archive.parent / (archive.name + ".lock")).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise ConfigError(
                f"Another Newsdesk runs on {archive} already. Stop it first, or set NEWSDESK_DATA to another folder."
            ) from error
        yield

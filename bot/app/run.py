"""The bot itself: polls, delivers and answers until it is told to stop, whatever happens to the line."""

import asyncio
import contextlib
import gc
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any

import cogs
from bot.almanac import Almanac
from bot.app.collector import leave_alone
from bot.app.core import Core, alone, make_folder, open_core, tell_of_another_discord
from bot.app.metrics import Metrics, serve_metrics
from bot.app.stopping import told_to_stop
from bot.chat.client import LineLost, NewsClient, invite_link, speak_to
from bot.chat.desk import Desk
from bot.chat.matters.notices import Notices
from bot.chat.sender import DiscordSender
from bot.clock import Clock
from bot.courier import Courier
from bot.delivery.pace import Allowance
from bot.errors import ConfigError
from bot.keeper import Keeper
from bot.model import Delivery, Outcome, Sent
from bot.settings import Settings

log = logging.getLogger(__name__)

Ready = Callable[[Core, NewsClient], None]

UNSET = (
    "DISCORD_TOKEN is not set. Make a bot at https://discord.com/developers/applications (Bot → Reset Token) and put "
    "DISCORD_TOKEN=… into .env; README.md has the steps. To see everything without a token: make rehearse"
)
SHORTEST, LONGEST = timedelta(seconds=2), timedelta(minutes=5)  # between two attempts to reach Discord


async def run(
    settings: Settings,
    *,
    stop: asyncio.Event | None = None,
    clock: Clock | None = None,
    ready: Ready = lambda core, client: None,
) -> None:
    """Run until `stop`, or SIGTERM or SIGINT where nobody else hears these; then finish what is in flight.

    `ready` is called at each connection.
    """
    if not settings.token:
        raise ConfigError(UNSET)
    heard: contextlib.AbstractContextManager[None] = contextlib.nullcontext()
    if stop is None:
        stop = asyncio.Event()
        heard = told_to_stop(stop)
    speak_to(settings.api)
    tell_of_another_discord(settings)
    make_folder(settings)
    wake, metrics = asyncio.Event(), Metrics()
    with alone(settings.archive), heard:
        opening = open_core(settings, clock=clock, nudge=wake.set, measure=metrics.polled, took_in=metrics.took_in)
        async with opening as core:
            metrics.know(regions=[region.code for region in core.regions])
            gc.freeze()  # what is loaded by now stays: without this, a pass of the collector stops the loop for 50 ms
            line = Line(core, wake, metrics, ready)
            almanac = Almanac(core.archive, core.clock, wake.set)
            serving = serve_metrics(settings.metrics, metrics, core.archive.outbox, lambda: line.stands)
            async with serving, _until(stop) as tasks:
                tasks.create_task(_kept_alive(core.poller.run, core.clock), name="poller")
                tasks.create_task(_kept_alive(almanac.run, core.clock), name="almanac")
                tasks.create_task(_kept_alive(Keeper(core.archive, core.clock).run, core.clock), name="keeper")
                tasks.create_task(line.hold(), name="line to Discord")
    log.info("stopped")


async def _kept_alive(work: Callable[[], Awaitable[None]], clock: Clock) -> None:
    """A worker has its own boundaries; whatever gets past them costs a moment, not the bot."""
    while True:
        try:
            await work()
        except Exception:
            log.exception("worker failed and is started again")
        await clock.sleep(SHORTEST)


class Line:
    """The line to Discord: one client at a time, and a fresh one after each failure."""

    def __init__(self, core: Core, wake: asyncio.Event, metrics: Metrics, ready: Ready) -> None:
        self._core = core
        self._wake = wake
        self._metrics = metrics
        self._ready = ready
        self._allowance = Allowance()
        self._client: NewsClient | None = None

    @property
    def stands(self) -> bool:
        return self._client is not None and self._client.stands

    async def hold(self) -> None:
        """Keep it up, ever more patiently; ends only with a ConfigError or by being cancelled."""
        wait, clock = SHORTEST, self._core.clock
        while True:
            began = clock.now()
            try:
                await self._once()
            except ConfigError:
                raise
            except LineLost as lost:
                log.error("lost Discord: %s", lost, exc_info=log.isEnabledFor(logging.DEBUG))
            except Exception:  # the boundary: whatever breaks the line, polling goes on and what is owed stays owed
                log.exception("lost Discord")
            wait = SHORTEST if clock.now() - began > LONGEST else min(wait * 2, LONGEST)
            log.info("tries Discord again in=%ds", wait.total_seconds())
            await clock.sleep(wait)

    async def _once(self) -> None:
        """From login to the end of the line. The courier starts when Discord is ready and ends before the line."""
        core = self._core
        desk = Desk(core.archive, core.regions, core.clock, core.poller, self._wake.set)
        client = NewsClient(desk, cogs.names(), answered=self._metrics.answered)
        sender = DiscordSender(client, core.regions, core.clock, self._allowance, memory=core.archive)
        courier = Courier(core.archive, sender, core.clock, self._wake, on_settled=self._count)
        client.add_listener(_left_alone, "on_ready")
        async with client:
            line = asyncio.create_task(client.hold_the_line(core.settings.token), name="gateway")
            waiting = asyncio.create_task(client.wait_until_ready(), name="ready")
            posting: asyncio.Task[None] | None = None
            telling: asyncio.Task[None] | None = None
            watching = asyncio.create_task(client.given_up(), name="watch over the line")
            try:
                await asyncio.wait({line, waiting}, return_when=asyncio.FIRST_COMPLETED)
                if line.done():
                    return line.result()
                self._client = client
                self._metrics.know(commands=_commands(client))
                _welcome(client)
                self._ready(core, client)
                posting = asyncio.create_task(courier.run(), name="courier")
                telling = asyncio.create_task(Notices(client, desk, sender.line).run(), name="notices")
                await asyncio.wait({line, posting, watching}, return_when=asyncio.FIRST_COMPLETED)
                for done in (line, posting, watching):
                    if done.done():
                        done.result()
            finally:
                self._client = None
                for task in (waiting, watching, telling, posting):  # what is in flight arrives while the line stands
                    await _end(task)
                await client.close()
                await _end(line)

    def _count(self, delivery: Delivery, outcome: Outcome) -> None:
        seen = delivery.article.seen
        first = isinstance(outcome, Sent) and not delivery.edit and seen is not None
        seconds = (self._core.clock.now() - seen).total_seconds() if first and seen else None
        self._metrics.delivered(type(outcome).__name__.lower(), seconds)


async def _end(task: "asyncio.Task[Any] | None") -> None:
    if task is not None:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await task


async def _left_alone() -> None:
    """At each beginning of a session: its servers stay until its end."""
    leave_alone()


def _commands(client: NewsClient) -> list[str]:
    """All that one can type; a group is none."""
    return [each.qualified_name for each in client.tree.walk_commands() if not hasattr(each, "commands")]


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

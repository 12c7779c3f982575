"""What a monitor may know: counters and times, served for Prometheus, and whether all is well."""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from typing import get_args

from aiohttp import web
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from bot.errors import ConfigError
from bot.intake.outcome import KINDS
from bot.model import Outcome, State

log = logging.getLogger(__name__)

QUICK = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5)  # seconds
SLOW = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800)
BEAT = 0.5  # seconds between two looks at how late the event loop is
LONG = 0.25  # seconds that it may take to count the outbox each time
ANSWERS = ("answered", "refused", "failed")  # what may become of a command
RARELY = 20  # times as long as it took until it is counted anew, where it takes longer

Count = Callable[[], Awaitable[Mapping[State, int]]]


class Metrics:
    """All that is counted. Whoever does something is given one of these methods to tell it to.

    What is known beforehand begins at 0: a series that begins at 1 has never grown, and no alarm would hear of that.
    """

    def __init__(self) -> None:
        self.registry = to = CollectorRegistry()
        self._polls = Counter("newsdesk_polls", "Polls by what became of them", ["outcome"], registry=to)
        self._poll_seconds = Histogram("newsdesk_poll_seconds", "Length of a poll", buckets=SLOW, registry=to)
        self._articles = Counter("newsdesk_articles", "New articles by region", ["region"], registry=to)
        self._deliveries = Counter("newsdesk_deliveries", "Deliveries by what became of them", ["outcome"], registry=to)
        self._outbox = Gauge("newsdesk_outbox_size", "Deliveries by state", ["state"], registry=to)
        self._to_post = Histogram(
            "newsdesk_detect_to_post_seconds", "From an article's first sight to its post", buckets=SLOW, registry=to
        )
        self._commands = Counter(
            "newsdesk_commands", "Slash commands by what became of them", ["command", "outcome"], registry=to
        )
        self._command_seconds = Histogram(
            "newsdesk_command_seconds", "From a command to its answer", ["command"], buckets=QUICK, registry=to
        )
        self._lag = Histogram(
            "newsdesk_event_loop_lag_seconds", "Lateness of the event loop", buckets=QUICK, registry=to
        )

        for kind in KINDS:
            self._polls.labels(kind)
        for outcome in get_args(Outcome):
            self._deliveries.labels(outcome.__name__.lower())

    def know(self, regions: Iterable[str] = (), commands: Iterable[str] = ()) -> None:
        """What may be counted from now on."""
        for region in regions:
            self._articles.labels(region)
        for command in commands:
            self._command_seconds.labels(command)
            for outcome in ANSWERS:
                self._commands.labels(command, outcome)

    def polled(self, outcome: str, seconds: float) -> None:
        self._polls.labels(outcome).inc()
        self._poll_seconds.observe(seconds)

    def took_in(self, regions: tuple[str, ...]) -> None:
        """A new article of these regions."""
        for region in regions:
            self._articles.labels(region).inc()

    def delivered(self, outcome: str, seconds: float | None) -> None:
        """A delivery was settled; `seconds` since the article was first seen, when it went out."""
        self._deliveries.labels(outcome).inc()
        if seconds is not None:
            self._to_post.observe(seconds)

    def answered(self, command: str, outcome: str, seconds: float) -> None:
        self._commands.labels(command, outcome).inc()
        self._command_seconds.labels(command).observe(seconds)

    def waiting(self, outbox: Mapping[State, int]) -> None:
        for state in get_args(State):
            self._outbox.labels(state).set(outbox.get(state, 0))

    async def watch_the_loop(self) -> None:
        """Measure how late the loop wakes us; runs until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + BEAT
            await asyncio.sleep(BEAT)
            self._lag.observe(max(0.0, loop.time() - due))


class Counted:
    """The outbox, counted when somebody asks. All that was ever delivered is in it: where counting takes long, it is
    done the more rarely, and meanwhile the last count is told."""

    def __init__(self, count: Count, clock: Callable[[], float] = time.monotonic) -> None:
        self._count = count
        self._clock = clock
        self._sizes: Mapping[State, int] = {}
        self._next = 0.0

    async def sizes(self) -> Mapping[State, int]:
        began = self._clock()
        if began >= self._next:
            self._sizes = await self._count()
            took = self._clock() - began
            self._next = began + (took * RARELY if took > LONG else 0.0)
        return self._sizes


@contextlib.asynccontextmanager
async def serve_metrics(address: str, metrics: Metrics, outbox: Count, well: Callable[[], bool]) -> AsyncIterator[None]:
    """Serve /metrics and /healthz at `host:port` (nothing when it is empty); ConfigError when the port is taken."""
    if not address:
        yield
        return

    async def metrics_page(request: web.Request) -> web.Response:
        metrics.waiting(await counted.sizes())
        return web.Response(body=generate_latest(metrics.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    async def health(request: web.Request) -> web.Response:
        return web.Response(text="well\n") if well() else web.Response(text="not connected to Discord\n", status=503)

    counted = Counted(outbox)
    app = web.Application()
    app.router.add_get("/metrics", metrics_page)
    app.router.add_get("/healthz", health)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    host, _, port = address.rpartition(":")
    try:
        await web.TCPSite(runner, host.strip("[]"), int(port)).start()
    except OSError as error:
        await runner.cleanup()
        raise ConfigError(f"NEWSDESK_METRICS is {address!r}, which cannot be used: {error.strerror}.") from error
    log.info("serves metrics at=%s", address)
    watching = asyncio.create_task(metrics.watch_the_loop(), name="loop lag")
    try:
        yield
    finally:
        watching.cancel()
        await runner.cleanup()

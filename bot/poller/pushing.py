"""WebSub, where the world can reach us: a push is a hint to poll now; polling goes on as if there were none."""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta

from aiohttp import ClientError, ClientSession, ClientTimeout, web

from bot.archive.archive import Archive
from bot.clock import Clock, regularly
from bot.errors import ConfigError
from bot.intake import memory, websub
from bot.intake.addresses import host_of, spoken
from bot.intake.websub import Lease
from bot.model import Source

log = logging.getLogger(__name__)

PATH = "/websub/"
LISTEN = "127.0.0.1:8422"  # what lies at NEWSDESK_PUBLIC_URL is to be forwarded here
LOOK = timedelta(hours=1)  # between two looks for hubs to be asked
_AT_ONCE = 8  # hubs
_LARGEST = 10 * 1024 * 1024
_PIECE = 64 * 1024
_PATIENCE = 30.0  # seconds for a push to arrive
_MOST = 2  # polls of one source for pushes: one under way, and one that finds all that is pushed meanwhile


class Pushing:
    """Asks hubs, answers their questions, and polls when they push."""

    def __init__(
        self,
        archive: Archive,
        session: ClientSession,
        clock: Clock,
        public_url: str,
        poll: Callable[[Source], Awaitable[object]],
        user_agent: str,
    ) -> None:
        self._archive = archive
        self._session = session
        self._clock = clock
        self._public_url = public_url
        self._poll = poll
        self._agent = user_agent
        self._polls: dict[asyncio.Task[object], int] = {}  # each with its source

    def application(self) -> web.Application:
        """What listens: one address for each lease, known to its hub alone."""
        app = web.Application()
        app.router.add_get(PATH + "{source:\\d+}/{token}", self._asked)
        app.router.add_post(PATH + "{source:\\d+}/{token}", self._pushed)
        return app

    async def run(self) -> None:
        """Ask hubs for leases, and again before these end; runs until cancelled."""
        await regularly(self.ask_hubs, self._clock, LOOK)

    async def ask_hubs(self) -> None:
        """One look at every source that names a hub. Several hubs are asked at once, each for one topic at a time."""
        due: dict[str, list[Lease]] = {}
        for source in await self._archive.sources():
            remembered = memory.read(source.memory)
            if not remembered.hub:
                continue
            lease = websub.read(await self._archive.recall(_key(source.id)))
            topic = remembered.topic or source.url
            if lease is None or (lease.hub, lease.topic) != (remembered.hub, topic):
                lease = websub.a_lease(source.id, remembered.hub, topic)
            if lease.is_due(self._clock.now()):
                due.setdefault(host_of(lease.hub), []).append(lease)
        places = asyncio.Semaphore(_AT_ONCE)
        async with asyncio.TaskGroup() as tasks:
            for leases in due.values():
                tasks.create_task(self._ask_one_hub(leases, places))

    async def _ask_one_hub(self, leases: Sequence[Lease], places: asyncio.Semaphore) -> None:
        """Where it does not answer, what is left waits for the next look."""
        async with places:
            for lease in leases:
                if not await self._ask(lease):
                    return

    async def _ask(self, lease: Lease) -> bool:
        """Whether the hub answered, whatever it said."""
        lease = replace(lease, asked=self._clock.now().isoformat())
        await self._archive.remember(_key(lease.source), websub.write(lease))  # before it can ask back
        callback = f"{self._public_url}{PATH}{lease.source}/{lease.token}"
        try:
            async with self._session.post(
                lease.hub,
                data=websub.request(lease, callback),
                headers={"User-Agent": self._agent},
                timeout=ClientTimeout(total=20),
                allow_redirects=False,
            ) as answer:
                log.info("asked hub=%s topic=%s answer=%d", spoken(lease.hub), spoken(lease.topic), answer.status)
                return True
        except (ClientError, OSError, TimeoutError, ValueError) as error:
            log.warning("could not ask hub=%s error=%s", spoken(lease.hub), type(error).__name__)
            return False

    async def _lease(self, request: web.Request) -> Lease:
        lease = websub.read(await self._archive.recall(_key(int(request.match_info["source"][:18]))))
        if lease is None or lease.token != request.match_info["token"]:
            raise web.HTTPNotFound
        return lease

    async def _asked(self, request: web.Request) -> web.Response:
        """A hub makes sure that it was we who asked."""
        lease = await self._lease(request)
        granted = websub.granted(lease, request.query, self._clock.now())
        if granted is None:
            raise web.HTTPNotFound
        await self._archive.remember(_key(lease.source), websub.write(granted))
        log.info("is pushed to topic=%s until=%s", spoken(lease.topic), granted.until)
        return web.Response(text=request.query["hub.challenge"])

    async def _pushed(self, request: web.Request) -> web.Response:
        """News, if it is signed; a hub is not told whether it was."""
        lease = await self._lease(request)
        if await _is_signed(request, lease):
            if list(self._polls.values()).count(lease.source) < _MOST:
                await self._poll_now(lease.source)
        else:
            log.warning("ignored a push that is not signed topic=%s", spoken(lease.topic))
        return web.Response(status=202)

    async def _poll_now(self, number: int) -> None:
        source = next((each for each in await self._archive.sources() if each.id == number), None)
        if source is not None:
            task = asyncio.ensure_future(self._poll(source))
            self._polls[task] = number
            task.add_done_callback(self._polls.pop)


@contextlib.asynccontextmanager
async def open_ear(pushing: Pushing, listen: str = LISTEN) -> AsyncIterator[int]:
    """Listen for hubs; gives the port. ConfigError when it is taken."""
    runner = web.AppRunner(pushing.application(), access_log=None)
    await runner.setup()
    host, _, port = listen.rpartition(":")
    try:
        await web.TCPSite(runner, host, int(port)).start()
    except OSError as error:
        await runner.cleanup()
        raise ConfigError(f"Pushes cannot be received at {listen}: {error.strerror}.") from error
    try:
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()


async def _is_signed(request: web.Request, lease: Lease) -> bool:
    """Looks at a push piece by piece: nobody needs the whole of it, and a hub may send many at once."""
    seal, length = websub.Seal(request.headers.get("X-Hub-Signature", ""), lease.secret), 0
    try:
        async with asyncio.timeout(_PATIENCE):
            async for piece in request.content.iter_chunked(_PIECE):
                length += len(piece)
                if length > _LARGEST:
                    raise web.HTTPRequestEntityTooLarge(_LARGEST, length)
                seal.add(piece)
    except TimeoutError:
        raise web.HTTPRequestTimeout from None
    return seal.holds


def _key(source: int) -> str:
    return f"websub {source}"

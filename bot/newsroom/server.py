"""Serves the magazine on loopback, with the validators, compression and headers of a well-kept web server."""

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from types import TracebackType
from typing import NamedTuple

from aiohttp import web

from bot.newsroom.addresses import Addresses
from bot.newsroom.desk import Desk, Printed
from bot.newsroom.feeds import TYPES, print_feed
from bot.newsroom.pages import front_page, story_page
from bot.newsroom.stories import FeedPlan, read_magazine

HOST = "127.0.0.1"
ASK_AGAIN = "no-cache"  # may be kept, must be asked about: nothing may delay the next poll of a feed
FOR_GOOD = "public, max-age=31536000, immutable"
PHOTO_TYPES = {".webp": "image/webp", ".jpg": "image/jpeg", ".png": "image/png"}

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]

log = logging.getLogger(__name__)


class OfferedFeed(NamedTuple):
    """A feed to subscribe to; `region` is set where everything in it is of that region."""

    title: str
    url: str
    region: str | None


class Newsroom:
    """A magazine that publishes a story every `pace` seconds; with a pace of 0 only when `publish_next` is called.

    `now` is where it takes the time from: with the same clock it prints the same feeds.
    """

    def __init__(self, folder: Path, pace: float | None = None, *, now: Callable[[], datetime] | None = None) -> None:
        self.magazine = read_magazine(folder)
        self.pace = self.magazine.pace if pace is None else pace
        self._now = now or _wall_clock
        self._photos = folder / "photos"
        self._desk = Desk(self.magazine.stories)
        self._runner: web.AppRunner | None = None
        self._presses: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Opens with a few stories already out, then publishes the others at its pace."""
        self._opened = self._now()
        for _ in range(self.magazine.out_at_start):
            self.publish_next()
        runner = web.AppRunner(self._routes(), access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, HOST, 0)
        await site.start()
        self._runner = runner
        self._at = Addresses(f"http://{HOST}:{runner.addresses[0][1]}")
        if self.pace > 0:
            self._presses = asyncio.create_task(self._keep_publishing())
        log.info("opened newsroom=%s out=%d", self._at.root, self.magazine.out_at_start)

    async def stop(self) -> None:
        """Stops publishing and closes the door. Can be called twice."""
        if self._presses:
            self._presses.cancel()
            await asyncio.gather(self._presses, return_exceptions=True)
            self._presses = None
        if self._runner:
            await self._runner.cleanup()
            self._runner = None

    async def __aenter__(self) -> "Newsroom":
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    @property
    def url(self) -> str:
        """The front page, which names the feeds."""
        return f"{self._at.root}/"

    @property
    def feeds(self) -> list[OfferedFeed]:
        """The feeds a subscriber would take: LATEST first, then the regions', then the blog."""
        return [
            OfferedFeed(each.title, self.address(each), each.region) for each in self.magazine.feeds if each.offered
        ]

    @property
    def json_feed(self) -> str:
        """LATEST once more, as JSON Feed."""
        return next(self.address(each) for each in self.magazine.feeds if each.manner == "json")

    def address(self, plan: FeedPlan) -> str:
        """Where a feed is served."""
        return f"{self._at.root}/{plan.path}"

    def publish_next(self) -> Printed | None:
        """Publishes the next story and makes the edits due with it; None when nothing lies ahead."""
        return self._desk.step(self._now().replace(microsecond=0))

    async def _keep_publishing(self) -> None:
        await asyncio.sleep(self.pace)
        while printed := self.publish_next():
            log.info("published story=%s", printed.story.slug)
            await asyncio.sleep(self.pace)

    def _routes(self) -> web.Application:
        app = web.Application()
        for plan in self.magazine.feeds:
            app.router.add_get(f"/{plan.path}", self._feed_door(plan))
        app.router.add_get("/", self._front)
        app.router.add_get("/media-library/{name}", self._photo)
        app.router.add_get("/{slug}/", self._story)
        return app

    def _feed_door(self, plan: FeedPlan) -> Answer:
        async def answer(request: web.Request) -> web.StreamResponse:
            printed = self._desk.newest("latest" if plan.manner == "json" else plan.key)
            text = print_feed(self.magazine, plan, printed, self._at, self._opened)
            return _answer(request, text.encode(), f"{TYPES[plan.manner]}; charset=utf-8", self._touched(printed))

        return answer

    async def _front(self, request: web.Request) -> web.Response:
        printed = self._desk.newest("latest")
        text = front_page(self.magazine, printed, self._at)
        return _answer(request, text.encode(), "text/html; charset=utf-8", self._touched(printed))

    async def _story(self, request: web.Request) -> web.Response:
        printed = self._desk.find(request.match_info["slug"])
        if printed is None:
            raise web.HTTPNotFound(text="No such story (yet).\n")
        text = story_page(self.magazine, printed, self._at)
        return _answer(request, text.encode(), "text/html; charset=utf-8", printed.touched)

    async def _photo(self, request: web.Request) -> web.Response:
        """The name is for people; `id` says which file, and only the folder's own files are given out."""
        name = request.query.get("id", "") + Path(request.match_info["name"]).suffix
        path = {each.name: each for each in self._photos.iterdir()}.get(name)
        if path is None or path.suffix not in PHOTO_TYPES:
            raise web.HTTPNotFound(text="No such photo.\n")
        drawn = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        return _answer(request, path.read_bytes(), PHOTO_TYPES[path.suffix], drawn, FOR_GOOD)

    def _touched(self, printed: list[Printed]) -> datetime:
        return max((each.touched for each in printed), default=self._opened)


def _answer(
    request: web.Request, body: bytes, content_type: str, touched: datetime, keep: str = ASK_AGAIN
) -> web.Response:
    """200 with validators, or 304 to whoever holds the same already (RFC 9110 §13.2.2: If-None-Match goes first)."""
    tag = hashlib.sha256(body).hexdigest()[:24]
    headers = {
        "ETag": f'"{tag}"' if content_type.startswith("image/") else f'W/"{tag}"',  # weak: sent with and without gzip
        "Last-Modified": format_datetime(touched, usegmt=True),
        "Cache-Control": keep,
        "Vary": "Accept-Encoding",
    }
    if _is_known(request, tag, touched):
        return web.Response(status=304, headers=headers)
    response = web.Response(body=body, headers={**headers, "Content-Type": content_type})
    if not content_type.startswith("image/") and "gzip" in request.headers.get("Accept-Encoding", ""):
        response.enable_compression(web.ContentCoding.gzip)
    return response


def _is_known(request: web.Request, tag: str, touched: datetime) -> bool:
    if request.if_none_match is not None:
        return any(each.value in (tag, "*") for each in request.if_none_match)
    since = request.if_modified_since
    return since is not None and touched.replace(microsecond=0) <= since


def _wall_clock() -> datetime:
    return datetime.now(UTC)

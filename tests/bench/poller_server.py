"""A server of many feeds for the poller's benchmarks: a process of its own, so that its work is not measured."""

import sys
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

from aiohttp import web

ITEMS = 30
START = datetime(2026, 3, 1, tzinfo=UTC)
_WORDS = (
    "of ports and rails, of grain and gas, of treaties kept and broken, as seen from the capital and the coast " * 3
)
_versions: list[tuple[int, int]] = [(1_000_000, 1)]  # feeds below this number are at this version, the first that fits
_keep = True  # the process is this one server


def document(feed: int, version: int) -> bytes:
    """A feed of thirty items, of which `version - 1` have come since the first."""
    items = "".join(_item(feed, number) for number in range(version - 1 + ITEMS, version - 1, -1))
    return (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:media="http://search.yahoo.com/mrss/">'
        f"<channel><title>Magazine {feed}</title><link>http://f{feed}.bench.test/</link>"
        f"<description>All of it</description>{items}</channel></rss>"
    ).encode()


def _item(feed: int, number: int) -> str:
    link = f"http://f{feed}.bench.test/story-{number}/"
    return (
        f"<item><title>Story {number} of magazine {feed}: rain in Kenya</title><link>{link}</link><guid>{link}</guid>"
        f"<pubDate>{format_datetime(START + timedelta(hours=number))}</pubDate><dc:creator>Ann Other</dc:creator>"
        f"<category>Africa</category><category>Trade</category>"
        f'<media:content url="http://f{feed}.bench.test/{number}.jpg" medium="image" width="1200"/>'
        f"<description>A short standfirst {_WORDS[:120]}</description>"
        f"<content:encoded><![CDATA[<p>The longer text {number}: {_WORDS}</p><p>{_WORDS}<a href='/x'>more</a></p>]]>"
        "</content:encoded></item>"
    )


async def _feed(request: web.Request) -> web.Response:
    feed = int(request.match_info["feed"])
    version = next(version for below, version in _versions if feed < below)
    tag = f'"{feed}-{version}"'
    if request.headers.get("If-None-Match") == tag:
        response = web.Response(status=304, headers={"ETag": tag})
    else:
        body = document(feed, version)
        response = web.Response(body=body, content_type="application/rss+xml", headers={"ETag": tag})
    if not _keep:
        response.force_close()
    return response


async def _turn(request: web.Request) -> web.Response:
    below, version = int(request.match_info["below"]), int(request.match_info["version"])
    _versions[:] = [(below, version), *((each, old) for each, old in _versions if each > below)]
    return web.Response(text="ok")


async def _keeping(request: web.Request) -> web.Response:
    global _keep
    _keep = request.match_info["keep"] == "1"
    return web.Response(text="ok")


async def _start() -> web.AppRunner:
    app = web.Application()
    app.router.add_get("/feed/{feed}", _feed)
    app.router.add_get("/version/{version}/{below}", _turn)
    app.router.add_get("/keep/{keep}", _keeping)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0, backlog=4096).start()
    print(runner.addresses[0][1], flush=True)
    return runner


def main() -> None:
    """Serve until the parent closes our standard input."""
    import asyncio

    async def serve() -> None:
        runner = await _start()
        await asyncio.to_thread(sys.stdin.read)
        await runner.cleanup()

    asyncio.run(serve())


if __name__ == "__main__":
    main()

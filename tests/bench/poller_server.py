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
_version = 1


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
    tag = f'"{feed}-{_version}"'
    if request.headers.get("If-None-Match") == tag:
        return web.Response(status=304, headers={"ETag": tag})
    return web.Response(body=document(feed, _version), content_type="application/rss+xml", headers={"ETag": tag})


async def _turn(request: web.Request) -> web.Response:
    global _version  # the process is this one server
    _version = int(request.match_info["version"])
    return web.Response(text="ok")


async def _start() -> web.AppRunner:
    app = web.Application()
    app.router.add_get("/feed/{feed}", _feed)
    app.router.add_get("/version/{version}", _turn)
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

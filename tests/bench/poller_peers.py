"""The poller's peers: a bare aiohttp loop, which does nothing but ask; and the `reader` package, if it is installed."""

import asyncio
import sys
import time
import warnings
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory

from aiohttp import ClientSession

from tests.bench.poller_scene import AT_ONCE, Cost, address, measured, turn


async def bare(session: ClientSession, port: int, feeds: int) -> Cost:
    """What asking costs at the very least: a conditional GET each, and nothing else."""
    crowd = asyncio.Semaphore(AT_ONCE)

    async def one(number: int) -> None:
        headers = {"If-None-Match": f'"{number}-1"', "User-Agent": "bare"}
        async with crowd, session.get(address(port, number), headers=headers) as response:
            await response.read()
            assert response.status == 304

    async def every() -> None:
        async with asyncio.TaskGroup() as tasks:
            for number in range(feeds):
                tasks.create_task(one(number))

    return await measured(every)


def reader(port: int, feeds: int) -> Cost | None:
    """The same change of the same feeds, updated into its own file. Its full-text search is not updated."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            from reader import make_reader
    except ImportError:
        return None
    # Its own copy of feedparser wants this under its old name, of which none is made for today's Pythons.
    sys.modules.setdefault("sgmllib", import_module("feedparser_sgmllib"))
    with TemporaryDirectory() as folder:
        turn(port, 1)
        peer = make_reader(str(Path(folder) / "reader.sqlite"))
        for number in range(feeds):
            peer.add_feed(f"http://127.0.0.1:{port}/feed/{number}")
        peer.update_feeds(scheduled=False, workers=AT_ONCE)
        before = peer.get_entry_counts().total or 0
        turn(port, 2)
        wall, cpu = time.perf_counter(), time.process_time()
        peer.update_feeds(scheduled=False, workers=AT_ONCE)
        cost = Cost(time.perf_counter() - wall, time.process_time() - cpu)
        assert peer.get_entry_counts().total == before + feeds, "reader has not taken in one article a feed"
        return cost

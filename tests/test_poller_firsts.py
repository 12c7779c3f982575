"""Hundreds of feeds that are polled for the first time, as after an import."""

import asyncio
from typing import cast

import pytest

from bot.archive.archive import Archive
from bot.delivery.route import route
from bot.intake.classify import load_classifier
from bot.intake.fetch import Fetcher, open_session
from bot.intake.manners import Manners
from bot.intake.worker import ParseWorker
from bot.model import Document
from bot.poller import Poller
from bot.poller.placing import Placing
from bot.poller.reading import Reading
from bot.poller.taking import FIRSTS, Taking
from bot.regions import load_regions
from bot.settings import shipped
from tests.fakes import Names, until
from tests.polling import AGENT, House
from tests.press import item, rss

pytestmark = pytest.mark.asyncio(loop_scope="module")

A = item("Rain in Kenya", 4)


class _Slow:
    """An archive that keeps nothing before it is told to, and counts who waits for that."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive
        self.may = asyncio.Event()
        self.waiting = 0

    def __getattr__(self, name: str) -> object:
        return getattr(self._archive, name)

    async def accept(self, *given: object, **more: object) -> object:
        self.waiting += 1
        await self.may.wait()
        return await self._archive.accept(*given, **more)  # type: ignore[arg-type]


async def test_hundreds_of_first_polls_do_not_fill_the_memory(house: House, worker: ParseWorker) -> None:
    slow = cast(Archive, archive := _Slow(house.archive))
    async with open_session(private=True, resolver=Names()) as session:
        regions = load_regions(shipped() / "regions.toml")
        fetcher, reading = Fetcher(session, Manners(house.clock), user_agent=AGENT), Reading(worker)
        placing = Placing(load_classifier(shipped(), regions), regions)
        taking = Taking(slow, fetcher, reading, placing, route)
        poller = Poller(slow, fetcher, reading, placing, taking, house.clock)
        for number in range(3 * FIRSTS):
            await house.add(f"/{number}", host=f"h{number}.test")
            house.web[f"/{number}"] = rss(A)
        polling = asyncio.create_task(poller.round())
        await until(lambda: polling.done() or (archive.waiting >= FIRSTS and len(house.web.asked) >= 3 * FIRSTS))
        assert not polling.done()
        document = Document("https://x.test/", 200, rss(A))
        await asyncio.gather(*(worker.parse(document) for _ in range(3 * FIRSTS)))  # so long, others might have come
        assert archive.waiting == FIRSTS
        archive.may.set()
        assert {line.status for line in await polling} == {"ok"} and archive.waiting == 3 * FIRSTS

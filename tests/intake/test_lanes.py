"""Two lanes for documents: one that takes long is read, and keeps only its like waiting."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from bot.intake.lanes import MOST_WAITING, Lanes
from bot.intake.worker import ParseWorker, TooHeavy, TooLong
from bot.model import Document
from tests.fakes import until
from tests.press import item, rss

GOOD = Document("https://x.test/good", 200, rss(item("A story")))
LARGE = Document("https://x.test/large", 200, rss(*[item(f"Story {number}") for number in range(1000)]))
ENDLESS = b"<rss><channel>" + b"<item><title><b>" * 400_000 + b"</item></channel></rss>"


def endless(number: int = 0) -> Document:
    return Document(f"https://x.test/endless{number}", 200, ENDLESS)


@asynccontextmanager
async def opened(quick: ParseWorker, slow: ParseWorker) -> AsyncIterator[Lanes]:
    lanes = Lanes(quick, slow)
    await quick.warm()
    yield lanes
    await lanes.close()


async def test_what_is_not_read_soon_is_read_all_the_same_and_the_next_time_at_once_in_its_own_lane() -> None:
    quick, slow = ParseWorker(seconds=0.05), ParseWorker()
    async with opened(quick, slow) as lanes:
        assert (await lanes.parse(LARGE)).count == 1000
        assert (quick.started, slow.started) == (1, 1)
        assert (await lanes.parse(LARGE)).count == 1000
        assert (quick.pid, slow.started) == (None, 2), "no second try in the lane where it cost a process"
        assert slow.pid is None, "which ends when nothing waits"


async def test_nobody_waits_for_a_document_that_takes_long() -> None:
    quick, slow = ParseWorker(seconds=1), ParseWorker(seconds=60)
    async with opened(quick, slow) as lanes:
        waiting = [asyncio.create_task(lanes.parse(endless(number))) for number in range(2)]
        await until(lambda: slow.pid is not None)
        assert (await lanes.parse(GOOD)).count == 1
        assert not any(each.done() for each in waiting)
        for each in waiting:
            each.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)


async def test_what_takes_too_long_for_the_slow_lane_too_is_given_up() -> None:
    async with opened(ParseWorker(seconds=0.5), ParseWorker(seconds=1)) as lanes:
        with pytest.raises(TooLong, match="longer than 1 seconds"):
            await lanes.parse(endless())
        assert (await lanes.parse(GOOD)).count == 1


async def test_the_slow_lane_holds_few_documents_and_says_so_to_more() -> None:
    async with opened(ParseWorker(seconds=0.2), ParseWorker(seconds=60)) as lanes:
        waiting = [asyncio.create_task(lanes.parse(endless(number))) for number in range(MOST_WAITING + 1)]
        done, still = await asyncio.wait(waiting, return_when=asyncio.FIRST_EXCEPTION)
        assert len(done) == 1 and len(still) == MOST_WAITING
        with pytest.raises(TooHeavy, match="wait already"):
            await done.pop()
        for each in still:
            each.cancel()
        await asyncio.gather(*still, return_exceptions=True)


async def test_a_page_that_takes_long_is_not_worth_the_slow_lane() -> None:
    slow = ParseWorker()
    async with opened(ParseWorker(seconds=0.001), slow) as lanes:
        with pytest.raises(TooLong):
            await lanes.read_page(Document("https://x.test/page", 200, b"<html>" + b"<p>word" * 100_000), True)
        assert slow.started == 0

"""The poller as a whole: from a feed on a real server to the outbox."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from bot.intake.worker import ParseWorker
from tests.fakes import Answer, Asked
from tests.polling import House, open_house
from tests.press import item, rss

A, B, C, D = (
    item("Rain in Kenya", 4),
    item("Ports of Ghana", 3),
    item("Elections in France", 2),
    item("Talks in Oman", 1),
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def worker() -> AsyncIterator[ParseWorker]:
    one = ParseWorker()
    yield one
    await one.close()


@pytest_asyncio.fixture(loop_scope="module")
async def house(worker: ParseWorker) -> AsyncIterator[House]:
    async with open_house(worker) as here:
        yield here


pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_what_is_new_is_posted_once_and_the_first_poll_is_silent(house: House) -> None:
    await house.add()
    house.web["/feed"] = rss(C, B, A)
    first = await house.goes_round()
    house.web["/feed"] = rss(D, C, B)
    second = await house.goes_round()
    await house.goes_round()
    assert [(line.status, line.new) for line in first + second] == [("ok", 3), ("ok", 1)]
    assert await house.posted() == ["Talks in Oman"]
    assert house.nudged == ["owed"]


async def test_validators_are_sent_back_byte_for_byte(house: House) -> None:
    await house.add()

    def answer(asked: Asked) -> Answer:
        held = asked.headers.get("If-None-Match"), asked.headers.get("If-Modified-Since")
        validators = {"ETag": 'W/"a,\'b"', "Last-Modified": "Tue, 24 Mar 2026 11:59:60 gmt"}
        if held == (validators["ETag"], validators["Last-Modified"]):
            return Answer(status=304)
        return Answer(rss(A), headers=validators)

    house.web["/feed"] = answer
    await house.goes_round()
    lines = await house.goes_round()
    assert [(line.status, line.new, line.error) for line in lines] == [("unchanged", 0, "")]
    source = await house.source()
    assert source.failures == 0 and source.next_poll is not None
    assert source.next_poll - house.clock.now() <= timedelta(minutes=10)


async def test_a_page_in_place_of_a_feed_is_a_state_with_a_sentence_and_others_go_on(house: House) -> None:
    await house.add("/one")
    await house.add("/two")
    house.web["/one"] = "<!doctype html><html><head><title>Log in</title></head></html>"
    house.web["/two"] = rss(A)
    lines = {line.feed: line for line in await house.goes_round()}
    broken, well = lines[house.web.url("/one")], lines[house.web.url("/two")]
    assert (broken.status, broken.new) == ("not-a-feed", 0)
    assert "a web page" in broken.error
    assert (well.status, well.new, well.error) == ("ok", 1, "")

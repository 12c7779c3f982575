"""Rules 11 and 12: where a feed leads to, and when it has moved."""

from datetime import timedelta

import pytest

from bot.intake import memory
from bot.intake.addresses import canonical
from bot.intake.worker import ParseWorker
from bot.model import Feed
from tests.fakes import Answer
from tests.intake.rules.words import HOST, A, B, answers, tagged
from tests.polling import House, open_house
from tests.press import rss

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_rule_11_a_permanent_move_is_believed_after_a_day_and_a_temporary_one_never(house: House) -> None:
    house.web["/new"] = rss(A)
    permanent = Answer(status=301, headers={"Location": "/new"})
    await answers(house, *[permanent] * 4, later=timedelta(hours=5))
    assert memory.read((await house.source(host=HOST)).memory).address == ""
    await answers(house, *[permanent] * 3, later=timedelta(hours=10))
    asked = await answers(house, permanent)
    assert [each.path for each in asked] == ["/new"]
    assert await house.posted() == []


async def test_rule_11_a_new_address_that_turns_out_to_be_a_mistake_is_left_again(house: House) -> None:
    house.web["/new"] = rss(A)
    await answers(house, *[Answer(status=301, headers={"Location": "/new"})] * 4, later=timedelta(hours=12))
    house.web["/new"] = Answer(status=404)
    asked = await answers(house, *[rss(B, A)] * 4, later=timedelta(hours=12))
    assert [each.path for each in asked] == ["/new", "/new", "/new", "/feed"]
    assert await house.posted() == [B.title]


async def test_rule_11_a_feed_that_moves_to_where_another_one_is_joins_it(house: House) -> None:
    await house.add("/new", host=HOST)
    house.web["/new"] = rss(A)
    await answers(house, *[Answer(status=301, headers={"Location": "/new"})] * 5, later=timedelta(hours=12))
    assert [feed.url for feed in await house.archive.feeds()] == [house.web.url("/new", HOST)]
    house.web["/new"] = rss(B, A)
    assert [each.path for each in await answers(house, rss(A))] == ["/new"]
    assert await house.posted() == [B.title]


async def test_rule_11_one_temporary_step_on_the_way_makes_the_whole_way_temporary(house: House) -> None:
    house.web["/new"] = Answer(status=302, headers={"Location": "/newer"})
    house.web["/newer"] = rss(A)
    await answers(house, *[Answer(status=308, headers={"Location": "/new"})] * 5, later=timedelta(hours=12))
    assert house.web.asked[-1].path == "/newer" and house.web.asked[-3].path == "/feed"


async def test_rule_12_at_most_five_redirects(house: House) -> None:
    for number in range(9):
        house.web[f"/hop{number}"] = Answer(status=302, headers={"Location": f"/hop{number + 1}"})
    asked = await answers(house, Answer(status=302, headers={"Location": "/hop0"}))
    assert len(asked) == 6
    assert (await house.source(host=HOST)).status == "redirect-loop"


async def test_rule_12_validators_and_credentials_stay_with_their_origin(worker: ParseWorker) -> None:
    async with open_house(worker) as house:
        url = house.web.url("/feed", "user:secret@mag.test")
        await house.archive.add_feed((await house.add()).__class__(url, pages=False))
        there = house.web.url("/there", "other.test")
        house.web["mag.test/feed"] = Answer(status=302, headers={"Location": there})
        house.web["other.test/there"] = tagged(rss(A))
        await house.goes_round()
        await house.goes_round()
        first = [each for each in house.web.asked if each.host == "mag.test"]
        second = [each for each in house.web.asked if each.host == "other.test"]
        assert all("Authorization" in each.headers and "If-None-Match" not in each.headers for each in first)
        assert all("Authorization" not in each.headers for each in second)
        assert second[1].headers["If-None-Match"] == '"a"'


async def test_rule_12_credentials_are_neither_logged_nor_told(
    worker: ParseWorker, caplog: pytest.LogCaptureFixture
) -> None:
    async with open_house(worker) as house:
        url = house.web.url("/feed", "user:secret@mag.test")
        await house.archive.add_feed(Feed(url, pages=False))
        house.web["/feed"] = rss(A)
        with caplog.at_level("DEBUG"):
            lines = [*await house.goes_round()]
            house.web["/feed"] = Answer(status=500)
            lines += await house.goes_round()
        house.web["/feed"] = rss(A)
        sentence = (await house.poller.check(url)).sentence
        story = await house.archive.why(canonical(A.link), 0)
        assert story is not None and "mag.test" in story.events[0].words
        told = [*map(repr, lines), *map(repr, story.events), sentence, caplog.text]
        assert [each for each in told if "secret" in each] == []


@pytest.mark.parametrize("target", ["ftp://mag.test/feed", "file:///etc/passwd", "data:text/xml,<rss/>", ""])
async def test_rule_12_only_http_and_https_are_followed(house: House, target: str) -> None:
    asked = await answers(house, Answer(status=302, headers={"Location": target} if target else {}))
    assert len(asked) == 1
    assert (await house.source(host=HOST)).status == "bad-redirect"

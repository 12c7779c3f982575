"""Rules 1 to 6: what a server gave us to ask with goes back to it, byte for byte, and is believed with care."""

from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise

import pytest

from tests.fakes import Answer, Asked
from tests.intake.rules.words import HOST, MINUTE, A, B, C, answers, tagged, wait_of
from tests.polling import TEN_MINUTES, House
from tests.press import item, rss

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_rule_01_validators_go_back_byte_for_byte_and_none_is_invented(house: House) -> None:
    odd = Answer(rss(A), headers={"ETag": 'W/"x\'y"', "Last-Modified": "yesterday, perhaps"})
    first, second = await answers(house, odd, odd)
    assert "If-None-Match" not in first.headers and "If-Modified-Since" not in first.headers
    assert second.headers["If-None-Match"] == 'W/"x\'y"'
    assert second.headers["If-Modified-Since"] == "yesterday, perhaps"


async def test_rule_02_only_what_was_sent_goes_back_and_what_is_no_longer_sent_is_dropped(house: House) -> None:
    both = Answer(rss(A), headers={"ETag": '"a"', "Last-Modified": "Tue, 24 Mar 2026 00:00:00 GMT"})
    _, second, third = await answers(house, both, tagged(rss(B, A), '"b"'), rss(C, B, A))
    assert "If-Modified-Since" in second.headers
    assert third.headers["If-None-Match"] == '"b"' and "If-Modified-Since" not in third.headers
    (fourth,) = await answers(house, rss(C, B, A))
    assert "If-None-Match" not in fourth.headers


async def test_rule_03_the_validators_that_a_304_carries_are_taken_over(house: House) -> None:
    again = Answer(status=304, headers={"ETag": '"b"', "Cache-Control": "max-age=1800"})
    _, _, third = await answers(house, tagged(rss(A)), again, again)
    assert third.headers["If-None-Match"] == '"b"'
    source = await house.source(host=HOST)
    assert (source.status, source.failures) == ("unchanged", 0)
    assert await wait_of(house) == timedelta(minutes=30)


async def test_rule_03_a_304_changes_the_hint_when_it_speaks_of_it_and_only_then(house: House) -> None:
    silent, shorter = Answer(status=304), Answer(status=304, headers={"Cache-Control": "max-age=900"})
    await answers(house, tagged(rss(A), Cache_Control="max-age=2400"), silent)
    assert await wait_of(house) == 40 * MINUTE
    await answers(house, shorter)
    assert await wait_of(house) == 15 * MINUTE


async def test_rule_04_an_unchanged_body_still_brings_new_validators(house: House) -> None:
    _, _, third = await answers(house, tagged(rss(A), '"a"'), tagged(rss(A), '"b"'), tagged(rss(A), '"c"'))
    assert third.headers["If-None-Match"] == '"b"'


async def test_rule_05_the_same_etag_hides_no_articles(house: House) -> None:
    await answers(house, tagged(rss(A)), tagged(rss(B, A)))
    assert await house.posted() == [B.title]


async def test_rule_06_expires_0_means_that_the_validators_mean_nothing(house: House) -> None:
    _, second = await answers(house, tagged(rss(A), Expires="0"), tagged(rss(A)))
    assert "If-None-Match" not in second.headers
    _, fourth = await answers(house, tagged(rss(A), Cache_Control="no-cache, max-age=3600"), rss(A))
    assert fourth.headers["If-None-Match"] == '"a"'
    assert await wait_of(house) == TEN_MINUTES


async def test_a_304_that_nobody_asked_for_is_a_failure_and_its_validators_are_not_ours(house: House) -> None:
    first, second = await answers(house, Answer(status=304, headers={"ETag": '"a"'}), tagged(rss(A)))
    assert "If-None-Match" not in first.headers and "If-None-Match" not in second.headers
    await answers(house, tagged(rss(B, A), '"b"'))
    assert await house.posted() == [B.title]


def stuck(body: bytes, tag: str = '"a"') -> Callable[[Asked], Answer]:
    """Says that nothing is new to whoever holds any tag."""
    return lambda asked: Answer(status=304) if "If-None-Match" in asked.headers else tagged(body, tag)


async def test_a_server_that_says_nothing_is_new_is_believed_for_a_day(house: House) -> None:
    house.web["/feed"] = stuck(rss(A))
    for _ in range(48):
        await house.goes_round(timedelta(hours=1))
    asked = [each.at for each in house.web.asked if "If-None-Match" not in each.headers]
    days = [after - before for before, after in pairwise(asked)]
    assert days and all(timedelta(hours=20) <= each <= timedelta(hours=25) for each in days)


async def test_news_that_a_304_hides_is_noticed_within_a_day_and_soon_at_once(house: House) -> None:
    printed = [A]
    waits: list[int] = []
    for number in range(4):
        house.web["/feed"] = stuck(rss(*printed), f'"{number}"')
        await house.goes_round(timedelta(hours=1))
        printed = [item(f"News {number}", -24 * number), *printed]
        house.web["/feed"] = stuck(rss(*printed), f'"{number} and more"')
        waits.append(0)
        while len(await house.posted()) <= number:
            await house.goes_round(timedelta(hours=1))
            waits[-1] += 1
            assert waits[-1] <= 25
    assert min(waits[:2]) > 18 and waits[2:] == [1, 1]


async def test_one_who_gives_news_the_validators_of_what_was_before_is_asked_without_them(house: House) -> None:
    _, _, third = await answers(house, tagged(rss(A)), tagged(rss(B, A)), tagged(rss(B, A)))
    assert "If-None-Match" not in third.headers
    _, last = await answers(house, tagged(rss(C, B, A), '"c"'), tagged(rss(C, B, A), '"c"'))
    assert "If-None-Match" not in last.headers

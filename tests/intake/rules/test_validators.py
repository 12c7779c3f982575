"""Rules 1 to 6: what a server gave us to ask with goes back to it, byte for byte, and is believed with care."""

from datetime import timedelta

import pytest

from tests.fakes import Answer
from tests.intake.rules.words import HOST, MINUTE, A, B, C, answers, tagged, wait_of
from tests.polling import TEN_MINUTES, House
from tests.press import rss

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

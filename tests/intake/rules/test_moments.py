"""Rules 7 to 10 and 14: when a feed is asked again. Hints, wishes, back-off, and a phase that outlives a restart."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from bot.intake.schedule import FAILURE_CAP, after_failure
from bot.intake.worker import ParseWorker
from tests.fakes import Answer
from tests.intake.rules.words import HOST, MINUTE, A, B, answers, tagged, wait_of
from tests.polling import TEN_MINUTES, House, open_house
from tests.press import rss

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize(
    ("headers", "head", "minutes"),
    [
        ({"Cache-Control": "public, max-age=1800", "Age": "300"}, "", 25),
        ({"Cache-Control": "max-age=43200"}, "", 60),
        ({"Cache-Control": "max-age=30"}, "", 10),
        ({"Expires": "Tue, 24 Mar 2026 12:20:00 GMT", "Date": "Tue, 24 Mar 2026 12:00:00 GMT"}, "", 20),
        ({}, "<ttl>40</ttl>", 40),
        ({}, "<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>", 30),
        ({}, "<ttl>720</ttl>", 60),
    ],
)
async def test_rule_07_hints_are_a_floor_up_to_an_hour(
    house: House, headers: dict[str, str], head: str, minutes: int
) -> None:
    await answers(house, Answer(rss(A, head=head), headers=headers), Answer(rss(B, A, head=head), headers=headers))
    assert await wait_of(house) == minutes * MINUTE


async def test_rule_07_skipped_hours_are_skipped(house: House) -> None:
    head = "<skipHours><hour>12</hour><hour>13</hour></skipHours>"
    await answers(house, rss(A, head=head))
    source = await house.source(host=HOST)
    assert source.next_poll == datetime(2026, 3, 24, 14, tzinfo=UTC)


async def test_rule_07_skipped_days_are_skipped(house: House) -> None:
    head = "<skipDays><day>Tuesday</day><day>wednesday</day></skipDays>"
    await answers(house, rss(A, head=head))
    assert (await house.source(host=HOST)).next_poll == datetime(2026, 3, 26, tzinfo=UTC)


async def test_rule_07_hours_that_leave_no_time_at_all_are_not_heard(house: House) -> None:
    hours = "".join(f"<hour>{number}</hour>" for number in range(24))
    await answers(house, rss(A, head=f"<skipHours>{hours}</skipHours>"))
    assert await wait_of(house) <= TEN_MINUTES


async def test_rule_07_an_operator_may_ignore_all_hints_of_a_feed_or_ask_it_more_rarely_than_they_say(
    house: House,
) -> None:
    head = "<ttl>50</ttl><skipHours><hour>12</hour></skipHours>"
    await house.add("/deaf", host=HOST, hints=False)
    await house.add("/rare", host=HOST, every=timedelta(hours=3))
    house.web["/deaf"] = house.web["/rare"] = Answer(rss(A, head=head), headers={"Cache-Control": "max-age=3000"})
    await answers(house, rss(A), rss(A))
    waits = {}
    for path in ("/deaf", "/rare"):
        source = await house.source(path, HOST)
        assert source.next_poll is not None and source.polled is not None
        waits[path] = source.next_poll - source.polled
    assert waits["/deaf"] < 11 * MINUTE and waits["/rare"] >= timedelta(hours=3)


async def test_a_wish_that_changes_is_heard_at_once_also_of_a_feed_that_has_no_news(house: House) -> None:
    feed = (await house.archive.feeds())[0]
    await answers(house, tagged(rss(A)), Answer(status=304), later=MINUTE)
    await house.archive.add_feed(feed)
    assert await house.poller.round() == []
    await house.archive.add_feed(replace(feed, every=timedelta(hours=2)))
    house.web["/feed"] = tagged(rss(A))
    assert [line.status for line in await house.poller.round()] == ["ok"]
    assert await wait_of(house) >= timedelta(hours=2)


@pytest.mark.parametrize(
    ("wishes", "minutes"),
    [((None,), 10), ((timedelta(minutes=30),), 30), ((timedelta(minutes=1),), 5), ((timedelta(hours=1), None), 10)],
    ids=["usual", "its own", "no oftener than every five", "the shortest of all"],
)
async def test_a_feed_is_asked_as_often_as_somebody_wants_within_manners(
    house: House, wishes: tuple[timedelta | None, ...], minutes: int
) -> None:
    for owner, every in enumerate(wishes):
        await house.add("/wished", host=HOST, owner=owner, every=every)
    house.web["/wished"] = rss(A)
    await house.goes_round()
    await house.goes_round()
    source = await house.source("/wished", HOST)
    assert source.next_poll is not None and source.succeeded is not None
    assert source.next_poll - source.succeeded == minutes * MINUTE


async def test_rule_08_a_source_that_already_stood_at_the_door_does_not_ask_either(house: House) -> None:
    await house.add("/other", host=HOST)
    house.web["/other"] = rss(A)
    house.web["/feed"] = Answer(status=429, headers={"Retry-After": "3600"})
    lines = await house.goes_round()
    assert sorted(line.status for line in lines) == ["busy", "waiting"]
    assert house.web.asked_for("/other") == []
    source = await house.source("/other", HOST)
    assert source.failures == 0 and source.next_poll is not None
    assert source.next_poll >= datetime(2026, 3, 24, 13, tzinfo=UTC)


async def test_rule_08_what_a_page_asks_for_is_meant_for_its_hosts_feeds_as_well(worker: ParseWorker) -> None:
    async with open_house(worker) as house:
        await house.add(host=HOST, pages=True)
        house.web["/feed"] = rss(A)
        house.web["/story"] = Answer(status=503, headers={"Retry-After": "7200"})
        await house.goes_round()
        house.web["/feed"] = rss(B.but(link=house.web.url("/story", HOST)), A)
        await house.goes_round()
        assert await house.posted() == [B.title]
        for _ in range(3):
            assert [line.status for line in await house.goes_round(timedelta(minutes=30))] == ["waiting"]
        house.clock.turn(timedelta(minutes=30))
        assert [line.status for line in await house.goes_round()] == ["unchanged"]


async def test_rule_08_retry_after_as_a_date_and_longer_than_a_day(house: House) -> None:
    until = Answer(status=503, headers={"Retry-After": "Tue, 24 Mar 2026 15:00:00 GMT"})
    await answers(house, until)
    assert (await house.source(host=HOST)).next_poll == datetime(2026, 3, 24, 15, tzinfo=UTC)
    house.clock.set(datetime(2026, 3, 24, 16, tzinfo=UTC))
    await answers(house, Answer(status=429, headers={"Retry-After": "99999999"}))
    assert await wait_of(house) == timedelta(hours=24)


@pytest.mark.parametrize("status", [429, 503])
async def test_rule_08_retry_after_silences_the_whole_host_even_over_a_restart(
    house: House, worker: ParseWorker, status: int
) -> None:
    await house.add("/other", host=HOST)
    house.web["/other"] = rss(A)
    busy = Answer(status=status, headers={"Retry-After": "7200"})
    await answers(house, busy, busy)
    assert len(house.web.asked_for("/feed")) == 1
    asked = len(house.web.asked_for("/other"))
    house.poller._fetcher.manners._silences.clear()  # as after a restart
    await answers(house, busy)
    assert len(house.web.asked_for("/other")) == asked
    house.clock.turn(timedelta(hours=2))
    await answers(house, rss(A))
    assert len(house.web.asked_for("/other")) == asked + 1


async def test_rule_08_retry_after_may_be_a_date_and_without_it_we_back_off_from_a_quarter_of_an_hour() -> None:
    chance = random.Random(1)
    now = datetime(2026, 3, 24, 12, tzinfo=UTC)
    waits = [after_failure(now, TEN_MINUTES, n, "busy", chance=chance) - now for n in (1, 2, 3, 9)]
    for wait, minutes in zip(waits, (15, 30, 60, 720), strict=True):
        assert 0.8 * minutes * MINUTE <= wait <= 1.2 * minutes * MINUTE


async def test_rule_09_failures_make_the_wait_longer_with_jitter_and_keep_the_validators(house: House) -> None:
    await answers(house, tagged(rss(A)))
    waits = []
    for _ in range(8):
        await answers(house, Answer(status=500))
        waits.append(await wait_of(house))
    assert waits[0] != 2 * TEN_MINUTES and 16 * MINUTE <= waits[0] <= 24 * MINUTE
    assert all(later > sooner for sooner, later in pairwise(waits[:5]))
    assert max(waits) <= FAILURE_CAP * 1.2
    source = await house.source(host=HOST)
    assert (source.etag, source.failures, source.status) == ('"a"', 8, "server-error")
    (asked,) = await answers(house, Answer(status=304))
    assert asked.headers["If-None-Match"] == '"a"'


async def test_rule_09_after_a_day_of_failure_it_is_told_once(house: House, caplog: pytest.LogCaptureFixture) -> None:
    await answers(house, *[Answer(status=500)] * 5, later=timedelta(hours=9))
    assert [each.levelname for each in caplog.records if "failing for a day" in each.message] == ["ERROR"]


@pytest.mark.parametrize(("status", "word"), [(401, "forbidden"), (403, "forbidden"), (404, "not-found")])
async def test_rule_10_what_is_refused_is_kept_and_asked_ever_more_rarely(house: House, status: int, word: str) -> None:
    await answers(house, Answer(status=status))
    first = await wait_of(house)
    await answers(house, Answer(status=status))
    assert (await house.source(host=HOST)).status == word
    assert await wait_of(house) > first


async def test_rule_10_what_is_gone_is_probed_once_a_week(house: House) -> None:
    await answers(house, Answer(status=410))
    assert (await house.source(host=HOST)).status == "gone"
    assert timedelta(days=5.6) <= await wait_of(house) <= timedelta(days=8.4)


async def test_rule_14_phases_differ_and_a_restart_asks_nothing_early(house: House) -> None:
    for number in range(5):
        await house.add(f"/{number}", host=f"h{number}.test")
        house.web[f"/{number}"] = rss(A)
    await answers(house, rss(A), later=timedelta(0))
    due = {source.next_poll for source in await house.archive.sources()}
    assert len(due) == 6
    assert await house.poller.round() == []
    house.clock.turn(TEN_MINUTES)
    assert len(await house.poller.round()) == 6

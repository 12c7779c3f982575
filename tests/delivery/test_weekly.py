"""When a weekly round-up is due, in every time zone and on the days when clocks are turned; and what it shows."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.delivery.weekly import BadPlan, Plan, choose, find_zone, read_plan, read_time, zones_like
from bot.model import Article

SUNDAY, MONDAY = 6, 0
BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


def due(plan: Plan, start: datetime, end: datetime) -> list[datetime]:
    """Every moment at which it is due, found as the almanac finds them: by asking again and again."""
    found: list[datetime] = []
    while start < end:
        if (moment := plan.last(start)) not in found:
            found.append(moment)
        start += timedelta(minutes=10)
    return [each for each in found if each >= found[0]]


def test_it_stays_at_the_same_hour_of_the_clock_on_the_wall_when_clocks_are_turned() -> None:
    plan = Plan(MONDAY, time(9), BERLIN)
    assert plan.last(utc(2026, 3, 24)) == utc(2026, 3, 23, 8)
    assert plan.last(utc(2026, 3, 31)) == utc(2026, 3, 30, 7)  # summer time since the 29th
    assert plan.last(utc(2026, 10, 27)) == utc(2026, 10, 26, 8)


def test_a_time_that_the_clocks_skip_comes_an_hour_later_by_the_new_ones() -> None:
    moment = Plan(SUNDAY, time(2, 30), BERLIN).last(utc(2026, 3, 29, 12))
    assert moment == utc(2026, 3, 29, 1, 30) and f"{moment.astimezone(ZoneInfo(BERLIN)):%H:%M}" == "03:30"


def test_a_time_that_comes_twice_is_taken_once_when_it_first_comes() -> None:
    plan = Plan(SUNDAY, time(2, 30), BERLIN)
    assert due(plan, utc(2026, 10, 24, 12), utc(2026, 10, 26)) == [utc(2026, 10, 18, 0, 30), utc(2026, 10, 25, 0, 30)]


def test_where_a_whole_day_was_skipped_there_is_one_for_the_week_all_the_same() -> None:
    plan = Plan(4, time(9), "Pacific/Apia")  # Friday, 30 December 2011 never was
    weeks = [plan.week(each) for each in due(plan, utc(2011, 12, 20), utc(2012, 1, 12))]
    assert weeks == [201150, 201151, 201152, 201201]


@settings(deadline=None)
@given(
    st.integers(1_577_836_800, 1_924_905_600).map(lambda second: datetime.fromtimestamp(second, UTC)),
    st.integers(0, 6),
    st.times().map(lambda at: at.replace(second=0, microsecond=0, fold=0)),
    st.sampled_from([BERLIN, NEW_YORK, "UTC", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Kiritimati"]),
)
def test_once_a_week_whatever_the_zone(now: datetime, weekday: int, at: time, zone: str) -> None:
    plan = Plan(weekday, at, zone)
    last, coming = plan.last(now), plan.next(now)
    assert last <= now < coming
    assert timedelta(days=6, hours=22) <= coming - last <= timedelta(days=7, hours=2)
    assert plan.week(coming) != plan.week(last) and plan.next(last - timedelta(hours=3)) <= coming
    assert plan.last(coming) == coming


def test_a_week_that_had_its_own_has_no_other() -> None:
    plan = Plan(3, time(9))
    now = utc(2026, 11, 24)  # a Tuesday
    assert plan.next(now) == utc(2026, 11, 26, 9)
    assert plan.next(now, done=202648) == utc(2026, 12, 3, 9)


def test_a_plan_is_read_as_it_was_written() -> None:
    plan = Plan(4, time(17, 30), BERLIN, ("africa", "europe"), utc(2026, 11, 22, 12))
    assert read_plan(plan.to_json()) == plan


@pytest.mark.parametrize("options", ["", "{}", "[]", '{"weekday": 1}', '{"since": "soon"}', "null", '{"since": 1e99}'])
def test_what_cannot_be_read_is_no_plan(options: str) -> None:
    assert read_plan(options) is None


@pytest.mark.parametrize(
    ("typed", "meant"), [("9", "09:00"), ("09:05", "09:05"), ("9.30", "09:30"), ("12am", "00:00"), ("6:15 PM", "18:15")]
)
def test_times_as_people_write_them(typed: str, meant: str) -> None:
    assert f"{read_time(typed):%H:%M}" == meant


@pytest.mark.parametrize("typed", ["", "noon", "24:00", "9:75", "13pm", "0am", "-1"])
def test_what_is_no_time_is_told(typed: str) -> None:
    with pytest.raises(BadPlan, match="no time of day"):
        read_time(typed)


def test_zones_are_found_by_their_city_however_it_is_written() -> None:
    assert find_zone("europe/berlin") == BERLIN and find_zone("america/new york") == NEW_YORK
    assert zones_like("new y")[0] == NEW_YORK and zones_like("berlin")[0] == BERLIN
    with pytest.raises(BadPlan, match="no time zone"):
        find_zone("../../etc/passwd")


def story(number: int, *regions: str, feeds: int = 1) -> Article:
    moment = utc(2026, 11, 22) - timedelta(hours=number)
    printed = tuple(f"https://{each}.test/feed" for each in range(feeds))
    return Article(
        f"Story {number}", f"https://a.test/{number}", number, regions=regions, feeds=printed, published=moment
    )


def test_each_article_is_shown_once_under_the_strongest_of_the_regions_that_are_wanted() -> None:
    found = choose([story(1, "asia", "africa"), story(2, "africa"), story(3, "europe")], ["africa", "asia", "america"])
    assert [(part.region, [each.id for each in part.articles], part.total) for part in found] == [
        ("africa", [2], 1),
        ("asia", [1], 1),
    ]


def test_what_most_feeds_print_comes_first_then_the_newest() -> None:
    (whole,) = choose([story(3), story(2), story(9, feeds=3)], ())
    assert [each.id for each in whole.articles] == [9, 2, 3] and choose([], ()) == ()

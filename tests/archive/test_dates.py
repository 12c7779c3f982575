"""Dates as people write them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.archive import read_period

NOW = datetime(2026, 3, 18, 15, 30, tzinfo=UTC)  # a Wednesday


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2026", "2026-01-01", "2027-01-01"),
        ("2026-03", "2026-03-01", "2026-04-01"),
        ("2025-12", "2025-12-01", "2026-01-01"),
        ("2026-03-14", "2026-03-14", "2026-03-15"),
        ("2026/3/14", "2026-03-14", "2026-03-15"),
        ("14.3.2026", "2026-03-14", "2026-03-15"),
        ("14/3/2026", "2026-03-14", "2026-03-15"),
        ("03/14/2026", "2026-03-14", "2026-03-15"),
        ("4/4/2026", "2026-04-04", "2026-04-05"),
        ("2026-03-14T10:00:00Z", "2026-03-14", "2026-03-15"),
        ("2026-Q1", "2026-01-01", "2026-04-01"),
        ("q4 2025", "2025-10-01", "2026-01-01"),
        ("2026-03..2026-05", "2026-03-01", "2026-06-01"),
        ("2025..", "2025-01-01", None),
        ("..2025-06", None, "2025-07-01"),
        ("today", "2026-03-18", "2026-03-19"),
        ("now", "2026-03-18T15:30", "2026-03-18T15:31"),
        ("2026-03..now", "2026-03-01", "2026-03-18T15:31"),
        ("Yesterday", "2026-03-17", "2026-03-18"),
        ("tomorrow", "2026-03-19", "2026-03-20"),
        ("day before yesterday", "2026-03-16", "2026-03-17"),
        ("last week", "2026-03-09", "2026-03-16"),
        ("this week", "2026-03-16", "2026-03-23"),
        ("last month", "2026-02-01", "2026-03-01"),
        ("last year", "2025-01-01", "2026-01-01"),
        ("this year", "2026-01-01", "2027-01-01"),
        ("monday", "2026-03-16", "2026-03-17"),
        ("last friday", "2026-03-13", "2026-03-14"),
        ("march 2025", "2025-03-01", "2025-04-01"),
        ("14 March 2026", "2026-03-14", "2026-03-15"),
        ("March 14, 2026", "2026-03-14", "2026-03-15"),
        ("dec", "2025-12-01", "2026-01-01"),
    ],
)
def test_a_period_is_read(text: str, start: str | None, end: str | None) -> None:
    assert read_period(text, NOW) == (start and day(start), end and day(end))


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("7d", "2026-03-11T15:30"),
        ("2w", "2026-03-04T15:30"),
        ("3 weeks ago", "2026-02-25T15:30"),
        ("a month ago", "2026-02-18T15:30"),
        ("last 7 days", "2026-03-11T15:30"),
        ("past two months", "2026-01-18T15:30"),
        ("1y", "2025-03-18T15:30"),
        ("36h", "2026-03-17T03:30"),
    ],
)
def test_the_time_since_then_is_read(text: str, start: str) -> None:
    period = read_period(text, NOW)
    assert period is not None
    assert period[0] == day(start)


@pytest.mark.parametrize(
    "text", ["", "never", "2026-13", "2026-02-30", "soon", "99999", "0", "..", "0000", "9999999d", "x..y"]
)
def test_what_is_no_date_is_no_date(text: str) -> None:
    assert read_period(text, NOW) is None


@given(st.text(max_size=30))
def test_any_text_is_a_period_or_none(text: str) -> None:
    period = read_period(text, NOW)
    assert period is None or len(period) == 2

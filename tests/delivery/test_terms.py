"""What a standing order may say beyond region and channel."""

from datetime import UTC, datetime

import pytest

from bot.delivery.terms import NONE, BadTerms, Terms, make_terms, quiet_until, read_terms


def test_terms_survive_being_written_down() -> None:
    terms = make_terms(quiet="22 - 7:30", zone="Europe/Berlin", cap=5, colour="#d1495b", style="compact", credit=True)
    assert terms == Terms("22:00-07:30", "Europe/Berlin", 5, 0xD1495B, "compact", True)
    assert read_terms(terms.to_json()) == terms
    assert NONE.to_json() == "{}"


@pytest.mark.parametrize("options", ["", "no json", "[]", '{"cap": "many", "zone": "Mars"}', '{"future": 1}'])
def test_what_cannot_be_read_counts_as_unsaid(options: str) -> None:
    assert read_terms(options) == NONE


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"quiet": "late"}, "“late” are no quiet hours; write them like 22:00-07:00"),
        ({"quiet": "25-7"}, "“25-7” are no quiet hours"),
        ({"quiet": "7-7"}, "“7-7” are no quiet hours"),
        ({"zone": "Mars"}, "“Mars” is no time zone; write one like Europe/Berlin"),
        ({"cap": -1}, "The cap is a number of posts in an hour"),
        ({"colour": "red"}, "“red” is no colour; write one like #d1495b"),
        ({"style": "big"}, "“big” cannot be used for style"),
    ],
)
def test_nonsense_is_refused_with_a_sentence(said: dict[str, object], sentence: str) -> None:
    with pytest.raises(BadTerms, match=sentence):
        make_terms(**said)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("21:59", None),
        ("22:00", "06:00"),
        ("23:59", "06:00"),
        ("03:00", "06:00"),
        ("05:59", "06:00"),
        ("06:00", None),
        ("12:00", None),
    ],
)
def test_quiet_hours_run_over_midnight(now: str, until: str | None) -> None:
    found = quiet_until(Terms(quiet="22:00-06:00"), datetime.fromisoformat(f"2026-03-14T{now}+00:00"))
    assert (f"{found:%H:%M}" if found else None) == until


def test_quiet_hours_go_by_the_servers_clock_through_a_change_of_time() -> None:
    night = Terms(quiet="22:00-07:00", zone="Europe/Berlin")
    before = datetime(2026, 3, 28, 23, 0, tzinfo=UTC)  # 00:00 in Berlin, the night in which the clocks go forward
    assert quiet_until(night, before) == datetime(2026, 3, 29, 5, 0, tzinfo=UTC)

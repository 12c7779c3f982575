"""What a server's own feeds may bring in a day, as sums."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.intake.allowance import Allowance, Spent, parted, read, size_of, tomorrow, written
from bot.intake.text import LONGEST_TEXT
from bot.model import Image, Sighting, Tag
from tests.builders import NOON, a_feed, a_sighting, an_article


def brought(feed: int, number: int, letters: int) -> list[Sighting]:
    return [a_sighting(an_article(text="x" * letters), a_feed(id=feed, owner=5)) for _ in range(number)]


def test_fifty_feeds_that_print_whole_articles_all_day_meet_no_limit() -> None:
    honest = [each for feed in range(50) for each in brought(feed, 30, 10_000)]
    taken, left, spent = parted(Spent(), honest, Allowance())
    assert (len(taken), left, spent.shut) == (1500, [], ())


def test_however_many_feeds_mean_ill_they_bring_twice_the_whole_at_most() -> None:
    most = Allowance(together=2**20, each=2**18)
    spent, kept = Spent(), 0
    for feed in range(100):
        taken, left, spent = parted(spent, brought(feed, 50, LONGEST_TEXT // 8), most)
        kept += sum(size_of(each.article) for each in taken)
        assert len(taken) + len(left) == 50
    assert most.together < kept == spent.whole <= 2 * most.together


def test_after_the_first_that_finds_no_room_all_else_of_its_feed_is_left() -> None:
    small, large = brought(1, 1, 10), brought(1, 1, 5000)
    taken, left, spent = parted(Spent(), [*small, *large, *small], Allowance(4000, 4000))
    assert (taken, left, spent.shut) == (small, [*large, *small], (1,))
    assert parted(spent, small, Allowance(4000, 4000))[0] == []


def test_all_that_is_printed_counts_in_bytes() -> None:
    bare = an_article(text="é")
    full = an_article(text="é\ud800", authors=("ab",), tags=(Tag("a", "b", "c"),), image=Image("a", "b", "c"))
    assert size_of(full) == size_of(bare) + 1 + 2 + 3 + 3 > 1024


def test_with_each_day_of_utc_it_begins_anew() -> None:
    spent = Spent(f"{NOON:%Y-%m-%d}", 7, {"3": 7}, (3,))
    assert read(written(spent), NOON) == spent
    assert read(written(spent), tomorrow(NOON) - timedelta(seconds=1)) == spent
    assert read(written(spent), tomorrow(NOON)).whole == 0
    assert tomorrow(NOON) == datetime(2026, 3, 15, tzinfo=UTC)


@pytest.mark.parametrize("damaged", [None, "", "[]", "{", '{"day": 1}', '{"day": "2026-03-14", "whole": "x"}'])
def test_what_cannot_be_read_is_a_day_on_which_nothing_came(damaged: str | None) -> None:
    assert read(damaged, NOON) == Spent("2026-03-14")

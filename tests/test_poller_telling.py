"""What a poller finds out that people should know is written down once: trouble, its end, and what may be missed."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import timedelta

import pytest
import pytest_asyncio

from bot.intake import tidings
from bot.intake.tidings import Tiding
from bot.intake.worker import ParseWorker
from tests.fakes import Answer
from tests.polling import House, open_house
from tests.press import NOON, item, rss

pytestmark = pytest.mark.asyncio(loop_scope="module")

A, B, C = item("Rain in Kenya", 4), item("Ports of Ghana", 3), item("Vote in France", 2)
DOWN, GONE = Answer(status=500), Answer(status=410)
WALL = Answer(b"<html>Just a moment", 403, {"cf-mitigated": "challenge", "Content-Type": "text/html"})


@pytest_asyncio.fixture(loop_scope="module")
async def house(worker: ParseWorker) -> AsyncIterator[House]:
    """A feed that has printed A."""
    async with open_house(worker) as here:
        await here.add()
        await prints(here, rss(A))
        yield here


async def prints(house: House, *said: Answer | bytes, later: timedelta = timedelta(hours=9)) -> None:
    for each in said:
        house.web["/feed"] = each
        await house.goes_round(later)


async def told(house: House) -> list[Tiding]:
    kept = await house.archive.recalled(tidings.KEYS)
    return [each for text in kept.values() if (each := tidings.read(text))]


async def test_rule_09_a_day_of_failure_is_told_and_so_is_its_end(house: House) -> None:
    await prints(house, DOWN, DOWN, DOWN)
    assert await told(house) == []
    await prints(house, DOWN)
    (failing,) = await told(house)
    assert (failing.kind, failing.since) == ("failing", (NOON + timedelta(hours=9)).isoformat())
    assert "a fault of its own (500)" in failing.words
    await prints(house, DOWN, DOWN)
    assert await told(house) == [failing]
    await prints(house, rss(A))
    (well,) = await told(house)
    assert (well.kind, well.trouble) == ("well", failing.trouble) and well.key != failing.key


async def test_rule_09_a_failure_that_nobody_was_told_of_ends_in_silence(house: House) -> None:
    await prints(house, DOWN, rss(A))
    assert await told(house) == []


async def test_rule_10_what_is_gone_is_told_at_once_and_again_after_it_had_been_back(house: House) -> None:
    await prints(house, GONE, GONE)
    (gone,) = await told(house)
    assert (gone.kind, gone.since) == ("gone", (NOON + timedelta(hours=9)).isoformat())
    await prints(house, rss(A), GONE)
    (again,) = await told(house)
    assert again.kind == "gone" and again.key != gone.key


async def test_rule_20_a_wall_is_told_when_it_stands_for_the_second_time(house: House) -> None:
    await prints(house, WALL)
    assert await told(house) == []
    await prints(house, WALL)
    (blocked,) = await told(house)
    assert blocked.kind == "blocked" and "Ask the publisher" in blocked.words


async def test_rule_20_a_failing_feed_that_turns_out_to_be_gone_is_told_of_again_and_not_the_other_way_round(
    house: House,
) -> None:
    await prints(house, *[DOWN] * 5, GONE)
    assert [each.kind for each in await told(house)] == ["gone"]
    await prints(house, *[DOWN] * 5)
    assert [each.kind for each in await told(house)] == ["gone"]


async def test_each_feed_at_an_address_has_its_own(house: House) -> None:
    await house.add(owner=7)
    await prints(house, GONE)
    assert sorted(each.owner for each in await told(house)) == [0, 7]


async def test_an_end_that_could_not_be_written_down_is_at_the_next_start(house: House) -> None:
    await prints(house, GONE)
    with closing(sqlite3.connect(house.archive.path)) as db:
        db.execute("CREATE TRIGGER no BEFORE UPDATE ON memo BEGIN SELECT RAISE(FAIL, 'disk full'); END")
        db.commit()
        await prints(house, rss(A))
        assert [each.kind for each in await told(house)] == ["gone"]
        db.execute("DROP TRIGGER no")
        db.commit()
    await house.poller._telling.catch_up(house.clock.now())
    assert [each.kind for each in await told(house)] == ["well"]


async def test_a_gap_that_older_pages_do_not_close_is_told_with_its_limits(house: House) -> None:
    await prints(house, rss(*(item(f"News {number}", -10) for number in range(8))))
    (gap,) = await told(house)
    assert (gap.kind, gap.since) == ("gap", NOON.isoformat())
    assert gap.at == (NOON + timedelta(hours=9)).isoformat() and "no older pages" in gap.words


async def test_a_gap_that_older_pages_close_is_none(house: House) -> None:
    house.web["/feed?page=2"] = rss(B, A)
    await prints(house, rss(C))
    assert await told(house) == [] and len(await house.posted()) == 2


async def test_a_feed_that_prints_one_item_at_a_time_is_told_of_once(house: House) -> None:
    await prints(house, rss(B))
    (gap,) = await told(house)
    house.clock.turn(timedelta(days=40))
    await prints(house, rss(item("Later", -24 * 41)))
    assert await told(house) == [gap]


async def test_case_15_ids_that_change_overnight_are_told_and_so_is_nothing_less(house: House) -> None:
    await prints(house, rss(C, B, A), later=timedelta(minutes=10))
    moved = [each.but(guid=f"new-{each.guid}", link=f"https://mag.test/{n}/") for n, each in enumerate((C, B, A))]
    await prints(house, rss(*moved[:1]))
    assert await told(house) == []
    await prints(house, rss(*(each.but(guid=each.guid + "!", link=each.link + "x") for each in moved)))
    (renamed,) = await told(house)
    assert renamed.kind == "renamed" and "3 known articles came under new ids" in renamed.words
    assert [title for title in await house.posted() if title == C.title] == [C.title]


async def test_case_15_ids_that_change_are_recognised_though_the_index_of_words_is_damaged(house: House) -> None:
    await prints(house, rss(C, B, A), later=timedelta(minutes=10))
    await house.archive._write(lambda db: db.execute("DELETE FROM words_data") and None)
    moved = [each.but(guid=f"new-{each.guid}", link=f"https://mag.test/{n}/") for n, each in enumerate((C, B, A))]
    await prints(house, rss(*moved))
    assert [each.kind for each in await told(house)] == ["renamed"]
    assert sorted(await house.posted()) == sorted([B.title, C.title])


async def test_a_backfill_over_a_gap_closes_it(house: House) -> None:
    feed = (await house.archive.feeds())[0]
    await prints(house, rss(*(item(f"News {number}", -10 - number) for number in range(8))))
    assert [each.kind for each in await told(house)] == ["gap"]
    house.web["/feed?page=2"] = rss(item("Missed", -2), item("Before it", 3))
    await house.poller.backfill(feed.url, NOON - timedelta(days=1))
    assert await told(house) == []

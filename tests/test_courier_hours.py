"""What a standing order says of the hour: quiet hours, a cap, and the list of what was over it."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing

import pytest

from bot.delivery.terms import Terms
from bot.model import Refused, Sent, Unknown
from tests.carrying import House, house
from tests.delivery.samples import an_order

__all__ = ["house"]


async def two_are_over_the_cap(house: House) -> None:
    """One is out; Two and Three wait to be a list."""
    await house.archive.subscribe(an_order(options=Terms(cap=1).to_json()))
    await house.prints("One", "Two", "Three")
    house.start()
    await house.settles(sent=1, later=1, pending=1)


async def test_in_quiet_hours_posts_are_held_back_and_come_afterwards(house: House) -> None:
    await house.archive.subscribe(an_order(options=Terms(quiet="11:00-13:00").to_json()))
    await house.prints("One", "Two")
    house.start()
    await house.settles(later=1, pending=1)
    house.passes(minutes=61)
    await house.settles(sent=2)
    assert house.mailbox.titles() == ["One", "Two"]


async def test_what_is_over_the_cap_comes_later_as_one_list_and_is_never_dropped(house: House) -> None:
    await house.archive.subscribe(an_order(options=Terms(cap=2).to_json()))
    await house.prints("One", "Two", "Three", "Four", "Five", "Six")
    house.start()
    await house.settles(sent=2, later=1, pending=3)
    house.passes(minutes=61)
    await house.settles(sent=6)
    assert house.mailbox.titles() == ["One", "Two", "Three + Four + Five", "Six"]


async def test_after_a_restart_the_posts_of_the_last_hour_still_count(house: House) -> None:
    await house.archive.subscribe(an_order(options=Terms(cap=2).to_json()))
    await house.prints("One", "Two")
    house.start()
    await house.settles(sent=2)
    await house.stop()
    await house.prints("Three")
    house.start(house.another_courier())
    await house.settles(sent=2, later=1)
    house.passes(minutes=61)
    await house.settles(sent=3)
    assert house.mailbox.titles() == ["One", "Two", "Three"]


async def test_a_correction_is_no_post_that_a_cap_would_count(house: House) -> None:
    await house.archive.subscribe(an_order(options=Terms(cap=2).to_json()))
    await house.prints("One")
    house.start()
    await house.settles(sent=1)
    house.passes(minutes=50)
    await house.prints("One, corrected", url="https://a.test/One", keys=("url:One",))
    async with asyncio.timeout(5):
        while not house.mailbox.edited:
            await asyncio.sleep(0.005)
    house.passes(minutes=20)
    await house.prints("Two", "Three")
    await house.settles(sent=3)


@pytest.mark.parametrize("options", [Terms(cap=1), Terms(quiet="13:00-14:00")])
async def test_a_correction_does_not_wait_with_those_that_the_hour_keeps_back(house: House, options: Terms) -> None:
    await house.archive.subscribe(an_order(options=options.to_json()))
    await house.prints("One")
    house.start()
    await house.settles(sent=1)
    house.passes(minutes=0 if options.cap else 61)
    await house.prints("Two", "Three")
    await house.settles(sent=1, later=1, pending=1)
    await house.prints("One, corrected", url="https://a.test/One", keys=("url:One",))
    async with asyncio.timeout(5):
        while not house.mailbox.edited:
            await asyncio.sleep(0.005)
    assert [title for _, title in house.mailbox.edited] == ["One, corrected"]
    assert house.mailbox.titles() == ["One"]


async def test_a_correction_of_one_in_a_list_edits_the_list_once(house: House) -> None:
    await two_are_over_the_cap(house)
    house.passes(minutes=61)
    await house.settles(sent=3)
    await house.prints("Three, corrected", url="https://a.test/Three", keys=("url:Three",))
    await house.prints("Two, corrected", url="https://a.test/Two", keys=("url:Two",))
    async with asyncio.timeout(5):
        while not house.mailbox.edited or house.mailbox.edited[-1][1] != "Two, corrected + Three, corrected":
            await asyncio.sleep(0.005)
    await house.stop()
    assert len(house.mailbox.edited) <= 2  # the second correction may have come while the first was on its way
    assert not await house.archive.due_deliveries(house.clock.now())
    assert house.mailbox.titles() == ["One", "Two + Three"]


async def test_a_list_that_may_not_be_edited_is_left_as_it_is(house: House) -> None:
    await two_are_over_the_cap(house)
    house.passes(minutes=61)
    await house.settles(sent=3)
    house.mailbox.answers = [Refused("another account posted it")] * 3
    await house.prints("Two, corrected", url="https://a.test/Two", keys=("url:Two",))
    async with asyncio.timeout(5):
        while not house.mailbox.edited:
            await asyncio.sleep(0.005)
    house.passes(minutes=61)
    await house.stop()
    assert len(house.mailbox.edited) == 1 and not await house.archive.due_deliveries(house.clock.now())
    assert {each.state for each in await house.archive.outbox_rows()} == {"sent"}


async def test_a_list_of_which_nothing_is_known_is_looked_for_as_one(house: House) -> None:
    await two_are_over_the_cap(house)
    house.mailbox.answers = [Unknown("reset")]
    house.mailbox.looks = [Sent(7)]
    house.passes(minutes=61)
    await house.settles(sent=3)
    assert house.mailbox.looked == ["Two and others"] and house.mailbox.titles() == ["One", "Two + Three"]


async def test_a_list_that_was_on_its_way_when_we_died_is_settled_as_one(house: House) -> None:
    await house.archive.subscribe(an_order())
    await house.prints("One", "Two")
    for each in await house.archive.line("channel:100"):
        await house.archive.sending(each.id, house.clock.now())
    house.mailbox.looks = [Sent(9)]
    house.start()
    await house.settles(sent=2)
    assert house.mailbox.got == []


async def test_a_list_that_is_refused_goes_out_one_by_one(house: House) -> None:
    await two_are_over_the_cap(house)
    house.mailbox.answers = [Refused("bad form")]
    house.passes(minutes=61)
    await house.settles(sent=1, later=2)
    house.passes(minutes=61)
    await house.settles(sent=2, later=1)
    assert house.mailbox.titles() == ["One", "Two + Three", "Two"]


async def test_what_was_posted_by_a_clock_that_ran_far_ahead_counts_for_no_cap_until_that_day(house: House) -> None:
    await house.archive.subscribe(an_order(options=Terms(cap=1).to_json()))
    house.passes(days=400)
    await house.prints("One")
    house.start()
    await house.settles(sent=1)
    house.passes(days=-400)
    await house.prints("Two")
    await house.settles(sent=2)


@asynccontextmanager
async def cannot_be_written(house: House, title: str) -> AsyncIterator[None]:
    """The disk fails when this article's delivery is written down as leaving, or as out."""
    found = [each.id for each in await house.archive.outbox_rows() if each.article.title == title]
    with closing(sqlite3.connect(house.archive.path, isolation_level=None)) as beside:
        beside.execute(
            f"""
            CREATE TRIGGER failing BEFORE UPDATE ON delivery
            WHEN new.state IN ('sending', 'sent') AND old.id = {found[0]}
            BEGIN SELECT RAISE(ABORT, 'the disk failed'); END
            """
        )
        yield
        beside.execute("DROP TRIGGER failing")


async def test_a_disk_that_fails_while_a_list_is_written_down_as_leaving_makes_it_no_shorter(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    await two_are_over_the_cap(house)
    async with cannot_be_written(house, "Three"):
        await house.passes_until(lambda: "failed to deliver" in caplog.text, minutes=61)
    await house.passes_until(lambda: len(house.mailbox.titles()) > 1, minutes=61)
    assert house.mailbox.titles() == ["One", "Two + Three"] and house.mailbox.looked == []


async def test_a_disk_that_fails_while_a_list_is_written_down_as_out_leaves_all_of_it_in_doubt(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    """Where a part of it would be in doubt, that might be sent once more alone."""
    await two_are_over_the_cap(house)
    house.mailbox.gate.clear()
    await house.passes_until(lambda: house.mailbox.under_way > 0, minutes=61)
    house.mailbox.looks = [Sent(2)]
    async with cannot_be_written(house, "Three"):
        house.mailbox.gate.set()
        await house.passes_until(lambda: "failed to deliver" in caplog.text, seconds=0)
    await house.stop()
    house.start(house.another_courier())
    await house.settles(sent=3)
    assert house.mailbox.titles() == ["One", "Two + Three"] and house.mailbox.looked == ["Two and others"]

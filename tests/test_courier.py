"""The courier: in order, at most once, whatever becomes of each attempt."""

import asyncio
import contextlib
from datetime import timedelta
from typing import Any

from bot.archive import Archive
from bot.model import Delivery, Later, Outcome, Refused, Sent, Suspended
from tests.carrying import House, full_once, house
from tests.delivery.mailbox import Mailbox
from tests.delivery.samples import an_order
from tests.fakes import until

__all__ = ["house"]


async def test_what_is_owed_goes_out_in_order(house: House) -> None:
    await house.archive.subscribe(an_order())
    house.start()
    await house.prints("One", "Two", "Three")
    await house.settles(sent=3)
    assert house.mailbox.titles() == ["One", "Two", "Three"]


async def test_a_nudge_is_enough_to_set_off_at_once(house: House) -> None:
    await house.archive.subscribe(an_order())
    news = asyncio.Event()
    house.start(house.another_courier(news=news))
    await asyncio.sleep(0.02)
    await house.keeps("One")
    news.set()
    async with asyncio.timeout(1):  # far less than the five seconds between two looks of its own
        while not house.mailbox.got:
            await asyncio.sleep(0.001)


async def test_a_lane_that_must_wait_holds_no_other(house: House) -> None:
    for number in (1, 2):
        await house.archive.subscribe(an_order(f"channel:{number}"))
    house.mailbox.answers = [Later("429", timedelta(seconds=60))]
    await house.prints("One", "Two")
    house.start()
    await house.settles(sent=2, later=1, pending=1)
    assert len(set(house.mailbox.got[1:])) == 2
    house.passes(seconds=61)
    await house.settles(sent=4)
    for number in (1, 2):
        delivered = house.mailbox.titles(f"channel:{number}")
        assert delivered[-2:] == ["One", "Two"]


async def test_a_channel_whose_limit_is_used_up_is_left_alone_until_it_has_rested(house: House) -> None:
    await house.archive.subscribe(an_order())
    house.mailbox.rests = {"channel:100": 60}
    await house.prints("One", "Two")
    house.start()
    await house.settles(sent=1, pending=1)
    for _ in range(3):
        house.courier.wake()
        await asyncio.sleep(0.01)
    assert house.mailbox.titles() == ["One"]
    house.passes(seconds=61)
    await house.settles(sent=2)


async def test_one_refused_article_does_not_stop_the_rest_of_the_batch(house: House) -> None:
    await house.archive.subscribe(an_order())
    house.mailbox.answers = [Sent(1), Refused("AutoMod")]
    await house.prints("One", "Two", "Three")
    house.start()
    await house.settles(sent=2, refused=1)
    assert house.mailbox.titles() == ["One", "Two", "Three"]


async def test_a_channel_without_permission_keeps_what_it_is_owed_until_it_is_restored(house: House) -> None:
    await house.archive.subscribe(an_order())
    house.mailbox.answers = [Suspended("the bot lacks Send Messages in #africa")]
    await house.prints("One", "Two")
    house.start()
    await house.settles(suspended=2)
    await house.prints("Three")
    assert (await house.archive.subscriptions())[0].suspended
    await house.archive.resume_target("channel:100")
    house.courier.wake()
    await house.settles(sent=3)
    assert house.mailbox.titles() == ["One", "One", "Two", "Three"]


async def test_a_correction_waits_too_until_the_channel_is_restored(house: House) -> None:
    await house.archive.subscribe(an_order())
    house.start()
    await house.prints("One")
    await house.settles(sent=1)
    house.mailbox.answers = [Suspended("the bot lacks Send Messages in #africa")]
    await house.prints("One, corrected", url="https://a.test/One", keys=("url:One",))
    async with asyncio.timeout(5):
        while not (await house.archive.subscriptions())[0].suspended:
            await asyncio.sleep(0.005)
    house.passes(hours=1)
    assert await house.archive.due_deliveries(house.clock.now()) == []
    await house.archive.resume_target("channel:100")
    house.courier.wake()
    async with asyncio.timeout(5):
        while len(house.mailbox.edited) < 2 or await house.archive.due_deliveries(house.clock.now()):
            await asyncio.sleep(0.005)


async def test_where_nobody_wants_anything_any_more_nothing_is_corrected_for_ever(house: House) -> None:
    await house.archive.subscribe(an_order())
    house.start()
    await house.prints("One")
    await house.settles(sent=1)
    await house.archive.unsubscribe("channel:100", "africa")
    house.mailbox.answers = [Suspended("the channel is gone")]
    await house.prints("One, corrected", url="https://a.test/One", keys=("url:One",))
    async with asyncio.timeout(5):
        while not house.mailbox.edited or await house.archive.due_deliveries(house.clock.now()):
            await asyncio.sleep(0.005)
    assert len(house.mailbox.edited) == 1
    assert await house.archive.due_deliveries(house.clock.now() + timedelta(hours=2)) == []


async def test_told_to_stop_it_finishes_what_is_on_its_way_and_starts_nothing(house: House) -> None:
    await house.archive.subscribe(an_order())
    house.mailbox.gate.clear()
    await house.prints("One", "Two")
    house.start()
    await until(lambda: house.mailbox.under_way)
    house.courier.stop()
    house.mailbox.gate.set()
    await house.stop()
    assert await house.archive.outbox() == {"sent": 1, "pending": 1}


async def test_cancelled_it_finishes_what_is_on_its_way_too(house: House) -> None:
    await house.archive.subscribe(an_order())
    house.mailbox.gate.clear()
    await house.prints("One")
    house.start()
    await until(lambda: house.mailbox.under_way)
    assert house.running
    house.running.cancel()
    await asyncio.sleep(0.01)
    house.mailbox.gate.set()
    with contextlib.suppress(asyncio.CancelledError):
        await house.running
    house.running = None
    assert await house.archive.outbox() == {"sent": 1}


async def test_only_so_many_are_on_their_way_at_once_and_servers_take_turns(house: House) -> None:
    for number in range(40):
        await house.archive.subscribe(an_order(f"channel:{number:03}", guild=1))
    for number in range(40, 44):
        await house.archive.subscribe(an_order(f"channel:{number:03}", guild=number))
    await house.prints("One")
    house.mailbox.gate.clear()
    house.start(house.another_courier(lanes=10))
    await until(lambda: house.mailbox.under_way >= 10)
    for _ in range(3):
        house.courier.wake()
        await house.archive.remember("after", "that")  # and so after whatever else would have been written as leaving
    assert house.mailbox.under_way == 10
    house.mailbox.gate.set()
    await house.settles(sent=44)
    assert house.mailbox.most_under_way == 10
    first_ten = {int(target[8:]) for target, _ in house.mailbox.got[:10]}
    assert first_ten >= {40, 41, 42, 43}


async def test_a_failure_of_our_own_is_no_lost_delivery(house: House) -> None:
    class Broken(Mailbox):
        async def send(self, delivery: Delivery) -> Outcome:
            if not self.looked:
                raise RuntimeError("a bug")
            return await super().send(delivery)

    await house.archive.subscribe(an_order())
    house.mailbox = Broken()
    await house.prints("One")
    house.start(house.another_courier())
    await house.settles(sent=1)
    assert house.mailbox.looked == ["One"]


async def test_what_changes_between_being_found_due_and_leaving_leaves_as_it_is_now(house: House) -> None:
    await house.archive.subscribe(an_order())
    await house.prints("One")
    (found,) = await house.archive.due_deliveries(house.clock.now())
    await house.prints("One, corrected", url="https://a.test/One", keys=("url:One",))
    left = await house.archive.sending(found.id, house.clock.now())
    assert left and left.article.title == "One, corrected"


async def test_what_is_taken_back_between_being_found_due_and_leaving_does_not_leave(house: House) -> None:
    class TooLate(Archive):
        async def due_deliveries(self, *given: Any, **more: Any) -> list[Delivery]:
            found = await super().due_deliveries(*given, **more)
            await self.unsubscribe("channel:100", "africa")
            return found

    await house.archive.subscribe(an_order())
    await house.prints("One")
    house.archive.__class__ = TooLate
    house.start()
    await house.settles(refused=1)
    await house.stop()
    assert house.mailbox.got == []


async def test_a_failure_of_our_own_loses_no_correction(house: House) -> None:
    full = full_once("settle")
    await house.archive.subscribe(an_order())
    house.start()
    await house.prints("One")
    await house.settles(sent=1)
    house.archive.__class__ = full
    await house.prints("One, corrected", url="https://a.test/One", keys=("url:One",))
    async with asyncio.timeout(5):
        while vars(full)["failures"] or not await house.archive.due_deliveries(house.clock.now()):
            await asyncio.sleep(0.005)
        while await house.archive.due_deliveries(house.clock.now()):
            house.passes(minutes=6)  # time and again: its lane may only now begin to rest
            await asyncio.sleep(0.005)
    assert house.mailbox.edited == [("channel:100", "One, corrected")]

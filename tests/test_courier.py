"""The courier: in order, at most once, whatever becomes of each attempt."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.archive import Archive
from bot.courier import LOOKS, Courier
from bot.delivery.route import route
from bot.model import Delivery, Feed, Later, Outcome, Refused, Sent, Sighting, Suspended, Unknown
from tests.delivery.mailbox import Mailbox
from tests.delivery.samples import NOON, REGIONS, an_article, an_order
from tests.fakes import until


@dataclass
class Turned:
    """A clock that stands until it is turned."""

    moment: datetime = NOON

    def now(self) -> datetime:
        return self.moment

    async def sleep(self, duration: timedelta) -> None:
        await asyncio.sleep(0)


class House:
    """A real archive, a courier, and a pretended outside."""

    def __init__(self, archive: Archive) -> None:
        self.archive = archive
        self.clock = Turned()
        self.mailbox = Mailbox()
        self.courier = self.another_courier()
        self.running: asyncio.Task[None] | None = None
        self.printed = 0

    def another_courier(self, **more: Any) -> Courier:
        return Courier(self.archive, self.mailbox, self.clock, **more)

    async def prints(self, *titles: str, **article: Any) -> None:
        """These articles appear in a feed, one minute apart."""
        feed = await self.archive.add_feed(Feed("https://a.test/feed"))
        found = []
        for title in titles:
            self.printed += 1
            when = NOON - timedelta(hours=2) + timedelta(minutes=self.printed)
            given = {
                "id": 0,
                "url": f"https://a.test/{title}",
                "published": when,
                "seen": None,
                "keys": (f"url:{title}",),
            } | article
            found.append(Sighting(an_article(title, **given), feed, title.encode()))
        await self.archive.accept(found, None, route, self.clock.now())
        self.courier.wake()

    async def settles(self, **wanted: int) -> None:
        """Wait until the outbox holds exactly so much in each state."""
        async with asyncio.timeout(5):
            while (found := dict(await self.archive.outbox())) != wanted:
                self.last = found
                await asyncio.sleep(0.005)

    def start(self, courier: Courier | None = None) -> None:
        self.courier = courier or self.courier
        self.running = asyncio.create_task(self.courier.run())

    async def stop(self) -> None:
        self.courier.stop()
        if self.running:
            await self.running
            self.running = None

    def passes(self, **time: float) -> None:
        self.clock.moment += timedelta(**time)
        self.courier.wake()

    async def passes_until(self, true: Callable[[], bool], **time: float) -> None:
        """Time and again, for whoever rests may only now begin to."""
        async with asyncio.timeout(5):
            while not true():
                self.passes(**time)
                await asyncio.sleep(0.005)


def full_once(step: str) -> type[Archive]:
    """An archive whose disk is full when this is first to be written; afterwards there is room again."""

    class Full(Archive):
        failures = 1

    async def fail_once(self: Archive, *given: Any) -> Any:
        if vars(Full)["failures"]:
            Full.failures = 0
            raise OSError("the disk is full")
        return await getattr(super(Full, self), step)(*given)

    setattr(Full, step, fail_once)
    return Full


@pytest.fixture
async def house() -> AsyncIterator[House]:
    archive = await Archive.open(":memory:", REGIONS)
    here = House(archive)
    try:
        yield here
    finally:
        here.mailbox.gate.set()
        with contextlib.suppress(asyncio.CancelledError):
            await here.stop()
        await archive.close()


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
    await house.prints("One")
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


async def test_what_is_unknown_is_looked_for_before_it_is_sent_again(house: House) -> None:
    await house.archive.subscribe(an_order())
    house.mailbox.answers = [Unknown("reset")]
    house.mailbox.looks = [Sent(77)]
    await house.prints("One")
    house.start()
    await house.settles(sent=1)
    assert house.mailbox.titles() == ["One"] and house.mailbox.looked == ["One"]


async def test_what_surely_is_not_out_is_sent_again_with_the_same_nonce(house: House) -> None:
    await house.archive.subscribe(an_order())
    house.mailbox.answers = [Unknown("reset")]
    await house.prints("One")
    house.start()
    await house.settles(sent=1)
    assert house.mailbox.titles() == ["One", "One"]
    assert len(set(house.mailbox.nonces)) == 1


async def test_while_nobody_can_tell_the_lane_waits_and_the_others_go_on(house: House) -> None:
    for number in (1, 2):
        await house.archive.subscribe(an_order(f"channel:{number}"))
    house.mailbox.answers = [Unknown("reset")]
    house.mailbox.looks = [Later("history 500"), Sent(5)]
    await house.prints("One", "Two")
    house.start()
    await house.settles(sent=2, sending=1, pending=1)
    await house.passes_until(lambda: not house.mailbox.looks, seconds=5)
    await house.settles(sent=4)


async def test_what_nobody_can_know_is_parked_with_its_reason_and_the_lane_goes_on(house: House) -> None:
    await house.archive.subscribe(an_order())
    house.mailbox.answers = [Unknown("reset")]
    house.mailbox.looks = [Unknown("it may be out already: no Read Message History")]
    await house.prints("One", "Two")
    house.start()
    await house.settles(sent=1, held=1)
    (held,) = [row for row in await house.archive.outbox_rows() if row.state == "held"]
    assert held.article.title == "One" and "Read Message History" in held.reason


async def test_an_outage_parks_only_after_many_looks(house: House) -> None:
    await house.archive.subscribe(an_order())
    house.mailbox.answers = [Unknown("reset")]
    house.mailbox.looks = [Later("503")] * (LOOKS + 1)
    await house.prints("One")
    house.start()
    async with asyncio.timeout(5):
        while len(house.mailbox.looked) <= LOOKS:
            house.passes(minutes=6)
            await asyncio.sleep(0.005)
    await house.settles(held=1)


async def test_what_was_on_its_way_when_we_died_is_looked_for_first(house: House) -> None:
    await house.archive.subscribe(an_order())
    await house.prints("One", "Two")
    (head,) = await house.archive.due_deliveries(house.clock.now())
    await house.archive.sending(head.id, house.clock.now())  # and here we died
    house.mailbox.looks = [Sent(9)]
    house.start()
    await house.settles(sent=2)
    assert house.mailbox.looked == ["One"] and house.mailbox.titles() == ["Two"]


async def test_a_look_back_that_finds_the_channel_shut_parks_and_suspends(house: House) -> None:
    await house.archive.subscribe(an_order())
    await house.prints("One", "Two")
    (head,) = await house.archive.due_deliveries(house.clock.now())
    await house.archive.sending(head.id, house.clock.now())
    house.mailbox.looks = [Suspended("the channel is gone")]
    house.start()
    await house.settles(held=1, suspended=1)


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
    house.start(house.another_courier(lanes=10))
    await house.settles(sent=44)
    assert house.mailbox.most_under_way <= 10
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

"""What may or may not be out: looked for, repeated or left to a person, and nothing else is taken for it."""

import asyncio
from datetime import timedelta

import pytest

from bot.courier import LOOKS
from bot.delivery.route import route
from bot.model import Delivery, Later, Outcome, Sent, Suspended, Unknown
from tests.carrying import House, full_once, house
from tests.delivery.mailbox import Mailbox
from tests.delivery.samples import an_order

__all__ = ["house"]


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


async def test_what_failed_before_it_left_is_not_looked_for(house: House) -> None:
    full = full_once("sending")
    await house.archive.subscribe(an_order())
    house.archive.__class__ = full
    await house.prints("One")
    house.start()
    async with asyncio.timeout(5):
        while vars(full)["failures"]:
            await asyncio.sleep(0.005)
        while await house.archive.outbox() != {"sent": 1}:
            house.passes(minutes=6)
            await asyncio.sleep(0.005)
    assert house.mailbox.looked == []


async def test_what_is_known_to_be_out_and_could_not_be_written_down_is_written_down_later(house: House) -> None:
    """Nobody need look for it, and where nothing can be read no person is asked."""
    full = full_once("settle")
    await house.archive.subscribe(an_order())
    house.archive.__class__ = full
    house.mailbox.looks = [Unknown("it cannot be read")]
    await house.prints("One")
    house.start()
    await house.passes_until(lambda: not vars(full)["failures"], seconds=0)
    async with asyncio.timeout(5):
        while await house.archive.outbox() == {"sending": 1}:
            house.passes(minutes=6)
            await asyncio.sleep(0.005)
    assert await house.archive.outbox() == {"sent": 1} and house.mailbox.looked == []


async def test_who_is_told_when_to_look_again_asks_no_person_before(house: House) -> None:
    await house.archive.subscribe(an_order())
    house.mailbox.answers = [Unknown("reset")]
    house.mailbox.looks = [*[Later("not connected to Discord", timedelta(seconds=5))] * (LOOKS + 5), Sent(7)]
    await house.prints("One")
    house.start()
    await house.passes_until(lambda: not house.mailbox.looks, seconds=6)
    await house.settles(sent=1)


@pytest.mark.parametrize("then", [Later("429", timedelta(minutes=5)), Suspended("the bot lacks Send Messages")])
async def test_what_may_be_out_and_cannot_be_repeated_at_once_is_looked_for_again(
    house: House, then: Later | Suspended
) -> None:
    """Its nonce held when we began, and may not hold when Discord lets us go on."""
    await house.archive.subscribe(an_order())
    house.mailbox.answers, house.mailbox.looks = [Unknown("reset"), then], [None, Sent(7)]
    await house.prints("One")
    house.start()
    await house.passes_until(lambda: not house.mailbox.looks, minutes=6)
    await house.settles(sent=1)
    assert house.mailbox.titles() == ["One", "One"]


async def test_what_is_taken_back_while_nobody_knows_whether_it_is_out_is_not_sent_again(house: House) -> None:
    await house.archive.subscribe(an_order())
    house.mailbox.answers = [Unknown("reset")]
    house.mailbox.looks = [Later("503")]
    await house.prints("One")
    house.start()
    await house.settles(sending=1)
    async with asyncio.timeout(5):
        while not house.mailbox.looked:
            await asyncio.sleep(0.005)
    await house.archive.unsubscribe("channel:100", "africa")
    house.passes(minutes=6)
    await house.settles(refused=1)
    assert house.mailbox.titles() == ["One"]


async def test_a_list_in_doubt_is_repeated_in_the_order_of_publication(house: House) -> None:
    await house.archive.subscribe(an_order())
    await house.prints("Two")
    house.printed = -1
    await house.prints("One")
    for each in await house.archive.line("channel:100"):
        await house.archive.sending(each.id, house.clock.now())
    house.start()
    await house.settles(sent=2)
    assert house.mailbox.titles() == ["One + Two"]


async def test_an_article_that_is_moved_while_it_waits_goes_only_where_it_is_wanted_now(house: House) -> None:
    for number, region in ((1, "africa"), (2, "europe"), (3, "africa"), (3, "europe")):
        await house.archive.subscribe(an_order(f"channel:{number}", region))
    await house.prints("One")
    (found,) = [each for each in await house.archive.due_deliveries(house.clock.now()) if each.target == "channel:1"]
    await house.archive.place(found.article.id, ("europe",), '{"rule":"moved"}', route, house.clock.now())
    house.start()
    await house.settles(sent=2, refused=1)
    assert sorted(house.mailbox.got) == [("channel:2", "One"), ("channel:3", "One")]
    await house.archive.place(found.article.id, ("africa",), '{"rule":"moved"} ', route, house.clock.now())
    house.courier.wake()
    await house.settles(sent=3)


@pytest.mark.parametrize("others", [True, False])
async def test_a_post_at_which_discord_always_fails_stops_its_lane_for_some_hours_and_not_for_ever(
    house: House, others: bool
) -> None:
    """While nothing arrives anywhere it may be Discord that is ill, and we are more patient."""
    await house.archive.subscribe(an_order())
    await house.archive.subscribe(an_order("channel:200", "europe"))
    house.mailbox.poison = "Poison"
    await house.prints("Poison", "Bread")
    house.start()
    began, cakes = house.clock.now(), 0
    async with asyncio.timeout(30):
        while "held" not in await house.archive.outbox():
            if others and house.clock.now() - began > timedelta(minutes=30 * cakes):
                cakes += 1
                await house.prints(f"Cake {cakes}", regions=("europe",))
                while (await house.archive.outbox()).get("sent", 0) < cakes:
                    await asyncio.sleep(0.001)
            house.passes(minutes=1)
            await asyncio.sleep(0.001)
    await house.settles(held=1, sent=cakes + 1)
    (held,) = [each for each in await house.archive.outbox_rows() if each.state == "held"]
    assert house.mailbox.titles() == ["Bread"] and held.article.title == "Poison"
    assert held.attempts == (2 if others else 8) * (LOOKS + 1)  # each time it is due, as often as it is looked for


async def test_a_lane_that_rests_when_the_clock_is_turned_back_rests_no_longer_for_that(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    await house.archive.subscribe(an_order())
    house.mailbox.answers = [Unknown("reset")]
    house.mailbox.looks = [Later("not connected to Discord", timedelta(minutes=1)), Sent(7)]
    await house.prints("One")
    house.start()
    async with asyncio.timeout(5):
        while "unsure" not in caplog.text:
            await asyncio.sleep(0.005)
    house.passes(days=-30)
    await house.passes_until(lambda: not house.mailbox.looks, minutes=2)
    await house.settles(sent=1)


async def test_what_cannot_be_looked_for_because_of_a_fault_of_ours_stops_its_lane_not_for_ever(house: House) -> None:
    class Broken(Mailbox):
        async def look_back(self, delivery: Delivery, listed: bool = False) -> Outcome | None:
            raise RuntimeError("a bug")

    await house.archive.subscribe(an_order())
    house.mailbox = Broken([Unknown("reset")])
    await house.prints("One", "Two")
    house.start(house.another_courier())
    async with asyncio.timeout(5):
        while await house.archive.outbox() != {"held": 1, "sent": 1}:
            house.passes(minutes=6)
            await asyncio.sleep(0.005)
    (held,) = [each for each in await house.archive.outbox_rows() if each.state == "held"]
    assert "RuntimeError" in held.reason and house.mailbox.titles() == ["One", "Two"]

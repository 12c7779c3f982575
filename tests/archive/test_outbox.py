"""What is owed goes out in order, one at a time in each target, and is settled once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.archive import Archive
from bot.model import Delivery, Later, Refused, Sent, Suspended, Unknown
from bot.regions import Regions
from tests.archive.conftest import Room, owed_by_region
from tests.builders import NOON, a_subscription, an_article


async def test_a_target_gets_its_articles_in_order_of_publication(room: Room) -> None:
    await room.archive.subscribe(a_subscription())
    for title, minutes in (("Third", 3), ("First", 1), ("Second", 2)):
        when = NOON - timedelta(minutes=10 - minutes)
        await room.takes_in(an_article(title, regions=("africa",), published=when))
    got = []
    while due := await room.archive.due_deliveries(room.now):
        (delivery,) = due
        got.append(delivery.article.title)
        await room.archive.sending(delivery.id, room.now)
        assert await room.archive.due_deliveries(room.now) == []
        await room.archive.settle(delivery.id, Sent(len(got)), room.now)
    assert got == ["First", "Second", "Third"]
    assert await room.archive.outbox() == {"sent": 3}


async def test_a_target_whose_head_waits_yields_nothing_until_its_time(room: Room) -> None:
    await room.archive.subscribe(a_subscription())
    await room.takes_in(an_article("First", regions=("africa",)), an_article("Second", regions=("africa",)))
    (head,) = await room.archive.due_deliveries(room.now)
    await room.archive.sending(head.id, room.now)
    await room.archive.settle(head.id, Later("502", timedelta(seconds=30)), room.now)
    assert await room.archive.due_deliveries(room.now) == []
    room.passes(seconds=31)
    (again,) = await room.archive.due_deliveries(room.now)
    assert (again.id, again.nonce, again.attempts, again.reason) == (head.id, head.nonce, 1, "502")


async def test_a_post_that_was_often_corrected_waits_no_longer_when_one_edit_fails(room: Room) -> None:
    await room.archive.subscribe(a_subscription())
    waits = []
    for edition in range(9):
        await room.takes_in(an_article("Rain", regions=("africa",), teaser=f"Edition {edition}."))
        (due,) = await room.archive.due_deliveries(room.now)
        await room.archive.sending(due.id, room.now)
        if edition in (0, 8):
            waits.append(await _wait_after_failing(room, due.id))
            await room.archive.sending(due.id, room.now)
        await room.archive.settle(due.id, Sent(1, "shown"), room.now)
    assert waits[0] == waits[1]


async def _wait_after_failing(room: Room, delivery: int) -> timedelta:
    """Until it is due again."""
    await room.archive.settle(delivery, Later("502"), room.now)
    failed = room.now
    while not await room.archive.due_deliveries(room.now):
        room.passes(seconds=1)
    return room.now - failed


async def test_a_busy_target_is_left_alone_and_the_others_go_on(room: Room) -> None:
    for target in ("channel:1", "channel:2"):
        await room.archive.subscribe(a_subscription(target))
    await room.takes_in(an_article(regions=("africa",)))
    due = await room.archive.due_deliveries(room.now, busy={"channel:1"})
    assert [each.target for each in due] == ["channel:2"]


async def test_a_nonce_is_short_and_the_same_for_the_same_story_and_target(room: Room, regions: Regions) -> None:
    for target in ("channel:1", "channel:2"):
        await room.archive.subscribe(a_subscription(target))
    await room.takes_in(an_article(regions=("africa",)))
    first = {each.target: each.nonce for each in await room.archive.due_deliveries(room.now)}
    assert len(set(first.values())) == 2
    assert all(len(nonce) <= 25 for nonce in first.values())
    again = await Archive.open(":memory:", regions, now=lambda: room.now)  # as if an older copy had been brought back
    for target in ("channel:2", "channel:1"):
        await again.subscribe(a_subscription(target))
    await Room(again).takes_in(an_article("Other", regions=("africa",)), an_article(regions=("africa",)))
    assert [(await again.line(target))[1].nonce for target in first] == list(first.values())
    await again.close()


async def test_what_may_be_out_is_in_flight_until_somebody_has_looked(room: Room) -> None:
    await room.archive.subscribe(a_subscription())
    await room.takes_in(an_article(regions=("africa",)))
    (delivery,) = await room.archive.due_deliveries(room.now)
    assert await room.archive.in_flight() == []
    await room.archive.sending(delivery.id, room.now)
    (flying,) = await room.archive.in_flight()
    assert (flying.id, flying.state) == (delivery.id, "sending")
    await room.archive.settle(delivery.id, Sent(1), room.now)
    assert await room.archive.in_flight() == []


async def test_what_nobody_can_know_is_held_for_a_person_and_its_line_goes_on(room: Room) -> None:
    await room.archive.subscribe(a_subscription())
    await room.takes_in(an_article("First", regions=("africa",)))
    (delivery,) = await room.archive.due_deliveries(room.now)
    await room.archive.sending(delivery.id, room.now)
    await room.takes_in(an_article("Second", regions=("africa",)))
    await room.archive.settle(delivery.id, Unknown("it may be out"), room.now)
    assert await room.archive.in_flight() == []
    assert await room.archive.outbox() == {"held": 1, "pending": 1}
    assert [each.article.title for each in await room.archive.due_deliveries(room.now)] == ["Second"]


async def test_a_suspended_target_keeps_what_it_is_owed_until_it_is_resumed(room: Room) -> None:
    await room.archive.subscribe(a_subscription())
    await room.takes_in(an_article("First", regions=("africa",)))
    (delivery,) = await room.archive.due_deliveries(room.now)
    await room.archive.settle(delivery.id, Suspended("no permission"), room.now)
    await room.takes_in(an_article("Second", regions=("africa",)))
    assert await room.archive.due_deliveries(room.now) == []
    assert (await room.archive.subscriptions())[0].suspended == "no permission"
    await room.archive.resume_target("channel:100")
    (due,) = await room.archive.due_deliveries(room.now)
    assert due.article.title == "First"
    assert await room.archive.outbox() == {"pending": 2}


async def test_of_what_waited_in_a_suspended_target_only_the_last_week_goes_unasked(room: Room) -> None:
    await room.archive.subscribe(a_subscription())
    await room.archive.suspend_target("channel:100", "the bot is no longer in this server")
    for title in ("Old", "Late", "New"):
        await room.takes_in(an_article(title, regions=("africa",)))
        room.passes(days=5)
    await room.archive.resume_target("channel:100")
    found = {each.article.title: (each.state, each.reason) for each in await room.archive.outbox_rows()}
    waited = ("held", "it waited for more than a week")
    assert found == {"Old": waited, "Late": waited, "New": ("pending", "")}


async def test_for_a_place_to_which_nobody_comes_back_only_a_month_is_kept(room: Room) -> None:
    await room.archive.subscribe(a_subscription())
    await room.archive.subscribe(a_subscription("channel:200"))
    await room.archive.suspend_target("channel:100", "the bot is no longer in this server")
    for number in range(6):
        await room.takes_in(an_article(f"Article {number}", regions=("africa",)))
        room.passes(days=10)
    assert await room.archive.outbox() == {"suspended": 4, "pending": 6}
    await room.archive.resume_target("channel:100")
    assert await room.archive.outbox() == {"held": 4, "pending": 6}
    await room.takes_in(an_article("Now", regions=("africa",)))
    assert await room.archive.outbox() == {"held": 4, "pending": 8}


async def test_what_is_refused_is_over_and_the_next_goes(room: Room) -> None:
    await room.archive.subscribe(a_subscription())
    await room.takes_in(an_article("First", regions=("africa",)), an_article("Second", regions=("africa",)))
    (head,) = await room.archive.due_deliveries(room.now)
    await room.archive.settle(head.id, Refused("too long"), room.now)
    (due,) = await room.archive.due_deliveries(room.now)
    assert due.article.title == "Second"
    assert [(each.state, each.reason) for each in await room.archive.outbox_rows()][1:] == [("refused", "too long")]


async def test_a_subscription_taken_back_is_owed_nothing_unless_another_region_wants_it(room: Room) -> None:
    await room.archive.subscribe(a_subscription(region="africa"))
    await room.archive.subscribe(a_subscription(region="europe"))
    await room.takes_in(an_article("Both", regions=("africa", "europe")), an_article("One", regions=("africa",)))
    assert await room.archive.unsubscribe("channel:100", "africa")
    (due,) = await room.archive.due_deliveries(room.now)
    assert (due.article.title, due.subscription.region) == ("Both", "europe")
    assert await room.archive.outbox() == {"pending": 1, "refused": 1}


async def is_being_edited(room: Room) -> Delivery:
    """A post that is out, and whose edit is on its way."""
    await room.archive.subscribe(a_subscription())
    await room.takes_in(an_article("Rain", regions=("africa",)))
    (due,) = await room.archive.due_deliveries(room.now)
    await room.archive.settle(due.id, Sent(1, "shown"), room.now)
    await room.takes_in(an_article("Rain", regions=("africa",), teaser="Corrected."))
    await room.archive.sending(due.id, room.now)
    return due


async def test_an_edit_of_which_nobody_wrote_down_the_end_is_due_again(room: Room) -> None:
    due = await is_being_edited(room)
    assert [each.id for each in await room.archive.due_deliveries(room.now)] == [due.id]


async def test_what_was_taken_back_is_not_called_back_by_who_only_looked_at_the_clock(room: Room) -> None:
    await room.archive.subscribe(a_subscription())
    await room.takes_in(an_article("Rain", regions=("africa",)))
    (due,) = await room.archive.due_deliveries(room.now)
    await room.archive.unsubscribe("channel:100", "africa")
    await room.archive.settle(due.id, Later("quiet hours", timedelta(hours=1)), room.now)
    assert await room.archive.outbox() == {"refused": 1}


@pytest.mark.parametrize("outcome", [Later("429"), Suspended("no permission"), Unknown("it may be out")])
async def test_what_was_taken_back_while_it_was_on_its_way_waits_for_nothing(
    room: Room, outcome: Later | Suspended | Unknown
) -> None:
    await room.archive.subscribe(a_subscription())
    await room.takes_in(an_article("Rain", regions=("africa",)))
    (due,) = await room.archive.due_deliveries(room.now)
    await room.archive.sending(due.id, room.now)
    await room.archive.unsubscribe("channel:100", "africa")
    await room.archive.settle(due.id, outcome, room.now)
    assert await room.archive.outbox() == {"refused": 1}


async def test_what_was_taken_back_is_owed_again_for_a_region_that_is_ordered_and_comes_late(room: Room) -> None:
    await room.archive.subscribe(a_subscription(region="africa"))
    await room.takes_in(an_article("Rain", regions=("africa",)))
    await room.archive.unsubscribe("channel:100", "africa")
    await room.archive.subscribe(a_subscription(region="europe"))
    await room.takes_in(an_article("Rain", regions=("africa", "europe")))
    (due,) = await room.archive.due_deliveries(room.now)
    assert (due.article.title, due.subscription.region) == ("Rain", "europe")


async def test_what_was_dropped_by_a_person_stays_dropped(room: Room) -> None:
    await room.archive.subscribe(a_subscription(region="africa"))
    await room.takes_in(an_article("Rain", regions=("africa",)))
    (due,) = await room.archive.due_deliveries(room.now)
    await room.archive.settle(due.id, Unknown("it may be out"), room.now)
    await room.archive.release([due.id], drop=True)
    await room.archive.subscribe(a_subscription(region="europe"))
    await room.takes_in(an_article("Rain", regions=("africa", "europe")))
    assert await room.archive.outbox() == {"refused": 1}


async def test_an_order_that_is_given_again_wakes_what_waited_for_somebody_to_act(room: Room) -> None:
    await room.archive.subscribe(a_subscription())
    await room.takes_in(an_article("Rain", regions=("africa",)))
    await room.archive.suspend_target("channel:100", "no permission")
    await room.archive.subscribe(a_subscription(silent=True))
    assert await room.archive.outbox() == {"pending": 1}


async def test_what_is_owed_follows_the_order_as_it_stands_now_not_as_it_was_read(room: Room) -> None:
    for target in ("channel:1", "channel:2"):
        await room.archive.subscribe(a_subscription(target))
    await room.archive.suspend_target("channel:1", "no permission")
    (kept,) = (await room.takes_in(an_article("Rain"))).new
    article = replace(kept, regions=("africa",))
    owed = owed_by_region(article, await room.archive.subscriptions())
    await room.archive.resume_target("channel:1")
    await room.archive.unsubscribe("channel:2", "africa")
    assert await room.archive.owe(article, owed, room.now) == 1
    assert await room.archive.outbox() == {"pending": 1}


async def test_an_order_that_says_otherwise_of_its_hours_lets_go_at_once_what_they_kept_back(room: Room) -> None:
    await room.archive.subscribe(a_subscription())
    await room.takes_in(an_article("Rain", regions=("africa",)))
    (due,) = await room.archive.due_deliveries(room.now)
    await room.archive.settle(due.id, Later("quiet hours", timedelta(hours=9)), room.now)
    await room.archive.subscribe(a_subscription(options='{"cap": 2}'))
    assert len(await room.archive.due_deliveries(room.now)) == 1


async def test_what_waits_goes_over_only_to_an_order_that_wants_it(room: Room) -> None:
    """Though its region is ordered: the words of the order count, and another order behind it may want it."""
    await room.archive.subscribe(a_subscription(region="africa"))
    await room.archive.subscribe(a_subscription(region="europe", exclude="podcast"))
    both = ("africa", "europe")
    await room.takes_in(an_article("A podcast", regions=both), an_article("Rain", regions=both))
    await room.archive.unsubscribe("channel:100", "africa")
    assert [each.article.title for each in await room.archive.line("channel:100")] == ["Rain"]
    await room.archive.subscribe(a_subscription(region="*", include="snow"))
    await room.archive.subscribe(a_subscription(region="*", target="channel:7"))
    await room.archive.unsubscribe("channel:100", "europe")
    assert await room.archive.line("channel:100") == []


async def test_what_waits_goes_past_the_order_that_does_not_want_it_to_one_that_does(room: Room) -> None:
    await room.archive.subscribe(a_subscription(region="africa"))
    await room.archive.subscribe(a_subscription(region="europe", exclude="podcast"))
    await room.archive.subscribe(a_subscription(region="*", include="podcast"))
    await room.takes_in(an_article("A podcast", regions=("africa", "europe")))
    await room.archive.unsubscribe("channel:100", "africa")
    assert [each.subscription.region for each in await room.archive.line("channel:100")] == ["*"]


async def test_what_waits_goes_over_to_the_order_for_the_foremost_of_its_regions(room: Room) -> None:
    for region in ("asia", "*", "africa", "europe"):
        await room.archive.subscribe(a_subscription(region=region))
    await room.takes_in(an_article("Rain", regions=("asia", "africa", "europe")))
    await room.archive.unsubscribe("channel:100", "asia")
    assert [each.subscription.region for each in await room.archive.line("channel:100")] == ["africa"]


async def test_an_order_that_now_leaves_out_what_waits_for_it_is_not_sent_that(room: Room) -> None:
    await room.archive.subscribe(a_subscription())
    await room.takes_in(*(an_article(title, regions=("africa",)) for title in ("A podcast", "Rain")))
    await room.archive.suspend_target("channel:100", "no permission")
    await room.archive.subscribe(a_subscription(exclude="podcast"))
    assert [each.article.title for each in await room.archive.line("channel:100")] == ["Rain"]


async def test_what_a_correction_made_unwanted_before_it_left_does_not_leave(room: Room) -> None:
    await room.archive.subscribe(a_subscription(exclude="podcast"))
    await room.takes_in(an_article("Rain", regions=("africa",)))
    (due,) = await room.archive.due_deliveries(room.now)
    await room.takes_in(an_article("Rain", regions=("africa",), teaser="Our podcast."))
    assert await room.archive.sending(due.id, room.now) is None
    (row,) = await room.archive.outbox_rows()
    assert (row.state, row.reason) == ("refused", "the subscription does not ask for it any more")


async def test_what_may_be_out_and_is_not_repeated_is_not_owed_anew_either(room: Room) -> None:
    """It was taken back before it could leave once more under its nonce, which does not hold for ever."""
    await room.archive.subscribe(a_subscription(region="africa"))
    await room.takes_in(an_article("Rain", regions=("africa",)))
    (due,) = await room.archive.due_deliveries(room.now)
    await room.archive.sending(due.id, room.now)
    await room.archive.unsubscribe("channel:100", "africa")
    assert await room.archive.sending(due.id, room.now) is None
    await room.archive.subscribe(a_subscription(region="europe"))
    await room.takes_in(an_article("Rain", regions=("africa", "europe")))
    (row,) = await room.archive.outbox_rows()
    assert (row.state, row.reason) == ("refused", "perhaps out already, and the subscription was taken back")


async def test_what_was_put_off_by_a_clock_that_ran_far_ahead_does_not_wait_for_that_day(room: Room) -> None:
    await room.archive.subscribe(a_subscription())
    await room.takes_in(an_article("Rain", regions=("africa",)), an_article("Sun", regions=("africa",)))
    head, other = await room.archive.line("channel:100")
    await room.archive.settle(head.id, Sent(1), room.now)
    await room.takes_in(an_article("Rain", regions=("africa",), teaser="Corrected."))
    room.passes(days=400)
    for each in (head, other):
        await room.archive.settle(each.id, Later("quiet hours", timedelta(hours=9)), room.now)
    room.passes(days=-400)
    (due,) = await room.archive.due_deliveries(room.now)
    assert due.id == other.id
    await room.archive.settle(other.id, Sent(2), room.now)
    assert [each.id for each in await room.archive.due_deliveries(room.now)] == [head.id]


async def test_what_is_being_edited_is_not_taken_out_of_the_archive_under_the_editors_hands(room: Room) -> None:
    """Its number would be given to the next delivery, which would then count as out."""
    due = await is_being_edited(room)
    assert await room.archive.prune(room.now + timedelta(days=1)) == 0
    await room.takes_in(an_article("Sun", regions=("africa",)))
    await room.archive.settle(due.id, Sent(1, "shown anew"), room.now)
    assert [each.article.title for each in await room.archive.line("channel:100")] == ["Sun"]
    assert await room.archive.prune(room.now + timedelta(days=1)) == 1

"""What left before we died may still arrive: nothing is sent again before that is over, whatever the clocks say."""

import asyncio
import contextlib
from collections.abc import Awaitable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast

import discord
import pytest

from bot.chat.pages.cards import snowflake_at
from bot.chat.sender import SETTLING, DiscordSender
from bot.chat.sender.channel import PAGE, PAGES, PAGES_BEFORE
from bot.chat.sender.forum import MOST
from bot.delivery.pace import Allowance
from bot.model import Delivery, Later, Outcome, Roundup, Sent, Unknown
from tests.chat.sender.account import START, Wall
from tests.chat.sender.outside import GUILD, ME, Outside, Room
from tests.delivery.samples import REGIONS, a_delivery, an_article, an_order
from tests.fakes import Clock, until


class Wire:
    """A room, and a sender that can die and come back."""

    def __init__(self, kind: discord.ChannelType, readable: bool = True) -> None:
        self.clock = Clock(START)
        self.wall = Wall(self.clock)  # ours
        self.room = Room(11, kind, readable=readable)
        self.outside = Outside(self.clock, [self.room])
        self.comes_back()

    def comes_back(self) -> None:
        allowance = Allowance(time=lambda: self.clock.now().timestamp())
        self.sender = DiscordSender(cast(Any, self.outside), REGIONS, self.wall, allowance)

    def delivery(self, number: int = 1, **order: Any) -> Delivery:
        article = an_article(f"Story {number}", url=f"https://a.test/s{number}", id=number)
        order_ = an_order("channel:11", guild=GUILD, **order)
        return replace(
            a_delivery(number, "channel:11", subscription=order_), article=article, attempted=START, attempts=2
        )

    async def asks(self, asking: Awaitable[Outcome | None], fate: str = "answered") -> Outcome | None:
        """With each request answered so."""
        task = asyncio.ensure_future(asking)
        async with asyncio.timeout(30):
            while not task.done():
                for request in self.outside.waiting:
                    self.outside.answer(request, fate)
                await asyncio.sleep(0)
        return task.result()

    async def dies_sending(self, delivery: Delivery) -> None:
        """After it has left; it arrives some seconds later."""
        self.outside.dies_with = lambda request: "arrives later"
        task = asyncio.create_task(self.sender.send(delivery))
        await until(lambda: self.outside.waiting)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    def fills(self, number: int) -> None:
        """With so many messages of ours that are none of these deliveries."""
        first = snowflake_at(self.clock.now())
        for each in range(first, first + number):
            self.room.messages[each] = {"id": str(each), "author": {"id": str(ME)}, "content": "Good morning"}

    def passes(self, **time: float) -> None:
        self.clock.turn(timedelta(**time))
        self.outside.time_passed()


async def test_a_repeat_in_a_forum_that_was_under_way_when_we_died_is_waited_for() -> None:
    """The first attempt was long ago, and that alone is written down."""
    wire = Wire(discord.ChannelType.forum)
    wire.passes(minutes=10)
    await wire.dies_sending(wire.delivery())
    wire.passes(seconds=1)
    wire.comes_back()
    found = await wire.asks(wire.sender.look_back(wire.delivery()))
    assert isinstance(found, Later) and found.after
    wire.clock.turn(found.after)
    wire.outside.time_passed()
    assert isinstance(await wire.asks(wire.sender.look_back(wire.delivery())), Sent)


async def test_what_surely_never_arrived_is_sent_again_when_that_is_sure() -> None:
    wire = Wire(discord.ChannelType.forum)
    wire.passes(seconds=10)
    assert await wire.asks(wire.sender.look_back(wire.delivery())) is None


async def test_a_clock_that_was_turned_back_stops_no_forum_for_long() -> None:
    wire = Wire(discord.ChannelType.forum)
    wire.wall.wrong = timedelta(days=-1)
    found = await wire.asks(wire.sender.look_back(wire.delivery()))
    assert isinstance(found, Later) and found.after == SETTLING
    wire.clock.turn(found.after)
    assert await wire.asks(wire.sender.look_back(wire.delivery())) is None


async def test_a_clock_that_was_turned_back_makes_no_nonce_hold_longer() -> None:
    """Where nothing can be read, and the attempt seems to lie ahead, a person must look."""
    wire = Wire(discord.ChannelType.text, readable=False)
    wire.wall.wrong = timedelta(minutes=-10)
    assert isinstance(await wire.asks(wire.sender.look_back(wire.delivery())), Unknown)


async def test_who_looked_in_a_forum_before_it_arrived_does_not_know_afterwards_that_it_is_not_there() -> None:
    """The answers to the look came late."""
    wire = Wire(discord.ChannelType.forum)
    await wire.dies_sending(wire.delivery())
    wire.comes_back()
    looking = asyncio.create_task(cast(Any, wire.sender.look_back(wire.delivery())))
    await until(lambda: wire.outside.waiting)
    wire.outside.answer(wire.outside.waiting[0], "answered")
    await until(lambda: "archived" in str([each.path for each in wire.outside.waiting]))
    wire.passes(seconds=10)
    assert isinstance(await wire.asks(looking), Later)


async def test_a_list_that_may_still_arrive_is_waited_for_before_its_articles_go_alone() -> None:
    """Its nonce is not that of any of them."""
    wire = Wire(discord.ChannelType.text)
    wire.passes(minutes=10)
    await wire.dies_sending(wire.delivery())
    wire.comes_back()
    assert isinstance(await wire.asks(wire.sender.look_back(wire.delivery(), listed=True)), Later)
    wire.passes(seconds=6)
    assert isinstance(await wire.asks(wire.sender.look_back(wire.delivery(), listed=True)), Sent)


async def test_a_list_that_cannot_be_looked_for_is_left_to_a_person() -> None:
    """Its nonce holds, but were it refused now, each of its articles would go alone."""
    wire = Wire(discord.ChannelType.text, readable=False)
    assert await wire.asks(wire.sender.look_back(wire.delivery())) is None
    assert isinstance(await wire.asks(wire.sender.look_back(wire.delivery(), listed=True)), Unknown)


async def test_an_edit_that_was_under_way_when_we_died_does_not_arrive_after_its_repeat() -> None:
    wire = Wire(discord.ChannelType.text)
    sent = await wire.asks(wire.sender.send(wire.delivery()))
    assert isinstance(sent, Sent)
    out = replace(wire.delivery(), edit=True, message=sent.message, shown=sent.shown)
    await wire.dies_sending(replace(out, article=replace(out.article, title="An older correction")))
    wire.comes_back()
    unsure = replace(out, shown=f"{sent.shown}?", article=replace(out.article, title="The latest"))
    later = await wire.asks(wire.sender.send(unsure))
    assert isinstance(later, Later) and later.after
    wire.clock.turn(later.after)
    wire.outside.time_passed()
    assert isinstance(await wire.asks(wire.sender.send(unsure)), Sent)
    assert [each["content"] for each in wire.room.messages.values()] == ["**The latest**"]


@pytest.mark.parametrize("kind", [discord.ChannelType.text, discord.ChannelType.forum])
@pytest.mark.parametrize(
    ("before", "after"),
    [
        (timedelta(minutes=10), timedelta(0)),
        (timedelta(hours=3), timedelta(hours=3)),
        (timedelta(hours=3), timedelta(0)),
    ],
    ids=["set right meanwhile", "always ahead", "set back by hours"],
)
async def test_what_left_by_a_wrong_clock_is_found(
    kind: discord.ChannelType, before: timedelta, after: timedelta
) -> None:
    wire = Wire(kind)
    wire.wall.wrong = before
    left = replace(wire.delivery(), attempted=wire.wall.now())
    assert isinstance(await wire.asks(wire.sender.send(left)), Sent)
    wire.passes(minutes=2)
    wire.wall.wrong = after
    wire.comes_back()
    wire.passes(minutes=2)
    assert isinstance(await wire.asks(wire.sender.look_back(left)), Sent)


async def test_where_too_much_was_posted_since_to_look_through_it_a_person_must_when_the_nonce_holds_no_more() -> None:
    """While it holds, what was not answered is sent again at once, however much people talk there."""
    wire = Wire(discord.ChannelType.text)
    wire.fills(PAGE * PAGES)
    wire.passes(seconds=20)
    assert await wire.asks(wire.sender.look_back(wire.delivery())) is None
    assert isinstance(await wire.asks(wire.sender.look_back(wire.delivery(), listed=True)), Unknown)
    wire.passes(minutes=2)
    assert isinstance(await wire.asks(wire.sender.look_back(wire.delivery())), Unknown)


async def test_many_messages_shortly_before_put_none_in_doubt_that_never_arrived() -> None:
    wire = Wire(discord.ChannelType.text)
    wire.fills(PAGE * (PAGES + 2))
    wire.passes(minutes=2)
    left = replace(wire.delivery(), attempted=wire.wall.now())
    wire.passes(minutes=3)
    assert await wire.asks(wire.sender.look_back(left)) is None
    wire.fills(PAGE * PAGES)
    assert isinstance(await wire.asks(wire.sender.look_back(left)), Unknown)


async def test_what_left_in_this_life_is_looked_for_from_that_moment_on() -> None:
    """Nobody can set the clock that tells when; after a restart, the other one may have been set meanwhile."""
    wire = Wire(discord.ChannelType.text)
    wire.fills(PAGE * (PAGES + PAGES_BEFORE))
    wire.passes(minutes=2)
    left = replace(wire.delivery(), attempted=wire.wall.now(), attempts=1)
    assert isinstance(await wire.asks(wire.sender.send(left), "500"), Unknown)
    wire.passes(minutes=2)
    assert await wire.asks(wire.sender.look_back(left)) is None
    wire.comes_back()
    assert isinstance(await wire.asks(wire.sender.look_back(left)), Unknown)


@pytest.mark.parametrize(("before", "after"), [(3, 0), (10, 0), (0, 10), (0, -10), (-3, 0)])
@pytest.mark.parametrize("lives", [1, 2])
async def test_what_left_is_found_though_the_clock_was_set_meanwhile(before: int, after: int, lives: int) -> None:
    wire = Wire(discord.ChannelType.text)
    wire.passes(hours=1)
    wire.wall.wrong = timedelta(minutes=before)
    left = replace(wire.delivery(), attempted=wire.wall.now(), attempts=1)
    assert isinstance(await wire.asks(wire.sender.send(left), "lost"), Unknown)
    wire.wall.wrong = timedelta(minutes=after)
    if lives > 1:
        wire.comes_back()
    wire.passes(minutes=5)
    assert isinstance(await wire.asks(wire.sender.look_back(left)), Sent)


async def test_many_posts_in_a_forum_shortly_before_put_none_in_doubt_that_never_arrived() -> None:
    """All of them stood there before it left, and there can be none behind those that are looked at."""
    wire = Wire(discord.ChannelType.forum)
    wire.fills(MOST + 1)
    wire.passes(minutes=2)
    left = replace(wire.delivery(), attempted=wire.wall.now())
    wire.passes(minutes=1)
    assert await wire.asks(wire.sender.look_back(left)) is None
    assert isinstance(await wire.asks(wire.sender.look_back(wire.delivery())), Unknown)  # left before all of them


async def test_of_a_forums_archive_as_much_is_looked_through_as_may_be_new_enough() -> None:
    wire = Wire(discord.ChannelType.forum)
    wire.passes(hours=1)
    for archived, then in ((START - timedelta(hours=1), None), (START, Unknown)):
        wire.outside.archived = {"threads": [an_archived_thread(archived)], "has_more": True}
        found = await wire.asks(wire.sender.look_back(wire.delivery()))
        assert found is None if then is None else isinstance(found, then)


def an_archived_thread(at: datetime) -> dict[str, Any]:
    return {"id": "5", "parent_id": "11", "owner_id": "9", "thread_metadata": {"archive_timestamp": at.isoformat()}}


async def test_a_round_up_whose_articles_were_all_taken_out_while_it_was_in_doubt_is_left_to_a_person() -> None:
    """Nobody knows any more what it looked like; its channel goes on."""
    wire = Wire(discord.ChannelType.text)
    left = replace(wire.delivery(), roundup=Roundup(START - timedelta(days=7), START, "UTC"))
    assert isinstance(await wire.asks(wire.sender.look_back(left)), Unknown)

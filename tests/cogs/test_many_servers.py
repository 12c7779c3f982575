"""What the bot asks its archive beside its work is as much with many servers as with few."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import cast

import pytest

from bot.archive.archive import Archive
from bot.chat.desk import Desk
from bot.chat.matters.notices import Notices
from bot.chat.sender.request import Line
from bot.chat.sender.watch import Watch
from bot.intake import ledger, tidings
from bot.model import Feed, Owed, Subscription
from tests.cogs.conftest import NOON, House, article
from tests.fakes import Counted, until

FEW, MANY = 2, 20


async def ill_feed_of_the_operator(house: House, servers: int) -> None:
    feed = await house.archive.add_feed(Feed("https://a.test/feed", region="africa"))
    await _in_trouble(house, feed)
    for guild in range(1, servers + 1):
        await house.archive.subscribe(Subscription(f"channel:{guild}", "africa", guild=guild))


async def ill_feeds_of_their_own(house: House, servers: int) -> None:
    for guild in range(1, servers + 1):
        await _in_trouble(house, await house.archive.add_feed(Feed("https://a.test/feed", owner=guild)))


async def open_tags_of_their_own(house: House, servers: int) -> None:
    for guild in range(1, servers + 1):
        feed = await house.archive.add_feed(Feed("https://a.test/feed", owner=guild))
        found = ledger.Ledger(tags={"Chess": {"": 3}}, met={"Chess": "2026-11-01"})
        await house.archive.remember(f"{ledger.KEYS}{feed.id}", ledger.written(found))


async def something_held_in_each(house: House, servers: int) -> None:
    (found,) = await house.accept(article(servers))
    for guild in range(1, servers + 1):
        order = await house.archive.subscribe(Subscription(f"channel:{guild}", "africa", guild=guild))
        await house.archive.owe(found, [Owed(order.target, order, held="a flood")], NOON)


@pytest.mark.parametrize(
    "play", [ill_feed_of_the_operator, ill_feeds_of_their_own, open_tags_of_their_own, something_held_in_each]
)
async def test_a_look_at_what_is_to_be_told_asks_no_more_often_where_there_are_many(
    house: House, play: Callable[[House, int], Awaitable[None]]
) -> None:
    asked = {}
    for servers in (FEW, MANY):
        await play(house, servers)
        archive = Counted(house.archive)
        notices = _notices(house, archive)
        await notices.look()
        archive.times.clear()
        await notices.look()
        asked[servers] = archive.times
    assert asked[MANY] == asked[FEW]


async def test_a_change_of_a_role_asks_only_for_the_orders_that_stand_still(house: House) -> None:
    for guild in range(1, MANY + 1):
        await house.archive.subscribe(Subscription(f"channel:{guild}", "africa", guild=guild))
    await house.archive.suspend_target("channel:1", "the bot lacks Send Messages")
    archive = Counted(house.archive)
    watch = Watch(house.client, _desk(house, archive))
    await watch.on_ready()
    await until(lambda: archive.answers)
    assert [len(each) for each in archive.answers] == [1]


def _notices(house: House, archive: Counted) -> Notices:
    return Notices(house.client, _desk(house, archive), Line(house.client))


def _desk(house: House, archive: Counted) -> Desk:
    return replace(house.desk, archive=cast(Archive, archive))


async def _in_trouble(house: House, feed: Feed) -> None:
    told = tidings.of(feed, "failing", NOON.isoformat(), NOON, "It answers 500.")
    await house.archive.remember(tidings.state_key(feed.id), tidings.written(told))

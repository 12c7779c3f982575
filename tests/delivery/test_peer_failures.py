"""What other feed bots have lost or posted twice: from the feed to the channel, each failure once."""

import asyncio
import contextlib
import os
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
import pytest_asyncio

from bot.courier import Courier
from bot.intake.worker import ParseWorker
from bot.model import Refused, Subscription, Suspended
from tests.delivery.mailbox import Mailbox
from tests.polling import House, InThisProcess, open_house
from tests.press import NOON, Item, item, rss

OLD = item("An old story", 40)
HOUR = timedelta(hours=1)


@dataclass
class Desk:
    """The house, with somebody who delivers."""

    house: House
    mailbox: Mailbox

    async def prints(self, *items: Item, later: timedelta = timedelta(minutes=10)) -> None:
        """The feed's document is now this; it is polled, and what is owed is carried out."""
        self.house.web["/feed"] = rss(*items)
        await self.house.goes_round(later)
        await self.delivers()

    async def delivers(self) -> None:
        courier = Courier(self.house.archive, self.mailbox, self.house.clock)
        running = asyncio.create_task(courier.run())
        async with asyncio.timeout(5):
            while await self._waits():
                await asyncio.sleep(0.005)
        courier.stop()
        await running

    async def _waits(self) -> bool:
        now = self.house.clock.now()
        due = await self.house.archive.due_deliveries(now)
        return bool(due or await self.house.archive.in_flight())

    @property
    def posted(self) -> list[str]:
        return [title for _, title in self.mailbox.got]


@contextlib.asynccontextmanager
async def a_desk(worker: ParseWorker) -> AsyncIterator[Desk]:
    async with open_house(worker) as house:
        await house.add()
        here = Desk(house, Mailbox())
        await here.prints(OLD)
        yield here


@pytest_asyncio.fixture(loop_scope="module")
async def desk(worker: ParseWorker) -> AsyncIterator[Desk]:
    async with a_desk(worker) as here:
        yield here


pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_guid_that_is_there_twice_is_posted_once(desk: Desk) -> None:
    await desk.prints(item("Rain"), item("Rain"), OLD)
    await desk.prints(item("Rain"), item("Rain"), OLD)
    assert desk.posted == ["Rain"]


async def test_another_time_zone_of_the_machine_posts_nothing_again() -> None:
    async with a_desk(InThisProcess()) as desk:  # whose zone it is
        await desk.prints(item("Rain"), OLD)
        with another_zone("Pacific/Kiritimati"):
            await desk.prints(item("Rain"), item("Snow"), OLD)
        with another_zone("America/Los_Angeles"):
            await desk.prints(item("Sun", 0.5), item("Rain"), item("Snow"), OLD)
        assert desk.posted == ["Rain", "Snow", "Sun"] and desk.mailbox.edited == []
        kept = await desk.house.archive.articles_after(0)
    assert {(NOON - each.published) / HOUR for each in kept if each.published} == {40, 1, 0.5}


async def test_an_empty_feed_and_then_the_old_one_posts_nothing_again(desk: Desk) -> None:
    await desk.prints(item("Rain"), OLD)
    await desk.prints()
    await desk.prints(item("Rain"), OLD)
    assert desk.posted == ["Rain"]


async def test_what_is_first_seen_thirty_hours_late_is_posted(desk: Desk) -> None:
    await desk.prints(item("Rain", 30), OLD)
    assert desk.posted == ["Rain"]


async def test_two_days_of_outage_lose_nothing(desk: Desk) -> None:
    await desk.prints(item("Rain", 1), OLD)
    desk.house.clock.turn(timedelta(days=2))
    await desk.prints(item("Wind", -20), item("Sun", -2), item("Rain", 1), OLD)
    assert sorted(desk.posted) == ["Rain", "Sun", "Wind"]


async def test_a_date_in_the_future_hides_nothing_that_follows(desk: Desk) -> None:
    await desk.prints(item("Tomorrow", -24), OLD)
    await desk.prints(item("Rain", 0.1), item("Tomorrow", -24), OLD)
    assert desk.posted == ["Tomorrow", "Rain"]


async def test_two_of_the_same_second_are_both_posted(desk: Desk) -> None:
    await desk.prints(item("Rain"), item("Sun"), OLD)
    await desk.prints(item("Wind"), item("Rain"), item("Sun"), OLD)
    assert sorted(desk.posted) == ["Rain", "Sun", "Wind"]


async def test_from_http_to_https_is_no_news(desk: Desk) -> None:
    secure = item("Rain")
    plain = secure.but(link=secure.link.replace("https:", "http:"), guid=secure.link.replace("https:", "http:"))
    await desk.prints(plain, OLD)
    await desk.prints(secure.but(guid=secure.link), OLD)
    assert desk.posted == ["Rain"]
    assert desk.mailbox.edited == [("channel:1", "Rain")]  # its button leads to https now


async def test_one_that_fails_takes_no_other_of_its_batch_along(desk: Desk) -> None:
    desk.mailbox.answers = [Refused("the server's own filter")]
    await desk.prints(item("Rain", 3), item("Sun", 2), item("Wind", 1), OLD)
    assert desk.posted == ["Rain", "Sun", "Wind"]
    assert await desk.house.archive.outbox() == {"refused": 1, "sent": 2}


async def test_a_channel_that_is_given_back_its_permission_gets_what_it_missed(desk: Desk) -> None:
    desk.mailbox.answers = [Suspended("the bot lacks Send Messages in #africa")]
    await desk.prints(item("Rain", 3), OLD)
    await desk.prints(item("Sun", 2), item("Rain", 3), OLD)
    assert desk.posted == ["Rain"]
    await desk.house.archive.resume_target("channel:1")
    await desk.delivers()
    assert desk.posted == ["Rain", "Rain", "Sun"]


async def test_a_channel_that_is_deleted_does_not_stop_the_others(desk: Desk) -> None:
    await desk.house.archive.subscribe(Subscription("channel:2", "*", guild=1))
    desk.mailbox.answers = [Suspended("the channel is gone; subscribe another one")]
    await desk.prints(item("Rain"), OLD)
    assert [where for where, _ in desk.mailbox.got] == ["channel:1", "channel:2"]
    assert await desk.house.archive.outbox() == {"suspended": 1, "sent": 1}


async def test_what_was_set_up_survives_an_outage_of_discord(desk: Desk) -> None:
    before = await desk.house.archive.subscriptions()
    desk.mailbox.answers = [Suspended("the bot is no longer in this server; invite it again")]
    await desk.prints(item("Rain"), OLD)
    await desk.house.archive.resume_target("channel:1")
    assert await desk.house.archive.subscriptions() == before
    await desk.delivers()
    assert desk.posted == ["Rain", "Rain"]


@contextlib.contextmanager
def another_zone(name: str) -> Iterator[None]:
    before = os.environ.get("TZ")
    os.environ["TZ"] = name
    time.tzset()
    try:
        yield
    finally:
        if before is None:
            del os.environ["TZ"]
        else:
            os.environ["TZ"] = before
        time.tzset()

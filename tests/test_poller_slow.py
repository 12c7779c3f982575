"""Servers that answer drop by drop: they wait for each other, and nobody else waits for them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
import pytest_asyncio

from bot.errors import NewsError
from bot.intake.manners import AT_ONCE, BESIDE, SLOW_AT_ONCE
from bot.intake.worker import ParseWorker
from bot.poller.places import AT_ONCE as PLACES
from bot.poller.places import OF_ONE
from bot.poller.poller import MOST_LOOKS
from bot.poller.taking import FIRSTS
from tests.fakes import Answer, Clock, until
from tests.polling import House, open_house
from tests.press import index, item, of_news, rss

pytestmark = pytest.mark.asyncio(loop_scope="module")

A = item("Rain in Kenya", 4)
GOOD = "good.test"
SOON = 15  # seconds: after 30 who drips is given up
SERVER, NEIGHBOUR = 5, 6


class Standing(Clock):
    """Is turned by the test alone: who sleeps waits for a moment."""

    async def sleep(self, duration: timedelta) -> None:
        await asyncio.sleep(0.001)


@pytest_asyncio.fixture(loop_scope="module")
async def house(worker: ParseWorker) -> AsyncIterator[House]:
    async with open_house(worker, clock=Standing()) as here:
        yield here


@pytest_asyncio.fixture(loop_scope="module")
async def strict(worker: ParseWorker) -> AsyncIterator[House]:
    """Where everybody is slow who has ever answered."""
    async with open_house(worker, clock=Standing(), slow=timedelta(0)) as here:
        here.web["/slow"] = rss(A)
        yield here


@asynccontextmanager
async def polling(house: House) -> AsyncIterator[None]:
    task = asyncio.create_task(house.poller.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def asked(house: House, host: str = GOOD) -> int:
    return sum(each.host == host for each in house.web.asked)


async def answer(house: House, *hosts: str) -> None:
    """Each of these is asked, and found out to be slow where that takes any time at all."""
    for host in hosts:
        assert (await house.poller._fetcher.fetch(house.web.url("/slow", host))).status == "ok"
    house.web.asked.clear()


async def test_hundreds_of_feeds_at_one_slow_host_keep_no_other_waiting(house: House) -> None:
    for number in range(PLACES + 20):
        await house.add(f"/{number}", host="slow.test", owner=SERVER)
        house.web[f"/{number}"] = Answer(rss(A), wait=asyncio.Event())
    await house.add(host=GOOD)
    house.web["/feed"] = rss(A)
    async with polling(house):
        await until(lambda: asked(house), SOON)
    assert asked(house, "slow.test") == 1


async def test_so_it_is_with_many_names_of_one_domain(house: House) -> None:
    for number in range(PLACES + 20):
        await house.add("/slow", host=f"a{number}.slow.test", owner=SERVER)
    house.web["/slow"] = Answer(rss(A), wait=asyncio.Event())
    await house.add(host=GOOD)
    house.web["/feed"] = rss(A)
    async with polling(house):
        await until(lambda: asked(house), SOON)
    assert len(house.web.asked) <= OF_ONE + 1


async def test_who_took_long_waits_with_its_like_and_nobody_else_for_them(strict: House) -> None:
    slow = [f"slow{number}.test" for number in range(PLACES)]
    await answer(strict, *slow)
    strict.web["/slow"] = Answer(rss(A), wait=asyncio.Event())
    for host in slow:
        await strict.add("/slow", host=host, owner=SERVER)
    await strict.add(host=GOOD)
    strict.web["/feed"] = rss(A)
    async with polling(strict):
        await until(lambda: asked(strict) and len(strict.web.asked) > SLOW_AT_ONCE, SOON)
    assert len(strict.web.asked) == SLOW_AT_ONCE + 1


async def fresh(house: House, many: int) -> None:
    """So many, each of a domain of its own, which nobody has asked before and which do not answer."""
    house.web["/slow"] = Answer(rss(A), wait=asyncio.Event())
    for number in range(many):
        await house.add("/slow", host=f"fresh{number}.test")


async def test_who_takes_long_for_the_first_time_gives_up_its_place_meanwhile(strict: House) -> None:
    await fresh(strict, AT_ONCE + 10)
    await strict.add(host=GOOD)
    strict.web["/feed"] = rss(A)
    async with polling(strict):
        await until(lambda: asked(strict), SOON)


async def test_but_no_more_are_under_way_than_a_machine_can_bear(strict: House) -> None:
    await fresh(strict, AT_ONCE + BESIDE + 10)
    async with polling(strict):
        await until(lambda: len(strict.web.asked) >= AT_ONCE + BESIDE, SOON)
        await asyncio.sleep(0.1)
        assert len(strict.web.asked) == AT_ONCE + BESIDE


async def test_who_is_slow_holds_nobodys_door_while_it_waits(strict: House) -> None:
    slow = [f"slow{number}.test" for number in range(SLOW_AT_ONCE + 1)]
    await answer(strict, *slow)
    fetch, last = strict.poller._fetcher.fetch, strict.web.url("/slow", slow.pop())
    strict.web["/slow"] = Answer(rss(A), wait=asyncio.Event())
    tasks = [asyncio.create_task(fetch(strict.web.url("/slow", host))) for host in slow]
    await until(lambda: len(strict.web.asked) == SLOW_AT_ONCE)
    tasks.append(asyncio.create_task(fetch(strict.web.url("/page", GOOD), behalf=last)))
    await asyncio.sleep(0)
    strict.web["/feed"] = rss(A)
    async with asyncio.timeout(SOON):
        assert (await fetch(strict.web.url("/feed", GOOD))).status == "ok"
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def test_how_long_it_takes_elsewhere_is_laid_to_the_first_address_for_a_while(strict: House) -> None:
    manners, address = strict.poller._fetcher.manners, strict.web.url("/moved", "a.here.test")
    strict.web["/moved"] = Answer(status=302, headers={"Location": strict.web.url("/slow", "there.test")})
    assert (await strict.poller._fetcher.fetch(address)).status == "ok"
    assert [manners.is_slow(f"https://{host}/") for host in ("b.here.test", "there.test")] == [True, False]
    strict.clock.turn(timedelta(hours=2))
    assert not manners.is_slow(address)


async def test_a_look_is_laid_to_the_page_from_which_it_sets_out(strict: House) -> None:
    link = f'<link rel="alternate" type="application/rss+xml" href="{strict.web.url("/slow", "there.test")}">'
    strict.web["/page"] = f"<!doctype html><html><head>{link}</head></html>"
    await strict.poller.add(strict.web.url("/page", "here.test"), SERVER)
    slow = strict.poller._fetcher.manners.is_slow
    assert [slow(f"https://{host}/") for host in ("here.test", "there.test")] == [True, False]


async def test_a_host_on_this_machine_is_never_slow(strict: House) -> None:
    await answer(strict, "127.0.0.1")
    assert not strict.poller._fetcher.manners.is_slow(strict.web.url("/slow"))


async def test_one_servers_looks_for_feeds_keep_no_other_server_from_finding(house: House) -> None:
    may = asyncio.Event()
    house.web["/slow"] = Answer(rss(A), wait=may)
    house.web["/feed"] = rss(A)
    looks = [
        asyncio.create_task(house.poller.add(house.web.url("/slow", f"slow{number}.test"), SERVER))
        for number in range(MOST_LOOKS)
    ]
    await until(lambda: len(house.web.asked) == MOST_LOOKS)
    for look in (house.poller.add, house.poller.check):
        with pytest.raises(NewsError, match="looked for"):
            await look(house.web.url("/feed", GOOD), SERVER)
    assert (await house.poller.add(house.web.url("/feed", GOOD), NEIGHBOUR)).articles == 1
    may.set()
    await asyncio.gather(*looks)
    assert (await house.poller.add(house.web.url("/feed", GOOD), SERVER)).articles == 1


async def test_slow_parts_of_new_indexes_keep_no_other_new_feed_waiting(house: House) -> None:
    may = asyncio.Event()
    for number in range(2 * FIRSTS):
        host = f"slow{number}.test"
        house.web[f"{host}/index"] = index([(house.web.url("/part", host), "2026-03-24")])
        await house.add("/index", host=host, owner=SERVER)
    house.web["/part"] = Answer(of_news(A), wait=may)
    async with polling(house):
        await until(lambda: sum(each.path == "/part" for each in house.web.asked) >= FIRSTS)
        house.web["/feed"] = rss(A)
        async with asyncio.timeout(SOON):
            added = await house.poller.add(house.web.url("/feed", GOOD), NEIGHBOUR)
        may.set()
    assert added.articles == 1

"""What a server's own feeds may bring in a day: no honest feed meets it, and none fills the disk."""

from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from bot.intake import tidings
from bot.intake.allowance import Allowance
from bot.intake.tidings import Tiding
from bot.intake.worker import ParseWorker
from bot.model import Subscription
from tests.fakes import Answer, Asked
from tests.intake.rules.words import tagged
from tests.polling import House, open_house
from tests.press import NOON, Item, index, item, of_news, rss

pytestmark = pytest.mark.asyncio(loop_scope="module")

KB = 1024
SMALL = Allowance(together=200 * KB, each=20 * KB)
SERVER, NEIGHBOUR = 5, 6
MIDNIGHT = NOON + timedelta(hours=12)
A, B = item("Rain in Kenya", 4), item("Ports of Ghana", 3)


def long(name: str, size: int = 40 * KB, hours: float = 1) -> Item:
    """An article with so many letters."""
    return item(name, hours, more=f"<content:encoded>{'word ' * (size // 5)}</content:encoded>")


def many(beginning: str, number: int = 10, size: int = 40 * KB) -> list[Item]:
    """The newest first, as feeds print."""
    return [long(f"{beginning} {each}", size, 1 + each / 100) for each in range(number)]


@pytest_asyncio.fixture(loop_scope="module")
async def house(worker: ParseWorker) -> AsyncIterator[House]:
    async with open_house(worker, most=SMALL) as here:
        yield here


async def kept(house: House, owner: int = SERVER) -> list[str]:
    """The headlines of one owner's articles."""
    found = await house.archive.articles_after(0, 1000)
    return sorted(each.title for each in found if each.owner == owner)


async def told(house: House) -> list[Tiding]:
    found = await house.archive.recalled(tidings.KEYS)
    return [each for text in found.values() if (each := tidings.read(text)) and each.kind == "plenty"]


async def due(house: House, path: str = "/feed") -> datetime:
    found = (await house.source(path)).next_poll
    assert found is not None
    return found


async def test_what_is_more_than_a_day_holds_is_taken_in_on_the_next_and_posted_once(house: House) -> None:
    await house.archive.subscribe(Subscription("channel:5", "*", guild=SERVER))
    await house.add(owner=SERVER)
    house.web["/feed"] = rss(A)
    await house.goes_round()
    house.web["/feed"] = rss(*many("Flood", 8), A)
    await house.goes_round()
    assert await kept(house) == [*(f"Flood {each}" for each in (4, 5, 6, 7)), A.title]
    source = await house.source()
    assert (source.status, source.error, source.etag, source.digest) == ("ok", "", None, None)
    assert MIDNIGHT <= await due(house) <= MIDNIGHT + timedelta(hours=1)
    house.clock.set(await due(house))
    await house.poller.round()
    assert await kept(house) == [*(f"Flood {each}" for each in range(8)), A.title]
    assert sorted(await house.posted()) == [f"Flood {each}" for each in range(8)]
    assert MIDNIGHT < await due(house) < MIDNIGHT + timedelta(hours=2)


async def test_each_poll_and_each_feed_counts_and_so_does_each_correction(house: House) -> None:
    for number in range(3):
        await house.add(f"/{number}", owner=SERVER)
        house.web[f"/{number}"] = rss(*many(f"Feed {number}", 2, 30 * KB))
    await house.goes_round()
    assert len(await kept(house)) == 6 and not await told(house)
    house.web["/0"] = rss(*(each.but(teaser="Corrected.") for each in many("Feed 0", 2, 30 * KB)))
    await house.goes_round()
    assert len(await told(house)) == 1


async def test_a_feed_that_brings_little_is_taken_in_whatever_the_others_have_brought(house: House) -> None:
    await house.add("/bad", owner=SERVER)
    await house.add("/good", owner=SERVER)
    house.web["/good"] = rss(A)
    house.web["/bad"] = rss(*many("Flood", 8))
    await house.goes_round()
    house.web["/good"] = rss(B, A)
    await house.goes_round()
    assert {A.title, B.title} <= set(await kept(house))
    assert [each.url for each in await told(house)] == [house.web.url("/bad")]


async def test_nobody_else_is_disturbed_also_not_at_the_same_address(house: House) -> None:
    for owner in (0, SERVER, NEIGHBOUR):
        await house.add(owner=owner)
    await house.add("/full", owner=SERVER)
    house.web["/full"] = rss(*many("Flood", 8))
    for number in range(1, 6):
        house.web["/feed"] = rss(*many("Shared", number, 10 * KB))
        await house.goes_round()
    assert len(await kept(house, 0)) == len(await kept(house, NEIGHBOUR)) == 5
    assert len([each for each in await kept(house) if each.startswith("Shared")]) < 5
    assert await due(house) < MIDNIGHT
    assert [each.owner for each in await told(house)] == [SERVER, SERVER]


async def test_the_operators_feeds_have_no_limit(house: House) -> None:
    await house.add()
    house.web["/feed"] = rss(*many("Flood", 20))
    await house.goes_round()
    assert len(await kept(house, 0)) == 20 and not await told(house)


async def test_many_feeds_at_once_bring_no_more_than_one_would(house: House) -> None:
    for number in range(10):
        await house.add(f"/{number}", owner=SERVER)
        house.web[f"/{number}"] = rss(*many(f"Feed {number}", 10, 18 * KB))
    await house.goes_round()
    assert 10 <= len(await kept(house)) <= 20


async def test_the_rest_of_a_first_poll_is_no_news_either(house: House) -> None:
    await house.archive.subscribe(Subscription("channel:5", "*", guild=SERVER))
    await house.add(owner=SERVER)
    house.web["/feed"] = rss(*many("Old", 8))
    await house.goes_round()
    house.clock.set(await due(house))
    await house.goes_round()
    assert len(await kept(house)) == 8 and await house.posted() == []
    house.web["/feed"] = rss(A.but(date=house.clock.now()), *many("Old", 8))
    await house.goes_round()
    assert await house.posted() == [A.title]


async def test_what_an_index_leads_to_is_asked_for_again_as_well(house: House) -> None:
    def of(number: int) -> Callable[[Asked], Answer]:
        tag, body = f'"{number}"', of_news(*(item(f"News {each}") for each in range(number)))

        def says(asked: Asked) -> Answer:
            return Answer(status=304) if asked.headers.get("If-None-Match") == tag else tagged(body, tag)

        return says

    await house.add("/index.xml", owner=SERVER)
    house.web["/index.xml"] = index([(house.web.url("/part.xml"), "2026-03-24")])
    house.web["/part.xml"] = of(1)
    await house.goes_round()
    await house.add("/full", owner=SERVER)
    house.web["/full"] = rss(*many("Flood", 8))
    await house.goes_round()
    house.web["/part.xml"] = of(60)
    await house.goes_round()
    few = len([each for each in await kept(house) if each.startswith("News")])
    house.clock.set(await due(house, "/index.xml"))
    await house.goes_round()
    assert 0 < few < 60 == len([each for each in await kept(house) if each.startswith("News")])


async def test_it_is_told_once_in_a_month_and_what_was_brought_survives_a_restart(
    worker: ParseWorker, tmp_path: Path
) -> None:
    async with open_house(worker, most=SMALL, path=tmp_path / "archive.db") as house:
        port, feed = house.web.port, await house.add(owner=SERVER)
        house.web["/feed"] = rss(*many("Flood", 8))
        await house.goes_round()
        before = await kept(house)
        (first,) = await told(house)
        assert (first.feed, first.owner, first.since) == (feed.id, SERVER, NOON.isoformat())
    async with open_house(worker, most=SMALL, path=tmp_path / "archive.db") as house:
        assert port != house.web.port
        await house.add("/more", owner=SERVER)
        house.web["/more"] = rss(*many("More", 4))
        await house.goes_round()
        assert await kept(house) == before, "the day is not over"
        for day in range(1, 4):
            house.clock.set(NOON + timedelta(days=day))
            house.web["/more"] = rss(*many(f"Day {day}", 8))
            await house.goes_round()
        assert len({each.key for each in await told(house)}) == 2, "one for each feed, however often"


async def test_whoever_adds_a_feed_for_which_there_is_no_room_today_is_told_so(house: House) -> None:
    house.web["/feed"] = rss(*many("Flood", 8))
    added = await house.poller.add(house.web.url("/feed"), SERVER)
    assert "more today than is kept of a day" in added.sentence and "in the archive" not in added.sentence
    house.web["/other"] = rss(A)
    assert "Its one article is in the archive" in (await house.poller.add(house.web.url("/other"), SERVER)).sentence


async def test_what_is_owed_to_hundreds_of_channels_counts_as_well(house: House) -> None:
    for number in range(50):
        await house.archive.subscribe(Subscription(f"channel:{number + 100}", "*", guild=SERVER))
    await house.add(owner=SERVER)
    printed = [A]
    for poll in range(4):
        house.web["/feed"] = rss(*printed)
        await house.goes_round()
        printed = [*(item(f"News {poll} {number}", 1 - poll / 10) for number in range(15)), *printed]
    assert len(await kept(house)) == 16 and len(await told(house)) == 1
    assert len(await house.posted()) == 15 * 50

"""A feed that numbers something else than its articles is found out, and the decision is kept for good."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from bot.intake import memory
from bot.intake.policy import SEVERAL, policy, remembered
from bot.intake.worker import ParseWorker
from tests.polling import House, open_house
from tests.press import Item, item, rss

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module")
async def house(worker: ParseWorker) -> AsyncIterator[House]:
    async with open_house(worker) as here:
        await here.add()
        yield here


async def prints(house: House, *documents: bytes, later: timedelta = timedelta(minutes=10)) -> list[str]:
    for document in documents:
        house.web["/feed"] = document
        await house.goes_round(later)
    return await house.posted()


def by_section(sections: int) -> list[Item]:
    """Two articles of each section, and one of a section that has no other; the guid is the section's number."""
    pairs = [item(f"Story {n} {letter}", 10 + n).but(guid=f"{n}") for n in range(sections) for letter in "AB"]
    return [*pairs, item("Story 99 A", 30).but(guid="99")]


def by_link(items: list[Item]) -> list[Item]:
    """The same with guids that are well, and links that lead to sections."""
    return [each.but(guid=f"id-{each.title}", link=f"https://mag.test/section/{each.guid}/") for each in items]


@pytest.mark.parametrize("made", [list, by_link], ids=["guids", "links"])
async def test_an_article_under_a_number_that_another_one_had_months_ago_is_posted(house: House, made: object) -> None:
    items: list[Item] = made(by_section(SEVERAL))  # type: ignore[operator]
    (later,) = made([item("Story 99 B", 1).but(guid="99")])  # type: ignore[operator]
    await prints(house, rss(*items), rss(*items[1:]), rss(items[-1]))
    assert await house.posted() == []
    assert await prints(house, rss(later, items[0]), rss(later, items[0])) == ["Story 99 B"]


async def test_the_decision_is_kept_though_the_names_behind_it_are_long_gone(house: House) -> None:
    items = by_section(SEVERAL)
    await prints(house, rss(*items))
    well = [item(f"Well {number}", 5) for number in range(3)]
    await prints(house, *(rss(each, items[-1]) for each in well), later=timedelta(days=30))
    assert policy(memory.read((await house.source()).memory).shared).distrusted == {"guid"}
    again = item("Well again", -24 * 100).but(guid="99")
    assert (await prints(house, rss(again, well[-1])))[-1] == "Well again"


async def test_a_slip_or_two_change_nothing_a_guid_still_tells_who_has_a_new_address(house: House) -> None:
    items = by_section(SEVERAL - 1)
    alone = items[-1]
    await prints(house, rss(*items), rss(*items[:4], alone.but(link="https://mag.test/another-slug/")))
    assert await house.posted() == []
    assert policy(memory.read((await house.source()).memory).shared).distrusted == frozenset()


async def test_where_neither_is_trusted_what_is_there_still_tells(house: House) -> None:
    bare = [Item(each.title, "", each.guid, each.date, each.teaser) for each in by_section(SEVERAL)]
    await prints(house, rss(*bare), rss(*bare), rss(*bare[::-1]))
    assert await house.posted() == []
    new = Item("Story 7", "", "7", item("x", 1).date)
    assert await prints(house, rss(new, *bare), rss(new, *bare)) == ["Story 7"]


async def test_a_check_says_how_articles_are_told_apart(house: House) -> None:
    feed = (await house.archive.feeds())[0]
    await prints(house, rss(item("Rain in Kenya")))
    assert "Its articles are told apart by guid and link." in (await house.poller.check(feed.url)).sentence
    await prints(house, rss(*by_section(SEVERAL)))
    sentence = (await house.poller.check(feed.url)).sentence
    assert "told apart by link alone, for its guids are reused; 5 names were given to different articles" in sentence


async def test_however_many_names_are_found_out_the_decision_outlives_them() -> None:
    shared: tuple[str, ...] = ()
    for number in range(500):
        shared = remembered(shared, {f"u{number:012}"}, 200)
        if number < SEVERAL:
            shared = remembered(shared, {f"G{number:012}"}, 200)
    assert len(shared) == 201 and policy(shared).distrusted == {"guid"}

"""What a publisher takes back (RFC 6721): kept, and marked as gone; its posts say so."""

import asyncio
from typing import Any

import pytest

from bot.archive import Archive
from bot.model import Query, Sent
from tests.polling import House
from tests.press import atom, item

pytestmark = pytest.mark.asyncio(loop_scope="module")

STONES = 'xmlns:at="http://purl.org/atompub/tombstones/1.0"'


def stone(guid: str) -> str:
    return f'<at:deleted-entry {STONES} ref="{guid}" when="2026-03-24T11:00:00Z"/>'


async def gone(house: House) -> dict[str, bool]:
    hits = (await house.archive.latest(Query(viewer=None))).hits
    return {hit.article.title: hit.article.gone is not None for hit in hits}


async def edits(house: House) -> list[str]:
    """The posts that are to be changed."""
    due = await house.archive.due_deliveries(house.clock.now(), 1000)
    return [each.article.title for each in due if each.edit]


async def test_what_a_feed_calls_deleted_is_marked_and_its_post_says_so(house: House) -> None:
    old, rain, snow = item("Old", 9), item("Rain", 2), item("Snow", 1)
    await house.add()
    house.web["/feed"] = atom(old)
    await house.goes_round()
    house.web["/feed"] = atom(snow, rain, old)
    await house.goes_round()
    for each in await house.archive.outbox_rows():
        await house.archive.settle(each.id, Sent(each.id), house.clock.now())

    house.nudged.clear()
    house.web["/feed"] = atom(snow, old, head=stone(rain.guid))
    await house.goes_round()
    assert await gone(house) == {"Rain": True, "Snow": False, "Old": False}
    assert await edits(house) == ["Rain"] and house.nudged

    house.web["/feed"] = atom(item("Hail"), snow, old, head=stone(rain.guid))
    await house.goes_round()
    assert await house.posted() == ["Rain", "Snow", "Hail"]


async def test_what_is_printed_all_the_same_is_there(house: House) -> None:
    rain, snow = item("Rain", 2), item("Snow", 1)
    await house.add()
    house.web["/feed"] = atom(snow, rain)
    await house.goes_round()
    house.web["/feed"] = atom(item("Hail"), snow, rain, head=stone(rain.guid))
    await house.goes_round()
    assert await gone(house) == {"Hail": False, "Snow": False, "Rain": False}


async def test_a_guid_counts_in_its_own_feed_alone(house: House) -> None:
    rain, snow = item("Rain", 2), item("Snow", 1)
    await house.add()
    await house.add("/other")
    house.web["/feed"] = atom(rain)
    house.web["/other"] = atom(snow)
    await house.goes_round()
    house.web["/other"] = atom(item("Hail"), snow, head=stone(rain.guid))
    await house.goes_round()
    assert await gone(house) == {"Hail": False, "Snow": False, "Rain": False}


async def test_what_was_not_marked_because_we_died_is_marked_after_that(house: House) -> None:
    """Though the document stays as it is: it counts as read only when all of it is kept."""
    reached = asyncio.Event()

    class Dies(Archive):
        async def mark_gone(self, *given: Any) -> None:
            reached.set()
            await asyncio.Event().wait()

    rain, snow = item("Rain", 2), item("Snow", 1)
    await house.add()
    house.web["/feed"] = atom(snow, rain)
    await house.goes_round()
    house.web["/feed"] = atom(item("Hail"), snow, head=stone(rain.guid))
    house.archive.__class__ = Dies
    polling = asyncio.create_task(house.goes_round())
    await asyncio.wait_for(reached.wait(), 30)
    polling.cancel()
    await asyncio.gather(polling, return_exceptions=True)
    house.archive.__class__ = Archive
    await house.goes_round()
    assert await gone(house) == {"Hail": False, "Snow": False, "Rain": True}
    assert await house.posted() == ["Hail"]

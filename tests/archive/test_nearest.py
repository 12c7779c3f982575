"""A word that goes on (con*) is looked for in the newest texts of a large archive, and found as the index finds it."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
import pytest_asyncio
from hypothesis import given

from bot.archive import Archive, connect
from bot.archive.connect import Connection
from bot.archive.search import compile as compiling
from bot.archive.search import nearest
from bot.archive.search.query import read
from bot.model import Hit, Order, Query
from bot.regions import Regions
from tests.archive import press_of_all as press
from tests.archive.conftest import Room
from tests.archive.plainly import Shelf
from tests.archive.test_same_as_plain_reading import LATER, stocked, thoroughly
from tests.builders import an_article


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shelved(
    regions: Regions, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[Connection, Shelf]]:
    file = tmp_path_factory.mktemp("near") / "archive.db"
    archive, shelf = await stocked(file, regions, 2)
    await archive.catch_up()  # for here the index is asked without the archive, which would see to that
    db = connect.reader(file)
    yield db, shelf
    db.close()
    await archive.close()


@thoroughly
@given(query=press.queries)
def test_what_is_read_is_what_is_there(shelved: tuple[Connection, Shelf], regions: Regions, query: Query) -> None:
    db, shelf = shelved
    asked = read(query, regions, LATER)
    plan = compiling.plan(db, asked, query.viewer)
    there = [article.id for article in shelf.answer(asked, query.viewer)]
    for upwards in (False, True):
        near = nearest.read(db, asked.root, plan, (plan.low, plan.high), 3, upwards=upwards, large=0)
        if near is None:
            continue
        wanted = there[::-1] if upwards else there
        assert near.keys == (wanted if near.all else wanted[: len(near.keys)])
        assert near.all or len(near.keys) >= 3


def test_for_a_page_and_for_the_number_of_all_each_text_is_read_once(
    shelved: tuple[Connection, Shelf], regions: Regions
) -> None:
    db, _ = shelved
    asked = read(Query("nat*"), regions, LATER)
    plan = compiling.plan(db, asked, None)
    looked: list[str] = []
    db.set_trace_callback(lambda sql: looked.append(sql) if "article_text" in sql else None)
    page = nearest.read(db, asked.root, plan, (plan.low, plan.high), 1, large=0)
    assert page is not None and len(page.keys) > 1 and looked
    looked.clear()
    again = nearest.read(db, asked.root, plan, (plan.low, plan.high), 1, large=0)
    db.set_trace_callback(None)
    assert (again, looked) == (page, [])


@pytest_asyncio.fixture
async def large(regions: Regions, tmp_path: Path) -> AsyncIterator[Room]:
    """Its list of all articles has so many lines, though there are no such articles."""
    file = tmp_path / "archive.db"
    room = Room(await Archive.open(file, regions, now=lambda: room.now))
    db = connect.writer(file)
    lines = ((-number,) for number in range(1, nearest.LARGE + 2))
    db.execute("BEGIN IMMEDIATE")
    db.executemany("INSERT INTO article_region (owner, region, article) VALUES (0, 0, ?)", lines)
    db.execute("COMMIT")
    db.close()
    yield room
    await room.archive.close()


async def test_one_leafs_through_all_that_have_it(large: Room) -> None:
    """Also through those that are further back than is read, or between many that do not have it."""
    await large.takes_in(*(an_article(f"Rain {number}") for number in range(30)))
    await large.takes_in(*(an_article(f"Sun {number}") for number in range(230)))
    await large.takes_in(*(an_article(f"Raining {number}") for number in range(230)))
    found = [page async for page in leafed_through(large.archive, Query("rai*", order="newest"))]
    titles = [hit.article.title for page in found for hit in page]
    assert titles == [f"Raining {number}" for number in range(229, -1, -1)] + [f"Rain {n}" for n in range(29, -1, -1)]


@pytest.mark.parametrize("order", ["newest", "relevance"])
async def test_of_many_that_have_it_a_hundred_are_counted(large: Room, order: Order) -> None:
    await large.takes_in(*(an_article(f"Rain {number}") for number in range(230)))
    found = await large.archive.search(Query("rai*", order=order))
    assert len(found.hits) == 10
    assert found.total >= 100 and found.more


async def leafed_through(archive: Archive, query: Query) -> AsyncIterator[Sequence[Hit]]:
    page = await archive.search(query)
    yield page.hits
    while page.next:
        page = await archive.search(Query(query.words, order=query.order, cursor=page.next))
        yield page.hits

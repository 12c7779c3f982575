"""One text that is damaged takes nothing else with it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.archive import packing
from bot.archive.connect import Connection
from bot.archive.writer import Chores, Writer
from bot.model import Query
from tests.archive.conftest import Room
from tests.builders import an_article

DAMAGED = an_article("Rain in Kenya", teaser="Much rain", text="A good harvest", regions=("africa",))
OTHERS = [an_article(f"Rain {number}", text="A poor harvest", regions=("africa",)) for number in range(3)]


@pytest.fixture(params=["x'000102030405'", "CAST(x'07' || substr(z, 2) AS BLOB)", "x'78ff'", "substr(z, 1, 1)"])
async def hurt(room: Room, request: pytest.FixtureRequest) -> AsyncIterator[Room]:
    """An archive in which something has happened to a text: rubbish, a lost dictionary, a torn one of old, an end."""
    await room.takes_in(DAMAGED, *OTHERS)
    await room.archive.search(Query("rain"))  # all are in the index by now

    def harm(db: Connection) -> None:
        db.execute(
            f"UPDATE article_text SET z = {request.param} WHERE id = (SELECT id FROM article WHERE title = ?)",
            [DAMAGED.title],
        )

    await room.archive._write(harm)
    yield room


@pytest.mark.parametrize("query", [Query(), Query(region="africa"), Query("rain"), Query("harvest", order="newest")])
async def test_all_is_still_found_and_shown(hurt: Room, query: Query) -> None:
    find = hurt.archive.search if query.words else hurt.archive.latest
    found = await find(query)
    assert {hit.article.title for hit in found.hits} == {DAMAGED.title, *(each.title for each in OTHERS)}


async def test_it_is_told_of_once_and_by_a_check(hurt: Room, caplog: pytest.LogCaptureFixture) -> None:
    for _ in range(20):
        await hurt.archive.article_at(DAMAGED.url, None)
    assert 1 <= caplog.text.count("cannot read the text of article=") <= 4  # once in each thread that reads
    assert any("text cannot be read" in sentence for sentence in await hurt.archive.check())


async def test_a_feed_that_prints_it_otherwise_brings_it_back(hurt: Room) -> None:
    await hurt.takes_in(replace(DAMAGED, teaser="Little rain", text="A good harvest after all"))
    article = await hurt.archive.article_at(DAMAGED.url, None)
    assert article and (article.teaser, article.text) == ("Little rain", "A good harvest after all")


async def test_the_index_is_made_anew_and_texts_are_packed_all_the_same(hurt: Room) -> None:
    await hurt.archive.reindex()
    assert (await hurt.archive.search(Query("harvest"))).total == len(OTHERS)

    def pack(db: Connection) -> bytes | None:
        packing.adopt(db, b"rain and harvest " * 100)
        while not packing.step(db)[2]:
            pass
        return packing.learnt(db)

    await hurt.archive._write(pack)
    found = await hurt.archive.search(Query("harvest"))
    assert {hit.article.text for hit in found.hits} == {OTHERS[0].text}


async def test_what_fails_in_spare_time_ends_no_writing(room: Room) -> None:
    tried = asyncio.Event()
    loop = asyncio.get_running_loop()

    def spare(db: Connection) -> bool:
        loop.call_soon_threadsafe(tried.set)
        raise ValueError("a fault of our own")

    writer = Writer(room.archive.path.with_name("other.db"), durable=False)
    async with asyncio.timeout(20):
        await writer.start(lambda db: None, Chores(spare=spare))
        await writer.run(lambda db: db.execute("CREATE TABLE a (b)") and None)
        await tried.wait()
        await writer.run(lambda db: db.execute("INSERT INTO a VALUES (1)") and None)
    await writer.close()

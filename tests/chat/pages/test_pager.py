"""Buttons remember what they open, and patience has an end."""

from collections.abc import AsyncIterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.archive.archive import Archive
from bot.chat.pages.memory import ROOM, base36, pack, unpack
from bot.errors import NewsError
from bot.model import Query
from bot.regions import load_regions
from bot.settings import shipped

words = st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=200)
queries = st.builds(
    Query,
    words=words,
    region=st.none() | st.sampled_from(["africa", "asia-pacific"]),
    author=words,
    after=st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=30),
    before=st.text("0123456789-", max_size=10),
    order=st.none() | st.sampled_from(["relevance", "newest"]),
    limit=st.integers(1, 25),
    cursor=st.text("nor.0123456789abc", max_size=25),
)


@pytest.fixture
async def archive() -> AsyncIterator[Archive]:
    opened = await Archive.open(":memory:", load_regions(shipped() / "regions.toml"))
    yield opened
    await opened.close()


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=queries)
async def test_what_a_button_remembers_is_what_was_asked(archive: Archive, query: Query) -> None:
    packed = await pack(archive, query)
    assert len(packed) <= ROOM
    assert await unpack(archive, packed, query.viewer) == query


async def test_who_presses_is_the_viewer_whoever_asked(archive: Archive) -> None:
    packed = await pack(archive, Query(words="rain", viewer=7))
    assert await unpack(archive, packed, 9) == Query(words="rain", viewer=9)


async def test_short_queries_are_kept_nowhere_but_on_the_button(archive: Archive) -> None:
    assert await pack(archive, Query(words="rain", region="africa", limit=5)) == "wrain~rafrica~n5"


async def test_all_pages_of_a_long_query_are_kept_once(archive: Archive) -> None:
    long = "rain " * 40
    first = await pack(archive, Query(words=long, cursor="o1.1"))
    second = await pack(archive, Query(words=long, cursor="o2.6"))
    assert first.split("~")[0] == second.split("~")[0]


async def test_a_page_that_was_forgotten_is_told_in_a_sentence(archive: Archive) -> None:
    with pytest.raises(NewsError, match="too old"):
        await unpack(archive, "k0123456789", 0)


@given(st.integers(0, 2**63))
def test_numbers_are_written_in_few_letters_and_read_back(number: int) -> None:
    assert int(base36(number), 36) == number
    assert len(base36(number)) <= 13

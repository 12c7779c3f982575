"""The archive answers what a plain reading of every article answers: the same articles, in the same order, so many."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Self

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.archive import Archive
from bot.archive.search.query import read
from bot.archive.search.told import told
from bot.model import Article, Feed, Found, Query, Viewer
from bot.regions import Regions
from tests.archive import press_of_all as press
from tests.archive.conftest import Room, owed_by_region
from tests.archive.plainly import Shelf, plain
from tests.builders import NOON

LATER = NOON + timedelta(minutes=7, seconds=30)
ARTICLES = 220
MOST_OF_THE_BEST = 60  # of so many it has all
thoroughly = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def library(regions: Regions, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Archive, Shelf]]:
    archive, shelf = await stocked(tmp_path_factory.mktemp("library") / "archive.db", regions, 1)
    yield archive, shelf
    await archive.close()


async def stocked(file: Path, regions: Regions, seed: int) -> tuple[Archive, Shelf]:
    """An archive full of articles, and the same to be read plainly."""
    room = Room(await Archive.open(file, regions, now=lambda: LATER), LATER)
    feeds = {(feed.owner, feed.url): await room.archive.add_feed(feed) for feed in press.FEEDS}
    for article, feed in press.many(ARTICLES, seed):
        await room.takes_in(article, feed=feeds[feed.owner, feed.url])
    return room.archive, await shelf_of(room.archive, feeds)


async def shelf_of(archive: Archive, feeds: dict[tuple[int, str], Feed]) -> Shelf:
    return Shelf(await archive.articles_after(-1, 100_000), feeds)


@thoroughly
@given(query=press.queries)
@pytest.mark.asyncio(loop_scope="module")
async def test_any_search_for_the_newest_finds_what_a_plain_reading_finds(
    library: tuple[Archive, Shelf], regions: Regions, query: Query
) -> None:
    await compare(*library, regions, query)


@settings(thoroughly, max_examples=100)
@given(query=press.queries)
@pytest.mark.asyncio(loop_scope="module")
async def test_the_best_are_of_what_a_plain_reading_finds_and_all_of_it_where_that_is_little(
    library: tuple[Archive, Shelf], regions: Regions, query: Query
) -> None:
    """All but what has only part of the words, or others in their place: that is told."""
    archive, shelf = library
    query = replace(query, order="relevance")
    asked = read(query, regions, LATER)
    expected = {each.id for each in shelf.answer(asked, query.viewer)}
    pages = [page async for page in leafed_through(archive, query)]
    found = [hit.article.id for page in pages for hit in page.hits]
    assert len(set(found)) == len(found)
    assert set(found) <= {each.id for each in shelf.seen_by(query.viewer)}
    assert len(expected) > MOST_OF_THE_BEST or expected <= set(found)
    if pages[0].understood.split("; ")[0] == told(asked, regions).split("; ")[0] and not pages[0].suggestion:
        assert set(found) <= expected
        assert len(found) == pages[0].total or "sort:new shows all" in pages[-1].understood


@thoroughly
@given(typed=press.beginnings.map(lambda each: each.rstrip("*")) | press.words | press.names, viewer=press.viewers)
@pytest.mark.asyncio(loop_scope="module")
async def test_what_is_completed_is_what_a_plain_reading_finds(
    library: tuple[Archive, Shelf], typed: str, viewer: Viewer
) -> None:
    await compare_completions(*library, typed, viewer)


@pytest.mark.asyncio(loop_scope="module")
async def test_the_latest_of_each_region_is_what_a_plain_reading_finds(
    library: tuple[Archive, Shelf], regions: Regions
) -> None:
    archive, shelf = library
    for viewer in press.VIEWERS:
        for region in (None, *regions.codes):
            for limit in (3, 25):
                await compare(archive, shelf, regions, Query(region=region, viewer=viewer, limit=limit, order="newest"))
        newest = await archive.newest_by_region(viewer)
        expected = {code: shelf.answer(read(Query(region=code), regions, LATER), viewer) for code in regions.codes}
        assert newest == {code: found[0] for code, found in expected.items() if found}


@settings(thoroughly, max_examples=25)
@given(
    lives=st.lists(st.tuples(st.sampled_from(press.EVENTS), st.integers(0, 999)), min_size=1, max_size=25),
    of=press.lists,
)
async def test_it_is_so_after_whatever_was_written(
    regions: Regions, lives: list[tuple[str, int]], of: list[Query]
) -> None:
    """Corrections, articles that another feed prints as well, that are moved, that are taken out; in between, somebody
    leafs through what there was, which no article that comes moves."""
    desk = await Desk.opened(regions)
    query = Query("-hop", order="newest", limit=4, viewer=None)
    before = [each.id for each in desk.shelf.answer(read(query, regions, LATER), None)]
    page = await desk.archive.search(query)
    leafed = [hit.article.id for hit in page.hits]
    for what, number in lives:
        await desk.lets(what, number)
        if page.next and what == "comes":
            page = await desk.archive.search(replace(query, cursor=page.next))
            leafed += [hit.article.id for hit in page.hits]
    if {what for what, _ in lives} == {"comes"}:
        stayed = [key for key in leafed if key in before]  # one that is dated back comes where its date is
        assert stayed == before[: len(stayed)]
        assert leafed == sorted(set(leafed), reverse=True)
    for asked in of:
        await compare(desk.archive, desk.shelf, regions, asked)
        await compare_completions(desk.archive, desk.shelf, asked.words[:5], asked.viewer)
    assert await desk.archive.check() == []
    await desk.archive.close()


class Desk:
    """A small archive in which much is altered, and the same to be read plainly."""

    def __init__(self, archive: Archive, feeds: dict[tuple[int, str], Feed]) -> None:
        self.archive = archive
        self.feeds = feeds
        self.room = Room(archive, LATER)
        self.printed: list[tuple[Article, Feed]] = []
        self.shelf = Shelf((), feeds)

    @classmethod
    async def opened(cls, regions: Regions) -> Self:
        archive = await Archive.open(":memory:", regions, now=lambda: LATER)
        desk = cls(archive, {(feed.owner, feed.url): await archive.add_feed(feed) for feed in press.FEEDS})
        for number in range(12):
            await desk.lets("comes", number)
        return desk

    async def lets(self, what: str, number: int) -> None:
        """One thing happens."""
        chance = Random(number)
        fresh = press.one(chance, len(self.printed))
        article, feed = chance.choice(self.printed) if self.printed else (fresh, press.FEEDS[0])
        match what:
            case "comes":
                await self._prints(fresh, chance.choice(press.FEEDS))
            case "prune":
                await self.archive.prune(NOON - timedelta(days=chance.choice((1, 5, 30))))
            case "move":
                known = await self.archive.article_at(article.url, feed.owner)
                if known is not None:
                    await self.archive.place(known.id, fresh.regions, '{"rule":"moved"}', owed_by_region, LATER)
            case "twice":
                others = [each for each in press.FEEDS if each.owner == feed.owner]
                await self._prints(article, chance.choice(others))
            case part:
                await self._prints(replace(article, **{part: getattr(fresh, part)}), feed)
        self.shelf = await shelf_of(self.archive, self.feeds)

    async def _prints(self, article: Article, feed: Feed) -> None:
        await self.room.takes_in(article, feed=self.feeds[feed.owner, feed.url])
        self.printed.append((article, feed))


async def compare_completions(archive: Archive, shelf: Shelf, typed: str, viewer: Viewer) -> None:
    for limit in (2, 25):
        expected = shelf.headlines(typed, viewer)[:limit]
        assert names(await archive.headlines(typed, viewer, limit)) == names(expected)
    authors = await archive.authors(typed, viewer, 1000)
    assert {plain(name) for name in authors} == shelf.authors(typed, viewer)
    assert len(authors) == len({plain(name) for name in authors})
    assert set(await archive.feed_titles(typed, viewer, 1000)) == shelf.feed_titles(typed, viewer)


async def compare(archive: Archive, shelf: Shelf, regions: Regions, query: Query) -> None:
    expected = shelf.answer(read(query, regions, LATER), query.viewer)
    pages = [page async for page in leafed_through(archive, query)]
    found = [hit.article for page in pages for hit in page.hits]
    assert names(found) == names(expected)
    assert found == expected
    for page in pages:
        assert (page.total, page.more) == (len(expected), False), query
    assert [page.first for page in pages] == [1 + at * query.limit for at in range(len(pages))]
    back = pages[-1]
    for page in reversed(pages[:-1]):
        back = await archive.search(replace(query, cursor=back.previous))
        assert (back.hits, back.first) == (page.hits, page.first)
        assert back.total == len(expected)
    assert back.previous == ""


async def leafed_through(archive: Archive, query: Query) -> AsyncIterator[Found]:
    while True:
        page = await archive.search(query)
        yield page
        if not page.next:
            return
        query = replace(query, cursor=page.next)


def names(articles: list[Article]) -> list[str]:
    return [each.url.removeprefix("https://press.test/") for each in articles]

"""The sample magazine: its stories are whole, its feeds are sound, and its server is a good host."""

import asyncio
import xml.etree.ElementTree as ET
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import feedparser
import pytest

from bot.newsroom import Newsroom
from bot.newsroom.desk import WINDOW, Desk
from bot.newsroom.stories import Magazine, read_magazine

SAMPLE = Path(__file__).parents[1] / "data" / "sample"
SIX = {"africa", "asia-pacific", "europe", "latin-america", "middle-east", "north-america"}
MORNING = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
MEDIA = "{http://search.yahoo.com/mrss/}"
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(scope="module")
def magazine() -> Magazine:
    return read_magazine(SAMPLE)


@pytest.fixture
async def newsroom() -> AsyncIterator[Newsroom]:
    minutes = iter(range(100_000))
    async with Newsroom(SAMPLE, 0, now=lambda: MORNING + timedelta(minutes=next(minutes))) as opened:
        yield opened


@pytest.fixture
async def web() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def read(web: aiohttp.ClientSession, url: str) -> str:
    async with web.get(url) as response:
        assert response.status == 200
        return await response.text()


def test_every_file_of_the_folder_is_in_the_order_of_publication_once(magazine: Magazine) -> None:
    files = sorted(path.stem for path in (SAMPLE / "articles").glob("*.md"))
    assert sorted(story.slug for story in magazine.stories) == files


def test_every_story_has_a_byline_a_standfirst_and_three_to_six_paragraphs(magazine: Magazine) -> None:
    for story in magazine.stories:
        assert 1 <= len(story.authors) <= 3, story.slug
        assert story.standfirst, story.slug
        assert 3 <= len(story.paragraphs) <= 6, story.slug


def test_every_photo_says_what_it_shows_and_whom_to_thank(magazine: Magazine) -> None:
    photos = {story.slug: story.photo for story in magazine.stories if story.photo}
    for slug, photo in photos.items():
        assert len(photo.alt) > 30, slug
        assert photo.credit, slug


def test_photos_are_small_and_none_lies_about_unused(magazine: Magazine) -> None:
    sizes = {path.name: path.stat().st_size for path in (SAMPLE / "photos").iterdir()}
    assert set(sizes) == {story.photo.file for story in magazine.stories if story.photo}
    assert max(sizes.values()) <= 60_000
    assert sum(sizes.values()) <= 1_500_000


def test_every_region_has_stories_when_the_doors_open_and_in_the_first_half_minute(magazine: Magazine) -> None:
    opening = magazine.stories[: magazine.out_at_start]
    soon = magazine.stories[magazine.out_at_start :][: int(30 / magazine.pace)]
    for stories in (opening, soon):
        assert {region for story in stories for region in story.regions} == SIX


async def test_feeds_are_sound_for_a_plain_xml_reader_and_for_feedparser(
    newsroom: Newsroom, web: aiohttp.ClientSession
) -> None:
    while newsroom.publish_next():
        pass
    for feed in newsroom.feeds:
        text = await read(web, feed.url)
        root = ET.fromstring(text)
        items = [*root.iter("item"), *root.iter(f"{ATOM}entry")]
        parsed = feedparser.parse(text.encode())
        assert not parsed.bozo, feed.url
        assert 0 < len(items) == len(parsed.entries) <= WINDOW, feed.url
        assert all(entry.title and entry.link and entry.id for entry in parsed.entries)


async def test_a_photo_in_the_main_feed_carries_its_words(newsroom: Newsroom, web: aiohttp.ClientSession) -> None:
    root = ET.fromstring(await read(web, newsroom.feeds[0].url))
    photos = list(root.iter(f"{MEDIA}content"))
    assert photos
    for photo in photos:
        assert photo.findtext(f"{MEDIA}description")
        assert photo.findtext(f"{MEDIA}credit")
        async with web.get(photo.attrib["url"]) as response:
            assert response.content_type == "image/webp"
            assert "immutable" in response.headers["Cache-Control"]


async def test_one_story_is_linked_differently_by_each_feed_but_has_one_page(
    newsroom: Newsroom, web: aiohttp.ClientSession
) -> None:
    links = set()
    for feed in newsroom.feeds:
        entries = feedparser.parse((await read(web, feed.url)).encode()).entries
        links |= {entry.link for entry in entries if "/cable-cars-as-foreign-policy/" in entry.link}
    assert len(links) == 3  # the main feed, its region's and the blog
    pages = {await read(web, link) for link in links}
    assert len(pages) == 1
    assert f'<link rel="canonical" href="{newsroom.url}cable-cars-as-foreign-policy/">' in pages.pop()


async def test_a_corrected_story_changes_its_headline_and_credit_and_keeps_its_address(
    newsroom: Newsroom, web: aiohttp.ClientSession
) -> None:
    async def printed() -> tuple[str, ...]:
        for item in ET.fromstring(await read(web, newsroom.feeds[0].url)).iter("item"):
            if "/north-sea-wind/" in (item.findtext("link") or ""):
                return tuple(item.findtext(f".//{tag}") or "" for tag in ("title", f"{MEDIA}credit", "guid", "pubDate"))
        return ()

    while not (first := await printed()):
        assert newsroom.publish_next()
    while (later := await printed()) == first:
        assert newsroom.publish_next()
    assert later[0].startswith("Correction: ") and not first[0].startswith("Correction: ")
    assert later[1] != first[1]
    assert later[2:] == first[2:]


async def test_a_late_tag_brings_a_story_into_its_regions_feed(newsroom: Newsroom, web: aiohttp.ClientSession) -> None:
    main, africa = (feed.url for feed in newsroom.feeds[:2])
    while "What the tide tables know" not in await read(web, main):
        assert newsroom.publish_next()
    assert "What the tide tables know" not in await read(web, africa)
    while "What the tide tables know" not in await read(web, africa):
        assert newsroom.publish_next()
    entries = feedparser.parse((await read(web, main)).encode()).entries
    late = next(entry for entry in entries if entry.title == "What the tide tables know")
    assert "Sub-Saharan Africa" in [tag.term for tag in late.tags]


def test_the_sample_holds_what_a_bot_must_cope_with(magazine: Magazine) -> None:
    stories = magazine.stories
    assert len(stories) >= 40
    assert any(len(story.regions) == 2 for story in stories)
    assert any(not story.regions for story in stories)
    assert any(story.regions and story.lists == ("latest",) for story in stories)  # told by its text alone
    assert any(story.photo is None for story in stories)
    assert any(len(story.standfirst) > 1000 for story in stories)
    titles = " ".join(story.title for story in stories)
    assert all(mark in titles for mark in ("@everyone", "*", "«من", "「", "&"))


@pytest.mark.parametrize("header", ["If-None-Match", "If-Modified-Since"])
async def test_who_holds_a_feed_already_is_not_sent_it_again(
    newsroom: Newsroom, web: aiohttp.ClientSession, header: str
) -> None:
    url = newsroom.feeds[0].url
    async with web.get(url) as first:
        known = {header: first.headers["ETag" if header == "If-None-Match" else "Last-Modified"]}
    async with web.get(url, headers=known) as again:
        assert (again.status, await again.read()) == (304, b"")
        assert again.headers["ETag"] == first.headers["ETag"]
    newsroom.publish_next()
    async with web.get(url, headers=known) as later:
        assert later.status == 200


async def test_text_is_sent_packed_to_who_can_unpack_it(newsroom: Newsroom, web: aiohttp.ClientSession) -> None:
    async with web.get(newsroom.feeds[0].url, headers={"Accept-Encoding": "gzip"}) as packed:
        assert packed.headers["Content-Encoding"] == "gzip"
    async with web.get(newsroom.feeds[0].url, headers={"Accept-Encoding": "identity"}) as plain:
        assert "Content-Encoding" not in plain.headers


async def test_the_json_feed_holds_what_the_main_feed_holds(newsroom: Newsroom, web: aiohttp.ClientSession) -> None:
    entries = feedparser.parse((await read(web, newsroom.feeds[0].url)).encode()).entries
    async with web.get(newsroom.json_feed) as response:
        assert response.content_type == "application/feed+json"
        items = (await response.json())["items"]
    assert [item["id"] for item in items] == [entry.id for entry in entries]


async def test_a_story_has_no_page_before_it_is_out(newsroom: Newsroom, web: aiohttp.ClientSession) -> None:
    ahead = newsroom.magazine.stories[newsroom.magazine.out_at_start]
    async with web.get(f"{newsroom.url}{ahead.slug}/") as early:
        assert early.status == 404
    newsroom.publish_next()
    assert 'property="og:title"' in await read(web, f"{newsroom.url}{ahead.slug}/")


async def test_only_the_folders_own_photos_are_given_out(newsroom: Newsroom, web: aiohttp.ClientSession) -> None:
    for wanted in ("../newsroom", "..%2Fnewsroom", "", "nothing"):
        async with web.get(f"{newsroom.url}media-library/x.toml?id={wanted}") as response:
            assert response.status == 404


async def test_a_newsroom_with_a_pace_publishes_by_itself(web: aiohttp.ClientSession) -> None:
    async with Newsroom(SAMPLE, 0.001) as newsroom:
        last = newsroom.magazine.stories[-1]
        async with asyncio.timeout(20):
            while (await web.get(f"{newsroom.url}{last.slug}/")).status == 404:
                pass


def test_a_desk_that_has_published_all_still_makes_the_edits_that_lie_ahead(magazine: Magazine) -> None:
    corrected = next(story for story in magazine.stories if story.edits)
    desk = Desk([corrected])
    first, second, third = desk.step(MORNING), desk.step(MORNING + timedelta(hours=1)), desk.step(MORNING)
    assert first and first.story == corrected
    assert second and second.story == corrected.edits[-1].story and second.published == first.published
    assert third is None

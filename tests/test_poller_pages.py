"""What a feed lacks is read from its articles' pages, as far as the feed's owner allows; what is heavy costs little."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from bot.intake.worker import ParseWorker
from bot.model import Article, Query
from bot.poller.completing import MOST
from tests.fakes import Answer
from tests.polling import House, open_house
from tests.press import Item, item, rss

pytestmark = pytest.mark.asyncio(loop_scope="module")

A = item("Old news", 9)
BODY = "".join(
    f"<p>The heronry of the lower delta was counted for the {n}th time by its wardens.</p>" for n in range(9)
)
PAGE = (
    '<html><head><meta property="og:image" content="/heron.jpg">'
    '<meta property="og:description" content="A standfirst.">'
    '<meta property="article:section" content="Middle East"><meta name="author" content="Ann Low"></head>'
    f"<body><article><h1>Birds</h1>{BODY}</article></body></html>"
)


@pytest_asyncio.fixture(loop_scope="module")
async def house(worker: ParseWorker) -> AsyncIterator[House]:
    async with open_house(worker) as here:
        here.web["/feed"] = rss(A)
        yield here


async def prints(house: House, *items: Item) -> Article:
    """The feed has printed A, and now these as well; the newest article of all."""
    await house.goes_round()
    house.web["/feed"] = rss(*items, A)
    await house.goes_round()
    return (await house.archive.latest(Query(limit=1))).hits[0].article


def bare(house: House) -> Item:
    """An item that says nothing of itself; its page says it all."""
    house.web["/birds"] = PAGE
    return item("Birds", 1).but(link=house.web.url("/birds"), teaser="")


async def test_picture_standfirst_byline_and_region_come_from_the_page(house: House) -> None:
    await house.add(pages=True)
    article = await prints(house, bare(house))
    assert article.image is not None and article.image.url == house.web.url("/heron.jpg")
    assert (article.teaser, article.authors, article.regions) == ("A standfirst.", ("Ann Low",), ("middle-east",))
    assert article.text == ""


async def test_where_pages_are_not_to_be_read_none_is_asked_for(house: House) -> None:
    await house.add(pages=False)
    article = await prints(house, bare(house))
    assert (article.image, article.teaser) == (None, "")
    assert house.web.asked_for("/birds") == []


async def test_a_body_is_kept_for_search_alone_where_the_feeds_owner_allows_it(house: House) -> None:
    await house.add(pages=True, full_text=True)
    article = await prints(house, bare(house))
    assert "heronry" in article.text and "heronry" not in article.teaser
    found = await house.archive.search(Query("heronry wardens"))
    assert [hit.article.title for hit in found.hits] == ["Birds"]


async def test_what_a_feed_says_itself_stays(house: House) -> None:
    await house.add(pages=True)
    own = bare(house).but(teaser="What the feed says.", more="<dc:creator>Bo Li</dc:creator>")
    article = await prints(house, own)
    assert (article.teaser, article.authors) == ("What the feed says.", ("Bo Li",))


async def test_a_page_that_cannot_be_had_keeps_no_article_back(house: House) -> None:
    await house.add(pages=True)
    house.web["/down"] = Answer(status=500)
    house.web["/strange"] = Answer(b"\xff\xfe\x00<" * 1000, headers={"Content-Type": "text/html; charset=utf-7"})
    await prints(
        house,
        item("Down", 1).but(link=house.web.url("/down")),
        item("Strange", 2).but(link=house.web.url("/strange")),
        item("Nowhere", 3).but(link="http://mag.nowhere/"),
    )
    assert sorted(await house.posted()) == ["Down", "Nowhere", "Strange"]


async def test_no_more_than_a_few_pages_are_read_for_one_poll(house: House) -> None:
    await house.add(pages=True)
    items = [
        item(f"Birds {number}", number / 10 + 0.1).but(link=house.web.url(f"/{number}")) for number in range(MOST + 3)
    ]
    for number in range(MOST + 3):
        house.web[f"/{number}"] = PAGE
    await prints(house, *items)
    assert len(await house.posted()) == MOST + 3
    asked = [each.path for each in house.web.asked if each.path != "/feed"]
    assert len(asked) == MOST and "/0" in asked, "the newest are"


async def test_rule_16_a_document_that_takes_too_long_is_a_failure_like_another_and_the_next_is_read() -> None:
    hasty = ParseWorker(seconds=3)
    try:
        async with open_house(hasty) as house:
            await hasty.warm()
            await house.add()
            house.web["/feed"] = Answer(rss(A), headers={"ETag": '"a"'})
            await house.goes_round()
            house.web["/feed"] = b"<rss><channel>" + b"<item><title><b>" * 400_000 + b"</item></channel></rss>"
            (line,) = await house.goes_round(timedelta(hours=1))
            assert line.status == "too-heavy" and "longer than" in line.error
            assert (await house.source()).etag == '"a"'
            house.web["/feed"] = rss(item("News"), A)
            await house.goes_round()
            assert await house.posted() == ["News"]
    finally:
        await hasty.close()

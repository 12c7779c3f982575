"""News sitemaps, and indexes of them, as sources: found, polled politely, posted once."""

import gzip
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from bot.errors import NewsError
from bot.intake import sitemap
from bot.model import Query, Subscription
from bot.poller.backfilling import Filled
from tests.fakes import Answer, Asked
from tests.polling import House
from tests.press import NOON, index, item, of_news, rss

pytestmark = pytest.mark.asyncio(loop_scope="module")

A, B, C, D = item("Rain in Kenya", 4), item("Ports of Ghana", 3), item("Vote in France", 2), item("Talks in Oman", 1)


def tagged(body: bytes, tag: str) -> Callable[[Asked], Answer]:
    """Answers 304 to whoever holds the tag."""

    def answer(asked: Asked) -> Answer:
        if asked.headers.get("If-None-Match") == tag:
            return Answer(status=304, headers={"ETag": tag})
        return Answer(body, headers={"ETag": tag})

    return answer


async def has_two_parts(house: House, one: bytes, two: bytes | Answer) -> None:
    """An index of two sitemaps, polled for the first time."""
    house.web["/sitemap.xml"] = index([("/one.xml", ""), ("/two.xml", "")])
    house.web["/one.xml"], house.web["/two.xml"] = one, two
    await house.add("/sitemap.xml")
    await house.goes_round()


async def test_a_sitemap_that_fails_once_is_asked_again_though_its_index_stays_as_it_is(house: House) -> None:
    one, two = house.web.url("/news1.xml"), house.web.url("/news2.xml")
    house.web["/index.xml"] = tagged(index([(one, ""), (two, "")]), '"index"')
    house.web["/news1.xml"], house.web["/news2.xml"] = of_news(A), of_news(B)
    await house.add("/index.xml")
    await house.goes_round()
    house.web["/news2.xml"] = Answer(status=500)
    await house.goes_round()
    house.web["/news2.xml"] = of_news(B, C)
    await house.goes_round()
    assert await house.posted() == [C.title]


async def test_a_news_sitemap_is_a_source(house: House) -> None:
    house.web["/news.xml"] = """<?xml version="1.0"?>
      <urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"
        xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">
      <url><loc>https://mag.test/rain</loc><news:news><news:publication><news:name>Mag</news:name>
      <news:language>en</news:language></news:publication><news:publication_date>2026-03-24T10:00:00Z</news:publication_date>
      <news:title>Rain &amp; wind in Kenya</news:title><news:keywords>Africa, Rain</news:keywords></news:news>
      <image:image><image:loc>https://mag.test/rain.jpg</image:loc></image:image></url>
      <url><loc>https://mag.test/about</loc></url></urlset>"""
    added = await house.poller.add(house.web.url("/news.xml"), 0)
    article = (await house.archive.latest(Query(limit=1))).hits[0].article
    assert added.articles == 1
    assert (article.title, article.url) == ("Rain & wind in Kenya", "https://mag.test/rain")
    assert article.image is not None and article.regions == ("africa",)


async def test_an_index_is_read_through_its_newest_parts_and_no_more(house: House) -> None:
    days = [(house.web.url(f"/day{number}.xml"), f"2026-03-{20 + number}") for number in range(5)]
    house.web["/sitemap.xml"] = index(days)
    for number, each in enumerate((A, B, C, D, D)):
        house.web[f"/day{number}.xml"] = of_news(each)
    added = await house.poller.add(house.web.url("/sitemap.xml"), 0)
    assert (added.articles, added.feed.title) == (3, "The Magazine")
    assert sorted({each.path for each in house.web.asked}) == ["/day2.xml", "/day3.xml", "/day4.xml", "/sitemap.xml"]
    assert {hit.article.title for hit in (await house.archive.latest(Query())).hits} == {C.title, D.title}


async def test_each_part_is_asked_with_its_own_validators_also_while_the_index_stays_the_same(house: House) -> None:
    house.web["/sitemap.xml"] = tagged(index([("/one.xml", ""), ("/two.xml", "")]), '"index"')
    house.web["/one.xml"] = tagged(of_news(A), '"one"')
    house.web["/two.xml"] = tagged(of_news(B), '"two"')
    await house.add("/sitemap.xml")
    await house.goes_round()
    (line,) = await house.goes_round()
    assert (line.status, line.new) == ("unchanged", 0)
    held = {each.path: each.headers.get("If-None-Match") for each in house.web.asked[-3:]}
    assert held == {"/sitemap.xml": '"index"', "/one.xml": '"one"', "/two.xml": '"two"'}
    house.web["/two.xml"] = tagged(of_news(C, B), '"two again"')
    await house.goes_round()
    await house.goes_round()
    assert await house.posted() == [C.title]
    held = {each.path: each.headers.get("If-None-Match") for each in house.web.asked[-3:]}
    assert held == {"/sitemap.xml": '"index"', "/one.xml": '"one"', "/two.xml": '"two again"'}
    assert not any("page" in each.path for each in house.web.asked), "no gap is looked for behind a part that is new"


async def test_a_part_that_cannot_be_read_disturbs_no_other_and_all_of_them_are_a_failure(house: House) -> None:
    house.web["/sitemap.xml"] = index([("/one.xml", ""), ("/two.xml", "")])
    house.web["/one.xml"] = of_news(A)
    await house.add("/sitemap.xml")
    assert [(line.status, line.new) for line in await house.goes_round()] == [("ok", 1)]
    house.web["/one.xml"] = Answer(status=500)
    (line,) = await house.goes_round()
    assert line.status == "not-found" and "404" in line.error
    house.web["/one.xml"], house.web["/two.xml"] = of_news(C, A), of_news(B)
    await house.goes_round()
    assert await house.posted() == [C.title]


async def test_what_a_part_has_when_it_first_answers_is_no_news_where_it_failed_at_the_first_poll(house: House) -> None:
    house.web["/sitemap.xml"] = tagged(index([("/one.xml", ""), ("/two.xml", "")]), '"index"')
    house.web["/one.xml"], house.web["/two.xml"] = of_news(A), Answer(status=503)
    await house.add("/sitemap.xml")
    await house.goes_round()
    await house.goes_round()
    house.web["/two.xml"] = tagged(of_news(*(item(f"Old {number}", 30 + number) for number in range(40))), '"two"')
    await house.goes_round()
    assert await house.posted() == [] and (await house.archive.latest(Query())).total == 41
    house.web["/one.xml"], house.web["/two.xml"] = of_news(C, A), of_news(D, B)
    await house.goes_round()
    assert sorted(await house.posted()) == sorted([B.title, C.title, D.title])


async def test_a_part_that_failed_at_the_first_poll_is_not_forgotten_while_others_are_newer(house: House) -> None:
    house.web["/sitemap.xml"] = index([("/one.xml", "2026-03-20"), ("/two.xml", "2026-03-19")])
    house.web["/one.xml"], house.web["/two.xml"] = of_news(A), Answer(status=503)
    await house.add("/sitemap.xml")
    await house.goes_round()
    newer = [("/three.xml", "2026-03-22"), ("/four.xml", "2026-03-21"), ("/one.xml", "2026-03-20")]
    house.web["/sitemap.xml"] = index([*newer, ("/two.xml", "2026-03-19")])
    house.web["/three.xml"], house.web["/four.xml"], house.web["/two.xml"] = of_news(C), of_news(A), of_news(B)
    before = len(house.web.asked_for("/two.xml"))
    await house.goes_round()
    assert len(house.web.asked_for("/two.xml")) == before, "three are enough"
    house.web["/sitemap.xml"] = index([*newer, ("/two.xml", "2026-03-23")])
    await house.goes_round()
    assert await house.posted() == [C.title]


async def test_what_comes_beside_a_part_that_first_answers_is_news_and_no_flood(house: House) -> None:
    await has_two_parts(house, of_news(A), Answer(status=503))
    house.web["/one.xml"] = of_news(C, A)
    house.web["/two.xml"] = of_news(*(item(f"Old {number}", 30 + number) for number in range(40)))
    await house.goes_round()
    assert [(row.article.title, row.state) for row in await house.archive.outbox_rows()] == [(C.title, "pending")]


async def test_a_part_that_fails_when_another_server_wants_the_index_too_is_news_for_the_first(house: House) -> None:
    await has_two_parts(house, of_news(A), of_news(B))
    house.web["/two.xml"] = Answer(status=503)
    await house.add("/sitemap.xml", owner=7)
    await house.archive.subscribe(Subscription("channel:7", "*", guild=7))
    await house.goes_round()
    house.web["/two.xml"] = of_news(C, B)
    await house.goes_round()
    owed = [(row.article.title, row.target) for row in await house.archive.outbox_rows()]
    assert sorted(owed) == [(C.title, "channel:1"), (C.title, "channel:7")], "what everybody's feed brings is for all"


async def test_who_wants_an_index_that_others_have_gets_its_parts_as_a_whole(house: House) -> None:
    """Though none has changed since: what comes in one of them after that is news."""
    house.web["/sitemap.xml"] = tagged(index([("/one.xml", ""), ("/two.xml", "")]), '"index"')
    house.web["/one.xml"], house.web["/two.xml"] = tagged(of_news(A), '"one"'), tagged(of_news(B), '"two"')
    first = await house.add("/sitemap.xml")
    await house.goes_round()
    await house.add("/sitemap.xml", owner=7)
    await house.archive.subscribe(Subscription("channel:7", "*", guild=7))
    await house.goes_round()
    await house.archive.remove_feed(first.url)
    house.web["/two.xml"] = tagged(of_news(C, B), '"later"')
    await house.goes_round()
    assert [(row.article.title, row.target) for row in await house.archive.outbox_rows()] == [(C.title, "channel:7")]


async def test_a_part_that_breaks_off_is_asked_for_the_rest_though_its_server_calls_it_whole(house: House) -> None:
    await has_two_parts(house, of_news(A), of_news(B))
    whole = of_news(D, C, B)
    house.web["/two.xml"] = tagged(whole[: len(whole) // 2], '"same"')
    await house.goes_round()
    house.web["/two.xml"] = tagged(whole, '"same"')
    await house.goes_round()
    assert sorted(await house.posted()) == sorted([C.title, D.title])


async def test_a_new_part_brings_its_articles_once(house: House) -> None:
    house.web["/sitemap.xml"] = index([("/march.xml", "2026-03-24")])
    house.web["/march.xml"] = of_news(B, A)
    await house.add("/sitemap.xml")
    await house.goes_round()
    house.web["/sitemap.xml"] = index([("/march.xml", "2026-03-24"), ("/april.xml", "2026-04-01")])
    house.web["/april.xml"] = of_news(D, C)
    await house.goes_round()
    await house.goes_round()
    assert await house.posted() == [C.title, D.title]


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gz"])
async def test_a_site_without_a_feed_has_a_sitemap_that_its_robots_txt_names(house: House, packed: bool) -> None:
    house.web["/"] = Answer(b"<!doctype html><html><body>Hello</body></html>", headers={"Content-Type": "text/html"})
    name = "/maps/today-news.xml.gz" if packed else "/maps/today-news.xml"
    house.web["/robots.txt"] = (
        f"User-agent: *\nDisallow: /admin\nSitemap: {house.web.url('/maps/all.xml')}\r\nSITEMAP:{house.web.url(name)}\n"
    )
    house.web["/maps/all.xml"] = (
        b'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>/a</loc></url></urlset>'
    )
    house.web[name] = gzip.compress(of_news(A)) if packed else of_news(A)
    for typed in ("/", "/robots.txt"):
        added = await house.poller.add(house.web.url(typed), len(typed))
        assert (added.feed.url, added.articles) == (house.web.url(name), 1)
    assert house.web.asked_for("/maps/all.xml") == []


def by_month(house: House) -> None:
    """An index of six months with two stories each; one is not there."""
    months = [(f"/month{number}.xml", "" if number == 3 else f"2025-0{number}-28") for number in range(1, 7)]
    house.web["/sitemap.xml"] = index(months)
    for number in (1, 2, 3, 5, 6):
        hours = (NOON - datetime(2025, number, 20, tzinfo=UTC)) / timedelta(hours=1)
        house.web[f"/month{number}.xml"] = of_news(*(item(f"Month {number} {each}", hours + each) for each in (1, 2)))


async def test_a_backfill_reads_all_parts_of_an_index_that_changed_since_the_day(house: House) -> None:
    by_month(house)
    await house.poller.add(house.web.url("/sitemap.xml"), 0)
    before = len(house.web.asked)
    told: list[Filled] = []
    filled = await house.poller.backfill(
        house.web.url("/sitemap.xml"), datetime(2025, 2, 28, 18, tzinfo=UTC), told=told.append
    )
    asked = [each.path for each in house.web.asked[before:]]
    assert asked == ["/sitemap.xml", *(f"/month{number}.xml" for number in (6, 5, 4, 2, 3))]
    assert [each.pages for each in told] == [1, 2, 3, 4] and filled.done
    assert "older pages" not in filled.sentence


async def test_a_backfill_of_an_index_that_was_stopped_goes_on_with_the_next_part(house: House) -> None:
    by_month(house)
    await house.poller.add(house.web.url("/sitemap.xml"), 0)

    def stops(filled: Filled) -> None:
        if filled.pages == 3:
            raise KeyboardInterrupt

    since = datetime(2020, 1, 1, tzinfo=UTC)
    with pytest.raises(KeyboardInterrupt):
        await house.poller.backfill(house.web.url("/sitemap.xml"), since, told=stops)
    before = len(house.web.asked)
    await house.poller.backfill(house.web.url("/sitemap.xml"), since)
    asked = [each.path for each in house.web.asked[before:]]
    assert asked == ["/sitemap.xml", *(f"/month{number}.xml" for number in (4, 2, 1, 3))]
    assert (await house.archive.latest(Query())).total == 10
    assert await house.posted() == []


async def test_a_backfill_of_which_a_part_does_not_answer_says_so_and_reads_it_the_next_time(house: House) -> None:
    by_month(house)
    await house.poller.add(house.web.url("/sitemap.xml"), 0)
    since = datetime(2020, 1, 1, tzinfo=UTC)
    house.web["/month5.xml"] = Answer(status=500)
    with pytest.raises(NewsError, match=r"6 articles are new .* has a fault of its own \(500\)\. Ask again later"):
        await house.poller.backfill(house.web.url("/sitemap.xml"), since)
    by_month(house)
    filled = await house.poller.backfill(house.web.url("/sitemap.xml"), since)
    assert filled.done and (await house.archive.latest(Query())).total == 10


async def test_a_backfill_names_how_many_parts_cannot_be_read_at_all(house: House) -> None:
    by_month(house)
    await house.poller.add(house.web.url("/sitemap.xml"), 0)
    filled = await house.poller.backfill(house.web.url("/sitemap.xml"), datetime(2020, 1, 1, tzinfo=UTC))
    assert filled.done and filled.sentence.endswith("One of its sitemaps could not be read; the log says why.")


async def test_a_sitemap_without_news_is_no_feed_and_says_so(house: House) -> None:
    house.web["/all.xml"] = (
        b'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>/a</loc></url></urlset>'
    )
    house.web["/index.xml"] = index([("/all.xml", "")])
    with pytest.raises(NewsError, match="no feed that we could find"):
        await house.poller.add(house.web.url("/index.xml"), 0)
    await house.add("/all.xml")
    assert [line.error.endswith("sends a sitemap without news.") for line in await house.goes_round()] == [True]


async def test_a_check_looks_into_the_parts(house: House) -> None:
    house.web["/sitemap.xml"] = index([("/one.xml", "")])
    house.web["/one.xml"] = of_news(B, A)
    checked = await house.poller.check(house.web.url("/sitemap.xml"))
    assert [each.title for each in checked.articles] == [B.title, A.title]
    assert await house.archive.feeds() == []


async def test_parts_that_are_said_to_be_of_news_go_before_all_others(house: House) -> None:
    pages = [(f"/page{number}.xml", f"2026-03-{10 + number}") for number in range(9)]
    house.web["/sitemap.xml"] = index([*pages, ("/news.xml", "")])
    house.web["/news.xml"] = of_news(A)
    await house.add("/sitemap.xml")
    await house.goes_round()
    assert [each.path for each in house.web.asked] == ["/sitemap.xml", "/news.xml"]


async def test_an_index_that_becomes_a_feed_is_one(house: House) -> None:
    house.web["/sitemap.xml"] = index([("/one.xml", "")])
    house.web["/one.xml"] = of_news(A)
    await house.add("/sitemap.xml")
    await house.goes_round()
    house.web["/sitemap.xml"] = rss(B, A)
    await house.goes_round()
    await house.goes_round()
    assert await house.posted() == [B.title]
    assert len(house.web.asked_for("/one.xml")) == 1


async def test_robots_txt_is_read_as_it_comes() -> None:
    said = b"\xef\xbb\xbfUser-agent: x\nsitemap: /a.xml\n# Sitemap: /no.xml\n Sitemap :\thttps://b.test/news.xml\n"
    assert sitemap.listed(said + b"Sitemap: javascript:x\n", "https://a.test/robots.txt") == [
        "https://b.test/news.xml",
        "https://a.test/a.xml",
    ]

"""Rules 13, 17, 19 and 20: who asks, how often, and what of; and who will not have us."""

import asyncio
from datetime import timedelta
from itertools import pairwise

import pytest

from bot.intake.addresses import canonical
from bot.intake.manners import Manners
from bot.intake.worker import ParseWorker
from tests.fakes import Answer, Clock
from tests.intake.rules.words import HOST, A, D, answers, tagged, wait_of
from tests.polling import AGENT, House, open_house
from tests.press import item, rss

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_rule_13_one_request_at_a_time_and_two_seconds_apart_for_each_host(house: House) -> None:
    for number in range(4):
        await house.add(f"/{number}", host=HOST)
        house.web[f"/{number}"] = rss(A)
    asked = await answers(house, rss(A))
    times = [each.at for each in asked]
    gaps = [after - before for before, after in pairwise(times)]
    assert len(gaps) == 4 and min(gaps) >= timedelta(seconds=2)
    assert house.web.busiest == 1


async def test_rule_13_many_names_of_one_house_wait_for_each_other(house: House) -> None:
    for name in ("a.substack.com", "b.substack.com"):
        await house.add("/feed", host=name)
    times = [each.at for each in await answers(house, rss(A)) if each.host.endswith("substack.com")]
    assert times[1] - times[0] >= timedelta(seconds=2)


async def test_rule_13_no_more_than_so_many_at_once() -> None:
    manners, inside, most = Manners(Clock(), at_once=3), 0, 0

    async def visit(number: int) -> None:
        nonlocal inside, most
        async with manners.turn(f"https://host{number}.test/"):
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0)
            inside -= 1

    await asyncio.gather(*map(visit, range(10)))
    assert most == 3


async def test_rule_17_we_say_who_asks_and_for_how_many_and_nothing_else(house: House) -> None:
    await house.add(host=HOST, owner=5)
    first, second = await answers(house, rss(A), rss(A))
    assert first.headers["User-Agent"] == AGENT
    assert second.headers["User-Agent"] == AGENT.replace(")", "; 2 subscribers)")
    assert first.path == "/feed"
    assert not {"Cookie", "Referer"} & set(second.headers)
    assert second.headers["Accept"].startswith("application/atom+xml, application/rss+xml")


async def test_rule_17_no_cookie_is_kept(house: House) -> None:
    _, second = await answers(house, Answer(rss(A), headers={"Set-Cookie": "a=b"}), rss(A))
    assert "Cookie" not in second.headers


async def test_rule_19_pages_are_read_once_and_apart(worker: ParseWorker) -> None:
    async with open_house(worker) as house:
        await house.add(host=HOST, pages=True)
        link = house.web.url("/story", HOST)
        house.web["/feed"] = rss(A)
        house.web["/story"] = '<html><head><meta property="og:image" content="/big.jpg"></head>' + "x" * 400_000
        await house.goes_round()
        house.web["/feed"] = rss(D.but(link=link), A)
        await house.goes_round()
        house.web["/feed"] = rss(D.but(link=link, title="Talks in Oman end"), A)
        await house.goes_round()
        pages = house.web.asked_for("/story")
        assert len(pages) == 1
        assert pages[0].at - house.web.asked_for("/feed")[1].at >= timedelta(seconds=2)
        assert pages[0].headers["User-Agent"].startswith("Newsdesk/")
        found = await house.archive.article_at(canonical(link), 0)
        assert found is not None and found.image is not None
        assert found.image.url == house.web.url("/big.jpg", HOST)


@pytest.mark.parametrize(
    ("status", "hours", "marked"), [(410, 0.5, True), (404, 3, True), (404, 0.5, False), (503, 3, False)]
)
async def test_rule_19_an_article_whose_page_is_gone_is_owed_and_marked(
    worker: ParseWorker, status: int, hours: float, marked: bool
) -> None:
    async with open_house(worker) as house:
        await house.add(host=HOST, pages=True)
        house.web["/feed"] = rss(A)
        house.web["/story"] = Answer(status=status)
        await house.goes_round()
        fresh = item("Talks in Oman", hours).but(link=house.web.url("/story", HOST))
        house.web["/feed"] = rss(fresh, A)
        await house.goes_round()
        (owed,) = await house.archive.outbox_rows()
        assert (owed.article.title, owed.state, owed.article.gone is not None) == ("Talks in Oman", "pending", marked)


async def test_rule_20_a_wall_against_robots_is_a_state_of_its_own(house: House) -> None:
    wall = Answer(b"<html>Just a moment", 403, {"cf-mitigated": "challenge", "Content-Type": "text/html"})
    asked = await answers(house, wall)
    source = await house.source(host=HOST)
    assert source.status == "blocked" and "Cloudflare" in source.error
    assert await wait_of(house) >= timedelta(hours=1.6)
    assert "Mozilla" not in asked[0].headers["User-Agent"]


@pytest.mark.parametrize(
    ("status", "header", "name"),
    [
        (403, "X-DataDome", "DataDome"),
        (202, "X-Amzn-Waf-Action", "AWS WAF"),
        (403, "X-Sucuri-Block", "Sucuri"),
        (403, "X-Iinfo", "Imperva"),
    ],
)
async def test_rule_20_walls_are_known_by_their_marks(house: House, status: int, header: str, name: str) -> None:
    await answers(house, Answer(b"<html>", status, {header: "challenge"}))
    source = await house.source(host=HOST)
    assert source.status == "blocked" and name in source.error
    await answers(house, Answer(rss(A), headers={header: "passed"}))
    assert (await house.source(host=HOST)).status == "ok"


async def test_rule_20_a_page_in_place_of_a_feed_tells_where_the_feed_is(house: House) -> None:
    page = '<html><head><link rel="alternate" type="application/rss+xml" href="/real.xml"></head></html>'
    await answers(house, tagged(rss(A)), Answer(page.encode(), headers={"Content-Type": "text/html"}))
    source = await house.source(host=HOST)
    assert (source.status, source.etag) == ("not-a-feed", '"a"')
    named = house.web.url("/real.xml", HOST)
    assert source.error == f"{HOST}:{house.web.port} sends a web page, not a feed. It names this feed: {named}"


async def test_rule_19_what_a_page_names_is_told_as_an_address_or_not_at_all(house: House) -> None:
    links = ("javascript:x", "/" + "x" * 100_000, "/\u202e`deef`")
    named = "".join(f'<link rel="alternate" type="application/rss+xml" href="{each}">' for each in links)
    await answers(house, f"<!doctype html><html><head>{named}</head></html>".encode())
    (source,) = await house.archive.sources()
    assert source.error.endswith(f"It names this feed: {house.web.url('/%E2%80%AE%60deef%60', HOST)}")

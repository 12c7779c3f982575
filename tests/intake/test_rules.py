"""The 23 rules of a polite and correct poller, by their numbers: what the server saw, what we made of its answers."""

import asyncio
import gzip
import random
import zlib
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
import pytest_asyncio

from bot.intake import memory
from bot.intake.addresses import canonical
from bot.intake.fetch import Limits
from bot.intake.manners import Manners
from bot.intake.schedule import FAILURE_CAP, after_failure
from bot.intake.worker import ParseWorker
from bot.model import Query
from tests.fakes import Answer, Asked, Clock
from tests.polling import AGENT, TEN_MINUTES, House, open_house
from tests.press import item, rss

pytestmark = pytest.mark.asyncio(loop_scope="module")

A, B, C, D = item("Rain in Kenya", 4), item("Ports of Ghana", 3), item("Vote in France", 2), item("Talks in Oman", 1)
HOST = "mag.test"
MINUTE = timedelta(minutes=1)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def worker() -> AsyncIterator[ParseWorker]:
    one = ParseWorker(seconds=5)
    yield one
    await one.close()


@pytest_asyncio.fixture(loop_scope="module")
async def house(worker: ParseWorker) -> AsyncIterator[House]:
    """A feed on a host of its own that has printed A."""
    async with open_house(worker, limits=Limits(size=1_000_000, connect=2, whole=2)) as here:
        await here.add(host=HOST)
        yield here


async def answers(house: House, *said: Answer | bytes, later: timedelta = TEN_MINUTES) -> list[Asked]:
    """One round for each answer; the requests that the server saw in all of them."""
    before = len(house.web.asked)
    for each in said:
        house.web["/feed"] = each
        await house.goes_round(later)
    return house.web.asked[before:]


def tagged(body: bytes, tag: str = '"a"', **headers: str) -> Answer:
    return Answer(body, headers={"ETag": tag} | {name.replace("_", "-"): text for name, text in headers.items()})


async def wait_of(house: House) -> timedelta:
    """How long after its last poll the feed is to be polled again."""
    source = await house.source(host=HOST)
    assert source.next_poll is not None and source.polled is not None
    return source.next_poll - source.polled


async def test_rule_01_validators_go_back_byte_for_byte_and_none_is_invented(house: House) -> None:
    odd = Answer(rss(A), headers={"ETag": 'W/"x\'y"', "Last-Modified": "yesterday, perhaps"})
    first, second = await answers(house, odd, odd)
    assert "If-None-Match" not in first.headers and "If-Modified-Since" not in first.headers
    assert second.headers["If-None-Match"] == 'W/"x\'y"'
    assert second.headers["If-Modified-Since"] == "yesterday, perhaps"


async def test_rule_02_only_what_was_sent_goes_back_and_what_is_no_longer_sent_is_dropped(house: House) -> None:
    both = Answer(rss(A), headers={"ETag": '"a"', "Last-Modified": "Tue, 24 Mar 2026 00:00:00 GMT"})
    _, second, third = await answers(house, both, tagged(rss(B, A), '"b"'), rss(C, B, A))
    assert "If-Modified-Since" in second.headers
    assert third.headers["If-None-Match"] == '"b"' and "If-Modified-Since" not in third.headers
    (fourth,) = await answers(house, rss(C, B, A))
    assert "If-None-Match" not in fourth.headers


async def test_rule_03_the_validators_that_a_304_carries_are_taken_over(house: House) -> None:
    again = Answer(status=304, headers={"ETag": '"b"', "Cache-Control": "max-age=1800"})
    _, _, third = await answers(house, tagged(rss(A)), again, again)
    assert third.headers["If-None-Match"] == '"b"'
    source = await house.source(host=HOST)
    assert (source.status, source.failures) == ("unchanged", 0)
    assert await wait_of(house) == timedelta(minutes=30)


async def test_rule_03_a_304_changes_the_hint_when_it_speaks_of_it_and_only_then(house: House) -> None:
    silent, shorter = Answer(status=304), Answer(status=304, headers={"Cache-Control": "max-age=900"})
    await answers(house, tagged(rss(A), Cache_Control="max-age=2400"), silent)
    assert await wait_of(house) == 40 * MINUTE
    await answers(house, shorter)
    assert await wait_of(house) == 15 * MINUTE


async def test_rule_04_an_unchanged_body_still_brings_new_validators(house: House) -> None:
    _, _, third = await answers(house, tagged(rss(A), '"a"'), tagged(rss(A), '"b"'), tagged(rss(A), '"c"'))
    assert third.headers["If-None-Match"] == '"b"'


async def test_rule_05_the_same_etag_hides_no_articles(house: House) -> None:
    await answers(house, tagged(rss(A)), tagged(rss(B, A)))
    assert await house.posted() == [B.title]


async def test_rule_06_expires_0_means_that_the_validators_mean_nothing(house: House) -> None:
    _, second = await answers(house, tagged(rss(A), Expires="0"), tagged(rss(A)))
    assert "If-None-Match" not in second.headers
    _, fourth = await answers(house, tagged(rss(A), Cache_Control="no-cache, max-age=3600"), rss(A))
    assert fourth.headers["If-None-Match"] == '"a"'
    assert await wait_of(house) == TEN_MINUTES


@pytest.mark.parametrize(
    ("headers", "head", "minutes"),
    [
        ({"Cache-Control": "public, max-age=1800", "Age": "300"}, "", 25),
        ({"Cache-Control": "max-age=43200"}, "", 60),
        ({"Cache-Control": "max-age=30"}, "", 10),
        ({"Expires": "Tue, 24 Mar 2026 12:20:00 GMT", "Date": "Tue, 24 Mar 2026 12:00:00 GMT"}, "", 20),
        ({}, "<ttl>40</ttl>", 40),
        ({}, "<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>", 30),
        ({}, "<ttl>720</ttl>", 60),
    ],
)
async def test_rule_07_hints_are_a_floor_up_to_an_hour(
    house: House, headers: dict[str, str], head: str, minutes: int
) -> None:
    await answers(house, Answer(rss(A, head=head), headers=headers), Answer(rss(B, A, head=head), headers=headers))
    assert await wait_of(house) == minutes * MINUTE


async def test_rule_07_skipped_hours_are_skipped(house: House) -> None:
    head = "<skipHours><hour>12</hour><hour>13</hour></skipHours>"
    await answers(house, rss(A, head=head))
    source = await house.source(host=HOST)
    assert source.next_poll == datetime(2026, 3, 24, 14, tzinfo=UTC)


async def test_rule_07_skipped_days_are_skipped(house: House) -> None:
    head = "<skipDays><day>Tuesday</day><day>wednesday</day></skipDays>"
    await answers(house, rss(A, head=head))
    assert (await house.source(host=HOST)).next_poll == datetime(2026, 3, 26, tzinfo=UTC)


async def test_rule_07_hours_that_leave_no_time_at_all_are_not_heard(house: House) -> None:
    hours = "".join(f"<hour>{number}</hour>" for number in range(24))
    await answers(house, rss(A, head=f"<skipHours>{hours}</skipHours>"))
    assert await wait_of(house) <= TEN_MINUTES


async def test_rule_07_an_operator_may_ignore_all_hints_of_a_feed_or_ask_it_more_rarely_than_they_say(
    house: House,
) -> None:
    head = "<ttl>50</ttl><skipHours><hour>12</hour></skipHours>"
    await house.add("/deaf", host=HOST, hints=False)
    await house.add("/rare", host=HOST, every=timedelta(hours=3))
    house.web["/deaf"] = house.web["/rare"] = Answer(rss(A, head=head), headers={"Cache-Control": "max-age=3000"})
    await answers(house, rss(A), rss(A))
    waits = {}
    for path in ("/deaf", "/rare"):
        source = await house.source(path, HOST)
        assert source.next_poll is not None and source.polled is not None
        waits[path] = source.next_poll - source.polled
    assert waits["/deaf"] < 11 * MINUTE and waits["/rare"] >= timedelta(hours=3)


async def test_a_wish_that_changes_is_heard_at_once_also_of_a_feed_that_has_no_news(house: House) -> None:
    feed = (await house.archive.feeds())[0]
    await answers(house, tagged(rss(A)), Answer(status=304), later=MINUTE)
    await house.archive.add_feed(feed)
    assert await house.poller.round() == []
    await house.archive.add_feed(replace(feed, every=timedelta(hours=2)))
    house.web["/feed"] = tagged(rss(A))
    assert [line.status for line in await house.poller.round()] == ["ok"]
    assert await wait_of(house) >= timedelta(hours=2)


async def test_rule_08_retry_after_as_a_date_and_longer_than_a_day(house: House) -> None:
    until = Answer(status=503, headers={"Retry-After": "Tue, 24 Mar 2026 15:00:00 GMT"})
    await answers(house, until)
    assert (await house.source(host=HOST)).next_poll == datetime(2026, 3, 24, 15, tzinfo=UTC)
    house.clock.set(datetime(2026, 3, 24, 16, tzinfo=UTC))
    await answers(house, Answer(status=429, headers={"Retry-After": "99999999"}))
    assert await wait_of(house) == timedelta(hours=24)


@pytest.mark.parametrize("status", [429, 503])
async def test_rule_08_retry_after_silences_the_whole_host_even_over_a_restart(
    house: House, worker: ParseWorker, status: int
) -> None:
    await house.add("/other", host=HOST)
    house.web["/other"] = rss(A)
    busy = Answer(status=status, headers={"Retry-After": "7200"})
    await answers(house, busy, busy)
    assert len(house.web.asked_for("/feed")) == 1
    asked = len(house.web.asked_for("/other"))
    house.poller._fetcher.manners._silences.clear()  # as after a restart
    await answers(house, busy)
    assert len(house.web.asked_for("/other")) == asked
    house.clock.turn(timedelta(hours=2))
    await answers(house, rss(A))
    assert len(house.web.asked_for("/other")) == asked + 1


async def test_rule_08_retry_after_may_be_a_date_and_without_it_we_back_off_from_a_quarter_of_an_hour() -> None:
    chance = random.Random(1)
    now = datetime(2026, 3, 24, 12, tzinfo=UTC)
    waits = [after_failure(now, TEN_MINUTES, n, "busy", chance=chance) - now for n in (1, 2, 3, 9)]
    for wait, minutes in zip(waits, (15, 30, 60, 720), strict=True):
        assert 0.8 * minutes * MINUTE <= wait <= 1.2 * minutes * MINUTE


async def test_rule_09_failures_make_the_wait_longer_with_jitter_and_keep_the_validators(house: House) -> None:
    await answers(house, tagged(rss(A)))
    waits = []
    for _ in range(8):
        await answers(house, Answer(status=500))
        waits.append(await wait_of(house))
    assert waits[0] != 2 * TEN_MINUTES and 16 * MINUTE <= waits[0] <= 24 * MINUTE
    assert all(later > sooner for sooner, later in pairwise(waits[:5]))
    assert max(waits) <= FAILURE_CAP * 1.2
    source = await house.source(host=HOST)
    assert (source.etag, source.failures, source.status) == ('"a"', 8, "server-error")
    (asked,) = await answers(house, Answer(status=304))
    assert asked.headers["If-None-Match"] == '"a"'


async def test_rule_09_after_a_day_of_failure_it_is_told_once(house: House, caplog: pytest.LogCaptureFixture) -> None:
    await answers(house, *[Answer(status=500)] * 5, later=timedelta(hours=9))
    assert [each.levelname for each in caplog.records if "failing for a day" in each.message] == ["ERROR"]


@pytest.mark.parametrize(("status", "word"), [(401, "forbidden"), (403, "forbidden"), (404, "not-found")])
async def test_rule_10_what_is_refused_is_kept_and_asked_ever_more_rarely(house: House, status: int, word: str) -> None:
    await answers(house, Answer(status=status))
    first = await wait_of(house)
    await answers(house, Answer(status=status))
    assert (await house.source(host=HOST)).status == word
    assert await wait_of(house) > first


async def test_rule_10_what_is_gone_is_probed_once_a_week(house: House) -> None:
    await answers(house, Answer(status=410))
    assert (await house.source(host=HOST)).status == "gone"
    assert timedelta(days=5.6) <= await wait_of(house) <= timedelta(days=8.4)


async def test_rule_11_a_permanent_move_is_believed_after_a_day_and_a_temporary_one_never(house: House) -> None:
    house.web["/new"] = rss(A)
    permanent = Answer(status=301, headers={"Location": "/new"})
    await answers(house, *[permanent] * 4, later=timedelta(hours=5))
    assert memory.read((await house.source(host=HOST)).memory).address == ""
    await answers(house, *[permanent] * 3, later=timedelta(hours=10))
    asked = await answers(house, permanent)
    assert [each.path for each in asked] == ["/new"]
    assert await house.posted() == []


async def test_rule_11_a_new_address_that_turns_out_to_be_a_mistake_is_left_again(house: House) -> None:
    house.web["/new"] = rss(A)
    await answers(house, *[Answer(status=301, headers={"Location": "/new"})] * 4, later=timedelta(hours=12))
    house.web["/new"] = Answer(status=404)
    asked = await answers(house, *[rss(B, A)] * 4, later=timedelta(hours=12))
    assert [each.path for each in asked] == ["/new", "/new", "/new", "/feed"]
    assert await house.posted() == [B.title]


async def test_rule_11_a_feed_that_moves_to_where_another_one_is_joins_it(house: House) -> None:
    await house.add("/new", host=HOST)
    house.web["/new"] = rss(A)
    await answers(house, *[Answer(status=301, headers={"Location": "/new"})] * 5, later=timedelta(hours=12))
    assert [feed.url for feed in await house.archive.feeds()] == [house.web.url("/new", HOST)]
    house.web["/new"] = rss(B, A)
    assert [each.path for each in await answers(house, rss(A))] == ["/new"]
    assert await house.posted() == [B.title]


async def test_rule_11_one_temporary_step_on_the_way_makes_the_whole_way_temporary(house: House) -> None:
    house.web["/new"] = Answer(status=302, headers={"Location": "/newer"})
    house.web["/newer"] = rss(A)
    await answers(house, *[Answer(status=308, headers={"Location": "/new"})] * 5, later=timedelta(hours=12))
    assert house.web.asked[-1].path == "/newer" and house.web.asked[-3].path == "/feed"


async def test_rule_12_at_most_five_redirects(house: House) -> None:
    for number in range(9):
        house.web[f"/hop{number}"] = Answer(status=302, headers={"Location": f"/hop{number + 1}"})
    asked = await answers(house, Answer(status=302, headers={"Location": "/hop0"}))
    assert len(asked) == 6
    assert (await house.source(host=HOST)).status == "redirect-loop"


async def test_rule_12_validators_and_credentials_stay_with_their_origin(worker: ParseWorker) -> None:
    async with open_house(worker) as house:
        url = house.web.url("/feed", "user:secret@mag.test")
        await house.archive.add_feed((await house.add()).__class__(url, pages=False))
        there = house.web.url("/there", "other.test")
        house.web["mag.test/feed"] = Answer(status=302, headers={"Location": there})
        house.web["other.test/there"] = tagged(rss(A))
        await house.goes_round()
        await house.goes_round()
        first = [each for each in house.web.asked if each.host == "mag.test"]
        second = [each for each in house.web.asked if each.host == "other.test"]
        assert all("Authorization" in each.headers and "If-None-Match" not in each.headers for each in first)
        assert all("Authorization" not in each.headers for each in second)
        assert second[1].headers["If-None-Match"] == '"a"'


@pytest.mark.parametrize("target", ["ftp://mag.test/feed", "file:///etc/passwd", "data:text/xml,<rss/>", ""])
async def test_rule_12_only_http_and_https_are_followed(house: House, target: str) -> None:
    asked = await answers(house, Answer(status=302, headers={"Location": target} if target else {}))
    assert len(asked) == 1
    assert (await house.source(host=HOST)).status == "bad-redirect"


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


async def test_rule_14_phases_differ_and_a_restart_asks_nothing_early(house: House) -> None:
    for number in range(5):
        await house.add(f"/{number}", host=f"h{number}.test")
        house.web[f"/{number}"] = rss(A)
    await answers(house, rss(A), later=timedelta(0))
    due = {source.next_poll for source in await house.archive.sources()}
    assert len(due) == 6
    assert await house.poller.round() == []
    house.clock.turn(TEN_MINUTES)
    assert len(await house.poller.round()) == 6


async def test_rule_15_every_packing_is_accepted(house: House) -> None:
    import brotli  # type: ignore[import-untyped, unused-ignore]
    from backports import zstd

    bodies = {
        "gzip": gzip.compress(rss(A)),
        "deflate": zlib.compress(rss(B, A)),
        "br": brotli.compress(rss(C, B, A)),
        "zstd": zstd.compress(rss(D, C, B, A)),
    }
    asked = await answers(house, *(Answer(body, headers={"Content-Encoding": name}) for name, body in bodies.items()))
    assert all(name in asked[0].headers["Accept-Encoding"] for name in bodies)
    assert "A-IM" not in asked[0].headers
    assert await house.posted() == [B.title, C.title, D.title]


async def test_rule_15_what_is_packed_without_saying_so_is_unpacked(house: House) -> None:
    await answers(house, rss(A), gzip.compress(rss(B, A)))
    assert await house.posted() == [B.title]


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "bomb"])
async def test_rule_16_a_document_is_read_only_so_far(house: House, packed: bool) -> None:
    much = b"<rss>" + b" " * 50_000_000
    body = Answer(gzip.compress(much), headers={"Content-Encoding": "gzip"}) if packed else Answer(much)
    await answers(house, body)
    source = await house.source(host=HOST)
    assert (source.status, source.error) == ("too-large", f"{HOST}:{house.web.port} sends more than 1 MB.")


async def test_rule_16_a_server_that_never_answers_is_left(house: House) -> None:
    await answers(house, Answer(rss(A), wait=asyncio.Event()))
    assert (await house.source(host=HOST)).status == "timeout"


async def test_rule_16_a_thousand_entries_are_enough(house: House) -> None:
    house.web["/feed"] = rss(*(item(f"Story {number}") for number in range(1200)))
    assert [line.new for line in await house.goes_round()] == [1000]


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
    assert source.error == f"{HOST}:{house.web.port} sends a web page, not a feed. It names this feed: /real.xml"


@pytest.mark.parametrize(
    ("charset", "declared", "encoding"),
    [
        ("", "utf-8", "utf-8-sig"),
        ("iso-8859-1", "utf-8", "iso-8859-1"),
        ("", "iso-8859-1", "iso-8859-1"),
        ("", "", "utf-8"),
        ("", "utf-8", "cp1252"),
    ],
    ids=["bom", "header", "declaration", "utf-8", "a lie"],
)
async def test_rule_21_the_order_of_charsets(house: House, charset: str, declared: str, encoding: str) -> None:
    text = rss(item("Über Köln")).decode().partition("?>")[2]
    head = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    content = "application/rss+xml" + (f"; charset={charset}" if charset else "")
    await answers(house, Answer((head + text).encode(encoding), headers={"Content-Type": content}))
    assert (await house.archive.latest(Query(limit=1))).hits[0].article.title == "Über Köln"


async def test_rule_22_entities_are_neither_blown_up_nor_fetched(house: House) -> None:
    lots = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<!DOCTYPE rss [<!ENTITY l0 "lol">{lots}<!ENTITY f SYSTEM "file:///etc/hostname">]>'
    body = rss(item("Bomb").but(title="T"), A).replace(b"<rss", bomb.encode() + b"<rss", 1)
    body = body.replace(b"What is said of Bomb.", b"&l9;&f;")
    await answers(house, body)
    found = (await house.archive.latest(Query(limit=5))).hits
    assert all(len(hit.article.teaser) < 1000 for hit in found)
    assert (await house.source(host=HOST)).status in ("ok", "broken", "not-a-feed")


@pytest.mark.parametrize(
    ("wishes", "minutes"),
    [((None,), 10), ((timedelta(minutes=30),), 30), ((timedelta(minutes=1),), 5), ((timedelta(hours=1), None), 10)],
    ids=["usual", "its own", "no oftener than every five", "the shortest of all"],
)
async def test_a_feed_is_asked_as_often_as_somebody_wants_within_manners(
    house: House, wishes: tuple[timedelta | None, ...], minutes: int
) -> None:
    for owner, every in enumerate(wishes):
        await house.add("/wished", host=HOST, owner=owner, every=every)
    house.web["/wished"] = rss(A)
    await house.goes_round()
    await house.goes_round()
    source = await house.source("/wished", HOST)
    assert source.next_poll is not None and source.succeeded is not None
    assert source.next_poll - source.succeeded == minutes * MINUTE


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

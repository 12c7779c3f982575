"""The poller as a whole: from a feed on a real server to the outbox."""

import asyncio
import sqlite3
from contextlib import closing
from datetime import timedelta
from email.utils import format_datetime
from itertools import pairwise

import pytest

from bot.intake.parse import MOST
from bot.intake.schedule import counted, learned
from bot.model import Query, Subscription
from tests.fakes import Answer, Asked, until
from tests.polling import House
from tests.press import NOON, Item, item, rss

A, B, C, D = (
    item("Rain in Kenya", 4),
    item("Ports of Ghana", 3),
    item("Elections in France", 2),
    item("Talks in Oman", 1),
)


pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_what_is_new_is_posted_once_and_the_first_poll_is_silent(house: House) -> None:
    await house.add()
    house.web["/feed"] = rss(C, B, A)
    first = await house.goes_round()
    house.web["/feed"] = rss(D, C, B)
    second = await house.goes_round()
    await house.goes_round()
    assert [(line.status, line.new) for line in first + second] == [("ok", 3), ("ok", 1)]
    assert await house.posted() == ["Talks in Oman"]
    assert house.nudged == ["owed"]


async def test_two_publishers_who_number_their_articles_alike_are_both_posted(house: House) -> None:
    for path, name in (("/one", "Rain"), ("/two", "Snow")):
        await house.add(path)
        house.web[path] = rss(Item(f"Old {name}", guid="1"))
    await house.goes_round()
    for path, name in (("/one", "Rain"), ("/two", "Snow")):
        house.web[path] = rss(Item(name, guid="2"), Item(f"Old {name}", guid="1"))
    await house.goes_round()
    assert sorted(await house.posted()) == ["Rain", "Snow"]


async def test_of_a_document_longer_than_we_read_what_is_added_at_either_end_is_news_and_no_more(house: House) -> None:
    old = [item(f"Old {number:04}", 3 + number / 10) for number in range(MOST + 200)]
    await house.add()
    for document in (rss(*old), rss(A, *old), rss(A, *old, B)):
        house.web["/feed"] = document
        await house.goes_round()
    assert await house.posted() == [A.title, B.title]


async def test_validators_are_sent_back_byte_for_byte(house: House) -> None:
    await house.add()

    def answer(asked: Asked) -> Answer:
        held = asked.headers.get("If-None-Match"), asked.headers.get("If-Modified-Since")
        validators = {"ETag": 'W/"a,\'b"', "Last-Modified": "Tue, 24 Mar 2026 11:59:60 gmt"}
        if held == (validators["ETag"], validators["Last-Modified"]):
            return Answer(status=304)
        return Answer(rss(A), headers=validators)

    house.web["/feed"] = answer
    await house.goes_round()
    lines = await house.goes_round()
    assert [(line.status, line.new, line.error) for line in lines] == [("unchanged", 0, "")]
    source = await house.source()
    assert source.failures == 0 and source.next_poll is not None
    assert source.next_poll - house.clock.now() <= timedelta(minutes=10)


async def test_words_in_wrong_letters_are_put_right_though_no_byte_of_them_changes(house: House) -> None:
    await house.add()
    body = rss(A.but(title="Café à Kigali"))
    for said, title in (("windows-1251", "CafГ©"), ("utf-8", "Café à Kigali")):
        house.web["/feed"] = Answer(body, headers={"Content-Type": f"text/xml; charset={said}"})
        await house.goes_round()
        (hit,) = (await house.archive.latest(Query())).hits
        assert hit.article.title.startswith(title)


async def test_a_clock_that_was_years_ahead_keeps_no_feed_waiting(house: House) -> None:
    await house.add("/one", host="one.test")
    await house.add("/two", host="two.test")
    house.web["/one"], house.web["/two"] = rss(A), Answer(status=429, headers={"Retry-After": "9000"})
    house.clock.turn(timedelta(days=3650))
    await house.goes_round(timedelta(0))
    house.clock.turn(timedelta(days=-3650))
    slept = len(house.clock.slept)
    house.web["/one"], house.web["/two"] = rss(B, A), rss(A)
    lines = {line.feed: line.status for line in await house.poller.round()}
    assert set(lines.values()) == {"ok"} and await house.posted() == [B.title]
    assert max(house.clock.slept[slept:], default=timedelta(0)) < timedelta(minutes=1)


async def test_a_page_in_place_of_a_feed_is_a_state_with_a_sentence_and_others_go_on(house: House) -> None:
    await house.add("/one")
    await house.add("/two")
    house.web["/one"] = "<!doctype html><html><head><title>Log in</title></head></html>"
    house.web["/two"] = rss(A)
    lines = {line.feed: line for line in await house.goes_round()}
    broken, well = lines[house.web.url("/one")], lines[house.web.url("/two")]
    assert (broken.status, broken.new) == ("not-a-feed", 0)
    assert "a web page" in broken.error
    assert (well.status, well.new, well.error) == ("ok", 1, "")


async def test_it_polls_what_is_due_for_ever_and_nothing_early(house: House) -> None:
    await house.add("/one", host="one.test")
    await house.add("/two", host="two.test")
    house.web["/one"] = rss(A)
    polling = asyncio.create_task(house.poller.run())
    try:
        async with asyncio.timeout(20):
            while len(house.web.asked_for("/one")) < 4 or len(house.web.asked_for("/two")) < 2:
                await asyncio.sleep(0.01)
    finally:
        polling.cancel()
        await asyncio.gather(polling, return_exceptions=True)
    times = [each.at for each in house.web.asked_for("/one")]
    waits = [after - before for before, after in pairwise(times)]
    assert waits[0] >= timedelta(minutes=5) and min(waits[1:]) >= timedelta(minutes=10)
    assert (await house.source("/two", "two.test")).status == "not-found"


async def test_a_fault_of_our_own_is_a_state_too_and_the_others_go_on(house: House) -> None:
    await house.add("/one")
    await house.add("/two")
    house.web["/one"], house.web["/two"] = rss(B), rss(A)
    with closing(sqlite3.connect(house.archive.path)) as db:
        db.execute(
            "CREATE TRIGGER no BEFORE INSERT ON article WHEN (SELECT count(*) FROM article) = 1"
            " BEGIN SELECT RAISE(FAIL, 'disk full'); END"
        )
        db.commit()
    lines = await house.goes_round()
    assert sorted((line.status, line.new) for line in lines) == [("fault", 0), ("ok", 1)]
    assert "fault of its own" in next(line.error for line in lines if line.error)


@pytest.mark.parametrize(
    ("answer", "status", "words"),
    [
        (Answer(b""), "empty", "an empty document"),
        (Answer(b"  \n "), "empty", "an empty document"),
        (Answer(b"hello"), "not-a-feed", "no feed that we can read"),
        (Answer(rss(A), status=418), "refused", "418"),
        (Answer(rss(A), status=500), "server-error", "a fault of its own"),
        (Answer(status=302, headers={"Location": "/feed"}), "redirect-loop", "in a circle"),
        (Answer(b"\x1f\x8b\x08garbage", headers={"Content-Encoding": "gzip"}), "cut-off", "broke off"),
        (Answer(rss(A), headers={"Content-Encoding": "gzip"}), "cut-off", "broke off"),
    ],
)
async def test_each_failure_is_a_state_with_a_sentence(house: House, answer: Answer, status: str, words: str) -> None:
    await house.add()
    house.web["/feed"] = answer
    (line,) = await house.goes_round()
    assert (line.status, line.new) == (status, 0)
    assert words in line.error and line.error.endswith(".")
    source = await house.source()
    assert source.failures == 1 and source.error == line.error


async def test_a_host_that_is_not_there_is_a_state(house: House) -> None:
    await house.add(host="mag.nowhere")
    (line,) = await house.goes_round()
    assert (line.status, line.error) == (
        "unreachable",
        f"There is no host mag.nowhere:{house.web.port}, or its name cannot be looked up now.",
    )


async def test_a_flood_from_a_known_feed_waits_for_a_person(house: House) -> None:
    await house.add()
    house.web["/feed"] = rss(A)
    await house.goes_round()
    house.web["/feed"] = rss(*(item(f"Flood {number}") for number in range(40)))
    await house.goes_round()
    rows = await house.archive.outbox_rows(100)
    assert {row.state for row in rows} == {"held"} and len(rows) == 40
    assert "40 articles at once" in rows[0].reason


async def test_after_two_weeks_a_batch_outlets_hours_are_known(house: House) -> None:
    hours = [0] * 48
    hours[4] = 30
    since = NOON - timedelta(days=20)
    morning, noon = NOON.replace(hour=4), NOON
    ten = timedelta(minutes=10)
    assert learned(ten, hours, since, morning) == timedelta(minutes=5)
    assert learned(ten, hours, since, noon) == timedelta(minutes=15)
    assert learned(ten, hours, NOON - timedelta(days=3), noon) == ten
    assert learned(ten, [20] * 48, since, noon) == ten


async def test_a_batch_outlet_is_asked_often_in_its_hour_and_rarely_outside(house: House) -> None:
    await house.add(host="mag.test")
    house.web["mag.test/feed"] = rss(A)
    for day in range(20):
        house.clock.set(NOON.replace(hour=4, minute=6) + timedelta(days=day))
        house.web["mag.test/feed"] = rss(*(item(f"Day {day} story {number}", -24 * day) for number in range(3)), A)
        await house.goes_round(timedelta(0))
    waits = {}
    for hour in (4, 12):
        house.clock.set(NOON.replace(hour=hour) + timedelta(days=21))
        await house.goes_round(timedelta(0))
        source = await house.source(host="mag.test")
        assert source.next_poll is not None and source.polled is not None
        waits[hour] = source.next_poll - source.polled
    assert waits == {4: timedelta(minutes=5), 12: timedelta(minutes=15)}


async def test_a_feed_that_prints_much_is_asked_regularly_however_long_it_is_known() -> None:
    hours: tuple[int, ...] = ()
    since = NOON
    for day in range(200):
        hours, halved = counted(hours, NOON + timedelta(days=day), 20)
        since += (NOON + timedelta(days=day) - since) / 2 if halved else timedelta(0)
    ten = timedelta(minutes=10)
    assert learned(ten, hours, since, NOON + timedelta(days=200)) == ten


async def test_a_feed_whose_validators_do_not_work_is_loaded_less_often(house: House) -> None:
    await house.add(host="mag.test")
    house.web["/feed"] = rss(A)
    for _ in range(20):
        await house.goes_round(timedelta(minutes=15))
    source = await house.source(host="mag.test")
    assert source.next_poll is not None and source.polled is not None
    assert source.next_poll - source.polled == timedelta(minutes=15)


@pytest.mark.parametrize("changed", [False, True], ids=["unchanged", "changed"])
async def test_a_feed_that_is_added_while_its_address_is_asked_misses_nothing_after_it(
    house: House, changed: bool
) -> None:
    await house.archive.subscribe(Subscription("channel:2", "*", guild=2))
    await house.add(host="mag.test", owner=1)
    house.web["/feed"] = Answer(rss(A), headers={"ETag": '"a"'})
    await house.goes_round()
    go_on, known = asyncio.Event(), rss(B, A) if changed else rss(A)
    house.web["/feed"] = Answer(known, wait=go_on) if changed else Answer(status=304, wait=go_on)
    asking = asyncio.create_task(house.poller.round())
    await until(lambda: len(house.web.asked) >= 2)
    house.clock.turn(timedelta(seconds=1))
    await house.add(host="mag.test", owner=2)
    house.clock.turn(timedelta(seconds=1))
    go_on.set()
    await asking
    house.web["/feed"] = known
    await house.poller.round()  # what is due by now: with a 304, this address at once, for a whole document
    house.clock.turn(timedelta(minutes=10))
    house.web["/feed"] = rss(C, B, A)
    await house.poller.round()
    rows = await house.archive.outbox_rows()
    assert {row.article.title for row in rows if row.target == "channel:2"} == (
        {C.title} if changed else {B.title, C.title}
    )


async def test_a_clock_that_runs_weeks_ahead_makes_no_news_too_old_to_be_posted(house: House) -> None:
    """How old an article is, its server's clock says too."""
    house.web["/feed"] = rss(A)
    await house.add()
    await house.goes_round()
    now = format_datetime(house.clock.now(), usegmt=True)
    house.clock.turn(timedelta(days=60))
    house.web["/feed"] = Answer(rss(B, A), headers={"Date": now})
    await house.goes_round()
    house.web["/feed"] = Answer(rss(C, B, A), headers={"Date": now})
    await house.goes_round()
    assert await house.posted() == [B.title, C.title]


async def test_a_server_whose_clock_is_years_behind_makes_nothing_old_news(house: House) -> None:
    """Its own articles say that it is wrong."""
    house.web["/feed"] = rss(A)
    await house.add()
    await house.goes_round()
    old = item("An old tale", hours=24 * 100)
    house.web["/feed"] = Answer(rss(B, old, A), headers={"Date": "Thu, 01 Jan 1970 00:00:00 GMT"})
    await house.goes_round()
    assert await house.posted() == [B.title]

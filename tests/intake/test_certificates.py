"""A certificate that cannot be trusted: refused, unless somebody says so of this very feed, and then never silently."""

import logging
import ssl
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from bot.errors import NewsError
from bot.intake import memory
from bot.intake.worker import ParseWorker
from bot.model import Feed, Query
from tests.fakes import Answer, Names, Web
from tests.polling import House, open_house
from tests.press import item, rss

pytestmark = pytest.mark.asyncio(loop_scope="module")

A, B = item("Rain in Kenya", 2), item("Talks in Oman", 1)
HOST = "mag.test"


def self_signed() -> ssl.SSLContext:
    """A server's side of TLS, with a certificate that nobody vouches for."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(Path(__file__).parent / "self-signed.pem")
    return context


@pytest_asyncio.fixture(loop_scope="module")
async def house(worker: ParseWorker) -> AsyncIterator[House]:
    async with open_house(worker, tls=self_signed()) as here:
        here.web["/feed"] = rss(A)
        yield here


async def test_rule_18_what_nobody_vouches_for_is_refused_with_a_reason_and_nothing_is_asked(house: House) -> None:
    await house.add(host=HOST)
    (line,) = await house.goes_round()
    assert line.status == "tls" and "cannot be trusted (self-signed certificate)" in line.error
    assert house.web.asked == []


async def test_rule_18_an_exception_is_for_one_feed_and_is_logged_at_each_start(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    await house.add(host=HOST, any_certificate=True)
    await house.add("/feed", host="other.test")
    with caplog.at_level(logging.WARNING):
        lines = await house.goes_round()
    assert sorted((line.status, line.new) for line in lines) == [("ok", 1), ("tls", 0)]
    assert [each.host for each in house.web.asked] == [HOST]
    assert f"takes any certificate feed={house.web.url('/feed', HOST)}" in caplog.text


async def test_rule_18_an_exception_does_not_follow_a_redirect_to_another_host(house: House) -> None:
    await house.add(host=HOST, any_certificate=True)
    house.web[f"{HOST}/feed"] = Answer(status=302, headers={"Location": house.web.url("/feed", "other.test")})
    (line,) = await house.goes_round()
    assert line.status == "tls" and [each.host for each in house.web.asked] == [HOST]


async def test_rule_18_pages_and_older_pages_of_that_host_are_read_and_those_of_others_are_not(house: House) -> None:
    head = '<html><head><meta property="og:image" content="/big.jpg"></head>'
    feed = await house.add(host=HOST, any_certificate=True, pages=True)
    await house.goes_round()
    own, other = house.web.url("/own", HOST), house.web.url("/other", "other.test")
    house.web["/own"] = house.web["/other"] = head
    house.web["/feed"] = rss(B.but(link=own), B.but(link=other, guid="other", title="Dams of Laos"), A)
    await house.goes_round()
    assert house.web.asked_for("/own") and not house.web.asked_for("/other")
    house.web["/feed?page=2"] = rss(item("Old", 200))
    filled = await house.poller.backfill(feed.url, house.clock.now() - (house.clock.now() - A.date) * 500)  # type: ignore[operator]
    assert filled.new == 1
    assert (await house.poller.check(feed.url)).articles


async def test_adding_needs_the_word_and_says_what_it_means(house: House, caplog: pytest.LogCaptureFixture) -> None:
    url = house.web.url("/feed", HOST)
    with pytest.raises(NewsError, match="cannot be trusted"):
        await house.poller.add(url, 0)
    with caplog.at_level(logging.WARNING):
        added = await house.poller.add(url, 0, any_certificate=True)
    assert added.feed.any_certificate and added.articles == 1
    assert f"Any certificate of {HOST}:{house.web.port} is taken" in added.sentence
    assert "takes any certificate" in caplog.text
    again = await house.poller.add(url, 0, any_certificate=False)
    assert "is checked again" in again.sentence
    assert [line.status for line in await house.goes_round()] == ["tls"]


async def test_one_who_does_not_want_the_exception_is_heard_by_all_at_an_address(house: House) -> None:
    careless = await house.add(host=HOST, any_certificate=True)
    careful = await house.add(host=HOST, owner=7)
    assert [line.status for line in await house.goes_round()] == ["tls", "tls"]
    assert house.web.asked == []
    await house.archive.remove_feed(careful.url, 7)
    assert [line.status for line in await house.goes_round()] == ["ok"]
    await house.archive.add_feed(replace(careless, any_certificate=False))
    assert [line.status for line in await house.goes_round()] == ["tls"]


async def test_nor_is_anything_taken_in_for_all_that_came_unchecked_to_who_adds_it_once_more(house: House) -> None:
    await house.add(host=HOST)
    house.web["/feed"] = rss(item("Not from the publisher"))
    added = await house.poller.add(house.web.url("/feed", HOST), 7, any_certificate=True)
    assert "cannot be trusted" in added.sentence and "is taken" not in added.sentence
    assert (await house.archive.latest(Query(viewer=None))).total == 0
    assert (await house.source(host=HOST)).status == "tls"


async def test_a_feed_that_is_allowed_later_is_asked_at_once(house: House) -> None:
    feed = await house.add(host=HOST)
    await house.goes_round()
    await house.archive.add_feed(replace(feed, any_certificate=True))
    assert [line.status for line in await house.poller.round()] == ["ok"]
    assert (await house.archive.latest(Query())).total == 1


async def test_rule_11_a_step_from_http_to_https_of_the_same_address_is_for_good_whatever_it_is_called(
    worker: ParseWorker,
) -> None:
    names = Names()
    async with open_house(worker, names=names) as house, Web(house.clock, self_signed()) as safe:
        names.ports = {80: house.web.port, 443: safe.port}
        house.web[f"{HOST}/feed"] = Answer(status=302, headers={"Location": f"https://{HOST}/feed"})
        safe[f"{HOST}/feed"] = rss(A)
        await house.archive.add_feed(Feed(f"http://{HOST}/feed", pages=False, any_certificate=True))
        for _ in range(5):
            await house.goes_round(timedelta(hours=10))
        (source,) = await house.archive.sources()
        assert memory.read(source.memory).address == f"https://{HOST}/feed"
        plain = len(house.web.asked)
        assert [line.status for line in await house.goes_round()] == ["unchanged"]
        assert len(house.web.asked) == plain


async def test_a_server_that_speaks_no_tls_has_a_sentence_of_its_own(worker: ParseWorker) -> None:
    async with open_house(worker) as house, Web(house.clock) as plain:
        plain["/feed"] = rss(A)
        await house.archive.add_feed((await house.add()).__class__(f"https://127.0.0.1:{plain.port}/feed"))
        lines = {line.feed: line for line in await house.goes_round()}
        line = lines[f"https://127.0.0.1:{plain.port}/feed"]
        assert line.status == "no-tls" and line.error.endswith("does not speak a TLS that is safe.")

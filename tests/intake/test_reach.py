"""Forty ways to a private address, all refused; and the ways to public ones, which are not."""

import socket
from collections.abc import AsyncIterator

import pytest
from aiohappyeyeballs import AddrInfoType
from aiohttp import ClientSession, TCPConnector

from bot.intake.addresses import parted, spoken
from bot.intake.fetch import Fetcher, open_session
from bot.intake.manners import Manners
from bot.intake.reach import PrivateAddress, is_public, public_socket
from tests.fakes import Answer, Clock, Names, Web

NAMES = {
    "rebound.test": "127.0.0.1",
    "mapped.test": "::ffff:10.0.0.1",
    "router.test": "192.168.1.1",
    "metadata.test": "169.254.169.254",
    "six.test": "::1",
    "nat64.test": "64:ff9b::a00:1",
}
FORTY = [
    "http://localhost:{port}/",
    "http://LOCALHOST:{port}/",
    "http://localhost.:{port}/",
    "http://127.0.0.1:{port}/",
    "http://127.0.0.1.:{port}/",
    "http://127.1:{port}/",
    "http://127.0.1:{port}/",
    "http://127.255.255.254:{port}/",
    "http://2130706433:{port}/",
    "http://0x7f000001:{port}/",
    "http://0x7f.0.0.1:{port}/",
    "http://0177.0.0.1:{port}/",
    "http://0:{port}/",
    "http://0.0.0.0:{port}/",
    "http://%31%32%37.0.0.1:{port}/",
    "http://①②⑦.0.0.1:{port}/",
    "http://127。0。0。1:{port}/",
    "http://[::1]:{port}/",
    "http://[::]:{port}/",
    "http://[0:0:0:0:0:0:0:1]:{port}/",
    "http://[::ffff:127.0.0.1]:{port}/",
    "http://[::ffff:7f00:1]:{port}/",
    "http://[::127.0.0.1]:{port}/",
    "http://[64:ff9b::127.0.0.1]:{port}/",
    "http://[2002:7f00:1::]:{port}/",
    "http://[2001:0:7f00:1::]:{port}/",
    "http://[fe80::1]:{port}/",
    "http://[fe80::1%25lo]:{port}/",
    "http://[fc00::1]:{port}/",
    "http://[fd12:3456::1]:{port}/",
    "http://[ff02::1]:{port}/",
    "http://10.0.0.1:{port}/",
    "http://172.16.0.1:{port}/",
    "http://192.168.0.1:{port}/",
    "http://169.254.169.254:{port}/latest/meta-data/",
    "http://100.64.0.1:{port}/",
    "http://224.0.0.1:{port}/",
    "http://255.255.255.255:{port}/",
    "http://198.18.0.1:{port}/",
    "http://user:password@127.0.0.1:{port}/",
    "http://public.test@127.0.0.1:{port}/",
    "http://rebound.test:{port}/",
    "http://mapped.test:{port}/",
    "http://router.test:{port}/",
    "http://metadata.test:{port}/",
    "http://six.test:{port}/",
    "http://nat64.test:{port}/",
    "file:///etc/passwd",
    "ftp://127.0.0.1/",
    "gopher://127.0.0.1:{port}/",
    "unix:///run/docker.sock",
    "//127.0.0.1:{port}/",
    "http:\\\\127.0.0.1:{port}\\",
    "http://127.0.0.1\t:{port}/",
]


@pytest.fixture
async def web() -> AsyncIterator[Web]:
    async with Web() as here:
        here["/"] = "a secret"
        yield here


@pytest.mark.parametrize("way", FORTY)
async def test_no_way_leads_to_a_private_address(web: Web, way: str) -> None:
    async with open_session(private=False, resolver=Names(NAMES)) as session:
        fetched = await Fetcher(session, Manners(Clock()), user_agent="test").fetch(way.format(port=web.port))
    assert fetched.document is None
    assert fetched.status in {"private", "bad-address"}, fetched  # not only because nobody is there
    assert web.asked == []


def test_there_are_at_least_forty() -> None:
    assert len(set(FORTY)) >= 40


async def test_a_redirect_leads_there_no_more_than_a_link(web: Web) -> None:
    async with Web() as inside:
        web["/out"] = Answer(status=302, headers={"Location": inside.url("/")})

        def as_if_web_were_public(info: AddrInfoType) -> socket.socket:
            return socket.socket(info[0], info[1]) if info[4][1] == web.port else public_socket(info)

        async with ClientSession(connector=TCPConnector(socket_factory=as_if_web_were_public)) as session:
            fetched = await Fetcher(session, Manners(Clock()), user_agent="test").fetch(web.url("/out"))
        assert (fetched.status, len(web.asked), inside.asked) == ("private", 1, [])


async def test_the_sentence_names_the_switch(web: Web) -> None:
    async with open_session(private=False, resolver=Names()) as session:
        fetched = await Fetcher(session, Manners(Clock()), user_agent="test").fetch(web.url("/"))
    assert "NEWSDESK_PRIVATE_FEEDS" in fetched.error


async def test_with_the_switch_it_is_reached(web: Web) -> None:
    async with open_session(private=True, resolver=Names()) as session:
        fetched = await Fetcher(session, Manners(Clock()), user_agent="test").fetch(web.url("/"))
    assert fetched.document is not None and fetched.document.body == b"a secret"


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::"]
)
def test_what_is_public_is_public(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address", ["192.0.0.192", "168.63.129.16", "100.100.100.200", "192.88.99.1", "3fff::1", "64:ff9b::a83f:8110"]
)
def test_what_a_cloud_or_a_book_keeps_for_itself_is_not(address: str) -> None:
    assert not is_public(address)


def test_the_socket_is_refused_before_it_is_made() -> None:
    with pytest.raises(PrivateAddress, match=r"10\.0\.0\.1"):
        public_socket((socket.AF_INET, socket.SOCK_STREAM, 0, "", ("10.0.0.1", 80)))


def test_credentials_are_not_spoken() -> None:
    url = "https://user:p%40ss@mag.test:8443/feed?a=1"
    assert spoken(url) == "https://mag.test:8443/feed?a=1"
    assert parted(url) == ("https://mag.test:8443/feed?a=1", ("user", "p@ss"))


@pytest.mark.parametrize(
    "url",
    ["https://u:s3cret@[mag/feed", "https://u:s3cret@mag.test:x/", "http://u:s3cr@et@mag.test/", "//s3cret@mag.test/"],
)
def test_credentials_are_not_spoken_either_where_an_address_is_none(url: str) -> None:
    assert "s3cr" not in spoken(url) and "mag" in spoken(url)


async def test_credentials_reach_the_server_and_no_log(web: Web, caplog: pytest.LogCaptureFixture) -> None:
    web["/"] = lambda asked: Answer(b"yes" if asked.headers.get("Authorization") == "Basic dTpwQHNz" else b"no")
    caplog.set_level(0)
    async with open_session(private=True, resolver=Names()) as session:
        fetcher = Fetcher(session, Manners(Clock()), user_agent="test")
        fetched = await fetcher.fetch(web.url("/", "u:p%40ss@mag.test"))
        failed = await fetcher.fetch("http://u:p%40ss@mag.nowhere/")
    assert fetched.document is not None and fetched.document.body == b"yes"
    assert fetched.document.url == web.url("/", "mag.test")
    assert "p@ss" not in caplog.text + failed.error and "p%40ss" not in caplog.text + failed.error

"""Addresses: what is one article, and what a reader is given to click on."""

import json

import pytest

from bot.intake.addresses import canonical, domain, join, tidy
from bot.intake.parse import parse
from bot.model import Document
from tests.press import item, rss


@pytest.mark.parametrize(
    "printed",
    [
        "https://a.test/rain/",
        "http://www.a.test/rain",
        "https://a.test/rain?utm_source=feed&utm_medium=rss",
        "https://a.test/rain/?ref=dispatches&fbclid=IwAR26#blog",
        "https://a.test/rain?ref=example.org",
        "https://a.test//rain/index.html",
    ],
)
def test_one_article_has_one_canonical_address(printed: str) -> None:
    assert canonical(printed) == "https://a.test/rain"


@pytest.mark.parametrize("query", ["id=7", "p=123", "ref=V12", "page=2"])
def test_what_may_tell_articles_apart_is_kept(query: str) -> None:
    assert canonical(f"https://a.test/rain?{query}") == f"https://a.test/rain?{query}"


@pytest.mark.parametrize(
    ("printed", "clicked"),
    [
        ("http://a.test/Rain/?utm_source=feed&utm_medium=rss", "http://a.test/Rain/"),
        ("https://a.test/?id=7&utm_source=x&q=a+b%26c#top", "https://a.test/?id=7&q=a+b%26c#top"),
        ("https://a.test/rain", "https://a.test/rain"),
        ("", ""),
    ],
)
def test_a_reader_is_not_counted(printed: str, clicked: str) -> None:
    assert tidy(printed) == clicked


@pytest.mark.parametrize(
    ("printed", "clicked"),
    [
        ("/a b<c>", "https://a.test/a%20b%3Cc%3E"),
        ("/\u202egnp.exe", "https://a.test/%E2%80%AEgnp.exe"),
        ("/\x1b[31m\x9b2J\u200b", "https://a.test/%1B[31m%C2%9B2J%E2%80%8B"),
        ("/\ud800", "https://a.test/%3F"),
        ("/Köln?q=日本", "https://a.test/Köln?q=日本"),
    ],
)
def test_an_address_is_all_that_one_sees_of_it(printed: str, clicked: str) -> None:
    assert join("https://a.test/", printed) == clicked


def test_an_address_that_is_only_printed_as_an_id_is_one_too() -> None:
    feed = {"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "https://a.test/\u202ex", "title": "A"}]}
    for body in (json.dumps(feed).encode(), rss(item("A").but(link="", guid="https://a.test/\u202ex"))):
        (entry,) = parse(Document("https://a.test/feed", 200, body, {})).entries
        assert entry.link == "https://a.test/%E2%80%AEx"


def test_half_a_letter_in_one_id_hides_no_other_article() -> None:
    ids = ("https://a.test/\ud83d", "https://a.test/?q=\ud83d", "https://a.test/whole")
    feed = {"version": "https://jsonfeed.org/version/1.1", "items": [{"id": each, "title": each[-1:]} for each in ids]}
    found = parse(Document("https://a.test/feed", 200, json.dumps(feed).encode(), {})).entries
    assert [entry.link for entry in found] == ["https://a.test/%3F", "https://a.test/?q=%3F", "https://a.test/whole"]


@pytest.mark.parametrize(
    ("url", "whose"),
    [
        ("https://a.b.example.org:8443/feed", "example.org"),
        ("https://news.bbc.co.uk/", "bbc.co.uk"),
        ("http://192.0.2.7:80/feed", "192.0.2.7"),
        ("http://[2001:db8::7]:81/feed", "2001:0db8:0000"),
        ("http://[2001:db8:0:9:1:2:3:4]/", "2001:0db8:0000"),
        ("mailto:a@b.test", ""),
    ],
)
def test_whose_a_host_is(url: str, whose: str) -> None:
    assert domain(url) == whose

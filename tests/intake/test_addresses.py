"""Addresses: what is one article, and what a reader is given to click on."""

import pytest

from bot.intake.addresses import canonical, tidy


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

"""The small language of include and exclude."""

import time

import pytest

from bot.model import Tag
from bot.wish import BadWish, in_words, speaks_of, understand
from tests.delivery.samples import an_article

ARTICLE = an_article(
    "Sanctions on Iran: the Red Sea route",
    teaser="Shippers reroute. Élysée is silent. 北京表示关切。",
    authors=("Jane Doe",),
    tags=(Tag("Podcast"), Tag("Middle East")),
)


@pytest.mark.parametrize(
    "wish",
    [
        "iran",
        "IRAN",
        "sanctions iran",
        '"red sea"',
        "elysee",
        "sanction*",
        "tag:podcast",
        'author:"jane doe"',
        "title:iran",
        "nothing, iran",
        "nothing OR iran",
        "-ukraine",
        "iran -ukraine",
        'tag:"middle east"',
        "feed:a.test",
        "关切",
        'feed:"The Review"',
        '"sanctions on ir*"',
    ],
)
def test_it_speaks_of(wish: str) -> None:
    assert speaks_of(wish, ARTICLE)


@pytest.mark.parametrize(
    "wish",
    [
        "ukraine",
        "iran ukraine",
        '"sea red"',
        "ira",
        "tag:iran",
        "author:iran",
        "-iran",
        "iran -tag:podcast",
        "title:shippers",
        "上海",
    ],
)
def test_it_does_not_speak_of(wish: str) -> None:
    assert not speaks_of(wish, ARTICLE)


@pytest.mark.parametrize(
    ("wish", "complaint"),
    [
        ("", "empty"),
        ('"red sea', "never closed"),
        ("colour:red", "“colour:” is not known"),
        ("a,,b", "nothing before"),
        ("a,", "nothing after"),
        ("a OR", "nothing after"),
        ("-- !!", "no letter"),
        ("x " * 31, "more than 30"),
        ("x" * 501, "501 characters"),
    ],
)
def test_a_mistake_is_told_in_a_sentence(wish: str, complaint: str) -> None:
    with pytest.raises(BadWish, match=complaint):
        understand(wish)


def test_it_is_said_back_in_words() -> None:
    assert (
        in_words('sanctions iran, "red sea" -tag:podcast')
        == "“sanctions” and “iran”, or “red sea” and not tag “podcast”"
    )


def test_no_wish_is_slow() -> None:
    """No assertion on the clock: an expression that could run away would hang this test."""
    long = an_article("a" * 50_000, text="a" * 200_000)
    began = time.monotonic()
    assert not speaks_of(" ".join(["aaaaaaaaaa*b"] * 30), long)
    assert time.monotonic() >= began


def test_a_wish_that_can_no_longer_be_read_is_met_by_nothing() -> None:
    assert not speaks_of('"open', ARTICLE)

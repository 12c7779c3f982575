"""The small language of include and exclude."""

import re
import unicodedata
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import Tag
from bot.wish import BadWish, Term, in_words, speaks_of, understand
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


WORDS = ["rain", "rains", "RAINS", "Élysée", "elys", "北京", "表示", "a", "b.c", "the"]
TEXTS = st.lists(st.sampled_from(WORDS), max_size=6).map(" ".join)
TERMS = st.tuples(
    st.sampled_from(["", "-"]),
    st.sampled_from(["", "tag:", "title:", "author:", "feed:"]),
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join),
    st.sampled_from(["", "*"]),
).map(lambda each: f'{each[0]}{each[1]}"{each[2]}{each[3]}"')
WISHES = st.lists(st.lists(TERMS, min_size=1, max_size=3).map(" ".join), min_size=1, max_size=3).map(", ".join)


@given(WISHES, st.tuples(TEXTS, TEXTS, TEXTS), TEXTS, TEXTS)
def test_it_means_what_plain_reading_word_for_word_finds(
    wish: str, texts: tuple[str, str, str], tag: str, author: str
) -> None:
    title, teaser, text = texts
    article = an_article(
        title, teaser=teaser, text=text, tags=(Tag(tag, label="rain"),), authors=(author,), feeds=("b.c",)
    )
    parts = {"": texts, "title": (title,), "tag": (tag, "rain"), "author": (author,), "feed": ("b.c", "The Review")}

    def meets(term: Term) -> bool:
        return any(_stands_in(term, plain(each)) for each in parts[term.field]) is not term.negated

    found = any(all(map(meets, alternative)) for alternative in understand(wish))
    assert speaks_of(wish, replace(article, source_name="The Review")) is found


def plain(text: str) -> list[str]:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return re.findall(r"\w+", "".join(each for each in decomposed if unicodedata.category(each) != "Mn"))


def _stands_in(term: Term, words: list[str]) -> bool:
    last = len(term.words) - 1
    for start in range(len(words) - last):
        pairs = list(zip(words[start:], term.words, strict=False))
        if all(here == word for here, word in pairs[:last]) and (
            pairs[last][0].startswith(pairs[last][1]) if term.beginning else pairs[last][0] == pairs[last][1]
        ):
            return True
    return any("\u3040" <= each <= "\u9fff" for each in "".join(term.words)) and "".join(term.words) in "".join(words)


def test_an_article_that_was_asked_about_and_has_changed_is_read_anew() -> None:
    assert not speaks_of("ukraine, tag:essay", ARTICLE)
    assert speaks_of("ukraine", replace(ARTICLE, teaser="Ukraine as well"))
    assert speaks_of("tag:essay", replace(ARTICLE, tags=(Tag("Essay"),)))
    assert not speaks_of("ukraine, tag:essay", ARTICLE)


def test_no_wish_is_slow() -> None:
    """No assertion on the clock: an expression that could run away would hang this test."""
    long = an_article("a" * 50_000, text="a" * 200_000)
    assert not speaks_of(" ".join(["aaaaaaaaaa*b"] * 30), long)


def test_a_wish_that_can_no_longer_be_read_is_met_by_nothing() -> None:
    assert not speaks_of('"open', ARTICLE)

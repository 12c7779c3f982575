"""Whatever is typed, there is an answer: no query is wrong."""

import subprocess
import sys
from random import Random

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.model import Order, Query
from tests.archive.conftest import Room
from tests.builders import an_article

NASTY = (
    *(
        "-a OR -b",
        "a (-b OR -c)",
        "",
        " ",
        '"',
        '""',
        "*",
        "(",
        ")",
        "((((",
        "-",
        "--",
        "-(",
        '-"',
        "OR",
        "OR OR",
        "a OR",
    ),
    *("OR a", "NEAR(", "NEAR(a b)", "foo AND", "title:", "title:*", "title:-", "x:y", "region:"),
    *("region:nowhere", "before:", "before:never", "during:..", "sort:", "has:", "U.S."),
    *("asia-pacific", "what's", "C++", "a^2", "{a b}: c", "+a", "a + b", "^a", "\x00", "\x00a"),
    *("\ud800", "a\udfffb", "\ue000", "\ue002\ue400", "\U000f0000", "🇯🇵", "ﷺ", "Ǆ", "ß", "İ"),
    *("ﬁ", "中", "中文", "한", "ไ", "की", "\u0300", "a\u0300", "\u200b", "%", "_", "\\"),
    *("'; DROP TABLE article; --", "author:%", "feed:_", "lang:zz", "lang:\ud800", "author:\x00"),
    *("0" * 400, "after:99999", "after:0000", "before:2026-13", "during:2026-02-30"),
    *("after:9999999d", "before:1-1", "1..2", "during:9999", "after:9999-12"),
    *("(a OR (b OR (c OR (d OR (e OR (f OR (g))))))", "-a -b -c", "-(a b) -(c OR d)"),
    *('title:"a b" -title:c', "a* b* c*", "ab*", "*a", "“a b”", "word" * 1500, "a " * 3000),
    *("-region:africa " * 99, "lang:de " * 99, "中" * 1900, "a-" * 900 + "b"),
    *("author:" + "a," * 900, '"' + "a " * 900 + '"', "(" * 3000, "- a", "!a", "|", "a | b"),
    *("a && b"),
)
pieces = st.one_of(
    st.text(max_size=12),
    st.sampled_from(NASTY),
    st.sampled_from(
        ("nato", "japan", "rain", "region:", "-", '"', "(", ")", "OR", "*", "title:", "before:", "7d", "..", ":")
    ),
    st.characters(),
)


@pytest.mark.parametrize("word", ["क" * 60 + "--क", "-" + "कि" * 3000 + "-'", "é" * 6000 + "'", "中-" * 3000 + "!"])
def test_a_long_word_is_read_in_the_end(word: str) -> None:
    """In a process that can be given up, for the event loop waits where a query is read."""
    program = (
        "import sys; from bot.archive.search import normal; normal.forms(normal.fold(sys.stdin.buffer.read().decode()))"
    )
    subprocess.run([sys.executable, "-c", program], input=word.encode(), check=True, timeout=60)


@pytest.mark.parametrize("words", NASTY)
async def test_a_nasty_query_is_answered(room: Room, words: str) -> None:
    await room.takes_in(an_article("Rain in Japan", text="NATO 中文 🇯🇵"))
    orders: tuple[Order | None, ...] = (None, "newest")
    for order in orders:
        answer = await room.archive.search(Query(words, order=order))
        assert answer.understood
        answer.understood.encode()
    await room.archive.headlines(words, 0)
    await room.archive.authors(words, 0)
    await room.archive.latest(
        Query(words, region=words, author=words, feed=words, after=words, before=words, cursor=words)
    )


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(words='-"a" OR (-b', cursor="o5.2")
@example(words="a sort:new", cursor="o0.2")
@example(words="rain", cursor="r5")
@example(words="rain", cursor="r5.2.1.7")
@given(
    words=st.lists(pieces, max_size=12).map(" ".join) | st.lists(pieces, max_size=12).map("".join),
    cursor=st.one_of(st.just(""), st.text(max_size=20), st.from_regex(r"[onr][0-9a-z]{1,13}(\.[0-9a-z]{1,13}){0,3}")),
)
async def test_any_query_is_answered(room: Room, words: str, cursor: str) -> None:
    answer = await room.archive.search(Query(words, cursor=cursor, viewer=7))
    assert answer.understood
    await room.archive.headlines(words, 7)


async def test_the_signs_of_the_indexs_own_language_are_mere_text(room: Room) -> None:
    chance = Random(1)
    await room.takes_in(an_article("Rain"))
    for _ in range(200):
        words = "".join(chance.choice("ab\"*()-:^+{}' ORNEAD\ue002\ue400,") for _ in range(chance.randrange(30)))
        assert (await room.archive.search(Query(words))).understood

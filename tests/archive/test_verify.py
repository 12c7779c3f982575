"""Where the text is looked at, beside a phrase, words count in the same forms as in the index alone."""

import pytest

from bot.model import Query
from tests.archive.conftest import Room
from tests.builders import an_article


@pytest.mark.parametrize(
    ("text", "word"),
    [
        *(("using", "use"), ("use", "using"), ("aging", "age"), ("ivy", "ivies"), ("died", "dies")),
        *(("السلام", "سلام"), ("nato軍", "nato"), ("Asia-Pacific", "asiapacific"), ("played", "play*")),
    ],
)
async def test_a_word_beside_a_phrase_is_found_as_it_is_alone(room: Room, text: str, word: str) -> None:
    await room.takes_in(an_article("A rain pact", text=text))
    for words in (word, f'"rain pact" {word}', f'{word} -"no pact"'):
        assert (await room.archive.search(Query(words, order="newest"))).total == 1, words
    assert (await room.archive.search(Query(f'-{word} "rain pact"', order="newest"))).total == 0


async def test_a_beginning_that_finds_nothing_alone_excludes_nothing_beside_a_phrase(room: Room) -> None:
    await room.takes_in(an_article("A rain pact", text="using"))
    for words in ("-usi*", '-usi* "rain pact"'):
        assert (await room.archive.search(Query(words, order="newest"))).total == 1, words


@pytest.mark.parametrize(
    ("text", "words", "number"),
    [
        ("2026年度予算", "2026年", 1),
        ("2026年度予算", '"2026年"', 1),
        ("2026 の 年度", "2026年", 0),  # not side by side
        ("第2026年", "2026年", 1),
        ("12026年 2026", "2026年", 0),  # the end of another number
        ("nato中国人", "nato中国", 1),
        ("nato 中国人", '"nato 中"', 1),
        ("中国と日本", "日本，中国", 1),  # two words, with a comma between them
        ("中国日本", "中国-日本", 1),
        ("train 日本", '"rain 日本"', 0),
        ("Asia-Pacific", '"pacific asiapacific"', 0),  # the compound in one piece does not stand beside its end
    ],
)
async def test_scripts_without_blanks_are_found_where_they_stand_side_by_side(
    room: Room, text: str, words: str, number: int
) -> None:
    await room.takes_in(an_article("Rain", text=text))
    assert (await room.archive.search(Query(words, order="newest"))).total == number

"""Whatever does not agree is told; making the index anew mends what it can."""

import asyncio
import threading

import pytest

from bot.archive.connect import Connection
from tests.archive.conftest import Room
from tests.builders import an_article

_FIRST = "(SELECT min(id) FROM article)"
# What is done to an archive, what is told of it, and whether making the index anew mends it.
HARM = {
    "a list lacks an article": ("DELETE FROM article_region WHERE region > 0", "lacks an article that belongs", True),
    "a list has one that belongs elsewhere": (
        "INSERT INTO article_region SELECT 0, max(region) + 1, max(article) FROM article_region",
        "does not belong there",
        True,
    ),
    "an article is in no list": ("DELETE FROM article_region", "is in no list", True),
    "an article lacks a word": (
        f"INSERT INTO words (words, rowid, x) VALUES ('delete', {_FIRST}, 'harvest')",
        "not found by all its words in words",
        True,
    ),
    "a title lacks a word": (
        f"INSERT INTO titles (titles, rowid, x) VALUES ('delete', {_FIRST}, 'kenya')",
        "not found by all its words in titles",
        True,
    ),
    "an article has a word too many": (
        f"INSERT INTO words (rowid, x) VALUES ({_FIRST}, 'spectre')",
        "found by “spectr”, which it has not",
        True,
    ),
    "the index names nobody": ("INSERT INTO words (rowid, x) VALUES (7, '\ue000 rain')", "that is not there", True),
    "the index is torn": ("UPDATE words_data SET block = zeroblob(9) WHERE id > 1000", "words is damaged", True),
    "the titles are torn": ("UPDATE titles_data SET block = zeroblob(9) WHERE id > 1000", "titles is damaged", True),
    "a text is gone": ("DELETE FROM article_text", "has no text", False),
    "a text is rubbish": ("UPDATE article_text SET z = x'000102030405'", "cannot be read", False),
    "a dictionary is gone": ("UPDATE article_text SET z = x'07' || substr(z, 2)", "cannot be read", False),
    "an article is known by nothing": ("DELETE FROM identity", "known by nothing", False),
}


@pytest.mark.parametrize("harm", HARM)
async def test_what_does_not_agree_is_told_and_mended(room: Room, harm: str) -> None:
    statement, told, mends = HARM[harm]
    await room.takes_in(an_article("Rain in Kenya", text="A good harvest", regions=("africa",)), an_article("Other"))
    assert await room.archive.check() == []

    def hurt(db: Connection) -> None:
        db.execute(statement)

    await room.archive._write(hurt)
    wrong = await room.archive.check()
    assert any(told in sentence for sentence in wrong), wrong
    assert all(("reindex --do" in sentence) == mends or told not in sentence for sentence in wrong)
    if mends:
        await room.archive.reindex()
        assert await room.archive.check() == []


async def test_a_check_says_how_far_it_is(room: Room) -> None:
    told: list[tuple[str, int, int]] = []
    await room.archive.check(lambda part, done, of: told.append((part, done, of)))
    assert [done for _, done, _ in told] == list(range(told[-1][2] + 1))
    assert told[0][0] == "the file"


async def test_a_check_waits_for_nobody_who_writes(room: Room) -> None:
    await room.takes_in(an_article("Rain in Kenya"))
    written = threading.Event()
    writing = asyncio.create_task(room.archive._write(lambda db: written.wait()))
    try:
        async with asyncio.timeout(60):
            assert await room.archive.check() == []
    finally:
        written.set()
        await writing

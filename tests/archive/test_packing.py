"""Texts are packed with dictionaries that the archive makes of what it has; older ones stay readable."""

import json
import zlib
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from bot.archive import packing, texts
from bot.archive.connect import Connection
from bot.model import Article, Image, Query, Tag
from tests.archive.conftest import Room
from tests.builders import NOON, an_article

WORDS = [f"{start}{end}" for start in "rain pact vote river treaty border".split() for end in ("", "s", "ing", "ed")]  # noqa: SIM905


def a_story(number: int) -> Article:
    """A story like others, and one of its own."""
    chance = Random(number)
    return an_article(
        f"Story {number}",
        url=f"https://a.test/story/{number}",
        teaser=" ".join(chance.choices(WORDS, k=30)),
        text=" ".join(chance.choices(WORDS, k=300)),
        tags=(Tag(f"topic {number}", "scheme", "Topic"),),
        image=Image(f"https://a.test/{number}.jpg", "a river", "An Agency"),
        why=json.dumps({"rule": number}),
    )


def as_it_was_once(db: Connection) -> None:
    """Every article as it was kept before there were dictionaries."""
    for row in db.execute(f"{packing._WITH_TEXT}").fetchall():
        long = texts.unpack(db, row)
        tags = json.dumps([[tag.term, tag.scheme, tag.label] for tag in long.tags])
        packed = zlib.compress("\x1f".join((long.text, tags, long.why)).encode())
        image = None if long.image is None else json.dumps([long.image.url, long.image.alt, long.image.credit])
        db.execute("UPDATE article_text SET z = ? WHERE id = ?", [packed, row["id"]])
        db.execute(
            "UPDATE article SET url = ?, teaser = ?, image = ? WHERE id = ?", [long.url, long.teaser, image, row["id"]]
        )


def as_it_was_for_a_while(db: Connection) -> None:
    """Every article with its address packed beside the text."""
    for row in db.execute(f"{packing._WITH_TEXT}").fetchall():
        packed = texts._packed(db, texts._parts(db, row))
        db.execute("UPDATE article_text SET z = ? WHERE id = ?", [packed, row["id"]])
    db.execute("UPDATE article SET url = ''")


async def number(room: Room, what: str) -> int:
    return await room.archive._read(lambda db: int(db.execute(f"SELECT {what}").fetchone()[0]))


async def everything(room: Room) -> list[Article]:
    return await room.archive.articles_after(0, 2_000)


@pytest.fixture
async def full(room: Room) -> Room:
    """An archive with enough to learn from: a few are far older than all the others."""
    old = [replace(a_story(number), published=NOON - timedelta(days=90 + number)) for number in range(5)]
    await room.takes_in(*old, *map(a_story, range(5, packing.ENOUGH)))
    return room


async def test_an_article_is_read_back_as_it_was_kept(room: Room) -> None:
    odd = an_article("Odd", text="a\x1fb\ud800 ½ 雨")
    await room.takes_in(a_story(0), odd)
    kept = {article.title: article for article in await everything(room)}
    whole = kept["Story 0"]
    assert replace(whole, id=0, feeds=(), source_name="", keys=a_story(0).keys) == a_story(0)
    assert kept["Odd"].text == "ab? ½ 雨"
    assert (kept["Odd"].tags, kept["Odd"].image, kept["Odd"].why) == ((), None, "")


async def test_what_was_kept_before_is_read_as_it_is_and_packed_in_pieces(room: Room) -> None:
    await room.takes_in(*map(a_story, range(250)))
    before = await everything(room)
    await room.archive._write(as_it_was_once)
    assert await everything(room) == before
    assert await room.archive._write(packing.step) == (100, 250, False)  # and there it was stopped
    assert await number(room, "count(*) FROM article WHERE teaser = ''") == 100
    progress: list[tuple[int, int]] = []
    assert await room.archive.pack(lambda done, of: progress.append((done, of))) == 250
    assert progress == [(200, 250), (250, 250)]
    assert await number(room, "count(*) FROM article WHERE url = '' OR teaser || ifnull(image, '') != ''") == 0
    assert await everything(room) == before
    assert await room.archive.check() == []


async def test_an_address_that_was_packed_comes_back_into_the_row(room: Room) -> None:
    await room.takes_in(*map(a_story, range(120)))
    before = await everything(room)
    await room.archive._write(as_it_was_for_a_while)
    assert await everything(room) == before
    await room.archive.pack()
    assert await number(room, "count(*) FROM article WHERE url LIKE 'https://a.test/story/%'") == 120
    assert await everything(room) == before
    assert await room.archive.check() == []


async def test_a_dictionary_of_its_own_words_makes_an_archive_smaller(full: Room) -> None:
    before = await everything(full)
    size = await number(full, "sum(length(z)) FROM article_text")
    await full.archive.pack()
    assert await number(full, "count(*) FROM dictionary") == 1
    assert await number(full, "sum(length(z)) FROM article_text") < size * 0.8
    assert await number(full, "length(bytes) FROM dictionary") > 30_000
    await full.takes_in(replace(before[0], text="Corrected river", keys=(f"url:{before[0].url}",)))
    assert (await everything(full))[1:] == before[1:]
    assert [hit.article.text for hit in (await full.archive.search(Query("corrected"))).hits] == ["Corrected river"]
    await full.archive.pack()
    assert await number(full, "count(*) FROM dictionary") == 1, "nothing has changed: it needs no other"


async def test_a_dictionary_that_was_never_kept_is_never_used(full: Room) -> None:
    learnt = await full.archive._read(packing.learnt)
    assert learnt is not None

    def fails(db: Connection) -> None:
        packing.adopt(db, learnt[:-9000] + learnt[-8990:] + learnt[-9000:-8990])  # the same words at other places
        assert packing.step(db)[0] == packing.PIECE
        raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        await full.archive._write(fails)
    before = await everything(full)
    await full.archive._write(packing.adopt, learnt)
    await full.takes_in(a_story(5_000))
    await full.archive.pack()
    assert [each for each in await everything(full) if each.title != "Story 5000"] == before


async def test_an_archive_with_little_in_it_makes_no_dictionary(room: Room) -> None:
    await room.takes_in(*map(a_story, range(20)))
    await room.archive.pack()
    assert await number(room, "count(*) FROM dictionary") == 0

"""Rules 15, 16, 21 and 22: documents that are packed, endless, in strange letters, or meant to do harm."""

import asyncio
import gzip
import zlib
from pathlib import Path

import pytest

from bot.model import Query
from tests.fakes import Answer
from tests.intake.rules.words import HOST, A, B, C, D, answers
from tests.polling import House
from tests.press import item, rss

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_rule_15_every_packing_is_accepted(house: House) -> None:
    import brotli  # type: ignore[import-untyped, unused-ignore]
    from backports import zstd

    bodies = {
        "gzip": gzip.compress(rss(A)),
        "deflate": zlib.compress(rss(B, A)),
        "br": brotli.compress(rss(C, B, A)),
        "zstd": zstd.compress(rss(D, C, B, A)),
    }
    asked = await answers(house, *(Answer(body, headers={"Content-Encoding": name}) for name, body in bodies.items()))
    assert all(name in asked[0].headers["Accept-Encoding"] for name in bodies)
    assert "A-IM" not in asked[0].headers
    assert await house.posted() == [B.title, C.title, D.title]


async def test_rule_15_what_is_packed_without_saying_so_is_unpacked(house: House) -> None:
    await answers(house, rss(A), gzip.compress(rss(B, A)))
    assert await house.posted() == [B.title]


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "bomb"])
async def test_rule_16_a_document_is_read_only_so_far(house: House, packed: bool) -> None:
    much = b"<rss>" + b" " * 50_000_000
    body = Answer(gzip.compress(much), headers={"Content-Encoding": "gzip"}) if packed else Answer(much)
    await answers(house, body)
    source = await house.source(host=HOST)
    assert (source.status, source.error) == ("too-large", f"{HOST}:{house.web.port} sends more than 1 MB.")


async def test_rule_16_a_server_that_never_answers_is_left(house: House) -> None:
    await answers(house, Answer(rss(A), wait=asyncio.Event()))
    assert (await house.source(host=HOST)).status == "timeout"


async def test_rule_16_a_thousand_entries_are_enough(house: House) -> None:
    house.web["/feed"] = rss(*(item(f"Story {number}") for number in range(1200)))
    assert [line.new for line in await house.goes_round()] == [1000]


@pytest.mark.parametrize(
    ("charset", "declared", "encoding"),
    [
        ("", "utf-8", "utf-8-sig"),
        ("iso-8859-1", "utf-8", "iso-8859-1"),
        ("", "iso-8859-1", "iso-8859-1"),
        ("", "", "utf-8"),
        ("", "utf-8", "cp1252"),
    ],
    ids=["bom", "header", "declaration", "utf-8", "a lie"],
)
async def test_rule_21_the_order_of_charsets(house: House, charset: str, declared: str, encoding: str) -> None:
    text = rss(item("Über Köln")).decode().partition("?>")[2]
    head = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    content = "application/rss+xml" + (f"; charset={charset}" if charset else "")
    await answers(house, Answer((head + text).encode(encoding), headers={"Content-Type": content}))
    assert (await house.archive.latest(Query(limit=1))).hits[0].article.title == "Über Köln"


async def test_rule_22_entities_are_neither_blown_up_nor_fetched(house: House, tmp_path: Path) -> None:
    lots = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    secret, there = tmp_path / "secret", house.web.url("/entity", HOST)
    secret.write_text("a secret")
    far = f'<!ENTITY f SYSTEM "{secret.as_uri()}"><!ENTITY w SYSTEM "{there}">'
    bomb = f'<!DOCTYPE rss [<!ENTITY l0 "lol">{lots}{far}]>'
    body = rss(item("Bomb").but(title="T"), A).replace(b"<rss", bomb.encode() + b"<rss", 1)
    body = body.replace(b"What is said of Bomb.", b"&l9;&f;&w;")
    await answers(house, body)
    teasers = {hit.article.title: hit.article.teaser for hit in (await house.archive.latest(Query(limit=5))).hits}
    assert set(teasers) == {"T", A.title} and len(teasers["T"]) < 1000 and "secret" not in teasers["T"]
    assert house.web.asked_for("/entity") == []
    assert (await house.source(host=HOST)).status == "ok"

"""What a person reads on the console when asking the archive."""

import json
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from bot.archive import connect
from bot.model import Article, Feed, Sighting
from tests.builders import NOON
from tests.cli.conftest import Newsdesk
from tests.life import archive_in


@pytest.fixture
async def rain(tmp_path: Path) -> None:
    """An article whose text has paragraphs."""
    (tmp_path / "data").mkdir()
    async with archive_in(tmp_path / "data") as archive:
        feed = await archive.add_feed(Feed("https://a.test/feed"))
        text = "It began on Monday.\n\nThe floods came to Nairobi.\n\nNobody had expected them."
        article = Article(
            "Rain", "https://a.test/1", text=text, published=NOON, seen=NOON, keys=("url:https://a.test/1",)
        )
        await archive.accept([Sighting(article, feed, b"1")], None, lambda each, orders: [], NOON)


async def test_what_is_found_is_a_block_of_lines_and_then_how_it_was_understood(newsdesk: Newsdesk, rain: None) -> None:
    done = await newsdesk("search", "floods", "--after", "2026-13")
    found, understood = done.out.strip().split("\n\n")
    assert found.splitlines()[0] == "Rain" and "The floods came" in found
    assert understood == "Searched for floods; “2026-13” is no date"


async def test_it_is_told_beside_the_answer_where_it_lacks_what_has_just_come_in(
    newsdesk: Newsdesk, rain: None, tmp_path: Path
) -> None:
    with closing(connect.writer(tmp_path / "data" / "archive.db")) as other:
        other.execute("INSERT INTO unindexed (article) SELECT id FROM article")
        other.execute("UPDATE titles_data SET block = x'00' WHERE id = 10")  # nothing can be put in
        done = await newsdesk("search", "floods", "--json")
    assert done.lines[0]["title"] == "Rain"
    assert done.err.count("What has just come in cannot be searched yet.") == 1


@pytest.mark.parametrize("typed", ["https://a.test/1", "<https://a.test/1>", "http://A.test/1#top", "a.test/1"])
async def test_the_address_of_an_article_finds_it(newsdesk: Newsdesk, rain: None, typed: str) -> None:
    done = await newsdesk("search", typed)
    assert done.out.startswith("Rain\n") and done.out.endswith("Its whole story: newsdesk why https://a.test/1\n"), done
    assert [line["title"] for line in (await newsdesk("search", typed, "--json")).lines] == ["Rain"]


async def test_an_address_of_no_article_is_said_to_be_none(newsdesk: Newsdesk, rain: None) -> None:
    done = await newsdesk("search", "https://a.test/2")
    assert (done.code, done.out) == (0, "No article at https://a.test/2 is in the archive.\n")
    done = await newsdesk("search", "https://a.test/2", "--json")
    assert (done.code, done.out) == (0, "")


async def test_latest_says_nothing_of_a_search(newsdesk: Newsdesk, rain: None) -> None:
    assert (await newsdesk("latest")).out.strip().endswith("https://a.test/1")


async def test_a_query_that_is_long_or_wild_is_told_in_a_few_plain_lines(newsdesk: Newsdesk, rain: None) -> None:
    done = await newsdesk("search", "x" * 6000, "\x1b[31mred")
    assert done.out.startswith("Nothing in the archive about “xxx")
    assert "\x1b" not in done.out and len(done.out) < 500


async def test_who_asks_on_the_console_is_not_told_to_go_on_before_all_was_looked_at(
    newsdesk: Newsdesk, tmp_path: Path
) -> None:
    (tmp_path / "data").mkdir()
    async with archive_in(tmp_path / "data") as archive:
        feed = await archive.add_feed(Feed("https://a.test/feed"))
        old = Article("Old", "https://a.test/0", text="The rain pact", published=NOON, seen=NOON, keys=("url:0",))
        tales = (
            replace(
                old,
                title=f"Tale {number}",
                text="A pact, no rain",
                url=f"https://a.test/{number}",
                keys=(f"url:{number}",),
            )
            for number in range(1, 1601)
        )
        await archive.accept(
            [Sighting(each, feed, b"1") for each in (old, *tales)], None, lambda each, orders: [], NOON
        )
    done = await newsdesk("search", '"rain pact"')
    assert done.out.startswith("Old\n") and done.out.strip().endswith("Searched for “rain pact”")
    done = await newsdesk("search", '"rain treaty"')
    assert done.out.startswith('Nothing in the archive about "rain treaty".') and "no further" not in done.out


@pytest.mark.parametrize(
    ("typed", "understood"),
    [
        ("floods -kenya", "floods AND NOT kenya"),
        ("-kenya floods", "NOT kenya AND floods"),
        ("floods -hungary --json", "floods AND NOT hungary"),
        ("--limit 3 floods -kenya --region africa", "floods AND NOT kenya in Africa"),
        ("floods --limit=3 -- -kenya", "floods AND NOT kenya"),
        ("--log-level error search floods -l", "floods AND NOT l"),
        ("floods --author Mboya rain", "floods AND rain by Mboya"),
    ],
)
async def test_words_stand_where_they_like_and_may_begin_with_a_minus(
    newsdesk: Newsdesk, rain: None, typed: str, understood: str
) -> None:
    before, found, after = typed.rpartition("search")
    done = await newsdesk(*before.split(), "search", *(after if found else typed).split())
    assert done.code == 0, done.err
    assert "--json" in typed or f"Searched for {understood}" in done.out


@pytest.mark.parametrize(
    "typed", ["--limit 3", "--limit", "floods --limit -3", "floods --lmit 3", "--", "floods --json=1"]
)
async def test_wrong_options_of_a_search_are_still_refused(newsdesk: Newsdesk, rain: None, typed: str) -> None:
    done = await newsdesk("search", *typed.split())
    assert done.code == 2 and "usage: newsdesk" in done.err


async def test_classify_takes_headlines_too(newsdesk: Newsdesk) -> None:
    told = (await newsdesk("classify", "Floods in Kenya", "Ten books for the summer")).out
    assert "Floods in Kenya" in told and "Africa: its words speak for it" in told and "no region" in told
    lines = (await newsdesk("classify", "--json", "Floods in Kenya", "Rain in Japan")).out.splitlines()
    found = [json.loads(line) for line in lines]
    assert [(each["id"], each["regions"]) for each in found] == [(1, ["africa"]), (2, ["asia-pacific"])]


async def test_a_feed_is_removed_by_its_address_as_the_list_shows_it(newsdesk: Newsdesk, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    async with archive_in(tmp_path / "data") as archive:
        await archive.add_feed(Feed("https://reader:secret@a.test/feed"))
    shown = (await newsdesk("feeds", "list")).out.splitlines()[0].strip()
    done = await newsdesk("feeds", "remove", shown)
    assert (shown, done.code) == ("https://a.test/feed", 0) and "secret" not in done.out

"""What goes out stays what it is: a line is a line, a letter a letter, and nothing steers the terminal."""

import contextlib
import json
import os
import pty
import termios
from pathlib import Path

import pytest
from rich.cells import cell_len

from bot.cli import show
from bot.model import Article, Feed, Sighting
from tests.builders import NOON
from tests.cli.conftest import Newsdesk, at_a_terminal
from tests.life import archive_in

ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


@pytest.fixture
async def far(tmp_path: Path) -> None:
    """An article whose words others may take for two lines, of a feed with a foreign name and a long address."""
    (tmp_path / "data").mkdir()
    async with archive_in(tmp_path / "data") as archive:
        feed = await archive.add_feed(Feed("https://a.test/" + "feed/" * 30, title="Хроника статей"))
        article = Article(
            "One\u2028two\x85three", "https://a.test/1", published=NOON, seen=NOON, keys=("url:https://a.test/1",)
        )
        await archive.accept([Sighting(article, feed, b"1")], None, lambda each, orders: [], NOON)


async def test_a_json_line_is_one_line_to_everybody(newsdesk: Newsdesk, far: None) -> None:
    for words in (("latest",), ("search", "one")):
        (line,) = (await newsdesk(*words, "--json")).out.splitlines()
        assert json.loads(line)["title"] == "One\u2028twothree"  # the other is kept of no text


async def test_opml_loses_no_letter_in_any_terminal(newsdesk: Newsdesk, far: None) -> None:
    assert "Хроника статей" in (await newsdesk("feeds", "export", **ASCII)).out


async def test_what_went_wrong_is_told_without_steering_the_terminal(newsdesk: Newsdesk) -> None:
    for words in (["latest", "a\x1b]0;x\x07"], ["why", "\x1b[31mb"], ["latest", "x", "\x1b[31m"], ["restore", "a\x9b"]):
        done = await newsdesk(*words)
        assert (
            done.code
            and done.err.count("newsdesk: ") == 1
            and all(each.isprintable() for each in done.err.rstrip("\n").replace("\n", ""))
        )


async def test_the_story_of_an_article_is_a_line_an_event_where_no_terminal_is(newsdesk: Newsdesk, far: None) -> None:
    done = await newsdesk("why", "https://a.test/1", COLUMNS="40")
    assert [line for line in done.out.splitlines() if "seen  in Хроника статей" in line], done.out


async def test_an_address_is_not_broken_in_a_narrow_terminal(tmp_path: Path, far: None) -> None:
    assert "https://a.test/" + "feed/" * 30 in await at_a_terminal(tmp_path, "", "feeds", "list", columns=40)


async def test_where_there_is_no_archive_what_fails_says_so_in_one_line(newsdesk: Newsdesk) -> None:
    done = await newsdesk("why", "https://a.test/1")
    assert done.code == 1 and len(done.err.splitlines()) == 1 and "There is no archive at" in done.err
    done = await newsdesk("feeds", "remove", "https://a.test/1")
    assert done.code == 1 and len(done.err.splitlines()) == 1
    assert "There is no archive at" in (await newsdesk("latest")).err


@pytest.mark.parametrize(
    "words", ["prune --before never", "reclassify --since never", "feeds backfill a.test --since 2999"]
)
async def test_a_date_that_is_none_is_wrong_usage(newsdesk: Newsdesk, far: None, words: str) -> None:
    done = await newsdesk(*words.split())
    assert done.code == 2 and len(done.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ('{"id": NaN, "title": "Rain"}', "NaN is no number"),
        ('{"id": 1e999, "title": "Rain"}', "1e999 is no number"),
        ('{"id": 1', "(character 9)"),
    ],
)
async def test_what_json_has_no_words_for_is_refused(newsdesk: Newsdesk, line: str, problem: str) -> None:
    done = await newsdesk("classify", "--json", said=line)
    assert (done.code, done.out) == (1, "") and "Line 1 is not JSON" in done.err and problem in done.err


async def test_what_is_null_says_nothing_and_a_single_tag_needs_no_list(newsdesk: Newsdesk) -> None:
    nothing = '{"id": null, "title": null, "teaser": null, "tags": null, "url": null}'
    tagged = '{"id": 1.5, "title": "Rain", "tags": "Asia & the Pacific"}'
    done = await newsdesk("classify", "--json", said=f"{nothing}\n{tagged}\n")
    assert [(each["id"], each["regions"]) for each in done.lines] == [(None, []), (1.5, ["asia-pacific"])]


async def test_prune_without_a_date_shows_how_many_are_older_than_each_year(newsdesk: Newsdesk, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    async with archive_in(tmp_path / "data") as archive:
        feed = await archive.add_feed(Feed("https://a.test/feed"))
        for year in (2019, 2021):
            then = NOON.replace(year=year)
            article = Article(f"Of {year}", f"https://a.test/{year}", published=then, seen=then, keys=(f"id:{year}",))
            await archive.accept([Sighting(article, feed, b"1")], None, lambda each, orders: [], NOON)
    shown = (await newsdesk("prune")).out.splitlines()
    assert [line.split(maxsplit=1) for line in shown[:-1]] == [
        ["1", "article is older than 2020"],
        ["2", "articles are older than 2022"],
    ]


@pytest.fixture
async def hostile(tmp_path: Path) -> None:
    """An archive as an older version may have left it: words and addresses that steer, of a feed with a password."""
    (tmp_path / "data").mkdir()
    async with archive_in(tmp_path / "data") as archive:
        feed = await archive.add_feed(Feed("https://jo:s3cret@a.test/\u202edeef", title="T\x9b31m\u202e"))
        article = Article(
            "Rain\x9b31m\u202enret", "https://a.test/\x9b2J\u202e1", teaser="Rain\u2066", published=NOON, seen=NOON,
            keys=("url:https://a.test/1",), authors=("Jo\u202e",), feeds=(feed.url,),
        )  # fmt: skip
        await archive.accept([Sighting(article, feed, b"1")], None, lambda each, orders: [], NOON)


ALL_THAT_SHOWS = (["latest"], ["search", "rain"], ["why", "https://a.test/1"], ["feeds", "list"])


@pytest.mark.parametrize("words", ALL_THAT_SHOWS, ids=" ".join)
async def test_what_others_wrote_steers_no_terminal(newsdesk: Newsdesk, hostile: None, words: list[str]) -> None:
    for said in (words, [*words, "--json"]):
        done = await newsdesk(*said)
        assert done.code == 0 and all(line.isprintable() for line in done.out.split("\n")), done.out
        assert "a.test" in done.out


@pytest.mark.parametrize("words", ALL_THAT_SHOWS, ids=" ".join)
async def test_no_password_of_a_feed_is_shown(newsdesk: Newsdesk, hostile: None, words: list[str]) -> None:
    for said in (words, [*words, "--json"]):
        assert "s3cret" not in (await newsdesk(*said)).out


@pytest.mark.parametrize("line", ["Looking at https://a.test/" + "feed/" * 30, "雨" * 60, "short"])
def test_progress_stays_in_its_line_of_a_narrow_terminal_and_is_wiped_whole(line: str) -> None:
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 40))
    with os.fdopen(ours, "rb", 0) as screen, os.fdopen(theirs, "w", encoding="utf-8") as terminal:
        progress = show.Progress()
        with contextlib.redirect_stderr(terminal):
            progress.tell(line)
            told = screen.read(1000).decode()
            progress.end()
            wiped = screen.read(1000).decode()
    assert told.startswith("\r") and line.startswith(told[1:].rstrip(" …"))
    assert cell_len(told[1:]) < 40
    assert wiped == f"\r{' ' * cell_len(told[1:])}\r"

"""Commands about feeds: added, listed, asked, removed, imported and exported, as one types them."""

import asyncio
import os
import ssl
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.intake.allowance import Allowance
from bot.intake.worker import ParseWorker
from bot.newsroom import Newsroom
from tests.cli.conftest import ROOT, Newsdesk, at_a_terminal
from tests.fakes import Answer, Clock, Web
from tests.polling import open_house
from tests.press import item, rss


async def test_poll_without_a_feed_says_how_to_add_one(newsdesk: Newsdesk) -> None:
    done = await newsdesk("poll")
    assert done.code == 1 and "feeds add" in done.err


@pytest.mark.parametrize(
    ("words", "code"),
    [("poll", 1), ("feeds remove https://a.test/", 1), ("feeds backfill https://a.test/ --since 2026", 2)],
)
async def test_in_a_wrong_folder_no_archive_is_made(newsdesk: Newsdesk, tmp_path: Path, words: str, code: int) -> None:
    done = await newsdesk(*words.split())
    assert done.code == code and "in the folder in which the bot runs" in done.err
    assert list(tmp_path.iterdir()) == []


async def test_a_feed_is_added_polled_listed_and_searched(newsdesk: Newsdesk, newsroom: Newsroom) -> None:
    latest = newsroom.feeds[0].url
    added = await newsdesk("feeds", "add", latest)
    assert added.code == 0, added.err
    newsroom.publish_next()

    polled = await newsdesk("poll", "--all", "--json")
    assert polled.code == 0, polled.err
    assert [(line["feed"], line["new"], line["error"]) for line in polled.lines] == [(latest, 1, None)]
    again = await newsdesk("poll", "--all", "--json")
    assert [line["new"] for line in again.lines] == [0]

    found = (await newsdesk("latest", "--json", "--limit", "3")).lines
    assert len(found) == 3
    assert set(found[0]) == {
        *(
            "id",
            "title",
            "url",
            "teaser",
            "authors",
            "regions",
            "tags",
            "feeds",
            "published",
            "seen",
            "updated",
            "image",
        )
    }
    assert found[0]["feeds"] == [latest] and str(found[0]["seen"]).endswith("Z")

    title = str(found[0]["title"])
    searched = (await newsdesk("search", title, "--json")).lines
    assert searched[0]["title"] == title and "snippet" in searched[0]
    why = (await newsdesk("why", str(found[0]["url"]), "--json")).lines[0]
    assert isinstance(why["events"], list) and why["events"]

    listed = (await newsdesk("feeds", "list", "--json")).lines
    assert [(line["feed"], line["error"]) for line in listed] == [(latest, None)]
    assert (await newsdesk("feeds", "remove", latest)).code == 0
    assert (await newsdesk("feeds", "list", "--json")).lines == []
    assert (await newsdesk("latest", "--json", "--limit", "3")).lines == found


async def test_an_exception_for_a_certificate_is_said_wherever_feeds_are_spoken_of(
    newsdesk: Newsdesk, tmp_path: Path
) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(ROOT / "tests" / "intake" / "self-signed.pem")
    async with Web(Clock(), tls) as web:
        web["/feed"] = rss(item("Rain in Kenya"))
        feed = web.url("/feed")
        refused = await newsdesk("feeds", "add", feed)
        assert refused.code == 1 and "cannot be trusted (self-signed certificate)" in refused.err
        added = await newsdesk("feeds", "add", feed, "--any-certificate")
        assert added.code == 0 and f"Any certificate of 127.0.0.1:{web.port} is taken" in added.out, added.err
        assert "any certificate is taken" in (await newsdesk("feeds", "list")).out
        assert [line["any_certificate"] for line in (await newsdesk("feeds", "list", "--json")).lines] == [True]
        assert f"unchecked, as somebody wished, for {feed}" in " ".join((await newsdesk("doctor")).out.split())
        polled = await newsdesk("poll", "--all", "--json")
        assert [line["error"] for line in polled.lines] == [None] and f"any certificate feed={feed}" in polled.err
        assert "checked again" in (await newsdesk("feeds", "add", feed, "--no-any-certificate")).out
        assert "cannot be trusted" in str((await newsdesk("poll", "--all", "--json")).lines[0]["error"])


async def test_of_several_feeds_a_person_at_a_terminal_picks_one_and_a_program_is_told(tmp_path: Path) -> None:
    async with Web(Clock()) as web:
        links = "".join(f'<link rel="alternate" type="application/rss+xml" href="/{name}">' for name in ("one", "two"))
        web["/"] = Answer(f"<html><head>{links}</head></html>".encode(), headers={"Content-Type": "text/html"})
        web["/one"], web["/two"] = rss(item("Rain"), title="One"), rss(item("Snow"), title="Two")
        said = await at_a_terminal(tmp_path, "2\n", "feeds", "add", web.url("/"))
        assert "Which one? 1-2" in said and "“Two” is polled from now on" in said
        said = await at_a_terminal(tmp_path, "\n", "feeds", "add", web.url("/"))
        assert "None was chosen, and none is added." in said and "has several feeds" not in said
        said = await at_a_terminal(tmp_path, "3\n", "feeds", "add", web.url("/"))
        assert "“3” is none of 1-2; no feed is added." in said
        said = await at_a_terminal(tmp_path, "", "feeds", "list")
        assert "Two" in said and "One" not in said


async def test_whoever_waits_for_a_slow_server_is_told_for_what(tmp_path: Path) -> None:
    async with Web(Clock()) as web:
        go_on = asyncio.Event()
        web["/slow"] = Answer(rss(item("Rain in Kenya")), wait=go_on)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "feeds", "add", web.url("/slow")),
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "NEWSDESK_PRIVATE_FEEDS": "1"},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        assert process.stderr is not None
        told = await asyncio.wait_for(process.stderr.readline(), 60)
        assert told.decode() == f"Looking at {web.url('/slow')} …\n"
        go_on.set()
        out, _ = await asyncio.wait_for(process.communicate(), 60)
        assert process.returncode == 0 and "Its one article is in the archive" in out.decode()


async def test_a_feeds_page_will_do(newsdesk: Newsdesk) -> None:
    async with Web(Clock()) as web:
        page = '<html><head><link rel="alternate" type="application/rss+xml" href="/feed"></head></html>'
        web["/"] = Answer(page.encode(), headers={"Content-Type": "text/html"})
        web["/feed"] = rss(item("Rain in Kenya"))
        added = await newsdesk("feeds", "add", web.url("/"), "--json")
        assert added.code == 0, added.err
        assert added.lines[0]["feed"] == web.url("/feed")


@pytest.mark.parametrize("called", ["{url}", "{host}/feed/", "the test review"])
async def test_a_feed_is_removed_by_its_address_or_its_title(newsdesk: Newsdesk, tmp_path: Path, called: str) -> None:
    async with Web(Clock()) as web:
        web["/feed"] = rss(item("Rain in Kenya"), title="The Test Review")
        url = web.url("/feed")
        assert (await newsdesk("feeds", "add", url)).code == 0
        done = await newsdesk("feeds", "remove", called.format(url=url, host=url.split("/")[2]))
        assert done.code == 0 and done.out.startswith(f"{url} is polled no more"), done.err
        assert (await newsdesk("feeds", "list", "--json")).lines == []


async def test_a_feed_that_the_file_names_is_not_removed_only_to_come_back(newsdesk: Newsdesk, tmp_path: Path) -> None:
    async with Web(Clock()) as web:
        web["/feed"] = rss(item("Rain in Kenya"))
        (tmp_path / "data").mkdir()
        (tmp_path / "data" / "feeds.toml").write_text(f'[[feed]]\nurl = "{web.url("/feed")}"\n')
        assert (await newsdesk("poll")).code == 0
        done = await newsdesk("feeds", "remove", web.url("/feed"))
        assert done.code == 1 and "stands in data/feeds.toml" in done.err and "take it out there" in done.err
        assert len((await newsdesk("feeds", "list", "--json")).lines) == 1


async def test_removing_a_feed_nobody_added_fails_with_a_sentence(newsdesk: Newsdesk) -> None:
    done = await newsdesk("feeds", "remove", "https://nobody.test/")
    assert done.code == 1 and "feeds list" in done.err


async def test_feeds_go_out_as_opml_and_come_back(newsdesk: Newsdesk, newsroom: Newsroom, tmp_path: Path) -> None:
    await newsdesk("feeds", "add", newsroom.feeds[0].url)
    (tmp_path / "feeds.opml").write_text((await newsdesk("feeds", "export")).out)
    back = await newsdesk("feeds", "import", "feeds.opml", NEWSDESK_DATA=str(tmp_path / "other"))
    assert back.code == 0 and back.out.startswith("1 feed added, none was there already.")
    listed = await newsdesk("feeds", "list", "--json", NEWSDESK_DATA=str(tmp_path / "other"))
    assert [line["feed"] for line in listed.lines] == [newsroom.feeds[0].url]


async def test_what_is_counted_once_is_said_of_one(newsdesk: Newsdesk) -> None:
    async with Web(Clock()) as web:
        web["/feed"] = rss(item("Rain in Kenya"))
        assert (
            "with 1 item. Added now, it would not be posted."
            in (await newsdesk("feeds", "check", web.url("/feed"))).out
        )
        await newsdesk("feeds", "add", web.url("/feed"))
        assert "1 article is older than" in (await newsdesk("prune", "--before", "2027")).out
        assert "1 article is indexed." in (await newsdesk("reindex", "--do")).out
        assert "1 article was taken out. It never comes" in (await newsdesk("prune", "--before", "2027", "--do")).out


async def test_a_gap_is_told_with_the_command_that_fills_it(newsdesk: Newsdesk) -> None:
    async with Web(Clock()) as web:
        web["/feed"] = rss(item("Rain in Kenya", 9))
        feed = web.url("/feed")
        await newsdesk("feeds", "add", feed)
        web["/feed"] = rss(*(item(f"News {number}", number / 10) for number in range(8)))
        assert (await newsdesk("poll", "--all")).code == 0
        said = " ".join((await newsdesk("doctor")).out.split())
        assert "something may be missed from" in said and f"newsdesk feeds backfill {feed} --since" in said
        assert "something may be missed" in " ".join((await newsdesk("feeds", "list")).out.split())
        web["/feed?page=2"] = rss(item("Missed", 3), item("Rain in Kenya", 9))
        filled = await newsdesk("feeds", "backfill", feed, "--since", "2020")
        assert filled.code == 0, filled.err
        assert "missed" not in (await newsdesk("doctor")).out
        assert [line["gap"] for line in (await newsdesk("feeds", "list", "--json")).lines] == [None]


async def test_a_server_whose_feeds_bring_more_than_a_day_holds_is_named(newsdesk: Newsdesk, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    worker = ParseWorker()
    async with open_house(worker, most=Allowance(5000, 0), path=tmp_path / "data" / "archive.db") as house:
        house.clock.set(datetime.now(UTC))
        feed = await house.add(owner=7)
        house.web["/feed"] = rss(*(item(f"News {number}") for number in range(9)))
        await house.goes_round()
    await worker.close()
    said = " ".join((await newsdesk("doctor")).out.split())
    assert f"{feed.url} of server 7 brought more than is kept of a day" in said


async def test_a_feed_that_reuses_its_guids_says_so_wherever_it_is_spoken_of(newsdesk: Newsdesk) -> None:
    async with Web(Clock()) as web:
        web["/feed"] = rss(*(item(f"Story {n} {letter}").but(guid=str(n)) for n in range(6) for letter in "AB"))
        feed = web.url("/feed")
        assert (await newsdesk("feeds", "add", feed)).code == 0
        said = "told apart by link alone, for its guids are reused; 6 names"
        assert said in " ".join((await newsdesk("feeds", "list")).out.split())
        assert said in str((await newsdesk("feeds", "list", "--json")).lines[0]["identity"])
        assert said in (await newsdesk("feeds", "check", feed)).out
        article = (await newsdesk("latest", "--json")).lines[0]["url"]
        assert said in (await newsdesk("why", str(article))).out
        assert said in str((await newsdesk("why", str(article), "--json")).lines[0]["identity"])


async def test_a_feed_is_checked_without_a_trace(newsdesk: Newsdesk, newsroom: Newsroom) -> None:
    checked = await newsdesk("feeds", "check", newsroom.feeds[0].url, "--json")
    assert checked.code == 0 and len(checked.lines) == 10, checked.err
    assert (await newsdesk("feeds", "list", "--json")).lines == [] and (await newsdesk("latest", "--json")).lines == []
    assert (await newsdesk("feeds", "check", newsroom.url + "media-library/x.png")).code == 1


async def test_a_backfill_needs_a_date_and_a_feed(newsdesk: Newsdesk, newsroom: Newsroom) -> None:
    latest = newsroom.feeds[0].url
    await newsdesk("feeds", "add", latest)
    assert "none of the feeds" in (await newsdesk("feeds", "backfill", f"{latest}?2", "--since", "2020")).err
    assert "no date" in (await newsdesk("feeds", "backfill", latest, "--since", "the other day")).err
    for called in (latest, latest.removeprefix("http://")):
        filled = await newsdesk("feeds", "backfill", called, "--since", "2020")
        assert filled.code == 0 and filled.out, filled.err

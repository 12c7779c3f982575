"""The console as its users meet it: the real process, its output, its exit codes."""

import asyncio
import gzip
import os
import pty
import ssl
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.newsroom import Newsroom
from bot.settings import shipped
from tests.cli.conftest import ROOT, Newsdesk
from tests.fakes import Answer, Clock, Web
from tests.press import item, rss


@pytest.fixture
async def newsroom() -> AsyncIterator[Newsroom]:
    async with Newsroom(shipped() / "sample", pace=0) as opened:
        yield opened


async def test_without_a_token_run_says_where_to_get_one_and_leaves_with_2(newsdesk: Newsdesk) -> None:
    done = await newsdesk("run")
    assert done.code == 2
    assert "discord.com/developers" in done.err and "make rehearse" in done.err and "Traceback" not in done.err


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["dance"],
        ["latest", "--limit", "0"],
        ["search"],
        ["rehearse", "--pace", "never"],
        ["latest", "--limit", "²"],
        ["parse", "x", "--url", "odd"],
    ],
)
async def test_wrong_usage_leaves_with_2(newsdesk: Newsdesk, words: list[str]) -> None:
    done = await newsdesk(*words)
    assert done.code == 2 and ("usage:" in done.err or "no web address" in done.err) and "_count" not in done.err


async def test_a_wrong_setting_leaves_with_2_and_its_name(newsdesk: Newsdesk) -> None:
    done = await newsdesk("latest", NEWSDESK_LOG="xml")
    assert done.code == 2 and "NEWSDESK_LOG" in done.err


async def test_a_broken_regions_file_leaves_with_2_and_file_line_and_reason(newsdesk: Newsdesk, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "regions.toml").write_text('[africa]\nname = "Africa"\ncolour = "green"\n')
    done = await newsdesk("latest")
    assert done.code == 2
    assert "regions.toml, line 3" in done.err and "colour" in done.err


async def test_an_unknown_region_is_answered_with_the_known_ones(newsdesk: Newsdesk) -> None:
    done = await newsdesk("latest", "atlantis")
    assert done.code == 1 and "asia-pacific" in done.err and "europe" in done.err


async def test_poll_without_a_feed_says_how_to_add_one(newsdesk: Newsdesk) -> None:
    done = await newsdesk("poll")
    assert done.code == 1 and "feeds add" in done.err


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
        assert "has several feeds" in said
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


async def test_a_feeds_page_will_do(newsdesk: Newsdesk, newsroom: Newsroom) -> None:
    added = await newsdesk("feeds", "add", newsroom.feeds[0].url, "--json")
    assert added.code == 0, added.err
    assert added.lines[0]["feed"] == newsroom.feeds[0].url


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


async def test_an_article_is_found_by_its_address_as_one_types_it(newsdesk: Newsdesk) -> None:
    async with Web(Clock()) as web:
        web["/feed"] = rss(item("Rain in Kenya").but(link="https://mag.test/rain"))
        assert (await newsdesk("feeds", "add", web.url("/feed"))).code == 0
    for typed in ("https://mag.test/rain", "mag.test/rain", " www.mag.test/rain/ "):
        assert "Rain in Kenya" in (await newsdesk("why", typed)).out
    done = await newsdesk("why", "Rain in Kenya")
    assert done.code == 1 and "To find an article's address: newsdesk search WORDS" in done.err


async def test_who_pipes_a_headline_is_told_how_to_ask_about_one(newsdesk: Newsdesk) -> None:
    done = await newsdesk("classify", said="Floods in Kenya\n")
    assert done.code == 1 and "Line 1 is not JSON" in done.err and 'newsdesk classify "Floods in Kenya"' in done.err


async def test_removing_a_feed_nobody_added_fails_with_a_sentence(newsdesk: Newsdesk) -> None:
    done = await newsdesk("feeds", "remove", "https://nobody.test/")
    assert done.code == 1 and "feeds list" in done.err


async def test_parse_prints_an_article_a_line_and_fails_for_what_is_no_feed(newsdesk: Newsdesk, tmp_path: Path) -> None:
    (tmp_path / "good.rss").write_text(
        '<rss version="2.0"><channel><title>T</title><item><title>Rain in Kenya</title>'
        "<link>/rain</link></item></channel></rss>"
    )
    (tmp_path / "bad.rss").write_text("<html><body>Log in</body></html>")
    good = await newsdesk("parse", "good.rss", "--url", "https://a.test/feed", "--json")
    assert good.code == 0, good.err
    assert [(line["title"], line["url"]) for line in good.lines] == [("Rain in Kenya", "https://a.test/rain")]
    both = await newsdesk("parse", "bad.rss", "good.rss", "absent.rss", "--json")
    assert both.code == 1 and len(both.lines) == 1
    assert "bad.rss" in both.err and "absent.rss" in both.err and "Traceback" not in both.err


async def test_any_folder_can_be_thrown_at_parse(newsdesk: Newsdesk, tmp_path: Path) -> None:
    folder = tmp_path / "zoo"
    deep = folder / "deep"
    deep.mkdir(parents=True)
    (folder / "good.rss").write_bytes(rss(item("Rain in Kenya"), item("Talks in Oman")))
    Path(os.fsdecode(os.fsencode(deep) + b"/b\xffd\nname\x1b[1m.rss")).write_bytes(rss(item("Dams of Laos")))
    (deep / "packed.xml.gz").write_bytes(gzip.compress(rss(item("Vote in France"))))
    (deep / "none.rss").write_bytes(rss())
    (folder / "empty").touch()
    (folder / "noise").write_bytes(bytes(range(256)) * 400)
    (folder / "page.html").write_text("<!doctype html><html><body>Log in</body></html>")
    (folder / "circle").symlink_to(folder)
    (folder / "itself").symlink_to(folder / "itself")
    (folder / "nowhere").symlink_to(folder / "gone")
    os.mkfifo(folder / "pipe")
    with (folder / "huge").open("wb") as huge:
        huge.truncate(2**34)
    (folder / "nested.json").write_text('{"version": "https://jsonfeed.org/version/1", "items": ' + "[" * 200_000)
    done = await newsdesk("parse", str(folder), "--json")
    assert done.code == 1 and "Traceback" not in done.err
    assert {line["title"] for line in done.lines} == {
        "Rain in Kenya",
        "Talks in Oman",
        "Dams of Laos",
        "Vote in France",
    }
    said = [line for line in done.err.splitlines() if line.startswith("newsdesk: ")]
    names = ("empty", "huge", "itself", "nested.json", "noise", "nowhere", "page.html", "pipe", "none.rss")
    assert len(said) == len(names) and all(any(name in line for line in said) for name in names)
    assert done.err.splitlines()[-1] == "4 feeds with 4 articles; 8 others that are none."
    again = await newsdesk("parse", str(folder), "--json")
    assert [line["title"] for line in again.lines] == [line["title"] for line in done.lines]


async def test_parse_reads_from_a_pipe_and_waits_for_none_that_stays_silent(newsdesk: Newsdesk, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writing = asyncio.create_task(asyncio.to_thread(pipe.write_bytes, rss(item("Rain in Kenya"))))
    done = await newsdesk("parse", str(pipe), "--json")
    await writing
    assert [line["title"] for line in done.lines] == ["Rain in Kenya"], done.err
    none = await newsdesk("parse", "/dev/null")
    assert none.code == 1 and "no file that can be read" in none.err


async def test_parse_tells_people_a_line_each_and_any_terminal_gets_through(newsdesk: Newsdesk, tmp_path: Path) -> None:
    (tmp_path / "a.rss").write_bytes(rss(item("Дождь в Кении 🌧")))
    plain = await newsdesk("parse", "a.rss")
    assert plain.code == 0 and "newsdesk:" not in plain.err
    (line,) = plain.out.splitlines()
    assert line.startswith("2026-03-24 11:00  Дождь в Кении 🌧  https://mag.test/")
    narrow = await newsdesk("parse", "a.rss", "--json", PYTHONIOENCODING="latin-1")
    assert narrow.code == 0 and [each["title"] for each in narrow.lines] == ["Дождь в Кении 🌧"]
    assert (await newsdesk("parse", "a.rss", PYTHONIOENCODING="latin-1")).code == 0


async def test_classify_reads_lines_and_says_why(newsdesk: Newsdesk) -> None:
    asked = (
        '{"id": 7, "title": "Floods in Kenya", "teaser": "Nairobi counts the cost"}\n{"id": "x", "title": "Nothing"}\n'
    )
    done = await newsdesk("classify", "--json", said=asked)
    assert done.code == 0, done.err
    first, second = done.lines
    assert (first["id"], first["regions"]) == (7, ["africa"]) and second["regions"] == []
    why = first["why"]
    assert isinstance(why, list) and {"words", "place", "region", "where"} <= set(why[0])
    assert (await newsdesk("classify", said="not json\n")).code == 1


async def at_a_terminal(folder: Path, typed: str, *words: str) -> str:
    """All that a person sees who types this."""
    ours, theirs = pty.openpty()
    try:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", *words),
            cwd=folder,
            env={
                **{"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "COLUMNS": "200", "TERM": "dumb"},
                "NEWSDESK_PRIVATE_FEEDS": "1",
            },
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
        )
        os.write(ours, typed.encode())
        await asyncio.wait_for(process.wait(), 60)
        return os.read(ours, 100_000).decode()
    finally:
        os.close(ours)
        os.close(theirs)


async def test_classify_reads_utf8_whatever_the_terminal_speaks(newsdesk: Newsdesk) -> None:
    line = '\ufeff{"id": 1, "title": "Wahl in Zürich", "teaser": "Österreich schaut zu"}\r\n'
    done = await newsdesk("classify", said=line, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert done.code == 0 and done.lines[0]["regions"] == ["europe"]


async def test_classify_refuses_what_is_deeper_than_anybody_means(newsdesk: Newsdesk) -> None:
    done = await newsdesk("classify", said="[" * 100_000)
    assert done.code == 1 and done.err.startswith("newsdesk: Line 1 ") and len(done.err.splitlines()) == 1


async def test_classify_tells_a_person_at_a_terminal_in_a_sentence(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    try:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "classify"),
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "COLUMNS": "200", "TERM": "dumb"},
            stdin=asyncio.subprocess.PIPE,
            stdout=theirs,
        )
        await asyncio.wait_for(process.communicate(b'{"id": 7, "title": "Floods in Kenya"}\n'), 60)
        said = os.read(ours, 10_000).decode()
    finally:
        os.close(ours)
        os.close(theirs)
    assert "Floods in Kenya" in said and "Africa: its words speak for it. Africa 100% (title “Kenya”" in said
    assert "{" not in said


async def test_feeds_go_out_as_opml_and_come_back(newsdesk: Newsdesk, newsroom: Newsroom, tmp_path: Path) -> None:
    await newsdesk("feeds", "add", newsroom.feeds[0].url)
    (tmp_path / "feeds.opml").write_text((await newsdesk("feeds", "export")).out)
    back = await newsdesk("feeds", "import", "feeds.opml", NEWSDESK_DATA=str(tmp_path / "other"))
    assert back.code == 0 and "1 feeds added" in back.out
    listed = await newsdesk("feeds", "list", "--json", NEWSDESK_DATA=str(tmp_path / "other"))
    assert [line["feed"] for line in listed.lines] == [newsroom.feeds[0].url]


async def test_the_archive_is_backed_up_and_restored(newsdesk: Newsdesk, newsroom: Newsroom, tmp_path: Path) -> None:
    await newsdesk("feeds", "add", newsroom.feeds[0].url)
    before = (await newsdesk("latest", "--json")).lines
    assert before and (await newsdesk("backup", "copy.db")).code == 0
    other = str(tmp_path / "other")
    assert (await newsdesk("restore", "copy.db", NEWSDESK_DATA=other)).code == 0
    assert (await newsdesk("latest", "--json", NEWSDESK_DATA=other)).lines == before
    (tmp_path / "broken.db").write_bytes(b"not a database")
    refused = await newsdesk("restore", "broken.db", NEWSDESK_DATA=other)
    assert refused.code in (1, 2) and "Traceback" not in refused.err
    assert (await newsdesk("latest", "--json", NEWSDESK_DATA=other)).lines == before


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
    assert "none of the feeds" in (await newsdesk("feeds", "backfill", latest, "--since", "2020")).err
    await newsdesk("feeds", "add", latest)
    assert "no date" in (await newsdesk("feeds", "backfill", latest, "--since", "the other day")).err
    filled = await newsdesk("feeds", "backfill", latest, "--since", "2020")
    assert filled.code == 0 and filled.out, filled.err


async def test_names_that_changed_are_shown_first_and_applied_when_told(
    newsdesk: Newsdesk, newsroom: Newsroom, tmp_path: Path
) -> None:
    await newsdesk("feeds", "add", newsroom.feeds[0].url)
    assert "0 articles would change" in (await newsdesk("reclassify")).out
    title = str((await newsdesk("latest", "--json", "--limit", "1")).lines[0]["title"])
    shipped_regions = (shipped() / "regions.toml").read_text("utf-8")
    places = '\n\n[moon]\nname = "Moon"\ncolour = "#cccccc"\nemoji = "x"\naliases = ["Cities", "Archives"]\n'
    (tmp_path / "data" / "regions.toml").write_text(shipped_regions + places)
    shown = await newsdesk("reclassify")
    assert shown.code == 0 and title in shown.out and "moon" in shown.out, shown.err
    assert (await newsdesk("latest", "moon", "--json")).lines == []
    assert (await newsdesk("reclassify", "--do")).code == 0
    assert title in [line["title"] for line in (await newsdesk("latest", "moon", "--json")).lines]
    assert "0 articles would change" in (await newsdesk("reclassify")).out


async def test_old_articles_are_counted_first_and_taken_out_when_told(newsdesk: Newsdesk, newsroom: Newsroom) -> None:
    latest = newsroom.feeds[0].url
    await newsdesk("feeds", "add", latest)
    counted = await newsdesk("prune", "--before", "tomorrow")
    assert counted.code == 1 or "10 articles" in counted.out
    assert "0 articles" in (await newsdesk("prune", "--before", "2020")).out
    assert (await newsdesk("prune", "--before", "2100", "--do")).code == 0
    assert (await newsdesk("latest", "--json")).lines == []
    assert [line["new"] for line in (await newsdesk("poll", "--all", "--json")).lines] == [0], "and never come back"


async def test_the_index_is_made_anew(newsdesk: Newsdesk, newsroom: Newsroom) -> None:
    await newsdesk("feeds", "add", newsroom.feeds[0].url)
    assert "agree" in (await newsdesk("reindex")).out
    done = (await newsdesk("reindex", "--do")).out
    assert "10 articles" in done
    assert "less than before" in done
    assert (await newsdesk("search", "cable cars", "--json")).lines

"""The console as its users meet it: the real process, its output, its exit codes."""

from pathlib import Path

import pytest

from bot.newsroom import Newsroom
from bot.settings import shipped
from tests.cli.conftest import Newsdesk
from tests.fakes import Clock, Web
from tests.press import item, rss


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


@pytest.mark.parametrize(("words", "help_"), [([], "newsdesk --help"), (["feeds"], "newsdesk feeds --help")])
async def test_whoever_leaves_out_the_command_is_told_where_they_are_listed(
    newsdesk: Newsdesk, words: list[str], help_: str
) -> None:
    done = await newsdesk(*words)
    assert done.code == 2 and done.err.endswith(f"; to see what there is: {help_}\n"), done.err


async def test_all_that_an_archive_has_may_be_asked_for_at_once(newsdesk: Newsdesk) -> None:
    assert (await newsdesk("latest", "--limit", "100000", "--json")).code == 0


async def test_a_word_that_is_nearly_known_is_asked_about(newsdesk: Newsdesk) -> None:
    assert (await newsdesk("latst")).err.endswith('; did you mean "latest"?\n')
    assert (await newsdesk("feeds", "lst")).err.endswith('; did you mean "list"?\n')
    assert "mean" not in (await newsdesk("atlantis")).err


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        ("latest --limti 3", "--limit"),
        ("search --limti 3 kenya", "--limit"),
        ("feeds add https://a.test/ --newst", "--newest"),
        ("feeds add https://a.test/ --any-certifcate", "--any-certificate"),
        ("prune --befor3=2020", "--before"),
        ("--log-levle=debug latest", "--log-level"),
    ],
)
async def test_an_option_that_is_nearly_known_is_asked_about(newsdesk: Newsdesk, words: str, meant: str) -> None:
    done = await newsdesk(*words.split())
    assert done.code == 2 and done.err.endswith(f'; did you mean "{meant}"?\n'), done.err
    assert meant in done.err.split("error:")[0]  # the usage of that very command


async def test_an_option_of_another_command_is_not_asked_about(newsdesk: Newsdesk) -> None:
    done = await newsdesk("poll", "--limti", "3")
    assert done.code == 2 and "--limti" in done.err and "mean" not in done.err


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


async def test_an_article_is_found_by_its_address_as_one_types_it(newsdesk: Newsdesk) -> None:
    async with Web(Clock()) as web:
        web["/feed"] = rss(item("Rain in Kenya").but(link="https://mag.test/rain"))
        assert (await newsdesk("feeds", "add", web.url("/feed"))).code == 0
    for typed in ("https://mag.test/rain", "mag.test/rain", " www.mag.test/rain/ "):
        assert "Rain in Kenya" in (await newsdesk("why", typed)).out
    done = await newsdesk("why", "Rain in Kenya")
    assert done.code == 1 and "To find an article's address: newsdesk search WORDS" in done.err


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


async def test_names_that_changed_are_shown_first_and_applied_when_told(
    newsdesk: Newsdesk, newsroom: Newsroom, tmp_path: Path
) -> None:
    await newsdesk("feeds", "add", newsroom.feeds[0].url)
    assert (await newsdesk("reclassify")).out.startswith("0 articles would change.")
    title = str((await newsdesk("latest", "--json", "--limit", "1")).lines[0]["title"])
    shipped_regions = (shipped() / "regions.toml").read_text("utf-8")
    places = '\n\n[moon]\nname = "Moon"\ncolour = "#cccccc"\nemoji = "x"\naliases = ["Cities", "Archives"]\n'
    (tmp_path / "data" / "regions.toml").write_text(shipped_regions + places)
    shown = await newsdesk("reclassify")
    assert shown.code == 0 and title in shown.out and "moon" in shown.out, shown.err
    assert (await newsdesk("latest", "moon", "--json")).lines == []
    assert (await newsdesk("reclassify", "--do")).code == 0
    assert title in [line["title"] for line in (await newsdesk("latest", "moon", "--json")).lines]
    assert (await newsdesk("reclassify")).out.startswith("0 articles would change.")


async def test_old_articles_are_counted_first_and_taken_out_when_told(newsdesk: Newsdesk, newsroom: Newsroom) -> None:
    latest = newsroom.feeds[0].url
    await newsdesk("feeds", "add", latest)
    assert (await newsdesk("prune", "--before", "2100")).out.startswith("10 articles are older than ")
    assert (await newsdesk("prune", "--before", "2020")).out.startswith("0 articles are older than ")
    assert len((await newsdesk("latest", "--json")).lines) == 10, "as long as nobody says --do"
    shown = await newsdesk("prune")
    assert (shown.code, "newsdesk prune --before DATE" in shown.out) == (0, True), "it can be asked without a date"
    refused = await newsdesk("prune", "--do")
    assert refused.code == 2 and len(refused.err.splitlines()) == 1
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

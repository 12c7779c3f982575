"""`newsdesk reclassify`, the real process on a real archive: it shows first, and posts only when told to."""

import asyncio
import contextlib
import json
import os
import signal
import sqlite3
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.archive.archive import Archive
from bot.delivery.route import route
from bot.model import Article, Feed, Query, Sent, Sighting, Subscription
from bot.regions import load_regions
from bot.settings import shipped
from tests.cli.conftest import ROOT, Newsdesk

NOW = datetime.now(UTC).replace(microsecond=0)
REGIONS = load_regions(shipped() / "regions.toml")
NAMES = "Lake Nowhere\tPE\tarea\n"
MANY = 4_000


@contextlib.asynccontextmanager
async def opened(folder: Path):  # type: ignore[no-untyped-def]
    (folder / "data").mkdir(exist_ok=True)
    archive = await Archive.open(folder / "data" / "archive.db", REGIONS)
    try:
        yield archive
    finally:
        await archive.close()


def story(number: int, *, days: float = 1, **values: object) -> Article:
    given = Article(
        title=f"Fire at Lake Nowhere, day {number}",
        url=f"https://paper.test/{number}",
        regions=("global",),
        published=NOW - timedelta(days=days, seconds=number),
        keys=(f"url:https://paper.test/{number}",),
        why='{"rule":"none"}',
    )
    return replace(given, **values)  # type: ignore[arg-type]


async def take_in(
    archive: Archive, *articles: Article, silent: bool = False, url: str = "https://paper.test/feed"
) -> None:
    feed = await archive.add_feed(Feed("https://paper.test/feed"))
    sightings = [Sighting(each, feed, json.dumps(each.keys).encode(), silent) for each in articles]
    await archive.accept(sightings, None, route, NOW)


async def subscribed(archive: Archive) -> None:
    for channel, region in ((1, "global"), (2, "latin-america")):
        await archive.subscribe(Subscription(f"channel:{channel}", region, guild=1))


async def post_all(archive: Archive) -> None:
    while due := await archive.due_deliveries(NOW):
        for each in due:
            await archive.sending(each.id, NOW)
            await archive.settle(each.id, Sent(each.id), NOW)


async def test_it_shows_what_would_change_and_changes_nothing(newsdesk: Newsdesk, tmp_path: Path) -> None:
    async with opened(tmp_path) as archive:
        await subscribed(archive)
        await take_in(archive, story(1), story(2, title="Rain in Kenya", regions=("africa",)))
        await post_all(archive)
    (tmp_path / "data" / "names.tsv").write_text(NAMES)
    shown = await newsdesk("reclassify")
    assert "Fire at Lake Nowhere, day 1\n  global → latin-america\n1 article would change." in shown.out, shown.err
    assert "that are out: 1. They stay as they are" in shown.out and "reclassify --do" in shown.out
    (line,) = (await newsdesk("reclassify", "--json")).lines
    assert (line["was"], line["now"]) == (["global"], ["latin-america"])
    async with opened(tmp_path) as archive:
        assert {hit.article.regions for hit in (await archive.latest(Query())).hits} == {("africa",), ("global",)}


async def test_what_is_shown_follows_feeds_toml_as_it_is_now_and_takes_nothing_of_it_in(
    newsdesk: Newsdesk, tmp_path: Path
) -> None:
    async with opened(tmp_path) as archive:
        await take_in(archive, story(1))
    listed = tmp_path / "data" / "feeds.toml"
    listed.write_text('[[feed]]\nurl = "https://paper.test/feed"\nregion = "europe"\n')
    assert "global → europe\n1 article would change." in (await newsdesk("reclassify")).out
    async with opened(tmp_path) as archive:
        assert [each.region for each in await archive.feeds()] == [None]
    assert "global → europe\n1 article changed." in (await newsdesk("reclassify", "--do")).out
    listed.write_text("")
    assert "europe → global\n1 article would change." in (await newsdesk("reclassify")).out


async def test_told_to_it_changes_the_archive_and_leaves_the_posts_alone(newsdesk: Newsdesk, tmp_path: Path) -> None:
    async with opened(tmp_path) as archive:
        await subscribed(archive)
        await take_in(archive, story(1))
        await post_all(archive)
    (tmp_path / "data" / "names.tsv").write_text(NAMES)
    assert "1 article changed." in (await newsdesk("reclassify", "--do")).out
    async with opened(tmp_path) as archive:
        assert [hit.article.regions for hit in (await archive.latest(Query())).hits] == [("latin-america",)]
        assert await archive.due_deliveries(NOW) == []


async def test_posts_follow_and_new_channels_are_owed_when_that_is_said(newsdesk: Newsdesk, tmp_path: Path) -> None:
    async with opened(tmp_path) as archive:
        await subscribed(archive)
        await take_in(archive, story(1), story(2, days=90))
        await take_in(archive, story(3), silent=True)
        await post_all(archive)
    (tmp_path / "data" / "names.tsv").write_text(NAMES)
    told = await newsdesk("reclassify", "--do", "--edit", "--post", "--since", "2 weeks ago")
    assert "2 articles changed." in told.out and "new to these: 1." in told.out, told.out + told.err
    async with opened(tmp_path) as archive:
        assert [(each.target, each.edit) for each in await archive.due_deliveries(NOW)] == [
            ("channel:2", False),
            ("channel:1", True),
        ]
        (old,) = (await archive.latest(Query(region="global"))).hits
        assert old.article.url == "https://paper.test/2", "older than that, it stays"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--post"], "go with --do"),
        (["--edit"], "go with --do"),
        (["--do", "--post"], "needs --since"),
        (["--since", "the other day"], "no date"),
    ],
)
async def test_what_would_post_by_mistake_is_refused(newsdesk: Newsdesk, words: list[str], said: str) -> None:
    done = await newsdesk("reclassify", *words)
    assert done.code in {1, 2} and said in done.err


async def test_what_a_person_has_moved_and_what_other_feeds_say_stays(newsdesk: Newsdesk, tmp_path: Path) -> None:
    async with opened(tmp_path) as archive:
        await take_in(archive, story(1, why='{"rule":"moved"}'))
        for region in ("africa", "europe"):
            feed = await archive.add_feed(Feed(f"https://{region}.test/feed", region=region))
            printed = story(2, title="A story", regions=(region,))
            await archive.accept([Sighting(printed, feed, region.encode(), True)], None, route, NOW)
    (tmp_path / "data" / "names.tsv").write_text(NAMES)
    assert "0 articles would change" in (await newsdesk("reclassify")).out


async def test_killed_half_way_it_goes_on_where_it_was_and_ends_as_if_it_had_not_been(
    newsdesk: Newsdesk, tmp_path: Path
) -> None:
    data = tmp_path / "data"
    async with opened(tmp_path) as archive:
        await take_in(archive, *(story(number) for number in range(MANY)))
    (data / "names.tsv").write_text(NAMES)
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "reclassify", "--do"),
        cwd=tmp_path,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(30):
        while not 0 < _changed(data) < MANY:
            assert process.returncode is None
            await asyncio.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    assert await asyncio.wait_for(process.wait(), 60) == -signal.SIGKILL
    before = _changed(data)
    assert 0 < before < MANY
    again = await newsdesk("reclassify", "--do")
    assert f"{before:,} articles were done" in again.err and f"{MANY - before:,} articles changed" in again.out
    assert _changed(data) == MANY, "each once"
    (data / "names.tsv").write_text("Lake Nowhere\tKE\tarea\n")
    assert f"{MANY:,} articles changed" in (await newsdesk("reclassify", "--do")).out, "other names, a new walk"


def _changed(data: Path) -> int:
    """How many changes are on record; read while another process writes."""
    with contextlib.closing(sqlite3.connect(f"file:{data / 'archive.db'}?mode=ro", uri=True)) as db:
        return int(db.execute("SELECT count(*) FROM revision").fetchone()[0])

"""The rehearsal, in a process of its own, as a person would start it."""

import asyncio
import time
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.archive.archive import Archive
from bot.model import Feed, Subscription
from bot.newsroom import Newsroom
from bot.regions import load_regions
from bot.rehearsal import POLL_EVERY
from bot.settings import shipped
from tests.fakes import Clock, Web, until
from tests.press import item, rss
from tests.watch_rehearsal import articles_arrive, latest_answers, rehearsal, state

PATIENCE = 60.0  # seconds


async def test_articles_arrive_in_five_regions_and_latest_answers() -> None:
    async with rehearsal("--pace", "0.3") as (url, output), aiohttp.ClientSession() as session:
        assert len(await articles_arrive(session, url, PATIENCE)) >= 5
        assert await latest_answers(session, url, "asia-pacific") > 0
        async with session.get(f"{url}/healthz") as answer:
            assert answer.status == 200
        panel = (await state(session, url))["panel"]
        assert panel["panels"]["outbox"]["sent"] > 0 and panel["violations"] == []
    assert not [line for line in output if "Traceback" in line or "ERROR" in line or "WARNING" in line], "".join(output)


async def test_no_pace_at_all_is_as_fast_as_it_goes() -> None:
    async with rehearsal("--pace", "0") as (url, output), aiohttp.ClientSession() as session:
        await until(lambda: any("has published all it has" in line for line in output), PATIENCE)
        assert len(await articles_arrive(session, url, PATIENCE)) >= 5
        await asyncio.sleep(2 * POLL_EVERY.total_seconds())
        outbox = (await state(session, url))["panel"]["panels"]["outbox"]
    assert "held" not in outbox, "that is no flood"


async def test_nothing_is_kept_unless_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    async with rehearsal("--pace", "0.3") as (url, _), aiohttp.ClientSession() as session:
        await articles_arrive(session, url, PATIENCE)
        assert [each.name for each in tmp_path.rglob("archive.db")] == ["archive.db"]
    assert list(tmp_path.iterdir()) == []


async def test_a_kept_archive_is_rehearsed_with_again_and_the_server_and_newsroom_of_before_are_forgotten(
    tmp_path: Path,
) -> None:
    for _ in range(2):
        async with rehearsal("--pace", "0.3", "--keep", str(tmp_path)) as (url, _), aiohttp.ClientSession() as session:
            assert len(await articles_arrive(session, url, PATIENCE)) >= 5
            outbox = (await state(session, url))["panel"]["panels"]["outbox"]
    assert "suspended" not in outbox
    archive = await Archive.open(tmp_path / "archive.db", load_regions(shipped() / "regions.toml"))
    guilds = {each.guild for each in await archive.subscriptions()}
    ports = {each.url.split("/")[2] for each in await archive.feeds()}
    await archive.close()
    assert (len(guilds), len(ports)) == (1, 1)


async def test_the_sample_asks_none_of_the_operators_own_feeds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with Web(Clock()) as web:
        web["/feed"] = rss(item("Rain in Kenya"))
        (tmp_path / "feeds.toml").write_text(f'[[feed]]\nurl = "{web.url("/feed")}"\n')
        monkeypatch.setenv("NEWSDESK_DATA", str(tmp_path))
        async with rehearsal("--pace", "0.3") as (url, _), aiohttp.ClientSession() as session:
            await articles_arrive(session, url, PATIENCE)
        assert not web.asked


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("regions.toml", "x = [", "regions.toml, line 1"),
        ("feeds.toml", '[[feed]]\nurl = "x"\n', "feeds.toml, line 2"),
        ("names.tsv", "Kenya\n", "names.tsv, line 1"),
        ("aliases.tsv", "\xff\xfe\n", "aliases.tsv"),
    ],
)
async def test_a_mistake_in_an_own_file_is_told_of_that_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, text: str, told: str
) -> None:
    (tmp_path / name).write_text(text, "latin-1")
    monkeypatch.setenv("NEWSDESK_DATA", str(tmp_path))
    with pytest.raises(AssertionError, match=f"newsdesk: {tmp_path}/{told}"):
        async with rehearsal("--feeds", "mine", start=30):
            pass


async def test_nothing_of_a_rehearsal_is_kept_among_the_operators_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWSDESK_DATA", str(tmp_path))
    with pytest.raises(AssertionError, match="Choose another for --keep"):
        async with rehearsal("--keep", str(tmp_path), start=30):
            pass
    assert not list(tmp_path.iterdir())


async def test_a_taken_port_is_told_in_a_sentence() -> None:
    async with rehearsal("--pace", "60") as (url, _):
        port = url.rpartition(":")[2]
        with pytest.raises(AssertionError, match=f"Port {port} is taken"):
            async with rehearsal("--port", port, start=30):
                pass


async def test_my_own_feeds_and_standing_orders_are_shown_and_my_archive_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Newsroom(shipped() / "sample", pace=0) as newsroom:
        latest = newsroom.feeds[0].url
        archive = await Archive.open(tmp_path / "archive.db", load_regions(shipped() / "regions.toml"))
        await archive.add_feed(Feed(url=latest))
        for region in ("africa", "europe"):
            await archive.subscribe(Subscription("channel:111", region, guild=7))
        await archive.subscribe(Subscription("channel:222", "asia-pacific", guild=7))
        await archive.close()
        before = (tmp_path / "archive.db").read_bytes()

        monkeypatch.setenv("NEWSDESK_DATA", str(tmp_path))
        monkeypatch.setenv("NEWSDESK_PRIVATE_FEEDS", "1")
        monkeypatch.setenv("NEWSDESK_POLL_MINUTES", "0.01")
        async with rehearsal("--feeds", "mine") as (url, _), aiohttp.ClientSession() as session:
            guilds = (await state(session, url))["guilds"]
            texts = [each for each in guilds[0]["channels"] if each["type"] == 0]
            assert len(guilds) == 1 and len(texts) == 2, "two channels, however many regions they take"
            until = time.monotonic() + PATIENCE
            while time.monotonic() < until and len(await messages(session, url, texts)) < 3:
                await asyncio.sleep(0.5)
            shown = len(await messages(session, url, texts))
            assert shown >= 3, "the newest articles, as they would look"
            while time.monotonic() < until and len(await messages(session, url, texts)) == shown:
                newsroom.publish_next()
                await asyncio.sleep(0.5)
            assert len(await messages(session, url, texts)) > shown, "and then what is new"
        assert (tmp_path / "archive.db").read_bytes() == before


async def messages(session: aiohttp.ClientSession, url: str, channels: list[dict[str, Any]]) -> list[Any]:
    member = (await state(session, url))["members"][0]
    found: list[Any] = []
    for channel in channels:
        path = f"{url}/api/v10/channels/{channel['id']}/messages"
        async with session.get(path, headers={"Authorization": member["token"]}) as answer:
            found += await answer.json()
    return found

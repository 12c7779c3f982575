"""Real feeds from the shared folder, served on loopback; skipped loudly where that folder is not named."""

import os
import warnings
from datetime import datetime
from hashlib import md5
from pathlib import Path

import pytest

from bot.model import Query
from tests.fakes import Answer, Asked, Script
from tests.polling import House

SHARED = Path(os.environ.get("NEWSDESK_SHARED") or "/nowhere") / "feeds"
FEEDS = sorted(each for each in SHARED.glob("*.*") if each.suffix in {".rss", ".atom", ".json"})
REPLAY = SHARED / "replay-rnz"


def needs_shared() -> None:
    if not SHARED.is_dir():
        warnings.warn("NEWSDESK_SHARED names no folder: the real feeds are NOT tested", stacklevel=2)
        pytest.skip("NEWSDESK_SHARED names no folder with feeds")


@pytest.fixture(autouse=True)
def shared() -> None:
    needs_shared()


pytestmark = pytest.mark.asyncio(loop_scope="module")


def with_validators(body: bytes) -> Script:
    tag = f'"{md5(body, usedforsecurity=False).hexdigest()}"'

    def answer(asked: Asked) -> Answer:
        if asked.headers.get("If-None-Match") == tag:
            return Answer(status=304)
        return Answer(body, headers={"ETag": tag, "Last-Modified": "Tue, 01 Jan 2019 00:00:00 GMT"})

    return answer


async def test_every_feed_is_read_and_a_second_round_finds_nothing_and_asks_with_validators(house: House) -> None:
    for file in FEEDS:
        await house.add(f"/{file.name}")
        house.web[f"/{file.name}"] = with_validators(file.read_bytes())
    first = await house.goes_round()
    second = await house.goes_round()
    assert [(line.status, line.error) for line in first] == [("ok", "")] * len(FEEDS)
    assert sum(line.new for line in first) == 234
    assert [(line.status, line.new) for line in second] == [("unchanged", 0)] * len(FEEDS)
    again = house.web.asked[len(FEEDS) :]
    assert all("If-None-Match" in each.headers and "If-Modified-Since" in each.headers for each in again)
    assert await house.posted() == []


async def test_an_article_of_each_feed_is_found(house: House) -> None:
    for file in FEEDS:
        await house.add(f"/{file.name}")
        house.web[f"/{file.name}"] = file.read_bytes()
    await house.goes_round()
    for feed in await house.archive.feeds():
        newest = (await house.archive.latest(Query(feed=feed.url, limit=1))).hits[0].article
        words = " ".join(newest.title.split()[:4])
        found = await house.archive.search(Query(words=words, feed=feed.url))
        assert newest.id in {hit.article.id for hit in found.hits}, words


async def test_the_replay_posts_exactly_what_is_expected_at_each_step(house: House) -> None:
    expected: dict[int, list[str]] = {}
    for line in (REPLAY / "expected_new.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        step, _, title = line.split("\t")
        expected.setdefault(int(step), []).append(title)
    await house.add()
    manifest = (REPLAY / "manifest.tsv").read_text(encoding="utf-8").splitlines()[1:]
    posted = 0
    for number, line in enumerate(manifest):
        _, name, committed, *_ = line.split("\t")
        house.clock.set(datetime.fromisoformat(committed))
        house.web["/feed"] = (REPLAY / name).read_bytes()
        await house.goes_round()
        now = await house.posted()
        assert sorted(now[posted:]) == sorted(expected.get(number, [])), f"step {number}"
        posted = len(now)
    assert posted == sum(map(len, expected.values())) == 224

"""Real feeds from a folder, served on loopback, pass through the console twice: all that is new, then nothing."""

import hashlib
import os
import warnings
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable
from pathlib import Path

import pytest
from aiohttp import web

from tests.cli.conftest import Done, Newsdesk
from tests.press import serving

SHARED = os.environ.get("NEWSDESK_SHARED", "")


@pytest.fixture
def feeds() -> list[Path]:
    """The folder's feed files; what cannot be tested without them is said loudly."""
    folder = Path(SHARED) / "feeds"
    if not SHARED or not folder.is_dir():
        warnings.warn("NEWSDESK_SHARED names no folder with feeds/: real feeds are NOT tested", stacklevel=1)
        pytest.skip("NEWSDESK_SHARED names no folder with real feeds")
    return [path for path in sorted(folder.iterdir()) if path.suffix in {".rss", ".atom", ".json"}]


@pytest.fixture
async def served(feeds: list[Path]) -> AsyncIterator[tuple[str, dict[str, list[tuple[str, int]]]]]:
    """Serves each file with an ETag; remembers which validators came with each request, and the answer."""
    asked: dict[str, list[tuple[str, int]]] = defaultdict(list)

    async def answer(request: web.Request) -> web.Response:
        path = next((each for each in feeds if each.name == request.match_info["name"]), None)
        if path is None:
            raise web.HTTPNotFound
        body = path.read_bytes()
        tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        held = request.headers.get("If-None-Match", "")
        asked[path.name].append((held, 304 if held == tag else 200))
        if held == tag:
            return web.Response(status=304, headers={"ETag": tag})
        kind = "application/feed+json" if path.suffix == ".json" else "application/xml"
        return web.Response(body=body, headers={"ETag": tag, "Content-Type": kind})

    async with serving("/{name}", answer) as url:
        yield url, asked


async def lines(done: Awaitable[Done]) -> list[dict[str, object]]:
    """What a command says, if all went well."""
    answered = await done
    assert answered.code == 0, answered.err
    return answered.lines


async def test_real_feeds_bring_their_articles_once_and_can_be_searched(
    newsdesk: Newsdesk, tmp_path: Path, feeds: list[Path], served: tuple[str, dict[str, list[tuple[str, int]]]]
) -> None:
    url, asked = served
    (tmp_path / "data").mkdir()
    listed = "".join(f'[[feed]]\nurl = "{url}/{path.name}"\npages = false\n' for path in feeds)
    (tmp_path / "data" / "feeds.toml").write_text(listed)

    first = await lines(newsdesk("poll", "--json", "--all"))
    assert {line["feed"] for line in first} == {f"{url}/{path.name}" for path in feeds}
    assert all(line["error"] is None and int(str(line["new"])) > 0 for line in first), first

    second = await lines(newsdesk("poll", "--json", "--all"))
    assert [line["new"] for line in second] == [0] * len(feeds)
    assert all(len(each) == 2 and each[0] == ("", 200) and each[1][1] == 304 for each in asked.values()), dict(asked)

    articles = await lines(newsdesk("latest", "--json", "--limit", "1000"))
    assert len(articles) == sum(int(str(line["new"])) for line in first)
    for path in feeds:
        printed = [each for each in articles if f"{url}/{path.name}" in list(map(str, _list(each["feeds"])))]
        title = str(printed[0]["title"])
        found = await lines(newsdesk("search", "--json", "--limit", "10", "--", title))
        assert title in [each["title"] for each in found], (path.name, title)


def _list(value: object) -> list[object]:
    assert isinstance(value, list)
    return value

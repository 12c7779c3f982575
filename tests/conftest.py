"""What many tests begin with: what we ship, a worker process for all of a file's tests, and a house of its own."""

import asyncio
import functools
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

import pytest
import pytest_asyncio
from aiohttp import web_app

from bot.app.collector import leave_alone
from bot.archive import archive
from bot.intake.classify import Classifier, load_classifier
from bot.intake.worker import ParseWorker
from bot.regions import Regions, load_regions
from bot.settings import shipped
from tests.polling import House, open_house

DEADLINE, archive.DEADLINE = archive.DEADLINE, 60.0  # a machine that stands still for a second fails no test
LONGEST = 300  # seconds: what waits longer waits for what never comes, and fails where it waits


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if isinstance(item, pytest.Function) and inspect.iscoroutinefunction(item.obj):
            item.obj = _ends(item.obj)


def pytest_collection_finish() -> None:
    """Thousands of tests live until the end. A second in which the collector looks through them is one in which nobody
    who asks the archive is answered in time."""
    leave_alone()


@pytest.fixture(scope="module", autouse=True)
def let_servers_go() -> Iterator[None]:
    """aiohttp remembers the last thousand applications by what they answered, and with a stage all of its servers."""
    yield
    web_app._cached_build_middleware.cache_clear()


def _ends(test: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    @functools.wraps(test)
    async def ends(*given: object, **more: object) -> None:
        async with asyncio.timeout(LONGEST):
            await test(*given, **more)

    return ends


@pytest.fixture
def deadline(monkeypatch: pytest.MonkeyPatch) -> float:
    """For tests of what takes too long: the one that readers have, in seconds."""
    monkeypatch.setattr(archive, "DEADLINE", DEADLINE)
    return DEADLINE


@pytest.fixture(scope="session")
def regions() -> Regions:
    return load_regions(shipped() / "regions.toml")


@pytest.fixture(scope="session")
def classifier(regions: Regions) -> Classifier:
    return load_classifier(shipped(), regions)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def worker() -> AsyncIterator[ParseWorker]:
    one = ParseWorker()
    yield one
    await one.close()


@pytest_asyncio.fixture(loop_scope="module")
async def house(worker: ParseWorker) -> AsyncIterator[House]:
    """Without a feed. A file whose tests want more than that has a `house` of its own."""
    async with open_house(worker) as here:
        yield here

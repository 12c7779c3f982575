"""What every test of the poller begins with: a worker process for all of a file's tests, and a house of its own."""

from collections.abc import AsyncIterator

import pytest_asyncio

from bot.intake.worker import ParseWorker
from tests.polling import House, open_house


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

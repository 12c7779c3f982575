"""What the tests of the rules begin with: a house with narrow limits, and a feed in it."""

from collections.abc import AsyncIterator

import pytest_asyncio

from bot.intake.fetch import Limits
from bot.intake.worker import ParseWorker
from tests.intake.rules.words import HOST
from tests.polling import House, open_house


@pytest_asyncio.fixture(loop_scope="module")
async def house(worker: ParseWorker) -> AsyncIterator[House]:
    """A feed on a host of its own."""
    async with open_house(worker, limits=Limits(size=1_000_000, connect=2, whole=2)) as here:
        await here.add(host=HOST)
        yield here

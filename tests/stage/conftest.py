"""What the stage's tests share."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.stage import Stage
from tests.stage.wrong_client import Place, WrongClient
from tests.staging import stage

__all__ = ["place", "stage", "wrong"]


@pytest.fixture
def place(stage: Stage) -> Place:
    return Place(stage)


@pytest.fixture
async def wrong(stage: Stage) -> AsyncIterator[WrongClient]:
    async with aiohttp.ClientSession() as session:
        yield WrongClient(stage, session)

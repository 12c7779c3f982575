"""What the tests of sending share."""

from collections.abc import AsyncIterator

import pytest

from tests.chat.scenes import Scene, a_scene


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    async with a_scene() as here:
        yield here
        assert [each for each in here.stage.violations if each.body is not None] == []  # scripted ones have none

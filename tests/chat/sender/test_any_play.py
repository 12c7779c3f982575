"""Whatever happens, and in whatever order: all that is owed is out once, and shows what is known now."""

import asyncio
import shutil
from pathlib import Path

import pytest

from bot.archive import Archive
from tests.chat.sender.plays import Play
from tests.delivery.samples import REGIONS

STEPS = 60


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An archive to begin with, in today's shape."""
    file = tmp_path_factory.mktemp("plays") / "empty.db"

    async def make() -> None:
        await (await Archive.open(file, REGIONS)).close()

    asyncio.run(make())
    return file


@pytest.mark.parametrize("seed", range(24))
async def test_all_that_is_owed_is_out_once_and_shows_what_is_known_now(empty: Path, tmp_path: Path, seed: int) -> None:
    """Kills, lost answers, full disks, corrections, moves, changed orders, permissions: see plays.py."""
    file = tmp_path / "archive.db"
    shutil.copy(empty, file)
    play = Play(seed, file)
    wrong = await play.run(STEPS)
    assert not wrong, "\n".join((*play.log, *wrong))

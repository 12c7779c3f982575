"""What was acknowledged survives a kill at any moment, and all parts of the archive agree afterwards."""

from pathlib import Path

from tests.archive.lives import many_lives


async def test_twenty_deaths_lose_nothing_and_leave_nothing_half_done(tmp_path: Path) -> None:
    toll = await many_lives(tmp_path, seed=20, lives=20)
    assert toll.is_good, toll
    assert toll.acknowledged > 20

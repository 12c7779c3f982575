"""What is due is found by jumping from target to target: twice the channels cost twice the work, not four times."""

from pathlib import Path

from bot.archive import Archive, connect, outbox
from bot.delivery.route import route
from bot.model import Feed, Sighting
from tests.delivery.samples import NOON, REGIONS, an_article, an_order


async def test_twice_the_channels_cost_twice_the_work(tmp_path: Path) -> None:
    few, many = await _work(tmp_path / "few.db", 200), await _work(tmp_path / "many.db", 400)
    assert few > 10
    assert many < 3 * few


async def _work(file: Path, channels: int) -> int:
    """Hundreds of steps of SQLite's machine until the first ten deliveries are found."""
    archive = await Archive.open(file, REGIONS, now=lambda: NOON)
    for number in range(channels):
        await archive.subscribe(an_order(f"channel:{number}", guild=number % 7))
    feed = await archive.add_feed(Feed("https://a.test/feed"))
    await archive.accept([Sighting(an_article(), feed, b"1")], None, route, NOON)
    await archive.close()
    db, steps = connect.reader(file), 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    db.set_progress_handler(count, 100)
    assert len(outbox.due(db, NOON, 10, ())) == 10
    db.close()
    return steps

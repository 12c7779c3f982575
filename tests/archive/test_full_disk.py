"""A disk that is full: what was acknowledged is kept, what was not is said, and with room again all goes on."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.archive import Archive
from bot.archive.connect import OperationalError
from bot.archive.trouble import NoRoom
from bot.model import Query
from bot.regions import Regions
from tests.archive.conftest import owed_by_region, restore_archive
from tests.builders import NOON, a_feed, a_sighting, a_subscription, an_article

_ROOM = 2_000_000  # bytes that the log may still grow


@contextmanager
def no_room_above(size: int) -> Iterator[None]:
    """No file of this program may be longer: whoever writes beyond is told so, as on a full disk."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


async def test_a_full_disk_loses_nothing_that_was_acknowledged(
    regions: Regions, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    archive = await Archive.open(tmp_path / "archive.db", regions, now=lambda: NOON)
    feed = await archive.add_feed(a_feed())
    await archive.subscribe(a_subscription(region="africa"))
    kept: list[str] = []

    async def take_in(number: int) -> None:
        text = " ".join(f"word{number}x{each}" for each in range(400))
        article = an_article(f"Story {number}", text=text, regions=("africa",))
        await archive.accept([a_sighting(article, feed)], None, owed_by_region, NOON)
        kept.append(article.title)

    await take_in(0)
    with no_room_above((tmp_path / "archive.db-wal").stat().st_size + _ROOM):
        with pytest.raises(OperationalError):
            for number in range(1, 200):
                await take_in(number)
        failed = len(kept)
        with pytest.raises(OperationalError):
            await take_in(failed)
        assert (await archive.latest(Query())).total == failed, "who reads does not notice"
    assert 1 < failed < 200
    assert "Is there room on the disk" in caplog.text
    await take_in(failed)
    assert await archive.check() == []
    await archive.close()
    again = await Archive.open(tmp_path / "archive.db", regions, now=lambda: NOON)
    assert {article.title for article in await again.articles_after(0, 500)} == set(kept)
    assert len(await again.line("channel:100", 500)) == len(kept)
    await again.close()


async def test_a_copy_that_has_no_room_leaves_the_older_copy_as_it_was(regions: Regions, tmp_path: Path) -> None:
    archive = await Archive.open(tmp_path / "archive.db", regions, now=lambda: NOON)
    copy = tmp_path / "copy.db"
    await archive.backup(copy)
    before = copy.read_bytes()
    with no_room_above(20_000), pytest.raises(NoRoom, match=r"free in .*The older copy there is as it was"):
        await archive.backup(copy)
    await archive.close()
    with no_room_above(20_000), pytest.raises(NoRoom, match="The archive is as it was"):
        restore_archive(copy, tmp_path / "archive.db")
    assert copy.read_bytes() == before
    assert sorted(each.name for each in tmp_path.iterdir()) == ["archive.db", "copy.db"]

"""Copies of the archive, and its parts agreeing."""

from pathlib import Path

import pytest

from bot.archive import Archive
from bot.archive.archive import restore_archive
from bot.archive.upkeep import NoArchive
from bot.model import Query
from bot.regions import Regions
from tests.archive.conftest import Room
from tests.builders import an_article


async def test_a_copy_made_while_the_bot_runs_has_everything(room: Room, regions: Regions, tmp_path: Path) -> None:
    await room.takes_in(an_article("Kept"))
    await room.archive.backup(tmp_path / "copy.db")
    await room.takes_in(an_article("Later"))
    restored = tmp_path / "home" / "archive.db"
    restored.parent.mkdir()
    assert restore_archive(tmp_path / "copy.db", restored) is None
    archive = await Archive.open(restored, regions)
    assert [hit.article.title for hit in (await archive.latest(Query())).hits] == ["Kept"]
    assert await archive.check() == []
    await archive.close()


async def test_what_was_there_before_a_restore_is_kept_beside_it(room: Room, regions: Regions, tmp_path: Path) -> None:
    await room.archive.backup(tmp_path / "copy.db")
    await room.takes_in(an_article("New"))
    await room.archive.backup(tmp_path / "archive.db")
    kept = restore_archive(tmp_path / "copy.db", tmp_path / "archive.db")
    assert kept == tmp_path / "archive.db.before-1"
    archive = await Archive.open(kept, regions)
    assert (await archive.latest(Query())).total == 1
    await archive.close()


def test_a_file_that_is_no_archive_is_refused_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear reader, " * 400)
    with pytest.raises(NoArchive, match="is no copy of an archive"):
        restore_archive(tmp_path / "letter.txt", tmp_path / "archive.db")
    with pytest.raises(NoArchive, match="There is no file"):
        restore_archive(tmp_path / "missing.db", tmp_path / "archive.db")

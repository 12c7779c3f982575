"""Copies of the archive, and its parts agreeing."""

import asyncio
import os
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random

import pytest

from bot.archive import Archive, connect
from bot.archive.archive import shrink_archive
from bot.archive.trouble import NoArchive, NoRoom
from bot.model import Query
from bot.regions import Regions
from tests.archive.conftest import Room, restore_archive
from tests.builders import NOON, an_article


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


async def test_a_copy_is_made_in_pieces_of_what_was_there_when_it_began(
    room: Room, regions: Regions, tmp_path: Path
) -> None:
    feed = await room.feed()
    chance = Random(1)
    for number in range(3):  # some megabytes, so that there are pieces
        texts = [chance.randbytes(40_000).hex() for _ in range(40)]
        await room.takes_in(*(an_article(f"Old {number} {at}", text=text) for at, text in enumerate(texts)), feed=feed)
    copying = asyncio.create_task(room.archive.backup(tmp_path / "copy.db"))
    written = 0
    async with asyncio.timeout(60):
        while not copying.done():  # nor does it begin again whenever something is written
            await room.takes_in(an_article(f"New {written}"), feed=feed)
            written += 1
    await copying
    archive = await Archive.open(tmp_path / "copy.db", regions)
    kept = await archive.articles_after(0, 1_000)
    assert len([each for each in kept if each.title.startswith("Old")]) == 120
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


async def test_what_is_empty_is_given_back(tmp_path: Path, regions: Regions) -> None:
    archive = await Archive.open(tmp_path / "archive.db", regions, now=lambda: NOON)
    room = Room(archive)
    old = [an_article(f"Old {number}", text=Random(number).randbytes(9_000).hex()) for number in range(50)]
    await room.takes_in(*(replace(each, published=NOON - timedelta(days=9)) for each in old))
    await room.takes_in(an_article("New"))
    await archive.prune(NOON - timedelta(days=1))
    free, size = await archive.empty()
    assert free > size / 10
    await archive.close()
    before, after = shrink_archive(archive.path)
    assert (before, (tmp_path / "archive.db").stat().st_size) == (size, after)
    assert after <= size - free
    archive = await Archive.open(tmp_path / "archive.db", regions)
    assert [hit.article.title for hit in (await archive.search(Query("new"))).hits] == ["New"]
    assert await archive.check() == []
    await archive.close()


def test_a_file_that_is_no_archive_is_refused_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("Dear reader, " * 400)
    with pytest.raises(NoArchive, match="is no copy of an archive"):
        restore_archive(tmp_path / "letter.txt", tmp_path / "archive.db")
    with pytest.raises(NoArchive, match="There is no file"):
        restore_archive(tmp_path / "missing.db", tmp_path / "archive.db")


async def test_a_copy_takes_the_place_of_an_older_copy_and_of_nothing_else(
    room: Room, regions: Regions, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    home.mkdir()
    archive = await Archive.open(home / "archive.db", regions)
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link.db").symlink_to(home / "archive.db")
    here = (home / "archive.db").stat().st_ino
    own = ("archive.db", "../home/archive.db", "../link.db", "archive.db-wal", "archive.db-shm", "archive.db.lock")
    (tmp_path / "letter").write_text("Dear reader")
    other = [("", "is a folder"), ("../pipe", "is no copy"), ("../letter", "is no copy")]
    for name, why in [*((name, "belongs to the archive itself") for name in own), *other]:
        with pytest.raises(NoArchive, match=why):
            await archive.backup(home / name)
    with pytest.raises(NoRoom, match="cannot be written"):
        await archive.backup(tmp_path / "nowhere" / "copy.db")
    assert (home / "archive.db").stat().st_ino == here and (tmp_path / "pipe").is_fifo()
    assert (tmp_path / "letter").read_text() == "Dear reader"
    await archive.backup(tmp_path / "copy.db")
    await Room(archive).takes_in(an_article("New"))
    await archive.backup(tmp_path / "copy.db")
    assert await titles_in(tmp_path / "copy.db", regions) == ["New"]
    assert not list(tmp_path.rglob("*.unfinished"))
    await archive.close()


async def test_the_archive_is_not_brought_back_from_itself(room: Room, regions: Regions, tmp_path: Path) -> None:
    await (await Archive.open(tmp_path / "archive.db", regions)).close()
    with pytest.raises(NoArchive, match="the archive itself"):
        restore_archive(tmp_path / "archive.db", tmp_path / "archive.db")
    assert not (tmp_path / "archive.db.before-1").exists()


def as_killed(archive: Archive, file: Path) -> None:
    """A copy of the files of an archive as they lie there when whoever writes it is killed."""
    file.parent.mkdir(exist_ok=True)
    for rest in ("", "-wal"):
        shutil.copyfile(archive.path.with_name(archive.path.name + rest), file.with_name(file.name + rest))
    assert file.with_name(f"{file.name}-wal").stat().st_size > 0


async def titles_in(file: Path, regions: Regions) -> list[str]:
    archive = await Archive.open(file, regions)
    found = [hit.article.title for hit in (await archive.latest(Query())).hits]
    await archive.close()
    return found


async def test_an_archive_comes_back_with_what_was_written_beside_it(
    room: Room, regions: Regions, tmp_path: Path
) -> None:
    """A folder that was copied as a whole after the bot had been killed: the newest is not in the file itself yet."""
    await room.takes_in(an_article("New"))
    as_killed(room.archive, tmp_path / "saved" / "archive.db")
    restore_archive(tmp_path / "saved" / "archive.db", tmp_path / "archive.db")
    assert await titles_in(tmp_path / "archive.db", regions) == ["New"]


async def test_what_somebody_still_reads_is_put_aside_with_what_was_written_beside_it(
    room: Room, regions: Regions, tmp_path: Path
) -> None:
    file = tmp_path / "archive.db"
    await room.archive.backup(tmp_path / "copy.db")
    await room.takes_in(an_article("New"))
    as_killed(room.archive, file)
    with closing(connect.reader(file)) as somebody:
        somebody.execute("BEGIN")
        somebody.execute("SELECT count(*) FROM article").fetchone()
        with closing(sqlite3.connect(file)) as other, other:
            other.execute("UPDATE article SET title = 'Newer'")
        kept = restore_archive(tmp_path / "copy.db", file)
    assert kept is not None and await titles_in(kept, regions) == ["Newer"]
    assert await titles_in(file, regions) == []

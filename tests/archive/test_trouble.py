"""What is in the archive's place and is none, or none that we may touch, is left alone and said."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.archive import Archive, memos, upkeep
from bot.archive.readers import Readers
from bot.archive.search.aliases import Aliases
from bot.archive.trouble import NoArchive, NotOurs
from bot.errors import Busy, NewsError
from bot.model import Query
from bot.regions import Regions
from tests.archive.conftest import restore_archive
from tests.builders import NOON


async def made(file: Path, regions: Regions, *more: str) -> Path:
    """An archive, and what somebody else does to it."""
    await (await Archive.open(file, regions)).close()
    with closing(sqlite3.connect(file)) as db, db:
        for each in more:
            db.execute(each)
    return file


async def test_the_database_of_another_program_is_left_as_it_is(regions: Regions, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "archive.db")) as db, db:
        db.execute("CREATE TABLE cookies (name)")
    with pytest.raises(NotOurs, match="another program"):
        await Archive.open(tmp_path / "archive.db", regions)
    with closing(sqlite3.connect(tmp_path / "archive.db")) as db:
        assert db.execute("SELECT name FROM sqlite_schema").fetchall() == [("cookies",)]
    with pytest.raises(NewsError, match="another program"):
        restore_archive(tmp_path / "archive.db", tmp_path / "other.db")


async def test_an_archive_of_a_newer_version_is_neither_opened_nor_brought_back(
    regions: Regions, tmp_path: Path
) -> None:
    later = "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('newsdesk', 'of_tomorrow', '')"
    file = await made(tmp_path / "archive.db", regions, later)
    with pytest.raises(NotOurs, match="newer Newsdesk"):
        await Archive.open(file, regions)
    with pytest.raises(NotOurs, match="newer Newsdesk"):
        restore_archive(file, tmp_path / "other.db")
    assert not (tmp_path / "other.db").exists()


async def test_a_first_start_that_was_stopped_is_gone_on_with(regions: Regions, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "archive.db")) as db, db:
        db.execute("CREATE TABLE _sqlite_migrations (id INTEGER PRIMARY KEY, migration_set, name, applied_at)")
    archive = await Archive.open(tmp_path / "archive.db", regions)
    assert not (await archive.latest(Query())).hits
    await archive.close()


async def test_a_damaged_file_is_said_with_what_to_do(regions: Regions, tmp_path: Path) -> None:
    file = tmp_path / "archive.db"
    file.write_bytes(b"Dear reader, " * 1000)
    with pytest.raises(NoArchive, match=r"archive\.db is no archive.*newsdesk restore FILE"):
        await Archive.open(file, regions)
    file.unlink()
    whole = (await made(file, regions)).read_bytes()
    file.write_bytes(whole[: len(whole) // 3])
    with pytest.raises(NoArchive, match=r"archive\.db is damaged"):
        await Archive.open(file, regions)


async def test_what_is_read_as_it_lies_there_is_worth_nothing_once_another_program_writes(
    regions: Regions, tmp_path: Path
) -> None:
    file, copy = await made(tmp_path / "archive.db", regions), tmp_path / "copy.db"
    nothing_beside = tmp_path / "archive.db-shm"
    nothing_beside.symlink_to("nowhere")  # SQLite follows no link: it can write nothing there
    one, two = Readers(file, 1, "one"), Readers(file, 1, "two")
    for readers in (one, two):
        assert await readers.run(memos.recall, "key") is None
    nothing_beside.unlink()
    with closing(sqlite3.connect(file)) as bot:
        bot.execute("INSERT INTO memo VALUES ('key', 'new')")
        bot.commit()
        with pytest.raises(Busy, match="begun to write"):
            await one.run(memos.recall, "key")
        assert await one.run(memos.recall, "key") == "new"
        with pytest.raises(Busy, match="begun to write"):
            await two.run(upkeep.backup, copy)
        assert not copy.exists()
        await two.run(upkeep.backup, copy)
        assert copy.exists()
    await one.close()
    await two.close()


async def test_an_archive_that_is_only_read_says_why_to_whoever_would_write(regions: Regions, tmp_path: Path) -> None:
    file = await made(tmp_path / "archive.db", regions)
    reason = NotOurs("Not here.")
    archive = await Archive.read(file, regions, reason, now=lambda: NOON, aliases=Aliases())
    assert (await archive.latest(Query())).hits == ()
    with pytest.raises(NotOurs, match="Not here"):
        await archive.remember("key", "value")
    await archive.close()


async def test_a_folder_in_its_place_is_said(regions: Regions, tmp_path: Path) -> None:
    (tmp_path / "archive.db").mkdir()
    with pytest.raises(NotOurs, match="cannot be opened"):
        await Archive.open(tmp_path / "archive.db", regions)

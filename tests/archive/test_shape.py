"""Whatever table, index or column is lost is named, with what to do; and what can be made anew is."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlite_utils import Database

from bot.archive import Archive, connect, shape
from bot.archive.migrations import migrate, migrations
from bot.archive.trouble import NoArchive
from bot.model import Query
from bot.regions import Regions
from tests.archive.conftest import Room, restore_archive
from tests.builders import an_article

_INDEXES = {"words", "heads", "titles", "known_word", "head_word", "title_word"}
_MENDED = {*_INDEXES, "article_region", "passing", "revision", "unindexed"}


def made() -> list[tuple[str, str, str]]:
    """All that migrations make: kind, name, table. Not what indexes of words keep for themselves."""
    with TemporaryDirectory() as folder:
        file = Path(folder, "archive.db")
        with closing(connect.writer(file, durable=False)) as db:
            migrate(db)
            question = "SELECT type, name, tbl_name FROM sqlite_schema WHERE sql > '' AND name NOT GLOB '*sqlite_*'"
            found = [(row[0], row[1], row[2]) for row in db.execute(question)]
    indexes = [name for kind, name, _ in found if name in {"words", "heads", "titles"}]
    return [each for each in found if not each[1].startswith(tuple(f"{name}_" for name in indexes))]


def lose(file: Path, *statements: str) -> None:
    with closing(sqlite3.connect(file)) as db, db:
        for each in statements:
            db.execute(each)


async def wrong_with(file: Path, regions: Regions) -> str:
    """What the doctor would say."""
    lost = shape.lost(file)
    if lost:
        return " ".join(lost)
    archive = await Archive.open(file, regions)
    try:
        return " ".join(await archive.check())
    finally:
        await archive.close()


async def filled(file: Path, regions: Regions) -> None:
    archive = await Archive.open(file, regions)
    room = Room(archive)
    await room.takes_in(an_article("Rain in Kenya", text="A good harvest", regions=("africa",)))
    await archive.close()


@pytest.mark.parametrize(("kind", "name", "table"), made())
async def test_what_is_lost_is_named_and_comes_back_as_was_said(
    regions: Regions, tmp_path: Path, kind: str, name: str, table: str
) -> None:
    file = tmp_path / "archive.db"
    await filled(file, regions)
    assert await wrong_with(file, regions) == ""
    lose(file, "PRAGMA foreign_keys = OFF", f"DROP {kind} {name}")
    said = await wrong_with(file, regions)
    assert name in said and table in said, said
    assert ("reindex --do" in said) == (kind == "index" or name in _MENDED), said
    if "reindex --do" not in said:
        assert "restore FILE" in said
        return
    archive = await Archive.open(file, regions)
    await archive.mend()
    await archive.reindex()
    assert await archive.check() == []
    assert [hit.article.title for hit in (await archive.search(Query("harvest"))).hits] == ["Rain in Kenya"]
    await archive.close()


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("ALTER TABLE delivery DROP COLUMN listed", "delivery (what was posted, and what is owed) has lost its column"),
        ("ALTER TABLE source DROP COLUMN memory", "source (the addresses of feeds) has lost its column memory"),
        ("DROP TABLE words_config", "The index of words has lost a part of itself (words_config)"),
    ],
)
async def test_what_is_lost_of_a_table_is_named(regions: Regions, tmp_path: Path, statement: str, said: str) -> None:
    await filled(tmp_path / "archive.db", regions)
    lose(tmp_path / "archive.db", statement)
    wrong = await wrong_with(tmp_path / "archive.db", regions)
    assert said in wrong and "restore FILE" in wrong and "reindex" not in wrong


async def test_a_table_that_was_copied_without_its_key_is_named(regions: Regions, tmp_path: Path) -> None:
    """As programs do it that copy rows: nothing would keep an article from being taken in twice."""
    file = tmp_path / "archive.db"
    await filled(file, regions)
    lose(
        file,
        "CREATE TABLE other AS SELECT * FROM identity",
        "DROP TABLE identity",
        "ALTER TABLE other RENAME TO identity",
    )
    assert "may have two rows with the same hash now" in await wrong_with(file, regions)


async def test_an_archive_of_an_older_shape_lacks_nothing_of_the_newer(regions: Regions, tmp_path: Path) -> None:
    file = tmp_path / "archive.db"
    with closing(connect.writer(file, durable=False)) as db:
        migrations.apply(Database(db, execute_plugins=False), stop_before="states_are_counted")
        assert shape.lacking(db) == []
        db.execute("DROP INDEX source_due")
        assert ["source_due" in each.sentence for each in shape.lacking(db)] == [True]


async def test_several_programs_may_open_an_archive_at_once_for_the_first_time(
    regions: Regions, tmp_path: Path
) -> None:
    for number in range(5):
        opened = await asyncio.gather(*(Archive.open(tmp_path / f"{number}.db", regions) for _ in range(3)))
        assert await opened[0].check() == []
        for each in opened:
            await each.close()


async def test_who_opens_what_another_program_is_just_making_waits_for_it(regions: Regions, tmp_path: Path) -> None:
    """SQLite turns it away at once, however patient it is told to be."""
    file = tmp_path / "archive.db"
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        opening = asyncio.create_task(Archive.open(file, regions))
        await asyncio.sleep(0.1)
        assert not opening.done()
        other.execute("ROLLBACK")
    archive = await opening
    assert await archive.check() == []
    await archive.close()


async def test_a_copy_that_has_lost_a_table_is_not_put_in_the_archives_place(regions: Regions, tmp_path: Path) -> None:
    copy, file = tmp_path / "copy.db", tmp_path / "archive.db"
    await filled(copy, regions)
    await filled(file, regions)
    lose(copy, "DROP INDEX source_due", "DROP TABLE passing")
    restore_archive(copy, file)
    lose(copy, "DROP TABLE subscription")
    with pytest.raises(
        NoArchive, match=r"copy\.db is damaged: The table subscription .the standing orders. is missing"
    ):
        restore_archive(copy, file)
    assert "reindex --do" in await wrong_with(file, regions)


async def test_what_is_lost_for_good_is_not_made_anew_as_if_nothing_had_been(regions: Regions, tmp_path: Path) -> None:
    file = tmp_path / "archive.db"
    await filled(file, regions)
    lose(file, "DROP TABLE delivery", "DROP INDEX source_due")
    archive = await Archive.open(file, regions)
    with pytest.raises(NoArchive, match="The table delivery"):
        await archive.mend()
    await archive.close()
    lose(file, "CREATE INDEX source_due ON source(next_poll)")  # nothing was done by halves


async def test_an_archive_of_the_first_hours_is_brought_into_shape(regions: Regions, tmp_path: Path) -> None:
    """It had its list of words from titles, under the name that these have later."""
    file = tmp_path / "archive.db"
    with closing(connect.writer(file, durable=False)) as db:
        migrations.apply(Database(db, execute_plugins=False), stop_before="forms_of_words")
        db.execute("DROP TABLE IF EXISTS known_word")
        db.execute("CREATE VIRTUAL TABLE title_word USING fts5vocab(titles, 'row')")
        assert shape.lost(file) == []
    assert await wrong_with(file, regions) == ""

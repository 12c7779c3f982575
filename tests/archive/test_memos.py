"""What is remembered: most of it for good, what buttons stand for until newer ones have come."""

from pathlib import Path

from bot.archive import Archive, connect, memos
from bot.archive.connect import Connection
from bot.archive.migrations import migrate
from bot.regions import Regions
from tests.archive.conftest import Room


async def test_of_what_buttons_stand_for_the_newest_are_kept(room: Room) -> None:
    def press_many(db: Connection) -> None:
        for number in range(memos.MOST_PASSING + 50):
            memos.remember(db, f"page:{number}", "a long query")
            if number == 1_000:
                memos.remember(db, "page:0", "asked again later")

    await room.archive.remember("letter", "to keep")
    await room.archive._write(press_many)
    assert await room.archive._read(lambda db: db.execute("SELECT count(*) FROM passing").fetchone()[0]) <= 10_000
    assert await room.archive.recall("page:0") == "asked again later"
    assert await room.archive.recall("page:1") is None
    assert await room.archive.recall(f"page:{memos.MOST_PASSING}") == "a long query"
    assert await room.archive.recall("letter") == "to keep"


async def test_buttons_of_before_still_work(regions: Regions, tmp_path: Path) -> None:
    db = connect.writer(tmp_path / "archive.db")
    migrate(db)
    db.execute("DELETE FROM _sqlite_migrations WHERE name = 'what_buttons_stand_for_passes'")
    db.execute("DROP TABLE passing")
    for key in ("page:1", "feed:2", "feeds.missed", "other"):
        db.execute("INSERT INTO memo (key, value) VALUES (?, 'as it was')", [key])
    db.close()
    archive = await Archive.open(tmp_path / "archive.db", regions)
    assert [await archive.recall(key) for key in ("page:1", "feed:2", "feeds.missed", "other")] == ["as it was"] * 4
    assert (
        await archive._read(lambda db: db.execute("SELECT count(*) FROM memo WHERE key LIKE '%:%'").fetchone()[0]) == 0
    )
    await archive.close()

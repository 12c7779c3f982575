"""Who asks sees one moment, whatever is written meanwhile; and neither keeps the other from going on."""

import asyncio
import threading
from contextlib import closing
from pathlib import Path

import pytest

from bot.archive import connect
from bot.archive.connect import Connection
from bot.archive.readers import Readers, TooSlow
from bot.archive.writer import Chores, Writer
from tests.archive.test_threads import a_writer, add, endless, make, names


async def test_a_reader_is_told_of_one_moment_whatever_is_written_meanwhile(tmp_path: Path) -> None:
    def twice(db: Connection) -> list[list[str]]:
        before = names(db)
        asyncio.run_coroutine_threadsafe(writer.run(add, "b"), loop).result(timeout=20)
        return [before, names(db)]

    loop = asyncio.get_running_loop()
    writer = await a_writer(tmp_path)
    await writer.run(add, "a")
    readers = Readers(tmp_path / "a.db", 1, "test")
    assert await readers.run(twice, within=20) == [["a"], ["a"]]
    assert await readers.run(names, within=20) == ["a", "b"]
    await readers.close()
    await writer.close()


async def test_a_question_that_fails_keeps_no_later_one_at_its_moment(tmp_path: Path) -> None:
    def failing(db: Connection) -> None:
        names(db)
        raise ValueError

    writer = await a_writer(tmp_path)
    readers = Readers(tmp_path / "a.db", 1, "test")
    with pytest.raises(ValueError):
        await readers.run(failing, within=20)
    await writer.run(add, "a")
    assert await readers.run(names) == ["a"]
    await readers.close()
    await writer.close()


@pytest.mark.parametrize("within", [None, 0.2], ids=["which fails by itself", "which is stopped"])
async def test_a_question_that_has_half_read_something_keeps_nobody_at_its_moment_though_its_error_is_kept(
    tmp_path: Path, within: float | None
) -> None:
    def failing(db: Connection) -> None:
        rows = db.execute("SELECT name FROM thing")
        for row in rows:
            if within is None:
                raise ValueError(row[0])
            endless(db)

    writer = await a_writer(tmp_path)
    for name in ("a", "b"):
        await writer.run(add, name)
    readers = Readers(tmp_path / "a.db", 1, "test")
    with pytest.raises((ValueError, TooSlow)) as kept:
        await readers.run(failing, within=within)
    await writer.run(add, "c")
    assert await readers.run(names) == ["a", "b", "c"]
    with closing(connect.writer(tmp_path / "a.db")) as db:
        connect.set_patience(db, 0)
        assert tuple(db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()) == (0, 0, 0), kept
    await readers.close()
    await writer.close()


async def test_work_that_has_half_read_something_keeps_none_from_writing_though_its_error_is_kept(
    tmp_path: Path,
) -> None:
    def failing(db: Connection) -> None:
        rows = db.execute("SELECT name FROM thing")
        for row in rows:
            raise ValueError(row[0])

    here, there = await a_writer(tmp_path), await a_writer(tmp_path)
    for name in ("a", "b"):
        await here.run(add, name)
    with pytest.raises(ValueError) as kept:
        await here.run(failing)
    await there.run(add, "c")
    assert await here.run(add, "d") == "d", kept
    await here.close()
    await there.close()


async def test_the_log_stays_short_although_somebody_is_always_asking(tmp_path: Path) -> None:
    log, pieces, going = 20 * 8192, 60, True
    written = threading.Condition()

    def asking(db: Connection) -> None:
        """Until something has been written, unless whoever writes waits for that."""
        names(db)
        with written:
            written.wait(0.02)

    def fill(db: Connection, piece: int) -> None:
        add(db, f"{piece}{'x' * log}"[: log // 4])

    async def ask() -> None:
        while going:
            await readers.run(asking, within=20)

    writer = Writer(tmp_path / "a.db", durable=False, log=log)
    await writer.start(make)
    readers = Readers(tmp_path / "a.db", 3, "test")
    async with asyncio.TaskGroup() as tasks:
        for _ in range(6):
            tasks.create_task(ask())
        longest = 0
        for piece in range(pieces):
            await writer.run(fill, piece)
            with written:
                written.notify()
            longest = max(longest, connect.length_of_log(tmp_path / "a.db"))
        going = False
    assert longest < pieces * log / 4 / 2, "far less than was written"
    await readers.close()
    await writer.close()


async def test_who_asks_waits_once_for_what_another_program_writes(tmp_path: Path) -> None:
    done, patience = list[str](), list[str]()

    def chore(db: Connection) -> bool:
        done.append("chore")
        return False

    def listen(db: Connection) -> None:
        """Hear how long each chore is ready to wait, and not how long anything else is."""
        usual = f"PRAGMA busy_timeout = {connect.PATIENCE * 1000:.0f}"
        db.set_trace_callback(lambda sql: patience.append(sql) if "busy" in sql and sql != usual else None)

    writer = await a_writer(tmp_path, Chores(soon=chore))
    await writer.run(listen)
    await writer.hurry()
    (long,) = patience
    with closing(connect.writer(tmp_path / "a.db")) as other:
        for name in ("a", "b"):
            other.execute("BEGIN IMMEDIATE")
            patience.clear()
            for _ in range(3):
                await writer.hurry()
            assert patience == [long, "PRAGMA busy_timeout = 0", "PRAGMA busy_timeout = 0"]
            add(other, name)
            other.execute("COMMIT")
        assert done == ["chore"]
        await writer.hurry()
        assert done == ["chore", "chore"]
    await writer.close()


async def test_who_asks_while_other_work_waits_for_another_program_only_has_a_look(tmp_path: Path) -> None:
    writer = await a_writer(tmp_path)
    assert not writer.is_kept_out
    async with asyncio.timeout(30):
        with closing(connect.writer(tmp_path / "a.db")) as other:
            other.execute("BEGIN IMMEDIATE")
            written = asyncio.create_task(writer.run(add, "a"))
            while not writer.is_kept_out:
                await asyncio.sleep(0.01)
            other.execute("ROLLBACK")
        await written
    assert not writer.is_kept_out
    await writer.close()

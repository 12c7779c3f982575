"""One writer, some readers, and nobody waits longer than a reader may."""

import asyncio
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from bot.archive import connect
from bot.archive.connect import Connection, IntegrityError
from bot.archive.readers import Readers, TooSlow
from bot.archive.writer import Chores, Writer
from bot.errors import Busy

_ENDLESS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n"


def make(db: Connection) -> None:
    db.execute("CREATE TABLE IF NOT EXISTS thing (name TEXT UNIQUE)")


def add(db: Connection, name: str) -> str:
    db.execute("INSERT INTO thing (name) VALUES (?)", [name])
    return name


async def a_writer(folder: Path, chores: Chores | None = None) -> Writer:
    writer = Writer(folder / "a.db", durable=True)
    await writer.start(make, chores)
    return writer


def names(db: Connection) -> list[str]:
    return [row["name"] for row in db.execute("SELECT name FROM thing ORDER BY rowid")]


def endless(db: Connection) -> None:
    db.execute(_ENDLESS).fetchall()


def one_endless_after_another(db: Connection) -> None:
    for _ in range(3):
        try:
            endless(db)
        except Exception:
            continue
    endless(db)


def endless_work(db: Connection) -> None:
    while True:
        db.heed()


async def test_a_piece_of_work_that_fails_is_undone_alone(tmp_path: Path) -> None:
    writer = await a_writer(tmp_path)
    done = await asyncio.gather(*(writer.run(add, name) for name in ("a", "b", "a", "c")), return_exceptions=True)
    readers = Readers(tmp_path / "a.db", 1, "test")
    assert [type(each).__name__ for each in done] == ["str", "str", "IntegrityError", "str"]
    assert await readers.run(names) == ["a", "b", "c"]
    await readers.close()
    await writer.close()


async def test_a_piece_of_work_that_comes_alone_and_fails_leaves_nothing(tmp_path: Path) -> None:
    def two(db: Connection) -> None:
        add(db, "b")
        add(db, "a")  # is there

    writer = await a_writer(tmp_path)
    await writer.run(add, "a")
    with pytest.raises(IntegrityError):
        await writer.run(two)
    await writer.run(add, "c")
    readers = Readers(tmp_path / "a.db", 1, "test")
    assert await readers.run(names) == ["a", "c"]
    await readers.close()
    await writer.close()


async def test_what_waits_when_the_archive_closes_is_still_written(tmp_path: Path) -> None:
    writer = await a_writer(tmp_path)
    waiting = [writer.submit(add, str(number)) for number in range(200)]
    await writer.close()
    assert all(each.result() for each in waiting)
    with pytest.raises(RuntimeError, match="closed"):
        await writer.run(add, "late")


async def test_what_comes_after_the_end_has_begun_is_refused_and_waits_for_nothing(tmp_path: Path) -> None:
    going = threading.Event()
    writer = await a_writer(tmp_path)
    held = writer.submit(lambda db: going.wait())
    end = asyncio.create_task(writer.close())
    await asyncio.sleep(0)
    with pytest.raises(RuntimeError, match="closed"):
        writer.submit(add, "late")
    async with asyncio.timeout(20):
        await writer.hurry()
        assert not held.done()
        going.set()
        await end


async def test_a_question_after_the_end_is_told_to_come_again(tmp_path: Path) -> None:
    readers = Readers(tmp_path / "a.db", 1, "test")
    await readers.close()
    with pytest.raises(Busy, match="in a moment"):
        await readers.run(names)


# --- chores -----------------------------------------------------------------------------------------------------


class Chore:
    """What should not wait for long, in three pieces; and sometimes it fails."""

    def __init__(self) -> None:
        self.left, self.done, self.fails = 0, 0, ""

    def piece(self, db: Connection) -> bool:
        self.done += 1
        db.execute("INSERT INTO thing (name) VALUES (?)", [f"chore {self.done}"])
        if self.fails:
            raise ValueError(self.fails)
        self.left = max(self.left - 1, 0)
        return self.left > 0


async def test_who_is_in_a_hurry_waits_for_all_of_it_and_together_with_others(tmp_path: Path) -> None:
    chore, going = Chore(), threading.Event()
    writer = await a_writer(tmp_path, Chores(soon=chore.piece))
    held = asyncio.create_task(writer.run(lambda db: going.wait()))
    await asyncio.sleep(0)
    asking = [asyncio.create_task(writer.hurry()) for _ in range(20)]
    await asyncio.sleep(0)
    chore.left = 3
    going.set()
    await asyncio.gather(*asking, held)
    assert (chore.left, chore.done) == (0, 3), "once for all of them"
    await writer.close()


async def test_who_is_in_a_hurry_at_the_end_is_not_forgotten(tmp_path: Path) -> None:
    chore, going = Chore(), threading.Event()
    writer = await a_writer(tmp_path, Chores(soon=chore.piece))
    held = asyncio.create_task(writer.run(lambda db: going.wait()))
    await asyncio.sleep(0)
    asking = [asyncio.create_task(writer.hurry()) for _ in range(3)]
    await asyncio.sleep(0)
    end = asyncio.create_task(writer.close())
    await asyncio.sleep(0)
    chore.left = 9
    going.set()
    async with asyncio.timeout(20):
        await asyncio.gather(held, *asking, end)


async def test_who_writes_waits_for_one_piece_of_a_chore_at_most(tmp_path: Path) -> None:
    chore, going = Chore(), threading.Event()
    writer = await a_writer(tmp_path, Chores(soon=lambda db: chore.piece(db) and going.wait()))
    chore.left = 3
    asking = asyncio.create_task(writer.hurry())
    await asyncio.sleep(0)
    written = writer.submit(lambda db: chore.done)
    going.set()
    assert await written <= 1
    await asking
    assert chore.left == 0
    await writer.close()


async def test_a_chore_that_fails_is_told_of_once_and_tried_again_after_something_was_written(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    chore = Chore()
    writer = await a_writer(tmp_path, Chores(soon=chore.piece))
    chore.fails = "a fault of our own"
    for _ in range(5):
        await writer.hurry()
    assert chore.done == 1
    await writer.run(add, "a")
    await writer.hurry()
    assert (chore.done, len(caplog.records)) == (2, 1)
    chore.fails = "another one"
    await writer.run(add, "b")
    await writer.hurry()
    assert [record.getMessage() for record in caplog.records] == ["could not do chore=piece"] * 2
    chore.fails = ""
    await writer.run(add, "c")
    await writer.hurry()
    chore.fails = "another one"
    await writer.hurry()
    assert len(caplog.records) == 3, "it had gone well in between"
    await writer.close()


async def test_a_chore_that_failed_in_a_later_piece_is_not_told_of_anew(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    writer, chore = Writer(tmp_path / "a.db", durable=True), Chore()

    def fails_in_the_end(db: Connection) -> bool:
        chore.fails = "a fault of our own" if chore.left == 1 else ""
        return chore.piece(db)

    await writer.start(make, Chores(soon=fails_in_the_end))
    for name in "abc":
        chore.left = 2
        await writer.run(add, name)
        await writer.hurry()
    assert (chore.done, len(caplog.records)) == (6, 1)
    await writer.close()


async def test_a_chore_waits_for_no_disk_and_not_for_long_and_what_is_written_after_it_does(tmp_path: Path) -> None:
    def patience(db: Connection) -> int:
        return int(db.execute("PRAGMA busy_timeout").fetchone()[0])

    writer, seen = Writer(tmp_path / "a.db", durable=True), list[tuple[bool, int]]()

    def chore(db: Connection) -> bool:
        seen.append((waits_for_the_disk(db), patience(db)))
        return False

    await writer.start(make, Chores(soon=chore))
    usual = await writer.run(patience)
    await writer.hurry()
    assert await writer.run(patience) == usual
    assert await writer.run(waits_for_the_disk)
    assert not seen[0][0] and seen[0][1] < usual
    await writer.close()


async def test_a_chore_that_fails_with_the_database_says_what_to_do(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    writer = await a_writer(tmp_path, Chores(soon=lambda db: db.execute("SELECT 1 FROM lost").fetchone() is None))
    await writer.hurry()
    assert "newsdesk doctor" in caplog.text and "Traceback" not in caplog.text
    await writer.close()


async def test_the_end_waits_for_no_chore_while_another_program_writes(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    chore = Chore()
    writer = await a_writer(tmp_path, Chores(soon=chore.piece))
    await writer.run(add, "a")
    with closing(connect.writer(tmp_path / "a.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        async with asyncio.timeout(30):  # a program that writes may take twice as long
            await writer.close()
        assert (chore.done, caplog.records) == (0, [])


async def test_a_file_that_cannot_be_opened_is_told_to_whoever_opens_it(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_bytes(b"no database " * 999)
    with pytest.raises(Exception, match="not a database"):
        await Writer(tmp_path / "a.db", durable=True).start(make)


@pytest.mark.parametrize("question", [endless, one_endless_after_another, endless_work])
async def test_a_question_without_end_is_stopped_and_the_next_is_answered(tmp_path: Path, question: object) -> None:
    assert callable(question)
    writer = await a_writer(tmp_path)
    readers = Readers(tmp_path / "a.db", 1, "test")
    began = time.monotonic()
    with pytest.raises(TooSlow):
        await readers.run(question, within=0.05)
    assert time.monotonic() - began < 20
    assert await readers.run(names, within=20) == []
    await readers.close()
    await writer.close()


async def test_a_stopped_question_that_left_a_statement_half_read_stops_no_other(tmp_path: Path) -> None:
    writer = await a_writer(tmp_path)
    readers = Readers(tmp_path / "a.db", 1, "test")
    half_read = []

    def reads_half_and_goes_on(db: Connection) -> None:
        half_read.append(db.execute("SELECT 1 UNION ALL SELECT 2"))
        half_read[0].fetchone()
        endless(db)

    with pytest.raises(TooSlow):
        await readers.run(reads_half_and_goes_on, within=0.05)
    assert await readers.run(names, within=20) == []
    await readers.close()
    await writer.close()


async def test_a_question_whose_time_was_over_before_its_turn_is_not_begun(tmp_path: Path) -> None:
    begun = list[Connection]()
    writer = await a_writer(tmp_path)
    readers = Readers(tmp_path / "a.db", 1, "test")
    asked = [readers.run(endless, within=1), readers.run(begun.append, within=0.05)]
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert [type(answer) for answer in answers] == [TooSlow, TooSlow]
    assert begun == []
    await readers.close()
    await writer.close()


async def test_who_ranks_lets_the_event_loop_go_on_soon(tmp_path: Path) -> None:
    before = sys.getswitchinterval()
    sys.setswitchinterval(0.005)
    try:
        await Readers(tmp_path / "a.db", 1, "test").close()
        assert sys.getswitchinterval() <= 0.001
    finally:
        sys.setswitchinterval(before)


def waits_for_the_disk(db: Connection) -> bool:
    return int(db.execute("PRAGMA synchronous").fetchone()[0]) == 2


async def test_only_what_is_owed_waits_for_the_disk_and_all_that_is_written_with_it(tmp_path: Path) -> None:
    writer = await a_writer(tmp_path)
    assert [await writer.run(waits_for_the_disk, owed=owed) for owed in (True, False, True)] == [True, False, True]
    going = threading.Event()
    held = writer.submit(lambda db: going.wait())
    together = [writer.submit(waits_for_the_disk, owed=owed) for owed in (False, True)]
    going.set()
    assert await asyncio.gather(*map(asyncio.wrap_future, [held, *together])) == [True, True, True]
    await writer.close()

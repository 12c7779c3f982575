"""One writer, some readers, and nobody waits longer than a reader may."""

import asyncio
import sys
import threading
import time
from pathlib import Path

import pytest

from bot.archive.connect import Connection, IntegrityError
from bot.archive.threads import MOST_WAITING, Readers, TooSlow, Turns, Writer
from bot.errors import Busy

_ENDLESS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n"


def make(db: Connection) -> None:
    db.execute("CREATE TABLE IF NOT EXISTS thing (name TEXT UNIQUE)")


def add(db: Connection, name: str) -> str:
    db.execute("INSERT INTO thing (name) VALUES (?)", [name])
    return name


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
    writer = Writer(tmp_path / "a.db", durable=True)
    await writer.start(make)
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

    writer = Writer(tmp_path / "a.db", durable=True)
    await writer.start(make)
    await writer.run(add, "a")
    with pytest.raises(IntegrityError):
        await writer.run(two)
    await writer.run(add, "c")
    readers = Readers(tmp_path / "a.db", 1, "test")
    assert await readers.run(names) == ["a", "c"]
    await readers.close()
    await writer.close()


async def test_what_waits_when_the_archive_closes_is_still_written(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "a.db", durable=True)
    await writer.start(make)
    waiting = [writer.submit(add, str(number)) for number in range(200)]
    await writer.close()
    assert all(each.result() for each in waiting)
    with pytest.raises(RuntimeError, match="closed"):
        await writer.run(add, "late")


async def test_a_file_that_cannot_be_opened_is_told_to_whoever_opens_it(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_bytes(b"no database " * 999)
    with pytest.raises(Exception, match="not a database"):
        await Writer(tmp_path / "a.db", durable=True).start(make)


@pytest.mark.parametrize("question", [endless, one_endless_after_another, endless_work])
async def test_a_question_without_end_is_stopped_and_the_next_is_answered(tmp_path: Path, question: object) -> None:
    assert callable(question)
    writer = Writer(tmp_path / "a.db", durable=True)
    await writer.start(make)
    readers = Readers(tmp_path / "a.db", 1, "test")
    began = time.monotonic()
    with pytest.raises(TooSlow):
        await readers.run(question, within=0.05)
    assert time.monotonic() - began < 20
    assert await readers.run(names, within=20) == []
    await readers.close()
    await writer.close()


async def test_a_stopped_question_that_left_a_statement_half_read_stops_no_other(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "a.db", durable=True)
    await writer.start(make)
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
    writer = Writer(tmp_path / "a.db", durable=True)
    await writer.start(make)
    readers = Readers(tmp_path / "a.db", 1, "test")
    asked = [readers.run(endless, within=1), readers.run(names, within=0.05)]
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert [type(answer) for answer in answers] == [TooSlow, TooSlow]
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


def test_nobody_has_more_than_two_questions_waiting() -> None:
    turns = Turns()
    with turns.of(7), turns.of(7), turns.of(8), turns.of(0), turns.of(0), turns.of(0):
        with pytest.raises(Busy), turns.of(7):
            pass
        assert MOST_WAITING == 2
    with turns.of(7):
        pass


def waits_for_the_disk(db: Connection) -> bool:
    return int(db.execute("PRAGMA synchronous").fetchone()[0]) == 2


async def test_only_what_is_owed_waits_for_the_disk_and_all_that_is_written_with_it(tmp_path: Path) -> None:
    writer = Writer(tmp_path / "a.db", durable=True)
    await writer.start(make)
    assert [await writer.run(waits_for_the_disk, owed=owed) for owed in (True, False, True)] == [True, False, True]
    going = threading.Event()
    held = writer.submit(lambda db: going.wait())
    together = [writer.submit(waits_for_the_disk, owed=owed) for owed in (False, True)]
    going.set()
    assert await asyncio.gather(*map(asyncio.wrap_future, [held, *together])) == [True, True, True]
    await writer.close()

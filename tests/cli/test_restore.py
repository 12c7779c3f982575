"""`newsdesk restore` leaves an archive alone on which a bot is running."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.app.core import alone
from bot.archive import Archive
from bot.cli import main
from bot.regions import Regions


async def an_empty_one(file: Path) -> None:
    await (await Archive.open(file, Regions([]))).close()


def test_an_archive_in_use_is_not_put_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NEWSDESK_DATA", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    asyncio.run(an_empty_one(tmp_path / "archive.db"))
    assert main(["backup", "copy.db"]) == 0
    with alone(tmp_path / "archive.db"):
        assert main(["restore", "copy.db"]) == 2
    assert "Stop it first" in capsys.readouterr().err
    assert not (tmp_path / "archive.db.before-1").exists()
    assert main(["restore", "copy.db"]) == 0


def test_the_database_of_another_program_is_refused_as_a_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    with closing(sqlite3.connect("cookies.db")) as db, db:
        db.execute("CREATE TABLE cookies (name)")
    assert main(["restore", "cookies.db"]) == 1
    assert capsys.readouterr().err == (
        "newsdesk: cookies.db is no copy of an archive, but the database of another program.\n"
    )


@pytest.mark.parametrize("copy", [None, b"", b"Dear reader"], ids=["missing", "empty", "no archive"])
def test_a_copy_that_is_refused_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], copy: bytes | None
) -> None:
    monkeypatch.setenv("NEWSDESK_DATA", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    if copy is not None:
        Path("copy.db").write_bytes(copy)
    assert main(["restore", "copy.db"]) == 1
    assert "copy.db" in capsys.readouterr().err
    assert not (tmp_path / "data").exists()

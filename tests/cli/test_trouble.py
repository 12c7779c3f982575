"""Whatever is wrong around it, a command answers with a sentence and the right code, and never with a trace."""

import asyncio
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from bot.model import Article
from tests.builders import NOON, a_feed, a_sighting
from tests.cli.conftest import ROOT, Newsdesk
from tests.life import archive_in


async def filled(folder: Path, articles: int = 60) -> None:
    """An archive that has something to say."""
    folder.mkdir()
    async with archive_in(folder) as archive:
        feed = await archive.add_feed(a_feed())
        found = [
            Article(
                f"Rain number {n}",
                f"https://a.test/{n}",
                regions=("africa",),
                seen=NOON,
                keys=(f"url:https://a.test/{n}",),
            )
            for n in range(articles)
        ]
        await archive.accept([a_sighting(each, feed) for each in found], None, lambda article, orders: [], NOON)


def shell(folder: Path, line: str) -> subprocess.CompletedProcess[str]:
    """The command as one writes it in a shell."""
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHON": sys.executable}
    return subprocess.run(
        ["bash", "-c", line.replace("newsdesk", '"$PYTHON" -m bot')],
        cwd=folder, env=environment, capture_output=True, text=True, timeout=120,
    )  # fmt: skip


@pytest.mark.parametrize("words", ["latest --limit 60", "latest --limit 60 --json", "search rain", "latest --limit 1"])
async def test_nobody_reading_on_is_no_failure(tmp_path: Path, words: str) -> None:
    await filled(tmp_path / "data")
    done = await asyncio.to_thread(shell, tmp_path, f"newsdesk {words} | true; echo ${{PIPESTATUS[0]}}")
    assert (done.stdout.strip(), done.stderr) == ("0", "")


@pytest.mark.parametrize("words", ["latest", "latest --json", "feeds export", "help search", "latest --limit 1"])
async def test_an_output_that_has_no_room_is_a_failure_in_a_sentence(tmp_path: Path, words: str) -> None:
    await filled(tmp_path / "data")
    done = await asyncio.to_thread(shell, tmp_path, f"newsdesk {words} > /dev/full")
    assert (done.returncode, done.stderr) == (1, "newsdesk: No space left on device.\n")


async def test_who_closes_what_it_would_read_says_nothing(tmp_path: Path) -> None:
    done = await asyncio.to_thread(shell, tmp_path, "newsdesk classify <&-")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("words", ["latest >&-", "latest --json >&-", "latest 2>&- >&-", "latest nowhere 2>&-"])
async def test_a_closed_output_is_one_that_nobody_wants(tmp_path: Path, words: str) -> None:
    await filled(tmp_path / "data")
    done = await asyncio.to_thread(shell, tmp_path, f"newsdesk {words}")
    assert (done.returncode, done.stderr) == (1 if "nowhere" in words else 0, "")


EVERY = [
    ["latest"], ["search", "rain"], ["why", "https://a.test/1"], ["poll"], ["feeds", "list"], ["feeds", "export"],
    ["feeds", "add", "http://127.0.0.1:1/"], ["reindex"], ["prune", "--before", "2020"], ["reclassify"],
    ["backup", "copy.db"],
]  # fmt: skip


@pytest.mark.parametrize("words", EVERY)
async def test_a_damaged_archive_is_said_with_what_to_do(newsdesk: Newsdesk, tmp_path: Path, words: list[str]) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "archive.db").write_bytes(b"Dear reader, " * 1000)
    done = await newsdesk(*words)
    assert done.code == 1 and done.out == ""
    assert done.err.startswith("newsdesk: data/archive.db is no archive") and "restore FILE" in done.err
    assert len(done.err.splitlines()) == 1


async def test_a_damage_in_the_midst_is_said_as_well(newsdesk: Newsdesk, tmp_path: Path) -> None:
    await filled(tmp_path / "data", 300)
    file = tmp_path / "data" / "archive.db"
    whole = bytearray(file.read_bytes())
    for page in range(8, len(whole) // 8192):
        whole[page * 8192 : page * 8192 + 100] = bytes(100)
    file.write_bytes(whole)
    for words in (["search", "rain"], ["latest", "africa"], ["reindex", "--do"]):
        done = await newsdesk(*words)
        assert done.code == 1 and "data/archive.db is damaged" in done.err and "Traceback" not in done.err, done.err
    done = await newsdesk("doctor")
    assert done.code == 1 and "restore" in done.out and "Traceback" not in done.err
    assert "token: " in done.out, "it looks at the rest as well"


@pytest.mark.parametrize("table", ["revision", "memo", "words"])
async def test_a_lost_table_is_named_with_what_to_do_and_nothing_asks_to_be_reported(
    newsdesk: Newsdesk, tmp_path: Path, table: str
) -> None:
    await filled(tmp_path / "data")
    broken(tmp_path, f"DROP TABLE {table}")
    done = await newsdesk("doctor")
    named = f"The index of {table}" if table == "words" else f"The table {table} ("
    assert done.code == 1 and f"wrong archive: {named}" in done.out and "Traceback" not in done.err
    assert ("restore FILE" in done.out, "reindex --do" in done.out) == (table != "words", table != "memo")
    done = await newsdesk("search", "rain")
    if table != "revision":
        assert done.code == 1 and done.err.endswith("See what to do: newsdesk doctor\n") and "report" not in done.err
    if table != "memo":
        assert (await newsdesk("reindex", "--do")).code == 0
        assert "ok    archive" in (await newsdesk("doctor")).out


async def test_a_damaged_index_is_made_anew_and_not_the_archive_brought_back(
    newsdesk: Newsdesk, tmp_path: Path
) -> None:
    await filled(tmp_path / "data")
    broken(tmp_path, "DELETE FROM words_data WHERE id > 10")
    done = await newsdesk("search", "rain")
    assert done.code == 1 and "Make it anew: newsdesk reindex --do" in done.err and "restore" not in done.err
    done = await newsdesk("doctor")
    assert done.code == 1 and "reindex --do" in done.out and "restore" not in done.out
    assert (await newsdesk("reindex", "--do")).code == 0
    assert (await newsdesk("search", "rain", "--json")).lines
    assert "restore" not in (await newsdesk("doctor")).out


@pytest.mark.parametrize(
    "by_hand",
    ["UPDATE article SET seen = 'x'", "UPDATE feed SET tags = 'nonsense'", "UPDATE article SET published = 9e15"],
)
async def test_what_nobody_of_us_would_write_stops_no_doctor_and_is_said_elsewhere(
    newsdesk: Newsdesk, tmp_path: Path, by_hand: str
) -> None:
    await filled(tmp_path / "data")
    broken(tmp_path, by_hand)
    done = await newsdesk("doctor")
    assert done.code == 1 and "restore" in done.out and "token: " in done.out and "Traceback" not in done.err
    done = await newsdesk(*(["feeds", "list"] if "feed" in by_hand else ["latest"]))
    assert done.code == 1 and "newsdesk doctor" in done.err.splitlines()[-1]


def broken(folder: Path, by_hand: str) -> None:
    with closing(sqlite3.connect(folder / "data" / "archive.db")) as db, db:
        db.execute(by_hand)


async def test_the_archive_of_a_newer_version_is_said_with_2_so_that_no_service_starts_it_again(
    newsdesk: Newsdesk, tmp_path: Path
) -> None:
    await filled(tmp_path / "data", 1)
    later = "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('newsdesk', 'later', '')"
    broken(tmp_path, later)
    done = await newsdesk("run", DISCORD_TOKEN="abc", NEWSDESK_DISCORD_API="http://127.0.0.1:1/api/v10")
    assert done.code == 2 and "made by a newer Newsdesk" in done.err and "Traceback" not in done.err
    assert "made by a newer Newsdesk" in (await newsdesk("doctor")).out


@pytest.mark.parametrize("words", [["backup", "copy.db"], ["reindex"], ["prune", "--before", "2020"], ["reclassify"]])
async def test_in_a_wrong_folder_no_archive_is_made_and_no_copy_of_nothing(
    newsdesk: Newsdesk, tmp_path: Path, words: list[str]
) -> None:
    (tmp_path / "copy.db").write_text("the good copy")
    done = await newsdesk(*words)
    assert done.code == 2 and f"There is no archive at {tmp_path / 'data' / 'archive.db'}" in done.err
    assert (tmp_path / "copy.db").read_text() == "the good copy" and not (tmp_path / "data").exists()


@pytest.mark.parametrize("words", ["latest", "search rain", "feeds list", "feeds export", "latest --json"])
async def test_to_ask_in_a_wrong_folder_makes_no_archive_there(newsdesk: Newsdesk, tmp_path: Path, words: str) -> None:
    done = await newsdesk(*words.split())
    assert done.code == 0 and f"There is no archive at {tmp_path / 'data' / 'archive.db'} yet" in done.err
    assert list(tmp_path.iterdir()) == [] and ("--json" not in words or done.out == "")


async def test_doctor_makes_nothing_and_tells_of_names_that_mean_nothing(newsdesk: Newsdesk, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("NEWSDESK_POL_MINUTES=5\n")
    done = await newsdesk("doctor")
    said = " ".join(done.out.split())
    assert "wrong settings: NEWSDESK_POL_MINUTES (.env, line 1) is no setting; NEWSDESK_POLL_MINUTES is" in said
    assert f"there is none at {tmp_path / 'data' / 'archive.db'} yet" in said and not (tmp_path / "data").exists()


@pytest.mark.parametrize("words", ["doctor", "poll", "restore good.db", "run"])
async def test_a_folder_that_may_not_be_written_is_said(tmp_path: Path, words: str) -> None:
    await filled(tmp_path / "data", 1)
    (tmp_path / "good.db").write_bytes((tmp_path / "data" / "archive.db").read_bytes())
    for each in (*(tmp_path / "data").iterdir(), tmp_path / "data"):
        each.chmod(0o555 if each.is_dir() else 0o444)
    as_anybody = "" if os.geteuid() else "setpriv --bounding-set=-dac_override,-dac_read_search"  # root may write all
    done = await asyncio.to_thread(shell, tmp_path, f"DISCORD_TOKEN=x exec {as_anybody} $PYTHON -m bot {words}")
    (tmp_path / "data").chmod(0o755)
    assert "to the user who runs Newsdesk" in done.stdout + done.stderr and "Traceback" not in done.stderr, done.stderr
    assert done.returncode == (1 if words == "doctor" else 2)

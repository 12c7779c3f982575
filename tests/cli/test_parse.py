"""What the intake makes of documents and headlines, as the console tells it: parse and classify."""

import asyncio
import gzip
import os
import pty
import sys
from pathlib import Path

from tests.cli.conftest import ROOT, Newsdesk
from tests.press import item, rss


async def test_who_pipes_a_headline_is_told_how_to_ask_about_one(newsdesk: Newsdesk) -> None:
    done = await newsdesk("classify", said="Floods in Kenya\n")
    assert done.code == 1 and "Line 1 is not JSON" in done.err and 'newsdesk classify "Floods in Kenya"' in done.err


async def test_parse_prints_an_article_a_line_and_fails_for_what_is_no_feed(newsdesk: Newsdesk, tmp_path: Path) -> None:
    (tmp_path / "good.rss").write_text(
        '<rss version="2.0"><channel><title>T</title><item><title>Rain in Kenya</title>'
        "<link>/rain</link></item></channel></rss>"
    )
    (tmp_path / "bad.rss").write_text("<html><body>Log in</body></html>")
    good = await newsdesk("parse", "good.rss", "--url", "https://a.test/feed", "--json")
    assert good.code == 0, good.err
    assert [(line["title"], line["url"]) for line in good.lines] == [("Rain in Kenya", "https://a.test/rain")]
    assert good.lines[0]["regions"] == ["africa"], "as it would be filed"
    both = await newsdesk("parse", "bad.rss", "good.rss", "absent.rss", "--json")
    assert both.code == 1 and len(both.lines) == 1
    assert "bad.rss" in both.err and "absent.rss" in both.err and "Traceback" not in both.err


async def test_any_folder_can_be_thrown_at_parse(newsdesk: Newsdesk, tmp_path: Path) -> None:
    folder = tmp_path / "zoo"
    deep = folder / "deep"
    deep.mkdir(parents=True)
    (folder / "good.rss").write_bytes(rss(item("Rain in Kenya"), item("Talks in Oman")))
    Path(os.fsdecode(os.fsencode(deep) + b"/b\xffd\nname\x1b[1m.rss")).write_bytes(rss(item("Dams of Laos")))
    (deep / "packed.xml.gz").write_bytes(gzip.compress(rss(item("Vote in France"))))
    (deep / "none.rss").write_bytes(rss())
    (folder / "empty").touch()
    (folder / "noise").write_bytes(bytes(range(256)) * 400)
    (folder / "page.html").write_text("<!doctype html><html><body>Log in</body></html>")
    (folder / "circle").symlink_to(folder)
    (folder / "itself").symlink_to(folder / "itself")
    (folder / "nowhere").symlink_to(folder / "gone")
    os.mkfifo(folder / "pipe")
    with (folder / "huge").open("wb") as huge:
        huge.truncate(2**34)
    (folder / "nested.json").write_text('{"version": "https://jsonfeed.org/version/1", "items": ' + "[" * 200_000)
    done = await newsdesk("parse", str(folder), "--json")
    assert done.code == 1 and "Traceback" not in done.err
    assert {line["title"] for line in done.lines} == {
        "Rain in Kenya",
        "Talks in Oman",
        "Dams of Laos",
        "Vote in France",
    }
    said = [line for line in done.err.splitlines() if line.startswith("newsdesk: ")]
    names = ("empty", "huge", "itself", "nested.json", "noise", "nowhere", "page.html", "pipe", "none.rss")
    assert len(said) == len(names) and all(any(name in line for line in said) for name in names)
    assert done.err.splitlines()[-1] == "4 feeds with 4 articles; 8 others that are none."
    again = await newsdesk("parse", str(folder), "--json")
    assert [line["title"] for line in again.lines] == [line["title"] for line in done.lines]


async def test_parse_reads_from_a_pipe_and_from_no_device(newsdesk: Newsdesk, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writing = asyncio.create_task(asyncio.to_thread(pipe.write_bytes, rss(item("Rain in Kenya"))))
    done = await newsdesk("parse", str(pipe), "--json")
    await writing
    assert [line["title"] for line in done.lines] == ["Rain in Kenya"], done.err
    none = await newsdesk("parse", "/dev/null")
    assert none.code == 1 and "no file that can be read" in none.err


async def test_parse_tells_people_a_line_each_and_any_terminal_gets_through(newsdesk: Newsdesk, tmp_path: Path) -> None:
    (tmp_path / "a.rss").write_bytes(rss(item("Дождь в Кении 🌧")))
    plain = await newsdesk("parse", "a.rss")
    assert plain.code == 0 and "newsdesk:" not in plain.err
    (line,) = plain.out.splitlines()
    assert line.startswith("2026-03-24 11:00  Дождь в Кении 🌧  https://mag.test/")
    narrow = await newsdesk("parse", "a.rss", "--json", PYTHONIOENCODING="latin-1")
    assert narrow.code == 0 and [each["title"] for each in narrow.lines] == ["Дождь в Кении 🌧"]
    assert (await newsdesk("parse", "a.rss", PYTHONIOENCODING="latin-1")).code == 0


async def test_classify_reads_lines_and_says_why(newsdesk: Newsdesk) -> None:
    asked = (
        '{"id": 7, "title": "Floods in Kenya", "teaser": "Nairobi counts the cost"}\n{"id": "x", "title": "Nothing"}\n'
    )
    done = await newsdesk("classify", "--json", said=asked)
    assert done.code == 0, done.err
    first, second = done.lines
    assert (first["id"], first["regions"]) == (7, ["africa"]) and second["regions"] == []
    why = first["why"]
    assert isinstance(why, list) and {"words", "place", "region", "where"} <= set(why[0])
    assert (await newsdesk("classify", said="not json\n")).code == 1


async def test_classify_reads_utf8_whatever_the_terminal_speaks(newsdesk: Newsdesk) -> None:
    line = '\ufeff{"id": 1, "title": "Wahl in Zürich", "teaser": "Österreich schaut zu"}\r\n'
    done = await newsdesk("classify", said=line, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert done.code == 0 and done.lines[0]["regions"] == ["europe"]


async def test_classify_refuses_what_is_deeper_than_anybody_means(newsdesk: Newsdesk) -> None:
    done = await newsdesk("classify", said="[" * 100_000)
    assert done.code == 1 and done.err.startswith("newsdesk: Line 1 ") and len(done.err.splitlines()) == 1


async def test_classify_tells_a_person_at_a_terminal_in_a_sentence(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    try:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "classify"),
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "COLUMNS": "200", "TERM": "dumb"},
            stdin=asyncio.subprocess.PIPE,
            stdout=theirs,
        )
        await asyncio.wait_for(process.communicate(b'{"id": 7, "title": "Floods in Kenya"}\n'), 60)
        said = os.read(ours, 10_000).decode()
    finally:
        os.close(ours)
        os.close(theirs)
    assert "Floods in Kenya" in said and "Africa: its words speak for it. Africa 100% (title “Kenya”" in said
    assert "{" not in said

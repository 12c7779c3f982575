"""Who ends a command is heard from the first moment on, while Python still loads it."""

import asyncio
import contextlib
import os
import signal
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import ROOT, Newsdesk, at_a_terminal

# Python imports this file before all others; it ends the process in the middle of loading a later one.
INTERRUPTS = """
import os, signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # who runs these tests may not hear it
class Ends:
    def find_spec(self, name, path=None, target=None):
        if name == os.environ["LOADING"]:
            os.kill(os.getpid(), int(os.environ["SIGNAL"]))
sys.meta_path.insert(0, Ends())
"""
UNHEARD = {"DISCORD_TOKEN": "x", "NEWSDESK_DISCORD_API": "http://127.0.0.1:9/api/v10"}


@pytest.mark.parametrize("loading", ["bot.poller", "bot.app.run", "bot.rehearsal"])
@pytest.mark.parametrize("ended", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("words", ["run", "rehearse --port 0"])
async def test_what_lives_long_leaves_with_0(
    newsdesk: Newsdesk, tmp_path: Path, words: str, ended: signal.Signals, loading: str
) -> None:
    if words == "run" and loading == "bot.rehearsal":
        loading = "bot.courier"
    (tmp_path / "sitecustomize.py").write_text(INTERRUPTS)
    where = {"PYTHONPATH": f"{tmp_path}:{ROOT}", "LOADING": loading, "SIGNAL": str(int(ended))}
    done = await newsdesk(*words.split(), **where, **UNHEARD)
    assert (done.code, "Traceback" in done.err) == (0, False), done.err


@pytest.mark.parametrize("loading", ["bot.archive", "bot.poller"])
async def test_a_question_that_is_given_up_is_told_in_a_sentence(
    newsdesk: Newsdesk, tmp_path: Path, loading: str
) -> None:
    (tmp_path / "sitecustomize.py").write_text(INTERRUPTS)
    done = await newsdesk("latest", PYTHONPATH=f"{tmp_path}:{ROOT}", LOADING=loading, SIGNAL=str(int(signal.SIGINT)))
    assert (done.code, done.out, done.err) == (1, "", "newsdesk: Stopped.\n")


async def test_who_waits_for_lines_is_stopped_at_once(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "classify", "--json"),
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdin and process.stdout and process.stderr
    try:
        process.stdin.write(b'{"id": 1, "title": "Rain in Kenya"}\n')
        assert b"africa" in await asyncio.wait_for(process.stdout.readline(), 60), "line by line"
        process.send_signal(signal.SIGINT)
        assert await asyncio.wait_for(process.wait(), 20) == 1
        assert await process.stderr.read() == b"newsdesk: Stopped.\n"
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_who_is_asked_for_lines_at_a_terminal_is_told_so(tmp_path: Path) -> None:
    typed = '{"id": 1, "title": "Rain in Kenya"}\n\x04'
    said = await at_a_terminal(tmp_path, typed, "classify")
    assert "Ctrl+D ends" in said and "Africa: its words speak for it" in said


async def test_who_says_it_twice_in_one_breath_says_it_once(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "--log-level", "info", "rehearse", "--port", "0"),
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr
    try:
        async with asyncio.timeout(60):
            await process.stderr.readuntil(b"connected as=")
            process.send_signal(signal.SIGINT)  # as `timeout` does: to the process, and to its group
            await process.stderr.readuntil(b": stopped")
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGINT)
            rest = await process.stderr.read()
            assert (await process.wait(), b"Traceback" in rest) == (0, False), rest
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()

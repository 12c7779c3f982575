"""What the tests of the console begin with: a command, run in a folder of its own."""

import asyncio
import json
import os
import pty
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.newsroom import Newsroom
from bot.settings import shipped

ROOT = Path(__file__).parent.parent.parent


@dataclass(frozen=True)
class Done:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, object]]:
        return [json.loads(line) for line in self.out.splitlines()]


Newsdesk = Callable[..., Awaitable[Done]]


@pytest.fixture
def newsdesk(tmp_path: Path) -> Newsdesk:
    """Runs one command in a folder of its own."""

    async def run(*words: str, said: str = "", **environment: str) -> Done:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", *words),
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "NEWSDESK_PRIVATE_FEEDS": "1", **environment},
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, err = await asyncio.wait_for(process.communicate(said.encode()), 120)
        assert process.returncode is not None
        return Done(process.returncode, out.decode(), err.decode())

    return run


@pytest.fixture
async def newsroom() -> AsyncIterator[Newsroom]:
    async with Newsroom(shipped() / "sample", pace=0) as opened:
        yield opened


async def at_a_terminal(folder: Path, typed: str, *words: str, columns: int = 200) -> str:
    """All that a person sees who types this."""
    ours, theirs = pty.openpty()
    try:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", *words),
            cwd=folder,
            env={
                **{"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "COLUMNS": str(columns), "TERM": "dumb"},
                "NEWSDESK_PRIVATE_FEEDS": "1",
            },
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
        )
        os.write(ours, typed.encode())
        await asyncio.wait_for(process.wait(), 60)
        return os.read(ours, 100_000).decode()
    finally:
        os.close(ours)
        os.close(theirs)

"""What the tests of the console begin with: a command, run in a folder of its own."""

import asyncio
import json
import os
import pty
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkstemp

import pytest

from bot.newsroom import Newsroom
from bot.settings import shipped
from tests.cli import forked

ROOT = Path(__file__).parent.parent.parent
_ENVIRONMENT = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "NEWSDESK_PRIVATE_FEEDS": "1"}


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
def newsdesk(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Newsdesk:
    """Runs one command in a folder of its own."""
    said_and_heard = tmp_path_factory.mktemp("streams")

    async def run(*words: str, said: str = "", **environment: str) -> Done:
        if not forked.is_enough(environment):
            return await _started(tmp_path, words, said, _ENVIRONMENT | environment)
        streams = [Path(mkstemp(dir=said_and_heard)[1]) for _ in range(3)]
        streams[0].write_text(said)
        code = await forked.command(words, tmp_path, _ENVIRONMENT | environment, streams)
        out, err = (each.read_bytes().decode() for each in streams[1:])
        return Done(code, out, err)

    return run


async def _started(folder: Path, words: Sequence[str], said: str, environment: dict[str, str]) -> Done:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *words),
        cwd=folder,
        env=environment,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(said.encode()), 120)
    assert process.returncode is not None
    return Done(process.returncode, out.decode(), err.decode())


@pytest.fixture
async def newsroom() -> AsyncIterator[Newsroom]:
    async with Newsroom(shipped() / "sample", pace=0) as opened:
        yield opened


async def at_a_terminal(folder: Path, typed: str, *words: str, columns: int = 200) -> str:
    """All that a person sees who types this."""
    ours, theirs = pty.openpty()
    environment = _ENVIRONMENT | {"COLUMNS": str(columns), "TERM": "dumb"}
    try:
        os.write(ours, typed.encode())
        await forked.command(words, folder, environment, [os.ttyname(theirs)] * 3)
        return os.read(ours, 100_000).decode()
    finally:
        os.close(ours)
        os.close(theirs)

"""What the tests of the console begin with: a command, run in a folder of its own."""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

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

"""A command in a process of its own, forked off one that has loaded all of it, which takes most of a second.

What the command is given is its own: folder, environment, input and output. What a Python finds out when it starts is
not, such as the letters of its terminal: who wants to test that starts one.
"""

import asyncio
import multiprocessing
import os
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import bot.cli.door  # noqa: F401 - once for all
from bot.cli import main

_SERVER = multiprocessing.get_context("forkserver")
_SERVER.set_forkserver_preload([__name__])
_PATIENCE = 120  # seconds
_AT_THE_START = ("PYTHON", "LANG", "LC_")


def is_enough(environment: Mapping[str, str]) -> bool:
    """Whether nothing that a test sets is for a Python that starts."""
    return not any(name.startswith(_AT_THE_START) for name in environment)


async def command(
    words: Sequence[str], folder: Path, environment: Mapping[str, str], streams: Sequence[str | Path]
) -> int:
    """Run it with these files as its input, output and errors; its exit code. Raises TimeoutError."""
    process = _SERVER.Process(target=_run, args=(words, folder, dict(environment), list(map(str, streams))))
    process.start()
    await asyncio.to_thread(process.join, _PATIENCE)
    if process.exitcode is None:
        process.kill()
        raise TimeoutError(f"newsdesk {' '.join(words)}")
    return process.exitcode


def _run(words: Sequence[str], folder: Path, environment: dict[str, str], streams: list[str]) -> None:
    for number, (stream, how) in enumerate(zip(streams, (os.O_RDONLY, os.O_WRONLY, os.O_WRONLY), strict=True)):
        os.dup2(os.open(stream, how | os.O_NOCTTY), number)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", encoding="utf-8", buffering=1, closefd=False)  # noqa: SIM115
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    time.tzset()
    sys.argv = ["newsdesk", *words]
    sys.exit(main())

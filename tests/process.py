"""The real bot, in a process of its own, on a stage: for tests that kill it and for benchmarks."""

import asyncio
import contextlib
import os
import sqlite3
import sys
from pathlib import Path

from bot.stage import Stage

ROOT = Path(__file__).parent.parent


async def start_bot(stage: Stage, data: Path, **settings: str) -> asyncio.subprocess.Process:
    """`newsdesk run` with this stage for Discord; its log goes to `data`/log."""
    with (data / "log").open("ab") as log:
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", "run"),
            cwd=data,
            env={
                "PATH": os.environ["PATH"],
                "PYTHONPATH": str(ROOT),
                "DISCORD_TOKEN": stage.token,
                "NEWSDESK_DISCORD_API": stage.api,
                "NEWSDESK_DATA": str(data),
                "NEWSDESK_PRIVATE_FEEDS": "1",
                "NEWSDESK_POLL_MINUTES": "0.01",
                **settings,
            },
            stderr=log,
        )


def has_polled(data: Path) -> bool:
    """Whether the archive has every feed's first poll behind it, read while the bot writes."""
    with contextlib.closing(sqlite3.connect(f"file:{data / 'archive.db'}?mode=ro", uri=True)) as db:
        return bool(db.execute("SELECT count(*) > 0 AND count(*) = count(polled) FROM feed").fetchone()[0])

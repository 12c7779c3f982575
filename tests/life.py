"""The real bot on a stage: in a process of its own, to be killed or measured, or in the process of the test."""

import asyncio
import contextlib
import os
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

from bot.app.run import Ready, run
from bot.archive import Archive
from bot.clock import Clock
from bot.regions import load_regions
from bot.settings import Settings, shipped
from bot.stage import Stage

ROOT = Path(__file__).parent.parent
LEAVING = 40.0  # seconds for a bot that was asked to leave
LAST = 60  # lines of its log are told where it did not do as it should


@dataclass
class Life:
    """A bot that is started and ended as often as a test likes. What stands around it, a test adds in a class of its
    own; `async with` ends what still runs."""

    stage: Stage
    data: Path
    process: asyncio.subprocess.Process | None = field(default=None, kw_only=True)

    patience: ClassVar[float] = 30.0  # seconds for what takes a tenth on an idle machine
    beat: ClassVar[float] = 0.005  # seconds between two looks

    async def start(self, **settings: str) -> None:
        """`newsdesk run` with this stage for Discord; its log goes to `data`/log."""
        with (self.data / "log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bot", "run"),
                cwd=self.data,
                env={
                    "PATH": os.environ["PATH"],
                    "PYTHONPATH": str(ROOT),
                    "DISCORD_TOKEN": self.stage.token,
                    "NEWSDESK_DISCORD_API": self.stage.api,
                    "NEWSDESK_DATA": str(self.data),
                    "NEWSDESK_PRIVATE_FEEDS": "1",
                    "NEWSDESK_POLL_MINUTES": "0.01",
                    **settings,
                },
                stderr=log,
            )

    async def kill(self) -> None:
        """With -9, in the middle of whatever it does; it must not have left before."""
        assert self.process is not None
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGKILL)
        assert await asyncio.wait_for(self.process.wait(), LEAVING) == -signal.SIGKILL, (
            f"the bot left by itself\n{self.end_of_log()}"
        )

    async def stop(self) -> int:
        """As an operator stops it. What it leaves with; anything but 0 is wrong."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return await asyncio.wait_for(self.process.wait(), LEAVING)

    async def until(self, true: Callable[[], bool], what: str = "it", *, patience: float | None = None) -> None:
        try:
            async with asyncio.timeout(patience or self.patience):
                while not true():
                    await asyncio.sleep(self.beat)
        except TimeoutError:
            raise AssertionError(f"waited in vain for {what}: {self.so_far()}\n{self.end_of_log()}") from None

    def so_far(self) -> str:
        """What there is of it where the wait was in vain."""
        return "nothing to see"

    def log(self) -> str:
        return (self.data / "log").read_text(errors="replace")

    def end_of_log(self) -> str:
        return "\n".join(self.log().splitlines()[-LAST:])

    def rows(self, question: str) -> list[tuple[object, ...]]:
        """Asked of the archive's file, while the bot writes it."""
        with contextlib.closing(sqlite3.connect(f"file:{self.data / 'archive.db'}?mode=ro", uri=True)) as db:
            return db.execute(question).fetchall()

    def has_polled(self) -> bool:
        """Whether every feed's first poll is behind it."""
        return self.rows("SELECT count(*) > 0 AND count(*) = count(polled) FROM feed") == [(1,)]

    def archive(self) -> contextlib.AbstractAsyncContextManager[Archive]:
        """The bot's archive, between two of its lives."""
        return archive_in(self.data)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process and self.process.returncode is None:
            self.process.kill()
            await asyncio.wait_for(self.process.wait(), LEAVING)


@contextlib.asynccontextmanager
async def archive_in(folder: Path) -> AsyncIterator[Archive]:
    """The archive of a bot that does not run, with the regions that we ship."""
    archive = await Archive.open(folder / "archive.db", load_regions(shipped() / "regions.toml"))
    try:
        yield archive
    finally:
        await archive.close()


@contextlib.asynccontextmanager
async def running(settings: Settings, ready: Ready, clock: Clock | None = None) -> AsyncIterator[None]:
    """The bot runs in this process, until the end of the block."""
    stop = asyncio.Event()
    task = asyncio.create_task(run(settings, stop=stop, clock=clock, ready=ready))
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(task, LEAVING)

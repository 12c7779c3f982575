"""What the benchmarks of delivery share: a stage, a feed that prints on demand, and the real process between them."""

import asyncio
import contextlib
import signal
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

from aiohttp import web

from bot.archive import Archive
from bot.model import Feed, Subscription
from bot.regions import load_regions
from bot.settings import shipped
from bot.stage import Stage
from tests.process import has_polled, start_bot

ROOT = Path(__file__).parents[2]


@dataclass
class Press:
    """One feed. `answered` holds the moment at which the last byte of each answer had left."""

    loop: asyncio.AbstractEventLoop
    titles: list[str] = field(default_factory=lambda: ["An old story"])
    answered: dict[str, float] = field(default_factory=dict)
    url: str = ""

    async def serve(self, request: web.Request) -> web.Response:
        now = format_datetime(datetime.now(UTC))
        printed = list(self.titles)
        items = "".join(
            f"<item><title>{title}</title><link>{self.url}/{title.replace(' ', '-')}</link><pubDate>{now}</pubDate>"
            f"<category>Africa</category><description>What {title} has to say.</description></item>"
            for title in reversed(printed[-20:])
        )
        answer = web.Response(
            text=f'<rss version="2.0"><channel><title>Press</title>{items}</channel></rss>',
            content_type="application/rss+xml",
        )
        await answer.prepare(request)
        await answer.write_eof()
        for title in printed:
            self.answered.setdefault(title, self.loop.time())
        return answer


@dataclass
class Bench:
    """The three of them."""

    stage: Stage
    press: Press
    data: Path
    process: asyncio.subprocess.Process | None = None

    async def subscribe(self, targets: Sequence[tuple[int, int]]) -> None:
        """(guild, channel) pairs that want Africa."""
        archive = await Archive.open(self.data / "archive.db", load_regions(shipped() / "regions.toml"))
        await archive.add_feed(Feed(f"{self.press.url}/feed", pages=False))
        for guild, channel in targets:
            await archive.subscribe(Subscription(f"channel:{channel}", "africa", guild=guild))
        await archive.close()

    async def start(self) -> None:
        self.process = await start_bot(self.stage, self.data)
        await self.until(lambda: self.stage.is_ready and bool(self.press.answered) and has_polled(self.data))

    async def until(self, true: Callable[[], bool], patience: float = 120.0) -> None:
        async with asyncio.timeout(patience):
            while not true():
                await asyncio.sleep(0.01)

    async def stop(self) -> None:
        if self.process and self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
            await asyncio.wait_for(self.process.wait(), 40)


@contextlib.asynccontextmanager
async def a_bench() -> AsyncIterator[Bench]:
    press = Press(asyncio.get_running_loop())
    app = web.Application()
    app.router.add_get("/feed", press.serve)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    press.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    with tempfile.TemporaryDirectory(prefix="newsdesk-bench-") as folder:
        async with Stage() as stage:
            bench = Bench(stage, press, Path(folder))
            try:
                yield bench
            finally:
                if bench.process and bench.process.returncode is None:
                    bench.process.kill()
                    await bench.process.wait()
                await runner.cleanup()


def share(values: Sequence[float], part: float) -> float:
    """The value that `part` of all stay under."""
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]

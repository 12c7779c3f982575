"""What the benchmarks of delivery share: a stage, a feed that prints on demand, and the real process between them."""

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import ClassVar

from aiohttp import web

from bot.model import Feed, Subscription
from bot.stage import Stage
from tests.life import Life
from tests.press import serving


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
class Bench(Life):
    """The three of them."""

    press: Press

    patience: ClassVar[float] = 120.0
    beat: ClassVar[float] = 0.01

    async def subscribe(self, targets: Sequence[tuple[int, int]]) -> None:
        """(guild, channel) pairs that want Africa."""
        async with self.archive() as archive:
            await archive.add_feed(Feed(f"{self.press.url}/feed", pages=False))
            for guild, channel in targets:
                await archive.subscribe(Subscription(f"channel:{channel}", "africa", guild=guild))

    async def begin(self) -> None:
        """Start, until the first polls are over."""
        await self.start()
        await self.until(lambda: self.stage.is_ready and bool(self.press.answered) and self.has_polled())


@contextlib.asynccontextmanager
async def a_bench() -> AsyncIterator[Bench]:
    press = Press(asyncio.get_running_loop())
    with tempfile.TemporaryDirectory(prefix="newsdesk-bench-") as folder:
        async with (
            serving("/feed", press.serve) as press.url,
            Stage() as stage,
            Bench(stage, Path(folder), press) as bench,
        ):
            yield bench


def share(values: Sequence[float], part: float) -> float:
    """The value that `part` of all stay under."""
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]

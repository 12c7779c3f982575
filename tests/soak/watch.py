"""What a process holds, read from outside: memory, files, threads, the write-ahead log, lateness, errors."""

import asyncio
import contextlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import linear_regression, median

import aiohttp

MEGABYTE = 2**20
WARM = 0.25  # of the time: until then caches fill
STEEP = 0.3  # megabytes a minute, over the rest of the time
CACHES = (32, *[8] * 6)  # megabytes of pages that the archive's connections hold at most
MOST_WAL = 64.0  # megabytes
LATE = 0.25  # seconds
BEAT = 0.5  # seconds between two looks at an event loop
EXPECTED = (  # part of the play, or of a machine that is too busy to answer within three seconds
    "discord.shard: Attempting a reconnect",
    "bot.app.run: lost Discord",
    "(error code: 10062)",
)
_LAG = re.compile(r'newsdesk_event_loop_lag_seconds_bucket\{le="([^"]+)"\} (\S+)')


@dataclass(frozen=True, slots=True)
class Sample:
    """One look at the process."""

    minute: float
    rss: float  # megabytes
    fds: int
    threads: int
    wal: float  # megabytes
    archive: float = 0.0  # megabytes

    @property
    def own(self) -> float:
        """The memory without the pages of the archive that its connections may hold: those have their bounds."""
        return self.rss - sum(min(self.archive, most) for most in CACHES)

    def __str__(self) -> str:
        held = f"archive {self.archive:5.1f} MB  fds {self.fds:3}  threads {self.threads:2}  wal {self.wal:5.1f} MB"
        return f"{self.minute:5.1f} min  rss {self.rss:6.1f} MB  {held}"


def look(pid: int, data: Path, minute: float) -> Sample:
    status = Path(f"/proc/{pid}/status").read_text()
    wal, archive = data / "archive.db-wal", data / "archive.db"
    return Sample(
        minute=minute,
        rss=_number(status, "VmRSS") / 1024,
        fds=len(list(Path(f"/proc/{pid}/fd").iterdir())),
        threads=_number(status, "Threads"),
        wal=wal.stat().st_size / MEGABYTE if wal.exists() else 0.0,
        archive=archive.stat().st_size / MEGABYTE,
    )


def _number(status: str, name: str) -> int:
    found = re.search(rf"^{name}:\s+(\d+)", status, re.MULTILINE)
    return int(found[1]) if found else 0


@dataclass
class Watch:
    """All samples, and what they say."""

    samples: list[Sample] = field(default_factory=list)

    @property
    def warm(self) -> Sequence[Sample]:
        start = self.samples[-1].minute * WARM
        return [each for each in self.samples if each.minute >= start]

    @property
    def slope(self) -> float:
        """Megabytes a minute of its own, once it is warm."""
        warm = self.warm
        return linear_regression([each.minute for each in warm], [each.own for each in warm]).slope

    def complaints(self) -> list[str]:
        """What grew that should not have."""
        warm = self.warm
        third = max(1, len(warm) // 3)
        first, last = warm[:third], warm[-third:]
        said = []
        if self.slope > STEEP:
            said.append(f"memory grew by {self.slope:.2f} MB a minute")
        if median(each.fds for each in last) > median(each.fds for each in first) + 8:
            said.append(f"open files grew from {first[0].fds} to {last[-1].fds}")
        if median(each.threads for each in last) > median(each.threads for each in first) + 2:
            said.append(f"threads grew from {first[0].threads} to {last[-1].threads}")
        if (most := max(each.wal for each in self.samples)) > MOST_WAL:
            said.append(f"the write-ahead log came to {most:.0f} MB")
        return said


@dataclass
class OwnLoop:
    """How late our own loop is woken: what the bot's is held against, for both share a machine."""

    looks: int = 0
    late: int = 0

    async def watch(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + BEAT
            await asyncio.sleep(BEAT)
            self.looks += 1
            self.late += loop.time() - due > LATE

    @property
    def share(self) -> float:
        return self.late / max(1, self.looks)


async def share_of_late(port: int) -> float:
    """The share of looks at the event loop that came late by more than LATE, from the metrics of the process."""
    with contextlib.suppress(aiohttp.ClientError, TimeoutError):
        timeout = aiohttp.ClientTimeout(total=10)
        session = aiohttp.ClientSession(timeout=timeout)
        async with session, session.get(f"http://127.0.0.1:{port}/metrics") as answer:
            buckets = {float(bound): float(count) for bound, count in _LAG.findall(await answer.text())}
        total = max(buckets.values(), default=0.0)
        in_time = max((count for bound, count in buckets.items() if bound <= LATE), default=0.0)
        return 1 - in_time / total if total else 1.0
    return 1.0


def errors(log: Path) -> list[str]:
    """What the log has of errors, each with the last line of its trace; not those that must be."""
    found: list[str] = []
    for line in log.read_text(errors="replace").splitlines():
        if re.match(r"\d{4}-\d\d-\d\d .* (ERROR|CRITICAL) ", line):
            found.append(line)
        elif found and re.match(r"[\w.]+(Error|Exception|Closed|Failure|NotFound|Exit)\b", line):
            found[-1] = f"{found[-1].partition(' <- ')[0]} <- {line}"
    return [line for line in found if not any(each in line for each in EXPECTED)]

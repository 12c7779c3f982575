"""An archive that is killed while it writes: `python -m tests.archive.lives FILE SEED` is one of its lives."""

import asyncio
import shutil
import signal
import sys
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from random import Random

from bot.archive import Archive, articles, backlog, connect, rebuild, soundness
from bot.archive.migrations import migrate
from bot.archive.search import aside
from bot.archive.search.index import SHAPES
from bot.model import Article, Owed, Sent, Subscription
from bot.regions import Region, Regions
from tests.builders import NOON, a_feed, a_sighting, a_subscription, an_article

REGIONS = Regions([Region("africa", "Africa", 0, "", ()), Region("europe", "Europe", 0, "", ())])
_WORDS = "rain pact vote dune river treaty border harvest minister drought".split()  # noqa: SIM905


@dataclass
class Toll:
    """What many lives and deaths did to the archive."""

    lives: int = 0
    acknowledged: int = 0
    lost: int = 0
    torn: int = 0
    damage: tuple[str, ...] = ()

    @property
    def is_good(self) -> bool:
        return self.lost == 0 and not self.damage


async def many_lives(folder: Path, seed: int, lives: int) -> Toll:
    """Let it live, kill it, look at what is left; tear the end off a copy of its log, and look at that too."""
    chance, toll, file = Random(seed), Toll(), folder / "archive.db"
    acknowledged: set[str] = set()
    for life in range(lives):
        acknowledged |= await _live(file, seed * 1000 + life, chance.uniform(0.02, 0.25))
        toll.torn += _tear(file, folder / "torn.db", chance, toll)
        kept, wrong = _left(file)
        toll.lives += 1
        toll.lost += len(acknowledged - kept)
        toll.damage += tuple(wrong)
    toll.acknowledged = len(acknowledged)
    return toll


async def _live(file: Path, seed: int, seconds: float) -> set[str]:
    """One life: killed so many seconds after its first word. What it said was kept, must be kept."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.archive.lives", str(file), str(seed), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    first = await process.stdout.readline()
    await asyncio.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    rest = await process.stdout.read()
    await process.wait()
    return {line.strip() for line in (first + rest).decode().split("\n")[:-1] if line.strip() != "ready"}


def _left(file: Path) -> tuple[set[str], list[str]]:
    """What is in the archive, and what is wrong with it."""
    db = connect.writer(file)
    try:
        migrate(db)
        rebuild.note_version(db)
        wrong = soundness.check(db)
        while backlog.catch_up(db):  # what waited at death
            pass
        wrong += soundness.check(db)
        wrong += [sentence for name in SHAPES for sentence in _wrong_with(db, name)]
        kept = {f"article {article.url}" for article in articles.after(db, 0, 1_000_000)}
        kept |= {f"sending {row['id']}" for row in db.execute("SELECT id FROM delivery WHERE attempts > 0")}
        kept |= {f"sent {row['id']}" for row in db.execute("SELECT id FROM delivery WHERE state = 'sent'")}
    except connect.DatabaseError as error:
        return set(), [f"{type(error).__name__}: {error}"]
    finally:
        db.close()
    return kept, wrong


def _wrong_with(db: connect.Connection, name: str) -> list[str]:
    """What the index finds wrong with itself, which it says only to a connection that may write."""
    try:
        db.execute(f"INSERT INTO {name} ({name}) VALUES ('integrity-check')")
    except connect.DatabaseError as error:
        return [f"{name}: {error}"]
    return []


def _tear(file: Path, copy: Path, chance: Random, toll: Toll) -> int:
    """As a power cut would leave it: the end of the log missing, filled with rubbish, or with a hole.

    What has been carried over into the file was on the disk before, so no power cut takes that part of the log.
    """
    log = Path(f"{file}-wal")
    if not log.exists() or not log.stat().st_size:
        return 0
    for each in (copy, Path(f"{copy}-wal"), Path(f"{copy}-shm")):
        each.unlink(missing_ok=True)
    shutil.copyfile(file, copy)
    written = log.read_bytes()
    safe = _carried_over(written, Path(f"{file}-shm").read_bytes())
    if safe >= len(written):
        return 0
    at = chance.randrange(max(len(written) // 2, safe), len(written))
    torn = {
        "cut": written[:at],
        "rubbish": written[:at] + chance.randbytes(len(written) - at),
        "hole": written[:at] + bytes(min(4096, len(written) - at)) + written[at + 4096 :],
    }[chance.choice(("cut", "rubbish", "hole"))]
    Path(f"{copy}-wal").write_bytes(torn)
    _, wrong = _left(copy)
    toll.damage += tuple(f"torn: {sentence}" for sentence in wrong)
    return 1


def _carried_over(log: bytes, index: bytes) -> int:
    """So many bytes of the log a checkpoint has copied, or begun to copy, into the file.

    After https://www.sqlite.org/walformat.html: the log's header has the page size at 8; the index's second part, at
    96, begins with the number of frames carried over, and has the number attempted 32 bytes further.
    """
    page = int.from_bytes(log[8:12], "big")
    frames = max(int.from_bytes(index[at : at + 4], sys.byteorder) for at in (96, 128))
    return 32 + frames * (24 + page)


async def _life(file: Path, seed: int) -> None:
    """Write until death: new articles, corrections, deliveries, the index anew; say what is kept once it is."""
    chance = Random(seed)
    archive = await Archive.open(file, REGIONS, now=lambda: NOON)
    feed = await archive.add_feed(a_feed())
    await archive.subscribe(a_subscription(region="africa"))
    print("ready", flush=True)
    number, older = 0, list[Article]()
    while True:
        found = []
        for _ in range(chance.choice((1, 1, 2, 5))):
            number += 1
            title = f"{' '.join(chance.choices(_WORDS, k=5))} {seed} {number}"
            when = NOON - timedelta(minutes=chance.randrange(5000))
            text = " ".join(chance.choices(_WORDS, k=chance.randrange(400)))
            found.append(an_article(title, text=text, published=when, regions=(chance.choice(("africa", "europe")),)))
        sightings = [a_sighting(article, feed) for article in found]
        if number % 3 == 0:
            older.append(found[0])
            corrected = replace(chance.choice(older), teaser=f"corrected {number}")  # its words may be in, or wait
            sightings.append(a_sighting(corrected, feed))
        await archive.accept(sightings, None, _to_africa, NOON)
        print(*(f"article {article.url}\n" for article in found), sep="", end="", flush=True)
        if number % 4 == 0:
            await archive.catch_up()  # as somebody's question would
        await _deliver(archive)
        await archive._write(_make_index_anew, owed=False)


def _make_index_anew(db: connect.Connection) -> None:
    """Again and again, and each time the one before goes bit by bit."""
    if aside.empty(db, 200):
        rebuild.step(db, 10)


async def _deliver(archive: Archive) -> None:
    for delivery in await archive.due_deliveries(NOON, 1):
        await archive.sending(delivery.id, NOON)
        print(f"sending {delivery.id}", flush=True)
        await archive.settle(delivery.id, Sent(delivery.id), NOON)
        print(f"sent {delivery.id}", flush=True)


def _to_africa(article: Article, subscriptions: object) -> list[Owed]:
    assert isinstance(subscriptions, list)
    orders: list[Subscription] = subscriptions
    return [Owed(each.target, each) for each in orders if each.region in article.regions]


if __name__ == "__main__":
    asyncio.run(_life(Path(sys.argv[1]), int(sys.argv[2])))

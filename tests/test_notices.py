"""Kill -9 while the admins are told that something is held, then a restart: they are told once."""

import asyncio
import contextlib
import json
import signal
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.archive.archive import Archive
from bot.delivery.route import route
from bot.model import Article, Feed, Owed, Sighting, Subscription
from bot.regions import load_regions
from bot.settings import shipped
from bot.stage import Channel, Fault, Permission, Stage
from tests.process import start_bot

PATIENCE = 30.0  # seconds
POSTS = "/channels/*/messages"


@dataclass
class Scene:
    """A server whose moderators have a channel of their own, and for which something is held."""

    stage: Stage
    mods: Channel
    data: Path
    process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        self.process = await start_bot(self.stage, self.data)

    async def kill(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        await self.process.wait()

    def notices(self) -> int:
        return len(self.stage.world.messages(self.mods))

    def knows(self) -> bool:
        """Whether the bot has it written down that they were told."""
        with contextlib.closing(sqlite3.connect(f"file:{self.data / 'archive.db'}?mode=ro", uri=True)) as db:
            rows = db.execute("SELECT value FROM memo WHERE key LIKE 'told of what is held:%'").fetchall()
        return any(json.loads(value)["told"] for (value,) in rows)

    async def until(self, true: Callable[[], bool]) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                while not true():
                    await asyncio.sleep(0.005)
        except TimeoutError:
            pytest.fail(f"never came true; notices {self.notices()}\n{(self.data / 'log').read_text()}")


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with Stage() as stage:
        guild = stage.world.add_guild("Club")
        stage.world.add_member(guild, "Ada", admin=True)
        lobby, mods = guild.add_channel("lobby"), guild.add_channel("mods")
        mods.overwrite(guild.everyone, deny=Permission.VIEW_CHANNEL)
        ours = Permission.VIEW_CHANNEL | Permission.SEND_MESSAGES | Permission.READ_MESSAGE_HISTORY
        mods.overwrite(stage.world.bot, allow=ours)
        guild.send_updates_to(mods)
        await _hold(tmp_path, f"channel:{lobby.id}", guild.id)
        (tmp_path / "feeds.toml").write_text("")
        here = Scene(stage, mods, tmp_path)
        try:
            yield here
        finally:
            if here.process and here.process.returncode is None:
                here.process.kill()
                await here.process.wait()


async def _hold(data: Path, target: str, guild: int) -> None:
    archive = await Archive.open(data / "archive.db", load_regions(shipped() / "regions.toml"))
    await archive.subscribe(Subscription(target, "africa", guild=guild))
    feed, now = await archive.add_feed(Feed("https://a.test/feed")), datetime.now(UTC)
    article = Article("Rain", "https://a.test/1", regions=("africa",), published=now, seen=now, keys=("url:1",))

    def held(each: Article, orders: Sequence[Subscription]) -> list[Owed]:
        return route(each, orders, "40 articles at once")

    await archive.accept([Sighting(article, feed, b"1")], None, held, now)
    await archive.close()


def _fault(scene: Scene, kind: str) -> Fault:
    return scene.stage.fault(kind, method="POST", path=POSTS, seconds=60)


async def while_it_is_sent(scene: Scene) -> None:
    fault = _fault(scene, "hang")
    await scene.start()
    await scene.until(lambda: fault.struck > 0)


async def once_it_is_out_but_not_answered(scene: Scene) -> None:
    fault = _fault(scene, "hang-after")
    await scene.start()
    await scene.until(lambda: fault.struck > 0 and scene.notices() == 1)


async def as_soon_as_it_is_answered(scene: Scene) -> None:
    await scene.start()
    await scene.until(lambda: scene.notices() == 1)


@pytest.mark.parametrize("reads", [True, False])
@pytest.mark.parametrize("moment", [while_it_is_sent, once_it_is_out_but_not_answered, as_soon_as_it_is_answered])
async def test_killed_at_this_moment_they_are_told_once(
    scene: Scene, moment: Callable[[Scene], Awaitable[None]], reads: bool
) -> None:
    if not reads:  # then only the nonce can help
        scene.stage.world.withdraw(scene.mods, Permission.READ_MESSAGE_HISTORY)
    await moment(scene)
    await scene.kill()
    scene.stage.faults.remove()
    await scene.start()
    await scene.until(scene.knows)
    assert scene.notices() == 1

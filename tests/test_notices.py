"""Kill -9 while the admins are told that something is held, then a restart: they are told once."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.archive import Archive
from bot.delivery.route import route
from bot.model import Article, Feed, Owed, Sighting, Subscription
from bot.stage import Channel, Fault, Permission, Stage
from tests.life import Life

POSTS = "/channels/*/messages"


@dataclass
class Scene(Life):
    """A server whose moderators have a channel of their own, and for which something is held."""

    mods: Channel

    def notices(self) -> int:
        return len(self.stage.world.messages(self.mods))

    def knows(self) -> bool:
        """Whether the bot has it written down that they were told."""
        rows = self.rows("SELECT value FROM memo WHERE key LIKE 'told of what is held:%'")
        return any(json.loads(str(value))["told"] for (value,) in rows)

    def so_far(self) -> str:
        return f"notices {self.notices()}"


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
        (tmp_path / "feeds.toml").write_text("")
        async with Scene(stage, tmp_path, mods) as here:
            async with here.archive() as archive:
                await _hold(archive, f"channel:{lobby.id}", guild.id)
            yield here


async def _hold(archive: Archive, target: str, guild: int) -> None:
    await archive.subscribe(Subscription(target, "africa", guild=guild))
    feed, now = await archive.add_feed(Feed("https://a.test/feed")), datetime.now(UTC)
    article = Article("Rain", "https://a.test/1", regions=("africa",), published=now, seen=now, keys=("url:1",))

    def held(each: Article, orders: Sequence[Subscription]) -> list[Owed]:
        return route(each, orders, "40 articles at once")

    await archive.accept([Sighting(article, feed, b"1")], None, held, now)


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

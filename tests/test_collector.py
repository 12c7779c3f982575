"""What lives as long as the line to Discord is not looked through again and again; and when it has died, it goes."""

import gc
import weakref
from collections.abc import Iterator
from pathlib import Path

import discord
import pytest

from bot.app.collector import leave_alone
from bot.settings import Settings
from bot.stage import Stage
from tests.fakes import until
from tests.life import running


class Ring:
    """Only the collector finds it when it has died, for it holds itself."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def others_go_on_as_before() -> Iterator[None]:
    yield
    leave_alone()


def looked_through(ids: set[int]) -> int:
    """How many of these channels a pass of the collector looks at; it does not tell of what it leaves alone."""
    return sum(isinstance(each, discord.TextChannel) and each.id in ids for each in gc.get_objects())


async def test_the_servers_are_left_alone_once_the_bot_is_ready(tmp_path: Path) -> None:
    async with Stage() as stage:
        ids = {stage.world.add_guild(f"Club {number}").add_channel("africa").id for number in range(20)}
        (tmp_path / "feeds.toml").write_text("")
        clients: list[discord.Client] = []
        settings = Settings(token=stage.token, api=stage.api, data=tmp_path)
        async with running(settings, lambda core, client: clients.append(client)):
            await until(lambda: clients)
            await until(lambda: not looked_through(ids))
            assert all(clients[0].get_channel(each) for each in ids)


def test_what_was_left_alone_and_has_died_goes_the_next_time() -> None:
    ring = Ring()
    watched = weakref.ref(ring)
    leave_alone()
    del ring
    gc.collect()
    assert watched() is not None
    leave_alone()
    assert watched() is None

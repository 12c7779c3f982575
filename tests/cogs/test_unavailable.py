"""A server of which Discord has not told us yet, after our start or while it is in trouble itself: nothing is gone."""

from collections.abc import AsyncIterator

import pytest

from bot.stage import Channel
from tests.cogs.conftest import House, answer, button, text
from tests.cogs.test_setup import choose

NOT_TOLD = "Discord has not told me of this server yet"


@pytest.fixture
async def forum(house: House) -> AsyncIterator[Channel]:
    """A forum for which something is ordered, in a server that is not available any more."""
    role = house.guild.add_role("Readers")
    role.mentionable = True
    made = house.guild.add_channel("talk", kind="forum", tags=["Kenya", "Mali"])
    given = {"region": "africa", "channel": made, "mention": role, "tag": "Mali"}
    await house.call(house.ada, "desk subscribe", **given)
    house.guild.unavailable = True
    async with house.restarted():
        known = house.client.get_guild(house.guild.id)
        assert known and known.unavailable and not known.roles
        yield made


async def test_no_role_or_tag_is_called_gone(house: House, forum: Channel) -> None:
    (order,) = await house.archive.subscriptions()
    shown = text(answer(await house.call(house.ada, "desk subscriptions")))
    assert f"mentions <@&{order.mention}>" in shown and "with a tag on every post" in shown
    assert not any(word in shown for word in ("gone", "no longer", "nobody"))


async def test_an_order_that_is_changed_loses_no_tag(house: House, forum: Channel) -> None:
    before = await house.archive.subscriptions()
    for given in ({"silent": True}, {"tag": "Kenya"}):
        said = answer(await house.call(house.ada, "desk subscribe", region="africa", channel=forum, **given))
        assert NOT_TOLD in text(said)
        assert await house.archive.subscriptions() == before
    house.stage.world.set_available(house.guild, True)
    said = answer(await house.call(house.ada, "desk subscribe", region="africa", channel=forum, silent=True))
    assert "with the tag “Mali” on every post" in text(said)


async def test_the_first_steps_wait_until_the_channels_are_known(house: House) -> None:
    channel = house.guild.add_channel("africa")
    shown = answer(await house.call(house.ada, "desk setup"))
    await choose(house, shown, "su:regions", "europe")
    await choose(house, shown, "su:channel", str(channel.id))
    house.guild.unavailable = True
    async with house.restarted():
        assert NOT_TOLD in text(answer(await house.call(house.ada, "desk setup")))
        for each in ("Order these", "Do it"):
            assert NOT_TOLD in text((await house.press(house.ada, shown, button(shown, each))).messages[-1])
        assert await house.archive.subscriptions() == []
        house.stage.world.set_available(house.guild, True)
        await house.press(house.ada, shown, button(shown, "Do it"))
        (order,) = await house.archive.subscriptions()
        assert order.region == "europe"

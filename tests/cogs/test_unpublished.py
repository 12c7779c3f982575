"""What waits to be published to the channels that follow, as /desk status tells it."""

import asyncio

from bot.chat.sender.publish import Publisher, kept_waiting
from bot.chat.sender.request import Line
from bot.model import Subscription
from tests.cogs.conftest import House, answer, text


async def test_what_waits_to_be_published_is_told_to_its_own_server_alone(house: House) -> None:
    wire, theirs = house.guild.add_channel("wire", kind="announcement"), house.guild.add_channel("theirs")
    await house.archive.subscribe(Subscription(f"channel:{wire.id}", "africa", guild=house.guild.id, publish=True))
    await house.archive.subscribe(Subscription(f"channel:{theirs.id}", "africa", guild=99, publish=True))
    assert "To be published" not in text(answer(await house.call(house.ada, "desk status")))
    house.stage.fault("429-user", method="POST", path="/channels/*/messages/*/crosspost", seconds=3600, times=2)
    publisher = Publisher(Line(house.client), house.archive)
    running = asyncio.create_task(publisher.run())
    for channel in (wire, theirs):
        for number in (1, 2):
            publisher.add(channel.id, number)
    async with asyncio.timeout(10):
        while await kept_waiting(house.archive) != {wire.id: 2, theirs.id: 2}:
            await asyncio.sleep(0.01)
    shown = text(answer(await house.call(house.ada, "desk status")))
    running.cancel()
    assert "**To be published:** 2, as fast as Discord lets us" in shown
    assert f"<#{wire.id}>: 2" in shown and f"<#{theirs.id}>" not in shown

"""/desk setup, as those who run a server take their first steps."""

from bot.model import Feed
from bot.stage import Channel, Message, Permission
from tests.cogs.conftest import House, answer, labels, parts, text


async def test_channels_that_bear_a_regions_name_are_proposed_and_ordered_on_a_click(house: House) -> None:
    africa, apac = house.guild.add_channel("africa"), house.guild.add_channel("apac", kind="announcement")
    closed = house.guild.add_channel("europe")
    house.stage.world.withdraw(closed, Permission.SEND_MESSAGES)
    shown = answer(await house.call(house.ada, "desk setup"))
    assert shown.only_for == house.ada.id
    assert f"- **Africa** → <#{africa.id}>\n- **Asia-Pacific** → <#{apac.id}>" in text(shown)
    assert f"→ <#{closed.id}>" not in text(shown)
    assert await house.archive.subscriptions() == []
    done = answer(await house.press(house.ada, shown, named(shown, "su:match")))
    assert text(done).startswith(f"Ordered:\n- **Africa** → <#{africa.id}>")
    assert [(each.region, each.kind) for each in await house.archive.subscriptions(house.guild.id)] == [
        ("africa", "text"),
        ("asia-pacific", "announcement"),
    ]
    assert "These channels" not in text(done)


async def test_regions_and_a_channel_are_chosen_from_menus_and_confirmed(house: House) -> None:
    shown = answer(await house.call(house.ada, "desk setup"))
    await choose(house, shown, "su:regions", "africa", "europe")
    assert "Do it" not in labels(shown)
    await choose(house, shown, "su:channel", str(house.lobby.id))
    assert f"**Africa, Europe** → <#{house.lobby.id}>" in text(shown)
    await choose(house, shown, "su:regions", "africa", "europe", "global")
    assert f"**Africa, Europe, Global** → <#{house.lobby.id}>" in text(shown)
    await choose(house, shown, "su:regions", "africa", "europe")
    assert await house.archive.subscriptions() == []
    async with house.restarted():
        await house.press(house.ada, shown, named(shown, "su:go"))
    assert [each.region for each in await house.archive.subscriptions(house.guild.id)] == ["africa", "europe"]
    assert text(shown).startswith("Ordered:") and "Do it" not in labels(shown)


async def test_a_channel_we_cannot_write_in_is_refused_when_it_is_chosen(house: House) -> None:
    house.stage.world.withdraw(house.lobby, Permission.SEND_MESSAGES)
    shown = answer(await house.call(house.ada, "desk setup"))
    said = await choose(house, shown, "su:channel", str(house.lobby.id))
    assert "**Send Messages**" in text(said) and said.id != shown.id


async def test_a_permission_withdrawn_meanwhile_is_told(house: House) -> None:
    shown = answer(await house.call(house.ada, "desk setup"))
    await choose(house, shown, "su:regions", "africa", "europe")
    await choose(house, shown, "su:channel", str(house.lobby.id))
    house.stage.world.withdraw(house.lobby, Permission.SEND_MESSAGES)
    while house.client.get_channel(house.lobby.id).permissions_for(_me(house)).send_messages:  # type: ignore[union-attr]
        await house.call(house.ada, "latest")
    await house.press(house.ada, shown, named(shown, "su:go"))
    assert text(shown).startswith("I may not post in") and text(shown).count("**Send Messages**") == 1
    assert await house.archive.subscriptions() == []


async def test_an_order_that_stands_already_is_left_as_it_is(house: House) -> None:
    africa: Channel = house.guild.add_channel("africa")
    await house.call(house.ada, "desk subscribe", region="africa", channel=africa, silent=True)
    shown = answer(await house.call(house.ada, "desk setup"))
    assert "These channels" not in text(shown)
    await choose(house, shown, "su:regions", "africa")
    await choose(house, shown, "su:channel", str(africa.id))
    await house.press(house.ada, shown, named(shown, "su:go"))
    assert [each.silent for each in await house.archive.subscriptions()] == [True]
    assert text(shown).startswith("All of that is ordered already.")


async def test_where_there_is_no_feed_that_is_told(house: House) -> None:
    missing = "There is no feed yet, so nothing can come: `/desk feed add` adds one."
    assert missing in text(answer(await house.call(house.ada, "desk setup")))
    said = answer(await house.call(house.ada, "desk subscribe", region="africa", channel=house.lobby))
    assert text(said).endswith(missing)
    await house.archive.add_feed(Feed(url="https://theirs.test/feed", owner=99))
    assert missing in text(answer(await house.call(house.ada, "desk setup")))
    await house.archive.add_feed(Feed(url="https://paper.test/feed"))
    for command in ("desk setup", "desk status"):
        assert "no feed yet" not in text(answer(await house.call(house.ada, command)))
    said = answer(await house.call(house.ada, "desk subscribe", region="africa", channel=house.lobby))
    assert missing not in text(said)


async def test_a_channel_closed_to_us_is_named_with_what_it_lacks(house: House) -> None:
    closed = house.guild.add_channel("africa")
    house.stage.world.withdraw(closed, Permission.SEND_MESSAGES)
    shown = text(answer(await house.call(house.ada, "desk setup")))
    assert f"<#{closed.id}>: I lack **Send Messages** and **Embed Links** there" in shown


async def choose(house: House, message: Message, menu: str, *values: str) -> Message:
    """Choose from a menu, and wait until something came of it."""
    acted = await house.stage.press(house.ada, message, named(message, menu), list(values))
    return answer(await acted.finished(10))


def named(message: Message, beginning: str) -> str:
    return next(str(each["custom_id"]) for each in parts(message) if each.get("custom_id", "").startswith(beginning))


def _me(house: House):  # type: ignore[no-untyped-def]
    return house.client.get_guild(house.guild.id).me  # type: ignore[union-attr]

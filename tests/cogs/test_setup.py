"""/desk setup, as those who run a server take their first steps."""

import asyncio

from bot.model import Feed
from bot.regions import Regions
from bot.stage import Channel, Message, Permission, Stage
from tests.cogs.conftest import House, a_house, answer, areas, labels, parts, text


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
    (picked,) = [each["default_values"] for each in parts(shown) if each["type"] == 8]
    assert picked == [{"id": str(house.lobby.id), "type": "channel"}]
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
    async with asyncio.timeout(30):
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


async def test_of_more_regions_than_a_menu_holds_each_can_be_chosen_and_taken_back(stage: Stage) -> None:
    async with a_house(stage, areas(60)) as house:
        shown = answer(await house.call(house.ada, "desk setup"))
        menus = [each for each in parts(shown) if str(each.get("custom_id", "")).startswith("su:regions")]
        assert [len(each["options"]) for each in menus] == [20, 20, 20]
        assert menus[2]["placeholder"] == "Which regions? Area 40 – Area 59"
        await choose(house, shown, "su:regions", "area-3", "area-4")
        await choose(house, shown, "su:channel", str(house.lobby.id))
        await choose(house, shown, "su:regions2", "area-59")
        await choose(house, shown, "su:regions1", "area-20")
        assert f"**Area 3, Area 4, Area 20, Area 59** → <#{house.lobby.id}>" in text(shown)
        await choose(house, shown, "su:regions1")
        await choose(house, shown, "su:regions", "area-4")
        async with house.restarted():
            await house.press(house.ada, shown, named(shown, "su:go"))
        ordered = await house.archive.subscriptions(house.guild.id)
        assert [each.region for each in ordered] == ["area-4", "area-59"]


async def test_a_whole_world_of_regions_is_ordered_by_menus_as_far_as_there_is_room(stage: Stage) -> None:
    """As many as no answer has room for; each can be ordered by its name."""
    async with a_house(stage, areas(300)) as house:
        shown = answer(await house.call(house.ada, "desk setup"))
        menus = [str(each["custom_id"]) for each in parts(shown) if "su:regions" in str(each.get("custom_id", ""))]
        assert "75 more regions: `/desk subscribe`" in text(shown)
        await choose(house, shown, "su:channel", str(house.lobby.id))
        for number, name in enumerate(menus):
            codes = [f"area-{n}" for n in range(number * 25, number * 25 + 25)]
            await choose(house, shown, ":".join(name.split(":")[:2]), *codes)
        assert "Area 0, " in text(shown) and "and 195 more" in text(shown)
        await house.press(house.ada, shown, named(shown, "su:go"))
        async with asyncio.timeout(30):
            while not text(shown).startswith("Ordered:"):
                await asyncio.sleep(0.01)
        assert len(await house.archive.subscriptions(house.guild.id)) == 225
        assert text(shown).startswith("Ordered:\n- **Area 0**") and "and 195 more" in text(shown)
        said = answer(await house.call(house.ada, "desk subscribe", region="atlantis", channel=house.lobby))
        assert "There is no region “atlantis”" in text(said) and text(said).endswith(" area-29 and 270 more.")


async def test_what_is_ordered_on_a_click_is_what_was_proposed(stage: Stage) -> None:
    async with a_house(stage, areas(40)) as house:
        for number in range(40):
            house.guild.add_channel(f"area-{number}")
        shown = answer(await house.call(house.ada, "desk setup"))
        assert "Area 29" in text(shown) and "Area 30" not in text(shown)
        await house.press(house.ada, shown, named(shown, "su:match"))
        assert len(await house.archive.subscriptions(house.guild.id)) == 30
        assert "These channels bear" in text(shown) and "- **Area 39**" in text(shown)
        await house.press(house.ada, shown, named(shown, "su:match"))
        assert len(await house.archive.subscriptions(house.guild.id)) == 40


async def test_of_regions_with_long_names_as_many_are_proposed_and_named_as_there_is_room_for(stage: Stage) -> None:
    named_at_length = [each._replace(name=f"{each.name} {'of the ~far~ *islands* ' * 3}".strip()) for each in areas(80)]
    async with a_house(stage, Regions(named_at_length)) as house:
        for number in range(80):
            channel = house.guild.add_channel(f"area-{number}")
            if number >= 60:
                house.stage.world.withdraw(channel, Permission.SEND_MESSAGES)
        shown = answer(await house.call(house.ada, "desk setup"))
        proposed = text(shown).count("- **Area")
        assert 5 < proposed < 30
        await choose(house, shown, "su:regions", *(f"area-{number}" for number in range(20)))
        await choose(house, shown, "su:channel", str(house.lobby.id))
        await house.press(house.ada, shown, named(shown, "su:match"))
        assert len(await house.archive.subscriptions(house.guild.id)) == proposed
        assert text(shown).startswith("Ordered:\n- **Area 0 of the") and "**Area 59" not in text(shown)
        assert len(text(shown)) <= 4000


async def test_a_click_on_an_old_message_orders_the_regions_that_it_shows_whatever_regions_there_are_now(
    house: House,
) -> None:
    shown = answer(await house.call(house.ada, "desk setup"))
    await choose(house, shown, "su:regions", "africa", "europe")
    await choose(house, shown, "su:channel", str(house.lobby.id))
    others = [each for each in house.desk.regions if each.code != "asia-pacific"]
    async with house.restarted(Regions([*areas(3), *reversed(others)])):
        await house.press(house.ada, shown, named(shown, "su:go"))
    ordered = await house.archive.subscriptions(house.guild.id)
    assert sorted(each.region for each in ordered) == ["africa", "europe"]


async def test_a_menu_of_an_old_message_picks_the_regions_that_it_shows_from_among_other_menus(stage: Stage) -> None:
    async with a_house(stage, areas(60)) as house:
        shown = answer(await house.call(house.ada, "desk setup"))
        await choose(house, shown, "su:regions2", "area-59")
        async with house.restarted(Regions(list(areas(60))[10:])):  # in two menus, where there were three
            await choose(house, shown, "su:regions1", "area-20", "area-39")
            assert "no region any more" not in text(shown)
            await choose(house, shown, "su:channel", str(house.lobby.id))
            assert f"**Area 20, Area 39, Area 59** → <#{house.lobby.id}>" in text(shown)


async def test_a_region_that_was_picked_and_is_none_any_more_is_named_and_nothing_is_ordered(house: House) -> None:
    shown = answer(await house.call(house.ada, "desk setup"))
    await choose(house, shown, "su:regions", "africa", "europe")
    await choose(house, shown, "su:channel", str(house.lobby.id))
    async with house.restarted(Regions(each for each in house.desk.regions if each.code != "europe")):
        await house.press(house.ada, shown, named(shown, "su:go"))
        assert text(shown).startswith("**Nothing was ordered.**\n⚠️ Of what you had picked, this is no region any more")
        assert "more: **Europe**." in text(shown) and f"**Africa** → <#{house.lobby.id}>" in text(shown)
        assert await house.archive.subscriptions() == []
        await house.press(house.ada, shown, named(shown, "su:go"))
        assert [each.region for each in await house.archive.subscriptions()] == ["africa"]


async def test_a_proposal_that_has_become_another_is_shown_before_it_is_ordered(house: House) -> None:
    africa, apac = house.guild.add_channel("africa"), house.guild.add_channel("apac")
    shown = answer(await house.call(house.ada, "desk setup"))
    async with house.restarted(Regions(each for each in house.desk.regions if each.code != "asia-pacific")):
        await house.press(house.ada, shown, named(shown, "su:match"))
        assert text(shown).startswith("⚠️ **Nothing was ordered:**") and f"<#{apac.id}>" not in text(shown)
        assert await house.archive.subscriptions() == []
        await house.press(house.ada, shown, named(shown, "su:match"))
        ordered = await house.archive.subscriptions()
        assert [(each.target, each.region) for each in ordered] == [(f"channel:{africa.id}", "africa")]


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

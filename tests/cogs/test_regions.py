"""/regions, as members of a server type it."""

import re

from bot.model import Subscription
from bot.regions import Regions
from bot.stage import Permission, Stage
from tests.cogs.conftest import House, a_house, answer, areas, article, button, labels, parts, text


async def test_each_region_has_its_newest_article(house: House) -> None:
    await house.accept(article(2, "Old rain"), article(1, "Rain in Kenya"))
    shown = answer(await house.call(house.bob, "regions"))
    assert "### 🌍 Africa\n[Rain in Kenya](https://paper.test/1)\n-# <t:" in text(shown)
    assert "Old rain" not in text(shown)
    assert "### 🏰 Europe\n-# Nothing yet" in text(shown)
    assert shown.only_for == house.bob.id


async def test_in_a_server_its_channels_are_named_where_the_reader_can_see_them(house: House) -> None:
    news, secret = house.guild.add_channel("news"), house.guild.add_channel("secret")
    secret.overwrite(house.guild.everyone, deny=Permission.VIEW_CHANNEL)
    for channel in (news, secret):
        order = Subscription(target=f"channel:{channel.id}", region="africa", guild=house.guild.id)
        await house.archive.subscribe(order)
    shown = answer(await house.call(house.bob, "regions"))
    assert f"posted in <#{news.id}>" in text(shown)
    assert str(secret.id) not in text(shown)
    assert f"<#{secret.id}>" in text(answer(await house.call(house.ada, "regions")))


async def test_the_button_beside_a_region_opens_its_latest(house: House) -> None:
    await house.accept(article(1, "Rain in Kenya"), article(2, "Tides of Japan", regions=("asia-pacific",)))
    shown = answer(await house.call(house.bob, "regions", share=True))
    latest = answer(await house.press(house.bob, shown, button(shown, "Latest")))
    assert latest.id != shown.id and latest.only_for == house.bob.id
    assert text(latest).startswith("## Latest · 🌍 Africa")


async def test_an_old_button_for_a_region_that_is_none_any_more_says_so(house: House) -> None:
    await house.accept(article(1, "Rain in Kenya"), article(2, "Tides of Japan", regions=("asia-pacific",)))
    shown = answer(await house.call(house.bob, "regions", share=True))
    async with house.restarted(Regions(each for each in house.desk.regions if each.code not in ("africa", "europe"))):
        latest = answer(await house.press(house.bob, shown, button(shown, "Latest")))
        assert text(latest).startswith("## Latest · africa\n-# This is no region any more")
        assert "Rain in Kenya" in text(latest) and "Tides" not in text(latest)
        (europe,) = [each["custom_id"] for each in parts(shown) if "europe" in each.get("custom_id", "")]
        said = text(answer(await house.press(house.bob, shown, europe)))
        assert said.startswith("Nothing in the archive from “europe”. This is no region any more")


async def test_a_menu_of_many_regions_opens_what_it_shows_whatever_regions_there_are_now(stage: Stage) -> None:
    async with a_house(stage, areas(12)) as house:
        await house.accept(article(1, "Rain in Kenya", regions=("area-5",)))
        shown = answer(await house.call(house.bob, "regions"))
        (menu,) = [each["custom_id"] for each in parts(shown) if each["type"] == 3]
        async with house.restarted(Regions(list(areas(12))[:0:-1])):
            picked = await house.stage.press(house.bob, shown, menu, ["area-5"])
            assert text(answer(await picked.finished(10))).startswith("## Latest · 🌍 Area 5\n### [Rain in Kenya]")
            picked = await house.stage.press(house.bob, shown, menu, ["area-0"])
            assert "There is no region “area-0”" in text(answer(await picked.finished(10)))


async def test_it_works_in_a_direct_message(house: House) -> None:
    await house.accept(article(1, "Rain in Kenya"))
    shown = answer(await house.call(house.bob, "regions", house.stage.world.dm(house.bob)))
    assert "Rain in Kenya" in text(shown)
    assert len(parts(shown)) <= 40


async def test_of_many_regions_each_is_on_a_page_and_its_latest_in_a_menu(stage: Stage) -> None:
    async with a_house(stage, areas(60)) as house:
        await house.accept(article(1, "Rain in Kenya", regions=("area-59",)))
        shown = answer(await house.call(house.bob, "regions", share=True))
        seen = re.findall(r"Area \d+", text(shown))
        assert labels(shown) == ["‹ Previous", f"1–{len(seen)} of 60", "Next ›"]
        while not parts(shown)[-1].get("disabled"):
            shown = answer(await house.press(house.bob, shown, button(shown, "Next ›")))
            seen += re.findall(r"Area \d+", text(shown))
        assert seen == [f"Area {n}" for n in range(60)]
        (menu,) = [each for each in parts(shown) if each["type"] == 3]
        picked = await house.stage.press(house.bob, shown, menu["custom_id"], ["area-59"])
        latest = answer(await picked.finished(10))
        assert text(latest).startswith("## Latest · 🌍 Area 59") and "Rain in Kenya" in text(latest)
        assert latest.id != shown.id and latest.only_for == house.bob.id
        aside = answer(await house.press(house.ada, shown, button(shown, "‹ Previous")))
        assert aside.id != shown.id and aside.only_for == house.ada.id and "Area 59" in text(shown)


async def test_a_dozen_regions_are_one_list_with_a_menu(stage: Stage) -> None:
    async with a_house(stage, areas(12)) as house:
        shown = answer(await house.call(house.bob, "regions"))
        assert "Area 0" in text(shown) and "Area 11" in text(shown) and labels(shown) == []
        (menu,) = [each for each in parts(shown) if each["type"] == 3]
        async with house.restarted():
            picked = await house.stage.press(house.bob, shown, menu["custom_id"], ["area-11"])
            assert text(answer(await picked.finished(10))).startswith("Nothing has come in for 🌍 Area 11")


async def test_long_headlines_and_addresses_keep_within_one_message(house: House) -> None:
    title, address = "長い見出し " * 40, "x" * 220
    made = [
        article(number, title, url=f"https://paper.test/{number}/{address}", regions=(code,))
        for number, code in enumerate(house.desk.regions.codes, 1)
    ]
    await house.accept(*made)
    for _ in range(12):
        channel = house.guild.add_channel("news")
        await house.archive.subscribe(Subscription(f"channel:{channel.id}", "*", guild=house.guild.id))
    shown = answer(await house.call(house.bob, "regions"))
    assert text(shown).count("長い見出し") >= 7 and "and 6 more" in text(shown)
    assert len(text(shown)) <= 4000 and len(text(shown).encode()) <= 8000

"""Where the bot is not a member, and where an operator has other regions than ours."""

from bot.regions import Region, Regions
from bot.stage import Message, Permission, Stage
from tests.cogs.conftest import House, a_house, answer, article, button, text


async def test_whoever_has_it_for_themselves_may_use_it_in_a_server_without_it(house: House) -> None:
    await house.accept(*(article(number) for number in range(1, 8)))
    cleo = house.stage.world.add_person("Cleo", has_installed=True)
    abroad = house.stage.world.add_guild("Abroad", with_bot=False)
    house.stage.world.add_member(abroad, cleo)
    hall = abroad.add_channel("hall")
    shown = answer(await house.call(cleo, "latest", hall))
    assert "Story number 1" in text(shown)
    turned = answer(await house.press(cleo, shown, button(shown, "Next ›")))
    assert "Story number 6" in text(turned)
    assert "Story number 1" in text(answer(await house.call(cleo, "search", hall, words="story")))
    assert "Story number 1" in text(answer(await house.call(cleo, "regions", hall)))


async def test_an_answer_that_may_not_be_shared_there_still_opens(house: House) -> None:
    await house.accept(article(1))
    cleo = house.stage.world.add_person("Cleo", has_installed=True)
    abroad = house.stage.world.add_guild("Abroad", with_bot=False)
    house.stage.world.add_member(abroad, cleo)
    hall = abroad.add_channel("hall")
    hall.overwrite(abroad.everyone, deny=Permission.USE_EXTERNAL_APPS)
    shown = answer(await house.call(cleo, "latest", hall, share=True))
    assert shown.only_for == cleo.id
    opened = answer(await house.press(cleo, shown, button(shown, "Keep reading")))
    assert "says more about story 1." in text(opened)


async def test_it_works_in_direct_messages_with_it_and_among_friends(house: House) -> None:
    await house.accept(article(1))
    cleo = house.stage.world.add_person("Cleo", has_installed=True)
    dan = house.stage.world.add_person("Dan")
    for place in (house.stage.world.dm(cleo), house.stage.world.add_group(cleo, dan)):
        for share in (False, True):
            shown = answer(await house.call(cleo, "latest", place, share=share))
            opened = answer(await house.press(cleo, shown, button(shown, "Keep reading")))
            assert "says more about story 1." in _said(opened)


async def test_more_regions_than_choices_are_suggested_while_one_types(stage: Stage) -> None:
    many = Regions(Region(f"area-{n}", f"Area {n}", 0x123456, "🌍", (f"Zone {n}",)) for n in range(30))
    async with a_house(stage, many) as house:
        await house.accept(article(1, regions=("area-7",)))
        (region,) = [each for each in stage.commands.named("latest", None)["options"] if each["name"] == "region"]
        assert region.get("autocomplete") and not region.get("choices")
        offered = await house.choices(house.bob, "latest", "region", region="zone 7")
        assert [each["value"] for each in offered] == ["area-7"]
        assert len(await house.choices(house.bob, "latest", "region", region="")) == 25
        assert "Story number 1" in text(answer(await house.call(house.bob, "latest", region="area-7")))
        wrong = answer(await house.call(house.bob, "latest", region="atlantis"))
        assert "There is no region “atlantis”" in text(wrong) and wrong.only_for == house.bob.id


def _said(message: Message) -> str:
    return text(message) + "".join(each.get("description", "") for each in message.embeds)

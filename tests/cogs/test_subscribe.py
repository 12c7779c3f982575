"""/desk subscribe said again: what an order said before stays, unless it is said anew."""

import asyncio
from dataclasses import replace

import pytest

from bot.delivery.terms import Terms, read_terms
from bot.delivery.weekly import zones_like
from bot.model import Subscription
from bot.stage import Permission
from tests.cogs.conftest import House, answer, text


async def ordered(house: House, **said: object) -> str:
    """Order Africa for the lobby, or change that; what is answered."""
    return text(answer(await house.call(house.ada, "desk subscribe", region="africa", channel=house.lobby, **said)))


async def the_order(house: House) -> Subscription:
    (order,) = await house.archive.subscriptions(house.guild.id)
    return order


async def test_what_is_left_out_stays_as_it_was_and_is_told(house: House) -> None:
    role = house.guild.add_role("Readers")
    role.mentionable = True
    first = {"mention": role, "silent": True, "include": "floods", "exclude": "tag:podcast"}
    await ordered(house, **first, quiet="22-7 Europe/Paris", colour="#d1495b", style="compact", credit=True)
    before = await the_order(house)
    said = await ordered(house, cap=3)
    order = await the_order(house)
    assert read_terms(order.options) == Terms("22:00-07:00", "Europe/Paris", 3, 0xD1495B, "compact", True)
    assert replace(order, options="") == replace(before, options="")
    assert said.startswith("Changed: ") and "at most 3 an hour" in said and "only what speaks of “floods”" in said


async def test_what_is_said_replaces_what_was_said(house: House) -> None:
    await ordered(house, silent=True, include="floods", quiet="22-7 Europe/Paris", cap=3, style="compact", credit=True)
    await ordered(house, silent=False, include="rain", quiet="23-6", cap=0, style="card", credit=False)
    order = await the_order(house)
    assert (order.silent, order.include) == (False, "rain")
    assert read_terms(order.options) == Terms("23:00-06:00", "Europe/Paris")


async def test_said_anew_an_order_forgets_what_it_said(house: House) -> None:
    await ordered(house, silent=True, include="floods", quiet="22-7", cap=3)
    await ordered(house, cap=2, anew=True)
    order = await the_order(house)
    assert (order.silent, order.include, read_terms(order.options)) == (False, "", Terms(cap=2))


async def test_each_wish_is_taken_back_by_saying_none(house: House) -> None:
    await ordered(house, include="floods", exclude="tag:podcast", quiet="22-7 Europe/Paris", colour="#d1495b", cap=3)
    said = await ordered(house, include="none", exclude="None", quiet=" none ", colour="none")
    order = await the_order(house)
    assert (order.include, order.exclude) == ("", "")
    assert read_terms(order.options) == Terms(zone="Europe/Paris", cap=3)
    assert said.splitlines()[1:2] == ["- at most 3 an hour: what is over comes as one list"]
    await ordered(house, include='"none"')  # the word itself
    assert (await the_order(house)).include == '"none"'


async def test_a_tag_is_called_by_its_name_and_taken_back(house: House) -> None:
    forum = house.guild.add_channel("talk", kind="forum", tags=["Kenya", "Mali"])
    given = {"region": "africa", "channel": forum}
    said = text(answer(await house.call(house.ada, "desk subscribe", **given, tag="mali")))
    assert "- with the tag “Mali” on every post" in said
    assert "with the tag “Mali” on every post" in text(answer(await house.call(house.ada, "desk subscriptions")))
    await house.call(house.ada, "desk subscribe", **given, tag="none")
    assert (await the_order(house)).tag is None
    await house.archive.subscribe(replace(await the_order(house), tag=1))
    assert "with a tag that the forum no longer has" in text(answer(await house.call(house.ada, "desk subscriptions")))


async def test_a_role_that_was_deleted_is_told_as_gone(house: House) -> None:
    role = house.guild.add_role("Readers", mentionable=True)
    assert f"- mentions <@&{role.id}>" in await ordered(house, mention=role)
    house.guild.drop_role(role)
    await asyncio.wait_for(house.client.wait_for("guild_role_delete"), 10)
    assert "- mentions nobody: its role is gone" in await ordered(house, silent=True)


async def test_an_order_that_stood_still_goes_on_as_it_was(house: House) -> None:
    await ordered(house, silent=True, include="floods")
    await house.archive.suspend_target(f"channel:{house.lobby.id}", "the thread is locked")
    await ordered(house)
    order = await the_order(house)
    assert (order.suspended, order.silent, order.include) == ("", True, "floods")


async def test_a_tag_that_the_forum_no_longer_has_is_not_kept(house: House) -> None:
    forum = house.guild.add_channel("talk", kind="forum", tags=["Kenya", "Mali"])
    await house.call(house.ada, "desk subscribe", region="africa", channel=forum, tag="mali")
    order = await the_order(house)
    await house.call(house.ada, "desk subscribe", region="africa", channel=forum, silent=True)
    assert (await the_order(house)).tag == order.tag is not None
    await house.archive.subscribe(replace(order, tag=1))
    await house.call(house.ada, "desk subscribe", region="africa", channel=forum, silent=True)
    assert (await the_order(house)).tag is None


@pytest.mark.parametrize(
    ("typed", "hours", "zone"),
    [
        ("10pm-6am", "22:00-06:00", ""),
        ("22.00 – 07.00", "22:00-07:00", ""),
        ("22h-7h", "22:00-07:00", ""),
        ("from 22:00 to 07:00 Berlin time", "22:00-07:00", "Europe/Berlin"),
        ("22:00-07:00, europe/berlin", "22:00-07:00", "Europe/Berlin"),
        ("10:30pm until 6am (New York)", "22:30-06:00", "America/New_York"),
        ("22-7 UTC", "22:00-07:00", "UTC"),
        ("22:00-07:00 America/New_York", "22:00-07:00", "America/New_York"),
        ("10pm to 7 Amsterdam", "22:00-07:00", "Europe/Amsterdam"),
    ],
)
async def test_quiet_hours_are_taken_as_people_write_them(house: House, typed: str, hours: str, zone: str) -> None:
    await ordered(house, quiet=typed)
    terms = read_terms((await the_order(house)).options)
    assert (terms.quiet, terms.zone) == (hours, zone)


async def test_quiet_hours_are_offered_with_the_clock_they_go_by(house: House) -> None:
    async def offered(typed: str) -> list[str]:
        given = {"region": "africa", "channel": house.lobby, "quiet": typed}
        return [each["value"] for each in await house.choices(house.ada, "desk subscribe", "quiet", **given)]

    assert (await offered(""))[0] == "22:00-07:00 UTC"
    assert (await offered("23-6"))[0] == "23:00-06:00 UTC"
    assert await offered("10pm-6am par") == [f"22:00-06:00 {each}" for each in zones_like("par")[:25]]
    assert (await offered("22-7 Paris")) == ["22:00-07:00 Europe/Paris"]
    assert await offered("at night") == []


async def test_a_round_up_takes_a_city_for_its_zone(house: House) -> None:
    said = answer(await house.call(house.ada, "desk roundup", channel=house.lobby, zone="Paris"))
    assert "every Monday at 09:00 (Europe/Paris)" in text(said)
    said = answer(await house.call(house.ada, "desk roundup", channel=house.lobby, zone="Mars"))
    assert text(said) == "“Mars” is no time zone; write one like Europe/Berlin."


async def test_the_longest_order_is_answered_and_listed(house: House) -> None:
    role = house.guild.add_role("Readers")
    role.mentionable = True
    house.stage.world.withdraw(house.lobby, Permission.READ_MESSAGE_HISTORY)
    longest = ", ".join(f"author:ab_cd_ef{number:02}" for number in range(26))
    wishes = {"include": longest, "exclude": longest, "mention": role, "silent": True, "cap": 1000}
    said = await ordered(house, **wishes, quiet="22-7 ComodRivadavia", colour="#d1495b", style="compact", credit=True)
    assert "no photo without its credit" in said and "**Read Message History**" in said and len(said) <= 2000
    listed = text(answer(await house.call(house.ada, "desk subscriptions")))
    assert "no photo without its credit" in listed


async def test_an_order_of_strange_letters_is_answered_too(house: House) -> None:
    said = await ordered(house, include="_" * 500, exclude="_" * 500)
    assert "every new article about **Africa**" in said
    assert "→" in text(answer(await house.call(house.ada, "desk subscriptions")))


async def test_everything_is_a_word_for_all_regions(house: House) -> None:
    for typed in ("everything", "Every region", "all"):
        said = answer(await house.call(house.ada, "desk subscribe", region=typed, channel=house.lobby))
        assert "gets every new article from now on" in text(said)
    assert (await the_order(house)).region == "*"


async def test_regions_of_a_round_up_may_be_parted_by_semicolons(house: House) -> None:
    said = answer(await house.call(house.ada, "desk roundup", channel=house.lobby, regions="africa; europe"))
    assert "the week in **Africa**, **Europe**" in text(said)

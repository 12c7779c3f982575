"""`newsdesk doctor` asks Discord channel by channel whether the bot may post there."""

from collections.abc import AsyncIterator

import pytest

from bot.app.doctor import Finding, examine
from bot.archive.archive import Archive
from bot.chat.permissions import MANY, Permit, permits
from bot.model import ROUNDUP, Subscription
from bot.regions import load_regions
from bot.settings import Settings, shipped
from bot.stage import Channel, Guild, Permission, Stage
from tests.staging import pointed_at, stage

__all__ = ["stage"]


@pytest.fixture
async def guild(stage: Stage) -> AsyncIterator[Guild]:
    with pointed_at(stage):
        made = stage.world.add_guild("Newsroom")
        stage.world.add_member(made, "Ada", admin=True)
        yield made


def order(channel: Channel, region: str = "africa", **more: object) -> Subscription:
    assert channel.guild is not None
    return Subscription(f"channel:{channel.id}", region, guild=channel.guild.id, **more)  # type: ignore[arg-type]


async def asked(stage: Stage, *orders: Subscription) -> list[Permit]:
    return [each async for each in permits(stage.token, stage.api, orders)]


async def test_where_all_is_well_a_server_gets_one_line(stage: Stage, guild: Guild) -> None:
    places = [guild.add_channel("africa"), guild.add_channel("talk", kind="forum")]
    twice = order(places[0], ROUNDUP)
    assert await asked(stage, *map(order, places), twice) == [Permit("2 channels are open in “Newsroom”")]


@pytest.mark.parametrize(
    ("permission", "told"),
    [
        (Permission.SEND_MESSAGES, "lacks Send Messages, so nothing is posted"),
        (Permission.EMBED_LINKS, "lacks Embed Links, so nothing is posted"),
        (Permission.READ_MESSAGE_HISTORY, "lacks Read Message History: after a crash"),
        (Permission.VIEW_CHANNEL, "View Channel"),
    ],
)
async def test_what_is_missing_is_told_with_the_channel(
    stage: Stage, guild: Guild, permission: Permission, told: str
) -> None:
    closed, other = guild.add_channel("africa"), guild.add_channel("europe")
    stage.world.withdraw(closed, permission)
    first, second = await asked(stage, order(closed), order(other))
    assert first.place == "#africa in “Newsroom”" and told in first.trouble
    assert second == Permit("1 channel is open in “Newsroom”")


async def test_a_thread_is_judged_by_what_threads_need(stage: Stage, guild: Guild) -> None:
    channel = guild.add_channel("africa")
    thread = stage.world.open_thread(channel, stage.world.bot, "A thread")
    assert (await asked(stage, order(thread)))[0].trouble == ""
    stage.world.withdraw(channel, Permission.SEND_MESSAGES)
    assert (await asked(stage, order(thread)))[0].trouble == ""
    stage.world.withdraw(channel, Permission.SEND_MESSAGES_IN_THREADS)
    assert "Send Messages in Threads" in (await asked(stage, order(thread)))[0].trouble


async def test_a_role_that_nobody_may_mention_is_told(stage: Stage, guild: Guild) -> None:
    channel, role = guild.add_channel("africa"), guild.add_role("Readers")
    assert "@Readers reaches nobody" in (await asked(stage, order(channel, mention=role.id)))[0].trouble
    role.mentionable = True
    assert (await asked(stage, order(channel, mention=role.id)))[0].trouble == ""


async def test_a_channel_or_a_server_that_is_gone_is_told(stage: Stage, guild: Guild) -> None:
    channel = guild.add_channel("africa")
    gone = Subscription("channel:4711", "africa", guild=guild.id)
    elsewhere = Subscription("channel:4712", "africa", guild=4713)
    told = {each.place: each.trouble for each in await asked(stage, order(channel), gone, elsewhere)}
    assert "it is gone" in told["channel 4711 in “Newsroom”"] and "no longer in it" in told["server 4713"]
    assert told["1 channel is open in “Newsroom”"] == ""


async def test_readers_direct_messages_are_nobodys_permission(stage: Stage, guild: Guild) -> None:
    assert await asked(stage, Subscription("user:77", "africa")) == []


async def test_the_doctor_tells_it(stage: Stage, guild: Guild, tmp_path: "object") -> None:
    settings = Settings(token=stage.token, api=stage.api, data=tmp_path)  # type: ignore[arg-type]
    channel = guild.add_channel("africa")
    stage.world.withdraw(channel, Permission.EMBED_LINKS)
    archive = await Archive.open(settings.archive, load_regions(shipped() / "regions.toml"))
    await archive.subscribe(order(channel))
    await archive.close()
    found = [each async for each in examine(settings)]
    assert Finding("token", True, "Discord knows it as Newsdesk") in found
    (told,) = [each for each in found if each.part == "permissions"]
    assert not told.well and told.words.startswith("#africa in “Newsroom”: the bot lacks Embed Links")


async def test_a_server_that_cannot_be_asked_is_told(stage: Stage, guild: Guild) -> None:
    channel = guild.add_channel("africa")
    stage.fault("error", path="/guilds/*/channels", times=None, code=50001)
    (told,) = await asked(stage, order(channel))
    assert told == Permit(f"server {guild.id}", "the bot cannot see it; invite it again")


async def test_of_many_servers_only_those_are_named_in_which_something_is_amiss(stage: Stage, guild: Guild) -> None:
    places = [stage.world.add_guild(f"Club {number}").add_channel("africa") for number in range(MANY + 2)]
    stage.world.withdraw(places[3], Permission.SEND_MESSAGES)
    told: list[str] = []
    found = [each async for each in permits(stage.token, stage.api, map(order, places), told.append)]
    assert [each.place for each in found] == ["#africa in “Club 3”", f"all is well in {MANY + 1} other servers"]
    assert told[-1] == f"Asking Discord about server {MANY + 2} of {MANY + 2} …"

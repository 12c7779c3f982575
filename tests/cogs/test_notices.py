"""Those who run a server are told, once, that something is held back; readers never see it."""

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta

from bot.chat.matters.notices import HELD, Notices
from bot.chat.sender.request import Line
from bot.intake import tidings
from bot.model import Feed, Owed, Subscription
from bot.stage import Channel, Guild, Interaction, Message, Permission
from tests.cogs.conftest import NOON, House, answer, article, button, text
from tests.cogs.test_release import FLOOD, hold
from tests.fakes import Clock


async def test_whoever_uses_the_desk_next_is_told_once_with_a_sample_and_two_buttons(house: House) -> None:
    await hold(house, 5, FLOOD)
    note = await _note(await house.call(house.ada, "desk subscriptions"))
    assert note.only_for == house.ada.id
    assert "your decision" in text(note) and f"**{FLOOD}**" in text(note) and "Story number 4" in text(note)
    done = answer(await house.press(house.ada, note, button(note, "Release")))
    assert text(done) == "5 on their way."
    assert _public(house) == []


async def test_after_a_restart_it_is_not_told_again(house: House) -> None:
    await hold(house, 2, FLOOD)
    await _note(await house.call(house.ada, "desk subscriptions"))
    async with house.restarted():
        again = await house.call(house.ada, "desk status")
        await _settled()
        assert len(again.messages) == 1 and "2 held back" in text(answer(again))
        await hold(house, 1, "another flood", first=10)
        await _note(await house.call(house.ada, "desk subscriptions"))


async def test_the_same_again_is_told_again_once_the_first_is_settled(house: House) -> None:
    await hold(house, 2, FLOOD)
    note = await _note(await house.call(house.ada, "desk subscriptions"))
    await house.press(house.ada, note, button(note, "Keep silent"))
    await house.call(house.ada, "desk subscriptions")
    await _settled()
    await hold(house, 2, FLOOD, first=10)
    await _note(await house.call(house.ada, "desk subscriptions"))


async def test_who_has_asked_for_it_is_not_told_besides(house: House) -> None:
    await hold(house, 2, FLOOD)
    asked = await house.call(house.ada, "desk release")
    again = await house.call(house.ada, "desk subscriptions")
    await _settled()
    assert (len(asked.messages), len(again.messages)) == (1, 1)


async def test_a_moderators_channel_for_notices_is_told_at_once_and_once(house: House) -> None:
    mods = await _mods(house, house.guild)
    mods.overwrite(house.bob, allow=Permission.VIEW_CHANNEL)  # a moderator, who may not manage the server
    await _settled()
    await hold(house, 5, FLOOD)
    await Notices(house.client, house.desk, Line(house.client)).look()
    await Notices(house.client, house.desk, Line(house.client)).look()
    (notice,) = house.stage.world.messages(mods)
    assert f"**{FLOOD}**" in text(notice)
    refused = answer(await house.press(house.bob, notice, button(notice, "Release")))
    assert "Only those who may manage this server" in text(refused)
    await house.press(house.ada, notice, button(notice, "Keep silent"))
    assert {each.state for each in await house.archive.outbox_rows()} == {"refused"}
    assert _public(house) == []


async def test_a_channel_for_notices_that_everybody_reads_is_not_used(house: House) -> None:
    house.guild.send_updates_to(house.lobby)
    await _settled()
    await hold(house, 5, FLOOD)
    await Notices(house.client, house.desk, Line(house.client)).look()
    assert _public(house) == []
    await _note(await house.call(house.ada, "desk subscriptions"))


async def test_a_server_of_which_nothing_can_be_written_down_keeps_no_other_waiting(house: House) -> None:
    servers = [house.guild, house.stage.world.add_guild("Bureau"), house.stage.world.add_guild("Archive")]
    mods = [await _mods(house, each) for each in servers]
    (found,) = await house.accept(article(1))
    for server, channel in zip(servers, mods, strict=True):
        order = await house.archive.subscribe(Subscription(f"channel:{channel.id}", "africa", guild=server.id))
        await house.archive.owe(found, [Owed(order.target, order, held=FLOOD)], NOON)
    with closing(sqlite3.connect(house.archive.path)) as db:
        db.execute(
            f"CREATE TRIGGER no BEFORE INSERT ON memo WHEN NEW.key LIKE '%:{servers[0].id}'"
            " BEGIN SELECT RAISE(FAIL, 'disk full'); END"
        )
        db.commit()
        notices = Notices(house.client, house.desk, Line(house.client))
        await notices.look()
        assert [len(house.stage.world.messages(each)) for each in mods] == [0, 1, 1]
        db.execute("DROP TRIGGER no")
        db.commit()
    await notices.look()
    assert [len(house.stage.world.messages(each)) for each in mods] == [1, 1, 1]


async def test_one_matter_that_cannot_be_looked_at_keeps_no_other_waiting(house: House) -> None:
    mods = await _mods(house, house.guild)
    feed = await house.archive.add_feed(Feed("https://a.test/feed", owner=house.guild.id, title="Gazette"))
    gone = tidings.of(feed, "gone", NOON.isoformat(), NOON, "It is gone.")
    await house.archive.remember(tidings.state_key(feed.id), tidings.written(gone))
    await house.archive.remember(f"{HELD.memo}{house.guild.id}", "what nobody can read")
    await hold(house, 1, FLOOD)
    await Notices(house.client, house.desk, Line(house.client)).look()
    (told,) = house.stage.world.messages(mods)
    assert "**Gazette** is gone for good" in text(told)


async def test_the_same_again_is_told_again_also_where_the_first_was_settled_just_before_a_restart(
    house: House,
) -> None:
    mods = await _mods(house, house.guild)
    await hold(house, 2, FLOOD)
    await Notices(house.client, house.desk, Line(house.client)).look()
    (notice,) = house.stage.world.messages(mods)
    await house.press(house.ada, notice, button(notice, "Keep silent"))
    after = Notices(house.client, replace(house.desk, clock=Clock(NOON + timedelta(minutes=1))), Line(house.client))
    await after.look()
    await hold(house, 2, FLOOD, first=10)
    await after.look()
    assert len(house.stage.world.messages(mods)) == 2


async def _mods(house: House, guild: Guild) -> Channel:
    """A channel of the moderators alone, for Discord's notices."""
    mods = guild.add_channel("mods")
    mods.overwrite(guild.everyone, deny=Permission.VIEW_CHANNEL)
    mods.overwrite(house.stage.world.bot, allow=Permission.VIEW_CHANNEL | Permission.SEND_MESSAGES)
    guild.send_updates_to(mods)
    await _settled()
    return mods


def _public(house: House) -> list[Message]:
    """What readers see."""
    return [each for each in house.stage.world.messages(house.lobby) if not each.only_for]


async def _note(called: Interaction) -> Message:
    """What came after the answer."""
    async with asyncio.timeout(5):
        while len(called.messages) < 2:
            await asyncio.sleep(0.01)
    return called.messages[1]


async def _settled() -> None:
    """What was told over the gateway has arrived."""
    for _ in range(20):
        await asyncio.sleep(0.005)

"""Permissions add up as Discord's do."""

from datetime import timedelta

from bot.stage import Stage
from bot.stage.permissions import EVERYTHING, Permission


def test_overwrites_go_from_everyone_to_roles_to_the_member() -> None:
    stage = Stage()
    guild = stage.world.add_guild("Newsroom")
    first, second = guild.add_role("First"), guild.add_role("Second")
    eve = stage.world.add_member(guild, "Eve", roles=[first, second])
    channel = guild.add_channel("africa")
    channel.overwrite(guild.everyone, deny=Permission.SEND_MESSAGES)
    assert not channel.lets(eve, Permission.SEND_MESSAGES)
    channel.overwrite(first, allow=Permission.SEND_MESSAGES)
    channel.overwrite(second, deny=Permission.SEND_MESSAGES)
    assert channel.lets(eve, Permission.SEND_MESSAGES)  # among roles, what one allows stands
    channel.overwrite(eve, deny=Permission.SEND_MESSAGES)
    assert not channel.lets(eve, Permission.SEND_MESSAGES)


def test_who_cannot_see_can_do_nothing_and_who_cannot_send_cannot_embed() -> None:
    stage = Stage()
    guild = stage.world.add_guild("Newsroom")
    channel = guild.add_channel("africa")
    bot = stage.world.bot
    stage.world.withdraw(channel, Permission.SEND_MESSAGES)
    assert not channel.lets(bot, Permission.EMBED_LINKS)
    stage.world.withdraw(channel, Permission.VIEW_CHANNEL)
    assert channel.permissions_of(bot) == 0


def test_an_administrator_is_above_all_overwrites_and_everyone_is_none() -> None:
    stage = Stage()
    guild = stage.world.add_guild("Newsroom")
    ada, bob = stage.world.add_member(guild, "Ada", admin=True), stage.world.add_member(guild, "Bob")
    channel = guild.add_channel("africa")
    channel.overwrite(guild.everyone, deny=Permission.VIEW_CHANNEL)
    assert channel.permissions_of(ada) == EVERYTHING
    assert channel.permissions_of(bob) == 0
    assert not guild.everyone.permissions & Permission.ADMINISTRATOR


def test_time_out_leaves_seeing_and_reading() -> None:
    stage = Stage()
    guild = stage.world.add_guild("Newsroom")
    bob = stage.world.add_member(guild, "Bob")
    channel = guild.add_channel("africa")
    guild.members[bob.id].timed_out_until = stage.clock.now() + timedelta(minutes=1)
    assert channel.permissions_of(bob) == Permission.VIEW_CHANNEL | Permission.READ_MESSAGE_HISTORY


def test_a_channel_of_a_category_begins_with_its_overwrites() -> None:
    stage = Stage()
    guild = stage.world.add_guild("Newsroom")
    bob = stage.world.add_member(guild, "Bob")
    category = guild.add_category("Closed")
    category.overwrite(guild.everyone, deny=Permission.VIEW_CHANNEL)
    assert not guild.add_channel("inside", category=category).seen_by(bob)

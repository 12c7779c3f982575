"""Direct messages to many: each has a channel to be opened, and all openings share one limit."""

import itertools

import discord

from bot.chat.sender.dm import Doors
from bot.chat.sender.place import Place
from bot.chat.sender.request import Answer, Line
from bot.stage import Stage
from tests.staging import on_stage, stage

__all__ = ["stage"]

OPENED, WINDOW = 4, 60.0


async def test_those_for_whom_there_is_no_room_come_back_one_after_the_other_as_fast_as_the_limit_lets_them(
    stage: Stage,
) -> None:
    stage.limits.set("POST", "/users/@me/channels", OPENED, WINDOW)
    people = [stage.world.add_person(f"Reader {number}", has_installed=True) for number in range(12)]
    client = discord.Client(intents=discord.Intents.none())
    async with on_stage(client, stage):
        doors = Doors(Line(client), lambda: 0.0)
        found = [await doors.open(each.id) for each in people]
        assert [isinstance(each, Place) for each in found] == [True] * OPENED + [False] * (12 - OPENED)
        waits = [each.wait for each in found if isinstance(each, Answer)]
        apart = [round(late - early) for early, late in itertools.pairwise(waits)]
        assert apart == [round(WINDOW / OPENED)] * (11 - OPENED)
        assert isinstance(await doors.open(people[0].id), Place)

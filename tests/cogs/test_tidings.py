"""What the real poller finds out about a feed is told on Discord, once, to those whom it concerns."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

import cogs
from bot.chat.client import NewsClient
from bot.chat.desk import Desk
from bot.chat.matters.notices import Notices
from bot.chat.sender.request import Line
from bot.intake.worker import ParseWorker
from bot.model import Feed, Subscription
from bot.regions import load_regions
from bot.settings import shipped
from bot.stage import Channel, Guild, Interaction, Permission, Stage, User
from tests.cogs.conftest import answer, button, text
from tests.fakes import Answer
from tests.polling import House, open_house
from tests.press import item, rss
from tests.staging import on_stage

A = item("Rain in Kenya", 4)
DOWN, GONE = Answer(status=500), Answer(status=410)


@dataclass
class Scene:
    """A poller and a Discord, on one archive."""

    house: House
    stage: Stage
    client: NewsClient
    desk: Desk
    guild: Guild
    lobby: Channel
    mods: Channel
    ada: User

    async def polls(self, *said: Answer | bytes, path: str = "/feed") -> None:
        """The feed answers so, nine hours apart, and the bot looks each time for what is to be told."""
        for each in said:
            self.house.web[path] = each
            await self.house.goes_round(timedelta(hours=9))
            await Notices(self.client, self.desk, Line(self.client)).look()

    def told(self) -> list[str]:
        return [text(each) for each in self.stage.world.messages(self.mods)]

    async def call(self, command: str) -> Interaction:
        return await (await self.stage.call(self.ada, self.lobby, command)).finished(10)


@pytest.fixture
async def scene(stage: Stage) -> AsyncIterator[Scene]:
    """A server with a channel for its moderators' notices."""
    worker = ParseWorker()
    regions = load_regions(shipped() / "regions.toml")
    guild = stage.world.add_guild("Newsroom")
    lobby, mods = guild.add_channel("lobby"), guild.add_channel("mods")
    mods.overwrite(guild.everyone, deny=Permission.VIEW_CHANNEL)
    mods.overwrite(stage.world.bot, allow=Permission.VIEW_CHANNEL | Permission.SEND_MESSAGES)
    guild.send_updates_to(mods)
    ada = stage.world.add_member(guild, "Ada", admin=True)
    async with open_house(worker) as house:
        desk = Desk(house.archive, regions, house.clock, house.poller, lambda: None)
        client = NewsClient(desk, cogs.names(), guild_ready_timeout=0.05)
        async with on_stage(client, stage):
            yield Scene(house, stage, client, desk, guild, lobby, mods, ada)
    await worker.close()


async def test_a_servers_own_feed_that_fails_for_a_day_is_told_once_and_so_is_its_end(scene: Scene) -> None:
    await scene.house.add(owner=scene.guild.id, title="The *Gazette*")
    await scene.polls(rss(A), DOWN, DOWN, DOWN)
    assert scene.told() == []
    await scene.polls(DOWN, DOWN, DOWN)
    (failing,) = scene.told()
    assert "**The \\*Gazette\\*** has brought nothing since <t:" in failing and "a fault of its own (500)" in failing
    assert "only feed" not in failing
    await scene.polls(rss(A), rss(A))
    assert [each.startswith("✅ **The \\*Gazette\\*** is well again") for each in scene.told()] == [False, True]
    await scene.polls(*[DOWN] * 5)
    assert len(scene.told()) == 3, "another trouble is told again"


async def test_the_button_shows_how_things_stand(scene: Scene) -> None:
    await scene.house.add(owner=scene.guild.id)
    await scene.polls(rss(A), GONE)
    (told,) = scene.stage.world.messages(scene.mods)
    shown = answer(await (await scene.stage.press(scene.ada, told, button(told, "How things stand"))).finished(10))
    assert "How things stand" in text(shown) and "gone for good (410)" in text(shown)
    assert shown.only_for == scene.ada.id


async def test_what_may_be_missed_of_a_servers_own_feed_is_told(scene: Scene) -> None:
    await scene.house.add(owner=scene.guild.id, title="Gazette")
    await scene.polls(rss(A), rss(*(item(f"News {number}", -10) for number in range(8))))
    (told,) = scene.told()
    assert "**Gazette**: something may be missed from <t:" in told and "no older pages" in told
    assert "Gazette: something may be missed from <t:" in text(answer(await scene.call("desk status")))


async def test_ids_that_change_overnight_in_a_servers_own_feed_are_told(scene: Scene) -> None:
    await scene.house.add(owner=scene.guild.id, title="Gazette")
    items = [item(f"Story {number}", number + 1) for number in range(4)]
    moved = [each.but(guid=f"new-{each.guid}", link=f"https://mag.test/{n}/") for n, each in enumerate(items)]
    await scene.polls(rss(*items), rss(*moved), rss(*moved))
    (told,) = scene.told()
    assert "**Gazette** has changed its ids" in told and "4 known articles" in told
    assert await scene.house.posted() == []


async def test_a_servers_own_feed_that_brings_more_than_a_day_holds_is_told_once(scene: Scene) -> None:
    much = f"<content:encoded>{'word ' * 40_000}</content:encoded>"
    for path in ("/a", "/b", "/feed"):
        await scene.house.add(path, owner=scene.guild.id, title=f"Gazette of {path}")
        full = rss(*(item(f"News of {path} {number}", number, more=much) for number in range(45)))
        scene.house.web[path] = full
        await scene.house.poller.round()
    await scene.polls(full, full, full)
    (told,) = scene.told()
    assert "**Gazette of /feed** brings more than is kept" in told and "`/desk feed remove`" in told
    said = text(answer(await scene.call("desk status")))
    assert "Gazette of /feed: more than is kept in a day, last on <t:" in said


async def test_what_is_long_over_is_told_nobody_any_more(scene: Scene) -> None:
    await scene.house.add(owner=scene.guild.id)
    for each in (rss(A), rss(*(item(f"News {number}", -10) for number in range(8)))):
        scene.house.web["/feed"] = each
        await scene.house.goes_round(timedelta(hours=9))
    scene.house.clock.turn(timedelta(days=31))
    await Notices(scene.client, scene.desk, Line(scene.client)).look()
    assert scene.told() == []


async def test_where_there_is_no_such_channel_whoever_uses_the_desk_next_is_told_once(scene: Scene) -> None:
    scene.guild.send_updates_to(scene.lobby)
    await asyncio.sleep(0.1)
    await scene.house.add(owner=scene.guild.id)
    await scene.polls(rss(A), GONE)
    assert scene.told() == []
    called = await scene.call("desk subscriptions")
    async with asyncio.timeout(5):
        while len(called.messages) < 2:
            await asyncio.sleep(0.01)
    assert "gone for good" in text(called.messages[1]) and called.messages[1].only_for == scene.ada.id
    again = await scene.call("desk subscriptions")
    await asyncio.sleep(0.1)
    assert len(again.messages) == 1


async def test_a_trouble_that_was_over_before_anybody_heard_of_it_is_not_told(scene: Scene) -> None:
    await scene.house.add(owner=scene.guild.id)
    for each in (rss(A), GONE, rss(A)):
        scene.house.web["/feed"] = each
        await scene.house.goes_round(timedelta(hours=9))
    await scene.polls(rss(A))
    assert scene.told() == []


async def test_another_servers_feed_and_one_that_was_removed_are_nobodys_business(scene: Scene) -> None:
    await scene.house.add(owner=99)
    feed = await scene.house.add("/other", owner=scene.guild.id)
    scene.house.web["/other"] = GONE
    await scene.house.goes_round()
    await scene.house.archive.remove_feed(feed.url, scene.guild.id)
    await scene.polls(rss(A), GONE)
    assert scene.told() == []


async def test_the_operators_feed_is_told_where_it_is_the_only_one_for_what_was_ordered(scene: Scene) -> None:
    archive = scene.house.archive
    await archive.subscribe(Subscription(f"channel:{scene.lobby.id}", "africa", guild=scene.guild.id))
    await scene.house.add(title="Africa Daily", region="africa")
    await scene.house.add("/europe", region="europe")
    scene.house.web["/europe"] = rss(A)
    await scene.polls(rss(A), GONE)
    (told,) = scene.told()
    assert "**Africa Daily** is gone for good" in told and "the only feed for what this server has ordered" in told
    await scene.polls(rss(A))
    assert "well again" in scene.told()[1]


@pytest.mark.parametrize("region", ["africa", None], ids=["the same region", "any region"])
async def test_the_operators_feed_is_not_told_where_another_brings_the_same(scene: Scene, region: str | None) -> None:
    archive = scene.house.archive
    await archive.subscribe(Subscription(f"channel:{scene.lobby.id}", "africa", guild=scene.guild.id))
    await scene.house.add(region="africa")
    await archive.add_feed(Feed(scene.house.web.url("/other"), region=region, pages=False))
    scene.house.web["/other"] = rss(A)
    await scene.polls(rss(A), GONE)
    assert scene.told() == []
    await scene.polls(GONE, path="/other")
    assert len(scene.told()) == 1, "now it is the only one"


async def test_what_may_be_missed_of_the_operators_feed_is_not_told_to_servers(scene: Scene) -> None:
    await scene.house.archive.subscribe(Subscription(f"channel:{scene.lobby.id}", "*", guild=scene.guild.id))
    await scene.house.add()
    await scene.polls(rss(A), rss(*(item(f"News {number}", -10) for number in range(8))))
    assert scene.told() == []

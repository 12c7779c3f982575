"""Each kind of evidence for an article's region, from a feed's document to the channel: real poller, real courier."""

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest

from bot.chat.sender import DiscordSender
from bot.courier import Courier
from bot.model import Subscription
from bot.regions import load_regions
from bot.settings import shipped
from bot.stage import Channel
from tests.cogs.conftest import answer, text
from tests.cogs.test_tidings import Scene, scene
from tests.press import Item, item, rss

__all__ = ["scene"]

REGIONS = load_regions(shipped() / "regions.toml")
OLD = item("An old story", 9)
AFRICA = "<category>Africa</category>"


@dataclass
class Desk:
    """A server with a channel for each region."""

    scene: Scene
    channels: dict[str, Channel]

    async def prints(self, *items: Item) -> None:
        """The feed prints these, the bot asks it, and the courier carries out what is owed."""
        archive, clock = self.scene.house.archive, self.scene.house.clock
        self.scene.house.web["/feed"] = rss(*items, OLD)
        await self.scene.house.goes_round()
        courier = Courier(archive, DiscordSender(self.scene.client, REGIONS, clock, memory=archive), clock)
        running = asyncio.create_task(courier.run())
        async with asyncio.timeout(10):
            while await archive.in_flight() or await archive.due_deliveries(clock.now()):
                await asyncio.sleep(0.01)
        courier.stop()
        await running

    def posts(self) -> dict[str, list[str]]:
        """What is in each channel that has anything."""
        world = self.scene.stage.world
        found = {code: [each.content for each in world.messages(place)] for code, place in self.channels.items()}
        return {code: posts for code, posts in found.items() if posts}

    async def says(self, command: str, **options: str) -> str:
        called = await self.scene.stage.call(self.scene.ada, self.scene.lobby, command, **options)
        return text(answer(await called.finished(10)))

    async def why(self, address: str) -> str:
        return await self.says("desk why", url=address)


async def opened(scene: Scene, **settings: Any) -> Desk:
    """The server's own feed with these settings, past its silent first poll."""
    await scene.house.archive.unsubscribe("channel:1", "*")
    await scene.house.add(owner=scene.guild.id, **settings)
    desk = Desk(scene, {code: scene.guild.add_channel(code) for code in REGIONS.codes})
    for code, channel in desk.channels.items():
        await scene.house.archive.subscribe(Subscription(f"channel:{channel.id}", code, guild=scene.guild.id))
    await desk.prints()
    return desk


@pytest.mark.parametrize(
    ("settings", "printed", "region", "reason"),
    [
        ({}, item("Rain in Kenya", more="<category>Europe</category>"), "europe", "Its publisher tags it “Europe”."),
        (
            {"tags": {"Home": "europe"}},
            item("A", more="<category>Home</category>"),
            "europe",
            "Its publisher tags it “Home”.",
        ),
        (
            {},
            item("Rain in Kenya").but(link="https://mag.test/europe/a"),
            "europe",
            "Its publisher keeps it under “europe”.",
        ),
        ({"region": "europe"}, item("Rain in Kenya"), "europe", "All of its feed belongs here."),
        ({"default": "europe"}, item("Rain in Kenya"), "africa", "Its headline says “Kenya”"),
        (
            {"default": "europe"},
            item("Talks begin"),
            "europe",
            "It names no region, and its feed is mostly about this one.",
        ),
        ({"places": {"KE": "europe"}}, item("Rain in Kenya"), "europe", "Its headline says “Kenya”"),
        ({}, item("Talks begin"), "global", "It names no region."),
    ],
    ids=["tag", "mapped tag", "address", "section feed", "words", "default", "override", "nothing"],
)
async def test_the_best_evidence_takes_an_article_to_its_channel_and_says_why(
    scene: Scene, settings: dict[str, Any], printed: Item, region: str, reason: str
) -> None:
    desk = await opened(scene, **settings)
    await desk.prints(printed)
    assert desk.posts() == {region: [f"**{printed.title}**"]}
    assert reason in await desk.why(printed.link)


async def test_a_tag_that_comes_late_takes_an_article_to_the_channel_that_is_new_to_it(scene: Scene) -> None:
    desk = await opened(scene)
    story = item("Talks begin")
    await desk.prints(story)
    assert desk.posts() == {"global": ["**Talks begin**"]}
    await desk.prints(story.but(more=AFRICA))
    await desk.prints(story.but(more=AFRICA))
    assert desk.posts() == {"global": ["**Talks begin**"], "africa": ["**Talks begin**"]}
    assert "Its publisher tags it “Africa”." in await desk.why(story.link)


async def test_another_feed_that_knows_more_adds_its_region(scene: Scene) -> None:
    desk = await opened(scene)
    await desk.prints(item("Rain in Kenya"))
    scene.house.web["/europe"] = rss(OLD)
    await scene.house.add("/europe", owner=scene.guild.id, region="europe")
    await desk.prints(item("Rain in Kenya"))
    scene.house.web["/europe"] = rss(item("Rain in Kenya"), OLD)
    await desk.prints(item("Rain in Kenya"))
    assert desk.posts() == {"africa": ["**Rain in Kenya**"], "europe": ["**Rain in Kenya**"]}


async def test_a_correction_is_posted_where_it_is_new_and_no_later_poll_undoes_it(scene: Scene) -> None:
    desk = await opened(scene)
    story = item("Rain in Kenya")
    await desk.prints(story)
    said = await desk.says("desk move", article=story.link, region="europe")
    assert "is in **Europe** from now on" in said
    await desk.prints(story.but(title="Rain in Kenya, and more of it", more=AFRICA))
    assert desk.posts() == {code: ["**Rain in Kenya, and more of it**"] for code in ("africa", "europe")}
    found = await scene.house.archive.article_at(story.link.rstrip("/"), scene.guild.id)
    assert found is not None and found.regions == ("europe",)


async def test_a_feed_that_has_changed_its_tags_is_named_in_the_log_and_in_the_status(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    desk = await opened(scene, title="The Gazette")
    well = [item(f"Rain in Kenya {number}", 8, more=AFRICA) for number in range(12)]
    for story in well:
        await desk.prints(story)
    assert "tags and text agree for 12 of 12 articles (100%)" in await desk.says("desk status")
    for number in range(20):
        await desk.prints(item(f"Floods in Kenya {number}", 7, more="<category>Europe</category>"))
    assert [each.levelname for each in caplog.records if "no longer agree" in each.message] == ["WARNING"]
    assert "⚠️ The Gazette: tags and text agree for 12 of 32 articles" in await desk.says("desk status")

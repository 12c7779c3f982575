"""What changes after it was posted: the posts follow, on a Discord of our own."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.archive import Archive
from bot.chat.sender import DiscordSender
from bot.courier import Courier
from bot.delivery.pace import Allowance
from bot.delivery.route import route
from bot.model import Article, Delivery, Feed, Image, Later, Query, Sighting, Suspended
from bot.stage import Channel, Message, Permission
from tests.chat.scenes import Scene
from tests.delivery.samples import REGIONS, an_article, an_order


class Newsroom:
    """A real archive, a real courier, two channels."""

    def __init__(self, scene: Scene, archive: Archive) -> None:
        self.scene = scene
        self.archive = archive
        self.europe = scene.guild.add_channel("europe")
        self.printed = 0
        self.now = datetime.now(UTC)

    async def opens(self) -> None:
        for channel, region in ((self.scene.channel, "africa"), (self.europe, "europe")):
            await self.archive.subscribe(an_order(f"channel:{channel.id}", region, guild=self.scene.guild.id))
        await self.scene.settled()

    async def prints(self, url: str = "https://a.test/feed", **changes: Any) -> Article:
        """One feed prints the story, as it now is."""
        self.printed += 1
        self.now += timedelta(minutes=1)
        feed = await self.archive.add_feed(Feed(url))
        found = replace(an_article(), id=0, seen=None, feeds=(), keys=("url:rain",), **changes)
        await self.archive.accept([Sighting(found, feed, str(self.printed).encode())], None, route, self.now)
        await self._delivers()
        return found

    async def posts_unanswered(self) -> tuple[Sighting, Delivery]:
        """A post leaves, and we do not know what became of it."""
        feed = await self.archive.add_feed(Feed("https://a.test/feed"))
        article = replace(an_article(regions=("africa",)), id=0, seen=None, feeds=(), keys=("url:rain",))
        printed = Sighting(article, feed, b"before")
        await self.archive.accept([printed], None, route, self.now)
        (found,) = await self.archive.due_deliveries(self.now)
        left = await self.archive.sending(found.id, self.now)
        assert left
        await self.scene.sender.send(left)
        return printed, left

    async def _delivers(self) -> None:
        courier = Courier(self.archive, self.scene.sender, _Now(self))
        running = asyncio.create_task(courier.run())
        async with asyncio.timeout(10):
            idle = 0
            while idle < 3:  # asked once, what is under way may become due again between the two questions
                busy = await self.archive.due_deliveries(self.now) or await self.archive.in_flight()
                idle = 0 if busy else idle + 1
                await asyncio.sleep(0.01)
        courier.stop()
        await running

    def posts(self, channel: Channel | None = None) -> list[Message]:
        return self.scene.messages(channel)

    def edits(self) -> int:
        return sum(each.method == "PATCH" for each in self.scene.stage.requests)


class _Now:
    def __init__(self, room: Newsroom) -> None:
        self._room = room

    def now(self) -> datetime:
        return self._room.now

    async def sleep(self, duration: timedelta) -> None:
        await asyncio.sleep(0)


@pytest.fixture
async def room(scene: Scene) -> AsyncIterator[Newsroom]:
    archive = await Archive.open(":memory:", REGIONS)
    made = Newsroom(scene, archive)
    await made.opens()
    yield made
    await archive.close()


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Rain in Chad"},
        {"teaser": "It rains in Chad."},
        {"image": Image("https://a.test/new.jpg", "A boat", "Jo")},
    ],
)
async def test_a_changed_headline_teaser_or_photo_edits_the_post_once(room: Newsroom, change: dict[str, Any]) -> None:
    await room.prints()
    before = room.posts()[0].json()
    await room.prints(**change)
    await room.prints(**change)
    (post,) = room.posts()
    assert (post.content, post.embeds) != (before["content"], before["embeds"])
    assert "Updated" in post.embeds[0]["footer"]["text"]
    assert room.edits() == 1


async def test_it_is_edited_in_every_channel_where_it_is_out(room: Newsroom) -> None:
    await room.prints(regions=("africa", "europe"))
    await room.prints(regions=("africa", "europe"), title="Rain in Chad")
    assert [post.content for post in (*room.posts(), *room.posts(room.europe))] == ["**Rain in Chad**"] * 2


async def test_what_is_printed_anew_and_shows_nothing_new_edits_nothing(room: Newsroom) -> None:
    await room.prints()
    await room.prints(updated=datetime.now(UTC))
    assert room.edits() == 0


@pytest.mark.parametrize(
    ("code", "said"), [(50005, "another account"), (50035, "form"), (200000, "AutoMod"), (10008, "deleted meanwhile")]
)
async def test_an_edit_that_is_refused_is_not_asked_for_again_nor_told_as_done(
    room: Newsroom, code: int, said: str
) -> None:
    allowance = Allowance(time=lambda: room.now.timestamp())
    room.scene.sender = DiscordSender(room.scene.client, REGIONS, _Now(room), allowance)
    await room.prints(regions=("africa",))
    room.scene.stage.fault("error", method="PATCH", code=code, times=None)
    await room.prints(regions=("africa",), title="Rain in Chad")
    assert room.edits() == 1 and not await room.archive.due_deliveries(room.now)
    story = await room.archive.why("rain", room.scene.guild.id)
    assert story and said in story.events[-1].words and story.events[-1].target
    room.scene.stage.faults.remove()
    await room.prints(regions=("africa",), title="Rain in Mali")
    assert room.posts()[0].content == "**Rain in Mali**"
    story = await room.archive.why("rain", room.scene.guild.id)
    assert story and (story.events[-1].what, story.events[-1].words) == ("edited", "")


async def test_a_region_that_comes_late_is_posted_to_that_regions_channel_alone(room: Newsroom) -> None:
    await room.prints()
    await room.prints("https://a.test/europe", regions=("africa", "europe"))
    assert len(room.posts()) == len(room.posts(room.europe)) == 1


async def test_a_post_that_somebody_deleted_does_not_come_back(room: Newsroom) -> None:
    await room.prints()
    room.scene.stage.world.delete(room.posts()[0])
    await room.prints(title="Rain in Chad")
    assert room.posts() == []


@pytest.mark.parametrize("reads", [True, False])
async def test_a_correction_that_came_while_nobody_knew_whether_it_is_out_is_not_forgotten(
    room: Newsroom, reads: bool
) -> None:
    """We died after it had left; where the channel cannot be read, its nonce gives back what left before."""
    await room.opens()
    await room.posts_unanswered()  # and here we died
    if not reads:
        room.scene.stage.world.withdraw(room.scene.channel, Permission.READ_MESSAGE_HISTORY)
        await room.scene.settled()
    await room.prints(title="Rain in Chad", regions=("africa",))
    (post,) = room.posts()
    assert post.content == "**Rain in Chad**" and room.edits() == 1
    assert not await room.archive.due_deliveries(room.now)


@pytest.mark.parametrize("then", [Later("Discord's limit", timedelta(seconds=1)), Suspended("it lacks Send Messages")])
async def test_a_correction_that_came_while_what_may_be_out_waited_is_not_forgotten(
    room: Newsroom, then: Later | Suspended
) -> None:
    """It is out, and we do not know; then it could not go once more, until it had been corrected."""
    first, left = await room.posts_unanswered()
    await room.archive.settle(left.id, then, room.now)
    corrected = replace(first, article=replace(first.article, title="Rain in Chad"), digest=b"after")
    await room.archive.accept([corrected], None, route, room.now)
    await room.archive.resume_target(left.target)
    room.now += timedelta(minutes=1)
    await room._delivers()
    (post,) = room.posts()
    assert post.content == "**Rain in Chad**" and room.edits() == 1


async def test_a_correction_taken_back_undoes_an_edit_that_arrived_without_our_knowing(room: Newsroom) -> None:
    first = await room.prints()
    before = room.posts()[0].content
    allowance = Allowance(time=lambda: room.now.timestamp())
    room.scene.sender = DiscordSender(room.scene.client, REGIONS, _Now(room), allowance)
    room.scene.stage.fault("reset-after", method="PATCH")
    await room.prints(title="Rain in Chad")
    assert room.posts()[0].content == "**Rain in Chad**"
    await room.prints(title=first.title)
    assert room.posts()[0].content == before and room.edits() == 2


async def test_posts_say_when_their_article_is_gone_and_when_it_is_back(room: Newsroom) -> None:
    await room.prints(regions=("africa",))
    (kept,) = (await room.archive.latest(Query())).hits
    for _ in range(2):
        await room.archive.mark_gone([kept.article.id], room.now)
        await room._delivers()
    (post,) = room.posts()
    assert "No longer at its address" in str(post.json()) and room.edits() == 1
    await room.prints(regions=("africa",), title="Rain, again")
    (post,) = room.posts()
    assert "No longer at its address" not in str(post.json()) and room.edits() == 2

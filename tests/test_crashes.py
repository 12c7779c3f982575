"""Kill -9 between any two steps of an article's life, then a restart: it is posted once."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

import pytest
from aiohttp import web

from bot.model import Feed, Subscription
from bot.stage import Stage
from tests.life import Life
from tests.press import serving


@dataclass
class Press:
    """A feed of our own whose answer can be held back."""

    url: str = ""
    stories: list[str] = field(default_factory=lambda: ["Rain in Kenya", "Ports of Ghana"])
    asked: asyncio.Event = field(default_factory=asyncio.Event)
    answered: asyncio.Event = field(default_factory=asyncio.Event)
    open: asyncio.Event = field(default_factory=asyncio.Event)

    def publish(self, title: str) -> None:
        self.stories.insert(0, title)
        self.asked.clear()
        self.answered.clear()

    async def serve(self, request: web.Request) -> web.Response:
        self.asked.set()
        await self.open.wait()
        now = format_datetime(datetime.now(UTC))
        items = "".join(
            f"<item><title>{title}</title><link>{self.url}/{title.replace(' ', '-')}</link><pubDate>{now}</pubDate>"
            "<description>A teaser that says something of Kenya.</description></item>"
            for title in self.stories
        )
        answer = web.Response(
            text=f'<rss version="2.0"><channel><title>Press</title>{items}</channel></rss>',
            content_type="application/rss+xml",
        )
        await answer.prepare(request)
        await answer.write_eof()
        self.answered.set()
        return answer


@dataclass
class Scene(Life):
    """The stage, the press and the bot's folder; the bot itself is started and killed by the test."""

    press: Press
    channel: int

    def posted(self) -> list[str]:
        """The headlines in the channel, as the stage holds them."""
        messages = self.stage.world.messages(self.stage.world.channel(self.channel))
        return [str(message.content) for message in messages]

    def outbox(self) -> list[str]:
        """The states of the outbox."""
        return [str(state) for (state,) in self.rows("SELECT state FROM delivery ORDER BY id")]

    def so_far(self) -> str:
        return f"posted {self.posted()}, outbox {self.outbox()}"


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    press = Press()
    async with serving("/feed", press.serve) as press.url, Stage() as stage:
        guild = stage.world.add_guild("Club")
        channel = guild.add_channel("africa")
        async with Scene(stage, tmp_path, press, channel.id) as here:
            async with here.archive() as archive:
                await archive.add_feed(Feed(url=f"{press.url}/feed"))
                await archive.subscribe(Subscription(f"channel:{channel.id}", "africa", guild=guild.id))
            yield here
        press.open.set()


async def while_the_feed_is_asked(scene: Scene) -> None:
    scene.press.open.clear()
    scene.press.publish("Dust over Chad")
    await scene.until(scene.press.asked.is_set)


async def as_soon_as_the_feed_has_answered(scene: Scene) -> None:
    scene.press.publish("Dust over Chad")
    await scene.until(scene.press.answered.is_set)


async def once_it_is_owed(scene: Scene) -> None:
    """Held there: Discord takes no messages, so that the delivery cannot get further than its first attempt."""
    scene.stage.faults.add("429-user", method="POST", path="/channels/*/messages", times=None, seconds=60)
    scene.press.publish("Dust over Chad")
    await scene.until(lambda: scene.outbox() != [])


async def while_it_is_sent(scene: Scene) -> None:
    fault = scene.stage.faults.add("hang", method="POST", path="/channels/*/messages", seconds=60)
    scene.press.publish("Dust over Chad")
    await scene.until(lambda: fault.struck > 0)
    assert scene.outbox() == ["sending"]


async def once_it_is_out_but_not_answered(scene: Scene) -> None:
    fault = scene.stage.faults.add("hang-after", method="POST", path="/channels/*/messages", seconds=60)
    scene.press.publish("Dust over Chad")
    await scene.until(lambda: fault.struck > 0 and len(scene.posted()) == 1)
    assert scene.outbox() == ["sending"]


async def as_soon_as_it_is_answered(scene: Scene) -> None:
    scene.press.publish("Dust over Chad")
    await scene.until(lambda: len(scene.posted()) == 1)


async def once_it_is_settled(scene: Scene) -> None:
    scene.press.publish("Dust over Chad")
    await scene.until(lambda: scene.outbox() == ["sent"])


@pytest.mark.parametrize(
    "moment",
    [
        while_the_feed_is_asked,
        as_soon_as_the_feed_has_answered,
        once_it_is_owed,
        while_it_is_sent,
        once_it_is_out_but_not_answered,
        as_soon_as_it_is_answered,
        once_it_is_settled,
    ],
)
async def test_killed_at_this_moment_it_is_posted_once(
    scene: Scene, moment: Callable[[Scene], "asyncio.Future[None]"]
) -> None:
    scene.press.open.set()
    await scene.start()
    await scene.until(lambda: scene.stage.is_ready and scene.has_polled())
    assert scene.posted() == []

    await moment(scene)
    await scene.kill()
    scene.stage.faults.remove()
    scene.press.open.set()

    await scene.start()
    await scene.until(lambda: len(scene.posted()) >= 1)
    scene.press.publish("Trains to Lagos")
    await scene.until(lambda: len(scene.posted()) >= 2)
    assert await scene.stop() == 0, scene.end_of_log()
    assert [text.split("\n")[0] for text in scene.posted()] == ["**Dust over Chad**", "**Trains to Lagos**"]
    assert scene.outbox() == ["sent", "sent"]

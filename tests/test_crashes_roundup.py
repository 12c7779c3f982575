"""Kill -9 at every step of a weekly round-up's life, then a restart: it is posted once."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, time, timedelta

import pytest

from bot.almanac import Almanac
from bot.clock import WallClock
from bot.delivery.route import route
from bot.delivery.weekly import Plan
from bot.model import ROUNDUP, Article, Feed, Sighting, Subscription
from tests.test_crashes import Scene, scene

__all__ = ["scene"]

MESSAGES = "/channels/*/messages"


async def in_the_archive(scene: Scene, *, look: bool) -> None:
    """An article of the week, an order whose hour has just struck, and, with `look`, an almanac that has seen it."""
    clock = WallClock()
    scene.press.stories.clear()
    struck = clock.now() - timedelta(minutes=2)
    guild = next(iter(scene.stage.world.guilds.values()))
    plan = Plan(struck.weekday(), time(struck.hour, struck.minute), since=struck - timedelta(days=1))
    order = Subscription(f"channel:{scene.channel}", ROUNDUP, guild=guild.id, options=plan.to_json())
    moment = datetime.now(UTC) - timedelta(days=2)
    rain = Article("Rain in Mali", "https://a.test/rain", published=moment, seen=moment, keys=("guid:rain",))
    async with scene.archive() as archive:
        await archive.subscribe(order)
        feed = await archive.add_feed(Feed(f"{scene.press.url}/feed"))
        await archive.accept([Sighting(rain, feed, b"rain", silent=True)], None, route, moment)
        if look:
            await Almanac(archive, clock, lambda: None).look()


async def before_it_is_owed(scene: Scene) -> None:
    await in_the_archive(scene, look=False)
    await scene.start()
    await scene.until(lambda: scene.stage.is_ready)


async def once_it_is_owed(scene: Scene) -> None:
    scene.stage.faults.add("429-user", method="POST", path=MESSAGES, times=None, seconds=1)
    await in_the_archive(scene, look=True)
    await scene.start()
    await scene.until(lambda: scene.outbox() == ["later"])


async def while_it_is_sent(scene: Scene) -> None:
    fault = scene.stage.faults.add("hang", method="POST", path=MESSAGES, seconds=60)
    await in_the_archive(scene, look=True)
    await scene.start()
    await scene.until(lambda: fault.struck > 0)
    assert scene.outbox() == ["sending"]


async def once_it_is_out_but_not_answered(scene: Scene) -> None:
    fault = scene.stage.faults.add("hang-after", method="POST", path=MESSAGES, seconds=60)
    await in_the_archive(scene, look=True)
    await scene.start()
    await scene.until(lambda: fault.struck > 0 and len(scene.posted()) == 1)
    assert scene.outbox() == ["sending"]


async def once_it_is_settled(scene: Scene) -> None:
    await in_the_archive(scene, look=True)
    await scene.start()
    await scene.until(lambda: scene.outbox() == ["sent"])


@pytest.mark.parametrize(
    "moment",
    [
        before_it_is_owed,
        once_it_is_owed,
        while_it_is_sent,
        once_it_is_out_but_not_answered,
        once_it_is_settled,
    ],
)
async def test_killed_at_this_moment_it_is_posted_once(
    scene: Scene, moment: Callable[[Scene], Awaitable[None]]
) -> None:
    await moment(scene)
    await scene.kill()
    scene.stage.faults.remove()
    scene.press.open.set()

    for _ in range(2):  # the almanac of the next life looks as well, as it does two minutes after a start
        async with scene.archive() as archive:
            await Almanac(archive, WallClock(), lambda: None).look()
        (scene.data / "log").unlink()
        await scene.start()
        await scene.until(lambda: scene.outbox() == ["sent"] and "connected as" in scene.log())
        assert await scene.stop() == 0, scene.end_of_log()
    assert [text.split(" · ")[0] for text in scene.posted()] == ["**The week in the world**"]

"""/desk roundup: a standing order for the week on one page, through weeks, restarts, faults and missing permissions."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from bot.almanac import Almanac
from bot.chat.sender import DiscordSender
from bot.courier import Courier
from bot.model import ROUNDUP, Article, Delivery, Feed, Outcome, Subscription
from bot.regions import load_regions
from bot.settings import shipped
from bot.stage import Channel, Message, Permission, Stage
from tests.chat.sender.test_publish import at_work
from tests.cogs.conftest import House, a_house, answer, article, button, labels, parts, text
from tests.fakes import Clock, until

FRIDAY = datetime(2026, 3, 20, 12, tzinfo=UTC)  # a week before clocks are turned in Europe
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class Watch(Clock):
    """Turned by the test alone: who sleeps waits a moment."""

    async def sleep(self, duration: timedelta) -> None:
        await asyncio.sleep(0.001)


@dataclass
class Weekly:
    """A house, a watch, and the two workers that a round-up needs, run for a moment at a time."""

    house: House
    clock: Watch
    news: Channel
    settled: list[tuple[Delivery, Outcome]] = field(default_factory=list)
    number: int = 0

    async def order(self, where: Channel | None = None, **options: object) -> str:
        told = await self.house.call(self.house.ada, "desk roundup", channel=where or self.news, **options)
        return text(answer(told))

    async def prints(self, *titles: str, region: str = "africa", feed: Feed | None = None) -> None:
        """New articles, a minute apart, up to now."""
        made: list[Article] = []
        for title in titles:
            self.number += 1
            moment = self.clock.now() - timedelta(minutes=len(titles) - len(made))
            made.append(article(self.number, title, regions=(region,), published=moment, seen=moment))
        await self.house.accept(*made, feed=feed)

    async def carried_out(self) -> None:
        """The almanac looks once, and the courier works until nothing is due any more."""
        await Almanac(self.house.archive, self.clock, lambda: None).look()
        sender = DiscordSender(self.house.client, self.house.desk.regions, self.clock)
        courier = Courier(
            self.house.archive, sender, self.clock, on_settled=lambda *settled: self.settled.append(settled)
        )
        working = asyncio.create_task(courier.run())
        async with asyncio.timeout(20), at_work(sender):
            while await self.house.archive.due_deliveries(self.clock.now()) or await self.house.archive.in_flight():
                await asyncio.sleep(0.005)
            await until(lambda: not sender.publisher.waiting)
        courier.stop()
        await working

    async def passes(self, time: timedelta, every: timedelta = DAY / 2) -> None:
        """Time goes by; now and then somebody looks."""
        end = self.clock.now() + time
        while self.clock.now() < end:
            self.clock.turn(min(every, end - self.clock.now()))
            await self.carried_out()

    def posts(self, where: Channel | None = None) -> list[Message]:
        return self.house.stage.world.messages(where or self.news)

    def said(self, where: Channel | None = None) -> list[str]:
        """All that each post says."""
        return ["\n".join([each.content, *(shown(embed) for embed in each.embeds)]) for each in self.posts(where)]

    async def status(self) -> str:
        return text(answer(await self.house.call(self.house.ada, "desk status")))


def shown(embed: dict[str, object]) -> str:
    return f"{embed.get('title', '')}\n{embed.get('description', '')}".strip()


@pytest.fixture
async def weekly(stage: Stage) -> AsyncIterator[Weekly]:
    async with a_weekly(stage) as made:
        yield made


@asynccontextmanager
async def a_weekly(stage: Stage) -> AsyncIterator[Weekly]:
    clock = Watch(FRIDAY)
    async with a_house(stage, load_regions(shipped() / "regions.toml"), clock) as house:
        await house.archive.add_feed(Feed(url="https://paper.test/feed", title="The Paper"))
        yield Weekly(house, clock, house.guild.add_channel("news"))


async def test_it_comes_once_a_week_at_the_hour_of_the_clock_on_the_wall(weekly: Weekly) -> None:
    told = await weekly.order(weekday="Monday", time="9:00", zone="europe/berlin", regions="africa")
    assert "gets the week in **Africa** every Monday at 09:00 (Europe/Berlin)" in told
    assert f"<t:{int(datetime(2026, 3, 23, 8, tzinfo=UTC).timestamp())}:F>" in told
    times = []
    for week in range(4):
        await weekly.prints(f"Rain {week}", f"Wind {week}")
        while len(weekly.posts()) == week:
            await weekly.passes(HOUR, every=HOUR)
        times.append(weekly.clock.now())
        await weekly.passes(3 * DAY)
    assert [f"{each:%d.%m. %H:%M}" for each in times] == [
        "23.03. 08:00",
        "30.03. 07:00",
        "06.04. 07:00",
        "13.04. 07:00",
    ]
    assert [len(each.embeds) for each in weekly.posts()] == [1] * 4
    first, second, *_ = weekly.said()
    assert first.startswith("**The week in 🌍 Africa** · 16 – 23 March\n### [Wind 0](https://paper.test/2)")
    assert "**Friday, 20 March**\n- [Rain 0]" in first and "Rain 0" not in second and "Wind 1" in second


async def test_its_button_opens_that_week_also_when_it_is_long_past(weekly: Weekly) -> None:
    await weekly.order(regions="africa")
    await weekly.prints(*(f"A rather long headline, the one with number {number}" for number in range(1, 61)))
    await weekly.passes(3 * DAY)
    (post,) = weekly.posts()
    assert "and " in shown(post.embeds[0]) and " more" in shown(post.embeds[0])
    await weekly.passes(9 * DAY)
    opened = answer(await weekly.house.press(weekly.house.bob, post, button(post, "All from Africa")))
    assert "number 60]" in text(opened) and opened.only_for == weekly.house.bob.id


async def test_several_regions_share_a_page_and_each_article_stands_there_once(weekly: Weekly) -> None:
    await weekly.order(regions="africa, Europe,asia-pacific")
    await weekly.prints("Rain in Kenya", region="africa")
    await weekly.prints(*(f"Rain in Spain {number}" for number in range(40)), region="europe")
    await weekly.passes(3 * DAY)
    (post,) = weekly.posts()
    assert [str(each["title"]) for each in post.embeds] == ["🌍 Africa", "🏰 Europe"]
    assert post.content == "**The week in 🌍 Africa and 🏰 Europe** · 16 – 23 March"
    assert "more" in shown(post.embeds[1]) and labels(post) == ["All from Africa", "All from Europe"]


async def test_without_regions_it_is_of_the_whole_world_and_of_this_servers_own_feeds(weekly: Weekly) -> None:
    await weekly.order()
    await weekly.prints("Rain in Spain", region="europe")
    own = Feed(url="https://own.test/feed", owner=weekly.house.guild.id)
    await weekly.prints("Our own story", feed=own)
    await weekly.prints("Not ours", feed=Feed(url="https://other.test/feed", owner=77))
    await weekly.passes(3 * DAY)
    (said,) = weekly.said()
    assert "The week in the world" in said and "Our own story" in said and "Rain in Spain" in said
    assert "Not ours" not in said


async def test_a_week_in_which_nothing_came_is_passed_over_and_the_admins_can_see_why(weekly: Weekly) -> None:
    await weekly.order(regions="africa")
    await weekly.passes(3 * DAY)
    await weekly.prints("Too late for that week")
    await weekly.passes(DAY)
    assert weekly.posts() == []
    listed = text(answer(await weekly.house.call(weekly.house.ada, "desk roundup")))
    assert "not posted: nothing came in that week" in listed and "not posted" not in await weekly.status()
    await weekly.passes(7 * DAY)
    assert len(weekly.posts()) == 1


async def test_up_to_a_day_late_it_still_comes_later_it_is_skipped_and_said(weekly: Weekly) -> None:
    await weekly.order(time="9:00", regions="africa")
    await weekly.prints("Rain in Kenya")
    await weekly.passes(3 * DAY + 20 * HOUR, every=4 * DAY)  # Tuesday, 8:00: the bot had been off
    assert len(weekly.posts()) == 1
    await weekly.prints("Rain in Ghana")
    await weekly.passes(7 * DAY + 2 * HOUR, every=8 * DAY)  # Tuesday, 10:00
    assert len(weekly.posts()) == 1
    assert "more than a day late, so it was skipped" in await weekly.status()
    await weekly.prints("Rain in Mali")
    await weekly.passes(7 * DAY)
    assert len(weekly.posts()) == 2 and "skipped" not in await weekly.status()


async def test_a_new_time_counts_from_now_on_and_a_week_has_no_second_one(weekly: Weekly) -> None:
    await weekly.house.accept(article(99, "Rain in Kenya", published=FRIDAY - DAY, seen=FRIDAY - DAY))
    told = await weekly.order(weekday="Friday", time="9:00", regions="africa")  # three hours ago
    assert f"<t:{int((FRIDAY + 7 * DAY - 3 * HOUR).timestamp())}:F>" in told
    await weekly.carried_out()
    assert weekly.posts() == []
    await weekly.order(weekday="Saturday")
    await weekly.passes(DAY)
    assert len(weekly.posts()) == 1
    told = await weekly.order(weekday="Sunday", time="18:00")
    assert told.startswith("Changed: ") and f"<t:{int((FRIDAY + 9 * DAY + 6 * HOUR).timestamp())}:F>" in told
    await weekly.passes(DAY + 7 * HOUR)  # Sunday, 19:00
    assert len(weekly.posts()) == len(weekly.settled) == 1


@pytest.mark.parametrize("kind", ["reset-before", "reset-after", "500", "500-after", "garbage", "503"])
async def test_whatever_fails_on_the_way_it_is_out_once(weekly: Weekly, kind: str) -> None:
    await weekly.order(regions="africa")
    weekly.house.stage.fault(kind, method="POST", path="/channels/*/messages")
    await weekly.prints("Rain in Kenya")
    await weekly.passes(3 * DAY)
    await weekly.passes(HOUR, every=HOUR / 4)
    assert [each.count("Rain") for each in weekly.said()] == [1]


async def test_the_almanac_that_died_before_it_wrote_anything_down_looks_again(weekly: Weekly) -> None:
    await weekly.order(regions="africa")
    await weekly.prints("Rain in Kenya")
    weekly.clock.turn(3 * DAY)
    almanacs = [Almanac(weekly.house.archive, weekly.clock, lambda: None) for _ in range(3)]
    await asyncio.gather(*(each.look() for each in almanacs))  # nor does it matter how many look at once
    await weekly.carried_out()
    await weekly.carried_out()
    assert len(weekly.posts()) == 1


async def test_where_it_may_not_write_it_waits_is_shown_and_comes_when_it_may_again(weekly: Weekly) -> None:
    await weekly.order(regions="africa")
    await weekly.prints("Rain in Kenya")
    weekly.house.stage.world.withdraw(weekly.news, Permission.SEND_MESSAGES)
    await weekly.passes(2 * DAY + 21 * HOUR + HOUR / 6, every=4 * DAY)
    assert weekly.posts() == []
    status = await weekly.status()
    assert "Weekly round-up → " in status and "lacks Send Messages" in status and "it goes on by itself" in status
    weekly.house.stage.world.restore(weekly.news, Permission.SEND_MESSAGES)
    async with asyncio.timeout(10):
        while any(each.suspended for each in await weekly.house.archive.subscriptions()):
            await asyncio.sleep(0.01)
    await weekly.passes(HOUR, every=HOUR)
    assert len(weekly.posts()) == 1


async def test_what_waited_for_more_than_a_day_is_not_posted_any_more(weekly: Weekly) -> None:
    await weekly.order(regions="africa")
    await weekly.prints("Rain in Kenya")
    weekly.house.stage.world.withdraw(weekly.news, Permission.SEND_MESSAGES)
    await weekly.passes(3 * DAY)
    weekly.house.stage.world.restore(weekly.news, Permission.SEND_MESSAGES)
    weekly.clock.turn(2 * DAY)
    await weekly.order()
    await weekly.carried_out()
    assert weekly.posts() == [] and "skipped" in await weekly.status()


async def test_where_all_that_it_listed_was_taken_out_meanwhile_nothing_is_posted(weekly: Weekly) -> None:
    await weekly.order(regions="africa")
    await weekly.prints("Rain in Kenya")
    weekly.clock.turn(3 * DAY)
    await Almanac(weekly.house.archive, weekly.clock, lambda: None).look()
    await weekly.house.archive.prune(weekly.clock.now())
    await weekly.carried_out()
    assert weekly.posts() == []


@pytest.mark.parametrize("options", ["not JSON", '{"weekday": 99, "since": 0}', "{}"])
async def test_an_order_that_cannot_be_read_stops_no_other_and_is_shown(weekly: Weekly, options: str) -> None:
    broken = Subscription("channel:1", ROUNDUP, guild=weekly.house.guild.id, options=options)
    await weekly.house.archive.subscribe(broken)
    await weekly.order(regions="africa")
    await weekly.prints("Rain in Kenya")
    await weekly.passes(3 * DAY)
    assert len(weekly.posts()) == 1
    listed = text(answer(await weekly.house.call(weekly.house.ada, "desk roundup")))
    assert "Its plan cannot be read: order it again" in listed


async def test_a_channel_that_is_gone_stops_it(weekly: Weekly) -> None:
    await weekly.order(regions="africa")
    await weekly.prints("Rain in Kenya")
    weekly.house.guild.channels.pop(weekly.news.id)
    await weekly.passes(3 * DAY)
    assert "Weekly round-up → " in await weekly.status() and "Nothing is sent" in await weekly.status()


async def test_it_is_listed_with_a_button_that_stops_it_here_and_among_the_standing_orders(weekly: Weekly) -> None:
    await weekly.order(regions="africa")
    other = weekly.house.guild.add_channel("other")
    await weekly.order(other, weekday="Friday", time="18:00")
    every = answer(await weekly.house.call(weekly.house.ada, "desk subscriptions"))
    assert "## Standing orders (2)" in text(every) and labels(every) == ["Take back", "Take back"]
    listed = answer(await weekly.house.call(weekly.house.ada, "desk roundup"))
    assert "**Weekly round-up** of **Africa**" in text(listed) and "every Friday at 18:00 (UTC)" in text(listed)
    await weekly.house.press(weekly.house.ada, listed, button(listed, "Stop"))
    left = text(answer(await weekly.house.call(weekly.house.ada, "desk roundup")))
    assert "## Weekly round-ups (1)" in left and f"<#{other.id}>" in left
    await weekly.prints("Rain in Kenya")
    await weekly.passes(3 * DAY)
    assert weekly.posts() == []


async def test_what_was_stopped_before_it_went_out_and_ordered_anew_in_the_same_week_comes(weekly: Weekly) -> None:
    await weekly.order(regions="africa")
    await weekly.prints("Rain in Kenya")
    weekly.house.stage.world.withdraw(weekly.news, Permission.SEND_MESSAGES)
    await weekly.passes(3 * DAY)
    listed = answer(await weekly.house.call(weekly.house.ada, "desk roundup"))
    await weekly.house.press(weekly.house.ada, listed, button(listed, "Stop"))
    weekly.house.stage.world.restore(weekly.news, Permission.SEND_MESSAGES)
    await weekly.order(weekday="Tuesday", regions="africa")
    await weekly.passes(DAY)
    assert [each.count("Rain") for each in weekly.said()] == [1]


async def test_it_can_mention_a_role_and_be_published_and_keeps_that_when_its_hour_is_changed(weekly: Weekly) -> None:
    place = weekly.house.guild.add_channel("elsewhere", kind="announcement")
    role = weekly.house.guild.add_role("Readers", mentionable=True)
    await weekly.order(place, regions="africa", mention=role, publish=True)
    told = await weekly.order(place, time="8:00")
    assert f"mentions <@&{role.id}>" in told and "published to the channels that follow it" in told
    await weekly.prints("Rain in Kenya")
    await weekly.passes(3 * DAY)
    (post,) = weekly.posts(place)
    assert f"<@&{role.id}>" in post.content and post.flags & 1, "published"
    (order,) = await weekly.house.archive.subscriptions()
    assert order.publish and (order.mention, order.kind) == (role.id, "announcement")


async def test_only_announcements_are_published(weekly: Weekly) -> None:
    assert "no announcement channel" in await weekly.order(publish=True)
    assert await weekly.house.archive.subscriptions() == []


async def test_of_a_channel_that_was_deleted_it_is_told_what_can_still_be_done(weekly: Weekly) -> None:
    await weekly.order()
    weekly.house.guild.drop_channel(weekly.news)
    await weekly.prints("Rain in Kenya")
    await weekly.passes(3 * DAY)
    for command in ("desk status", "desk subscriptions"):
        told = text(answer(await weekly.house.call(weekly.house.ada, command)))
        assert "⚠️ **Nothing is sent:** the channel is gone\n-# Take this order back with `/desk subscriptions`" in told
    shown = answer(await weekly.house.call(weekly.house.ada, "desk subscriptions"))
    await weekly.house.press(weekly.house.ada, shown, button(shown, "Take back"))
    assert "nothing waits" in text(answer(await weekly.house.call(weekly.house.ada, "desk status")))


@pytest.mark.parametrize("kind", ["announcement", "forum"])
async def test_it_goes_where_articles_go(weekly: Weekly, kind: str) -> None:
    place = weekly.house.guild.add_channel("elsewhere", kind=kind)
    await weekly.order(place, regions="africa")
    await weekly.prints("Rain in Kenya")
    await weekly.passes(3 * DAY)
    if kind == "forum":
        threads = [each for each in weekly.house.guild.channels.values() if each.is_thread]
        assert [each.name for each in threads] == ["The week in 🌍 Africa, 16 – 23 March"]
    else:
        assert "Rain in Kenya" in weekly.said(place)[0]


async def test_a_forum_that_wants_a_tag_on_every_post_has_its_round_up_with_one(weekly: Weekly) -> None:
    forum = weekly.house.guild.add_channel("talk", kind="forum", tags=["News", "Talk"], tag_required=True)
    assert "choose one as `tag` of `/desk roundup` (“News”, “Talk”)" in await weekly.order(forum)
    assert "with the tag “Talk” on every post" in await weekly.order(forum, tag="talk")
    assert "Changed" in await weekly.order(forum, time="10:00")  # the tag stays
    await weekly.prints("Rain in Kenya")
    await weekly.passes(3 * DAY)
    (thread,) = [each for each in weekly.house.guild.channels.values() if each.is_thread]
    assert thread.thread is not None
    assert [tag.name for tag in forum.tags if tag.id in thread.thread.tags] == ["Talk"]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"time": "noonish"}, "no time of day"),
        ({"zone": "Middle/Earth"}, "no time zone"),
        ({"regions": "atlantis"}, "no region"),
    ],
)
async def test_what_cannot_be_understood_is_told_and_nothing_is_ordered(
    weekly: Weekly, options: dict[str, str], told: str
) -> None:
    assert told in await weekly.order(None, **options)
    assert await weekly.house.archive.subscriptions() == []


async def test_without_a_channel_nothing_is_changed(weekly: Weekly) -> None:
    told = text(answer(await weekly.house.call(weekly.house.ada, "desk roundup", weekday="Friday")))
    assert "`channel`" in told
    assert "no weekly round-up" in text(answer(await weekly.house.call(weekly.house.ada, "desk roundup")))


async def test_zones_times_and_several_regions_are_offered(weekly: Weekly) -> None:
    async def offered(option: str, typed: str) -> list[str]:
        found = await weekly.house.choices(weekly.house.ada, "desk roundup", option, **{option: typed})
        return [each["value"] for each in found]

    assert (await offered("zone", "berl"))[0] == "Europe/Berlin" and await offered("zone", "") == ["UTC"]
    assert await offered("time", "9") == ["09:00"]
    assert await offered("regions", "africa, eur") == ["africa, europe"] and "*" in await offered("regions", "")


async def test_the_articles_of_the_channel_and_its_round_up_do_not_take_each_other_for_themselves(
    weekly: Weekly,
) -> None:
    """A post of the lead story, a moment before, is no sign that the round-up is out."""
    await weekly.house.call(weekly.house.ada, "desk subscribe", region="africa", channel=weekly.news)
    await weekly.order(regions="africa")
    weekly.clock.turn(3 * DAY - 3 * HOUR - timedelta(seconds=30))
    moment = weekly.clock.now() - timedelta(minutes=1)
    rain = article(99, "Rain in Kenya", published=moment, seen=moment)
    await weekly.house.accept(rain, silent=False)
    await weekly.carried_out()
    weekly.house.stage.fault("reset-before", method="POST", path="/channels/*/messages")
    weekly.clock.turn(timedelta(seconds=30))
    await weekly.carried_out()
    await weekly.passes(HOUR, every=HOUR / 4)
    assert [len(parts(each)) > 0 for each in weekly.posts()] == [True, True]
    assert "The week in" in weekly.said()[1]

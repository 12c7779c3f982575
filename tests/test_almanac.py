"""The almanac: a week's round-up is owed once, whatever the clock has said in between."""

from datetime import datetime, timedelta
from typing import cast

from bot.almanac import Almanac, Weeks
from bot.archive import Archive
from bot.delivery.weekly import Plan
from bot.model import ROUNDUP, Article, Delivery, Feed, Sighting
from tests.delivery.samples import REGIONS, an_article, an_order
from tests.fakes import Clock, Counted

MONDAY = datetime.fromisoformat("2026-03-16T10:00:00+00:00")
WEEK = timedelta(days=7)


async def test_a_clock_that_ran_a_year_ahead_for_a_while_costs_no_round_up_after_that() -> None:
    clock = Clock(MONDAY - timedelta(days=1))
    archive = await Archive.open(":memory:", REGIONS, now=clock.now)
    feed = await archive.add_feed(Feed("https://a.test/feed"))
    await archive.subscribe(an_order(region=ROUNDUP, options=Plan(since=clock.now()).to_json()))
    almanac = Almanac(archive, clock, lambda: None)
    clock.turn(timedelta(days=364))
    await almanac.look()
    clock.set(MONDAY)
    for week in range(2):
        found = an_article(
            f"Week {week}", id=0, published=clock.now() - timedelta(days=2), seen=None, keys=(f"{week}",)
        )
        await archive.accept([Sighting(found, feed, b"1")], None, lambda article, orders: [], clock.now())
        for _ in range(2):
            await almanac.look()
        clock.turn(WEEK)
    rows = await archive.outbox_rows()
    assert sorted((-each.article.id, each.state) for each in rows) == [
        (202612, "pending"),
        (202613, "pending"),
        (202710, "refused"),
    ]
    await archive.close()


async def test_a_week_that_all_see_alike_is_read_once_however_many_want_it() -> None:
    clock = Clock(MONDAY - timedelta(days=1))
    archive = await Archive.open(":memory:", REGIONS, now=clock.now)
    everybodys = await archive.add_feed(Feed("https://a.test/feed"))
    own = await archive.add_feed(Feed("https://b.test/feed", owner=3))
    for name, feed in (("Rain", everybodys), ("Chess", own)):
        found = an_article(name, id=0, published=clock.now(), seen=None, keys=(name,), owner=feed.owner)
        await archive.accept([Sighting(found, feed, b"1")], None, lambda article, orders: [], clock.now())
    for guild in range(1, 21):
        plan = Plan(since=clock.now()).to_json()
        await archive.subscribe(an_order(target=f"channel:{guild}", guild=guild, region=ROUNDUP, options=plan))
    clock.set(MONDAY)
    counted = Counted(archive)
    await Almanac(cast(Weeks, counted), clock, lambda: None).look()
    shown = {each.target: [one.title for one in _listed(each)] for each in await archive.outbox_rows()}
    assert shown.pop("channel:3") == ["Chess", "Rain"]
    assert len(shown) == 19 and set(map(tuple, shown.values())) == {("Rain",)}
    weeks = [each for each in counted.answers if isinstance(each, list) and each and isinstance(each[0], Article)]
    assert len(weeks) == 2
    await archive.close()


def _listed(delivery: Delivery) -> list[Article]:
    assert delivery.roundup
    return sorted((each for part in delivery.roundup.parts for each in part.articles), key=lambda each: each.title)

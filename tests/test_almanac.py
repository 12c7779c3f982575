"""The almanac: a week's round-up is owed once, whatever the clock has said in between."""

from datetime import datetime, timedelta

from bot.almanac import Almanac
from bot.archive import Archive
from bot.delivery.weekly import Plan
from bot.model import ROUNDUP, Feed, Sighting
from tests.delivery.samples import REGIONS, an_article, an_order
from tests.fakes import Clock

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

"""What a poll keeps of the evidence: why an article is where it is, what its tags leave open, and who agrees."""

import logging
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.delivery.route import route
from bot.intake import ledger
from bot.intake.classify import evidence, moved
from bot.model import Feed
from bot.regions import load_regions
from bot.settings import shipped
from tests.polling import House
from tests.press import NOON, item, rss

REGIONS = load_regions(shipped() / "regions.toml")
pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_the_evidence_is_kept_with_a_sentence_and_what_the_text_alone_says(house: House) -> None:
    await house.add()
    house.web["/feed"] = rss(item("Rain in Kenya", more="<category>Europe</category><category>Slow Lane</category>"))
    await house.goes_round()
    found = await house.archive.article_at("https://mag.test/rain-in-kenya", None)
    assert found is not None
    kept = evidence(found.why)
    assert (kept.rule, kept.shares, kept.unmapped) == ("tag", (("africa", 1.0),), ("Slow Lane",))
    assert kept.sentence.startswith("Europe: its tag says so (“Europe”). Its words alone: Africa 100% (title “Kenya”")


async def _ledger(house: House, feed: Feed) -> ledger.Ledger:
    return ledger.read((await house.archive.recalled(ledger.KEYS)).get(str(feed.id)))


async def test_a_tag_that_nobody_mapped_is_told_once_with_a_suggestion(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    feed = await house.add()
    tags = "<category>Slow Lane</category><category>opinion</category><category>Kenya</category>"
    first, second = item("Rain in Nairobi", 3, more=tags), item("Floods in Mombasa", 2, more=tags)
    house.web["/feed"] = rss(first)
    await house.goes_round()
    house.web["/feed"] = rss(second, first)
    await house.goes_round()
    assert [each.args for each in caplog.records if "unmapped" in each.msg] == [(feed.url, "Slow Lane", "africa")]
    (left,) = ledger.unmapped(await _ledger(house, feed), feed, REGIONS)
    assert left == ledger.Unmapped("Slow Lane", 2, "africa", "2026-03-24")


async def test_a_tag_is_asked_about_no_more_once_it_is_mapped(house: House) -> None:
    feed = await house.add()
    house.web["/feed"] = rss(item("Rain in Nairobi", more="<category>Slow Lane</category>"))
    await house.goes_round()
    kept = await _ledger(house, feed)
    assert ledger.unmapped(kept, feed, REGIONS)
    for region in ("africa", "-"):
        assert not ledger.unmapped(kept, replace(feed, tags={"slow lane": region}), REGIONS)


async def test_it_is_counted_how_often_tags_and_text_agree_and_said_when_that_falls(house: House) -> None:
    feed = await house.add()
    africa, europe = "<category>Africa</category>", "<category>Europe</category>"
    well = [item(f"Rain in Kenya {n}", 100 - n, more=africa) for n in range(30)]
    house.web["/feed"] = rss(*well, item("Nothing at all", more=africa))
    await house.goes_round()
    kept = await _ledger(house, feed)
    assert (kept.judged, kept.agreed, kept.fallen) == (30, 30, False)
    for n in range(20):
        house.web["/feed"] = rss(item(f"Floods in Kenya {n}", 50 - n, more=europe), *well)
        await house.goes_round()
    kept = await _ledger(house, feed)
    assert (kept.judged, kept.agreed, kept.fallen) == (50, 30, True)
    assert kept.sentence.endswith("but for 0 of the last 20: it may have changed its tags")


async def test_a_tag_that_comes_late_is_compared_once_with_the_text(house: House) -> None:
    feed = await house.add()
    lane, topic = "<category>Slow Lane</category>", "<category>Rainfall</category>"
    rain, flood = item("Rain in Kenya", 3), item("Floods in Peru", 4)
    tagged = replace(rain, more=f"<category>Africa</category>{topic}")
    for printed in (rain, tagged, tagged, replace(tagged, title="Much rain in Kenya")):
        house.web["/feed"] = rss(printed, flood if printed == rain else replace(flood, more=lane))
        await house.goes_round()
    kept = await _ledger(house, feed)
    assert (kept.judged, kept.agreed) == (1, 1)
    (left,) = ledger.unmapped(kept, feed, REGIONS)
    assert (left.tag, left.articles) == ("Slow Lane", 1), "beside a tag that is mapped, nobody need be asked"
    found = await house.archive.article_at("https://mag.test/rain-in-kenya", None)
    assert found is not None
    assert evidence(found.why).rule == "tag"  # the same region, for a better reason


async def test_what_was_moved_by_a_person_says_nothing_of_tags_that_come_late(house: House) -> None:
    feed = await house.add()
    rain = item("Rain in Kenya", 3)
    house.web["/feed"] = rss(rain)
    await house.goes_round()
    found = await house.archive.article_at("https://mag.test/rain-in-kenya", None)
    assert found is not None
    why = moved("Ada", found.regions, found.why, REGIONS)
    await house.archive.place(found.id, ("europe",), why, route, house.clock.now())
    house.web["/feed"] = rss(replace(rain, more="<category>Africa</category>"))
    await house.goes_round()
    assert (await _ledger(house, feed)).judged == 0


async def test_older_articles_are_compared_too_and_say_nothing_of_late(house: House) -> None:
    feed = await house.add()
    africa = "<category>Africa</category>"
    house.web["/feed"] = rss(*(item(f"Rain in Kenya {n}", n * 700, more=africa) for n in range(5)))
    for page in (2, 3):
        older = (item(f"Floods in Kenya {page} {n}", (page * 5 + n) * 700, more=africa) for n in range(5))
        house.web[f"/feed?paged={page}"] = rss(*older)
    await house.goes_round()
    await house.poller.backfill(house.web.url("/feed"), NOON - timedelta(days=10_000))
    kept = await _ledger(house, feed)
    assert (kept.judged, kept.agreed, kept.recent) == (15, 15, "11111")

"""What a poll found is kept, once, with all that is owed for it."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given as whatever
from hypothesis import strategies as st

from bot.archive import connect, feeds
from bot.archive.accept import _shown, accept
from bot.archive.migrations import migrate
from bot.model import OPERATOR, Accepted, Image, Later, Outcome, Query, Recall, Refused, Sent, Tag
from tests.archive.conftest import Room, owed_by_region
from tests.builders import NOON, a_feed, a_sighting, a_subscription, an_article


async def test_an_article_is_kept_as_it_was_given(room: Room) -> None:
    given = an_article(
        "Rain in Kenya", teaser="It rains.", text="At last.", authors=("Ann Ode", "Bo Li"), regions=("africa",)
    )
    accepted = await room.takes_in(replace(given, image=Image("https://a.test/i.png", "rain", "Ann Ode")))
    kept = await room.archive.article(accepted.new[0].id, None)
    assert kept is not None
    assert (kept.title, kept.teaser, kept.text, kept.authors) == (
        "Rain in Kenya",
        "It rains.",
        "At last.",
        ("Ann Ode", "Bo Li"),
    )
    assert (kept.regions, kept.feeds, kept.image) == (
        ("africa",),
        ("https://a.test/feed",),
        Image("https://a.test/i.png", "rain", "Ann Ode"),
    )
    assert kept == accepted.new[0] or replace(accepted.new[0], keys=()) == kept


async def test_the_same_story_in_two_feeds_is_one_article_with_both_regions(room: Room) -> None:
    first, second = await room.feed("https://a.test/latest"), await room.feed("https://a.test/africa")
    await room.takes_in(an_article(regions=("europe",)), feed=first)
    accepted = await room.takes_in(an_article(regions=("africa",)), feed=second)
    assert accepted.new == ()
    found = await room.archive.latest(Query())
    assert [hit.article.regions for hit in found.hits] == [("europe", "africa")]
    assert found.hits[0].article.feeds == ("https://a.test/latest", "https://a.test/africa")


async def test_a_late_region_is_owed_to_that_regions_subscriptions_alone(room: Room) -> None:
    for target, region in (("channel:1", "europe"), ("channel:2", "africa"), ("channel:3", "*")):
        await room.archive.subscribe(a_subscription(target, region))
    first, second = await room.feed("https://a.test/latest"), await room.feed("https://a.test/africa")
    assert (await room.takes_in(an_article(regions=("europe",)), feed=first)).owed == 2
    assert (await room.takes_in(an_article(regions=("africa",)), feed=second)).owed == 1
    due = await room.archive.due_deliveries(room.now)
    assert sorted(each.target for each in due) == ["channel:1", "channel:2", "channel:3"]


async def test_what_was_kept_silently_is_never_posted_by_another_feed(room: Room) -> None:
    await room.archive.subscribe(a_subscription())
    first, second = await room.feed("https://a.test/a"), await room.feed("https://a.test/b")
    await room.takes_in(a_sighting(an_article(regions=("africa",)), silent=True), feed=first)
    assert (await room.takes_in(an_article(regions=("africa",)), feed=second)).owed == 0
    await room.takes_in(a_sighting(an_article("Dunes", regions=()), silent=True), feed=first)
    assert (await room.takes_in(an_article("Dunes", regions=("africa",)), feed=second)).owed == 0


async def test_an_article_that_is_too_old_is_kept_and_not_posted(room: Room) -> None:
    await room.archive.subscribe(a_subscription())
    accepted = await room.takes_in(an_article(regions=("africa",), late=True))
    assert (len(accepted.new), accepted.owed) == (1, 0)


async def test_a_subscription_made_later_gets_nothing_old(room: Room) -> None:
    await room.takes_in(an_article(regions=("africa",)))
    await room.archive.subscribe(a_subscription())
    assert await room.archive.due_deliveries(room.now) == []


async def test_a_correction_keeps_what_it_was_and_marks_what_is_out_for_an_edit(room: Room) -> None:
    await room.archive.subscribe(a_subscription())
    await room.takes_in(an_article(teaser="Much rain", regions=("africa",)))
    (delivery,) = await room.archive.due_deliveries(room.now)
    await room.archive.sending(delivery.id, room.now)
    await room.archive.settle(delivery.id, Sent(77, "a"), room.now)
    assert await room.archive.due_deliveries(room.now) == []
    accepted = await room.takes_in(an_article(teaser="Little rain", regions=("africa",)))
    assert [article.teaser for article in accepted.changed] == ["Little rain"]
    (again,) = await room.archive.due_deliveries(room.now)
    assert (again.edit, again.state, again.message, again.article.teaser) == (True, "sent", 77, "Little rain")
    story = await room.archive.why(an_article().url, None)
    assert story is not None
    assert any(event.what == "changed" and "Much rain" in event.words for event in story.events)


async def test_the_story_tells_when_it_was_posted_when_the_post_was_edited_and_what_an_edit_waits_for(
    room: Room,
) -> None:
    await room.archive.subscribe(a_subscription())
    waits, out, edited = Later("502"), Sent(77, "a"), Sent(77, "b")
    owed, sent = ("owed", "to channel:100 for africa", 0), ("sent", "", 2)
    assert await _told_after(room, "Rain", waits, out) == [owed, ("sent", "after 2 attempts", 2)]
    assert await _told_after(room, "Much rain", edited) == [owed, sent, ("edited", "", 3)]
    assert await _told_after(room, "Little rain", waits) == [owed, sent, ("to be edited", "502", 4)]
    assert await _told_after(room, "No rain", Refused("not ours")) == [owed, sent, ("not edited", "not ours", 5)]


async def _told_after(room: Room, teaser: str, *outcomes: Outcome) -> list[tuple[str, str, int]]:
    """What is told of the one delivery, with minutes since noon, when it is printed so and its attempts end so."""
    await room.takes_in(an_article(teaser=teaser, regions=("africa",)))
    for outcome in outcomes:
        room.passes(minutes=1)
        (delivery,) = await room.archive.due_deliveries(room.now)
        await room.archive.sending(delivery.id, room.now)
        await room.archive.settle(delivery.id, outcome, room.now)
    story = await room.archive.why(an_article().url, None)
    assert story is not None
    return [(each.what, each.words, (each.at - NOON).seconds // 60) for each in story.events if each.target]


async def test_a_difference_between_feeds_is_no_correction(room: Room) -> None:
    first, second = await room.feed("https://a.test/a"), await room.feed("https://a.test/b")
    await room.takes_in(an_article(teaser="One"), feed=first)
    accepted = await room.takes_in(an_article(teaser="Two"), feed=second)
    assert accepted.changed == ()
    accepted = await room.takes_in(an_article(teaser="Two, mended"), feed=second)
    assert [article.teaser for article in accepted.changed] == ["Two, mended"]


async def test_what_a_feed_printed_before_is_not_seen_again_until_it_changes(room: Room) -> None:
    feed = await room.feed()
    sighting = a_sighting(an_article(), feed)
    assert await room.archive.unseen([sighting]) == [sighting]
    await room.takes_in(sighting, feed=feed)
    assert await room.archive.unseen([sighting]) == []
    assert await room.archive.unseen([replace(sighting, digest=b"other")]) != []


async def test_a_servers_own_copy_of_a_story_is_another_article_but_not_posted_twice_in_one_channel(
    room: Room,
) -> None:
    await room.archive.subscribe(a_subscription())
    shared, own = await room.feed(), await room.feed(owner=5)
    assert (await room.takes_in(an_article(regions=("africa",)), feed=shared)).owed == 1
    accepted = await room.takes_in(an_article(regions=("africa",)), feed=own)
    assert (len(accepted.new), accepted.owed) == (1, 0)


async def test_guids_are_known_within_one_feed_only(room: Room) -> None:
    first, second = await room.feed("https://a.test/a"), await room.feed("https://b.test/b")
    await room.takes_in(an_article("One", keys=("guid:1",)), feed=first)
    assert len((await room.takes_in(an_article("Two", keys=("guid:1",)), feed=second)).new) == 1
    assert await room.archive.known_keys(first, ["guid:1", "guid:2"]) == {"guid:1"}


async def test_a_new_feed_at_a_known_address_gets_a_whole_document(room: Room) -> None:
    await room.feed()
    (source,) = await room.archive.sources()
    later = room.now + timedelta(minutes=10)
    polled = replace(source, etag='"1"', modified="Saturday", digest=b"as it was", polled=room.now, next_poll=later)
    await room.archive.settle_source(polled)
    room.passes(minutes=1)
    assert await room.archive.due_sources(room.now) == []
    await room.archive.add_feed(replace((await room.archive.feeds())[0], owner=5))
    (source,) = await room.archive.due_sources(room.now)
    assert (source.etag, source.modified, source.digest) == (None, None, None)


async def test_what_it_teaches_is_remembered_with_it_or_neither_is(room: Room) -> None:
    feed = await room.feed()

    def learns(accepted: Accepted, recall: Recall) -> dict[str, str]:
        return {"lesson": f"{recall('lesson') or ''}{accepted.new[0].title}. "}

    def fails(accepted: Accepted, recall: Recall) -> dict[str, str]:
        raise LookupError

    for title in ("One", "Two"):
        await room.archive.accept([a_sighting(an_article(title), feed)], None, owed_by_region, room.now, learns)
    with pytest.raises(LookupError):
        await room.archive.accept([a_sighting(an_article("Three"), feed)], None, owed_by_region, room.now, fails)
    assert await room.archive.recall("lesson") == "One. Two. "
    assert [hit.article.title for hit in (await room.archive.latest(Query())).hits] == ["Two", "One"]


@whatever(st.text() | st.text(alphabet="ab'\"\\\n\t\r\x00é\x7f"))
def test_the_short_way_to_what_a_print_is_told_by_leads_to_the_same(text: str) -> None:
    assert _shown(text) == repr(text), "or all that was ever printed would seem corrected"


async def test_hundreds_of_one_minute_have_keys_one_after_the_other_around_those_that_are_taken(room: Room) -> None:
    """Some feeds say midnight of all that a day brings; what was printed five and nine minutes later is there first."""
    early = NOON - timedelta(hours=1)
    later = [an_article(f"Later {at}", published=early + timedelta(minutes=at)) for at in (5, 9)]
    taken = [each.id for each in (await room.takes_in(*later)).new]
    keys: list[int] = []
    for first in range(0, 700, 100):
        accepted = await room.takes_in(
            *(an_article(f"Story {number}", published=early) for number in range(first, first + 100))
        )
        keys += [each.id for each in accepted.new]
    free = [key for key in range(keys[0], keys[0] + 702) if key not in taken]
    assert keys == free


def test_the_thousandth_of_one_minute_asks_no_more_than_the_tenth(tmp_path: Path) -> None:
    db = connect.writer(tmp_path / "archive.db", durable=False)
    migrate(db)
    feed = feeds.add(db, a_feed(), NOON)
    asked: list[str] = []
    numbers = []
    db.set_trace_callback(asked.append)
    for number in range(1_000):
        asked.clear()
        db.execute("BEGIN")
        accept(db, [a_sighting(an_article(f"Story {number}"), feed)], None, owed_by_region, NOON)
        db.execute("COMMIT")
        numbers.append(sum("article" in each and not each.startswith("--") for each in asked))
    assert numbers[999] == numbers[10]
    db.close()


async def test_who_is_named_twice_has_written_one_article(room: Room) -> None:
    await room.takes_in(a_sighting(an_article("Rails", authors=("Mei Tan", "Mei Tan")), await room.feed()))
    assert await room.archive.authors("mei", 0) == ["Mei Tan"]
    await room.takes_in(a_sighting(an_article("Rails", authors=("Ann Poe",)), await room.feed()))
    assert (await room.archive.authors("mei", 0), await room.archive.authors("ann", 0)) == ([], ["Ann Poe"])


async def test_what_steers_a_terminal_or_turns_a_line_round_is_kept_of_no_text(room: Room) -> None:
    signs = map(chr, (*range(32), *range(127, 160), *range(0x202A, 0x202F), *range(0x2066, 0x206A)))
    for bad in (each for each in signs if each not in "\t\n"):
        word = f"Ra{bad}in"
        article = an_article(
            f"{word} {ord(bad)}",
            url=f"https://a.test/{ord(bad)}",
            teaser=word,
            text=f"é {word}",
            authors=(word,),
            tags=(Tag(word, word, word),),
        )
        image = Image("https://a.test/i.png", word, word)
        await room.takes_in(replace(article, image=image, language=word, source_name=word))
        kept = await room.archive.article_at(article.url, OPERATOR)
        assert kept is not None and kept.image is not None
        assert (kept.title, kept.teaser, kept.text) == (f"Rain {ord(bad)}", "Rain", "é Rain")
        assert (kept.authors, kept.tags) == (("Rain",), (Tag("Rain", "Rain", "Rain"),))
        assert (kept.image.alt, kept.image.credit, kept.language, kept.source_name) == ("Rain",) * 4

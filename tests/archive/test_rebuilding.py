"""Work over the whole archive: the index made anew, old articles taken out, places corrected."""

import asyncio
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from bot.archive import Archive, memos, prune, rebuild
from bot.archive.connect import Connection
from bot.archive.rebuild import VERSION
from bot.archive.search import aside
from bot.model import Query, Sent
from bot.regions import Regions
from tests.archive.conftest import Room, owed_by_region
from tests.builders import NOON, a_sighting, a_subscription, an_article

YEAR = NOON - timedelta(days=365)


async def titles(room: Room, words: str) -> list[str]:
    return [hit.article.title for hit in (await room.archive.search(Query(words, order="newest"))).hits]


async def test_the_index_is_made_anew_beside_the_old_one(room: Room) -> None:
    await room.takes_in(*(an_article(f"Story {number}") for number in range(120)))
    await room.archive.remember(VERSION, "0")
    assert any("reindex" in sentence for sentence in await room.archive.check())
    progress: list[tuple[int, int]] = []
    assert await room.archive.reindex(lambda done, of: progress.append((done, of))) == 120
    assert progress == [(50, 120), (100, 120), (120, 120)]
    assert await room.archive.check() == []
    assert await titles(room, "story 77") == ["Story 77"]
    assert await room.archive._read(aside.is_empty), "nothing is left of the old one"


async def test_an_index_of_another_version_is_made_anew_in_spare_time(room: Room) -> None:
    await room.takes_in(*(an_article(f"Story {number}") for number in range(60)))
    await room.archive.remember(VERSION, "0")
    steps = 1
    while not await room.archive.tidy():
        steps += 1
    assert steps == 60 // rebuild.SMALL_PIECE + 2, "the last takes the old one out"
    assert await room.archive._read(aside.is_empty)
    assert await room.archive.check() == []
    assert await titles(room, "story 7") == ["Story 7"]
    assert await room.archive.tidy(), "and then there is nothing to do"


async def test_what_arrives_or_changes_while_the_index_is_made_is_in_it(room: Room) -> None:
    feed = await room.feed()
    old = [an_article(f"Story {number}", published=NOON - timedelta(days=9)) for number in range(250)]
    await room.takes_in(*old, feed=feed)
    await room.archive._write(rebuild.step)  # one step, as if the bot had been stopped then
    await room.takes_in(replace(old[0], title="Corrected early"), replace(old[249], title="Corrected late"), feed=feed)
    late = an_article("Backdated", published=NOON - timedelta(days=30))
    await room.takes_in(an_article("Brand new"), late, feed=feed)
    assert await titles(room, "brand new") == ["Brand new"]
    await room.archive.reindex()
    assert await room.archive.check() == []
    for words in ("corrected early", "corrected late", "brand new", "backdated"):
        assert len(await titles(room, words)) == 1
    assert await titles(room, "title:story 249") == []


async def test_old_articles_are_taken_out_and_never_come_back_as_news(room: Room) -> None:
    await room.archive.subscribe(a_subscription())
    feed = await room.feed()
    old = an_article("Old", published=NOON - timedelta(days=400), regions=("africa",), authors=("Ann Ode",))
    await room.takes_in(a_sighting(old, silent=True), feed=feed)
    await room.takes_in(an_article("New", regions=("africa",)), feed=feed)
    assert await room.archive.prunable(YEAR) == 1
    assert await room.archive.prune(YEAR) == 1
    assert [hit.article.title for hit in (await room.archive.latest(Query())).hits] == ["New"]
    assert (await titles(room, "old"), await room.archive.authors("ann", 0)) == ([], [])
    assert await room.archive.unseen([a_sighting(old, feed)]) == []
    accepted = await room.takes_in(replace(old, title="Old, again"), feed=feed)
    assert (accepted.new, accepted.owed) == ((), 0)
    assert await room.archive.check() == []


async def test_what_is_still_owed_is_not_taken_out(room: Room) -> None:
    await room.archive.subscribe(a_subscription())
    await room.takes_in(an_article("Old", published=NOON - timedelta(days=400), regions=("africa",)))
    assert await room.archive.prune(NOON) == 0
    (delivery,) = await room.archive.due_deliveries(room.now)
    await room.archive.settle(delivery.id, Sent(1), room.now)
    assert await room.archive.prune(NOON) == 1


async def test_what_goes_is_counted_once_and_told_piece_by_piece(room: Room) -> None:
    await room.archive.subscribe(a_subscription())
    feed, old = await room.feed(), NOON - timedelta(days=400)
    owed = [an_article(f"Owed {at}", published=old, regions=("africa",)) for at in range(60)]
    free = [an_article(f"Free {at}", published=old + timedelta(days=1)) for at in range(130)]
    await room.takes_in(*owed, *free, feed=feed)
    course = prune.Course(YEAR, await room.archive.prunable(YEAR))
    pieces = [await room.archive._write(course.step) for _ in range(2)]  # and stopped
    assert pieces[-1] == (40, 130, False)
    asked: list[str] = []
    await room.archive._write(lambda db: db.set_trace_callback(asked.append))
    told: list[tuple[int, int]] = []
    assert await room.archive.prune(YEAR, lambda gone, of: told.append((gone, of))) == 90
    assert told == [(0, 90), (40, 90), (90, 90), (90, 90)]
    assert not [statement for statement in asked if "count(" in statement]
    assert await room.archive.check() == []


async def test_another_program_that_writes_gets_a_turn_between_the_pieces(tmp_path: Path, regions: Regions) -> None:
    here = await Archive.open(tmp_path / "archive.db", regions, now=lambda: NOON)
    there = await Archive.open(tmp_path / "archive.db", regions, now=lambda: NOON)
    pieces, turns = 0, set()

    def step(db: Connection) -> tuple[int, int, bool]:
        nonlocal pieces
        memos.remember(db, "pieces", str(pieces))  # it has the right to write from here on
        time.sleep(0.01)
        pieces += 1
        return pieces, 40, pieces == 40

    working = asyncio.create_task(here._step_by_step(step, lambda done, of: None))
    while not working.done():
        await there.remember("turn", str(pieces))
        turns.add(pieces)
        await asyncio.sleep(0.005)
    await working
    assert len(turns) > 20, "after most pieces"
    await here.close()
    await there.close()


async def test_who_corrects_a_region_has_it_posted_there(room: Room) -> None:
    await room.archive.subscribe(a_subscription("channel:1", "africa"))
    await room.archive.subscribe(a_subscription("channel:2", "europe"))
    accepted = await room.takes_in(an_article(regions=("africa",)))
    (delivery,) = await room.archive.due_deliveries(room.now)
    await room.archive.settle(delivery.id, Sent(7), room.now)
    owed = await room.archive.place(accepted.new[0].id, ["europe"], '{"by": "a person"}', owed_by_region, room.now)
    assert owed == 1
    due = {each.target: each.edit for each in await room.archive.due_deliveries(room.now)}
    assert due == {"channel:1": True, "channel:2": False}
    assert [hit.article.id for hit in (await room.archive.latest(Query(region="africa"))).hits] == []
    assert await room.archive.check() == []

"""Work over the whole archive: the index made anew, old articles taken out, places corrected."""

from dataclasses import replace
from datetime import timedelta

from bot.archive import rebuild
from bot.archive.rebuild import VERSION
from bot.model import Query, Sent
from tests.archive.conftest import Room, owed_by_region
from tests.builders import NOON, a_sighting, a_subscription, an_article


async def titles(room: Room, words: str) -> list[str]:
    return [hit.article.title for hit in (await room.archive.search(Query(words, order="newest"))).hits]


async def test_the_index_is_made_anew_beside_the_old_one(room: Room) -> None:
    await room.takes_in(*(an_article(f"Story {number}") for number in range(250)))
    await room.archive.remember(VERSION, "0")
    assert any("reindex" in sentence for sentence in await room.archive.check())
    progress: list[tuple[int, int]] = []
    assert await room.archive.reindex(lambda done, of: progress.append((done, of))) == 250
    assert progress == [(200, 250), (250, 250)]
    assert await room.archive.check() == []
    assert await titles(room, "story 77") == ["Story 77"]


async def test_an_index_of_another_version_is_made_anew_in_spare_time(room: Room) -> None:
    await room.takes_in(*(an_article(f"Story {number}") for number in range(60)))
    await room.archive.remember(VERSION, "0")
    steps = 1
    while not await room.archive.tidy():
        steps += 1
    assert steps == 60 // rebuild.SMALL_PIECE + 1
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
    year = NOON - timedelta(days=365)
    assert await room.archive.prunable(year) == 1
    assert await room.archive.prune(year) == 1
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

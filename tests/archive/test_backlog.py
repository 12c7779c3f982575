"""Words are put into the indexes a moment after their articles: nobody notices, whatever comes between."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.archive import Archive, backlog, connect
from bot.archive.connect import Connection
from bot.archive.readers import TooSlow
from bot.archive.search.aliases import Aliases
from bot.errors import Busy, NewsError
from bot.model import Article, Owed, Query
from bot.regions import Regions
from tests.archive.conftest import Room, restore_archive
from tests.archive.waiting import DUNE, LIKE_IT, brought_back, titles, two_programs, wait, wrong_in
from tests.builders import NOON, a_sighting, an_article


async def until_none_waits(file: Path) -> None:
    async with asyncio.timeout(30):
        while wait(file):
            await asyncio.sleep(0.02)


# --- found at once ----------------------------------------------------------------------------------------------


async def by_search(room: Room) -> list[str]:
    return [hit.article.title for hit in (await room.archive.search(Query("moves"))).hits]


async def by_headline(room: Room) -> list[str]:
    return [each.title for each in await room.archive.headlines("rain in", None)]


async def by_what_is_like_it(room: Room) -> list[str]:
    other = await room.archive.article_at(LIKE_IT.url, None)
    assert other is not None
    return [each.title for each in await room.archive.related(other.id, None)]


async def by_filters(room: Room) -> list[str]:
    return [hit.article.title for hit in (await room.archive.latest(Query("lang:en"))).hits]


@pytest.mark.parametrize("ask", [by_search, by_headline, by_what_is_like_it, by_filters])
async def test_an_article_that_was_just_kept_is_found(room: Room, ask: Callable[[Room], Awaitable[list[str]]]) -> None:
    await room.takes_in(LIKE_IT)
    assert await titles(room.archive, "dune") == [LIKE_IT.title]
    await room.takes_in(replace(DUNE, language="en"))
    assert wait(room.archive.path) == 1, "its words come later"
    assert await ask(room) == [DUNE.title]
    assert wait(room.archive.path) == 0


async def test_a_list_of_the_latest_waits_for_no_words(room: Room) -> None:
    await room.takes_in(DUNE)
    assert (await room.archive.latest(Query(region="africa"))).total == 1
    assert await room.archive.authors("", None) == []
    assert wait(room.archive.path) == 1


async def test_many_are_put_in_at_once(room: Room) -> None:
    feed = await room.feed()
    for number in range(backlog.MANY - 1):
        await room.takes_in(an_article(f"Rain {number}"), feed=feed)
    assert wait(room.archive.path) == backlog.MANY - 1
    await room.takes_in(an_article("Rain at last"), feed=feed)
    await room.archive.remember("after", "that")  # what is written next comes after it
    assert wait(room.archive.path) == 0


async def test_of_many_that_come_together_only_a_few_wait(room: Room) -> None:
    await room.takes_in(*(an_article(f"Rain {number}") for number in range(4 * backlog.MANY + 3)))
    await room.archive.remember("after", "that")
    assert wait(room.archive.path) < backlog.MANY


async def test_they_are_put_in_when_nothing_else_is_to_be_written(room: Room) -> None:
    await room.takes_in(DUNE)
    await until_none_waits(room.archive.path)
    assert await titles(room.archive, "dune") == [DUNE.title]


async def test_they_are_put_in_before_the_end(regions: Regions, tmp_path: Path) -> None:
    room = Room(await Archive.open(tmp_path / "archive.db", regions, now=lambda: NOON))
    await room.takes_in(DUNE)
    assert wait(room.archive.path) == 1
    await room.archive.close()
    assert wait(room.archive.path) == 0
    assert wrong_in(room.archive.path) == []


def fails(article: Article, subscriptions: object) -> list[Owed]:
    raise OSError("a fault of our own")


async def test_the_newest_of_a_feed_need_no_words(room: Room) -> None:
    feed, other = await room.feed(), await room.feed("https://b.test/feed")
    await room.takes_in(LIKE_IT, DUNE, an_article("Long ago", published=NOON - timedelta(days=900)), feed=feed)
    await room.takes_in(an_article("Vote", published=NOON), DUNE, feed=other)
    assert [each.title for each in await room.archive.newest_of(feed, 2)] == [DUNE.title, LIKE_IT.title]
    assert {each.title for each in await room.archive.newest_of(other, 9)} == {"Vote", DUNE.title}
    assert wait(room.archive.path) > 0


# --- what comes between -----------------------------------------------------------------------------------------


async def test_what_is_corrected_before_is_found_as_it_is_now(room: Room) -> None:
    await room.takes_in(DUNE)
    await room.takes_in(replace(DUNE, text="A river moves"))
    assert (await titles(room.archive, "river"), await titles(room.archive, "dune")) == ([DUNE.title], [])
    await room.takes_in(replace(DUNE, text="A forest moves"))
    assert (await titles(room.archive, "forest"), await titles(room.archive, "river")) == ([DUNE.title], [])
    assert wrong_in(room.archive.path) == []


async def test_what_is_taken_out_before_is_found_no_more(room: Room) -> None:
    await room.takes_in(DUNE, LIKE_IT)
    assert await room.archive.prune(NOON - timedelta(hours=12)) == 1
    assert wait(room.archive.path) == 1
    assert await titles(room.archive, "dune") == [DUNE.title]
    assert wait(room.archive.path) == 0
    assert wrong_in(room.archive.path) == []


async def test_a_transaction_that_fails_leaves_nothing_to_be_put_in(room: Room) -> None:
    feed = await room.feed()
    with pytest.raises(OSError, match="of our own"):
        await room.archive.accept([a_sighting(DUNE, feed)], None, fails, NOON)
    assert wait(room.archive.path) == 0
    await room.takes_in(replace(DUNE, text="A river moves"), feed=feed)
    assert (await titles(room.archive, "river"), await titles(room.archive, "dune")) == ([DUNE.title], [])
    assert wrong_in(room.archive.path) == []


async def test_what_another_program_has_corrected_meanwhile_is_put_in_as_it_is_now(
    regions: Regions, tmp_path: Path
) -> None:
    async with two_programs(tmp_path / "a.db", regions) as (bot, console):
        await bot.takes_in(DUNE, LIKE_IT)
        await console.takes_in(replace(DUNE, text="A river moves"))
        await console.takes_in(an_article("Rain elsewhere", text="A dune"))
        for room in (bot, console):
            assert await titles(room.archive, "dune") == ["Rain elsewhere", LIKE_IT.title]
            assert await titles(room.archive, "river") == [DUNE.title]


async def test_what_another_program_keeps_under_a_key_that_came_to_nothing_here_is_put_in(
    regions: Regions, tmp_path: Path
) -> None:
    async with two_programs(tmp_path / "a.db", regions) as (bot, console):
        feed = await bot.feed()
        with pytest.raises(OSError, match="of our own"):
            await bot.archive.accept([a_sighting(DUNE, feed)], None, fails, NOON)
        await console.takes_in(an_article("Vote in Mali", text="A river", published=NOON))
        assert await titles(bot.archive, "river") == ["Vote in Mali"]
        assert await titles(bot.archive, "dune") == []


async def test_nothing_is_kept_in_mind_that_waits_no_more(regions: Regions, tmp_path: Path) -> None:
    async with two_programs(tmp_path / "a.db", regions) as (bot, console):
        await bot.takes_in(DUNE, LIKE_IT)
        await bot.takes_in(replace(DUNE, text="A river moves"))
        assert await bot.archive._write(lambda db: len(db.put_off)) == 2
        assert await titles(console.archive, "dune") == [LIKE_IT.title]
        await bot.takes_in(an_article("Vote"))
        assert await titles(bot.archive, "vote") == ["Vote"]
        assert await bot.archive._write(lambda db: len(db.put_off)) == 0


async def test_nobody_waits_long_while_another_program_writes(
    regions: Regions, tmp_path: Path, deadline: float
) -> None:
    room = Room(await Archive.open(tmp_path / "a.db", regions, now=lambda: NOON))
    await room.takes_in(LIKE_IT)
    assert await titles(room.archive, "dune") == [LIKE_IT.title]
    await room.takes_in(DUNE)
    with closing(connect.writer(room.archive.path)) as other:
        other.execute("BEGIN IMMEDIATE")
        found = await room.archive.search(Query("dune"))
        assert [hit.article.title for hit in found.hits] == [LIKE_IT.title], "the other one as soon as it can be put in"
        assert found.lacking == "What has just come in cannot be searched yet."
        assert (await room.archive.latest(Query())).lacking == "", "nothing is"
        with pytest.raises(Busy, match="cannot be searched yet"):  # for it may have the only one
            await room.archive.headlines("rain in", None)
        other.execute("ROLLBACK")
    await room.archive.remember("after", "that")
    assert await titles(room.archive, "dune") == [DUNE.title, LIKE_IT.title]
    assert (await room.archive.search(Query("dune"))).lacking == ""
    await room.archive.close()


async def test_a_question_that_waited_for_words_is_stopped_as_any_other(room: Room, deadline: float) -> None:
    def endless(db: Connection) -> None:
        backlog.heed(db)
        while True:
            db.heed()

    await room.takes_in(DUNE)
    with pytest.raises(TooSlow):
        await room.archive._up_to_date(room.archive._look_up, endless)
    assert wait(room.archive.path) == 0


async def test_what_waited_when_we_were_killed_is_found_afterwards(regions: Regions, tmp_path: Path) -> None:
    file = tmp_path / "a.db"
    room = Room(await Archive.open(file, regions, now=lambda: NOON))
    await room.takes_in(DUNE)
    await room.archive.backup(tmp_path / "none.copy")
    assert wait(tmp_path / "none.copy") == 0, "a copy may be read where nothing can be written"
    await room.takes_in(LIKE_IT)
    with closing(connect.reader(file)) as db, closing(connect.plain(tmp_path / "killed.copy")) as copy:
        db.backup(copy)
    await room.archive.close()
    assert wait(tmp_path / "killed.copy") == 1
    restore_archive(tmp_path / "killed.copy", tmp_path / "killed.db")
    assert wrong_in(tmp_path / "killed.copy") == [], "to wait is nothing wrong"
    reason = NewsError("This disk cannot be written to.")
    read = await Archive.read(tmp_path / "killed.db", regions, reason, now=lambda: NOON, aliases=Aliases())
    assert await titles(read, "dune") == [DUNE.title], "what can be found without writing"
    await read.close()
    again = await Archive.open(tmp_path / "killed.db", regions, now=lambda: NOON)
    assert await titles(again, "dune") == [DUNE.title, LIKE_IT.title]
    await again.close()
    assert wrong_in(tmp_path / "killed.db") == []


async def test_news_is_kept_and_owed_although_the_index_is_damaged(room: Room) -> None:
    await room.takes_in(LIKE_IT)
    assert await titles(room.archive, "dune") == [LIKE_IT.title]

    def harm(db: Connection) -> None:
        db.execute("DELETE FROM words_data")

    await room.archive._write(harm)
    accepted = await room.takes_in(DUNE)
    assert [each.title for each in accepted.new] == [DUNE.title]
    assert (await room.archive.latest(Query())).total == 2
    await room.archive.reindex()
    assert await titles(room.archive, "dune") == [DUNE.title, LIKE_IT.title]
    assert await room.archive.check() == []


def harm_in_the_end(db: Connection) -> None:
    """Harm that is noticed only when a transaction ends."""
    db.execute("UPDATE titles_data SET block = x'00' WHERE id = 10")


async def test_news_is_kept_while_somebody_asks_although_the_index_is_damaged(room: Room) -> None:
    feed = await room.feed()
    await room.takes_in(LIKE_IT, feed=feed)
    assert await titles(room.archive, "dune") == [LIKE_IT.title]
    await room.archive._write(harm_in_the_end)
    await room.takes_in(DUNE, feed=feed)
    for number in range(10):
        kept, found = await asyncio.gather(
            room.takes_in(an_article(f"Vote {number}"), feed=feed), titles(room.archive, "dune")
        )
        assert [each.title for each in kept.new] == [f"Vote {number}"]
        assert found == [LIKE_IT.title]


async def test_who_asks_when_the_end_has_begun_is_answered(regions: Regions, tmp_path: Path) -> None:
    archive = await Archive.open(tmp_path / "a.db", regions, now=lambda: NOON)
    await Room(archive).takes_in(DUNE, LIKE_IT)
    async with asyncio.timeout(30):
        asked = [asyncio.create_task(titles(archive, "dune")) for _ in range(8)]
        await asyncio.sleep(0)
        await archive.close()
        for answer in await asyncio.gather(*asked, return_exceptions=True):
            assert answer == [DUNE.title, LIKE_IT.title] or isinstance(answer, NewsError)
    assert wait(archive.path) == 0


async def test_what_waits_but_is_not_there_keeps_no_other_waiting(room: Room) -> None:
    await room.archive._write(lambda db: db.execute("INSERT INTO unindexed (article) VALUES (1), (5)") and None)
    await room.takes_in(DUNE)
    assert await titles(room.archive, "dune") == [DUNE.title]
    assert wait(room.archive.path) == 0
    assert wrong_in(room.archive.path) == []


async def test_where_it_is_lost_which_ones_wait_the_index_is_to_be_made_anew(room: Room) -> None:
    await room.takes_in(DUNE, LIKE_IT)
    await room.archive._write(lambda db: db.execute("DROP TABLE unindexed") and None)
    assert "which articles are to be put into the indexes" in " ".join(await room.archive.check())
    await room.archive.mend()
    assert "made by another version" in " ".join(await room.archive.check())
    await room.archive.reindex()
    assert await titles(room.archive, "dune") == [DUNE.title, LIKE_IT.title]
    assert wrong_in(room.archive.path) == []


async def test_a_copy_of_before_any_waited_is_brought_back(regions: Regions, tmp_path: Path) -> None:
    before = (
        "DROP TABLE unindexed",
        "DELETE FROM _sqlite_migrations WHERE name IN ('words_may_wait', 'corrections_may_wait')",
    )
    archive = await brought_back(tmp_path, regions, before)
    await Room(archive).takes_in(an_article("Rain elsewhere", text="A dune"))
    assert await titles(archive, "dune") == ["Rain elsewhere", DUNE.title, LIKE_IT.title]
    await archive.close()
    assert wrong_in(tmp_path / "a.db") == []


async def test_what_waits_without_reason_is_told(regions: Regions, tmp_path: Path) -> None:
    archive = await Archive.open(tmp_path / "a.db", regions, now=lambda: NOON)
    await Room(archive).takes_in(DUNE)
    await archive.close()
    with closing(connect.plain(archive.path)) as db:
        db.execute("INSERT INTO unindexed (article) SELECT id FROM article")
        assert "waits to be put into the index of words where it is already" in " ".join(wrong_in(archive.path))
        db.execute("UPDATE unindexed SET article = 5")
        assert "that is not there waits" in " ".join(wrong_in(archive.path))

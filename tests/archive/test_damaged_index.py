"""A damaged index keeps no news and no correction from being kept and posted; made anew, it has all of it."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bot.archive import Archive, backlog, connect, prune, rebuild, soundness
from bot.archive.accept import accept
from bot.archive.connect import Connection
from bot.archive.search.index import SHAPES
from bot.model import Query
from bot.regions import Regions
from tests.archive.conftest import Room, owed_by_region, restore_archive
from tests.archive.waiting import DUNE, LIKE_IT, brought_back, titles, two_programs, wait, wrong_in
from tests.builders import NOON, a_sighting, a_subscription, an_article

Harm = Callable[[Connection], None]
RIVER = replace(DUNE, title="Rain in Mali", text="A river moves", regions=("europe",))


def harm_at_once(db: Connection) -> None:
    """Harm that is noticed by whatever asks for words, or puts any in."""
    db.execute("DELETE FROM words_data")


def harm_in_the_end(db: Connection) -> None:
    """Harm that is noticed only when a transaction ends."""
    db.execute("UPDATE titles_data SET block = x'00' WHERE id = 10")


HARMS = pytest.mark.parametrize("harm", [harm_at_once, harm_in_the_end])


@HARMS
async def test_a_document_of_news_and_corrections_is_kept_and_owed_although_the_index_is_damaged(
    room: Room, harm: Harm, caplog: pytest.LogCaptureFixture
) -> None:
    feed = await room.feed()
    for target, region in (("channel:1", "africa"), ("channel:2", "europe")):
        await room.archive.subscribe(a_subscription(target, region))
    await room.takes_in(DUNE, LIKE_IT, feed=feed)
    assert await titles(room.archive, "dune") == [DUNE.title, LIKE_IT.title]
    await room.archive._write(harm)
    owed = []
    for number in range(3):
        news = an_article(f"Vote {number}", regions=("africa",), text="A forest moves")
        corrected = replace(RIVER, title=f"Rain in Mali {number}")
        accepted = await room.takes_in(news, corrected, feed=feed)
        assert [each.title for each in (*accepted.new, *accepted.changed)] == [news.title, corrected.title]
        owed.append(accepted.owed)
        assert (await room.archive.latest(Query(region="europe"))).hits[0].article.title == corrected.title
        assert await room.archive.catch_up() != ""
    assert owed == [2, 1, 1], "news, and once a new region"
    assert caplog.text.count("could not do chore=catch_up") == 1, "it is told of once"
    assert "index" in caplog.text and "reindex --do" in caplog.text
    await room.archive.reindex()
    assert await titles(room.archive, "dune") == [LIKE_IT.title]
    assert await titles(room.archive, "river") == ["Rain in Mali 2"]
    assert len(await titles(room.archive, "forest")) == 3
    assert await room.archive.check() == []
    assert wrong_in(room.archive.path) == []


@HARMS
async def test_who_moves_an_article_is_not_stopped_by_a_damaged_index(room: Room, harm: Harm) -> None:
    kept = (await room.takes_in(DUNE)).new[0]
    assert await titles(room.archive, "dune") == [DUNE.title]
    await room.archive._write(harm)
    await room.archive.place(kept.id, ["europe"], '{"by": "a person"}', owed_by_region, room.now)
    await room.archive.mark_gone([kept.id], room.now)
    await room.archive.reindex()
    found = await room.archive.search(Query("dune", region="europe"))
    assert [hit.article.gone for hit in found.hits] == [room.now]
    assert wrong_in(room.archive.path) == []


async def test_a_check_tells_that_words_cannot_be_put_in_also_where_all_can_be_read(room: Room) -> None:
    await room.takes_in(DUNE, LIKE_IT)
    assert await room.archive.check() == []

    def harm(db: Connection) -> None:
        db.execute("UPDATE heads_data SET block = x'0000' WHERE id = 1")  # how many there are, and how long they are

    await room.archive._write(harm)
    await room.takes_in(RIVER)
    assert "cannot be put into the indexes" in " ".join(await room.archive.check())
    await room.archive.reindex()
    assert await room.archive.check() == []
    assert await titles(room.archive, "river") == [RIVER.title]


@pytest.mark.parametrize("name", SHAPES)
async def test_an_index_that_has_forgotten_its_format_is_made_anew(regions: Regions, tmp_path: Path, name: str) -> None:
    archive = await Archive.open(tmp_path / "a.db", regions, now=lambda: NOON)
    await Room(archive).takes_in(DUNE, LIKE_IT)
    await archive.close()
    with closing(connect.plain(archive.path)) as db:
        db.execute(f"DELETE FROM {name}_config")
    archive = await Archive.open(tmp_path / "a.db", regions, now=lambda: NOON)
    said = " ".join(await archive.check())
    assert "reindex --do" in said and "restore" not in said
    await archive.reindex()
    assert await archive.check() == []
    await archive.close()
    assert wrong_in(archive.path) == []


async def test_what_waited_is_put_in_as_soon_as_another_program_has_made_the_index_anew(
    regions: Regions, tmp_path: Path
) -> None:
    async with two_programs(tmp_path / "a.db", regions) as (bot, console):
        await bot.takes_in(DUNE, LIKE_IT)
        assert await titles(bot.archive, "dune") == [DUNE.title, LIKE_IT.title]
        await bot.archive._write(harm_in_the_end)
        await bot.takes_in(RIVER)
        assert await titles(bot.archive, "river") == []
        await console.archive.reindex()
        assert await titles(bot.archive, "river") == [RIVER.title]


async def test_where_it_is_lost_what_an_index_has_the_index_is_to_be_made_anew(room: Room) -> None:
    await room.takes_in(DUNE, LIKE_IT)
    assert await titles(room.archive, "dune") == [DUNE.title, LIKE_IT.title]
    await room.takes_in(RIVER)
    await room.archive._write(lambda db: db.execute("UPDATE unindexed SET was = x'0102'") and None)
    said = " ".join(await room.archive.check())
    assert "not known any more" in said and "reindex --do" in said
    await room.archive.reindex()
    assert await titles(room.archive, "dune") == [LIKE_IT.title]
    assert await titles(room.archive, "river") == [RIVER.title]
    assert await room.archive.check() == []
    assert wrong_in(room.archive.path) == []


# --- what comes between a correction and its words ----------------------------------------------------------------


async def test_what_waits_to_be_put_in_anew_is_found_as_it_is_now(room: Room) -> None:
    await room.takes_in(DUNE)
    assert await titles(room.archive, "dune") == [DUNE.title]
    for text, found in (("A river", "river"), ("A forest", "forest"), ("A dune", "dune")):
        await room.takes_in(replace(DUNE, text="A lake"))
        await room.takes_in(replace(DUNE, text=text))
        assert wait(room.archive.path) == 1
        assert (await titles(room.archive, found), await titles(room.archive, "lake")) == ([DUNE.title], [])
        assert wrong_in(room.archive.path) == []


async def test_of_what_waits_to_be_put_in_anew_nothing_stays_when_it_is_taken_out(room: Room) -> None:
    await room.takes_in(DUNE, LIKE_IT)
    assert await titles(room.archive, "dune") == [DUNE.title, LIKE_IT.title]
    await room.takes_in(replace(LIKE_IT, text="A river"))
    assert wait(room.archive.path) == 1
    assert await room.archive.prune(NOON) == 1
    assert wait(room.archive.path) == 0
    assert await titles(room.archive, "dune") == [DUNE.title]
    assert wrong_in(room.archive.path) == []


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.one_of(st.integers(0, 7), st.sampled_from(["put in", "make anew", "take out"])), max_size=14))
@example(steps=[1, "make anew", 1, "make anew"])
@example(steps=[0, "take out"])
@example(steps=["make anew", 0, "put in", 0, "take out"])
async def test_whatever_comes_while_the_index_is_made_anew_both_are_right(
    regions: Regions, steps: list[int | str]
) -> None:
    with TemporaryDirectory() as folder:
        archive = await Archive.open(Path(folder, "a.db"), regions, now=lambda: NOON)
        room = Room(archive)
        feed = await room.feed()
        old = [
            an_article(f"Story {number}", text="A dune", published=NOON + timedelta(days=number)) for number in range(8)
        ]
        await room.takes_in(*old, feed=feed)
        await archive.close()
        with closing(connect.writer(archive.path, durable=False)) as db:
            for at, step in enumerate(steps):
                db.execute("BEGIN IMMEDIATE")
                if isinstance(step, int):
                    corrected = a_sighting(replace(old[step], title=f"Tale {at}", text=f"River {at}"), feed)
                    accept(db, [corrected], None, owed_by_region, NOON)
                elif step == "put in":
                    backlog.catch_up(db, 3)
                elif step == "make anew":
                    rebuild.step(db, 3)
                else:
                    prune.Course(NOON + timedelta(days=2), 2).step(db)
                db.execute("COMMIT")
            wrong = [each for each in soundness.check(db) if "another version" not in each]
            make_anew(db)
            wrong += soundness.check(db)
            while backlog.catch_up(db):
                pass
            has = places_of_words(db)
            make_anew(db)
            assert has == places_of_words(db), "as if none had waited"
        assert wrong + wrong_in(archive.path) == []


def make_anew(db: Connection) -> None:
    while not rebuild.step(db, 3)[2]:
        pass


def places_of_words(db: Connection) -> list[tuple[object, ...]]:
    """Which words each index has of which articles, and how often."""
    found = []
    for name in SHAPES:
        db.execute(f"CREATE VIRTUAL TABLE temp.place_{name} USING fts5vocab(main, {name}, instance)")
        found += [(name, *row) for row in db.execute(f"SELECT * FROM place_{name} ORDER BY term, doc, col, offset")]
        db.execute(f"DROP TABLE place_{name}")
    return found


async def test_what_another_program_has_corrected_again_meanwhile_is_put_in_as_it_is_now(
    regions: Regions, tmp_path: Path
) -> None:
    async with two_programs(tmp_path / "a.db", regions) as (bot, console):
        await bot.takes_in(DUNE, LIKE_IT)
        assert await titles(bot.archive, "dune") == [DUNE.title, LIKE_IT.title]
        await bot.takes_in(replace(DUNE, text="A river"))
        await console.takes_in(replace(DUNE, text="A forest"))
        await bot.takes_in(replace(LIKE_IT, text="A forest"))
        assert wait(bot.archive.path) == 2
        assert (await titles(bot.archive, "river"), await titles(bot.archive, "dune")) == ([], [])
        assert await titles(console.archive, "forest") == [DUNE.title, LIKE_IT.title]


async def test_what_waits_in_a_copy_to_be_put_in_anew_is_so_afterwards(regions: Regions, tmp_path: Path) -> None:
    room = Room(await Archive.open(tmp_path / "a.db", regions, now=lambda: NOON))
    await room.takes_in(DUNE, LIKE_IT)
    assert await titles(room.archive, "dune") == [DUNE.title, LIKE_IT.title]
    await room.takes_in(replace(DUNE, text="A river"))
    with closing(connect.reader(room.archive.path)) as db, closing(connect.plain(tmp_path / "killed.copy")) as copy:
        db.backup(copy)
    await room.archive.close()
    assert wait(tmp_path / "killed.copy") == 1
    restore_archive(tmp_path / "killed.copy", tmp_path / "killed.db")
    assert wrong_in(tmp_path / "killed.db") == [], "to wait is nothing wrong"
    again = await Archive.open(tmp_path / "killed.db", regions, now=lambda: NOON)
    assert await titles(again, "dune") == [LIKE_IT.title]
    await again.close()
    assert wrong_in(tmp_path / "killed.db") == []


async def test_a_copy_of_before_corrections_waited_is_brought_back(regions: Regions, tmp_path: Path) -> None:
    before = (
        "ALTER TABLE unindexed DROP COLUMN was",
        "DELETE FROM _sqlite_migrations WHERE name = 'corrections_may_wait'",
    )
    archive = await brought_back(tmp_path, regions, before)
    await Room(archive).takes_in(replace(DUNE, text="A river"))
    assert await titles(archive, "dune") == [LIKE_IT.title]
    await archive.close()
    assert wrong_in(tmp_path / "a.db") == []


async def test_what_waits_to_be_put_in_anew_where_it_never_was_is_told(regions: Regions, tmp_path: Path) -> None:
    archive = await Archive.open(tmp_path / "a.db", regions, now=lambda: NOON)
    await Room(archive).takes_in(DUNE)
    await archive.close()
    with closing(connect.plain(archive.path)) as db:
        db.execute("INSERT INTO unindexed SELECT id, x'' FROM article")
        db.execute("INSERT INTO words (words) VALUES ('delete-all')")
        assert "anew into the index of words where it is not" in " ".join(wrong_in(archive.path))

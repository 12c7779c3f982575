"""A server's own feeds are its own: nobody else meets their articles, whatever they ask."""

import asyncio
from contextlib import closing, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.archive import Archive, articles, connect
from bot.archive.connect import Connection, DatabaseError
from bot.archive.search import index, sight, tokens
from bot.model import OPERATOR, Article, Order, Query, Viewer
from bot.regions import Regions
from tests.archive.conftest import Room
from tests.builders import NOON, an_article

OWNERS = (OPERATOR, 11, 22)
VIEWERS: tuple[Viewer, ...] = (OPERATOR, 11, 22, 33, None)
WORDS = ("nato", "japan", "rain", "pact", "kenya", "vote")
ORDERS: tuple[Order, ...] = ("newest", "relevance")
QUERIES = (
    *("nato", "nato japan", "nato OR rain", "-nato", '"rain pact"', "ra*", "title:vote", "nto", "region:africa"),
    *("author:ann", "feed:paper", "has:image", "lang:en", "during:2026", "nato -rain", "rain pact kenya vote japan"),
    *("-region:africa rain",),
)

stories = st.lists(
    st.tuples(
        st.sampled_from(OWNERS),
        st.lists(st.sampled_from(WORDS), min_size=1, max_size=4),
        st.lists(st.sampled_from(WORDS), max_size=6),
        st.sampled_from(("africa", "europe")),
        st.integers(0, 3),
    ),
    min_size=1,
    max_size=14,
)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(stories=stories)
async def test_no_question_tells_one_server_of_anothers_articles(regions: Regions, stories: list[Any]) -> None:
    archive = await Archive.open(":memory:", regions, now=lambda: NOON + timedelta(days=1))
    room = Room(archive)
    for number, (owner, title, text, region, minutes) in enumerate(stories):
        feed = await room.feed(f"https://paper.test/{owner}", owner=owner, title=f"Paper {owner}")
        article = an_article(
            f"{' '.join(title)} {number}",
            text=" ".join(text),
            regions=(region,),
            authors=(f"Ann of {owner}",),
            published=NOON - timedelta(minutes=minutes),
            language="en",
        )
        await room.takes_in(article, feed=feed)
    everything = {each.id: each.owner for each in await archive.articles_after(-1)}
    assert len(everything) == len(stories)
    for viewer in VIEWERS:
        for met in await all_that_is_met(archive, viewer, list(everything)):
            assert met.owner in (OPERATOR, viewer) or viewer is None
        for name in await archive.authors("", viewer):
            assert viewer is None or name in (f"Ann of {OPERATOR}", f"Ann of {viewer}")
        for feed_title in await archive.feed_titles("", viewer):
            assert viewer is None or feed_title in (f"Paper {OPERATOR}", f"Paper {viewer}")
        visible = sum(viewer is None or owner in (OPERATOR, viewer) for owner in everything.values())
        assert (await archive.latest(Query(viewer=viewer))).total == visible
    await archive.close()


async def all_that_is_met(archive: Archive, viewer: Viewer, keys: list[int]) -> list[Article]:
    """Every article that any question brings this viewer."""
    met: list[Article] = []
    for words in QUERIES:
        for order in ORDERS:
            found = await archive.search(Query(words, order=order, viewer=viewer))
            met += [hit.article for hit in found.hits]
            assert found.total >= len(found.hits)
    for region in (None, "africa"):
        met += [hit.article for hit in (await archive.latest(Query(region=region, viewer=viewer))).hits]
    for typed in ("", "n", "ra", "nato"):
        met += await archive.headlines(typed, viewer)
    met += (await archive.newest_by_region(viewer)).values()
    for key in keys:
        met += await archive.related(key, viewer)
        one = await archive.article(key, viewer)
        met += [one] if one else []
        if one is None:
            everybody = await archive.article(key, None)
            assert everybody is not None
            elsewhere = await archive.article_at(everybody.url, viewer)
            story = await archive.why(everybody.url, viewer)
            met += [elsewhere] if elsewhere else []
            met += [story.article] if story else []
    return met


async def test_a_word_that_only_anothers_articles_have_is_neither_counted_nor_suggested(room: Room) -> None:
    mine, theirs = await room.feed(owner=11), await room.feed(owner=22)
    await room.takes_in(an_article("Zanzibar votes"), feed=mine)
    await room.takes_in(an_article("Rain"), feed=theirs)
    for typed in ("zanzibra", "zansibra"):
        answer = await room.archive.search(Query(typed, viewer=22))
        assert (answer.total, answer.suggestion, "zanzibar" in answer.understood) == (0, "", False)
    answer = await room.archive.search(Query("zanzibra", viewer=11))
    assert [hit.article.title for hit in answer.hits] == ["Zanzibar votes"]
    assert "zanzibar" in answer.understood
    assert (await room.archive.search(Query("zansibra", viewer=11))).suggestion == "zanzibar"


async def test_an_archive_from_before_own_articles_were_marked_hides_them_all_the_same(
    tmp_path: Path, regions: Regions
) -> None:
    file = tmp_path / "archive.db"
    archive = await Archive.open(file, regions, now=lambda: NOON)
    room = Room(archive)
    await room.takes_in(an_article("Zanzibar votes"), feed=await room.feed(owner=11))
    await room.takes_in(an_article("Zanzibar in the rain"), feed=await room.feed())
    await archive.close()
    db = connect.writer(file)
    unmark_own(db)
    db.close()
    archive = await Archive.open(file, regions, now=lambda: NOON)
    assert await archive.check() == []
    for viewer, number in ((OPERATOR, 1), (22, 1), (11, 2), (None, 2)):
        assert (await archive.search(Query("zanzibar", viewer=viewer, order="newest"))).total == number
        assert len(await archive.headlines("zanz", viewer)) == number
    await archive.close()


def unmark_own(db: Connection) -> None:
    """The index as it was made before there was a mark."""
    for row in db.execute("SELECT article FROM article_region WHERE owner > 0 AND region = 0").fetchall():
        (article,) = articles.load(db, [row["article"]]).values()
        filed = articles.marks_of(db, article)
        index.drop(db, article, filed)
        shared = index._texts(replace(article, owner=OPERATOR), filed)
        owner = tokens.owner(article.owner)
        words, titles = (text.replace(tokens.owner(OPERATOR), owner, 1) for text in shared[:2])
        index._put(db, article.id, (words, titles, "", "", *shared[2:4], f"{owner} {shared[6]}"))
    db.execute("DELETE FROM memo WHERE key = 'index.own'")


async def test_the_first_own_article_is_hidden_from_the_very_question_after_it(room: Room) -> None:
    """An archive that had none has been asked before, by each of the threads that answer."""
    await room.takes_in(an_article("Kenya votes in the rain"), *(an_article(f"Rain {n}") for n in range(12)))
    async with asyncio.TaskGroup() as asking:
        for asker in range(1, 80, 2):
            for order in ORDERS:
                asking.create_task(room.archive.search(Query("rain", order=order, asker=asker)))
                asking.create_task(room.archive.headlines("rai", OPERATOR, asker=asker + 1))
    begun = await room.archive.search(Query("rain", limit=5, viewer=22))
    accepted = await room.takes_in(an_article("Kenya in the rain, our own"), feed=await room.feed(owner=11))
    own = accepted.new[0].id
    for _ in range(10):
        for order in ORDERS:
            for viewer, number in ((22, 13), (OPERATOR, 13), (11, 14)):
                answer = await room.archive.search(Query("rain", order=order, viewer=viewer, limit=25))
                assert (answer.total, own in [hit.article.id for hit in answer.hits]) == (number, number == 14)
        assert [each.title for each in await room.archive.headlines("keny", 22)] == ["Kenya votes in the rain"]
    gone_on = await room.archive.search(Query("rain", limit=5, viewer=22, cursor=begun.next))
    assert (gone_on.total, begun.total) == (13, 13)


async def test_what_a_servers_own_article_says_is_found_as_soon_as_there_is_one(room: Room) -> None:
    await room.takes_in(an_article("Kenya votes"))
    assert (await room.archive.search(Query("kenya", viewer=11))).total == 1
    await room.takes_in(an_article("Kenya, our own"), feed=await room.feed(owner=11))
    found = await room.archive.search(Query("title:kenya", viewer=11))
    assert [hit.article.title for hit in found.hits] == ["Kenya, our own", "Kenya votes"]


async def test_who_writes_sees_own_articles_among_what_it_has_just_written(tmp_path: Path, regions: Regions) -> None:
    file = tmp_path / "archive.db"
    archive = await Archive.open(file, regions, now=lambda: NOON)
    await Room(archive).takes_in(an_article("Rain"))
    await archive.close()
    with closing(connect.writer(file)) as db:
        assert sight.has_own(db)  # for all that it knows of the moment of the next statement
        db.execute("BEGIN")
        assert not sight.has_own(db)
        db.execute("INSERT INTO words (rowid, x) VALUES (?, ?)", [2**40, f"{tokens.OWN} rain"])
        assert sight.has_own(db)
        db.execute("ROLLBACK")


@pytest.mark.parametrize(
    "harm",
    [
        "DELETE FROM words_idx",
        "DELETE FROM titles_idx",
        "UPDATE words_data SET block = zeroblob(7) WHERE id = 10",
    ],
)
async def test_a_damaged_index_shows_nobody_anothers_articles(tmp_path: Path, regions: Regions, harm: str) -> None:
    """One in which nothing is found any more, or not all, may have lost whose an article is."""
    archive = await Archive.open(tmp_path / "archive.db", regions, now=lambda: NOON)
    room = Room(archive)
    for part in range(6):
        owner, own = (OPERATOR, 11)[part % 2], []
        for number in range(part * 300, part * 300 + 300, 30):
            rare = [f"w{number + each}" for each in range(30)]
            own.append(an_article(f"Aaaaa abc {number} of {owner} {' '.join(rare[:9])}", text=f"rain {' '.join(rare)}"))
        await room.takes_in(*own, feed=await room.feed(f"https://paper.test/{owner}", owner=owner))
        await archive.catch_up()
    keys = [each.id for each in await archive.articles_after(-1)]
    await archive.close()
    with closing(connect.plain(archive.path)) as db:
        db.execute(harm)
    archive = await Archive.open(archive.path, regions, now=lambda: NOON)
    met: list[Article] = []
    for words in ("aaaaa", "aaa*", "title:aaaaa", "1", "rain", "-rain", "aab", "has:image", "lang:en"):
        for order in ORDERS:
            with suppress(DatabaseError):
                met += [hit.article for hit in (await archive.search(Query(words, order=order, viewer=22))).hits]
        with suppress(DatabaseError):
            met += await archive.headlines(words, 22)
    for key in keys:
        with suppress(DatabaseError):
            met += await archive.related(key, 22)
    assert {each.owner for each in met} <= {OPERATOR}
    await archive.close()

"""Articles are found again, by whoever may see them."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Literal

import pytest

from bot.model import Found, Hit, Order, Query
from tests.archive.conftest import Room
from tests.builders import an_article


def titles(hits: tuple[Hit, ...]) -> list[str]:
    return [hit.article.title for hit in hits]


async def leafed(room: Room, query: Query, way: Literal["next", "previous"]) -> AsyncIterator[Found]:
    while True:
        page = await room.archive.search(query)
        yield page
        if not getattr(page, way):
            return
        query = replace(query, cursor=getattr(page, way))


@pytest.fixture
async def shelf(room: Room) -> Room:
    """A few articles to look for."""
    await room.takes_in(
        an_article("Japan and NATO sign a pact", regions=("asia-pacific",), authors=("Mei Tan",)),
        an_article("Rain in Kenya", teaser="The U.S. base near Nairobi is flooded.", regions=("africa",)),
        an_article("Elections in Peru", text="Voters in Lima's hills.", regions=("latin-america",), language="es"),
    )
    return room


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("nato japan", ["Japan and NATO sign a pact"]),
        ('"nato sign"', ["Japan and NATO sign a pact"]),
        ('"sign nato"', []),
        ("lima OR nairobi", ["Elections in Peru", "Rain in Kenya"]),
        ("us", ["Rain in Kenya"]),
        ("U.S.", ["Rain in Kenya"]),
        ("elect* -nato", ["Elections in Peru"]),
        ("-nato", ["Elections in Peru", "Rain in Kenya"]),
        ("region:africa", ["Rain in Kenya"]),
        ("-region:africa", ["Elections in Peru", "Japan and NATO sign a pact"]),
        ("author:mei", ["Japan and NATO sign a pact"]),
        ("title:nairobi", []),
        ("title:kenya", ["Rain in Kenya"]),
        ("lang:es", ["Elections in Peru"]),
        ("during:2026-03", ["Elections in Peru", "Rain in Kenya", "Japan and NATO sign a pact"]),
        ("before:2026", []),
        ("foo:bar (", []),
    ],
)
async def test_a_query_finds(shelf: Room, words: str, found: list[str]) -> None:
    answer = await shelf.archive.search(Query(words, order="newest"))
    assert titles(answer.hits) == found


@pytest.mark.parametrize("words", ["feed:ärzte", "feed:ARZTE", 'feed:"Ärzte und"', "feed:a.test", "feed:länder"])
async def test_a_feed_is_meant_whatever_its_capitals_and_accents(room: Room, words: str) -> None:
    await room.takes_in(an_article("Rain"), feed=await room.feed(title="Ärzte und LÄNDER"))
    assert (await room.archive.search(Query(words))).total == 1


async def test_a_phrase_is_found_however_many_have_its_words_elsewhere(room: Room) -> None:
    for article in (an_article("Old", text="The rain pact"), an_article("Older", teaser="On the rain pact")):
        await room.takes_in(article)
    await room.takes_in(*(an_article(f"Rain, no pact {number}", teaser="Rain or pact, rain") for number in range(200)))
    for order in ("newest", "relevance"):
        found = await room.archive.search(Query('"rain pact"', order=order))
        assert {hit.article.title for hit in found.hits} == {"Old", "Older"}
        assert (found.total, found.more, found.understood) == (2, False, "“rain pact”")


@pytest.mark.parametrize(
    ("text", "is_there"),
    [
        ("In Xsing sing sing", True),
        ("A sing-sing, sung", True),
        ("Xsing sing", False),
        ("sing singer", False),
        ("He can sing. Sing!", True),
        ("sing a sing", False),
        ("sing 1sing", False),
        ("Ämter: sing’s sing", True),
    ],
)
async def test_a_phrase_is_whole_words_side_by_side(room: Room, text: str, is_there: bool) -> None:
    await room.takes_in(an_article("Rain", text=text))
    assert (await room.archive.search(Query('"sing sing"', order="newest"))).total == is_there


@pytest.mark.parametrize("order", ["newest", "relevance"])
async def test_it_is_said_where_the_looking_for_a_phrase_ended_and_the_next_page_goes_on(
    room: Room, order: Order
) -> None:
    await room.takes_in(an_article("Old", text="The rain pact"))
    await room.takes_in(*(an_article(f"Tale {number}", text="A pact, no rain") for number in range(1600)))
    found = await room.archive.search(Query('"rain pact"', order=order))
    assert (found.hits, found.total, found.more) == ((), 0, True)
    assert found.understood == "“rain pact”; looked at 1,500 texts that may have it, and no further"
    found = await room.archive.search(Query('"rain pact"', order=order, cursor=found.next))
    assert [hit.article.title for hit in found.hits] == ["Old"]
    assert (found.understood, found.next) == ("“rain pact”", "")


async def test_the_pages_after_one_on_which_nothing_was_found_have_the_words_put_right_too(room: Room) -> None:
    await room.takes_in(an_article("Old", text="The rain pact of the harbour"))
    await room.takes_in(*(an_article(f"Harbour {number}", text="A pact, no rain") for number in range(1600)))
    query = Query('of the harbuor "rain pact"')
    found = await room.archive.search(query)
    assert found.hits == () and found.understood.startswith("harbour AND “rain pact”; looked at")
    found = await room.archive.search(replace(query, cursor=found.next))
    assert [hit.article.title for hit in found.hits] == ["Old"]
    assert found.understood == "harbour AND “rain pact”"


async def test_one_leafs_forth_and_back_over_pages_on_which_nothing_was_found(room: Room) -> None:
    tale, pact = [("Tale", "A pact, no rain")] * 3300, [("Pact", "The rain pact")] * 12
    told = enumerate([*pact, *tale, *pact])
    await room.takes_in(*(an_article(f"{title} {number}", text=text) for number, (title, text) in told))
    query = Query('"rain pact"', order="newest")
    forth = [page async for page in leafed(room, query, "next")]
    assert [(page.first, len(page.hits)) for page in forth] == [(1, 10), (11, 2), (13, 0), (13, 10), (23, 2)]
    assert [(page.total, page.more) for page in forth] == [(11, True), (12, True), (12, True), (23, True), (24, False)]
    back = [page async for page in leafed(room, replace(query, cursor=forth[-1].previous), "previous")]
    assert [(page.first, len(page.hits)) for page in back] == [(13, 10), (13, 0), (3, 10), (1, 2)]
    assert titles(back[0].hits) == titles(forth[3].hits)
    assert titles(back[3].hits) + titles(back[2].hits) == titles(forth[0].hits) + titles(forth[1].hits)
    again = await room.archive.search(replace(query, cursor=back[1].next))
    assert (again.first, titles(again.hits)) == (13, titles(forth[3].hits))


async def test_who_comes_to_an_empty_page_can_go_back_from_there(room: Room) -> None:
    tale, pact = [("Tale", "A pact, no rain")] * 1600, [("Pact", "The rain pact")] * 10
    told = enumerate([*tale, *pact])
    await room.takes_in(*(an_article(f"{title} {number}", text=text) for number, (title, text) in told))
    query = Query('"rain pact"', order="newest")
    first, empty = [page async for page in leafed(room, query, "next")]
    assert (titles(empty.hits), empty.total, empty.more) == ([], 10, False)
    back = await room.archive.search(replace(query, cursor=empty.previous))
    assert (back.first, titles(back.hits)) == (1, titles(first.hits))


@pytest.mark.parametrize("words", ["title:rain", "title:rai*", "title:rain after:2020", "title:rain of"])
@pytest.mark.parametrize("order", ["newest", "relevance"])
async def test_what_is_in_a_title_is_found_however_many_have_it_elsewhere(room: Room, words: str, order: Order) -> None:
    long = "What the ministers of both countries said of the rain, and what they kept from those who asked"
    await room.takes_in(an_article(long))
    await room.takes_in(*(an_article(f"Story {number}", teaser="Rain, of rain, of rain") for number in range(90)))
    await room.takes_in(*(an_article(f"Tale {number}", text="A day of rain") for number in range(1600)))
    found = await room.archive.search(Query(words, order=order))
    assert [hit.article.title for hit in found.hits] == [long]
    assert (found.total, found.more) == (1, False)


@pytest.mark.parametrize("words", ['"rain pact"', "title:rain", "-title:vote", "rai* -title:vote"])
@pytest.mark.parametrize("order", ["newest", "relevance"])
async def test_what_only_the_text_tells_is_counted_by_the_text(room: Room, words: str, order: Order) -> None:
    await room.takes_in(*(an_article(f"Rain pact {number}") for number in range(13)))
    await room.takes_in(*(an_article(f"Vote {number}", text="A pact in the rain") for number in range(90)))
    first = await room.archive.search(Query(words, order=order))
    second = await room.archive.search(Query(words, order=order, cursor=first.next))
    assert [(page.total, page.more, len(page.hits)) for page in (first, second)] == [(13, False, 10), (13, False, 3)]


async def test_of_more_texts_than_are_looked_at_it_is_said_how_many_there_are_at_least(room: Room) -> None:
    await room.takes_in(*(an_article(f"A rain pact {number}") for number in range(300)))
    first = await room.archive.search(Query('"rain pact"', order="newest"))
    second = await room.archive.search(Query('"rain pact"', order="newest", cursor=first.next))
    assert [(page.total, page.more) for page in (first, second)] == [(11, True), (21, True)]


async def test_pages_stay_put_while_new_articles_arrive(room: Room) -> None:
    await room.takes_in(*(an_article(f"Story {number}", regions=("africa",)) for number in range(1, 26)))
    first = await room.archive.latest(Query(region="africa"))
    assert (first.first, first.total, first.previous) == (1, 25, "")
    room.passes(minutes=5)
    await room.takes_in(an_article("Breaking", regions=("africa",), published=room.now))
    second = await room.archive.latest(Query(region="africa", cursor=first.next))
    assert titles(second.hits) == [f"Story {number}" for number in range(15, 5, -1)]
    back = await room.archive.latest(Query(region="africa", cursor=second.previous))
    assert titles(back.hits) == titles(first.hits)
    third = await room.archive.latest(Query(region="africa", cursor=second.next))
    assert (titles(third.hits), third.next, third.first) == ([f"Story {n}" for n in range(5, 0, -1)], "", 21)


async def test_headlines_and_authors_are_completed(shelf: Room) -> None:
    assert [each.title for each in await shelf.archive.headlines("nato ja", 0)] == ["Japan and NATO sign a pact"]
    assert await shelf.archive.authors("ta", 0) == ["Mei Tan"]
    assert len(await shelf.archive.headlines("", 0)) == 3


async def test_the_archives_parts_agree(shelf: Room) -> None:
    assert await shelf.archive.check() == []

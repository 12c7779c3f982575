"""Articles are found again, by whoever may see them."""

import pytest

from bot.model import Hit, Order, Query
from tests.archive.conftest import Room
from tests.builders import an_article


def titles(hits: tuple[Hit, ...]) -> list[str]:
    return [hit.article.title for hit in hits]


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

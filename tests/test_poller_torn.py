"""Documents that break off: what is whole is taken, the rest is waited for, and nothing old becomes news by it."""

from datetime import timedelta

import pytest

from tests.fakes import Answer
from tests.polling import House
from tests.press import Item, atom, item, rss

pytestmark = pytest.mark.asyncio(loop_scope="module")

A, B, C, D = item("Rain in Kenya", 4), item("Ports of Ghana", 3), item("Vote in France", 2), item("Talks in Oman", 1)


async def prints(house: House, *documents: bytes | Answer) -> list[str]:
    for document in documents:
        house.web["/feed"] = document
        await house.goes_round()
    return await house.posted()


def torn(document: bytes, within: Item) -> bytes:
    return document[: document.index(within.title.encode()) + 5]


def unclosed(document: bytes) -> bytes:
    """It ends with its last item."""
    return document[: document.rindex(b">", 0, document.rindex(b"</channel>")) + 1]


async def test_the_rest_of_a_first_document_that_broke_off_is_no_news(house: House) -> None:
    await house.add()
    whole = rss(D, C, B, A)
    assert await prints(house, torn(whole, B), torn(whole, C), whole) == []
    assert await prints(house, rss(item("News"), D, C)) == ["News"]


async def test_a_feed_that_always_breaks_off_has_a_first_poll_too(house: House) -> None:
    await house.add()
    documents = [torn(rss(*(item(f"News {n}") for n in range(number, -1, -1)), A, B), B) for number in range(5)]
    assert await prints(house, *documents) == ["News 3", "News 4"]
    source = await house.source()
    assert source.status == "cut-off" and source.failures == 5 and source.next_poll is not None
    assert source.next_poll <= house.clock.now(), "what comes is noticed no later than elsewhere"


async def test_that_a_feed_breaks_off_for_a_day_is_told(house: House) -> None:
    await house.add()
    await prints(house, rss(A), torn(rss(C, B, A), B))
    house.clock.turn(timedelta(days=1))
    await prints(house, torn(rss(C, B, A), B))
    (told,) = (await house.archive.recalled("tidings:")).values()
    assert '"failing"' in told and "breaks off" in told


async def test_a_feed_that_its_publisher_never_closes_is_well(house: House) -> None:
    await house.add()
    documents = [unclosed(rss(*each)) for each in ([A], [A], [B, A], [C, B, A], [C, B, A])]
    tagged = [Answer(each, headers={"ETag": f'"{len(each)}"'}) for each in documents]
    assert await prints(house, *tagged) == [B.title, C.title]
    source = await house.source()
    assert (source.status, source.failures, source.etag) == ("unchanged", 0, None)
    assert "If-None-Match" not in house.web.asked[-1].headers, "the tag may be that of a document that is whole"


@pytest.mark.parametrize("document", [rss(B, A).removesuffix(b"</rss>"), rss(B, A) + b"\n<!-- cached -->\0\0"])
async def test_a_document_of_which_nothing_is_missing_is_whole(house: House, document: bytes) -> None:
    await house.add()
    assert await prints(house, Answer(document, headers={"ETag": '"a"'})) == []
    source = await house.source()
    assert (source.status, source.etag) == ("ok", '"a"')


async def test_the_first_item_is_no_article_before_it_is_whole(house: House) -> None:
    await house.add()
    whole = rss(A.but(link=""), B)
    within_its_guid = whole[: whole.index(b"id-Rain") + 5]
    assert await prints(house, rss(B), within_its_guid) == []
    assert await prints(house, whole) == [A.title]


async def test_an_atom_document_may_break_off_as_well(house: House) -> None:
    await house.add()
    whole = atom(D, C, B, A)
    assert await prints(house, atom(A), torn(whole, B), whole) == [C.title, D.title, B.title]

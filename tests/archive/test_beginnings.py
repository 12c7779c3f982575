"""word* finds every word that begins so, whatever of it the index keeps."""

import pytest

from bot.archive.search.beginnings import beginning
from bot.archive.search.stem import stem
from bot.model import Order, Query
from tests.archive.conftest import Room
from tests.builders import an_article

FAMILIES = """
immigration immigrant immigrants; organization organizational; organisation; player playing played plays; cityscape
cities city; died dies; nationalism nationalities; negotiation negotiators; relative relations; happiness happily;
stopped stopping; sanctioned sanctions; government governance; used uses; economics economies; liberalization; tied
"""


@pytest.mark.parametrize("typed", ["immigra*", "organi*", "play*", "city*", "die*", "use*", "stopp*", "IMMIGRATIO*"])
@pytest.mark.parametrize("order", ["newest", "relevance"])
async def test_a_beginning_finds_what_goes_on_otherwise_than_its_stem(room: Room, typed: str, order: Order) -> None:
    await room.takes_in(
        an_article("Immigration"),
        an_article("The organization"),
        an_article("Two players"),
        an_article("A cityscape"),
        an_article("They died"),
        an_article("Never used"),
        an_article("Stopped"),
    )
    found = await room.archive.search(Query(typed, order=order))
    assert [typed[:3].casefold() in hit.article.title.casefold() for hit in found.hits] == [True]


@pytest.mark.parametrize("typed", ["taxi*", "city*", "alli*", "uni*", "rai*", "thei*"])
async def test_a_beginning_finds_nothing_that_is_shorter(room: Room, typed: str) -> None:
    """Though "taxing", were it there, would be kept as "tax"."""
    await room.takes_in(an_article("All the citizens of the UN pay a tax to Ra"))
    assert (await room.archive.search(Query(typed, order="newest"))).total == 0


def test_all_words_of_a_family_are_asked_for_by_how_they_begin() -> None:
    """But for a short stem and one letter more: usi* is not asked for "using", nor all the others that have "us"."""
    for word in FAMILIES.replace(";", " ").split():
        for letters in (word[:cut] for cut in range(3, len(word) + 1)):
            begun = beginning(letters)
            root = stem(word)
            found = root.startswith(letters) or root in map(stem, begun.words)
            assert found or (len(root) < 4 and len(letters) < 5), (letters, word)
            assert stem(begun.asked) == letters

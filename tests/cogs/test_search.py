"""/search, as members of a server type it."""

from bot.chat.pages.memory import base36
from bot.model import Feed, Query
from tests.cogs.conftest import House, answer, article, button, labels, parts, text


async def test_words_find_articles_with_the_words_in_bold(house: House) -> None:
    await house.accept(article(1, "Rain in Kenya", teaser="Heavy floods in Nairobi."), article(2, "Tides of Japan"))
    shown = answer(await house.call(house.bob, "search", words="floods"))
    assert "[Rain in Kenya](https://paper.test/1)" in text(shown) and "Japan" not in text(shown)
    assert "**floods**" in text(shown)
    assert text(shown).startswith("## floods")
    assert shown.only_for == house.bob.id


async def test_headlines_are_offered_while_one_types_and_picking_one_opens_it(house: House) -> None:
    await house.accept(article(1, "Rain in Kenya"), article(2, "Tides of Japan"))
    offered = await house.choices(house.bob, "search", "words", words="rai")
    assert [each["name"] for each in offered] == ["Rain in Kenya"]
    shown = answer(await house.call(house.bob, "search", words=offered[0]["value"]))
    assert "### [Rain in Kenya](https://paper.test/1)" in text(shown)


async def test_whose_word_is_only_begun_is_offered_what_begins_so(house: House) -> None:
    await house.accept(article(1, "A cable on the sea bed"), article(2, "Rain"))
    said = answer(await house.call(house.bob, "search", words="cab"))
    assert text(said).startswith("Nothing in the archive about “cab”.")
    pressed = await house.press(house.bob, said, button(said, "Did you mean “cab*”?"))
    assert "A cable on the sea bed" in text(answer(pressed))
    for nothing in ("zzz", '"sea cab"', "-rain -cab", "title:cab", "xx"):
        said = answer(await house.call(house.bob, "search", words=nothing))
        assert not any("*" in each for each in labels(said)), nothing


async def test_an_article_that_was_picked_can_be_read_on(house: House) -> None:
    (kept,) = await house.accept(article(1, "Rain in Kenya"))
    offered = await house.choices(house.bob, "search", "words", words="rain")
    shown = answer(await house.call(house.bob, "search", words=offered[0]["value"]))
    opened = answer(await house.press(house.bob, shown, button(shown, "Keep reading")))
    assert "says more about story 1." in text(opened)
    assert kept.title in text(opened)


async def test_what_only_looks_like_a_picked_headline_is_searched_for(house: House) -> None:
    await house.accept(article(1, "Rain in Kenya"))
    for typed in ("id:zzzzzzzzzzzzz", "id:zzzzzzzzzzzz", "id:0"):
        said = answer(await house.call(house.bob, "search", words=typed))
        assert text(said).startswith("Nothing in the archive about “"), text(said)
        said = answer(await house.call(house.ada, "desk why", url=typed))
        assert text(said).startswith("I know of no such article.")


async def test_an_articles_address_opens_it_like_a_headline(house: House) -> None:
    await house.accept(article(1, "Rain in Kenya"), article(2, "Tides of Japan"))
    shown = answer(await house.call(house.bob, "search", words="https://www.paper.test/1?utm_source=x"))
    assert "### [Rain in Kenya](https://paper.test/1)" in text(shown) and text(shown).startswith("-# ")
    pointed = answer(await house.call(house.bob, "search", words="<https://paper.test/1>"))
    assert "### [Rain in Kenya](https://paper.test/1)" in text(pointed)
    nothing = answer(await house.call(house.bob, "search", words="https://paper.test/3"))
    assert text(nothing).startswith("Nothing in the archive about “https")


async def test_authors_are_offered_and_narrow_it_down(house: House) -> None:
    await house.accept(article(1, "Rain", authors=("Ann Low",)), article(2, "More rain", authors=("Bo Ek",)))
    offered = await house.choices(house.bob, "search", "author", words="rain", author="bo")
    assert [each["value"] for each in offered] == ["Bo Ek"]
    shown = answer(await house.call(house.bob, "search", words="rain", author="Bo Ek"))
    assert "[More rain]" in text(shown) and "[Rain]" not in text(shown)


async def test_region_and_days_narrow_it_down(house: House) -> None:
    week = 7 * 24 * 60
    await house.accept(
        article(1, "Rain in Kenya"),
        article(2, "Rain in Japan", regions=("asia-pacific",)),
        article(week * 3, "Old rain in Kenya"),
    )
    shown = answer(await house.call(house.bob, "search", words="rain", region="africa", after="1 week ago"))
    assert "[Rain in Kenya]" in text(shown)
    assert "Japan" not in text(shown) and "Old rain" not in text(shown)
    older = answer(await house.call(house.bob, "search", words="rain", before="1 week ago"))
    assert "[Old rain in Kenya]" in text(older) and "[Rain in Kenya]" not in text(older)


async def test_days_are_offered_and_any_other_may_be_typed(house: House) -> None:
    offered = await house.choices(house.bob, "search", "after", words="rain", after="yes")
    assert [each["value"] for each in offered] == ["yes", "yesterday"]


async def test_one_leafs_through_what_was_found_with_all_it_was_asked_by(house: House) -> None:
    await house.accept(*(article(number, f"Rain number {number}") for number in range(1, 9)))
    await house.accept(*(article(number, f"Rain number {number}", authors=("Bo Ek",)) for number in range(11, 19)))
    shown = answer(await house.call(house.bob, "search", words="rain", author="Ann Low", order="newest"))
    second = answer(await house.press(house.bob, shown, button(shown, "Next ›")))
    assert labels(second)[-3:] == ["‹ Previous", "6–8 of 8", "Next ›"]
    assert "Bo Ek" not in text(second)


async def test_a_query_that_is_too_long_for_a_button_is_remembered_also_after_a_restart(house: House) -> None:
    words = " ".join(["rain"] + [f"-{'x' * 20}{number}" for number in range(15)])
    await house.accept(*(article(number, f"Rain number {number}") for number in range(1, 9)))
    shown = answer(await house.call(house.bob, "search", words=words))
    assert all(len(each.get("custom_id", "")) <= 100 for each in parts(shown))
    async with house.restarted():
        second = answer(await house.press(house.bob, shown, button(shown, "Next ›")))
    assert labels(second)[-2] == "6–8 of 8"


async def test_nothing_found_is_said_in_words(house: House) -> None:
    await house.accept(article(1))
    shown = answer(await house.call(house.bob, "search", words="zebra *crossing*", region="africa"))
    assert text(shown).startswith("Nothing in the archive about “zebra \\*crossing\\*”")
    assert not [each for each in parts(shown) if each["type"] == 17]


async def test_what_only_the_limits_keep_out_is_a_button_away(house: House) -> None:
    old = 60 * 24 * 60
    await house.accept(article(1, "Rain in Kenya"), article(old, "Rain in Japan", regions=("asia-pacific",)))
    limits = {"region": "africa", "author": "Bo Ek", "after": "2026-11"}
    shown = answer(await house.call(house.bob, "search", words="japan rain", **limits))
    assert text(shown).startswith("Nothing in the archive about “japan rain” in")
    assert labels(shown) == ["2 without region, author and dates"]
    nowhere = answer(await house.call(house.bob, "search", words="zebra", **limits))
    assert labels(nowhere) == []
    async with house.restarted():
        found = answer(await house.press(house.bob, shown, button(shown, labels(shown)[0])))
    assert "[Rain in Japan]" in text(found) and found.id == shown.id


async def test_where_nothing_is_found_one_is_told_what_to_do(house: House) -> None:
    shown = answer(await house.call(house.bob, "search", words="zebra"))
    assert text(shown).endswith("-# Other words may find more; `/follow` sends you what comes.")


async def test_what_a_reader_types_is_never_an_error(house: House) -> None:
    await house.accept(article(1))
    for words in ('"', "(", "U.S.", "a OR", "-", "id:zzzz", "id:1", "~", "region:nowhere", "\u202e\u0000x", "🌧" * 200):
        shown = answer(await house.call(house.bob, "search", words=words, after="never", before="~"))
        assert "went wrong" not in text(shown)


async def test_hostile_words_stay_words(house: House) -> None:
    await house.accept(article(1, "@everyone [x](https://evil.test) <@1>"))
    shown = answer(await house.call(house.bob, "search", words="everyone", share=True))
    assert not (shown.pings.everyone or shown.pings.members)
    assert "](https://evil.test)" not in text(shown)
    empty = answer(await house.call(house.bob, "search", words="@here <@1> [x](https://evil.test)", share=True))
    assert "](https://evil.test)" not in text(empty) and "@here" not in text(empty)


async def test_another_servers_articles_are_not_offered(house: House) -> None:
    other = house.stage.world.add_guild("Elsewhere")
    feed = await house.archive.add_feed(Feed(url="https://own.test/feed", owner=other.id))
    await house.accept(article(1, "Secret rain", owner=other.id, authors=("Se Cret",)), feed=feed)
    assert await house.choices(house.bob, "search", "words", words="sec") == []
    assert await house.choices(house.bob, "search", "author", words="x", author="se") == []
    theirs = await house.archive.latest(Query(viewer=other.id))
    shown = answer(await house.call(house.bob, "search", words=f"id:{base36(theirs.hits[0].article.id)}"))
    assert "Secret" not in text(shown)


async def test_what_was_not_found_among_the_newest_is_looked_for_further_back(house: House) -> None:
    old = article(2000, "Old", text="The rain pact.")
    await house.accept(old, *(article(number, f"Tale {number}", text="A pact, no rain.") for number in range(1, 1601)))
    shown = answer(await house.call(house.bob, "search", words='"rain pact"'))
    assert text(shown).startswith("Not in the newest articles that may have it.")
    assert "looked at 1,500 texts" in text(shown)
    found = answer(await house.press(house.bob, shown, button(shown, "Next ›")))
    assert "[Old](https://paper.test/2000)" in text(found)


async def test_who_comes_to_a_page_on_which_nothing_was_found_can_leaf_back(house: House) -> None:
    tales = (article(number, f"Tale {number}", text="A pact, no rain.") for number in range(10, 1610))
    await house.accept(*tales, *(article(each, f"Pact {each}", text="The rain pact.") for each in range(1, 6)))
    first = answer(await house.call(house.bob, "search", words='"rain pact"', order="newest"))
    empty = answer(await house.press(house.bob, first, button(first, "Next ›")))
    assert text(empty).startswith("There is nothing more here.")
    back = answer(await house.press(house.bob, empty, button(empty, "‹ Previous")))
    assert text(back) == text(first)


async def test_a_long_query_leaves_room_for_what_is_told_of_it(house: House) -> None:
    spoken = " ".join(f"flood{number}" for number in range(30))
    await house.accept(article(1, text=spoken))
    shown = answer(await house.call(house.bob, "search", words=f"{spoken} before:2026-13"))
    assert "flood1 AND" in text(shown) and "“2026-13” is no date" in text(shown) and "Story number 1" in text(shown)
    nothing = answer(await house.call(house.bob, "search", words=f"{spoken} desert before:2026-13"))
    assert "“2026-13” is no date" in text(nothing)


async def test_a_page_with_a_long_heading_fits_also_when_its_cards_are_opened(house: House) -> None:
    words = " ".join(f"_flood_{number}_" for number in range(20))
    found = [
        article(number, f"{number} {'_of_many_floods' * 20}", text=f"{words}. {'It _rains_ and it rains. ' * 200}")
        for number in range(1, 6)
    ]
    await house.accept(*found)
    shown = answer(await house.call(house.bob, "search", words=f"{words} before:2026-13 has:photo sort:old"))
    for _ in found:
        assert "is no date" in text(shown) and len(text(shown)) <= 4000 and len(text(shown).encode()) <= 8000
        shown = answer(await house.press(house.bob, shown, button(shown, "Keep reading")))
    assert "It \\_rains\\_ and" in text(shown)

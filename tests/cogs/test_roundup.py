"""/roundup, as members of a server type it."""

from tests.cogs.conftest import House, answer, article, button, parts, text

DAY = 24 * 60  # minutes


async def test_the_week_is_on_one_page_day_by_day(house: House) -> None:
    await house.accept(
        article(10, "Rain"),
        article(DAY + 10, "Wind"),
        article(2 * DAY, "Sun"),
        article(8 * DAY, "Last week's snow"),
        article(20, "Elsewhere", regions=("europe",)),
    )
    shown = answer(await house.call(house.bob, "roundup", region="africa"))
    assert text(shown).startswith("## The week in 🌍 Africa\n### [Rain](https://paper.test/10)")
    assert "**Saturday, 21 November**\n- [Wind]" in text(shown) and "**Friday, 20 November**\n- [Sun]" in text(shown)
    assert "snow" not in text(shown) and "Elsewhere" not in text(shown)
    assert shown.only_for == house.bob.id


async def test_more_than_fit_are_a_button_away(house: House) -> None:
    await house.accept(
        *(article(number, f"A rather long headline, the one with number {number}") for number in range(1, 91))
    )
    shown = answer(await house.call(house.bob, "roundup", share=True))
    assert shown.only_for is None and len(text(shown)) <= 4000 and len(parts(shown)) <= 40
    every = answer(await house.press(house.bob, shown, button(shown, "All 90")))
    assert "with number 1]" in text(every) and every.only_for == house.bob.id


async def test_a_week_in_which_nothing_came_says_so(house: House) -> None:
    shown = answer(await house.call(house.bob, "roundup", region="europe"))
    assert text(shown) == "Nothing came in from 🏰 Europe in the past week."

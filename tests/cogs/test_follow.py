"""/follow and /following, as readers type them."""

from tests.cogs.conftest import House, answer, article, button, labels, text


async def test_a_region_is_followed(house: House) -> None:
    said = answer(await house.call(house.bob, "follow", region="africa"))
    assert "every new article about **Africa**" in text(said) and said.only_for == house.bob.id
    (order,) = await house.archive.subscriptions_of(f"user:{house.bob.id}")
    assert (order.region, order.kind, order.guild) == ("africa", "dm", 0)


async def test_authors_and_words_are_followed_one_beside_the_other(house: House) -> None:
    await house.call(house.bob, "follow", author="Ann Low")
    await house.call(house.bob, "follow", words='sanctions iran, "red sea"')
    await house.call(house.bob, "follow", words="sanctions iran")
    (order,) = await house.archive.subscriptions_of(f"user:{house.bob.id}")
    assert (order.region, order.include) == ("*", 'author:"Ann Low", sanctions iran, "red sea"')


async def test_what_is_followed_is_listed_and_stopped_one_by_one(house: House) -> None:
    assert "You follow nothing yet" in text(answer(await house.call(house.bob, "following")))
    await house.call(house.bob, "follow", region="africa")
    await house.call(house.bob, "follow", author="Ann Low")
    await house.call(house.bob, "follow", words="floods")
    shown = answer(await house.call(house.bob, "following"))
    assert text(shown).startswith("## You follow (3)") and labels(shown) == ["Stop"] * 3
    left = answer(await house.press(house.bob, shown, button(shown, "Stop")))
    assert "Africa" not in text(left) and "Ann Low" in text(left)
    left = answer(await house.press(house.bob, left, button(left, "Stop")))
    assert "Ann Low" not in text(left) and "floods" in text(left)
    left = answer(await house.press(house.bob, left, button(left, "Stop")))
    assert "You follow nothing yet" in text(left)
    assert await house.archive.subscriptions_of(f"user:{house.bob.id}") == []


async def test_one_thing_at_a_time(house: House) -> None:
    assert "Choose one" in text(answer(await house.call(house.bob, "follow")))
    assert "Choose one" in text(answer(await house.call(house.bob, "follow", region="africa", words="rain")))


async def test_words_that_cannot_be_read_are_refused(house: House) -> None:
    assert text(answer(await house.call(house.bob, "follow", words='"red sea'))).startswith("`words`: ")


async def test_what_one_follows_is_nobody_elses_business(house: House) -> None:
    await house.call(house.bob, "follow", region="africa")
    assert "You follow nothing yet" in text(answer(await house.call(house.ada, "following")))
    assert "ordered nothing yet" in text(answer(await house.call(house.ada, "desk subscriptions")))


async def test_an_article_that_is_followed_is_owed_to_its_reader_once(house: House) -> None:
    await house.call(house.bob, "follow", region="africa")
    await house.call(house.bob, "follow", author="Ann Low")
    await house.accept(article(1), silent=False)
    assert [each.target for each in await house.archive.outbox_rows()] == [f"user:{house.bob.id}"]

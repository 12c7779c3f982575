"""/follow and /following, as readers type them."""

from bot.model import Feed, Subscription
from tests.cogs.conftest import House, answer, article, button, labels, parts, text


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


async def test_what_is_followed_twice_is_listed_once(house: House) -> None:
    for words in ('sanctions iran, "red sea"', '"Red Sea", sanctions iran', "rain, Rain"):
        await house.call(house.bob, "follow", words=words)
    await house.call(house.bob, "follow", author="José Álvarez")
    await house.call(house.bob, "follow", author="jose alvarez")
    shown = answer(await house.call(house.bob, "following"))
    assert text(shown).startswith("## You follow (4)") and labels(shown) == ["Stop"] * 4
    assert [each for each in parts(shown) if each["type"] == 10][-1]["content"] == "by **José Álvarez**"


async def test_a_thing_that_stands_twice_in_an_order_is_stopped_at_once(house: House) -> None:
    before = Subscription(f"user:{house.bob.id}", "*", kind="dm", include="rain, Rain, snow")
    await house.archive.subscribe(before)
    shown = answer(await house.call(house.bob, "following"))
    assert labels(shown) == ["Stop"] * 2
    left = answer(await house.press(house.bob, shown, button(shown, "Stop")))
    assert "rain" not in text(left).casefold() and "snow" in text(left)


async def test_an_author_of_whom_nothing_is_known_is_told(house: House) -> None:
    await house.accept(article(1, authors=("Jane Doe",)))
    known = answer(await house.call(house.bob, "follow", author="jane doe"))
    assert "nobody of that name" not in text(known)
    meant = answer(await house.call(house.bob, "follow", author="Jane Do"))
    assert text(meant).endswith("-# So far the archive has nobody of that name. Is it **Jane Doe**?")
    unknown = answer(await house.call(house.bob, "follow", author="Nobody Atall"))
    assert text(unknown).endswith("The list that opens while you type has the names.")


async def test_an_author_who_cannot_be_looked_up_now_is_not_said_to_be_unknown(house: House) -> None:
    await house.accept(article(1, authors=("Jane Doe",)))
    turns = house.archive._turns
    with turns.of(house.bob.id), turns.of(house.bob.id):  # what was asked while the name was typed goes on
        said = answer(await house.call(house.bob, "follow", author="Jane Doe"))
    assert text(said) == (
        "You get a direct message for every new article by **Jane Doe**. `/following` lists all that you follow."
    )


async def test_more_than_one_can_follow_is_told_as_that(house: House) -> None:
    for number in range(30):
        await house.call(house.bob, "follow", words=f"word{number}")
    said = answer(await house.call(house.bob, "follow", words="rain"))
    assert text(said).startswith("You follow as many authors and words as there is room for. `/following`")
    again = answer(await house.call(house.bob, "follow", words="word7"))
    assert text(again).startswith("You get a direct message")


async def test_a_servers_own_feeds_are_not_followed_and_that_is_told(house: House) -> None:
    own = await house.archive.add_feed(Feed(url="https://own.test/feed", owner=house.guild.id))
    await house.accept(article(1, owner=house.guild.id, authors=("Se Cret",)), feed=own)
    assert await house.choices(house.bob, "follow", "author", author="se") == []
    said = answer(await house.call(house.bob, "follow", region="africa"))
    assert "Not for those of this server's own feeds" in text(said)
    alone = answer(await house.call(house.bob, "follow", house.stage.world.dm(house.bob), region="europe"))
    assert "own feeds" not in text(alone)


async def test_whoever_cannot_be_written_to_is_told_once_and_what_to_do(house: House) -> None:
    for region in ("africa", "europe"):
        await house.call(house.bob, "follow", region=region)
    shut = "this person does not accept direct messages from the bot"
    await house.archive.suspend_target(f"user:{house.bob.id}", shut)
    shown = text(answer(await house.call(house.bob, "following")))
    assert shown.count("⚠️") == 1 and "Discord lets me send you no direct messages" in shown
    assert "then say `/follow` again for one of these" in shown and "this person" not in shown
    await house.call(house.bob, "follow", region="africa")
    assert "⚠️" not in text(answer(await house.call(house.bob, "following")))

"""/desk move, as those who run a server type it."""

from dataclasses import replace

from bot.delivery.route import route
from bot.model import Feed, Query, Sent, Sighting, Subscription
from tests.cogs.conftest import NOON, House, answer, article, text
from tests.fakes import until


async def test_a_region_is_corrected_and_the_posts_follow(house: House) -> None:
    europe = house.guild.add_channel("europe")
    await _order(house, house.lobby.id, "africa")
    await _order(house, europe.id, "europe")
    await _bring(house)
    (delivery,) = await house.archive.due_deliveries(NOON)
    await house.archive.sending(delivery.id, NOON)
    await house.archive.settle(delivery.id, Sent(5), NOON)
    said = answer(await house.call(house.ada, "desk move", article="https://paper.test/1", region="europe"))
    assert text(said) == (
        "[Rain in Kenya](https://paper.test/1) is in **Europe** from now on. "
        "Posts that are out are corrected. One channel gets it now."
    )
    assert house.nudges == [1]
    new, edit = sorted(await house.archive.due_deliveries(NOON), key=lambda each: each.edit)
    assert (new.target, edit.target, edit.edit) == (f"channel:{europe.id}", f"channel:{house.lobby.id}", True)
    assert "Rain in Kenya" in text(answer(await house.call(house.bob, "latest", region="europe")))
    told = text(answer(await house.call(house.ada, "desk why", url="https://paper.test/1")))
    assert "Why here? Whoever runs this bot has moved it here from Africa." in told


async def test_no_feed_undoes_it(house: House) -> None:
    await _bring(house)
    await house.call(house.ada, "desk move", article="https://paper.test/1", region="europe")
    await _bring(house, title="Rain in Kenya, and more of it")
    await _bring(house, feed="https://other.test/feed")
    (kept,) = [hit.article for hit in (await house.archive.latest(Query(viewer=None))).hits]
    assert (kept.regions, kept.title) == (("europe",), "Rain in Kenya, and more of it")


async def test_what_it_is_called_may_be_picked(house: House) -> None:
    await _bring(house)
    (offered,) = await house.choices(house.ada, "desk move", "article", article="rain")
    said = answer(await house.call(house.ada, "desk move", article=offered["value"], region="EU"))
    assert "is in **Europe** from now on" in text(said)
    again = answer(await house.call(house.ada, "desk move", article=offered["value"], region="europe"))
    assert "is in **Europe** already" in text(again)


async def test_an_unknown_article_or_region_is_answered_in_a_sentence(house: House) -> None:
    said = answer(await house.call(house.ada, "desk move", article="https://nowhere.test/", region="europe"))
    assert text(said).startswith("I know of no such article.")
    await _bring(house)
    said = answer(await house.call(house.ada, "desk move", article="https://paper.test/1", region="atlantis"))
    assert "There is no region “atlantis”" in text(said)


async def test_where_other_servers_read_along_only_its_operator_moves_what_is_everybodys(house: House) -> None:
    await _bring(house)
    house.stage.world.add_guild("Elsewhere")
    await until(lambda: len(house.client.guilds) == 2)
    eve = house.stage.world.add_member(house.guild, "Eve", admin=True)  # the first person, Ada, runs the bot
    said = answer(await house.call(eve, "desk move", article="https://paper.test/1", region="europe"))
    assert "Only whoever runs the bot can do that." in text(said)
    own = await house.archive.add_feed(Feed(url="https://own.test/feed", owner=house.guild.id))
    await house.accept(article(2, "Ours", owner=house.guild.id), feed=own)
    said = answer(await house.call(eve, "desk move", article="https://paper.test/2", region="europe"))
    assert "is in **Europe** from now on" in text(said)
    told = text(answer(await house.call(eve, "desk why", url="https://paper.test/2")))
    assert "Why here? Eve has moved it here from Africa." in told
    said = answer(await house.call(house.ada, "desk move", article="https://paper.test/1", region="europe"))
    assert "is in **Europe** from now on" in text(said)


async def _order(house: House, channel: int, region: str) -> None:
    await house.archive.subscribe(Subscription(f"channel:{channel}", region, guild=house.guild.id))


async def _bring(house: House, title: str = "Rain in Kenya", feed: str = "https://paper.test/feed") -> None:
    known = await house.archive.add_feed(Feed(url=feed, polled=NOON))
    printed = replace(article(1, title), updated=NOON if title != "Rain in Kenya" else None)
    await house.archive.accept([Sighting(printed, known, repr(printed).encode())], None, route, NOON)


async def test_an_article_that_cannot_be_looked_up_now_is_not_said_to_be_unknown(house: House) -> None:
    await house.accept(article(1, "Rain in Kenya"))
    turns = house.archive._turns
    with turns.of(house.ada.id), turns.of(house.ada.id):  # what was asked while the headline was typed goes on
        said = answer(await house.call(house.ada, "desk move", article="Rain in Kenya", region="europe"))
    assert text(said) == "Two of your questions are still being answered. Please wait a moment."

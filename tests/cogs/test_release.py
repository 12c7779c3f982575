"""/desk release, as those who run a server type it."""

from collections.abc import Sequence

from bot.delivery.route import route
from bot.model import Article, Feed, Owed, Sighting, Subscription
from tests.cogs.conftest import NOON, House, answer, article, button, labels, parts, text

FLOOD = "The Paper brought 40 articles at once"


async def test_what_is_held_is_shown_by_its_reason(house: House) -> None:
    assert "Nothing is held back" in text(answer(await house.call(house.ada, "desk release")))
    await hold(house, 5, FLOOD)
    shown = answer(await house.call(house.ada, "desk release"))
    assert shown.only_for == house.ada.id
    assert text(shown).startswith("## Held back (5)") and f"**{FLOOD}**" in text(shown)
    assert "- and 2 more" in text(shown) and f"5 for <#{house.lobby.id}>" in text(shown)
    assert "5 held back (`/desk release`)" in text(answer(await house.call(house.ada, "desk status")))


async def test_it_is_posted(house: House) -> None:
    await hold(house, 5, FLOOD)
    shown = answer(await house.call(house.ada, "desk release"))
    done = answer(await house.press(house.ada, shown, button(shown, "Release")))
    assert text(done) == "5 on their way." and house.nudges == [1]
    assert {each.state for each in await house.archive.outbox_rows()} == {"pending"}


async def test_it_is_dropped_and_what_is_held_for_another_reason_stays(house: House) -> None:
    await hold(house, 2, FLOOD)
    await hold(house, 1, "it may be out already", first=10)
    shown = answer(await house.call(house.ada, "desk release"))
    assert labels(shown) == ["Release", "Keep silent"] * 2
    left = answer(await house.press(house.ada, shown, button(shown, "Keep silent")))
    assert text(left).startswith("2 dropped: in the archive, but not posted.\n## Held back (1)")
    assert house.nudges == []
    assert sorted(each.state for each in await house.archive.outbox_rows()) == ["held", "refused", "refused"]


async def test_another_servers_are_left_alone(house: House) -> None:
    await hold(house, 2, FLOOD, guild=99)
    assert "Nothing is held back" in text(answer(await house.call(house.ada, "desk release")))


async def test_many_reasons_keep_within_one_message(house: House) -> None:
    for number in range(9):
        await hold(house, 1, f"Reason {number}: " + "理由" * 200, first=10 * number + 1)
    shown = answer(await house.call(house.ada, "desk release"))
    assert "and 3 more reasons" in text(shown) and len(parts(shown)) <= 40
    assert len(text(shown)) <= 4000 and len(text(shown).encode()) <= 8000


async def test_more_than_one_looks_at_is_counted_and_settled_as_a_whole(house: House) -> None:
    orders = [
        await house.archive.subscribe(Subscription(f"channel:{100 + number}", "africa", guild=house.guild.id))
        for number in range(25)
    ]
    for each in await house.accept(*(article(number) for number in range(1, 43))):
        await house.archive.owe(each, [Owed(order.target, order, held=FLOOD) for order in orders], NOON)
    shown = answer(await house.call(house.ada, "desk release"))
    assert text(shown).startswith("## Held back (1,050)") and "-# 1,000 and more for <#100>" in text(shown)
    done = answer(await house.press(house.ada, shown, button(shown, "Keep silent")))
    assert text(done) == "1,050 dropped: in the archive, but not posted."
    assert "held" not in await house.archive.outbox()


async def hold(house: House, count: int, reason: str, first: int = 1, guild: int = 0) -> None:
    """So many articles that are owed to the lobby and held for that reason."""
    feed = await house.archive.add_feed(Feed(url="https://paper.test/feed", title="The Paper", polled=NOON))
    order = Subscription(f"channel:{house.lobby.id}", "africa", guild=guild or house.guild.id)
    await house.archive.subscribe(order)

    def held(each: Article, orders: Sequence[Subscription]) -> list[Owed]:
        return route(each, orders, held=reason)

    found = [article(number) for number in range(first, first + count)]
    sightings = [Sighting(each, feed, repr(each).encode()) for each in found]
    await house.archive.accept(sightings, None, held, NOON)

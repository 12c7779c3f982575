"""What a cap kept waiting comes as one compact list."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.delivery.listing import MOST, listing
from bot.delivery.terms import NONE, Terms
from bot.delivery.text import fits, size
from bot.model import Delivery, Sent
from tests.chat.scenes import Scene
from tests.delivery.samples import HOSTILE, REGIONS, an_article


def several(scene: Scene, count: int = 3) -> list[Delivery]:
    return [
        scene.delivery(number, title=f"Story {number}", options=Terms(cap=1).to_json())
        for number in range(1, count + 1)
    ]


async def test_several_articles_are_one_post_with_a_link_for_each(scene: Scene) -> None:
    deliveries = several(scene)
    assert scene.sender.room_in_list(deliveries) == 3
    outcome = await scene.sender.send_list(deliveries)
    (message,) = scene.messages()
    assert isinstance(outcome, Sent) and outcome.message == message.id
    assert message.content == "**3 more from Africa**"
    assert "[Story 2](https://a.test/2)" in message.embeds[0]["description"]


async def test_each_of_them_is_found_again(scene: Scene) -> None:
    deliveries = several(scene)
    await scene.sender.send_list(deliveries)
    for each in deliveries:
        found = await scene.sender.look_back(replace(each, attempted=datetime.now(UTC) - timedelta(seconds=9)))
        assert isinstance(found, Sent) and found.message == scene.messages()[0].id
    assert await scene.sender.look_back(replace(scene.delivery(9), attempted=datetime.now(UTC))) is None


async def test_the_same_list_twice_is_one_message(scene: Scene) -> None:
    await scene.sender.send_list(several(scene))
    await scene.sender.send_list(several(scene))
    assert len(scene.messages()) == 1


async def test_a_list_is_not_turned_into_a_card_by_a_correction(scene: Scene) -> None:
    head, *_ = deliveries = several(scene)
    sent = await scene.sender.send_list(deliveries)
    assert isinstance(sent, Sent)
    edit = replace(head, edit=True, message=sent.message, shown=sent.shown, state="sent")
    assert await scene.sender.send(edit) == sent
    assert scene.messages()[0].content == "**3 more from Africa**"


async def test_a_forum_has_no_lists(scene: Scene) -> None:
    assert scene.sender.room_in_list([scene.delivery(1, kind="forum"), scene.delivery(2, kind="forum")]) == 0


@pytest.mark.parametrize("text", HOSTILE)
def test_no_headline_breaks_a_list(text: str) -> None:
    articles = [an_article(text, url=f"https://a.test/{number}", source_name=text) for number in range(20)]
    made = listing(articles, REGIONS, "africa", NONE)
    assert made and 2 <= len(made.articles) <= MOST
    assert fits(made.card.description, 4096) and size(made.card.description) <= 8000


def test_what_has_no_address_is_in_no_list() -> None:
    articles = [
        an_article(),
        an_article(url="https://a.test/2"),
        an_article(url=""),
        an_article(url="https://a.test/4"),
    ]
    made = listing(articles, REGIONS, None, NONE)
    assert made and len(made.articles) == 2
    assert listing(articles[1:], REGIONS, None, NONE) is None

"""What a cap kept waiting comes as one compact list."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from discord.http import Route

from bot.delivery.card import is_list
from bot.delivery.listing import MOST, listing, relisting
from bot.delivery.terms import NONE, Terms
from bot.delivery.text import fits, size
from bot.model import Delivery, Later, Outcome, Sent
from tests.chat.scenes import Scene
from tests.delivery.samples import HOSTILE, NOON, REGIONS, an_article


def several(scene: Scene, count: int = 3, **more: Any) -> list[Delivery]:
    return [
        scene.delivery(number, title=f"Story {number}", options=Terms(cap=1).to_json(), **more)
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
        assert isinstance(found, Sent) and found.message == scene.messages()[0].id and is_list(found.shown)
    assert await scene.sender.look_back(replace(scene.delivery(9), attempted=datetime.now(UTC))) is None


async def test_what_names_an_article_beside_others_and_has_buttons_is_no_post_of_it(scene: Scene) -> None:
    """A weekly round-up that came out in the same minute."""
    (delivery,) = several(scene, 1)
    body = {
        "embeds": [{"description": f"- [Story 1]({delivery.article.url})"}],
        "components": [{"type": 1, "components": [{"type": 2, "style": 5, "label": "All", "url": "https://a.test/"}]}],
    }
    route = Route("POST", "/channels/{channel_id}/messages", channel_id=scene.channel.id)
    assert (await scene.sender.line.ask(route, body)).ok
    assert await scene.sender.look_back(replace(delivery, attempted=datetime.now(UTC))) is None


async def test_the_same_list_twice_is_one_message(scene: Scene) -> None:
    await scene.sender.send_list(several(scene))
    await scene.sender.send_list(several(scene))
    assert len(scene.messages()) == 1


def as_out(deliveries: list[Delivery], sent: Outcome) -> list[Delivery]:
    """The deliveries of a list that was sent, to be edited."""
    assert isinstance(sent, Sent)
    return [replace(each, edit=True, message=sent.message, shown=sent.shown, state="sent") for each in deliveries]


def with_article(delivery: Delivery, **changes: Any) -> Delivery:
    return replace(delivery, article=replace(delivery.article, **changes))


def edits(scene: Scene) -> int:
    return sum(each.method == "PATCH" for each in scene.stage.requests)


async def test_a_correction_changes_its_line_alone(scene: Scene) -> None:
    deliveries = several(scene)
    first, *others = as_out(deliveries, await scene.sender.send_list(deliveries))
    edited = await scene.sender.send_list([with_article(first, title="Rain in Chad"), *others])
    (message,) = scene.messages()
    assert isinstance(edited, Sent) and edited.message == message.id
    assert message.content == "**3 more from Africa**" and "Updated" in message.embeds[0]["footer"]["text"]
    assert re.findall(r"\[(.*?)\]", message.embeds[0]["description"]) == ["Rain in Chad", "Story 2", "Story 3"]
    await scene.sender.send_list(as_out([with_article(first, title="Rain in Chad"), *others], edited))
    assert edits(scene) == 1


async def test_an_article_that_is_gone_is_struck_out_in_its_list(scene: Scene) -> None:
    deliveries = several(scene)
    first, *others = as_out(deliveries, await scene.sender.send_list(deliveries))
    await scene.sender.send_list([with_article(first, gone=datetime.now(UTC)), *others])
    (message,) = scene.messages()
    lines = message.embeds[0]["description"].split("\n")
    assert lines[0].startswith("• ~~[Story 1](https://a.test/1)~~ · no longer at its address")
    assert "~~" not in lines[1]


async def test_a_correction_that_makes_a_list_too_long_drops_no_article(scene: Scene) -> None:
    deliveries = several(scene, 10)
    listed = as_out(deliveries, await scene.sender.send_list(deliveries))
    long = [
        with_article(each, title="Very long " * 20, url=f"https://a.test/{'x' * 300}/{each.article.id}")
        for each in listed
    ]
    assert isinstance(await scene.sender.send_list(long), Sent)
    (message,) = scene.messages()
    assert message.embeds[0]["description"].count("• ") == 10
    longer = [with_article(each, url=f"https://a.test/{'x' * 480}/{each.article.id}") for each in long]
    assert isinstance(await scene.sender.send_list(longer), Sent)
    assert scene.messages()[0].embeds[0]["description"].count("• ") == 10


async def test_a_list_that_has_no_longer_room_for_all_is_not_sent_as_if_it_had(scene: Scene) -> None:
    *others, last = several(scene)
    outcome = await scene.sender.send_list([*others, with_article(last, url="")])
    assert isinstance(outcome, Later) and scene.messages() == []


async def test_a_list_has_no_button_that_would_open_one_of_its_articles(scene: Scene) -> None:
    await scene.sender.send_list(several(scene))
    assert not scene.messages()[0].components


async def test_in_a_forum_a_list_is_one_post_with_a_title(scene: Scene) -> None:
    forum = scene.guild.add_channel("forum", kind="forum", tags=["Africa", "Europe"])
    await scene.settled()
    deliveries = [
        replace(each, attempted=datetime.now(UTC) - timedelta(minutes=5))
        for each in several(scene, channel=forum, kind="forum")
    ]
    assert scene.sender.room_in_list(deliveries) == 3
    sent = await scene.sender.send_list(deliveries)
    (thread,) = scene.guild.threads()
    assert thread.thread and isinstance(sent, Sent) and sent.message == thread.id
    assert thread.name == "3 more from Africa" and thread.thread.tags == [forum.tags[0].id]
    assert "[Story 2](https://a.test/2)" in scene.messages(thread)[0].embeds[0]["description"]
    for each in deliveries:
        found = await scene.sender.look_back(each)
        assert isinstance(found, Sent) and found.message == thread.id and is_list(found.shown)


async def test_a_list_in_a_forum_is_edited_too(scene: Scene) -> None:
    forum = scene.guild.add_channel("forum", kind="forum")
    await scene.settled()
    deliveries = several(scene, channel=forum, kind="forum")
    first, *others = as_out(deliveries, await scene.sender.send_list(deliveries))
    await scene.settled()
    assert isinstance(await scene.sender.send_list([with_article(first, title="Rain in Chad"), *others]), Sent)
    (thread,) = scene.guild.threads()
    assert "[Rain in Chad]" in scene.messages(thread)[0].embeds[0]["description"]
    assert thread.name == "3 more from Africa" and edits(scene) == 1


@pytest.mark.parametrize("text", HOSTILE)
def test_no_headline_breaks_a_list(text: str) -> None:
    articles = [an_article(text, url=f"https://a.test/{number}", source_name=text) for number in range(20)]
    made = listing(articles, REGIONS, "africa", NONE)
    assert made and 2 <= len(made.articles) <= MOST
    again = relisting(articles[:MOST], REGIONS, "africa", NONE, NOON)
    for shown in (made.card, again):
        assert fits(shown.description, 4096) and size(shown.description) <= 8000


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

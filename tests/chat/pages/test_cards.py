"""A post's buttons: pressed on the stage, answered by the real library."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import discord
import pytest

from bot.archive import Archive
from bot.chat.pages import cards
from bot.delivery.card import card
from bot.delivery.route import route
from bot.intake.classify import Classifier
from bot.intake.classify.evidence import kept
from bot.model import Article, Feed, Query, Sighting
from bot.stage import Interaction, Message
from tests.chat.scenes import Scene, a_client, a_scene
from tests.delivery.samples import REGIONS, an_article
from tests.staging import on_stage

LONG = "It rains. The rivers rise. " + "The town waits for boats. " * 40


@dataclass
class Reading:
    """A post in a channel, a reader, and the archive behind the buttons."""

    scene: Scene
    archive: Archive
    article: Article

    async def post(self) -> Message:
        await self.scene.sender.send(self.scene.delivery(article=self.article))
        return self.scene.messages()[0]

    async def press(self, message: Message, label: str) -> Interaction:
        (button,) = [each for row in message.components for each in row["components"] if each["label"] == label]
        ada = next(iter(self.scene.stage.world.people.values()))
        pressed = await self.scene.stage.press(ada, message, button["custom_id"])
        await pressed.finished()
        return pressed


def with_desk(client: discord.AutoShardedClient, archive: Archive) -> discord.AutoShardedClient:
    cast(Any, client).desk = SimpleNamespace(archive=archive, regions=REGIONS)
    cards.add_to(client)
    return client


def labels(message: Message) -> list[str]:
    return [each["label"] for row in message.components for each in row["components"]]


def told(message: Message) -> str:
    description: str = message.embeds[0]["description"]
    return description


@pytest.fixture
async def reading() -> AsyncIterator[Reading]:
    archive = await Archive.open(":memory:", REGIONS)
    feed = await archive.add_feed(Feed("https://a.test/feed"))
    found = replace(an_article(text=LONG), id=0, seen=None, keys=("url:x",), published=datetime.now(UTC))
    await archive.accept([Sighting(found, feed, b"1")], None, route, datetime.now(UTC))
    article = (await archive.latest(Query())).hits[0].article
    async with a_scene() as scene:
        with_desk(scene.client, archive)
        yield Reading(scene, archive, article)
        assert scene.stage.violations == []
    await archive.close()


async def test_keep_reading_shows_the_longer_teaser_to_the_reader_alone(reading: Reading) -> None:
    post = await reading.post()
    assert labels(post) == ["Keep reading", "Open article"]
    pressed = await reading.press(post, "Keep reading")
    (answer,) = pressed.messages
    assert answer.only_for is not None
    assert "boats" in told(answer) and len(told(answer)) > len(told(post))
    assert labels(answer) == ["Show less", "Open article"]
    assert reading.scene.messages()[0].embeds == post.embeds


async def test_who_reads_on_is_told_why_it_is_here(reading: Reading, classifier: Classifier) -> None:
    why = kept(classifier.place("Rain in Kenya"), REGIONS)
    await reading.archive.place(reading.article.id, ("africa",), why, route, datetime.now(UTC))
    post = await reading.post()
    (answer,) = (await reading.press(post, "Keep reading")).messages
    assert told(answer).endswith("\n-# Why here? Its headline says “Kenya”.")
    assert "Why here?" not in told(post)
    await reading.press(answer, "Show less")
    assert "Why here?" not in told(answer)


async def test_show_less_takes_it_back_in_place_and_keep_reading_opens_it_again(reading: Reading) -> None:
    opened = (await reading.press(await reading.post(), "Keep reading")).messages[0]
    long = told(opened)
    await reading.press(opened, "Show less")
    assert labels(opened) == ["Keep reading", "Open article"] and len(told(opened)) < len(long)
    await reading.press(opened, "Keep reading")
    assert told(opened) == long and len(reading.scene.messages()) <= 2


async def test_buttons_survive_a_restart(reading: Reading) -> None:
    post = await reading.post()
    await reading.scene.client.close()
    fresh = with_desk(a_client(), reading.archive)
    async with on_stage(fresh, reading.scene.stage):
        pressed = await reading.press(post, "Keep reading")
        assert "boats" in told(pressed.messages[0])


async def test_a_button_of_a_lost_article_answers_with_a_sentence(reading: Reading) -> None:
    view = cards.view_of(card(replace(reading.article, id=99), REGIONS))
    draft = await reading.post()
    draft.components = [
        {**row, "components": [{**each, "id": n} for n, each in enumerate(row["components"])]}
        for row in view.to_components()
    ]
    pressed = await reading.press(draft, "Keep reading")
    assert pressed.messages[0].content == "This article is no longer in the archive."


async def test_what_has_no_more_to_read_has_no_such_button() -> None:
    assert [getattr(each, "label", "") for each in cards.view_of(card(an_article(), REGIONS)).children] == [
        "Open article"
    ]


async def test_what_has_no_address_keeps_a_button_by_which_it_is_found_again() -> None:
    made = card(an_article(url="javascript:alert(1)"), REGIONS)
    components = cards.view_of(made).to_components()
    assert cards.shows({"components": components}, made)
    assert not cards.shows({"components": components}, card(an_article(id=8, url=""), REGIONS))


async def test_the_alt_text_reaches_discord() -> None:
    assert cards.embed_of(card(an_article(), REGIONS)).to_dict()["image"] == {
        "url": "https://a.test/rain.jpg",
        "description": "A street under water",
    }

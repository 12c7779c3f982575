"""Deliveries to a Discord of our own, through the real library."""

import asyncio
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.chat.sender import DiscordSender
from bot.delivery.pace import Allowance
from bot.model import Later, Refused, Sent, Suspended, Unknown
from bot.stage import Channel, Permission
from bot.stage.drafts import Draft
from tests.chat.scenes import Scene
from tests.chat.sender.test_errors import a_delivery as a_delivery_to
from tests.delivery.samples import HOSTILE, REGIONS, an_article

NOW = datetime.now(UTC)


async def test_an_article_becomes_a_message_with_card_and_buttons(scene: Scene) -> None:
    outcome = await scene.sender.send(scene.delivery())
    (message,) = scene.messages()
    assert isinstance(outcome, Sent) and outcome.message == message.id and outcome.shown
    assert message.content == "**Rain in Kenya**"
    (embed,) = message.embeds
    assert embed["author"]["name"] == "By Ada Okoro"
    assert embed["image"]["description"] == "A street under water"
    assert embed["footer"]["text"] == "Photo: Jo Njoroge / Lens"
    assert embed["color"] == 0xE09F3E
    labels = [button["label"] for row in message.components for button in row["components"]]
    assert labels == ["Open article"]


async def test_the_same_delivery_twice_is_one_message(scene: Scene) -> None:
    first = await scene.sender.send(scene.delivery())
    assert await scene.sender.send(scene.delivery()) == first
    assert len(scene.messages()) == 1


async def test_a_role_is_mentioned_only_where_an_admin_asked_for_it(scene: Scene) -> None:
    role = scene.guild.add_role("readers", mentionable=True)
    await scene.settled()
    await scene.sender.send(scene.delivery(1, mention=role.id))
    await scene.sender.send(scene.delivery(2, title=f"<@&{role.id}> @everyone"))
    pinged, quiet = scene.messages()
    assert pinged.pings.roles == [role.id] and pinged.content.endswith(f"<@&{role.id}>")
    assert quiet.pinged == []


async def test_silent_is_silent(scene: Scene) -> None:
    await scene.sender.send(scene.delivery(silent=True))
    assert scene.messages()[0].flags & 1 << 12


async def test_a_missing_permission_is_named_without_asking_discord(scene: Scene) -> None:
    scene.stage.world.withdraw(scene.channel, Permission.EMBED_LINKS)
    await scene.settled()
    asked = len(scene.stage.requests)
    assert await scene.sender.send(scene.delivery()) == Suspended("the bot lacks Embed Links in #africa")
    assert len(scene.stage.requests) == asked


async def test_a_channel_that_is_gone_is_told(scene: Scene) -> None:
    scene.guild.drop_channel(scene.channel)
    await scene.settled()
    outcome = await scene.sender.send(scene.delivery())
    assert isinstance(outcome, Suspended) and "gone" in outcome.reason


async def test_an_outage_of_the_server_is_no_reason_to_give_up(scene: Scene) -> None:
    scene.stage.world.set_available(scene.guild, False)
    await scene.settled()
    assert isinstance(await scene.sender.send(scene.delivery()), Later)


async def test_a_server_that_threw_us_out_is_told(scene: Scene) -> None:
    scene.stage.world.drop_guild(scene.guild)
    await scene.settled()
    outcome = await scene.sender.send(scene.delivery())
    assert isinstance(outcome, Suspended) and "no longer in this server" in outcome.reason


@pytest.mark.parametrize("kind", ["reset-after", "500-after", "garbage"])
async def test_what_was_stored_but_not_answered_is_found_again(scene: Scene, kind: str) -> None:
    scene.stage.fault(kind, method="POST", path="/channels/*/messages")
    delivery = replace(scene.delivery(), attempted=NOW)
    assert isinstance(await scene.sender.send(delivery), Unknown)
    assert await scene.sender.look_back(delivery) == Sent(
        scene.messages()[0].id, _shown(await scene.sender.send(delivery))
    )
    assert len(scene.messages()) == 1


@pytest.mark.parametrize("kind", ["500", "502", "503", "504", "reset-before", "stranger"])
async def test_what_was_not_stored_is_known_to_be_missing(scene: Scene, kind: str) -> None:
    scene.stage.fault(kind, method="POST", path="/channels/*/messages")
    delivery = replace(scene.delivery(), attempted=NOW)
    outcome = await scene.sender.send(delivery)
    assert isinstance(outcome, Unknown)
    assert await scene.sender.look_back(delivery) is None
    assert isinstance(await scene.sender.send(delivery), Sent)
    posts = [each for each in scene.stage.requests if each.method == "POST" and each.path.endswith("/messages")]
    assert len(posts) == 2  # the library did not repeat it behind our back


@pytest.mark.parametrize("kind", ["text", "forum"])
async def test_what_a_stranger_answers_is_no_news_of_our_post(scene: Scene, kind: str) -> None:
    """Neither that it is out, nor that it is not: something on the way says `{"status": "ok"}` to everything."""
    delivery, passed = replace(await a_delivery_to(scene, kind), attempted=NOW), 0.0
    sender = DiscordSender(scene.client, REGIONS, allowance=Allowance(time=lambda: time.monotonic() + passed))
    scene.stage.fault("stranger", times=None)
    assert isinstance(await sender.send(delivery), Unknown)
    passed = 60.0  # what has left has arrived, or never will
    assert isinstance(await sender.look_back(delivery), Later)
    scene.stage.faults.remove()
    assert await sender.look_back(delivery) is None
    sent = await sender.send(delivery)
    assert isinstance(sent, Sent) and sent.message
    edit = replace(delivery, article=replace(delivery.article, title="Rain in Chad"), edit=True)
    scene.stage.fault("stranger", times=None)
    edited = await sender.send(replace(edit, message=sent.message, shown=sent.shown, state="sent"))
    assert isinstance(edited, Later)


@pytest.mark.parametrize("seconds", [1e300, -5.0])
async def test_nobodys_idea_of_a_number_makes_us_wait_for_ever(scene: Scene, seconds: float) -> None:
    scene.stage.fault("429-user", method="POST", path="/channels/*/messages", seconds=seconds)
    outcome = await scene.sender.send(scene.delivery(1))
    assert isinstance(outcome, Later) and outcome.after and outcome.after <= timedelta(days=1)
    scene.stage.fault("exhausted", method="POST", path="/channels/*/messages", seconds=seconds)
    other = scene.guild.add_channel("europe")
    await scene.settled()
    assert isinstance(await scene.sender.send(scene.delivery(2, other)), Sent)
    assert 0 <= scene.sender.rest(f"channel:{other.id}") <= 86_400


async def test_a_stranger_opens_no_door(scene: Scene) -> None:
    (reader,) = scene.stage.world.people.values()
    order = replace(scene.delivery().subscription, target=f"user:{reader.id}", guild=0, kind="dm")
    delivery = replace(scene.delivery(subscription=order), target=order.target)
    scene.stage.fault("stranger", path="/users/@me/channels")
    assert isinstance(await scene.sender.send(delivery), Later)
    assert isinstance(await scene.sender.send(delivery), Sent)


async def test_a_post_is_found_among_many(scene: Scene) -> None:
    delivery = replace(scene.delivery(1), attempted=NOW)
    await scene.sender.send(delivery)
    bot = scene.stage.world.bot
    for _ in range(250):
        scene.stage.world.post(scene.channel, bot, _a_draft())
    found = await scene.sender.look_back(delivery)
    assert isinstance(found, Sent) and found.message == scene.messages()[0].id
    assert await scene.sender.look_back(replace(scene.delivery(2), attempted=NOW)) is None


async def test_an_unreadable_channel_is_not_taken_for_an_empty_one(scene: Scene) -> None:
    delivery = scene.delivery()
    await scene.sender.send(delivery)
    scene.stage.world.withdraw(scene.channel, Permission.READ_MESSAGE_HISTORY)
    await scene.settled()
    just_now = replace(delivery, attempted=datetime.now(UTC))
    assert await scene.sender.look_back(just_now) is None  # the nonce still guards it
    long_ago = await scene.sender.look_back(replace(delivery, attempted=datetime.now(UTC) - timedelta(hours=1)))
    assert isinstance(long_ago, Unknown) and "Read Message History" in long_ago.reason


async def test_an_archived_thread_that_cannot_be_read_is_not_taken_for_an_empty_one(scene: Scene) -> None:
    world = scene.stage.world
    thread = world.open_thread(scene.channel, world.bot, "rain")
    world.announce_thread(thread)
    await scene.settled()
    delivery = scene.delivery(channel=thread, kind="thread")
    assert isinstance(await scene.sender.send(delivery), Sent)
    await _archived(scene, thread)
    long_ago = replace(delivery, attempted=datetime.now(UTC) - timedelta(hours=2))
    assert isinstance(await scene.sender.look_back(long_ago), Sent)
    world.withdraw(scene.channel, Permission.READ_MESSAGE_HISTORY)
    await scene.settled()
    found = await scene.sender.look_back(long_ago)
    assert isinstance(found, Unknown) and "Read Message History" in found.reason


async def test_an_archived_thread_that_can_be_read_and_does_not_have_it_gets_it(scene: Scene) -> None:
    world = scene.stage.world
    thread = world.open_thread(scene.channel, world.bot, "rain")
    world.announce_thread(thread)
    world.post(thread, world.bot, _a_draft())
    await _archived(scene, thread)
    long_ago = datetime.now(UTC) - timedelta(hours=2)
    delivery = scene.delivery(channel=thread, kind="thread", attempted=long_ago)
    assert await scene.sender.look_back(delivery) is None


async def _archived(scene: Scene, thread: Channel) -> None:
    """Nobody has written there for long."""
    assert thread.thread is not None
    thread.thread.archived = True
    thread.changed()
    await scene.settled()
    assert scene.client.get_channel(thread.id) is None


async def test_a_list_that_answers_500_still_shows_its_last_message_singly(scene: Scene) -> None:
    delivery = replace(scene.delivery(1), attempted=NOW)
    await scene.sender.send(delivery)
    scene.stage.fault("history-500", times=None)
    found = await scene.sender.look_back(delivery)
    assert isinstance(found, Sent) and found.message == scene.messages()[0].id
    assert isinstance(await scene.sender.look_back(replace(scene.delivery(2), attempted=NOW)), Later)


async def test_a_limit_is_waited_for_outside_of_the_library(scene: Scene) -> None:
    scene.stage.fault("429-user", method="POST", path="/channels/*/messages", seconds=3)
    outcome = await scene.sender.send(scene.delivery())
    assert isinstance(outcome, Later) and outcome.after == timedelta(seconds=3)
    assert scene.messages() == []


async def test_a_used_up_limit_is_told_at_once_and_the_channel_rests(scene: Scene) -> None:
    scene.stage.fault("exhausted", method="POST", path="/channels/*/messages", seconds=30)
    began = datetime.now(UTC)
    assert isinstance(await scene.sender.send(scene.delivery()), Sent)
    assert datetime.now(UTC) - began < timedelta(seconds=20)
    assert scene.sender.rest(f"channel:{scene.channel.id}") > 20
    assert scene.sender.rest("channel:1") == 0


async def test_a_form_that_discord_refuses_goes_out_as_headline_and_link(scene: Scene) -> None:
    scene.stage.fault("error", method="POST", path="/channels/*/messages", code=50035)
    assert isinstance(await scene.sender.send(scene.delivery()), Sent)
    (message,) = scene.messages()
    assert message.content == "**Rain in Kenya**\n<https://a.test/1>" and message.embeds == []


async def test_a_form_that_is_refused_twice_is_that_articles_end(scene: Scene) -> None:
    scene.stage.fault("error", method="POST", path="/channels/*/messages", code=50035, times=2)
    assert isinstance(await scene.sender.send(scene.delivery()), Refused)


async def test_a_bad_token_stops_everything(scene: Scene) -> None:
    scene.stage.fault("error", method="POST", path="/channels/*/messages", code=50014)
    assert isinstance(await scene.sender.send(scene.delivery(1)), Later)
    asked = len(scene.stage.requests)
    assert isinstance(await scene.sender.send(scene.delivery(2)), Later)
    assert len(scene.stage.requests) == asked


async def test_a_correction_edits_the_post_and_says_when(scene: Scene) -> None:
    delivery = scene.delivery()
    sent = await scene.sender.send(delivery)
    assert isinstance(sent, Sent)
    article = replace(delivery.article, title="Rain in Chad", updated=datetime(2026, 3, 14, 14, 5, tzinfo=UTC))
    edit = replace(delivery, article=article, edit=True, message=sent.message, shown=sent.shown, state="sent")
    edited = await scene.sender.send(edit)
    (message,) = scene.messages()
    assert message.content == "**Rain in Chad**" and message.embeds[0]["footer"]["text"].endswith("· Updated 14:05 UTC")
    assert isinstance(edited, Sent) and edited.message == sent.message and edited.shown != sent.shown


async def test_a_correction_that_shows_nothing_new_asks_for_nothing(scene: Scene) -> None:
    delivery = scene.delivery()
    sent = await scene.sender.send(delivery)
    assert isinstance(sent, Sent)
    asked = len(scene.stage.requests)
    edit = replace(delivery, edit=True, message=sent.message, shown=sent.shown, state="sent")
    assert await scene.sender.send(edit) == sent
    assert len(scene.stage.requests) == asked


async def test_a_post_that_somebody_deleted_is_left_deleted(scene: Scene) -> None:
    delivery = scene.delivery()
    sent = await scene.sender.send(delivery)
    assert isinstance(sent, Sent)
    scene.stage.world.delete(scene.messages()[0])
    article = replace(delivery.article, title="Rain in Chad")
    edit = replace(delivery, article=article, edit=True, message=sent.message, shown=sent.shown, state="sent")
    assert isinstance(await scene.sender.send(edit), Refused)
    assert isinstance(await scene.sender.send(delivery), Sent)  # the nonce of a deleted message: it was delivered
    assert scene.messages() == []


async def test_no_hostile_text_pings_anybody_or_is_refused(scene: Scene) -> None:
    """Where the bot may ping everybody."""
    scene.channel.overwrite(scene.stage.world.bot, allow=Permission.MENTION_EVERYONE)
    scene.stage.limits.set("POST", "/channels/{channel_id}/messages", 1000, 1.0)
    for number, text in enumerate(HOSTILE):
        article = an_article(text, id=5_000 + number, teaser=text, url=text, authors=(text,), source_name=text)
        delivery = scene.delivery(number, article=article)
        assert isinstance(await scene.sender.send(delivery), Sent), text[:60]
    messages = scene.messages()
    assert len(messages) == len(HOSTILE)
    assert all(message.pinged == [] for message in messages)
    links = [button.get("url") for message in messages for row in message.components for button in row["components"]]
    assert all(link is None or link.startswith(("http://", "https://")) for link in links)


async def test_a_role_that_was_deleted_is_mentioned_no_more(scene: Scene) -> None:
    role = scene.guild.add_role("readers", mentionable=True)
    scene.guild.drop_role(role)
    await scene.settled()
    assert isinstance(await scene.sender.send(scene.delivery(1, mention=role.id)), Sent)
    assert "<@&" not in scene.messages()[0].content


async def test_with_a_role_to_mention_no_hostile_text_pings_anybody_else(scene: Scene) -> None:
    """Here the bot may ping everybody, and the texts name a role and a person who are there."""
    role = scene.guild.add_role("Readers", mentionable=True)
    other = scene.guild.add_role("Staff", mentionable=True)
    await scene.settled()
    ada = next(iter(scene.stage.world.people.values()))
    scene.channel.overwrite(scene.stage.world.bot, allow=Permission.MENTION_EVERYONE)
    await scene.settled()
    scene.stage.limits.set("POST", "/channels/{channel_id}/messages", 1000, 1.0)
    texts = [*HOSTILE, f"<@&{other.id}>", f"<@{ada.id}>", f"<@!{ada.id}> @everyone <@&{other.id}>"]
    for number, text in enumerate(texts):
        article = an_article(text, id=5_000 + number, teaser=text, authors=(text,), source_name=text)
        assert isinstance(await scene.sender.send(scene.delivery(number, article=article, mention=role.id)), Sent)
    pings = [message.pings for message in scene.messages()]
    assert len(pings) == len(texts)
    assert all((each.everyone, each.users, each.roles) == (False, [], [role.id]) for each in pings)


async def test_in_a_forum_no_hostile_text_pings_anybody_or_is_refused(scene: Scene) -> None:
    forum = scene.guild.add_channel("articles", kind="forum")
    forum.overwrite(scene.stage.world.bot, allow=Permission.MENTION_EVERYONE)
    await scene.settled()
    scene.stage.limits.set("POST", "/channels/{channel_id}/threads", 1000, 1.0)
    for number, text in enumerate(HOSTILE):
        article = an_article(text, id=5_000 + number, teaser=text, url=text, authors=(text,), source_name=text)
        sent = await scene.sender.send(scene.delivery(number, channel=forum, kind="forum", article=article))
        assert isinstance(sent, Sent), text[:60]
    threads = scene.guild.threads()
    assert len(threads) == len(HOSTILE) and all(1 <= len(each.name) <= 100 for each in threads)
    assert all(message.pinged == [] for each in threads for message in scene.messages(each))


async def test_who_may_no_longer_write_may_still_look_back(scene: Scene) -> None:
    delivery = replace(scene.delivery(1), attempted=NOW)
    await scene.sender.send(delivery)
    scene.stage.world.withdraw(scene.channel, Permission.SEND_MESSAGES)
    await scene.settled()
    assert isinstance(await scene.sender.look_back(delivery), Sent)
    other = replace(scene.delivery(2), attempted=NOW)
    assert await scene.sender.look_back(other) is None
    assert isinstance(await scene.sender.send(other), Suspended)


async def test_an_answer_to_a_person_is_not_taken_for_the_post(scene: Scene) -> None:
    delivery = replace(scene.delivery(), attempted=NOW)
    await scene.sender.send(delivery)
    scene.messages()[0].interaction = {"id": "1", "type": 2, "authorizing_integration_owners": {}}
    assert await scene.sender.look_back(delivery) is None


def _shown(outcome: object) -> str:
    assert isinstance(outcome, Sent)
    return outcome.shown


def _a_draft() -> Draft:
    return Draft(content="something else")


async def test_a_channel_that_was_closed_to_us_while_we_looked_is_not_taken_for_empty(scene: Scene) -> None:
    scene.stage.fault("slow", method="GET", path="/channels/*/messages", seconds=1)
    left = replace(scene.delivery(), attempted=datetime.now(UTC) - timedelta(minutes=5))
    looking = asyncio.create_task(scene.sender.look_back(left))
    await scene.settled()  # it is on its way
    scene.stage.world.withdraw(scene.channel, Permission.READ_MESSAGE_HISTORY)
    assert isinstance(await looking, Unknown)

"""One test for each kind of place: announcement channels, forums, threads, direct messages."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.chat.sender import DiscordSender
from bot.chat.sender.place import kind_of, missing
from bot.delivery.pace import Allowance
from bot.model import Later, Outcome, Refused, Sent, Suspended, Unknown
from bot.stage import Channel, Permission
from tests.chat.scenes import Scene
from tests.delivery.samples import REGIONS, a_delivery, an_order
from tests.fakes import Clock

LONG_AGO = datetime.now(UTC) - timedelta(seconds=30)


def a_forum(scene: Scene, **how: object) -> Channel:
    return scene.guild.add_channel("articles", kind="forum", tags=["africa", "news"], **how)  # type: ignore[arg-type]


def threads(scene: Scene) -> list[Channel]:
    return scene.guild.threads()


async def test_a_forum_gets_a_thread_with_title_tag_and_card(scene: Scene) -> None:
    forum = a_forum(scene)
    await scene.settled()
    outcome = await scene.sender.send(scene.delivery(channel=forum, kind="forum", tag=forum.tags[0].id))
    (thread,) = threads(scene)
    assert outcome == Sent(thread.id, outcome.shown if isinstance(outcome, Sent) else "")
    assert thread.name == "Rain in Kenya" and thread.parent is forum
    assert thread.thread and thread.thread.tags == [forum.tags[0].id]
    (message,) = scene.messages(thread)
    assert (
        message.id == thread.id and message.content == "" and message.embeds[0]["description"].startswith("It rains.")
    )


async def test_without_an_ordered_tag_those_named_like_its_regions_are_set(scene: Scene) -> None:
    forum = a_forum(scene, tag_required=True)
    await scene.settled()
    assert isinstance(await scene.sender.send(scene.delivery(channel=forum, kind="forum")), Sent)
    (thread,) = threads(scene)
    assert thread.thread and thread.thread.tags == [forum.tags[0].id]


async def test_a_forum_that_wants_a_tag_says_so(scene: Scene) -> None:
    forum = a_forum(scene, tag_required=True)
    forum.tags.pop(0)
    forum.changed()
    await scene.settled()
    outcome = await scene.sender.send(scene.delivery(channel=forum, kind="forum"))
    assert isinstance(outcome, Suspended) and "tag" in outcome.reason


async def test_a_tag_that_is_gone_is_left_out(scene: Scene) -> None:
    forum = a_forum(scene)
    await scene.settled()
    assert isinstance(await scene.sender.send(scene.delivery(channel=forum, kind="forum", tag=12345)), Sent)
    forum.tags.pop(0)
    forum.changed()
    await scene.settled()
    scene.stage.fault("error", method="POST", path="/channels/*/threads", code=10087)
    again = scene.delivery(2, channel=forum, kind="forum", tag=forum.tags[0].id)
    assert isinstance(await scene.sender.send(again), Sent)
    assert [each.thread.tags for each in threads(scene) if each.thread][1:] == [[]]


@pytest.mark.parametrize("kind", ["500-after", "reset-after"])
async def test_a_forum_post_that_was_not_answered_is_looked_up_among_the_threads(scene: Scene, kind: str) -> None:
    forum = a_forum(scene)
    await scene.settled()
    scene.stage.fault(kind, method="POST", path="/channels/*/threads")
    delivery = replace(scene.delivery(channel=forum, kind="forum"), attempted=LONG_AGO)
    assert isinstance(await scene.sender.send(delivery), Unknown)
    found = await scene.sender.look_back(delivery)
    assert isinstance(found, Sent) and found.message == threads(scene)[0].id
    assert len(threads(scene)) == 1  # nobody repeated it


async def test_an_archived_thread_is_found_too(scene: Scene) -> None:
    forum = a_forum(scene)
    await scene.settled()
    delivery = replace(scene.delivery(channel=forum, kind="forum"), attempted=LONG_AGO)
    await scene.sender.send(delivery)
    (thread,) = threads(scene)
    assert thread.thread
    thread.thread.archived = True
    assert isinstance(await scene.sender.look_back(delivery), Sent)


async def test_a_forum_post_that_never_arrived_is_known_to_be_missing(scene: Scene) -> None:
    forum = a_forum(scene)
    await scene.settled()
    clock = Clock(datetime.now(UTC))
    sender = DiscordSender(scene.client, REGIONS, clock, Allowance(time=lambda: clock.now().timestamp()))
    await sender.send(scene.delivery(1, channel=forum, kind="forum"))
    other = replace(scene.delivery(2, channel=forum, kind="forum"), attempted=LONG_AGO)
    found = await sender.look_back(other)
    assert isinstance(found, Later) and found.after  # it may still be on the wire
    clock.turn(found.after)
    assert await sender.look_back(other) is None


async def test_a_correction_in_a_forum_changes_post_and_title(scene: Scene) -> None:
    forum = a_forum(scene)
    await scene.settled()
    delivery = scene.delivery(channel=forum, kind="forum")
    sent = await scene.sender.send(delivery)
    assert isinstance(sent, Sent)
    article = replace(delivery.article, title="Rain in Chad", teaser="It rains in Chad.")
    edit = replace(delivery, article=article, edit=True, message=sent.message, shown=sent.shown, state="sent")
    assert isinstance(await scene.sender.send(edit), Sent)
    (thread,) = threads(scene)
    assert thread.name == "Rain in Chad"
    assert scene.messages(thread)[0].embeds[0]["description"].startswith("It rains in Chad.")


async def test_a_thread_takes_posts_and_wants_its_own_permission(scene: Scene) -> None:
    thread = scene.stage.world.open_thread(scene.channel, scene.stage.world.bot, "Rain")
    scene.stage.world.announce_thread(thread)
    await scene.settled()
    assert isinstance(await scene.sender.send(scene.delivery(1, channel=thread, kind="thread")), Sent)
    assert len(scene.messages(thread)) == 1
    scene.stage.world.withdraw(scene.channel, Permission.SEND_MESSAGES_IN_THREADS)
    await scene.settled()
    outcome = await scene.sender.send(scene.delivery(2, channel=thread, kind="thread"))
    assert outcome == Suspended("the bot lacks Send Messages in Threads in #Rain")


async def test_a_locked_thread_is_told(scene: Scene) -> None:
    thread = scene.stage.world.open_thread(scene.channel, scene.stage.world.bot, "Rain")
    assert thread.thread
    thread.thread.locked = True
    scene.stage.world.announce_thread(thread)
    await scene.settled()
    outcome = await scene.sender.send(scene.delivery(channel=thread, kind="thread"))
    assert isinstance(outcome, Suspended) and "locked" in outcome.reason


async def test_a_person_gets_a_direct_message(scene: Scene) -> None:
    ada = next(iter(scene.stage.world.people.values()))
    delivery = a_delivery(1, f"user:{ada.id}", subscription=an_order(f"user:{ada.id}", guild=0, kind="dm"))
    assert isinstance(await scene.sender.send(delivery), Sent)
    dm = scene.stage.world.dm(ada)
    assert [message.content for message in scene.messages(dm)] == ["**Rain in Kenya**"]
    found = await scene.sender.look_back(replace(delivery, attempted=LONG_AGO))
    assert isinstance(found, Sent)


async def test_what_found_no_way_to_a_person_is_not_taken_for_a_message_that_may_be_out(scene: Scene) -> None:
    ada = next(iter(scene.stage.world.people.values()))
    scene.stage.fault("reset-before", method="POST", path="/users/@me/channels")
    delivery = a_delivery(1, f"user:{ada.id}", subscription=an_order(f"user:{ada.id}", guild=0, kind="dm"))
    assert isinstance(await scene.sender.send(delivery), Later)
    assert isinstance(await scene.sender.send(delivery), Sent)


async def test_a_person_who_takes_no_messages_is_left_alone(scene: Scene) -> None:
    ada = next(iter(scene.stage.world.people.values()))
    ada.takes_dms = False
    delivery = a_delivery(1, f"user:{ada.id}", subscription=an_order(f"user:{ada.id}", guild=0, kind="dm"))
    outcome = await scene.sender.send(delivery)
    assert isinstance(outcome, Suspended) and "direct messages" in outcome.reason


async def test_an_announcement_goes_out_as_in_a_text_channel(scene: Scene) -> None:
    news = scene.guild.add_channel("news", kind="announcement")
    await scene.settled()
    assert isinstance(await scene.sender.send(scene.delivery(channel=news, kind="announcement")), Sent)
    assert len(scene.messages(news)) == 1


async def test_what_a_channel_is_and_lacks_can_be_told_before_it_is_subscribed(scene: Scene) -> None:
    forum, voice = a_forum(scene), scene.guild.add_category("Regions")
    scene.stage.world.withdraw(forum, Permission.SEND_MESSAGES)
    await scene.settled()
    guild = scene.client.get_guild(scene.guild.id)
    assert guild
    found, category = guild.get_channel(forum.id), guild.get_channel(voice.id)
    assert found and category
    assert (kind_of(found), missing(found)) == ("forum", ["Send Messages"])
    assert kind_of(category) is None


async def edited_in_a_forum(scene: Scene, change: Callable[[Channel], None]) -> tuple[Outcome, Channel]:
    """A forum post is corrected after something became of its thread."""
    forum = a_forum(scene)
    await scene.settled()
    delivery = scene.delivery(channel=forum, kind="forum")
    sent = await scene.sender.send(delivery)
    assert isinstance(sent, Sent)
    (thread,) = threads(scene)
    change(thread)
    await scene.settled()
    article = replace(delivery.article, title="Rain in Chad", teaser="It rains in Chad.")
    edit = replace(delivery, article=article, edit=True, message=sent.message, shown=sent.shown, state="sent")
    return await scene.sender.send(edit), thread


async def test_a_correction_opens_an_archived_thread_and_leaves_it_as_it_was(scene: Scene) -> None:
    def archive(thread: Channel) -> None:
        assert thread.thread
        thread.thread.archived = True

    outcome, thread = await edited_in_a_forum(scene, archive)
    assert isinstance(outcome, Sent)
    assert scene.messages(thread)[0].embeds[0]["description"].startswith("It rains in Chad.")
    assert thread.name == "Rain in Chad"
    assert thread.thread and thread.thread.archived


@pytest.mark.parametrize(("fate", "said"), [("deleted", "message was deleted"), ("locked", "thread is locked")])
async def test_a_correction_of_a_post_that_is_gone_or_locked_does_not_stop_its_forum(
    scene: Scene, fate: str, said: str
) -> None:
    def change(thread: Channel) -> None:
        assert thread.thread
        if fate == "deleted":
            scene.guild.drop_channel(thread)
        thread.thread.archived = thread.thread.locked = True

    outcome, _ = await edited_in_a_forum(scene, change)
    assert isinstance(outcome, Refused) and said in outcome.reason


async def test_a_correction_in_a_thread_opens_it_too(scene: Scene) -> None:
    thread = scene.stage.world.open_thread(scene.channel, scene.stage.world.bot, "Rain")
    scene.stage.world.announce_thread(thread)
    await scene.settled()
    delivery = scene.delivery(channel=thread, kind="thread")
    sent = await scene.sender.send(delivery)
    assert isinstance(sent, Sent) and thread.thread
    thread.thread.archived = True
    article = replace(delivery.article, title="Rain in Chad")
    edit = replace(delivery, article=article, edit=True, message=sent.message, shown=sent.shown, state="sent")
    assert isinstance(await scene.sender.send(edit), Sent)
    assert scene.messages(thread)[0].content == "**Rain in Chad**" and thread.thread.archived

"""Threads and forum posts: tags, titles, archives, permissions."""

from typing import Any

import pytest

from bot.stage.permissions import Permission
from tests.stage.wrong_client import Answer, Place, WrongClient, violations_of


async def post(wrong: WrongClient, place: Place, **more: Any) -> Answer:
    body = {"name": "A post", "message": {"content": "First"}, **more}
    return await wrong.ask("POST", f"/channels/{place.forum.id}/threads", body)


async def test_a_post_is_a_thread_whose_first_message_has_its_id(wrong: WrongClient, place: Place) -> None:
    made = await post(wrong, place, applied_tags=[str(place.forum.tags[0].id)])
    assert made.status == 201
    assert made.body["message"]["id"] == made.body["id"]
    assert made.body["message"]["channel_id"] == made.body["id"]
    assert (made.body["parent_id"], made.body["owner_id"]) == (str(place.forum.id), str(wrong.stage.world.bot.id))
    active = (await wrong.ask("GET", f"/guilds/{place.guild.id}/threads/active")).body
    assert [each["id"] for each in active["threads"]] == [made.body["id"]]


async def test_a_post_knows_no_nonce(wrong: WrongClient, place: Place) -> None:
    message = {"content": "First", "nonce": "n", "enforce_nonce": True}
    first = await post(wrong, place, message=message)
    second = await post(wrong, place, message=message)
    assert first.body["id"] != second.body["id"]


@pytest.mark.parametrize(
    ("more", "path"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"message": None}, "message"),
        ({"message": {"content": "x" * 2001}}, "message.content"),
        ({"message": {"content": "x", "components": [{"type": 10, "content": "x"}]}}, "message.components.0.type"),
        ({"auto_archive_duration": 61}, "auto_archive_duration"),
        ({"colour": 1}, "colour"),
    ],
)
async def test_a_post_is_refused(more: dict[str, Any], path: str, wrong: WrongClient, place: Place) -> None:
    answer = await post(wrong, place, **more)
    assert answer.error(*path.split(".")), answer.body
    assert violations_of(wrong.stage)


async def test_tags_are_known_few_and_where_required_there(wrong: WrongClient, place: Place) -> None:
    assert (await post(wrong, place, applied_tags=["12345678901234567"])).code == 10087
    assert (await post(wrong, place, applied_tags=[str(n) for n in range(6)])).error("applied_tags")
    assert violations_of(wrong.stage)
    place.forum.tags[1].moderated = True
    assert (await post(wrong, place, applied_tags=[str(place.forum.tags[1].id)])).code == 50013
    strict = place.guild.add_channel("strict", kind="forum", tags=["one"], tag_required=True)
    place.forum = strict
    assert (await post(wrong, place)).code == 40067
    assert (await post(wrong, place, applied_tags=[str(strict.tags[0].id)])).status == 201


async def test_posting_needs_to_send_and_to_see(wrong: WrongClient, place: Place) -> None:
    wrong.stage.world.withdraw(place.forum, Permission.CREATE_PUBLIC_THREADS)
    assert (await post(wrong, place)).status == 201  # that permission means nothing in a forum
    wrong.stage.world.withdraw(place.forum, Permission.SEND_MESSAGES)
    assert (await post(wrong, place)).code == 50013
    wrong.stage.world.withdraw(place.forum, Permission.VIEW_CHANNEL)
    assert (await post(wrong, place)).code == 50001


async def test_in_a_thread_another_permission_lets_one_send(wrong: WrongClient, place: Place) -> None:
    thread = wrong.stage.world.channel((await post(wrong, place)).body["id"])
    wrong.stage.world.withdraw(place.forum, Permission.SEND_MESSAGES)
    assert (await wrong.send(thread, content="x", embeds=[{"title": "x"}])).body["embeds"]
    wrong.stage.world.withdraw(place.forum, Permission.SEND_MESSAGES_IN_THREADS)
    assert (await wrong.send(thread, content="x")).code == 50013


async def test_a_message_wakes_an_archived_thread_unless_it_is_locked(wrong: WrongClient, place: Place) -> None:
    thread = wrong.stage.world.channel((await post(wrong, place, auto_archive_duration=60)).body["id"])
    assert thread.thread is not None
    wrong.stage.clock.advance(3601)
    active = await wrong.ask("GET", f"/guilds/{place.guild.id}/threads/active")
    assert active.body["threads"] == []
    archived = await wrong.ask("GET", f"/channels/{place.forum.id}/threads/archived/public")
    assert [each["id"] for each in archived.body["threads"]] == [str(thread.id)]
    await wrong.send(thread, content="x")
    assert not thread.thread.archived
    thread.thread.locked = True
    assert (await wrong.send(thread, content="x")).code == 160005
    thread.thread.archived = True
    assert (await wrong.send(thread, content="x")).code == 50083


async def test_its_owner_changes_a_thread_and_another_does_not(wrong: WrongClient, place: Place) -> None:
    made = (await post(wrong, place)).body
    path = f"/channels/{made['id']}"
    assert (await wrong.ask("PATCH", path, {"name": "Another", "archived": True})).body["name"] == "Another"
    assert (await wrong.ask("PATCH", path, {"name": "Third"})).code == 50083
    assert (await wrong.ask("PATCH", path, {"archived": False})).status == 200
    assert (await wrong.ask("PATCH", path, {"locked": True})).code == 50013
    other = wrong.stage.world.open_thread(place.forum, place.bob, "Bob's")
    assert (await wrong.ask("PATCH", f"/channels/{other.id}", {"name": "Mine"})).code == 50013


async def test_a_message_begins_one_thread(wrong: WrongClient, place: Place) -> None:
    sent = (await wrong.send(place.text, content="x")).body
    path = f"/channels/{place.text.id}/messages/{sent['id']}/threads"
    assert (await wrong.ask("POST", path, {"name": "About that"})).body["id"] == sent["id"]
    assert (await wrong.ask("POST", path, {"name": "Again"})).code == 160004
    wrong.stage.world.withdraw(place.text, Permission.CREATE_PUBLIC_THREADS)
    body = {"name": "Plain", "type": 11}
    assert (await wrong.ask("POST", f"/channels/{place.text.id}/threads", body)).code == 50013


async def test_a_guild_has_at_most_a_thousand_active_threads(wrong: WrongClient, place: Place) -> None:
    for number in range(1000):
        wrong.stage.world.open_thread(place.forum, place.bob, str(number))
    assert (await post(wrong, place)).code == 160006

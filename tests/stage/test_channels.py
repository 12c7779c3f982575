"""Channels, overwrites, roles and members: who may look, who may change."""

from typing import Any

import pytest

from bot.stage import Stage
from bot.stage.permissions import Permission
from tests.stage.wrong_client import Place, WrongClient, violations_of


def allow(place: Place, *permissions: Permission) -> None:
    for each in permissions:
        place.guild.bot_role.permissions |= each


async def test_channels_are_made_changed_and_deleted_with_manage_channels(wrong: WrongClient, place: Place) -> None:
    path = f"/guilds/{place.guild.id}/channels"
    assert (await wrong.ask("POST", path, {"name": "europe"})).code == 50013
    assert (await wrong.ask("PATCH", f"/channels/{place.text.id}", {"topic": "x"})).code == 50013
    assert (await wrong.ask("DELETE", f"/channels/{place.text.id}")).code == 50013
    allow(place, Permission.MANAGE_CHANNELS)
    assert (await wrong.ask("POST", path, {"name": "stage", "type": 13})).code == 50024
    category = (await wrong.ask("POST", path, {"name": "Regions", "type": 4})).body
    forum = {"name": "posts", "type": 15, "parent_id": category["id"], "available_tags": [{"name": "One"}]}
    made = (await wrong.ask("POST", path, forum)).body
    assert (made["parent_id"], made["available_tags"][0]["name"]) == (category["id"], "One")
    changed = (await wrong.ask("PATCH", f"/channels/{made['id']}", {"name": "other", "flags": 16})).body
    assert (changed["name"], changed["flags"]) == ("other", 16)
    assert (await wrong.ask("DELETE", f"/channels/{made['id']}")).status == 200
    assert (await wrong.ask("GET", f"/channels/{made['id']}")).code == 10003
    listed = (await wrong.ask("GET", path)).body
    assert [each["name"] for each in listed] == ["africa", "news", "forum", "Regions"]


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "x", "topic": "x" * 1025}, "topic"),
        ({"name": "x", "rate_limit_per_user": 21601}, "rate_limit_per_user"),
        ({"name": "x", "colour": 1}, "colour"),
        ({"name": "x", "type": 15, "available_tags": [{"name": "x" * 21}]}, "available_tags.0.name"),
        ({"name": "x", "type": 15, "available_tags": [{"name": str(n)} for n in range(21)]}, "available_tags"),
    ],
)
async def test_a_channel_is_refused(body: dict[str, Any], path: str, wrong: WrongClient, place: Place) -> None:
    allow(place, Permission.MANAGE_CHANNELS)
    answer = await wrong.ask("POST", f"/guilds/{place.guild.id}/channels", body)
    assert answer.error(*path.split(".")), answer.body
    assert violations_of(wrong.stage)


async def test_with_a_category_only_the_category_goes(wrong: WrongClient, place: Place) -> None:
    category = place.guild.add_category("Regions")
    inside = place.guild.add_channel("europe", category=category)
    thread = wrong.stage.world.open_thread(place.text, place.bob, "A thread")
    place.guild.drop_channel(category)
    assert inside.parent_id is None and inside.id in place.guild.channels
    place.guild.drop_channel(place.text)
    assert thread.id not in place.guild.channels  # a channel takes its threads along


async def test_nobody_gives_away_what_they_do_not_hold(wrong: WrongClient, place: Place) -> None:
    path = f"/channels/{place.text.id}/permissions/{place.guild.id}"
    body = {"type": 0, "allow": "0", "deny": str(int(Permission.SEND_MESSAGES))}
    assert (await wrong.ask("PUT", path, body)).code == 50013
    allow(place, Permission.MANAGE_ROLES)
    assert (await wrong.ask("PUT", path, body)).status == 204
    assert not place.text.lets(place.bob, Permission.SEND_MESSAGES)
    greedy = {"type": 0, "allow": str(int(Permission.BAN_MEMBERS)), "deny": "0"}
    assert (await wrong.ask("PUT", path, greedy)).code == 50013
    assert (await wrong.ask("DELETE", path)).status == 204
    assert place.text.lets(place.bob, Permission.SEND_MESSAGES)


async def test_members_are_found_one_by_one_and_not_listed(wrong: WrongClient, place: Place) -> None:
    path = f"/guilds/{place.guild.id}/members"
    assert (await wrong.ask("GET", f"{path}/{place.ada.id}")).body["user"]["global_name"] == "Ada"
    assert (await wrong.ask("GET", f"{path}/12345678901234567")).code == 10007
    assert (await wrong.ask("GET", path)).code == 50001
    assert (await wrong.ask("GET", "/users/12345678901234567")).code == 10013


async def test_what_is_no_id_is_a_violation(wrong: WrongClient, stage: Stage) -> None:
    assert (await wrong.ask("GET", "/channels/general")).code == 50035
    assert violations_of(stage)


async def test_the_bot_leaves(wrong: WrongClient, place: Place) -> None:
    assert [each["name"] for each in (await wrong.ask("GET", "/users/@me/guilds")).body] == ["Newsroom"]
    assert (await wrong.ask("DELETE", f"/users/@me/guilds/{place.guild.id}")).status == 204
    assert (await wrong.ask("GET", "/users/@me/guilds")).body == []


async def test_pins_and_reactions_ask_for_their_permissions(wrong: WrongClient, place: Place) -> None:
    sent = (await wrong.send(place.text, content="x")).body
    message = place.text.messages[int(sent["id"])]
    pin = f"/channels/{place.text.id}/messages/pins/{sent['id']}"
    allow(place, Permission.MANAGE_MESSAGES)
    assert (await wrong.ask("PUT", pin)).code == 50013  # since 2026 that is a permission of its own
    allow(place, Permission.PIN_MESSAGES)
    assert (await wrong.ask("PUT", pin)).status == 204 and message.pinned
    assert (await wrong.ask("DELETE", pin)).status == 204 and not message.pinned
    mark = f"/channels/{place.text.id}/messages/{sent['id']}/reactions/%E2%9C%85/@me"
    wrong.stage.world.withdraw(place.text, Permission.ADD_REACTIONS)
    assert (await wrong.ask("PUT", mark)).code == 50013
    wrong.stage.world.restore(place.text, Permission.ADD_REACTIONS)
    assert (await wrong.ask("PUT", mark)).status == 204
    assert message.json(for_bot=wrong.stage.world.bot)["reactions"][0]["me"]
    assert (await wrong.ask("DELETE", mark)).status == 204 and not message.reactions


async def test_many_messages_go_at_once(wrong: WrongClient, place: Place) -> None:
    ids = [(await wrong.send(place.text, content=str(n))).body["id"] for n in range(3)]
    path = f"/channels/{place.text.id}/messages/bulk-delete"
    assert (await wrong.ask("POST", path, {"messages": ids[:2]})).code == 50013
    allow(place, Permission.MANAGE_MESSAGES)
    assert (await wrong.ask("POST", path, {"messages": ids[:1]})).error("messages")
    assert violations_of(wrong.stage)
    assert (await wrong.ask("POST", path, {"messages": ids[:2]})).status == 204
    assert [each.content for each in wrong.stage.world.messages(place.text)] == ["2"]


async def test_a_reply_names_what_it_answers(wrong: WrongClient, place: Place) -> None:
    first = (await wrong.send(place.text, content="x")).body
    reply = await wrong.send(place.text, content="y", message_reference={"message_id": first["id"]})
    assert (reply.body["type"], reply.body["message_reference"]["message_id"]) == (19, first["id"])
    lost = {"message_id": "12345678901234567"}
    assert (await wrong.send(place.text, content="y", message_reference=lost)).error("message_reference")
    assert violations_of(wrong.stage)
    lenient = {**lost, "fail_if_not_exists": False}
    assert (await wrong.send(place.text, content="y", message_reference=lenient)).status == 200


async def test_the_application_and_the_gateway_introduce_themselves(wrong: WrongClient, stage: Stage) -> None:
    application = (await wrong.ask("GET", "/oauth2/applications/@me")).body
    assert application["id"] == application["bot"]["id"] == str(stage.world.bot.id)
    gateway = (await wrong.ask("GET", "/gateway/bot")).body
    assert gateway["url"].startswith("ws://127.0.0.1:") and gateway["shards"] == 1
    assert gateway["session_start_limit"]["remaining"] == 1000

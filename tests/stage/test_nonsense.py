"""Whatever a client sends instead of what it should, the stage answers it; it never breaks by itself."""

import random
from typing import Any

from bot.stage.rest.doors import ALL_ROUTES
from tests.stage.test_message_rules import button, row, select, text
from tests.stage.wrong_client import Place, WrongClient

ODD: list[Any] = [
    None,
    0,
    -1,
    5,
    2**70,
    1.5,
    True,
    "",
    "x",
    "é" * 40,
    "7",
    [],
    [None],
    [5],
    ["x"],
    [[]],
    {},
    {"x": 1},
    [{}],
]
GOOD: list[Any] = [
    {
        "content": "x",
        "nonce": "n",
        "enforce_nonce": True,
        "flags": 0,
        "embeds": [{"title": "x", "url": "https://a.test",
                    "image": {"url": "https://a.test/1"}, "footer": {"text": "x"},
                    "author": {"name": "x"}, "timestamp": "2026-01-01T00:00:00Z", "color": 5,
                    "fields": [{"name": "x", "value": "x", "inline": True}]}],
        "components": [row(button(), button(style=5, url="https://a.test", custom_id=None)), row(select())],
        "allowed_mentions": {"parse": ["users"], "roles": ["1"]},
        "message_reference": {"message_id": "5"},
        "attachments": [{"id": 0, "description": "x"}],
    },
    {
        "flags": 1 << 15,
        "components": [
            {"type": 17, "components": [text(), {"type": 9, "components": [text()], "accessory": button()},
                                        {"type": 12, "items": [{"media": {"url": "https://a.test/1"}}]}]},
            {"type": 13, "file": {"url": "attachment://x"}},
        ],
    },
    {"name": "x", "message": {"content": "x"}, "applied_tags": ["1"], "auto_archive_duration": 60, "type": 11},
    {"name": "x", "type": 15, "topic": "x", "available_tags": [{"name": "x"}], "parent_id": "5", "flags": 16,
     "permission_overwrites": [{"id": "5", "type": 0, "allow": "1", "deny": "0"}]},
    {"type": 4, "data": {"content": "x", "flags": 64, "components": [row(button())]}},
    {"type": 8, "data": {"choices": [{"name": "x", "value": "x"}]}},
    {"type": 9, "data": {"title": "x", "custom_id": "x", "components": [
        {"type": 18, "label": "x", "component": {"type": 4, "custom_id": "x", "style": 1}}]}},
    [{"name": "x", "description": "x", "type": 1, "name_localizations": {"de": "x"}, "contexts": [0],
      "default_member_permissions": "8", "integration_types": [0],
      "options": [{"type": 3, "name": "x", "description": "x", "choices": [{"name": "x", "value": "x"}]}]}],
    {"name": "x", "description": "x", "options": [{"type": 2, "name": "x", "description": "x", "options": [
        {"type": 1, "name": "x", "description": "x", "options": []}]}]},
    {"recipient_id": "5"},
    {"webhook_channel_id": "5"},
    {"messages": ["1", "2"]},
    {"type": 2, "channel_id": "CHANNEL", "nonce": 5, "data": {"id": "5", "name": "x", "type": 1, "options": [
        {"type": 3, "name": "x", "value": "x"}]}},
    {"type": 3, "channel_id": "CHANNEL", "message_id": "5", "data": {"custom_id": "x", "values": ["x"]}},
    {"type": 5, "channel_id": "CHANNEL", "data": {"id": "5", "custom_id": "x", "components": [{"type": 1}]}},
]  # fmt: skip


def bent(value: Any, chance: random.Random) -> Any:
    """The same with something in it that does not belong there."""
    if chance.random() < 0.04:
        return chance.choice(ODD)
    if isinstance(value, dict):
        return {name: bent(inner, chance) for name, inner in value.items()}
    if isinstance(value, list):
        return [bent(inner, chance) for inner in value]
    return value


async def test_what_is_nested_without_end_is_refused(wrong: WrongClient, place: Place) -> None:
    path = f"/channels/{place.text.id}/messages"
    for depth, code in ((40, 50035), (100_000, 50109)):
        data = b'{"content": "x", "more": ' + b"[" * depth + b"]" * depth + b"}"
        answer = await wrong.ask("POST", path, data=data, headers={"Content-Type": "application/json"})
        assert (answer.status, answer.code) == (400, code)
    deep = [str(each) for each in wrong.stage.violations]
    assert "nested this deeply" in deep[0]
    wrong.stage.violations.clear()


async def test_a_token_of_any_letters_is_refused_like_every_other_wrong_one(wrong: WrongClient, place: Place) -> None:
    for token in ("Bot ünïcode", "Bot abc", "Bearer ñ", "é"):
        assert (await wrong.ask("GET", "/users/@me", token=token)).status == 401


async def test_nonsense_is_answered_everywhere(wrong: WrongClient, place: Place) -> None:
    chance = random.Random(5)
    broken: list[Any] = []
    stage = wrong.stage
    stage.limits.global_limit = 10**9
    place.guild.bot_role.permissions = 8
    sent = (await wrong.send(place.text, content="x")).body["id"]
    names = {"guild_id": place.guild.id, "message_id": sent, "application_id": stage.world.bot.id,
             "user_id": place.bob.id, "overwrite_id": place.bob.id, "emoji_name": "x"}  # fmt: skip
    for round_number in range(30):
        stage.clock.advance(86_400)  # a new day, with new creations
        for route in ALL_ROUTES:
            if route.method in ("GET", "DELETE"):
                continue
            command = stage.commands.replace([{"name": "own", "description": "x"}])[0]
            act = await stage.call(place.ada, place.text, "own")
            channel = place.forum if round_number % 2 and route.path.endswith("/threads") else place.text
            given = {**names, "command_id": command["id"], "channel_id": channel.id, "interaction_id": act.id,
                     "interaction_token": act.token, "webhook_id": stage.world.bot.id,
                     "webhook_token": act.token}  # fmt: skip
            body = bent(chance.choice(GOOD), chance)
            if isinstance(body, dict) and body.get("channel_id") == "CHANNEL":
                body["channel_id"] = str(place.text.id)
            stage.limits.set(route.method, route.path, 10**9, 1)
            answer = await wrong.ask(route.method, route.path.format(**given), body,
                                     token=place.ada.token if route.path == "/interactions" else None)  # fmt: skip
            if answer.status == 500:
                broken.append((route.method, route.path, body))
    stage.violations.clear()
    assert broken == []

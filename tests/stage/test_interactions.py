"""A person acts, the bot answers: what Discord allows, in which order, how long, and who sees it."""

from typing import Any

import pytest

from bot.stage import Interaction, Refusal, Stage, User
from bot.stage.permissions import Permission
from tests.stage.wrong_client import Answer, Place, WrongClient, violations_of

LATEST = {
    "name": "latest",
    "description": "Newest first",
    "options": [
        {"type": 3, "name": "region", "description": "Which", "autocomplete": True, "required": True},
        {"type": 4, "name": "count", "description": "How many", "min_value": 1, "max_value": 25},
        {"type": 7, "name": "channel", "description": "Where", "channel_types": [0]},
        {"type": 8, "name": "role", "description": "Whom"},
        {"type": 6, "name": "reader", "description": "Who"},
    ],
}
BUTTON = {"type": 1, "components": [{"type": 2, "style": 1, "label": "More", "custom_id": "more"}]}
MODAL: dict[str, Any] = {
    "title": "Ask",
    "custom_id": "ask",
    "components": [{"type": 1, "components": [{"type": 4, "custom_id": "name", "label": "Name", "style": 1}]}],
}


def row_of(**more: Any) -> dict[str, Any]:
    return {"type": 1, "components": [{"type": 4, "custom_id": "name", "label": "Name", "style": 1, **more}]}


async def register(wrong: WrongClient, *commands: dict[str, Any]) -> None:
    answer = await wrong.ask("PUT", f"/applications/{wrong.stage.world.bot.id}/commands", list(commands))
    assert answer.status == 200, answer.body


async def answer(
    wrong: WrongClient, act: Interaction, kind: int, data: dict[str, Any] | None = None, *, want: bool = True
) -> Answer:
    body = {"type": kind} | ({"data": data} if data is not None else {})
    query = "?with_response=1" if want else ""
    return await wrong.ask("POST", f"/interactions/{act.id}/{act.token}/callback{query}", body, token="")


async def hook(wrong: WrongClient, act: Interaction, method: str, rest: str = "", body: Any = None) -> Answer:
    return await wrong.ask(method, f"/webhooks/{wrong.stage.world.bot.id}/{act.token}{rest}", body, token="")


@pytest.fixture
async def asked(wrong: WrongClient, place: Place) -> Interaction:
    """Ada has called /latest."""
    await register(wrong, LATEST)
    return await wrong.stage.call(place.ada, place.text, "latest", region="africa")


async def test_an_answer_is_a_message_that_all_see(asked: Interaction, wrong: WrongClient, place: Place) -> None:
    told = await answer(wrong, asked, 4, {"content": "Here"})
    assert told.body["resource"]["message"]["content"] == "Here"
    assert told.body["interaction"]["response_message_id"] == told.body["resource"]["message"]["id"]
    assert place.text.messages[int(told.body["resource"]["message"]["id"])].only_for is None
    assert asked.state == "answered"


async def test_without_asking_for_it_the_answer_has_no_body(asked: Interaction, wrong: WrongClient) -> None:
    assert (await answer(wrong, asked, 4, {"content": "Here"}, want=False)).status == 204


async def test_an_ephemeral_answer_is_seen_by_one_alone(asked: Interaction, wrong: WrongClient, place: Place) -> None:
    await answer(wrong, asked, 4, {"content": "Psst", "flags": 64, "components": [BUTTON]})
    path = f"/channels/{place.text.id}/messages"
    assert [each["content"] for each in (await wrong.ask("GET", path, token=place.ada.token)).body] == ["Psst"]
    assert (await wrong.ask("GET", path, token=place.bob.token)).body == []
    assert (await wrong.ask("GET", path)).body == []
    message = asked.messages[0]
    assert (await wrong.ask("GET", f"{path}/{message.id}")).code == 10008
    assert (await wrong.ask("DELETE", f"{path}/{message.id}")).code == 10008
    with pytest.raises(Refusal, match="10008"):
        await wrong.stage.press(place.bob, message, "more")
    await wrong.stage.press(place.ada, message, "more")


async def test_a_second_answer_is_refused(asked: Interaction, wrong: WrongClient) -> None:
    await answer(wrong, asked, 4, {"content": "Here"})
    assert (await answer(wrong, asked, 4, {"content": "Again"})).code == 40060


async def test_three_seconds_are_all_there_is(asked: Interaction, wrong: WrongClient) -> None:
    wrong.stage.clock.advance(3.1)
    late = await answer(wrong, asked, 4, {"content": "Here"})
    assert (late.status, late.code) == (404, 10062)
    assert asked.state == "failed"


async def test_a_foreign_token_is_unknown(asked: Interaction, wrong: WrongClient) -> None:
    asked.token = "guessed"
    assert (await answer(wrong, asked, 4, {"content": "Here"})).code == 10062


async def test_a_deferral_thinks_until_it_is_edited(asked: Interaction, wrong: WrongClient) -> None:
    await answer(wrong, asked, 5, {"flags": 64})
    assert (asked.state, asked.messages[0].is_loading, asked.messages[0].only_for) == (
        "deferred",
        True,
        asked.user.id,
    )
    edited = await hook(wrong, asked, "PATCH", "/messages/@original", {"content": "Done"})
    assert (edited.status, asked.state, asked.messages[0].is_loading) == (200, "answered", False)
    assert asked.messages[0].only_for == asked.user.id


async def test_the_first_follow_up_fills_in_a_deferral_and_keeps_its_visibility(
    asked: Interaction, wrong: WrongClient
) -> None:
    await answer(wrong, asked, 5)
    await hook(wrong, asked, "POST", body={"content": "Done", "flags": 64})
    await hook(wrong, asked, "POST", body={"content": "And more", "flags": 64})
    assert [(each.content, each.only_for is None) for each in asked.messages] == [("Done", True), ("And more", False)]


async def test_a_deferral_cannot_be_made_of_components(asked: Interaction, wrong: WrongClient) -> None:
    assert (await answer(wrong, asked, 5, {"flags": 1 << 15})).error("data", "flags")
    assert violations_of(wrong.stage)
    await answer(wrong, asked, 5)
    body = {"flags": 1 << 15, "components": [{"type": 10, "content": "Done"}]}
    assert (await hook(wrong, asked, "PATCH", "/messages/@original", body)).status == 200


async def test_before_the_first_answer_there_is_nothing_to_follow(asked: Interaction, wrong: WrongClient) -> None:
    assert (await hook(wrong, asked, "POST", body={"content": "x"})).code == 10015


async def test_a_token_lives_fifteen_minutes(asked: Interaction, wrong: WrongClient) -> None:
    await answer(wrong, asked, 4, {"content": "Here"})
    wrong.stage.clock.advance(890)
    assert (await hook(wrong, asked, "POST", body={"content": "x"})).status == 200
    wrong.stage.clock.advance(11)
    late = await hook(wrong, asked, "POST", body={"content": "x"})
    assert (late.status, late.code) == (401, 50027)


async def test_an_answer_can_be_fetched_edited_and_deleted(asked: Interaction, wrong: WrongClient) -> None:
    await answer(wrong, asked, 4, {"content": "Here"})
    assert (await hook(wrong, asked, "GET", "/messages/@original")).body["content"] == "Here"
    more = (await hook(wrong, asked, "POST", body={"content": "More"})).body
    assert (await hook(wrong, asked, "PATCH", f"/messages/{more['id']}", {"content": "Less"})).body["content"] == "Less"
    assert (await hook(wrong, asked, "DELETE", f"/messages/{more['id']}")).status == 204
    assert (await hook(wrong, asked, "DELETE", "/messages/@original")).status == 204
    assert (await hook(wrong, asked, "GET", "/messages/@original")).code == 10008


@pytest.mark.parametrize("kind", [1, 6, 7, 8, 10])
async def test_a_command_is_not_answered_by_type(kind: int, asked: Interaction, wrong: WrongClient) -> None:
    assert (await answer(wrong, asked, kind, {"content": "x"})).code == 50035
    assert violations_of(wrong.stage)


async def test_a_button_updates_its_message(asked: Interaction, wrong: WrongClient, place: Place) -> None:
    await answer(wrong, asked, 4, {"content": "Here", "components": [BUTTON]})
    pressed = await wrong.stage.press(place.bob, asked.messages[0], "more")
    assert pressed.payload["message"]["id"] == str(asked.messages[0].id)
    assert (await answer(wrong, pressed, 7, {"content": "x" * 2001})).error("data", "content")
    assert violations_of(wrong.stage)
    await answer(wrong, pressed, 7, {"content": "Changed", "components": []})
    assert (asked.messages[0].content, asked.messages[0].components) == ("Changed", [])
    with pytest.raises(Refusal):
        await wrong.stage.press(place.bob, asked.messages[0], "more")


async def test_a_message_that_is_gone_is_not_updated(asked: Interaction, wrong: WrongClient, place: Place) -> None:
    await answer(wrong, asked, 4, {"content": "Here", "components": [BUTTON]})
    pressed = await wrong.stage.press(place.bob, asked.messages[0], "more")
    wrong.stage.world.delete(asked.messages[0])
    assert (await answer(wrong, pressed, 7, {"content": "Changed"})).code == 10008


async def test_a_select_gives_what_it_offers_and_no_more_than_it_allows(
    asked: Interaction, wrong: WrongClient, place: Place
) -> None:
    options = [{"label": "A", "value": "a"}, {"label": "B", "value": "b"}]
    pick = {"type": 3, "custom_id": "pick", "options": options}
    where = {"type": 8, "custom_id": "where", "channel_types": [0]}
    rows = [{"type": 1, "components": [each]} for each in (pick, where)]
    await answer(wrong, asked, 4, {"content": "Here", "components": rows})
    shown = asked.messages[0]
    for values in (["c"], ["a", "b"], []):
        with pytest.raises(Refusal):
            await wrong.stage.press(place.bob, shown, "pick", values)
    assert (await wrong.stage.press(place.bob, shown, "pick", ["b"])).data["values"] == ["b"]
    chosen = await wrong.stage.press(place.bob, shown, "where", [str(place.text.id)])
    assert chosen.data["resolved"]["channels"][str(place.text.id)]["name"] == "africa"


async def test_autocomplete_is_answered_with_at_most_25_choices(wrong: WrongClient, place: Place) -> None:
    await register(wrong, LATEST)
    typing = await wrong.stage.complete(place.ada, place.text, "latest", "region", region="af")
    assert typing.payload["data"]["options"][0] == {"type": 3, "name": "region", "value": "af", "focused": True}
    many = [{"name": str(n), "value": str(n)} for n in range(26)]
    long = [{"name": "x" * 101, "value": "x"}]
    number = [{"name": "x", "value": 5}]
    for choices in (many, long, number):
        assert (await answer(wrong, typing, 8, {"choices": choices})).code == 50035
    assert (await answer(wrong, typing, 8, {"choices": [], "content": "x"})).error("data", "content")
    assert (await answer(wrong, typing, 4, {"content": "x"})).error("type")
    assert len(violations_of(wrong.stage)) == 5
    assert (await answer(wrong, typing, 8, {"choices": many[:25]}, want=False)).status == 204
    assert typing.choices == many[:25]


MODALS: list[tuple[str, dict[str, Any], str]] = [
    ("a title of 46", {"title": "x" * 46}, "data.title"),
    ("no custom_id", {"custom_id": ""}, "data.custom_id"),
    ("six parts", {"components": MODAL["components"] * 6}, "data.components"),
    ("no parts", {"components": []}, "data.components"),
    ("a button", {"components": [BUTTON]}, "data.components.0.components.0.type"),
    ("an empty text", {"components": [{"type": 10, "content": ""}]}, "data.components.0.content"),
    (
        "a select with nothing to choose",
        {"components": [{"type": 18, "label": "x", "component": {"type": 3, "custom_id": "a", "options": []}}]},
        "data.components.0.component.options",
    ),
    (
        "a button in a label",
        {"components": [{"type": 18, "label": "x", "component": {"type": 2, "custom_id": "a", "style": 1}}]},
        "data.components.0.component.type",
    ),
    (
        "a radio group of one",
        {"components": [{"type": 18, "label": "x", "component": {"type": 21, "custom_id": "a", "options": [{}]}}]},
        "data.components.0.component.options",
    ),
    (
        "a text input with a label of its own in a label",
        {
            "components": [
                {
                    "type": 18,
                    "label": "x",
                    "component": {"type": 4, "custom_id": "a", "style": 1, "label": "y"},
                }
            ]
        },
        "data.components.0.component.label",
    ),
    (
        "a field of 4001 characters",
        {"components": [row_of(max_length=4001)]},
        "data.components.0.components.0.max_length",
    ),
    ("a field without custom_id", {"components": [row_of(custom_id="")]}, "data.components.0.components.0.custom_id"),
    ("a field with a colour", {"components": [row_of(colour=1)]}, "data.components.0.components.0.colour"),
    ("a style of three", {"components": [row_of(style=3)]}, "data.components.0.components.0.style"),
    ("one custom_id twice", {"components": [row_of(), row_of()]}, "data.components"),
    (
        "a label of 46",
        {"components": [{"type": 18, "label": "x" * 46, "component": {"type": 4, "custom_id": "a", "style": 1}}]},
        "data.components.0.label",
    ),
    ("a label around nothing", {"components": [{"type": 18, "label": "x"}]}, "data.components.0.component"),
]


@pytest.mark.parametrize(("why", "more", "path"), MODALS, ids=[each[0] for each in MODALS])
async def test_a_modal_is_refused_for(
    why: str, more: dict[str, Any], path: str, asked: Interaction, wrong: WrongClient
) -> None:
    told = await answer(wrong, asked, 9, MODAL | more)
    assert told.error(*path.split(".")), told.body
    assert violations_of(wrong.stage)


async def test_a_modal_is_filled_in_and_answered(asked: Interaction, wrong: WrongClient, place: Place) -> None:
    await answer(wrong, asked, 9, MODAL)
    for fields in ({}, {"name": "Ada", "other": "x"}):
        with pytest.raises(Refusal):
            await wrong.stage.submit(place.ada, asked, **fields)
    with pytest.raises(Refusal):
        await wrong.stage.submit(place.bob, asked, name="Bob")
    filled = await wrong.stage.submit(place.ada, asked, name="Ada")
    assert (await answer(wrong, filled, 9, MODAL)).error("type")  # no modal upon a modal
    assert violations_of(wrong.stage)
    assert (await answer(wrong, filled, 4, {"content": "Hello"})).status == 200


async def test_the_bot_is_given_the_whole_of_what_options_name(wrong: WrongClient, place: Place) -> None:
    await register(wrong, LATEST)
    role = place.guild.add_role("Editors")
    wrong.stage.world.withdraw(place.text, Permission.SEND_MESSAGES)
    act = await wrong.stage.call(
        place.ada, place.text, "latest", region="x", channel=place.text, role=role, reader=place.bob
    )
    found = act.payload["data"]["resolved"]
    channel = found["channels"][str(place.text.id)]
    assert int(channel["permissions"]) & Permission.SEND_MESSAGES
    assert not int(channel["app_permissions"]) & Permission.SEND_MESSAGES
    assert int(channel["app_permissions"]) & Permission.VIEW_CHANNEL
    assert found["roles"][str(role.id)]["name"] == "Editors"
    assert found["users"][str(place.bob.id)]["global_name"] == "Bob"
    assert "user" not in found["members"][str(place.bob.id)]
    assert act.payload["app_permissions"] == channel["app_permissions"]
    assert int(act.payload["member"]["permissions"]) & Permission.ADMINISTRATOR


@pytest.mark.parametrize(
    "options", [{}, {"region": "x", "count": 26}, {"region": "x", "count": "two"}, {"region": "x", "size": 1}]
)
async def test_a_client_does_not_let_unlawful_options_through(
    options: dict[str, Any], wrong: WrongClient, place: Place
) -> None:
    await register(wrong, LATEST)
    with pytest.raises(Refusal):
        await wrong.stage.call(place.ada, place.text, "latest", **options)


async def test_a_client_offers_only_channels_of_the_kind_asked_for(wrong: WrongClient, place: Place) -> None:
    await register(wrong, LATEST)
    with pytest.raises(Refusal, match="another kind"):
        await wrong.stage.call(place.ada, place.text, "latest", region="x", channel=place.forum)
    act = await wrong.stage.call(place.ada, place.text, "latest", region="x", channel=place.text)
    where = {"type": 8, "custom_id": "where", "channel_types": [0]}
    await answer(wrong, act, 4, {"content": "Here", "components": [{"type": 1, "components": [where]}]})
    with pytest.raises(Refusal, match="another kind"):
        await wrong.stage.press(place.ada, act.messages[0], "where", [str(place.forum.id)])


async def test_only_what_can_be_completed_is_completed(wrong: WrongClient, place: Place) -> None:
    await register(wrong, LATEST)
    with pytest.raises(Refusal, match="Nothing completes"):
        await wrong.stage.complete(place.ada, place.text, "latest", "count", count=5)
    with pytest.raises(Refusal, match="being typed"):
        await wrong.stage.complete(place.ada, place.text, "latest", "region", count=5)


async def test_a_command_for_admins_is_not_for_all(wrong: WrongClient, place: Place) -> None:
    await register(wrong, {"name": "desk", "description": "Desk", "default_member_permissions": "32"})
    await wrong.stage.call(place.ada, place.text, "desk")
    with pytest.raises(Refusal):
        await wrong.stage.call(place.bob, place.text, "desk")


EVERYWHERE = {"integration_types": [0, 1], "contexts": [0, 1, 2]}


async def test_who_installed_the_app_takes_its_commands_along(wrong: WrongClient, stage: Stage) -> None:
    eve: User = stage.world.add_person("Eve", has_installed=True)
    mal: User = stage.world.add_person("Mal")
    elsewhere = stage.world.add_guild("Elsewhere", with_bot=False)
    lobby = elsewhere.add_channel("lobby")
    for person in (eve, mal):
        stage.world.add_member(elsewhere, person)
    group = stage.world.add_group(eve, mal)
    await register(wrong, {"name": "latest", "description": "x", **EVERYWHERE}, {"name": "desk", "description": "x"})
    for channel, context in ((lobby, 0), (stage.world.dm(eve), 1), (group, 2)):
        act = await stage.call(eve, channel, "latest")
        assert act.payload["context"] == context
        assert act.payload["authorizing_integration_owners"]["1"] == str(eve.id)
        assert ("user" in act.payload) == (channel is not lobby)
    with pytest.raises(Refusal):
        await stage.call(mal, lobby, "latest")
    with pytest.raises(Refusal):
        await stage.call(eve, lobby, "desk")
    assert [each["name"] for each in stage.commands.offered(eve, lobby, stage.world.bot)] == ["latest"]


async def test_a_users_own_app_follows_up_five_times_and_may_be_hushed(wrong: WrongClient, stage: Stage) -> None:
    eve = stage.world.add_person("Eve", has_installed=True)
    elsewhere = stage.world.add_guild("Elsewhere", with_bot=False)
    lobby = elsewhere.add_channel("lobby")
    stage.world.add_member(elsewhere, eve)
    lobby.overwrite(elsewhere.everyone, deny=Permission.USE_EXTERNAL_APPS)
    await register(wrong, {"name": "latest", "description": "x", **EVERYWHERE})
    act = await stage.call(eve, lobby, "latest")
    await answer(wrong, act, 4, {"content": "Here"})
    assert act.messages[0].only_for == eve.id
    stage.limits.set("POST", "/webhooks/{webhook_id}/{webhook_token}", 100, 1)
    sent = [await hook(wrong, act, "POST", body={"content": "x"}) for _ in range(6)]
    assert [each.status for each in sent] == [200] * 5 + [400]
    assert sent[-1].code == 40094


async def test_a_person_acts_over_http_and_hears_no_when_it_cannot_be(wrong: WrongClient, place: Place) -> None:
    await register(wrong, LATEST)
    found = wrong.stage.commands.named("latest")
    data = {"id": found["id"], "name": "latest", "type": 1, "version": found["version"], "attachments": [],
            "options": [{"type": 3, "name": "region", "value": "africa"}]}  # fmt: skip
    body = {"type": 2, "application_id": found["application_id"], "guild_id": str(place.guild.id), "nonce": "5",
            "channel_id": str(place.text.id), "session_id": "s", "data": data}  # fmt: skip
    assert (await wrong.ask("POST", "/interactions", body, token=place.bob.token)).status == 204
    assert (await wrong.ask("POST", "/interactions", body, token="")).status == 204
    assert (await wrong.ask("POST", "/interactions", body, token="nobody")).status == 401
    assert (await wrong.ask("POST", "/interactions", body | {"data": None}, token=place.bob.token)).code == 50035
    assert (await wrong.ask("POST", "/interactions", body | {"type": 6}, token=place.bob.token)).code == 50035
    data["options"] = []
    assert (await wrong.ask("POST", "/interactions", body, token=place.bob.token)).code == 50035
    assert wrong.stage.violations == []  # a person's mistakes are not the bot's


async def test_commands_are_offered_with_their_default_names(wrong: WrongClient, place: Place) -> None:
    await register(wrong, {"name": "latest", "description": "x", "name_localizations": {"de": "neueste"}})
    place.bob.locale = "de"
    act = await wrong.stage.call(place.bob, place.text, "latest")
    assert (act.payload["data"]["name"], act.payload["locale"]) == ("latest", "de")
    listed = (await wrong.ask("GET", f"/applications/{wrong.stage.world.bot.id}/commands?with_localizations=true")).body
    assert listed[0]["name_localizations"] == {"de": "neueste"}


async def test_an_answer_tells_the_whole_name_of_its_subcommand(wrong: WrongClient, place: Place) -> None:
    add = {"type": 1, "name": "add", "description": "x"}
    group = {"type": 2, "name": "feed", "description": "x", "options": [add]}
    await register(wrong, {"name": "desk", "description": "x", "options": [group]})
    act = await wrong.stage.call(place.ada, place.text, "desk feed add")
    told = await answer(wrong, act, 4, {"content": "Here"})
    assert told.body["resource"]["message"]["interaction_metadata"]["name"] == "desk feed add"
    with pytest.raises(Refusal):
        await wrong.stage.call(place.ada, place.text, "desk")

"""A message that breaks a rule is refused where it breaks it, and counted."""

from typing import Any

import pytest

from bot.stage import Stage
from tests.stage.wrong_client import Place, WrongClient, violations_of

V2 = 1 << 15


def button(**more: Any) -> dict[str, Any]:
    return {"type": 2, "style": 1, "label": "Press", "custom_id": "press", **more}


def row(*children: dict[str, Any]) -> dict[str, Any]:
    return {"type": 1, "components": list(children)}


def select(**more: Any) -> dict[str, Any]:
    return {"type": 3, "custom_id": "choose", "options": [{"label": "A", "value": "a"}], **more}


def text(content: str = "Words") -> dict[str, Any]:
    return {"type": 10, "content": content}


def embed(**more: Any) -> dict[str, Any]:
    return {"embeds": [{"title": "Title", **more}]}


LEGACY: list[tuple[str, dict[str, Any], str]] = [
    ("content of 2001 characters", {"content": "x" * 2001}, "content"),
    ("content that is a number", {"content": 5}, "content"),
    ("an unknown field", {"content": "x", "colour": 1}, "colour"),
    ("a flag that only Discord sets", {"content": "x", "flags": 1}, "flags"),
    ("the ephemeral flag outside an interaction", {"content": "x", "flags": 64}, "flags"),
    ("a nonce of 26 characters", {"content": "x", "nonce": "n" * 26}, "nonce"),
    ("a nonce enforced but not given", {"content": "x", "enforce_nonce": True}, "nonce"),
    ("eleven embeds", {"embeds": [{"title": "x"}] * 11}, "embeds"),
    ("an embed title of 257", embed(title="x" * 257), "embeds.0.title"),
    ("an embed description of 4097", embed(description="x" * 4097), "embeds.0.description"),
    ("26 fields", embed(fields=[{"name": "n", "value": "v"}] * 26), "embeds.0.fields"),
    ("a field without a value", embed(fields=[{"name": "n"}]), "embeds.0.fields.0.value"),
    ("a field name of 257", embed(fields=[{"name": "n" * 257, "value": "v"}]), "embeds.0.fields.0.name"),
    ("a field value of 1025", embed(fields=[{"name": "n", "value": "v" * 1025}]), "embeds.0.fields.0.value"),
    ("a footer of 2049", embed(footer={"text": "x" * 2049}), "embeds.0.footer.text"),
    ("an author of 257", embed(author={"name": "x" * 257}), "embeds.0.author.name"),
    ("an embed address that is none", embed(url="not an address"), "embeds.0.url"),
    ("an embed address of another scheme", embed(url="javascript:alert(1)"), "embeds.0.url"),
    (
        "alt text of 1025 in an embed",
        embed(image={"url": "https://a.test/1", "description": "x" * 1025}),
        "embeds.0.image.description",
    ),
    ("a picture with a title", embed(image={"url": "https://a.test/1", "title": "x"}), "embeds.0.image.title"),
    ("an embed of another make", {"embeds": ["x"]}, "embeds"),
    ("a picture address with a blank", embed(image={"url": "https://a.test/a b.png"}), "embeds.0.image.url"),
    ("a colour beyond white", embed(color=0x1000000), "embeds.0.color"),
    ("a time that is none", embed(timestamp="yesterday"), "embeds.0.timestamp"),
    (
        "6001 characters over all embeds",
        {"embeds": [{"description": "x" * 3001}, {"description": "x" * 3000}]},
        "embeds",
    ),
    ("an embed that shows nothing", {"content": "x", "embeds": [{"color": 1}]}, "embeds.0.description"),
    ("six rows", {"content": "x", "components": [row(button(custom_id=str(n))) for n in range(6)]}, "components"),
    ("a button outside a row", {"content": "x", "components": [button()]}, "components.0.type"),
    ("an empty row", {"content": "x", "components": [row()]}, "components.0.components"),
    (
        "six buttons in a row",
        {"content": "x", "components": [row(*(button(custom_id=str(n)) for n in range(6)))]},
        "components.0.components",
    ),
    ("a select beside a button", {"content": "x", "components": [row(button(), select())]}, "components.0.components"),
    ("two of one custom_id", {"content": "x", "components": [row(button(), button())]}, "components"),
    ("a label of 81", {"components": [row(button(label="x" * 81))]}, "components.0.components.0.label"),
    ("a custom_id of 101", {"components": [row(button(custom_id="x" * 101))]}, "components.0.components.0.custom_id"),
    (
        "a button without custom_id",
        {"components": [row(button(custom_id=None))]},
        "components.0.components.0.custom_id",
    ),
    ("a button that says nothing", {"components": [row(button(label=None))]}, "components.0.components.0.label"),
    ("a button with an address", {"components": [row(button(url="https://a.test"))]}, "components.0.components.0.url"),
    ("a button of style 9", {"components": [row(button(style=9))]}, "components.0.components.0.style"),
    ("a link without address", {"components": [row(button(style=5, custom_id=None))]}, "components.0.components.0.url"),
    (
        "a link with a custom_id",
        {"components": [row(button(style=5, url="https://a.test"))]},
        "components.0.components.0.custom_id",
    ),
    (
        "a link of 513 characters",
        {"components": [row(button(style=5, custom_id=None, url="https://a.test/" + "x" * 498))]},
        "components.0.components.0.url",
    ),
    ("a select without options", {"components": [row(select(options=[]))]}, "components.0.components.0.options"),
    (
        "a select of 26 options",
        {"components": [row(select(options=[{"label": str(n), "value": str(n)} for n in range(26)]))]},
        "components.0.components.0.options",
    ),
    (
        "a role to begin with in a select of channels",
        {"components": [row(select(type=8, options=[], default_values=[{"type": "role", "id": "1"}]))]},
        "components.0.components.0.default_values.0.type",
    ),
    (
        "options in a select of channels",
        {"components": [row(select(type=8))]},
        "components.0.components.0.options",
    ),
    (
        "an option twice",
        {"components": [row(select(options=[{"label": "A", "value": "a"}] * 2))]},
        "components.0.components.0.options",
    ),
    (
        "an option label of 101",
        {"components": [row(select(options=[{"label": "x" * 101, "value": "a"}]))]},
        "components.0.components.0.options.0.label",
    ),
    (
        "a placeholder of 151",
        {"components": [row(select(placeholder="x" * 151))]},
        "components.0.components.0.placeholder",
    ),
    (
        "more to choose than there is",
        {"components": [row(select(max_values=2))]},
        "components.0.components.0.max_values",
    ),
    ("the newer components without their flag", {"content": "x", "components": [text()]}, "components.0.type"),
    (
        "101 users allowed",
        {"content": "x", "allowed_mentions": {"users": [str(n) for n in range(101)]}},
        "allowed_mentions.users",
    ),
    (
        "users parsed and named at once",
        {"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["1"]}},
        "allowed_mentions.parse",
    ),
    (
        "a mention group nobody knows",
        {"content": "x", "allowed_mentions": {"channels": []}},
        "allowed_mentions.channels",
    ),
    ("an unknown word to parse", {"content": "x", "allowed_mentions": {"parse": ["here"]}}, "allowed_mentions.parse.0"),
]

NEWER: list[tuple[str, dict[str, Any], str]] = [
    ("content besides", {"content": "x", "components": [text()]}, "content"),
    ("embeds besides", {"embeds": [{"title": "x"}], "components": [text()]}, "embeds"),
    ("an empty text", {"components": [text("")]}, "components.0.content"),
    ("4001 characters over all texts", {"components": [text("x" * 2001), text("x" * 2000)]}, "components"),
    (
        "41 components, nested ones counted",
        {"components": [{"type": 17, "components": [text(str(n)) for n in range(40)]}]},
        "components",
    ),
    (
        "a container in a container",
        {"components": [{"type": 17, "components": [{"type": 17, "components": [text()]}]}]},
        "components.0.components.0.type",
    ),
    ("an empty container", {"components": [{"type": 17, "components": []}]}, "components.0.components"),
    ("a section without accessory", {"components": [{"type": 9, "components": [text()]}]}, "components.0.accessory"),
    (
        "a section of four texts",
        {"components": [{"type": 9, "components": [text()] * 4, "accessory": button()}]},
        "components.0.components",
    ),
    (
        "a section with a select as accessory",
        {"components": [{"type": 9, "components": [text()], "accessory": select()}]},
        "components.0.accessory.type",
    ),
    ("a gallery of nothing", {"components": [{"type": 12, "items": []}]}, "components.0.items"),
    (
        "a gallery of eleven",
        {"components": [{"type": 12, "items": [{"media": {"url": "https://a.test/1.png"}}] * 11}]},
        "components.0.items",
    ),
    (
        "alt text of 1025",
        {"components": [{"type": 12, "items": [{"media": {"url": "https://a.test/1"}, "description": "x" * 1025}]}]},
        "components.0.items.0.description",
    ),
    (
        "a file that does not come along",
        {"components": [{"type": 13, "file": {"url": "attachment://missing.txt"}}]},
        "components.0.file.url",
    ),
    (
        "a picture whose address is none",
        {"components": [{"type": 12, "items": [{"media": {"url": "hill.png"}}]}]},
        "components.0.items.0.media.url",
    ),
    ("a gap of three", {"components": [text(), {"type": 14, "spacing": 3}]}, "components.1.spacing"),
    ("a thumbnail on top", {"components": [{"type": 11, "media": {"url": "https://a.test/1"}}]}, "components.0.type"),
    (
        "one custom_id in two corners",
        {
            "components": [
                {"type": 17, "components": [row(button())]},
                {"type": 9, "components": [text()], "accessory": button()},
            ]
        },
        "components",
    ),
]


async def refused(wrong: WrongClient, place: Place, body: dict[str, Any], path: str) -> None:
    answer = await wrong.send(place.text, **body)
    assert (answer.status, answer.code) == (400, 50035), answer.body
    assert answer.error(*path.split(".")), answer.body
    assert len(violations_of(wrong.stage)) == 1
    assert wrong.stage.world.messages() == []


@pytest.mark.parametrize(("why", "body", "path"), LEGACY, ids=[each[0] for each in LEGACY])
async def test_a_message_is_refused_for(
    why: str, body: dict[str, Any], path: str, wrong: WrongClient, place: Place
) -> None:
    await refused(wrong, place, body, path)


@pytest.mark.parametrize(("why", "body", "path"), NEWER, ids=[each[0] for each in NEWER])
async def test_a_message_of_components_is_refused_for(
    why: str, body: dict[str, Any], path: str, wrong: WrongClient, place: Place
) -> None:
    await refused(wrong, place, {"flags": V2, **body}, path)


async def test_a_message_of_nothing_is_refused(wrong: WrongClient, place: Place) -> None:
    answer = await wrong.send(place.text, content="  ")
    assert (answer.status, answer.code) == (400, 50006)
    assert violations_of(wrong.stage)


async def test_what_is_no_json_is_refused(wrong: WrongClient, place: Place) -> None:
    path = f"/channels/{place.text.id}/messages"
    broken = await wrong.ask("POST", path, data=b'{"content": ', headers={"Content-Type": "application/json"})
    form = await wrong.ask("POST", path, data={"content": "x"})
    assert (broken.status, broken.code) == (400, 50109)
    assert (form.status, form.code) == (400, 50035)
    assert len(violations_of(wrong.stage)) == 2


async def test_too_many_bytes_break_discord_instead_of_being_refused(wrong: WrongClient, place: Place) -> None:
    newer = await wrong.send(place.text, flags=V2, components=[text("語" * 3400)])
    older = await wrong.send(place.text, embeds=[{"description": "語" * 4096}])
    assert (newer.status, older.status) == (500, 500)
    assert len(violations_of(wrong.stage)) == 2


async def test_a_request_of_26_megabytes_is_too_large(wrong: WrongClient, place: Place) -> None:
    body = b'{"content": "' + b"x" * (26 * 1024 * 1024) + b'"}'
    path = f"/channels/{place.text.id}/messages"
    answer = await wrong.ask("POST", path, data=body, headers={"Content-Type": "application/json"})
    assert (answer.status, answer.code) == (413, 40005)


async def test_a_message_cannot_turn_into_components_while_it_keeps_its_content(
    wrong: WrongClient, place: Place
) -> None:
    sent = (await wrong.send(place.text, content="Words")).body
    path = f"/channels/{place.text.id}/messages/{sent['id']}"
    kept = await wrong.ask("PATCH", path, {"flags": V2, "components": [text()]})
    assert (kept.status, kept.error("content")) != (200, "")
    assert violations_of(wrong.stage)
    given_up = await wrong.ask("PATCH", path, {"flags": V2, "components": [text()], "content": None, "embeds": []})
    assert given_up.status == 200
    back = await wrong.ask("PATCH", path, {"content": "Words again"})
    assert back.error("content")
    assert violations_of(wrong.stage)


async def test_a_lawful_message_of_every_component_passes(wrong: WrongClient, place: Place) -> None:
    inside = [
        {"type": 9, "components": [text("One")], "accessory": {"type": 11, "media": {"url": "https://a.test/1.png"}}},
        {"type": 9, "components": [text("Two")], "accessory": button(custom_id="other")},
        {"type": 12, "items": [{"media": {"url": "https://a.test/1.png"}, "description": "A hill"}]},
        {"type": 14, "divider": True, "spacing": 2},
        row(button(), button(style=5, custom_id=None, url="https://a.test")),
        row(select()),
        row(select(type=8, options=[], custom_id="where", default_values=[{"type": "channel", "id": "1"}])),
    ]
    answer = await wrong.send(
        place.text, flags=V2, components=[text(), {"type": 17, "accent_color": 5, "components": inside}]
    )
    assert answer.status == 200
    assert [each["id"] for each in answer.body["components"]] == [1, 2]


async def test_unknown_paths_and_methods_are_counted_too(wrong: WrongClient, stage: Stage) -> None:
    lost = await wrong.ask("GET", "/nowhere")
    odd = await wrong.ask("DELETE", "/users/@me")
    assert (lost.status, odd.status) == (404, 405)
    assert len(violations_of(stage)) == 2

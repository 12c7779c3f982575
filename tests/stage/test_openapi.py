"""Discord's published file holds where our own rules are silent; without the file these tests are skipped, loudly."""

import os
from pathlib import Path
from typing import Any

import pytest

from bot.stage.openapi import Specification, load
from bot.stage.refusals import Findings
from tests.stage.wrong_client import Place, WrongClient, violations_of

NAMED = os.environ.get("NEWSDESK_OPENAPI")
pytestmark = pytest.mark.skipif(
    not NAMED, reason="NEWSDESK_OPENAPI IS NOT SET: REQUESTS ARE NOT HELD AGAINST DISCORD'S FILE"
)


@pytest.fixture(scope="module")
def spec() -> Specification:
    return load(Path(str(NAMED)))


def found(spec: Specification, method: str, path: str, body: Any) -> list[str]:
    findings = Findings()
    spec.check(method, path, body, findings)
    return findings.lines()


MESSAGES = "/channels/{channel_id}/messages"
CALLBACK = "/interactions/{interaction_id}/{interaction_token}/callback"


def test_a_mistake_deep_inside_is_told_where_it_is(spec: Specification) -> None:
    button = {"type": 2, "style": 1, "custom_id": "x" * 101}
    row = {"type": 1, "components": [button]}
    lines = found(spec, "POST", MESSAGES, {"components": [{"type": 17, "components": [row]}], "flags": 1 << 15})
    assert lines[0].startswith("components.0.components.0.components.0.custom_id: ")


@pytest.mark.parametrize(
    ("path", "body", "place"),
    [
        (MESSAGES, {"tts": "yes"}, "tts"),
        (MESSAGES, {"embeds": [{"fields": [{"name": "x", "value": "y", "inline": "z"}]}]}, "embeds.0.fields.0.inline"),
        (MESSAGES, {"components": [{"type": 99}]}, "components.0.type"),
        ("/channels/{channel_id}/threads", {"name": "x", "message": {"content": 5}}, "message.content"),
        (
            "/channels/{channel_id}/threads",
            {"name": "x", "message": {}, "applied_tags": list("123456")},
            "applied_tags",
        ),
        (CALLBACK, {"type": 9, "data": {"custom_id": "x", "title": "x" * 46, "components": []}}, "data.title"),
        (CALLBACK, {"type": 42}, "type"),
    ],
)
def test_a_body_is_refused(path: str, body: Any, place: str, spec: Specification) -> None:
    lines = found(spec, "POST", path, body)
    assert any(line.startswith(f"{place}: ") for line in lines), lines


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (MESSAGES, {"content": "x", "allowed_mentions": {"parse": [], "users": [12345678901234567]}}),
        (MESSAGES, {"embeds": [{"title": "x", "flags": 0}], "unknown_to_the_file": 1}),
        ("/channels/{channel_id}/threads", {"name": "x", "type": 11}),
        (CALLBACK, {"type": 5, "data": {"flags": 64}}),
        (CALLBACK, {"type": 6}),
        (CALLBACK, {"type": 8, "data": {"choices": [{"name": "x", "value": "x"}]}}),
        ("/nowhere", {"anything": "goes"}),
    ],
)
def test_what_discord_py_sends_passes(path: str, body: Any, spec: Specification) -> None:
    assert found(spec, "POST", path, body) == []


async def test_the_stage_asks_the_file(wrong: WrongClient, place: Place) -> None:
    answer = await wrong.send(place.text, content="x", tts="yes")
    assert (answer.code, answer.error("tts")) == (50035, "MODEL_TYPE_CONVERT")
    assert violations_of(wrong.stage)

"""The log: nothing from outside steers a terminal, looks like another line, or tells a secret."""

import json
import logging

import pytest

from bot.cli.log import set_up_logging

HOSTILE = "one\n2026-01-01 00:00:00 INFO bot: paid\r\x1b[2J\x9b31m\x85\u2028\u202etxt.exe\u2066"
SECRETS = {
    "https://jo:s3cr@t@a.test/feed?x=@b": "https://…@a.test/feed?x=@b",
    "https://s3cret@a.test/feed": "https://…@a.test/feed",
    "https://a.test/@jo": "https://a.test/@jo",
    "https://discord.test/api/v10/webhooks/123456/s3cret-s3cret_s3cret-s3cret/messages/@original": (
        "https://discord.test/api/v10/webhooks/123456/…/messages/@original"
    ),
    "/interactions/123456/s3cret-s3cret_s3cret-s3cret/callback": "/interactions/123456/…/callback",
}


def log(form: str) -> logging.Logger:
    made = logging.Logger("bot.test")
    set_up_logging(form, "info", made)
    return made


def test_a_record_is_one_line_whatever_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    log("text").info("polled error=%s", HOSTILE)
    (line,) = capsys.readouterr().err.splitlines()
    assert line.isprintable() and "one\\n2026-01-01" in line and "\\u202etxt.exe" in line


def test_no_line_of_a_trace_looks_like_a_record(capsys: pytest.CaptureFixture[str]) -> None:
    try:
        raise ValueError(HOSTILE)
    except ValueError:
        log("text").exception("failed")
    first, *trace = capsys.readouterr().err.splitlines()
    assert first.endswith("failed") and len(trace) > 3
    assert all(line.startswith("  ") and line.isprintable() for line in trace)


def test_a_json_line_has_no_letter_that_steers_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    log("json").info("polled error=%s", HOSTILE)
    (line,) = capsys.readouterr().err.splitlines()
    assert line.isprintable() and json.loads(line)["said"] == f"polled error={HOSTILE}"


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("said", SECRETS)
def test_no_secret_is_told(form: str, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    log(form).info("asked %s", said)
    assert f"asked {SECRETS[said]}" in capsys.readouterr().err

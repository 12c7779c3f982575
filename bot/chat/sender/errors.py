"""What each of Discord's error codes means for a delivery, as a table.

Codes: Discord's documentation, "Opcodes and Status Codes", JSON error codes.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Literal

Action = Literal[
    "stop",  # nothing more leaves the house: the token is no good, or Discord has had enough of us
    "suspend",  # nothing more to this target until somebody acts
    "refuse",  # never this article to this target
    "plain",  # once more as plain headline and link; if that fails too, refuse
    "no-tag",  # once more without the forum tag
    "later",
    "done",  # what we wanted is so already
    "unknown",  # it may or may not be out
    "log",  # of interactions: too late to tell anybody
]


@dataclass(frozen=True, slots=True)
class Rule:
    """What to do, and the words for the person who can change it."""

    action: Action
    words: str
    after: timedelta | None = None  # of "later": where Discord names no time itself


GONE = "the channel is gone"  # nobody can put that right

_TOO_MUCH = Rule("later", "Discord asks for fewer messages", timedelta(minutes=1))
_BAD_FORM = Rule("plain", "Discord refused the form of this post")
_TOO_LARGE = Rule("plain", "Discord found this post too large")
_OTHER_KIND = Rule("suspend", "the channel is of another kind now; subscribe it again")
_LOCKED = Rule("suspend", "the thread is locked or archived; open it again")
_FILTERED = Rule("refuse", "the server's own filter (AutoMod) does not let this article through")
_NO_HOOK = Rule("suspend", "the webhook is gone; subscribe the channel again")
_NOBODY_THERE = Rule("log", "the person has gone on")

RULES: Mapping[int, Rule] = MappingProxyType(
    {
        # ours to mend
        50014: Rule("stop", "Discord does not accept the bot's token; the operator must set a new one"),
        # the admin's to mend
        50001: Rule("suspend", "the bot cannot see the channel; give it View Channel there"),
        50013: Rule("suspend", "the bot lacks a permission in the channel"),
        50007: Rule("suspend", "this person does not accept direct messages from the bot"),
        10003: Rule("suspend", GONE),
        10004: Rule("suspend", "the bot is no longer in this server"),
        10015: _NO_HOOK,
        50027: _NO_HOOK,
        40058: _OTHER_KIND,
        50008: _OTHER_KIND,
        50024: _OTHER_KIND,
        220001: _OTHER_KIND,
        40067: Rule("suspend", "the forum wants a tag on every post; subscribe it again with one"),
        160005: _LOCKED,
        50083: _LOCKED,
        # the article's fault, never the channel's
        10087: Rule("no-tag", "the forum's tag is gone"),
        50006: _BAD_FORM,
        50035: _BAD_FORM,
        50109: _BAD_FORM,
        40005: _TOO_LARGE,
        50045: _TOO_LARGE,
        200000: _FILTERED,
        200001: _FILTERED,
        240000: _FILTERED,
        50005: Rule("refuse", "another account of the bot posted it"),  # which who runs the bot has replaced
        # a matter of time
        20022: _TOO_MUCH,
        20028: _TOO_MUCH,
        20029: _TOO_MUCH,
        30046: Rule("later", "Discord lets older messages be edited only so often", timedelta(hours=1)),
        40062: _TOO_MUCH,
        130000: Rule("later", "Discord is overloaded", timedelta(minutes=2)),
        160006: Rule("later", "the server has as many open threads as Discord allows", timedelta(hours=6)),
        # so already
        10008: Rule("done", "the message was deleted meanwhile"),
        40033: Rule("done", "it is published already"),
        # of answers to people
        10062: _NOBODY_THERE,
        40060: _NOBODY_THERE,
        40094: _NOBODY_THERE,
    }
)


def rule_for(status: int, code: int = 0) -> Rule:
    """The rule of a code; for codes that we do not know, that of the HTTP status."""
    if code in RULES:
        return RULES[code]
    if status >= 500 or status == 0:
        return Rule("unknown", f"Discord did not answer ({status})" if status else "the connection broke off")
    if status == 429:
        return _TOO_MUCH
    if status == 401:
        return RULES[50014]
    if status == 403:
        return Rule("suspend", f"Discord forbids it (code {code})")
    if status == 404:
        return Rule("suspend", f"Discord does not find the place any more (code {code})")
    if status == 413:
        return _TOO_LARGE
    return Rule("plain", f"Discord refused this post (status {status}, code {code})")

"""What the poller remembers of a source between two polls, beside its validators: as JSON in the source's row."""

import json
from dataclasses import dataclass, fields
from datetime import datetime
from functools import lru_cache
from typing import Any

from bot.intake import policy

_NAMES = 200  # names that a feed gave to different articles
_SHORT = 2000  # characters: the marks of some hundred items


@dataclass(frozen=True, slots=True)
class Memory:
    """All of it may be lost without harm to what is known: it saves work and keeps manners."""

    marks: tuple[str, ...] = ()  # the prints of the items of the last document
    shared: tuple[str, ...] = ()  # names never to be trusted again in this feed (see policy)
    hint: int = 0  # seconds that its server asks us to leave between two polls
    ttl: int = 0  # seconds that the feed itself asks for
    deaf: bool = False  # somebody has said that neither is to be heard
    skip_hours: tuple[int, ...] = ()
    skip_days: tuple[str, ...] = ()
    holder: str = ""  # the host whose validators we hold; where redirects lead, that is not the first one
    every: int = 0  # seconds between two polls, as somebody wants it of a feed here
    unsure: bool = False  # the server says that its validators mean nothing
    whole: str = ""  # since when we have had nothing but answers of 304
    lied: int = 0  # how often these were found to hide something (see belief)
    subscribers: int = 0
    address: str = ""  # where it has moved to for good, confirmed
    moved: str = ""  # where it says it has moved to, not confirmed yet
    moved_since: str = ""
    moved_times: int = 0
    failing_since: str = ""
    told: bool = False  # that it has been failing for a day
    hub: str = ""
    topic: str = ""
    hours: tuple[int, ...] = ()  # articles seen per hour of the week's days: 24 of workdays, 24 of weekends
    learning_since: str = ""
    torn: int = 0  # documents in a row that broke off
    loaded: int = 0  # polls without news that cost the whole document; answers of 304 are set against them
    wished: bool = False  # so does everybody: the usual interval is for none of them
    parts: tuple[str, ...] = ()  # of an index: each sitemap's address, validators and number of articles
    gap: str = ""  # when older pages were last needed
    paging: str = ""  # how they are reached: link, page, paged; "none" when there are none


def read(text: str) -> Memory:
    """From the source's row; what cannot be read is forgotten."""
    return _short(text) if len(text) <= _SHORT else _read(text)


@lru_cache(maxsize=1024)
def _short(text: str) -> Memory:
    """Many are asked for again and again; long ones, of which each poll with news makes another, would pile up."""
    return _read(text)


def _read(text: str) -> Memory:
    try:
        found = json.loads(text)
    except ValueError:
        return _NOTHING
    if not isinstance(found, dict):
        return _NOTHING
    kept: dict[str, Any] = {}
    for name, default in _DEFAULTS.items():
        value = found.get(name)
        value = tuple(value) if isinstance(value, list) else value
        if type(value) is type(default):
            kept[name] = value
    return Memory(**kept)


def write(memory: Memory) -> str:
    """For the source's row; what is as at the beginning is left out."""
    said = {name: getattr(memory, name) for name in _DEFAULTS}
    kept = {name: value for name, value in said.items() if value != _DEFAULTS[name]}
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":"))


def sharing(memory: Memory, found: frozenset[str]) -> tuple[str, ...]:
    """The names that are not to be trusted, with those found now; the oldest of too many are forgotten."""
    return policy.remembered(memory.shared, found, _NAMES)


def moment(text: str) -> datetime | None:
    """A remembered time."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


_NOTHING = Memory()
_DEFAULTS = {each.name: getattr(_NOTHING, each.name) for each in fields(Memory)}

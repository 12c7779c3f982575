"""What the people behind a feed are told, once: that it fails, is gone or shut off, or may have lost something."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from bot.intake import memory
from bot.model import Feed, Source

KEYS = "tidings:"  # before a feed's id: the keys under which the archive remembers them
TELL_AFTER = timedelta(hours=24)  # of failing
SHOWN = timedelta(days=30)  # for which a gap is spoken of
SURE_AFTER = 2  # failures in a row: a wall against robots may be up for a moment only
TROUBLES = {"failing", "gone", "blocked"}
_AT_ONCE = {"gone", "blocked"}


@dataclass(frozen=True, slots=True)
class Tiding:
    """One thing to be told of one feed."""

    feed: int
    owner: int
    url: str
    title: str
    kind: str  # failing, gone, blocked; well again after one of these; gap; renamed; plenty: more than a day holds
    since: str  # when it began
    at: str  # when it was noticed
    words: str = ""  # what the poller says of it

    @property
    def trouble(self) -> str:
        """The same for as long as a trouble lasts, and for being well again after it."""
        return f"{self.feed} {self.since} "

    @property
    def key(self) -> str:
        """What is told once."""
        return self.trouble + self.kind


def of(feed: Feed, kind: str, since: str, now: datetime, words: str) -> Tiding:
    return Tiding(feed.id, feed.owner, feed.url, feed.title, kind, since, now.isoformat(), words)


def kind_of(source: Source, now: datetime) -> str:
    """What a source's state calls for telling now; "" when nothing."""
    if not source.failures:
        return ""
    if source.status == "gone" or (source.status == "blocked" and source.failures >= SURE_AFTER):
        return source.status
    began = memory.moment(memory.read(source.memory).failing_since)
    return "failing" if began and now - began >= TELL_AFTER else ""


def is_news(before: Tiding | None, kind: str) -> bool:
    """Whether a feed in trouble is told of (again): a new trouble, or one that says more than that it fails."""
    if before is None or before.kind == "well":
        return True
    return kind != before.kind and kind in _AT_ONCE


def well_again(before: Tiding, now: datetime) -> Tiding:
    """The trouble is over."""
    return replace(before, kind="well", at=now.isoformat())


def going_on(before: Tiding | None, again: Tiding) -> Tiding:
    """What happens day after day is one thing, told once, until it has not happened for long."""
    if before is None or _moment(again.at) - _moment(before.at) >= SHOWN:
        return again
    return replace(again, since=before.since)


def written(tiding: Tiding) -> str:
    return json.dumps(asdict(tiding), ensure_ascii=False)


def read(text: str | None) -> Tiding | None:
    """A remembered one, if there is one."""
    try:
        found = json.loads(text or "null")
        return Tiding(**found) if isinstance(found, dict) else None
    except (ValueError, TypeError):
        return None


def current(kept: Mapping[str, str], now: datetime) -> list[Tiding]:
    """All that is still to be spoken of: trouble while it lasts, anything else for some time."""
    found = filter(None, map(read, kept.values()))
    return [each for each in found if each.kind in TROUBLES or now - _moment(each.at) < SHOWN]


def gaps(kept: Mapping[str, str], now: datetime) -> dict[int, Tiding]:
    """What may be missed, by feed, until somebody has filled it or it is long ago."""
    return _recent(kept, "gap", now)


def renamings(kept: Mapping[str, str], now: datetime) -> dict[int, Tiding]:
    """Which feeds have changed their ids of late."""
    return _recent(kept, "renamed", now)


def plenties(kept: Mapping[str, str], now: datetime) -> dict[int, Tiding]:
    """Which feeds have of late brought more than a day holds."""
    return _recent(kept, "plenty", now)


def _recent(kept: Mapping[str, str], kind: str, now: datetime) -> dict[int, Tiding]:
    found = filter(None, map(read, kept.values()))
    return {each.feed: each for each in found if each.kind == kind and now - _moment(each.at) < SHOWN}


def spoken_gap(gap: Tiding) -> str:
    """From when to when, for people."""
    return f"something may be missed from {_moment(gap.since):%d %b %H:%M} to {_moment(gap.at):%d %b %H:%M} UTC"


def before_gap(gap: Tiding) -> str:
    """A day from which a backfill closes it."""
    return f"{_moment(gap.since) - timedelta(days=1):%Y-%m-%d}"


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def state_key(feed: int) -> str:
    """Where the archive keeps how a feed fares."""
    return f"{KEYS}{feed}:state"


def rename_key(feed: int) -> str:
    """Where the archive keeps that a feed has changed its ids."""
    return f"{KEYS}{feed}:ids"


def gap_key(feed: int) -> str:
    """Where the archive keeps what may be missed of a feed."""
    return f"{KEYS}{feed}:gap"


def plenty_key(feed: int) -> str:
    """Where the archive keeps that a feed brings more than a day holds."""
    return f"{KEYS}{feed}:plenty"

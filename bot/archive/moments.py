"""Times as the archive stores them: whole milliseconds since 1970, and the time key of an article."""

from datetime import UTC, datetime, timedelta

SLOTS = 64  # articles a minute, before the next minute's slots are taken
OLDEST = timedelta(days=3653)  # a publication further back than this is taken for this
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def to_ms(moment: datetime) -> int:
    """A moment as it is stored."""
    return (moment - _EPOCH) // _MILLISECOND


def ms_or_none(moment: datetime | None) -> int | None:
    return None if moment is None else to_ms(moment)


def from_ms(stored: int) -> datetime:
    """The moment that was stored."""
    return _EPOCH + stored * _MILLISECOND


def moment_or_none(stored: int | None) -> datetime | None:
    return None if stored is None else from_ms(stored)


def time_key(published: datetime | None, seen: datetime) -> int:
    """The first key of the minute in which an article was published; a date that cannot be is clamped."""
    moment = seen if published is None else min(max(published, seen - OLDEST), seen)
    return first_key(moment)


def first_key(moment: datetime) -> int:
    """The smallest key of that minute."""
    return (moment - _EPOCH) // timedelta(minutes=1) * SLOTS

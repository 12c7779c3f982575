"""Dates as feeds print them, most of which follow some standard."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

_EARLIEST, _LATEST = 1991, 2100  # the web's first year; what lies outside is garbage, such as the epoch
_MONTHS = {
    "jan": 1, "feb": 2, "fev": 2, "fév": 2, "mar": 3, "mär": 3, "mrz": 3, "maa": 3, "apr": 4, "abr": 4, "avr": 4,
    "may": 5, "mai": 5, "mag": 5, "maj": 5, "mei": 5, "jun": 6, "juin": 6, "giu": 6, "jul": 7, "juil": 7, "lug": 7,
    "aug": 8, "ago": 8, "aoû": 8, "sep": 9, "set": 9, "oct": 10, "okt": 10, "out": 10, "ott": 10, "nov": 11,
    "dec": 12, "dez": 12, "dic": 12, "déc": 12,
}  # fmt: skip
_WORDY = re.compile(
    r"(?:[^\W\d]+\.?,?\s+)?(?P<day>\d{1,2})\.?(?:\s+de)?[\s-]+(?P<month>[^\W\d]{3,})\.?(?:\s+de)?[\s-]+(?P<year>\d{4})"
    r"(?:[\s,T]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?)?\s*(?P<zone>[+-]\d{2}:?\d{2}|[A-Z]{1,4})?"
)
_NUMBERS = re.compile(
    r"(?P<year>\d{4})[/.-](?P<month>\d{1,2})[/.-](?P<day>\d{1,2})"
    r"(?:[\sT]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2}))?(?:\.\d+)?)?\s*(?P<zone>Z|[+-]\d{2}:?\d{2})?"
)
_ZONES = {
    "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7, "CET": 1, "CEST": 2,
    "BST": 1, "EET": 2, "EEST": 3, "IST": 5.5, "JST": 9, "NZST": 12, "NZDT": 13, "AEST": 10, "AEDT": 11,
}  # fmt: skip


def read_date(text: str, parsed: Sequence[int] | None = None) -> datetime | None:
    """A feed's date in UTC, or None; `parsed` is what another reader made of it, for forms that we do not know."""
    text = text.strip()[:80]
    for reader in (_iso, _numbers, _mail, _wordy):
        try:
            found = reader(text)
        except (ValueError, TypeError, OverflowError, IndexError):
            continue
        if found is not None:
            return _plausible(found)
    if parsed is not None and not re.match(r"\d{4}/", text):  # feedparser takes 2020/1/10 for the year 2010
        try:
            return _plausible(datetime(*map(int, parsed[:6]), tzinfo=UTC))  # type: ignore[misc, arg-type]  # six numbers
        except (ValueError, TypeError):
            return None
    return None


def _plausible(found: datetime) -> datetime | None:
    aware = found if found.tzinfo else found.replace(tzinfo=UTC)
    if not _EARLIEST <= aware.year <= _LATEST:
        return None
    return aware.astimezone(UTC).replace(microsecond=0)


def _iso(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if re.match(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}", text) else None


def _mail(text: str) -> datetime | None:
    head = re.sub(r"^[^\W\d]+\.?,?\s+(?=\d)", "", text)  # the weekday says nothing, and not always in English
    last = head.rsplit(None, 1)[-1] if head else ""
    if (
        last in _ZONES
        and _ZONES[last] % 1 == 0
        and last not in {"EST", "EDT", "CST", "CDT", "MST", "MDT", "PST", "PDT"}
    ):
        head = head.removesuffix(last) + f"{int(_ZONES[last]):+03d}00"
    return parsedate_to_datetime(head)


def _wordy(text: str) -> datetime | None:
    return _from_match(_WORDY.match(text))


def _numbers(text: str) -> datetime | None:
    return _from_match(_NUMBERS.match(text))


def _from_match(found: re.Match[str] | None) -> datetime | None:
    if found is None:
        return None
    month = found["month"]
    number = int(month) if month.isdigit() else _MONTHS.get(month[:4].lower()) or _MONTHS.get(month[:3].lower())
    if number is None:
        return None
    clock = [int(found[part] or 0) for part in ("hour", "minute", "second")]
    day = f"{found['year']}-{number:02d}-{int(found['day']):02d}T{clock[0]:02d}:{clock[1]:02d}:{clock[2]:02d}"
    zone = found["zone"] or "+00:00"
    hours = _ZONES.get(zone)
    if hours is not None:
        zone = f"{'-' if hours < 0 else '+'}{int(abs(hours)):02d}:{int(abs(hours) % 1 * 60):02d}"
    return datetime.fromisoformat(day + (zone if zone[0] in "+-" else "+00:00"))

"""Dates as people write them: 2026, 2026-03, 7d, last week, yesterday, 3 weeks ago."""

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

_UNITS = {"minute": 1 / 1440, "hour": 1 / 24, "day": 1.0, "week": 7.0}
_SHORT = {"h": "hour", "d": "day", "w": "week", "m": "month", "mo": "month", "y": "year"}
_NUMBERS = {
    **{"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7},
    **{"eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12},
}
_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_ISO = re.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?(?:[tT ]\d{1,2}:\d{2}\S*)?")
_DAY_FIRST = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")  # Americans put the month first, most others the day
_QUARTER = re.compile(r"(?:(\d{4})[- ]?q([1-4])|q([1-4])[- ]?(\d{4}))")
_AGO = re.compile(r"(?:(?:the )?(?:last|past) )?(\d{1,4}|[a-z]+) ?(minute|hour|day|week|month|year)s?( ago)?")
_SHORT_AGO = re.compile(r"(\d{1,4})(h|d|w|mo|m|y)(?: ago)?")
_NAMED = re.compile(r"(?:(\d{1,2})\.? )?([a-z]{3,9})\.?(?: (\d{1,2})(?:st|nd|rd|th)?,?)?(?: (\d{4}))?")
_RELATIVE = re.compile(r"(this|last|past|previous) (day|week|month|year)")
_MINUTE = timedelta(minutes=1)

Period = tuple[datetime | None, datetime | None]  # from (included) to (excluded); None: open


def read_period(text: str, now: datetime) -> Period | None:
    """The period a person means, or None for what is no date. A moment that is past ends now."""
    plain = " ".join(text.casefold().replace("_", " ").split())
    if ".." in plain:
        return _range(plain, now)
    try:
        return _calendar(plain) or _named_day(plain, now) or _ago(plain, now) or _written(plain, now)
    except (ValueError, OverflowError):
        return None


def readings(text: str) -> tuple[str, str] | None:
    """The two days that a date with slashes may be, to be typed so that they are one."""
    found = _SLASHED.fullmatch(text.strip())
    if not found or not all(1 <= int(each) <= 12 for each in found.groups()[:2]):
        return None
    first, second, year = int(found[1]), int(found[2]), found[3]
    return f"{year}-{first:02}-{second:02}", f"{year}-{second:02}-{first:02}"


def _range(plain: str, now: datetime) -> Period | None:
    first, _, last = plain.partition("..")
    first, last = first.strip(" ."), last.strip(" .")
    start = read_period(first, now) if first and first != "*" else (None, None)
    end = read_period(last, now) if last and last != "*" else (None, None)
    if start is None or end is None or (start, end) == ((None, None), (None, None)):
        return None
    return start[0], end[1]


def _named_day(plain: str, now: datetime) -> Period | None:
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    days = {
        "today": 0,
        "yesterday": 1,
        "tomorrow": -1,
        "day before yesterday": 2,
        "the day before yesterday": 2,
    }
    if plain == "now":
        return now, now + _MINUTE
    if plain in days:
        return _days(today - timedelta(days[plain]), 1)
    if plain.removeprefix("last ") in _WEEKDAYS:
        back = (today.weekday() - _WEEKDAYS.index(plain.removeprefix("last "))) % 7 or 7
        return _days(today - timedelta(back), 1)
    found = _RELATIVE.fullmatch(plain)
    if not found:
        return None
    this, unit = found[1] == "this", found[2]
    match unit:
        case "day":
            return _days(today - timedelta(0 if this else 1), 1)
        case "week":
            monday = today - timedelta(today.weekday())
            return _days(monday if this else monday - timedelta(7), 7)
        case "month":
            start = _month(today.year, today.month if this else today.month - 1)
            return start, _month(start.year, start.month + 1)
        case _:
            year = today.year if this else today.year - 1
            return _month(year, 1), _month(year + 1, 1)


@lru_cache(maxsize=1_000)
def _calendar(plain: str) -> Period | None:
    """2026, 2026-03, 2026-03-14, 14.3.2026, 2026-Q1; 14/3/2026 and 3/14/2026, where only one of them can be a day."""
    if found := _QUARTER.fullmatch(plain):
        year, quarter = int(found[1] or found[4]), int(found[2] or found[3])
        return _month(year, quarter * 3 - 2), _month(year, quarter * 3 + 1)
    if found := _DAY_FIRST.fullmatch(plain):
        return _days(datetime(int(found[3]), int(found[2]), int(found[1]), tzinfo=UTC), 1)
    if found := _SLASHED.fullmatch(plain):
        day, month = sorted((int(found[1]), int(found[2])), reverse=True)
        return _days(datetime(int(found[3]), month, day, tzinfo=UTC), 1) if day > 12 or day == month else None
    found = _ISO.fullmatch(plain)
    if not found:
        return None
    year, month, day = int(found[1]), int(found[2] or 0), int(found[3] or 0)
    if found[2] is None:
        return _month(year, 1), _month(year + 1, 1)
    if not 1 <= month <= 12:
        return None
    if found[3] is None:
        return _month(year, month), _month(year, month + 1)
    return _days(datetime(year, month, day, tzinfo=UTC), 1)


def _ago(plain: str, now: datetime) -> Period | None:
    """7d, 3 weeks ago, the last 2 months: the time since then."""
    if found := _SHORT_AGO.fullmatch(plain):
        return _back(now, int(found[1]), _SHORT[found[2]]), now + _MINUTE
    if found := _AGO.fullmatch(plain):
        number = int(found[1]) if found[1].isdigit() else _NUMBERS.get(found[1], 0)
        return (_back(now, number, found[2]), now + _MINUTE) if number else None
    return None


def _written(plain: str, now: datetime) -> Period | None:
    """March 2026, 14 March 2026, March 14, 2026, March."""
    found = _NAMED.fullmatch(plain)
    if not found:
        return None
    month = next((at for at, name in enumerate(_MONTHS, 1) if name.startswith(found[2])), 0)
    if not month:
        return None
    year = int(found[4]) if found[4] else now.year - (month > now.month)
    day = found[1] or found[3]
    if day:
        return _days(datetime(year, month, int(day), tzinfo=UTC), 1)
    return _month(year, month), _month(year, month + 1)


def _back(now: datetime, number: int, unit: str) -> datetime:
    if unit in _UNITS:
        return now - timedelta(number * _UNITS[unit])
    months = number * (12 if unit == "year" else 1)
    first = _month(now.year, now.month - months)
    last_day = (_month(first.year, first.month + 1) - timedelta(1)).day
    return now.replace(year=first.year, month=first.month, day=min(now.day, last_day))


def _month(year: int, month: int) -> datetime:
    """The first of a month; months before January and after December are those of other years."""
    years, month = divmod(month - 1, 12)
    return datetime(year + years, month + 1, 1, tzinfo=UTC)


def _days(start: datetime, number: int) -> Period:
    return start, start + timedelta(number)

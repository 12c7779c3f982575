"""When to ask again: all of it sums over dates, none of it a network's business."""

import random
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

HINT_CAP = timedelta(minutes=60)  # a wrong max-age must not make us miss the news
RETRY_CAP = timedelta(hours=24)
FAILURE_CAP = timedelta(hours=6)
BUSY_START, BUSY_CAP = timedelta(minutes=15), timedelta(hours=12)
BLOCKED_START, BLOCKED_CAP = timedelta(hours=2), timedelta(hours=24)
GONE_PROBE = timedelta(days=7)
JITTER = 0.2
WASTEFUL = timedelta(minutes=15)  # between two polls of a feed that must be loaded whole each time
LEARNING = timedelta(days=14)
SLOW = 10  # articles a day: who prints more is asked regularly
INSIDE, OUTSIDE = timedelta(minutes=5), timedelta(minutes=15)  # a batch outlet's hours, and all others
_FEW_HOURS, _MOST_NEWS = 6, 0.8  # a batch outlet prints most of its news in few hours
_KEPT = 400  # counted articles, from which on the old ones weigh half
OF_AGE = frozenset({"cache-control", "expires", "age"})  # headers that say how long an answer is fresh
_BLOCKED = {"blocked", "forbidden"}
_UNITS = {"hourly": 3600, "daily": 86400, "weekly": 604800, "monthly": 2592000, "yearly": 31536000}


def next_poll(now: datetime, every: timedelta, hint: timedelta | None = None) -> datetime:
    """Regular while a feed answers, slower where its server asks for it, up to an hour."""
    return now + max(every, min(hint or timedelta(0), HINT_CAP))


def after_failure(
    now: datetime,
    every: timedelta,
    failures: int,
    status: str,
    *,
    chance: random.Random,
    retry_after: timedelta | None = None,
) -> datetime:
    """Ever rarer while a feed fails, never in step with others, and as late as its server asks."""
    doublings = min(max(failures, 1), 20)
    if status == "gone":
        wait, cap = GONE_PROBE, GONE_PROBE
    elif status == "busy":
        wait, cap = BUSY_START * 2 ** (doublings - 1), BUSY_CAP
    elif status in _BLOCKED:
        wait, cap = BLOCKED_START * 2 ** (doublings - 1), BLOCKED_CAP
    else:
        wait, cap = every * 2**doublings, FAILURE_CAP
    wait = min(wait, cap) * chance.uniform(1 - JITTER, 1 + JITTER)
    return now + max(wait, min(retry_after or timedelta(0), RETRY_CAP))


def counted(hours: Sequence[int], now: datetime, news: int) -> tuple[tuple[int, ...], bool]:
    """The articles seen at each hour, 24 of working days, then 24 of weekends; and whether the old ones were halved."""
    counts = list(hours) if len(hours) == 48 else [0] * 48
    halved = sum(counts) > _KEPT
    if halved:
        counts = [each // 2 for each in counts]
    counts[_bucket(now)] += news
    return tuple(counts), halved


def learned(every: timedelta, hours: Sequence[int], since: datetime | None, now: datetime) -> timedelta:
    """A batch outlet is asked often in its hours and rarely outside; everybody else regularly."""
    if since is None or now - since < LEARNING or len(hours) != 48:
        return every
    if sum(hours) / max(1, (now - since).days) >= SLOW:
        return every
    kind = hours[24:] if now.weekday() >= 5 else hours[:24]
    busiest = sorted(range(24), key=lambda hour: -kind[hour])[:_FEW_HOURS]
    if sum(kind[hour] for hour in busiest) < _MOST_NEWS * sum(kind):
        return every
    own = {hour for hour in busiest if kind[hour]}
    soon = {now.hour, (now + timedelta(minutes=10)).hour}
    return min(every, INSIDE) if soon & own else max(every, OUTSIDE)


def _bucket(now: datetime) -> int:
    return now.hour + (24 if now.weekday() >= 5 else 0)


def retry_after(headers: Mapping[str, str], now: datetime) -> timedelta | None:
    """How long a server asks us to stay away, in seconds or until a date."""
    text = headers.get("retry-after", "").strip()
    if text.isdecimal():
        return timedelta(seconds=min(int(text[:9]), RETRY_CAP.total_seconds()))
    until = http_date(text)
    return max(timedelta(0), until - now) if until else None


def caching_hint(headers: Mapping[str, str]) -> timedelta | None:
    """How long the answer stays fresh, by max-age less Age, or else by Expires less Date."""
    control = headers.get("cache-control", "").lower()
    if "no-cache" in control or "no-store" in control:
        return None
    age = re.search(r"(?<![\w-])max-age\s*=\s*\"?(\d{1,9})", control) if control else None
    if age:
        spent = headers.get("age", "0").strip()
        return timedelta(seconds=max(0, int(age[1]) - (int(spent[:9]) if spent.isdecimal() else 0)))
    expires = http_date(headers.get("expires", ""))
    date = http_date(headers.get("date", "")) if expires else None
    return max(timedelta(0), expires - date) if expires and date else None


def distrusts_validators(headers: Mapping[str, str]) -> bool:
    """`Expires: 0` says that nothing about the answer's age can be relied upon."""
    return headers.get("expires", "").strip() == "0" and "max-age" not in headers.get("cache-control", "").lower()


def feed_hint(ttl: str, period: str = "", frequency: str = "") -> timedelta | None:
    """What a feed itself says of how often it changes: RSS ttl in minutes, or syn:updatePeriod and -Frequency."""
    if ttl.strip().isdecimal():
        return timedelta(minutes=min(int(ttl.strip()[:7]), 7 * 24 * 60))
    unit = _UNITS.get(period.strip().lower())
    if unit is None:
        return None
    times = int(frequency.strip()[:6]) if frequency.strip().isdecimal() else 1
    return timedelta(seconds=unit / max(1, times))


def open_again(now: datetime, hours: frozenset[int], days: frozenset[str]) -> datetime:
    """The next moment outside a feed's skipHours and skipDays (both in GMT)."""
    if not hours and not days:
        return now
    moment = now
    for _ in range(24 * 8):
        if moment.hour not in hours and moment.strftime("%A").lower() not in days:
            return moment
        moment = moment.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return now


def http_date(text: str) -> datetime | None:
    """A date as HTTP headers write it."""
    if not text:
        return None
    try:
        found = parsedate_to_datetime(text)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)

"""When a weekly round-up is due, and what it shows: pure."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from bot.errors import NewsError
from bot.model import Article, Part

WEEK = timedelta(days=7)
LATE = timedelta(days=1)  # a round-up that comes later than this is no longer wanted
OVERDUE = "more than a day late, so it was skipped"
EMPTY = "nothing came in that week"
MOST = 30  # articles of a region that are kept for choosing from
MOST_REGIONS = 10
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_TIME = re.compile(r"(\d{1,2})(?:[:.h](\d{2}))?\s*(am|pm)?", re.IGNORECASE)


class BadPlan(NewsError):
    """A round-up cannot be planned so."""


@dataclass(frozen=True, slots=True)
class Plan:
    """When a round-up is posted, and of which regions. Lives in a subscription's options."""

    weekday: int = 0  # Monday
    at: time = time(9)
    zone: str = "UTC"
    regions: tuple[str, ...] = ()  # none: the whole world on one page
    since: datetime = EPOCH  # when it was planned: what should have been before is no loss

    def last(self, now: datetime) -> datetime:
        """The latest moment up to now at which it was due.

        A time that the clocks skip is taken as if they had not been turned yet, which is an hour later by the new
        ones; a time that comes twice is taken when it first comes.
        """
        today = now.astimezone(ZoneInfo(self.zone)).date()
        day = today - timedelta((today.weekday() - self.weekday) % 7)
        moment = self._on(day)
        return moment if moment <= now else self._on(day - WEEK)

    def next(self, now: datetime, done: int | None = None) -> datetime:
        """The first moment after now at which it is due, in a week that has not had its round-up."""
        day = self.last(now).astimezone(ZoneInfo(self.zone)).date() + WEEK
        moment = self._on(day)
        return self._on(day + WEEK) if self.week(moment) == done else moment

    def week(self, moment: datetime) -> int:
        """The year and the week of a moment as people there count them: 202648."""
        year, week, _ = moment.astimezone(ZoneInfo(self.zone)).isocalendar()
        return year * 100 + week

    @property
    def words(self) -> str:
        return f"every {DAYS[self.weekday]} at {self.at:%H:%M} ({self.zone})"

    def to_json(self) -> str:
        said = {"weekday": self.weekday, "time": f"{self.at:%H:%M}", "zone": self.zone, "regions": list(self.regions)}
        return json.dumps(said | {"since": int(self.since.timestamp() * 1000)})

    def _on(self, day: date) -> datetime:
        return datetime.combine(day, self.at, ZoneInfo(self.zone)).astimezone(UTC)


def read_plan(options: str) -> Plan | None:
    """From Subscription.options; None where another version wrote what we cannot read."""
    try:
        said = json.loads(options)
        since = datetime.fromtimestamp(said["since"] / 1000, UTC)
        plan = Plan(int(said["weekday"]) % 7, time.fromisoformat(said["time"]), regions=tuple(said["regions"]))
        return replace(plan, zone=find_zone(said["zone"]), since=since)
    except (ValueError, TypeError, KeyError, OverflowError, OSError, BadPlan):
        return None


def read_time(text: str) -> time:
    """9, 09:00, 9:30pm; raise BadPlan with a sentence."""
    found = _TIME.fullmatch(text.strip())
    if found:
        hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "").casefold()
        if half and 1 <= hour <= 12:
            hour = hour % 12 + (12 if half == "pm" else 0)
        elif half:
            hour = 99
        if hour < 24 and minute < 60:
            return time(hour, minute)
    raise BadPlan(f"“{text[:40]}” is no time of day; write one like 09:00.")


def find_zone(text: str) -> str:
    """The time zone of that name, however it is capitalised; raise BadPlan with a sentence."""
    wanted = text.strip().replace(" ", "_").casefold()
    found = _zones().get(wanted)
    if found is None:
        raise BadPlan(f"“{text[:60]}” is no time zone; write one like Europe/Berlin.")
    return found


def zones_like(typed: str) -> list[str]:
    """The zones whose name has these letters, those that begin with them first."""
    wanted = typed.strip().replace(" ", "_").casefold()
    fitting = [name for folded, name in _zones().items() if wanted in folded]
    return sorted(fitting, key=lambda name: (not _city(name).startswith(wanted), "/" not in name, name))


def choose(articles: Sequence[Article], regions: Sequence[str]) -> tuple[Part, ...]:
    """Each article once, under the strongest of its regions that is wanted; what most feeds print comes first."""
    ranked = sorted(articles, key=lambda each: (-len(each.feeds), -when(each).timestamp()))
    if not regions:
        return (Part("", tuple(ranked[:MOST]), len(ranked)),) if ranked else ()
    shares: dict[str, list[Article]] = {region: [] for region in regions}
    for article in ranked:
        place = next((each for each in article.regions if each in shares), None)
        if place is not None:
            shares[place].append(article)
    return tuple(Part(region, tuple(those[:MOST]), len(those)) for region, those in shares.items() if those)


def when(article: Article) -> datetime:
    return (article.published or article.seen or datetime.min.replace(tzinfo=UTC)).astimezone(UTC)


@cache
def _zones() -> dict[str, str]:
    return {name.casefold(): name for name in sorted(available_timezones())}


def _city(name: str) -> str:
    return name.rpartition("/")[2].casefold()

"""When something left, as far as clocks tell that may be wrong, or set meanwhile."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.chat.pages import cards

BEFORE = timedelta(minutes=15)  # our clock may be set while we look for what left
AHEAD = timedelta(minutes=1)  # our clock is wrong when it is further before Discord's
SET_BACK = timedelta(days=1)  # that far we look when an attempt seems to lie ahead of us


@dataclass(frozen=True, slots=True)
class Left:
    """A moment by our clock, what that says now, and how much earlier than the moment it may have been."""

    since: datetime
    now: datetime | None = None
    slack: timedelta = BEFORE

    def at(self, there: datetime | None = None) -> datetime:
        """The moment by Discord's clock, as far as we know; `there`: what that says now."""
        since = self.since if self.now is None or self.since <= self.now else self.now - SET_BACK
        ahead = self.now - there if self.now and there else timedelta(0)
        return since - (ahead if ahead > AHEAD else timedelta(0))

    def first_id(self, there: datetime | None = None) -> int:
        """The smallest id that it can have."""
        return cards.snowflake_at(self.at(there) - self.slack)

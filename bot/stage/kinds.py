"""The kinds of channels, and what only some of them have: tags, webhooks, the state of a thread."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.stage.people import User
from bot.stage.refusals import Json

KINDS = {
    "text": 0,
    "dm": 1,
    "voice": 2,
    "group": 3,
    "category": 4,
    "announcement": 5,
    "announcement_thread": 10,
    "thread": 11,
    "private_thread": 12,
    "forum": 15,
    "media": 16,
}
THREADS = (10, 11, 12)
FORUMS = (15, 16)
HOLD_MESSAGES = (0, 1, 2, 3, 5, 13, *THREADS)
REQUIRE_TAG = 1 << 4
PINNED_POST = 1 << 1


@dataclass(slots=True)
class Tag:
    id: int
    name: str
    moderated: bool = False
    emoji: str | None = None

    def json(self) -> Json:
        return {
            "id": str(self.id),
            "name": self.name,
            "moderated": self.moderated,
            "emoji_id": None,
            "emoji_name": self.emoji,
        }


@dataclass(slots=True)
class Webhook:
    """A way into one channel for whoever holds its token."""

    id: int
    name: str
    token: str
    made_by: User


@dataclass(slots=True)
class ThreadState:
    owner_id: int
    created_at: datetime
    archive_minutes: int = 4320
    archived: bool = False
    locked: bool = False
    touched_at: datetime | None = None
    tags: list[int] = field(default_factory=list)
    members: set[int] = field(default_factory=set)

    def has_fallen_silent(self, now: datetime) -> bool:
        quiet = now - (self.touched_at or self.created_at)
        return not self.archived and quiet > timedelta(minutes=self.archive_minutes)

    def json(self) -> Json:
        return {
            "archived": self.archived,
            "auto_archive_duration": self.archive_minutes,
            "archive_timestamp": (self.touched_at or self.created_at).isoformat(),
            "create_timestamp": self.created_at.isoformat(),
            "locked": self.locked,
        }

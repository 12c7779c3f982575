"""Rate limits as Discord's: buckets per route, fifty a second over all, and the count of invalid requests."""

import hashlib
import math
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from bot.stage.clock import StageClock
from bot.stage.refusals import Json

GLOBAL_PER_SECOND = 50
MOST_INVALID = 10_000
INVALID_WINDOW = 600.0

# (limit, seconds) by method and path; Discord publishes none of these numbers, a client has to read the headers.
ORDINARY = (10, 2.0)
SPECIAL: dict[tuple[str, str], tuple[int, float]] = {
    ("POST", "/channels/{channel_id}/messages"): (5, 5.0),
    ("PATCH", "/channels/{channel_id}/messages/{message_id}"): (5, 5.0),
    ("DELETE", "/channels/{channel_id}/messages/{message_id}"): (5, 1.0),
    ("GET", "/channels/{channel_id}/messages"): (5, 5.0),
    ("POST", "/channels/{channel_id}/messages/{message_id}/crosspost"): (10, 3600.0),
    ("POST", "/channels/{channel_id}/threads"): (10, 5.0),
    ("POST", "/webhooks/{webhook_id}/{webhook_token}"): (5, 2.0),
    ("PATCH", "/webhooks/{webhook_id}/{webhook_token}/messages/@original"): (5, 2.0),
    ("PATCH", "/webhooks/{webhook_id}/{webhook_token}/messages/{message_id}"): (5, 2.0),
    ("POST", "/interactions/{interaction_id}/{interaction_token}/callback"): (100, 1.0),
    ("PATCH", "/channels/{channel_id}"): (5, 10.0),
}
_MAJOR = ("channel_id", "guild_id", "webhook_id", "webhook_token", "interaction_token")


@dataclass(slots=True)
class Bucket:
    """The window of one route for one channel, guild or webhook."""

    name: str
    route: str
    limit: int
    seconds: float
    resets_at: float
    remaining: int

    def headers(self, now: float) -> dict[str, str]:
        after = max(0.0, self.resets_at - now)
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": f"{self.resets_at:.3f}",
            "X-RateLimit-Reset-After": f"{after:.3f}",
            "X-RateLimit-Bucket": self.name,
        }


@dataclass(frozen=True, slots=True)
class TooMany:
    """A 429: whose limit it was, and for how long."""

    scope: str  # user, global, shared
    seconds: float
    headers: dict[str, str]
    code: int = 0
    said: str = "You are being rate limited."

    def body(self) -> Json:
        body: Json = {"message": self.said, "retry_after": self.seconds, "global": self.scope == "global"}
        return body | ({"code": self.code} if self.code else {})

    def all_headers(self) -> dict[str, str]:
        told = {"Retry-After": str(math.ceil(self.seconds)), "X-RateLimit-Scope": self.scope, "Via": "1.1 stage"}
        return self.headers | told | ({"X-RateLimit-Global": "true"} if self.scope == "global" else {})


class Limits:
    """Counts requests. `pace` runs the windows faster; `set` gives a route other numbers."""

    def __init__(self, clock: StageClock, pace: float = 1.0) -> None:
        self.clock = clock
        self.pace = pace
        self.global_limit = GLOBAL_PER_SECOND
        self._rules = dict(SPECIAL)
        self._buckets: dict[tuple[str, ...], Bucket] = {}
        self._hidden: dict[str, deque[float]] = {}
        self._second: deque[float] = deque()
        self._invalid: deque[float] = deque()

    def set(self, method: str, path: str, limit: int, seconds: float) -> None:
        """Gives a route a limit of its own, e.g. `set("POST", "/channels/{channel_id}/messages", 1, 3.0)`."""
        self._rules[method, path] = (limit, seconds)
        for key in [key for key in self._buckets if key[:2] == (method, path)]:
            del self._buckets[key]

    @property
    def is_banned(self) -> bool:
        """Ten thousand invalid requests in ten minutes, and Cloudflare no longer lets the client through."""
        return self.invalid >= MOST_INVALID

    @property
    def invalid(self) -> int:
        while self._invalid and self._invalid[0] <= self.clock.time() - INVALID_WINDOW:
            self._invalid.popleft()
        return len(self._invalid)

    @property
    def used_this_second(self) -> int:
        while self._second and self._second[0] <= self.clock.time() - 1 / self.pace:
            self._second.popleft()
        return len(self._second)

    def count_invalid(self, times: int = 1) -> None:
        self._invalid.extend([self.clock.time()] * times)

    def take(self, method: str, path: str, where: dict[str, str], *, exempt: bool) -> tuple[Bucket, TooMany | None]:
        """Takes a token from the route's bucket, and from the second's unless exempt."""
        now = self.clock.time()
        bucket = self._bucket(method, path, where, now)
        if not exempt:
            if self.used_this_second >= self.global_limit:
                wait = round(max(0.001, self._second[0] + 1 / self.pace - now), 3)
                return bucket, TooMany("global", wait, {})
            self._second.append(now)
        if bucket.remaining <= 0:
            wait = round(max(0.001, bucket.resets_at - now), 3)
            return bucket, TooMany("user", wait, bucket.headers(now))
        bucket.remaining -= 1
        return bucket, None

    def wait(self, name: str, limit: int, seconds: float) -> float | None:
        """A limit beside the buckets that no header tells: counts, and says how long to wait once it is reached."""
        now = self.clock.time()
        found = self._hidden.setdefault(name, deque())
        while found and found[0] <= now - seconds / self.pace:
            found.popleft()
        if len(found) >= limit:
            return found[0] + seconds / self.pace - now
        found.append(now)
        return None

    def rows(self) -> Iterator[Json]:
        """The buckets whose window is open, for the panel."""
        now = self.clock.time()
        for each in self._buckets.values():
            if each.resets_at > now:
                after = round(each.resets_at - now, 3)
                yield {"route": each.route, "limit": each.limit, "remaining": each.remaining, "reset_after": after}

    def _bucket(self, method: str, path: str, where: dict[str, str], now: float) -> Bucket:
        major = [where[each] for each in _MAJOR if each in where]
        key = (method, path, *major)
        found = self._buckets.get(key)
        if found is None or found.resets_at <= now:
            limit, seconds = self._rules.get((method, path), ORDINARY)
            seconds /= self.pace
            name = hashlib.md5(f"{method} {path}".encode(), usedforsecurity=False).hexdigest()
            shown = f"{method} {path}" + (f" {'/'.join(major)}" if major else "")
            found = self._buckets[key] = Bucket(name, shown, limit, seconds, now + seconds, limit)
            self._forget(now)
        return found

    def _forget(self, now: float) -> None:
        if len(self._buckets) > 5000:
            self._buckets = {key: each for key, each in self._buckets.items() if each.resets_at > now}

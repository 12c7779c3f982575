"""What every request and event needs: the parts of the stage, in one place."""

from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Protocol

from bot.stage.clock import StageClock
from bot.stage.commands import Commands
from bot.stage.faults import Faults
from bot.stage.interactions import Interactions
from bot.stage.limits import Limits
from bot.stage.refusals import Findings, Json
from bot.stage.world import World

KEPT_REQUESTS = 5000
IDENTIFIES_A_DAY = 1000


@dataclass(frozen=True, slots=True)
class Violation:
    """Something the client sent and should have known to be wrong."""

    method: str
    path: str
    said: str
    body: object = None

    def __str__(self) -> str:
        return f"{self.method} {self.path}: {self.said}"


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it was answered."""

    at: float
    method: str
    path: str
    status: int
    ms: float
    bucket: str | None = None
    remaining: int | None = None
    fault: str | None = None
    violation: str | None = None
    body: object = None
    by: str = "bot"

    def json(self) -> Json:
        shown = {name: getattr(self, name) for name in ("at", "method", "path", "status", "ms", "bucket", "remaining")}
        return shown | {name: getattr(self, name) for name in ("fault", "violation") if getattr(self, name)}


class Spec(Protocol):
    """Discord's published description of its API, when there is one."""

    def check(self, method: str, path: str, body: object, findings: Findings) -> None: ...


@dataclass(slots=True)
class Backstage:
    clock: StageClock
    world: World
    limits: Limits
    faults: Faults
    commands: Commands
    interactions: Interactions
    spec: Spec | None = None
    url: str = ""
    shards: int = 1
    violations: list[Violation] = field(default_factory=list)
    identified: deque[float] = field(default_factory=lambda: deque(maxlen=IDENTIFIES_A_DAY))  # when a shard did
    requests: deque[Request] = field(default_factory=lambda: deque(maxlen=KEPT_REQUESTS))
    counted: Counter[int] = field(default_factory=Counter)  # by status

    @property
    def sessions_left(self) -> int:
        """How often shards may still identify today."""
        today = self.clock.time() - 86_400
        return IDENTIFIES_A_DAY - sum(at > today for at in self.identified)

    @property
    def ws_url(self) -> str:
        return self.url.replace("http", "ws", 1) + "/gateway"

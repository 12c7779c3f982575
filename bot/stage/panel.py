"""The figures beside the stage: requests, limits, faults, violations, and panels that others hang there."""

from collections.abc import Awaitable, Callable
from typing import Any

from bot.stage.backstage import Backstage
from bot.stage.gateway import Gateway
from bot.stage.limits import MOST_INVALID
from bot.stage.refusals import Json

Panel = Callable[[], Awaitable[Any]]
SHOWN_VIOLATIONS = 20


class Figures:
    """Gathers the panel anew each time it is asked."""

    def __init__(self, stage: Backstage, gateway: Gateway) -> None:
        self.stage = stage
        self.gateway = gateway
        self.panels: dict[str, Panel] = {}

    async def gather(self) -> Json:
        stage = self.stage
        now = stage.clock.time()
        recent = sum(1 for each in stage.requests if each.by == "bot" and each.at > now - 5)
        return {
            "requests": {
                "total": sum(stage.counted.values()),
                "per_second": round(recent / 5, 1),
                "by_status": {str(status): number for status, number in sorted(stage.counted.items())},
            },
            "buckets": sorted(stage.limits.rows(), key=lambda row: row["remaining"])[:20],
            "global": {"limit": stage.limits.global_limit, "used": stage.limits.used_this_second},
            "invalid": {"count": stage.limits.invalid, "limit": MOST_INVALID},
            "faults": [each.json() for each in stage.faults],
            "violations": [str(each) for each in stage.violations[-SHOWN_VIOLATIONS:]],
            "gateway": {
                "shards": stage.shards,
                "sessions": sum(each.session is not None for each in self.gateway.connections),
                "latency": max((each.latency for each in self.gateway.connections if each.latency), default=None),
            },
            "panels": {name: await panel() for name, panel in self.panels.items()},
        }

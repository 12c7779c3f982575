"""Times of many questions of one shape."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Times:
    """Milliseconds of one shape."""

    spent: list[float] = field(default_factory=list)

    def add(self, ask: Callable[..., Any], *given: object) -> None:
        began = time.perf_counter()
        ask(*given)
        self.spent.append((time.perf_counter() - began) * 1000)

    def at(self, share: float) -> float:
        return sorted(self.spent)[min(len(self.spent) - 1, int(len(self.spent) * share))]

    def __str__(self) -> str:
        return f"{self.at(0.5):8.2f} {self.at(0.99):8.2f}" if self.spent else f"{'-':>8} {'-':>8}"

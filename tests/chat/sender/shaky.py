"""An archive whose disk fails at random."""

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from bot.archive import Archive
from bot.model import Delivery


@dataclass
class Shaky:
    """The archive as the courier asks it: now and then the disk fails, before or after it has done as asked."""

    archive: Archive
    chance: random.Random
    leaves: Callable[[Delivery], None]
    failing: float = 0.0
    asked: int = 0
    ever: int = 0

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        async def ask(*given: Any, **more: Any) -> Any:
            self.asked += 1
            self.ever += name != "due_deliveries"  # which it asks for ever while the clock stands
            try:
                early = self.chance.random() < self.failing / 2
                if early and name != "in_flight":
                    raise OSError(f"the disk is full ({name})")
                answer = await getattr(self.archive, name)(*given, **more)
                if name == "sending" and answer:
                    self.leaves(answer)
                if name == "sending_list":
                    for each in answer:
                        self.leaves(each)
                if self.chance.random() < self.failing / 2 and name != "in_flight":
                    raise OSError(f"the disk failed ({name})")
                return answer
            finally:
                self.asked -= 1

        return ask

"""A pretended outside: a sender that answers as it is told, and remembers what it got."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from bot.delivery.card import LIST
from bot.model import Delivery, Outcome, Sent, Unknown


@dataclass
class Mailbox:
    """A sender that answers as it is told, and remembers what it got."""

    answers: list[Outcome] = field(default_factory=list)
    looks: list[Outcome | None] = field(default_factory=list)
    got: list[tuple[str, str]] = field(default_factory=list)
    edited: list[tuple[str, str]] = field(default_factory=list)
    rests: dict[str, float] = field(default_factory=dict)
    looked: list[str] = field(default_factory=list)
    nonces: list[str] = field(default_factory=list)
    poison: str = ""  # the headline of what never arrives
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    under_way: int = 0
    most_under_way: int = 0

    def __post_init__(self) -> None:
        self.gate.set()

    async def send(self, delivery: Delivery) -> Outcome:
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        await self.gate.wait()
        self.under_way -= 1
        answer = self.answers.pop(0) if self.answers else Sent(len(self.got) + 1, "shown")
        if delivery.article.title == self.poison:
            return Unknown("Discord did not answer (500)")
        (self.edited if delivery.edit else self.got).append((delivery.target, delivery.article.title))
        self.nonces.append(delivery.nonce)
        return answer

    async def send_list(self, deliveries: Sequence[Delivery]) -> Outcome:
        titles = " + ".join(each.article.title for each in deliveries)
        answer = await self.send(replace(deliveries[0], article=replace(deliveries[0].article, title=titles)))
        return replace(answer, shown=LIST) if isinstance(answer, Sent) else answer

    def room_in_list(self, deliveries: Sequence[Delivery]) -> int:
        return min(len(deliveries), 3)

    async def chores(self) -> None:
        return

    async def look_back(self, delivery: Delivery, listed: bool = False) -> Outcome | None:
        self.looked.append(f"{delivery.article.title} and others" if listed else delivery.article.title)
        return self.looks.pop(0) if self.looks else None

    def rest(self, target: str) -> float:
        return self.rests.get(target, 0.0)

    def titles(self, target: str = "channel:100") -> list[str]:
        return [title for where, title in self.got if where == target]

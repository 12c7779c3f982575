"""Carries out what is owed: one lane for each target, in order, each delivery at most once."""

import asyncio
import logging
import random
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from bot.clock import Clock
from bot.delivery.terms import quiet_until, read_terms
from bot.model import Delivery, Later, Outcome, Refused, Sent, Suspended, Unknown

log = logging.getLogger(__name__)

LANES = 48  # deliveries on their way at once
LOOK = timedelta(seconds=5)  # how often an idle courier looks whether something has fallen due
LOOKS = 14  # times that an unknown end is looked back for, ever rarer, before a person must
FIRST_LOOK, LONGEST_LOOK = timedelta(seconds=1), timedelta(minutes=5)
GRACE = 25.0  # seconds for what is on its way when we are told to stop
OURS = timedelta(minutes=5)  # after a failure of our own


class Sender(Protocol):
    """Speaks to the outside. Raises nothing."""

    async def send(self, delivery: Delivery) -> Outcome:
        """Post it, or edit the post that is out."""
        ...

    async def look_back(self, delivery: Delivery) -> Outcome | None:
        """For an attempt whose end is unknown: Sent, or None when it may safely be sent again."""
        ...

    def rest(self, target: str) -> float:
        """Seconds for which this target should be left alone."""
        ...


class Outbox(Protocol):
    """What the courier asks of the archive."""

    async def due_deliveries(self, now: datetime, limit: int = 50, busy: Collection[str] = ()) -> list[Delivery]: ...
    async def sending(self, delivery: int, now: datetime) -> None: ...
    async def settle(self, delivery: int, outcome: Outcome, now: datetime) -> None: ...
    async def in_flight(self) -> list[Delivery]: ...
    async def suspend_target(self, target: str, reason: str) -> None: ...


@dataclass(frozen=True, slots=True)
class _Doubt:
    """A delivery that left, and of which we do not know whether it arrived."""

    delivery: Delivery
    looks: int = 0


class Courier:
    """Runs until it is stopped or cancelled; what is on its way then still arrives and is settled.

    Whoever owes something sets `news` (or calls wake), and it is looked for at once.
    """

    def __init__(
        self,
        archive: Outbox,
        sender: Sender,
        clock: Clock,
        news: asyncio.Event | None = None,
        lanes: int = LANES,
        on_settled: Callable[[Delivery, Outcome], None] = lambda delivery, outcome: None,
    ) -> None:
        self._archive = archive
        self._sender = sender
        self._clock = clock
        self._lanes = lanes
        self._on_settled = on_settled
        self._busy: set[str] = set()
        self._running: set[asyncio.Task[None]] = set()
        self._resting: dict[str, datetime] = {}
        self._doubts: dict[str, _Doubt] = {}
        self._news = news or asyncio.Event()
        self._overdue = True  # look into the outbox even while most lanes are busy
        self._stopping = False

    async def run(self) -> None:
        """Carry out what falls due, until stop()."""
        async with asyncio.TaskGroup() as lanes:
            try:
                await self.recover()
                while not self._stopping:
                    self._news.clear()
                    await self._set_off(lanes)
                    await self._wait()
            finally:
                await self._finish()

    def wake(self) -> None:
        """Something is owed: look at once."""
        self._news.set()

    def stop(self) -> None:
        """Start nothing more; run() returns when what is on its way has been settled."""
        self._stopping = True
        self._news.set()

    async def recover(self) -> None:
        """What was on its way when we died may be out or not: each is looked for before its lane goes on."""
        for delivery in await self._archive.in_flight():  # a failure here must end us: better late than twice
            self._doubts[delivery.target] = _Doubt(delivery)
            self._resting[delivery.target] = self._clock.now()
            log.info("looks back article=%d target=%s", delivery.article.id, delivery.target)

    # --- lanes ------------------------------------------------------------------------------------------------

    async def _set_off(self, lanes: asyncio.TaskGroup) -> None:
        """Fill the free lanes: first what has rested, then what is due."""
        now = self._clock.now()
        for target in [each for each, until in self._resting.items() if until <= now]:
            if target in self._doubts and len(self._busy) >= self._lanes:
                continue
            del self._resting[target]
            if target in self._doubts:
                self._start(lanes, self._doubts.pop(target))
        free = self._lanes - len(self._busy)
        if not free or (free < self._lanes // 2 and not self._overdue):
            return  # one question for many lanes, not one for each
        self._overdue = False
        for delivery in await self._due(now, free):
            if delivery.target not in self._busy:
                self._start(lanes, delivery)

    async def _due(self, now: datetime, limit: int) -> list[Delivery]:
        try:
            return await self._archive.due_deliveries(
                now, limit, self._busy | self._resting.keys() | self._doubts.keys()
            )
        except Exception:  # the boundary: it is asked again in a moment
            log.exception("could not read the outbox")
            return []

    def _start(self, lanes: asyncio.TaskGroup, owed: Delivery | _Doubt) -> None:
        target = (owed.delivery if isinstance(owed, _Doubt) else owed).target
        self._busy.add(target)
        lane = lanes.create_task(self._lane(target, owed), name=f"lane {target}")
        self._running.add(lane)
        lane.add_done_callback(self._running.discard)

    async def _lane(self, target: str, owed: Delivery | _Doubt) -> None:
        """One step of one lane; the boundary where anything unexpected becomes state and a line in the log."""
        delivery = owed.delivery if isinstance(owed, _Doubt) else owed
        try:
            if isinstance(owed, _Doubt):
                await self._find_out(owed)
            else:
                await self._carry(owed)
        except Exception:
            log.exception("failed to deliver article=%d target=%s", delivery.article.id, target)
            if not delivery.edit:  # perhaps it left, perhaps it could not be written down
                self._doubts[target] = _Doubt(delivery)
            self._rest(target, OURS)
        finally:
            self._busy.discard(target)
            self._rest(target, timedelta(seconds=self._sender.rest(target)))
            self._news.set()

    async def _carry(self, delivery: Delivery) -> None:
        """From the outbox to the target. What leaves has been written down before as leaving."""
        if not delivery.edit and (until := quiet_until(read_terms(delivery.subscription.options), self._clock.now())):
            await self._settle(delivery, Later("quiet hours", until - self._clock.now()))
            return
        delivery = await self._leave(delivery)
        try:
            outcome = await self._sender.send(delivery)
        except Exception as error:  # a sender raises nothing; if one does, its message may be out all the same
            log.exception("sender failed article=%d target=%s", delivery.article.id, delivery.target)
            outcome = Unknown(f"a failure on our side ({type(error).__name__})")
        if isinstance(outcome, Unknown) and not delivery.edit:
            await self._find_out(_Doubt(delivery))
        else:
            await self._settle(delivery, Later(outcome.reason) if isinstance(outcome, Unknown) else outcome)

    async def _leave(self, delivery: Delivery) -> Delivery:
        now = self._clock.now()
        await self._archive.sending(delivery.id, now)
        return replace(delivery, attempted=now, attempts=delivery.attempts + 1)

    async def _find_out(self, doubt: _Doubt) -> None:
        """Look whether it is out; send it again only when it surely is not; ask a person when nobody can know."""
        delivery = doubt.delivery
        found = await self._sender.look_back(delivery)
        match found:
            case Sent():
                await self._settle(delivery, found)
            case None if doubt.looks < LOOKS:
                delivery = await self._leave(delivery)
                outcome = await self._sender.send(delivery)
                if isinstance(outcome, Unknown):
                    self._doubt_again(_Doubt(delivery, doubt.looks + 1), outcome.reason)
                else:
                    await self._settle(delivery, outcome)
            case None:
                await self._settle(delivery, Later("Discord does not answer"))
            case Later(reason, after) if doubt.looks < LOOKS:
                self._doubt_again(_Doubt(delivery, doubt.looks + 1), reason, after)
            case Unknown(reason):
                await self._settle(delivery, found)
            case Later(reason) | Refused(reason):
                await self._settle(delivery, Unknown(f"it may be out already, and could not be looked for: {reason}"))
            case Suspended(reason):
                await self._settle(delivery, Unknown(f"it may be out already, and cannot be looked for: {reason}"))
                await self._archive.suspend_target(delivery.target, reason)

    def _doubt_again(self, doubt: _Doubt, reason: str, after: timedelta | None = None) -> None:
        """Its lane waits, without a seat in the van; in the archive it goes on as leaving."""
        wait = after or min(FIRST_LOOK * 2 ** min(doubt.looks, 16), LONGEST_LOOK)
        target = doubt.delivery.target
        log.info("unsure article=%d target=%s reason=%s", doubt.delivery.article.id, target, reason)
        self._doubts[target] = doubt
        self._rest(target, wait)

    async def _settle(self, delivery: Delivery, outcome: Outcome) -> None:
        if isinstance(outcome, Later) and outcome.after is not None:
            spread = timedelta(milliseconds=random.uniform(0, 250))  # noqa: S311 no secret: lanes shall not come back as one
            outcome = replace(outcome, after=outcome.after + spread)
        await self._archive.settle(delivery.id, outcome, self._clock.now())
        self._tell(delivery, outcome)
        if isinstance(outcome, Later) and outcome.after is not None and not delivery.edit:
            self._rest(delivery.target, outcome.after)
        self._on_settled(delivery, outcome)

    def _tell(self, delivery: Delivery, outcome: Outcome) -> None:
        words = "edited" if delivery.edit else "sent"
        article, target = delivery.article.id, delivery.target
        match outcome:
            case Sent(message):
                log.info("%s article=%d target=%s message=%d", words, article, target, message)
            case Later(reason):
                log.info("postponed article=%d target=%s reason=%s", article, target, reason)
            case Unknown(reason):
                log.warning("parked article=%d target=%s reason=%s", article, target, reason)
            case Suspended(reason) | Refused(reason):
                log.warning(
                    "%s article=%d target=%s reason=%s", type(outcome).__name__.lower(), article, target, reason
                )

    # --- waiting ----------------------------------------------------------------------------------------------

    def _rest(self, target: str, wait: timedelta) -> None:
        if wait > timedelta(0):
            until = self._clock.now() + wait
            self._resting[target] = max(until, self._resting.get(target, until))

    async def _wait(self) -> None:
        """Until somebody calls, a lane is free, or something has rested enough."""
        now = self._clock.now()
        wait = min([LOOK, *(until - now for until in self._resting.values())])
        if len(self._busy) >= self._lanes:
            wait = LOOK  # nothing can set off before a lane is free, and that calls
        try:
            async with asyncio.timeout(max(0.0, wait.total_seconds())):
                await self._news.wait()
        except TimeoutError:
            self._overdue = True

    async def _finish(self) -> None:
        """What is on its way arrives; it would have to be looked for at the next start."""
        self._stopping = True
        if self._running:
            log.info("finishes deliveries count=%d", len(self._running))
            await asyncio.wait(self._running, timeout=GRACE)

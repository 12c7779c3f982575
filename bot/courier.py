"""Carries out what is owed: one lane for each target, in order, each delivery at most once."""

import asyncio
import logging
import random
from collections.abc import Callable, Collection, Coroutine, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Protocol

from bot.clock import Clock
from bot.delivery.card import is_list
from bot.delivery.terms import quiet_until, read_terms
from bot.model import Delivery, Later, Outcome, Refused, Sent, Suspended, Unknown

log = logging.getLogger(__name__)

LANES = 48  # deliveries on their way at once
LOOK = timedelta(seconds=5)  # how often an idle courier looks whether something has fallen due
LOOKS = 14  # times that an unknown end is looked back for, ever rarer, before a person must
STUBBORN = 2 * LOOKS  # attempts at one post that Discord fails at, in some two hours
FIRST_LOOK, LONGEST_LOOK = timedelta(seconds=1), timedelta(minutes=5)
GRACE = 25.0  # seconds for what is on its way when we are told to stop
HOUR = timedelta(hours=1)
OVER = "over"  # how the reason begins of what a cap keeps waiting
OURS = timedelta(minutes=5)  # after a failure of our own


class Sender(Protocol):
    """Speaks to the outside. Raises nothing."""

    async def send(self, delivery: Delivery) -> Outcome:
        """Post it, or edit the post that is out."""
        ...

    async def send_list(self, deliveries: Sequence[Delivery]) -> Outcome:
        """Post several as one, or edit the list that is out."""
        ...

    def room_in_list(self, deliveries: Sequence[Delivery]) -> int:
        """How many of these, from the first on, one list would hold; 0 where there can be none."""
        ...

    async def look_back(self, delivery: Delivery, listed: bool = False) -> Outcome | None:
        """For an attempt whose end is unknown, of one or of several as a list: Sent, or None when it may safely be
        sent again."""
        ...

    async def chores(self) -> None:
        """What is done beside sending, until cancelled."""
        ...

    def rest(self, target: str) -> float:
        """Seconds for which this target should be left alone."""
        ...


class Outbox(Protocol):
    """What the courier asks of the archive."""

    async def due_deliveries(self, now: datetime, limit: int = 50, busy: Collection[str] = ()) -> list[Delivery]: ...
    async def line(self, target: str, limit: int = 10) -> list[Delivery]: ...
    async def list_of(self, delivery: int) -> list[Delivery]: ...
    async def posted_since(self, target: str, since: datetime) -> list[datetime]: ...
    async def sending(self, delivery: int, now: datetime) -> Delivery | None: ...
    async def sending_list(self, deliveries: Sequence[int], now: datetime) -> list[Delivery]: ...
    async def settle(self, delivery: int, outcome: Outcome, now: datetime) -> None: ...
    async def settle_list(self, deliveries: Sequence[int], outcome: Outcome, now: datetime) -> None: ...
    async def in_flight(self) -> list[Delivery]: ...
    async def suspend_target(self, target: str, reason: str) -> None: ...


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
        self._doubts: dict[str, int] = {}  # where something left and may be out or not, and how often we have looked
        self._out: dict[str, tuple[Sent, tuple[Delivery, ...]]] = {}  # by target: what could not be written down yet
        self._seen = clock.now()
        self._served: datetime | None = None  # when anything last arrived anywhere
        self._news = news or asyncio.Event()
        self._overdue = True  # look into the outbox even while most lanes are busy
        self._stopping = False

    async def run(self) -> None:
        """Carry out what falls due, until stop()."""
        async with asyncio.TaskGroup() as lanes:
            chores = lanes.create_task(self._sender.chores(), name="chores")
            try:
                await self.recover()
                while not self._stopping:
                    self._news.clear()
                    await self._set_off(lanes)
                    await self._wait()
            finally:
                await self._finish()
                chores.cancel()

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
            self._doubts[delivery.target] = 0
            self._resting[delivery.target] = self._clock.now()
            log.info("looks back article=%d target=%s", delivery.article.id, delivery.target)

    # --- lanes ------------------------------------------------------------------------------------------------

    async def _set_off(self, lanes: asyncio.TaskGroup) -> None:
        """Fill the free lanes: first what has rested, then what is due."""
        now = self._clock.now()
        if now < self._seen:  # the clock was turned back: nobody rests the longer for that
            self._resting = {each: until - (self._seen - now) for each, until in self._resting.items()}
        self._seen = now
        for target in [each for each, until in self._resting.items() if until <= now]:
            if target in self._doubts and len(self._busy) >= self._lanes:
                continue
            del self._resting[target]
            if target in self._doubts:
                self._start(lanes, target, partial(self._find_out, target, self._doubts.pop(target)))
        free = self._lanes - len(self._busy)
        if not free or (free < self._lanes // 2 and not self._overdue):
            return  # one question for many lanes, not one for each
        self._overdue = False
        for delivery in await self._due(now, free):
            if delivery.target not in self._busy:
                self._start(lanes, delivery.target, partial(self._carry, delivery))

    async def _due(self, now: datetime, limit: int) -> list[Delivery]:
        try:
            return await self._archive.due_deliveries(
                now, limit, self._busy | self._resting.keys() | self._doubts.keys()
            )
        except Exception:  # the boundary: it is asked again in a moment
            log.exception("could not read the outbox")
            return []

    def _start(self, lanes: asyncio.TaskGroup, target: str, step: Callable[[], Coroutine[Any, Any, None]]) -> None:
        self._busy.add(target)
        lane = lanes.create_task(self._lane(target, step), name=f"lane {target}")
        self._running.add(lane)
        lane.add_done_callback(self._running.discard)

    async def _lane(self, target: str, step: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """One step of one lane; the boundary where anything unexpected becomes state and a line in the log."""
        try:
            await step()
        except Exception:  # perhaps something left, perhaps its end could not be written down; an edit is repeated
            log.exception("failed to deliver target=%s", target)
            self._doubts[target] = 0
            self._rest(target, OURS)
        finally:
            self._busy.discard(target)
            self._rest(target, timedelta(seconds=self._sender.rest(target)))
            self._news.set()

    async def _carry(self, delivery: Delivery) -> None:
        """From the outbox to the target. What leaves has been written down before as leaving."""
        if not _is_edit(delivery) and (wait := await self._not_now(delivery)):
            await self._settle(wait, delivery, rests=False)  # what is out may be corrected meanwhile
            return
        if listed := await self._list_with(delivery):
            await self._carry_list(listed)
            return
        left = await self._archive.sending(delivery.id, self._clock.now())
        if left is None:
            return
        outcome = await self._try(self._sender.send(left), left)
        if isinstance(outcome, Unknown) and not _is_edit(left):
            await self._find_out(left.target, 0)
        else:
            await self._settle(Later(outcome.reason) if isinstance(outcome, Unknown) else outcome, left)

    async def _carry_list(self, deliveries: list[Delivery]) -> None:
        """What a cap kept waiting, in one post. If it does not go as a list, each goes alone when its time has come."""
        deliveries = await self._leave(*deliveries)
        if not deliveries:
            return
        head = deliveries[0]
        outcome = await self._try(self._sender.send_list(deliveries), head)
        match outcome:
            case Unknown(reason) if _is_edit(head):
                await self._settle(Later(reason), *deliveries)
            case Unknown():
                await self._find_out(head.target, 0)
            case Refused(reason) if not _is_edit(head):
                await self._settle(Later(f"refused as a list: {reason}"), *deliveries)
            case _:
                await self._settle(outcome, *deliveries)

    async def _not_now(self, delivery: Delivery) -> Later | None:
        """What the standing order says about the hour: quiet hours, and how many posts are enough."""
        terms, now = read_terms(delivery.subscription.options), self._clock.now()
        if until := quiet_until(terms, now):
            return Later("quiet hours", until - now)
        if terms.cap:
            hour = [each for each in await self._archive.posted_since(delivery.target, now - HOUR) if each <= now]
            if len(hour) >= terms.cap:
                return Later(f"{OVER} {terms.cap} posts an hour", hour[-terms.cap] + HOUR - now)
        return None

    async def _list_with(self, head: Delivery) -> list[Delivery]:
        """The deliveries that go with this one in a list: those of a list that is out, or what a cap kept waiting."""
        if _is_edit(head):
            listed = await self._archive.list_of(head.id) if is_list(head.shown) else []
            return [replace(each, edit=True) for each in listed]
        if not head.reason.startswith(OVER):
            return []
        waiting = await self._archive.line(head.target)
        if not waiting or waiting[0].id != head.id:
            return []
        room = self._sender.room_in_list(waiting)
        return waiting[:room] if room > 1 else []

    async def _try(self, sending: Coroutine[Any, Any, Outcome], delivery: Delivery) -> Outcome:
        """A sender raises nothing; if one does, its message may be out all the same."""
        try:
            return await sending
        except Exception as error:
            log.exception("sender failed article=%d target=%s", delivery.article.id, delivery.target)
            return Unknown(f"a failure on our side ({type(error).__name__})")

    async def _leave(self, *deliveries: Delivery) -> list[Delivery]:
        """Those of them that are still wanted, written down as leaving, and as they are now."""
        return await self._archive.sending_list([each.id for each in deliveries], self._clock.now())

    async def _find_out(self, target: str, looks: int) -> None:
        """Look whether it is out; send it again only when it surely is not; ask a person when nobody can know."""
        if target in self._out:
            outcome, deliveries = self._out[target]
            await self._settle(outcome, *deliveries)
            return
        flying = [each for each in await self._archive.in_flight() if each.target == target]
        if not flying:
            return  # what failed was not on its way, or has been settled all the same
        match await self._look(flying):
            case Sent() as found:
                await self._settle(found, *flying)
            case None if looks < LOOKS:
                await self._again(flying, looks + 1)
            case None:
                await self._settle(self._given_up(flying), *flying)
            case Later(reason, after) if after is not None or looks < LOOKS:  # who is told when to come, comes then
                self._doubt_again(flying[0], looks if after else looks + 1, reason, after)
            case Unknown() as found:
                await self._settle(found, *flying)
            case Later(reason) | Refused(reason):
                await self._settle(Unknown(f"it may be out already, and could not be looked for: {reason}"), *flying)
            case Suspended(reason):
                await self._settle(Unknown(f"it may be out already, and cannot be looked for: {reason}"), *flying)
                await self._archive.suspend_target(target, reason)

    async def _look(self, flying: list[Delivery]) -> Outcome | None:
        """A look that fails for a fault of ours is worth another, but not for ever."""
        try:
            return await self._sender.look_back(flying[0], listed=len(flying) > 1)
        except Exception as error:
            log.exception("could not look back article=%d target=%s", flying[0].article.id, flying[0].target)
            return Later(f"a failure on our side ({type(error).__name__})")

    def _given_up(self, flying: list[Delivery]) -> Outcome:
        """It surely is not out, and does not go. Where Discord fails at one post for hours, and not at others, or for
        the better part of a day, a person looks at it, and its lane goes on."""
        head = flying[0]
        others_go = self._served is not None and head.attempted is not None and self._served > head.attempted
        if len(flying) == 1 and head.attempts >= (STUBBORN if others_go else 4 * STUBBORN):
            return Unknown(f"Discord failed at it {head.attempts} times; it is not out")
        return Later("Discord does not answer")

    async def _again(self, flying: list[Delivery], looks: int) -> None:
        """It is not out, or its nonce still holds: once more, in the same form and with the same nonce.

        Where that does not go at once, it stays in doubt: later on the nonce may no longer hold.
        """
        deliveries = await self._leave(*flying)
        if not deliveries:
            return
        head, *others = deliveries
        outcome = await self._try(self._sender.send_list(deliveries) if others else self._sender.send(head), head)
        match outcome:
            case Unknown(reason):
                self._doubt_again(head, looks, reason)
            case Later(reason, after) if not others:
                self._doubt_again(head, looks, reason, after)
            case Suspended(reason) if not others:
                await self._archive.suspend_target(head.target, reason)
                self._doubt_again(head, looks, reason)
            case Refused(reason) if others:
                await self._settle(Later(f"refused as a list: {reason}"), *deliveries)
            case _:
                await self._settle(outcome, *deliveries)

    def _doubt_again(self, head: Delivery, looks: int, reason: str, after: timedelta | None = None) -> None:
        """Its lane waits, without a seat in the van; in the archive it goes on as leaving."""
        wait = after or min(FIRST_LOOK * 2 ** min(looks, 16), LONGEST_LOOK)
        log.info("unsure article=%d target=%s reason=%s", head.article.id, head.target, reason)
        self._doubts[head.target] = looks
        self._rest(head.target, wait)

    async def _settle(self, outcome: Outcome, *deliveries: Delivery, rests: bool = True) -> None:
        """Write down what became of them: one, or those that went as one list."""
        if isinstance(outcome, Later) and outcome.after is not None:
            spread = timedelta(milliseconds=random.uniform(0, 250))  # noqa: S311 no secret: lanes shall not come back as one
            outcome = replace(outcome, after=outcome.after + spread)
        head, *others = deliveries
        if isinstance(outcome, Sent):
            self._out[head.target] = outcome, deliveries
        if others:
            await self._archive.settle_list([each.id for each in deliveries], outcome, self._clock.now())
        else:
            await self._archive.settle(head.id, outcome, self._clock.now())
        self._out.pop(head.target, None)
        for delivery in deliveries:
            self._tell(delivery, outcome)
            self._on_settled(delivery, outcome)
        if isinstance(outcome, Sent):
            self._served = self._clock.now()
        if _is_edit(head):
            return
        if rests and isinstance(outcome, Later) and outcome.after is not None:
            self._rest(head.target, outcome.after)

    def _tell(self, delivery: Delivery, outcome: Outcome) -> None:
        words = "edited" if _is_edit(delivery) else "sent"
        article, target = delivery.article.id, delivery.target
        match outcome:
            case Sent(message):
                log.info("%s article=%d target=%s message=%d", words, article, target, message)
            case Later(reason):
                log.info("postponed article=%d target=%s reason=%s", article, target, reason)
            case Unknown(reason):
                log.warning("parked article=%d target=%s reason=%s", article, target, reason)
            case Refused(reason) if _is_edit(delivery):
                log.warning("gave up editing article=%d target=%s reason=%s", article, target, reason)
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


def _is_edit(delivery: Delivery) -> bool:
    """Whether a message is out that is to be changed. A change can also come while the first is on its way."""
    return delivery.edit and delivery.message is not None

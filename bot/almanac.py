"""Sees when a week is over, and owes each standing order for a round-up its page: once."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from bot.clock import Clock, regularly
from bot.delivery.weekly import EMPTY, LATE, OVERDUE, WEEK, Plan, choose, read_plan
from bot.model import OPERATOR, Article, Part, Roundup, Subscription

log = logging.getLogger(__name__)

FIRST_LOOK = timedelta(minutes=2)  # after a start the feeds are asked first: what they bring belongs to the week
LOOK = timedelta(seconds=20)


class Weeks(Protocol):
    """What the almanac asks of the archive."""

    async def roundup_orders(self) -> list[tuple[Subscription, int]]: ...
    async def of_week(self, owner: int, since: datetime, until: datetime) -> list[Article]: ...
    async def owe_roundup(
        self, order: Subscription, week: int, roundup: Roundup, refused: str, now: datetime
    ) -> bool: ...


class Almanac:
    """Runs beside the poller. What it has not written down when we die is found due again at the next start."""

    def __init__(self, archive: Weeks, clock: Clock, nudge: Callable[[], None]) -> None:
        self._archive = archive
        self._clock = clock
        self._nudge = nudge
        self._unreadable: set[int] = set()  # orders whose plan was complained of already

    async def run(self) -> None:
        """Until cancelled."""
        await regularly(self.look, self._clock, LOOK, FIRST_LOOK)

    async def look(self) -> None:
        """Owe what has fallen due. The boundary: one order that cannot be carried out stops no other."""
        now, reading = self._clock.now(), _Reading(self._archive)
        for order, done in await self._archive.roundup_orders():
            try:
                await self._owe(order, done, now, reading)
            except Exception:
                log.exception("could not make a round-up target=%s", order.target)

    async def _owe(self, order: Subscription, done: int, now: datetime, reading: "_Reading") -> None:
        plan = read_plan(order.options)
        if plan is None:
            if order.id not in self._unreadable:
                log.warning("cannot read the plan of a round-up target=%s", order.target)
            self._unreadable.add(order.id)
            return
        moment = plan.last(now)
        week = plan.week(moment)
        if moment < plan.since or week <= done:
            return
        roundup, refused = await _made(order, plan, moment, now, reading)
        if await self._archive.owe_roundup(order, week, roundup, refused, now):
            level = logging.WARNING if refused == OVERDUE else logging.INFO
            log.log(level, "owed round-up week=%d target=%s words=%s", week, order.target, refused or "due")
            self._nudge()


class _Reading:
    """Weeks as they are read during one look. On a Sunday at nine thousands of servers want the same one: what all of
    them see is read, and chosen from, once."""

    def __init__(self, archive: Weeks) -> None:
        self._archive = archive
        self._weeks: dict[tuple[datetime, datetime], list[Article]] = {}
        self._chosen: dict[tuple[datetime, datetime, tuple[str, ...]], tuple[Part, ...]] = {}

    async def parts(self, viewer: int, since: datetime, until: datetime, regions: tuple[str, ...]) -> tuple[Part, ...]:
        """What one server may see of a week, chosen for its page."""
        own = await self._archive.of_week(viewer, since, until) if viewer != OPERATOR else []
        if (since, until) not in self._weeks:
            self._weeks[since, until] = await self._archive.of_week(OPERATOR, since, until)
        everybodys = self._weeks[since, until]
        if own:
            return await asyncio.to_thread(choose, [*own, *everybodys], regions)
        if (since, until, regions) not in self._chosen:
            self._chosen[since, until, regions] = await asyncio.to_thread(choose, everybodys, regions)
        return self._chosen[since, until, regions]


async def _made(
    order: Subscription, plan: Plan, moment: datetime, now: datetime, reading: _Reading
) -> tuple[Roundup, str]:
    """The page, or why there is none."""
    empty = Roundup(moment - WEEK, moment, plan.zone)
    if now - moment > LATE:
        return empty, OVERDUE
    parts = await reading.parts(order.guild, empty.since, empty.until, plan.regions)
    return replace(empty, parts=parts), "" if parts else EMPTY

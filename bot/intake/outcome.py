"""What a poll changes in what we know of a source: from value to value."""

import json
import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.intake import belief, memory, schedule, websub
from bot.intake.addresses import host_of
from bot.intake.fetch import Fetched
from bot.intake.memory import Memory
from bot.intake.parse import Parsed
from bot.model import Source

KINDS = (  # of what may become of a poll: the words of a source's status
    "ok", "unchanged", "waiting", "fault", "bad-address", "bad-redirect", "blocked", "broken", "busy", "cut-off",
    "empty", "forbidden", "gone", "no-tls", "not-a-feed", "not-found", "not-http", "private", "redirect-loop",
    "refused", "server-error", "timeout", "tls", "too-heavy", "too-large", "unreachable",
)  # fmt: skip
TELL_AFTER = timedelta(hours=24)  # of failing before somebody is told
_MOVES, _MOVED_FOR = 3, timedelta(hours=24)  # equal answers, over so long, before a new address is believed
_TALLY, _SPARED = 17, 6  # of 20 polls without news, 17 whole documents are too many; 3 answers of 304 make up for all
_TORN = 2  # documents in a row that break off; the next is all that there is
_LATER = timedelta(hours=1)  # within which those come again that wait for the same midnight
_EARLY = 0.5  # the first wait is shortened by up to this share, so that feeds do not come in step


@dataclass(frozen=True, slots=True)
class Poll:
    """The circumstances of a poll."""

    source: Source
    memory: Memory
    now: datetime
    usual: timedelta
    chance: random.Random
    shortest: timedelta = timedelta(0)
    far: bool = False  # the host is not this machine
    began: datetime | None = None  # when we set out; a feed that was added since has not been heard
    written: Memory | None = None  # the memory as it stands in the source's row
    there: datetime | None = None  # what its server's clock said

    @property
    def every(self) -> timedelta:
        """Between two polls: as somebody wants it of a feed here, or as usual."""
        wish = timedelta(seconds=self.memory.every)
        wanted = self.usual if not wish else wish if self.memory.wished else min(wish, self.usual)
        return max(wanted, self.shortest)

    @property
    def adaptive(self) -> bool:
        """Whether nobody has asked for this very interval."""
        return self.far and not self.memory.every


def unchanged(poll: Poll, fetched: Fetched) -> Source:
    """304, or the same document again: success, with whatever validators and hints came along."""
    spared = fetched.status == "unchanged"
    believed = belief.after_304(poll.memory, poll.now) if spared else _believed(poll, fetched, 0)
    remembered = _moved(_hinted(believed, fetched.headers, None, spared), fetched.permanent, poll.now)
    return _settled(poll, _tallied(remembered, spared), "unchanged", fetched, keep=spared)


def taken_in(poll: Poll, fetched: Fetched, parsed: Parsed, digest: bytes, news: int) -> Source:
    """A document was read: its validators hold for exactly the articles that are kept with them."""
    named = websub.links(fetched.headers.get("link", ""), poll.source.url) | dict(parsed.links or {})
    believed = _believed(poll, fetched, 0 if poll.memory.parts else news)  # an index may stay as it is
    learnt = _learnt(believed, poll.now, news) if news else _tallied(believed, spared=False)
    remembered = replace(
        _hinted(learnt, fetched.headers, parsed),
        marks=parsed.marks,
        torn=min(poll.memory.torn + 1, _TORN) if parsed.cut_off else 0,
        shared=memory.sharing(poll.memory, parsed.shared),
        hub=named.get("hub", ""),
        topic=named.get("self", ""),
    )
    moved = _moved(remembered, fetched.permanent, poll.now)
    if is_torn(poll, parsed):
        return _broken_off(poll, moved)
    return replace(_settled(poll, moved, "ok", fetched, keep=fetched.status == "unchanged"), digest=digest)


def left_over(poll: Poll, after: Source, parts: tuple[str, ...], until: datetime | None) -> Source:
    """Not all that was read could be kept: the document is asked for as a whole again, not before `until` if given."""
    remembered = replace(memory.read(after.memory), marks=(), whole="", parts=parts)
    wait = poll.chance.random() * _LATER
    due = max(after.next_poll or poll.now, until + wait) if until else after.next_poll
    return replace(after, etag=None, modified=None, digest=None, next_poll=due, memory=memory.write(remembered))


def failed(poll: Poll, status: str, error: str, headers: Mapping[str, str]) -> Source:
    """It did not work: ask ever more rarely, keep what the last good answer left."""
    failures = poll.source.failures + 1
    since = poll.memory.failing_since or poll.now.isoformat()
    next_poll = schedule.after_failure(
        poll.now,
        poll.every,
        failures,
        status,
        chance=poll.chance,
        retry_after=schedule.retry_after(headers, poll.now) if status == "busy" else None,
    )
    began = memory.moment(since) or poll.now
    remembered = replace(poll.memory, failing_since=since, told=poll.memory.told or poll.now - began >= TELL_AFTER)
    if poll.memory.address and failures >= _MOVES:  # the new address was a mistake: back to the one we were given
        remembered = replace(remembered, address="")
    return replace(
        poll.source,
        polled=poll.began or poll.now,
        next_poll=next_poll,
        failures=failures,
        status=status,
        error=error,
        memory=memory.write(remembered),
    )


def is_torn(poll: Poll, parsed: Parsed) -> bool:
    """Whether a document is not all there. One that ends after an item each time is never closed by its publisher."""
    return parsed.cut_off and not (parsed.unclosed and poll.memory.torn)


def is_all(poll: Poll, parsed: Parsed) -> bool:
    """Whether there is no more to wait for: what breaks off again and again is all that we ever get."""
    return not is_torn(poll, parsed) or poll.memory.torn >= _TORN


def is_news_of_failing(before: Source, after: Source) -> bool:
    """Whether a source has been failing for a day now: somebody should know, once."""
    return bool(after.failures) and memory.read(after.memory).told and not memory.read(before.memory).told


def _settled(poll: Poll, remembered: Memory, status: str, fetched: Fetched, keep: bool) -> Source:
    """The state after a success; a validator that is held is kept over a 304, dropped when a 200 comes without it."""
    headers = fetched.headers
    holder = host_of(fetched.document.url) if fetched.document else remembered.holder
    said = (holder, schedule.distrusts_validators(headers), "", False)
    if said != (remembered.holder, remembered.unsure, remembered.failing_since, remembered.told):
        remembered = replace(remembered, holder=holder, unsure=said[1], failing_since="", told=False)
    due = _due(poll, remembered)
    return replace(
        poll.source,
        etag=None if remembered.torn else headers.get("etag", poll.source.etag if keep else None),
        modified=None if remembered.torn else headers.get("last-modified", poll.source.modified if keep else None),
        polled=poll.began or poll.now,
        succeeded=poll.now,
        next_poll=due,
        failures=0,
        status=status,
        error="",
        memory=poll.source.memory if remembered == poll.written else memory.write(remembered),
    )


def _due(poll: Poll, remembered: Memory) -> datetime:
    """When to ask again: in our own time, but no sooner than server and feed wish, unless nobody is to hear them."""
    hint = 0 if remembered.deaf else max(remembered.hint, remembered.ttl)
    due = schedule.next_poll(poll.now, _interval(poll, remembered), timedelta(seconds=hint) if hint else None)
    if poll.source.polled is None:
        due -= (due - poll.now) * poll.chance.uniform(0, _EARLY)
    if remembered.deaf:
        return due
    return schedule.open_again(due, frozenset(remembered.skip_hours), frozenset(remembered.skip_days))


def _interval(poll: Poll, remembered: Memory) -> timedelta:
    """Regular, unless the feed's own hours are known, or its server makes us load all of it each time."""
    every = poll.every
    if not poll.adaptive:
        return every
    if remembered.loaded >= _TALLY:
        return max(every, schedule.WASTEFUL)
    return schedule.learned(every, remembered.hours, memory.moment(remembered.learning_since), poll.now)


def _tallied(before: Memory, spared: bool) -> Memory:
    """Polls without news: how many of them cost the whole document, although validators should have spared it?"""
    if spared and not before.loaded:
        return before
    loaded = max(0, before.loaded - _SPARED) if spared else min(before.loaded + 1, 2 * _TALLY)
    return replace(before, loaded=loaded)


def _believed(poll: Poll, fetched: Fetched, news: int) -> Memory:
    return belief.after_document(poll.memory, poll.source, fetched.headers, news, poll.now, poll.chance)


def _learnt(before: Memory, now: datetime, news: int) -> Memory:
    """Remember at which hours of working days and weekends news comes."""
    hours, halved = schedule.counted(before.hours, now, news)
    since = memory.moment(before.learning_since) or now
    if halved:
        since += (now - since) / 2
    return replace(before, hours=hours, learning_since=since.isoformat())


def _broken_off(poll: Poll, remembered: Memory) -> Source:
    """What was whole is kept; the next poll asks without validators, for the rest, and no later than usual."""
    failed_source = failed(poll, "cut-off", "The document breaks off; what was whole of it has been kept.", {})
    failing = memory.read(failed_source.memory)
    remembered = replace(
        remembered, marks=(), failing_since=failing.failing_since, told=failing.told, address=failing.address
    )
    return replace(
        failed_source,
        etag=None,
        modified=None,
        digest=None,
        next_poll=_due(poll, remembered),
        memory=memory.write(remembered),
    )


def _hinted(before: Memory, headers: Mapping[str, str], parsed: Parsed | None, spared: bool = False) -> Memory:
    """What server and feed say of how often to come. An answer of 304 changes it only if it speaks of it."""
    told = schedule.caching_hint(headers)
    hint = int(told.total_seconds()) if told is not None else 0
    if parsed is None:
        same = hint == before.hint or (spared and not headers.keys() & schedule.OF_AGE)
        return before if same else replace(before, hint=hint)
    return replace(
        before,
        hint=hint,
        ttl=int(parsed.hint.total_seconds()) if parsed.hint else 0,
        skip_hours=tuple(sorted(parsed.skip_hours)),
        skip_days=tuple(sorted(parsed.skip_days)),
    )


def _moved(before: Memory, permanent: str, now: datetime) -> Memory:
    """Believe a new address after several equal answers over a day: captive portals and parked domains lie sooner."""
    if not permanent and not before.moved:
        return before
    if not permanent or permanent == before.address:
        return replace(before, moved="", moved_since="", moved_times=0)
    if permanent != before.moved:
        return replace(before, moved=permanent, moved_since=now.isoformat(), moved_times=1)
    since = memory.moment(before.moved_since) or now
    if before.moved_times + 1 >= _MOVES and now - since >= _MOVED_FOR:
        return replace(before, address=permanent, moved="", moved_since="", moved_times=0)
    return replace(before, moved_times=before.moved_times + 1)


def remembered_silences(text: str | None) -> dict[str, str]:
    """Hosts that want silence, as the archive remembers them."""
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    return {str(host): str(until) for host, until in found.items()} if isinstance(found, dict) else {}

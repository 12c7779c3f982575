"""All that may be asked of the archive, one line each."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Self, TypeVar

from bot.archive import accept as accepting
from bot.archive import (
    again,
    articles,
    backlog,
    feeds,
    history,
    identities,
    memos,
    outbox,
    rebuild,
    roundups,
    subscriptions,
)
from bot.archive.care import Care
from bot.archive.connect import DatabaseError
from bot.archive.migrations import heed_shape, migrate
from bot.archive.readers import Readers, TooSlow
from bot.archive.search import complete, index
from bot.archive.search.aliases import Aliases
from bot.archive.search.desk import SearchDesk
from bot.archive.trouble import in_words, why_not_read
from bot.archive.upkeep import MUCH_EMPTY
from bot.archive.upkeep import examine as examine_copy
from bot.archive.upkeep import put_in_place as put_copy_in_place
from bot.archive.upkeep import shrink as shrink_archive
from bot.archive.writer import Chores, Locked, Writer
from bot.model import (
    OPERATOR,
    Accepted,
    Article,
    Delivery,
    Feed,
    Found,
    Learn,
    Outcome,
    Owed,
    Query,
    Roundup,
    Route,
    Sighting,
    Source,
    State,
    Story,
    Subscription,
    Viewer,
)
from bot.regions import Regions
from bot.turns import Turns

__all__ = ["MUCH_EMPTY", "Archive", "examine_copy", "put_copy_in_place", "shrink_archive"]

DEADLINE = 0.8  # seconds: what a reader asks is answered by then, or stopped
_AT_CONSOLE = 5.0  # the same for the operator, who may have a slow disk, and keeps nobody else waiting
MOST_WAITING = 2  # questions of one person, so that one who types keeps nobody else waiting
_WAITING = "Two of your questions are still being answered. Please wait a moment."
_LOOK_UP, _RANK = 4, 2  # threads
R = TypeVar("R")


def _wall_clock() -> datetime:
    return datetime.now(UTC)


class Archive(Care):
    """All that we remember. One thread writes; readers have connections of their own. Its upkeep is in `Care`."""

    def __init__(
        self,
        path: Path,
        regions: Regions,
        aliases: Aliases,
        now: Callable[[], datetime],
        writer: Writer | Locked,
        folder: TemporaryDirectory[str] | None = None,
    ) -> None:
        self.path = path
        self._now = now
        self._folder = folder  # of an archive that is forgotten when it is closed
        self._writer = writer
        self._look_up = Readers(path, _LOOK_UP, "look-up")
        self._rank = Readers(path, _RANK, "rank")
        self._turns = Turns(MOST_WAITING, _WAITING)
        self._desk = SearchDesk(regions, aliases, now)

    @classmethod
    async def open(
        cls,
        path: Path | str,
        regions: Regions,
        *,
        now: Callable[[], datetime] = _wall_clock,
        aliases: Aliases | None = None,
    ) -> Self:
        """Open the file, made and brought into today's shape where needed; ":memory:" is forgotten afterwards."""
        folder = await asyncio.to_thread(TemporaryDirectory, prefix="newsdesk-") if str(path) == ":memory:" else None
        file = Path(folder.name) / "archive.db" if folder else Path(path)
        writer = Writer(file, durable=folder is None)
        archive = cls(file, regions, aliases or Aliases(), now, writer, folder)
        try:
            await writer.start(migrate, Chores(backlog.is_due, backlog.catch_up, index.merge_some))
            await archive._write(rebuild.note_version)
        except DatabaseError as error:
            await archive.close()
            raise in_words(error, file) or error from error
        return archive

    @classmethod
    async def read(
        cls, path: Path, regions: Regions, reason: Exception, *, now: Callable[[], datetime], aliases: Aliases
    ) -> Self:
        """Open a file to which nothing can be written, for a reason that is told to whoever tries."""
        archive = cls(path, regions, aliases, now, Locked(reason))
        try:
            await archive._read(heed_shape)
        except DatabaseError as error:
            await archive.close()
            raise why_not_read(error, path) or reason from error
        return archive

    async def close(self) -> None:
        """Finish what waits, and close the file."""
        await self._look_up.close()
        await self._rank.close()
        await self._writer.close()
        if self._folder is not None:
            await asyncio.to_thread(self._folder.cleanup)

    # --- feeds and sources ------------------------------------------------------------------------------------

    async def add_feed(self, feed: Feed) -> Feed:
        return await self._write(feeds.add, feed, self._now())

    async def remove_feed(self, url: str, owner: int = OPERATOR) -> bool:
        return await self._write(feeds.remove, url, owner, self._now())

    async def feeds(self, owner: int | None = None) -> list[Feed]:
        return await self._read(feeds.every, owner)

    async def feed_owners(self) -> dict[int, list[int]]:
        return await self._read(feeds.owners)

    async def unchecked_feeds(self) -> list[Feed]:
        return await self._read(feeds.unchecked)

    async def feeds_at(self, source: int) -> list[Feed]:
        return await self._read(feeds.at, source)

    async def sources(self) -> list[Source]:
        return await self._read(feeds.sources)

    async def due_sources(self, now: datetime, limit: int = 50) -> list[Source]:
        return await self._read(feeds.due, now, limit)

    async def due_addresses(self, now: datetime) -> list[tuple[int, str]]:
        return await self._read(feeds.due_addresses, now)

    async def sources_of(self, numbers: Sequence[int]) -> list[Source]:
        return await self._read(feeds.some, numbers)

    async def settle_source(self, source: Source) -> None:
        await self._write(feeds.settle, [source], owed=False)

    async def postpone_source(self, source: int, until: datetime) -> None:
        await self._write(feeds.postpone, source, until, owed=False)

    async def settle_sources(self, sources: Sequence[Source]) -> None:
        await self._write(feeds.settle, sources, owed=False)

    # --- intake -----------------------------------------------------------------------------------------------

    async def unseen(self, sightings: Sequence[Sighting]) -> list[Sighting]:
        return await self._read(articles.unseen, sightings)

    async def known_keys(self, feed: Feed, keys: Sequence[str]) -> set[str]:
        return await self._read(identities.known, feed, keys)

    async def articles_named(self, feed: Feed, keys: Sequence[str]) -> list[int]:
        return await self._read(identities.articles_named, feed, keys)

    async def accept(
        self,
        sightings: Sequence[Sighting],
        source: Source | None,
        route: Route,
        now: datetime,
        learn: Learn = accepting.nothing,
        *,
        whole: bool = True,
    ) -> Accepted:
        """Keep what a poll found. Unless all of its document was there, it was nobody's first poll."""
        owed = not all(each.silent for each in sightings)
        return await self._write(accepting.accept, sightings, source, route, now, learn, whole, owed=owed)

    # --- reading ----------------------------------------------------------------------------------------------

    async def article(self, id: int, viewer: Viewer) -> Article | None:
        return await self._read(articles.one, id, viewer)

    async def article_at(self, url: str, viewer: Viewer) -> Article | None:
        return await self._read(articles.at, url, viewer)

    async def latest(self, query: Query) -> Found:
        return await self._ask(self._look_up, replace(query, order="newest"))

    async def search(self, query: Query) -> Found:
        return await self._ask(self._rank if self._desk.ranks(query) else self._look_up, query)

    async def headlines(self, typed: str, viewer: Viewer, limit: int = 25, asker: int = 0) -> list[Article]:
        return await self._listed(asker, complete.headlines, typed, viewer, limit)

    async def authors(self, typed: str, viewer: Viewer, limit: int = 25, asker: int = 0) -> list[str]:
        return await self._listed(asker, complete.authors, typed, viewer, limit)

    async def feed_titles(self, typed: str, viewer: Viewer, limit: int = 25, asker: int = 0) -> list[str]:
        return await self._listed(asker, complete.feeds, typed, viewer, limit)

    async def newest_of(self, feed: Feed, limit: int) -> list[Article]:
        return await self._read(articles.newest_of, feed, limit)

    async def newest_by_region(self, viewer: Viewer) -> dict[str, Article]:
        return await self._read(articles.newest_by_region, viewer)

    async def related(self, id: int, viewer: Viewer, limit: int = 5, asker: int = 0) -> list[Article]:
        return await self._listed(asker, complete.related, id, viewer, limit)

    async def why(self, url: str, viewer: Viewer) -> Story | None:
        return await self._read(history.why, url, viewer)

    # --- subscriptions ----------------------------------------------------------------------------------------

    async def subscribe(self, subscription: Subscription) -> Subscription:
        return await self._write(subscriptions.subscribe, subscription, self._now())

    async def unsubscribe(self, target: str, region: str) -> bool:
        return await self._write(subscriptions.unsubscribe, target, region, self._now())

    async def subscriptions(self, guild: int | None = None) -> list[Subscription]:
        return await self._read(subscriptions.every, guild)

    async def subscriptions_of(self, target: str) -> list[Subscription]:
        return await self._read(subscriptions.of, target)

    async def asleep(self) -> list[Subscription]:
        return await self._read(subscriptions.asleep)

    async def ordered(self) -> dict[int, set[str]]:
        return await self._read(subscriptions.ordered)

    async def only_server(self) -> int:
        return await self._read(subscriptions.only_server)

    # --- outbox -----------------------------------------------------------------------------------------------

    async def due_deliveries(self, now: datetime, limit: int = 50, busy: Collection[str] = ()) -> list[Delivery]:
        return await self._read(outbox.due, now, limit, busy)

    async def owe(self, article: Article, owed: Sequence[Owed], now: datetime) -> int:
        return await self._write(outbox.owe, article, owed, now)

    async def line(self, target: str, limit: int = 10) -> list[Delivery]:
        return await self._read(outbox.line, target, limit)

    async def list_of(self, delivery: int) -> list[Delivery]:
        return await self._read(outbox.list_of, delivery)

    async def posted_since(self, target: str, since: datetime) -> list[datetime]:
        return await self._read(outbox.posted_since, target, since)

    async def sending(self, delivery: int, now: datetime) -> Delivery | None:
        return await self._write(outbox.sending, delivery, now)

    async def sending_list(self, deliveries: Sequence[int], now: datetime) -> list[Delivery]:
        return await self._write(outbox.sending_list, deliveries, now)

    async def settle(self, delivery: int, outcome: Outcome, now: datetime) -> None:
        await self._write(outbox.settle, delivery, outcome, now)

    async def settle_list(self, deliveries: Sequence[int], outcome: Outcome, now: datetime) -> None:
        await self._write(outbox.settle_list, deliveries, outcome, now)

    async def in_flight(self) -> list[Delivery]:
        return await self._read(outbox.in_flight)

    async def suspend_target(self, target: str, reason: str) -> None:
        await self._write(subscriptions.suspend, target, reason)

    async def resume_target(self, target: str) -> None:
        await self._write(subscriptions.resume, target, self._now())

    async def release(self, deliveries: Sequence[int], *, drop: bool = False) -> int:
        return await self._write(outbox.release, deliveries, drop, self._now())

    async def outbox(self) -> dict[State, int]:
        return await self._read(outbox.sizes)

    async def outbox_rows(self, limit: int = 50) -> list[Delivery]:
        return await self._read(outbox.rows, limit)

    async def waiting(
        self, guild: int, limit: int = 10, state: State | None = None
    ) -> tuple[dict[State, int], list[Delivery]]:
        return await self._read(outbox.waiting, guild, limit, state)

    async def held(self) -> dict[int, set[str]]:
        return await self._read(outbox.held)

    # --- weekly round-ups -------------------------------------------------------------------------------------

    async def roundup_orders(self) -> list[tuple[Subscription, int]]:
        return await self._read(roundups.orders, self._now())

    async def of_week(self, owner: int, since: datetime, until: datetime) -> list[Article]:
        return await self._read(roundups.of_week, owner, since, until)

    async def owe_roundup(self, order: Subscription, week: int, roundup: Roundup, refused: str, now: datetime) -> bool:
        return await self._write(roundups.owe, order, week, roundup, refused, now)

    async def last_roundup(self, target: str) -> Delivery | None:
        return await self._read(roundups.last, target)

    # --- odds and ends ----------------------------------------------------------------------------------------

    async def recall(self, key: str) -> str | None:
        return await self._read(memos.recall, key)

    async def recalled(self, beginning: str) -> dict[str, str]:
        return await self._read(memos.recalled, beginning)

    async def remember(self, key: str, value: str) -> None:
        await self._write(memos.remember, key, value)

    async def mark_gone(self, ids: Sequence[int], now: datetime) -> None:
        await self._write(accepting.mark_gone, ids, now)

    async def place(self, id: int, regions: Sequence[str], why: str, route: Route, now: datetime) -> int:
        return await self._write(accepting.place, id, regions, why, route, now)

    async def put_again(
        self,
        found: Sequence[Article],
        route: Route | None,
        now: datetime,
        *,
        edits: bool = True,
        memo: tuple[str, str] | None = None,
    ) -> int:
        return await self._write(partial(again.put, edits=edits), found, memo, route, now)

    async def posts_of(self, ids: Sequence[int]) -> int:
        return await self._read(again.posts_of, ids)

    async def number_after(self, id: int) -> int:
        return await self._read(again.number_after, id)

    async def articles_after(self, id: int, limit: int = 200) -> list[Article]:
        return await self._read(articles.after, id, limit)

    # --- details ----------------------------------------------------------------------------------------------

    async def _listed(self, asker: int, question: Callable[..., list[R]], *given: object) -> list[R]:
        with self._turns.of(asker):
            return await self._up_to_date(self._look_up, question, *given)

    async def _ask(self, readers: Readers, query: Query) -> Found:
        with self._turns.of(query.asker):
            if query.viewer is None:  # a program may read the answer, for which nothing found means nothing there
                return await self._up_to_date(readers, self._desk.answer, query, within=_AT_CONSOLE)
            try:
                return await self._up_to_date(readers, self._desk.answer, query)
            except TooSlow as slow:
                return Found(more=True, understood=self._desk.understood(query), lacking=str(slow))

    async def _up_to_date(
        self, readers: Readers, question: Callable[..., R], *given: object, within: float | None = None
    ) -> R:
        """What was kept before somebody asks is found, also where its words still wait; unless that takes too long."""
        loop = asyncio.get_running_loop()
        within = DEADLINE if within is None else within
        end = loop.time() + within
        try:
            return await readers.run(question, *given, within=within)
        except backlog.Behind:
            await self.catch_up(patience=(end - loop.time()) * 3 / 4)
            return await readers.run(backlog.regardless(question), *given, within=end - loop.time())

"""Writes down what the people behind a feed are to be told. Telling them is not the poller's business."""

import logging
from datetime import datetime

from bot.archive.archive import Archive
from bot.intake import tidings
from bot.intake.addresses import spoken
from bot.intake.counting import counted
from bot.intake.memory import moment, read
from bot.model import Feed, Source

log = logging.getLogger(__name__)

FEW_RENAMED = 3  # articles: fewer are an editor's doing
FEW = 5  # items: a feed that prints no more than that will often print only what is new; it is told once


class Telling:
    """One thing for each feed: how it fares; and another: what may be missed."""

    def __init__(self, archive: Archive) -> None:
        self._archive = archive

    async def of_poll(self, before: Source, after: Source, now: datetime) -> None:
        """After a poll: whether its source has come into trouble, or out of it."""
        if after.failures:
            await self._trouble(after, now)
        elif before.failures:
            await self._relief(after, now)

    async def of_gap(self, feed: Feed, source: Source, now: datetime, found: int, count: int) -> None:
        """Nothing in a feed was known, and its older pages did not lead back to anything that was."""
        if count < FEW and await self._archive.recall(tidings.gap_key(feed.id)):
            return
        since = (source.succeeded or source.polled or now).isoformat()
        words = (
            f"{counted(found, 'article')} stood on its older pages"
            if found
            else "it has no older pages that we could read"
        )
        tiding = tidings.of(feed, "gap", since, now, words)
        await self._archive.remember(tidings.gap_key(feed.id), tidings.written(tiding))

    async def of_renaming(self, feed: Feed, now: datetime, count: int) -> None:
        """Known articles came under new ids, were recognised all the same, and are not posted again."""
        if count < FEW_RENAMED:
            return
        words = f"{count} known articles came under new ids and addresses, and were recognised by headline and date"
        tiding = tidings.of(feed, "renamed", now.isoformat(), now, words)
        await self._archive.remember(tidings.rename_key(feed.id), tidings.written(tiding))

    async def catch_up(self, now: datetime) -> None:
        """At the start: what has become well while nobody could write that down."""
        sources = {source.id: source for source in await self._archive.sources()}
        for feed in await self._in_trouble():
            source = sources.get(feed.source)
            if source is not None and source.succeeded and not source.failures:
                await self._relief(source, now)

    async def filled(self, feed: Feed, back_to: datetime) -> None:
        """Somebody has had older pages read: a gap that lies in them is closed."""
        gap = tidings.read(await self._archive.recall(tidings.gap_key(feed.id)))
        began = moment(gap.since) if gap else None
        if began and back_to <= began:
            await self._archive.remember(tidings.gap_key(feed.id), "")

    async def _trouble(self, source: Source, now: datetime) -> None:
        kind = tidings.kind_of(source, now)
        if not kind:
            return
        since = read(source.memory).failing_since or now.isoformat()
        for feed in await self._archive.feeds_at(source.id):
            key = tidings.state_key(feed.id)
            before = tidings.read(await self._archive.recall(key))
            if tidings.is_news(before, kind):
                await self._archive.remember(key, tidings.written(tidings.of(feed, kind, since, now, source.error)))
                if kind != "failing":  # of which the poller's own line speaks
                    log.error("found a feed %s feed=%s owner=%d", kind, spoken(feed.url), feed.owner)

    async def _relief(self, source: Source, now: datetime) -> None:
        for feed in await self._archive.feeds_at(source.id):
            key = tidings.state_key(feed.id)
            before = tidings.read(await self._archive.recall(key))
            if before and before.kind != "well":
                await self._archive.remember(key, tidings.written(tidings.well_again(before, now)))
                log.warning("found a feed well again feed=%s owner=%d", spoken(feed.url), feed.owner)

    async def _in_trouble(self) -> list[Feed]:
        kept = await self._archive.recalled(tidings.KEYS)
        ill = {each.feed for text in kept.values() if (each := tidings.read(text)) and each.kind in tidings.TROUBLES}
        return [feed for feed in await self._archive.feeds() if feed.id in ill]

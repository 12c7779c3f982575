"""Keeps, feed by feed, what its tags leave open and how far they agree with the text."""

import logging
from collections.abc import Sequence

from bot.archive.archive import Archive
from bot.intake import ledger
from bot.intake.addresses import spoken
from bot.model import Article, Feed
from bot.regions import Regions

log = logging.getLogger(__name__)


class Learning:
    """Writes a feed's ledger, once for each poll that brought news."""

    def __init__(self, archive: Archive, regions: Regions) -> None:
        self._archive = archive
        self._regions = regions

    async def learn(self, feeds: Sequence[Feed], new: Sequence[Article]) -> None:
        """From the new articles of the feeds at one address."""
        for feed in feeds:
            own = [article for article in new if article.owner == feed.owner]
            if own:
                await self._one(feed, own)

    async def _one(self, feed: Feed, new: Sequence[Article]) -> None:
        key = f"{ledger.KEYS}{feed.id}"
        before = ledger.read(await self._archive.recall(key))
        after, told = ledger.noted(before, new, self._regions)
        if after == before:
            return
        await self._archive.remember(key, ledger.written(after))
        open_tags = {each.tag: each.region or "none" for each in ledger.unmapped(after, feed, self._regions)}
        for tag in told:
            if tag in open_tags:
                log.warning("found an unmapped tag feed=%s tag=%r suggests=%s", spoken(feed.url), tag, open_tags[tag])
        if after.fallen and not before.fallen:
            log.warning("tags and text no longer agree feed=%s recent=%s", spoken(feed.url), after.recent)
        elif after.judged != before.judged:
            log.info("compared tags and text feed=%s agreed=%d of=%d", spoken(feed.url), after.agreed, after.judged)

"""Keeps, feed by feed, what its tags leave open and how far they agree with the text."""

import logging
from collections.abc import Mapping, Sequence

from bot.intake import ledger
from bot.intake.addresses import spoken
from bot.intake.ledger import Ledger
from bot.model import Accepted, Feed, Learn, Recall
from bot.regions import Regions

log = logging.getLogger(__name__)


class Lesson:
    """What one document teaches of its feeds: written with its articles, in one transaction, and told of afterwards."""

    def __init__(self, feeds: Sequence[Feed], regions: Regions, *, old: bool = False) -> None:
        self._feeds = feeds
        self._regions = regions
        self._old = old  # of years ago: it counts, but says nothing of late
        self._learnt: list[tuple[Feed, Ledger, Ledger, list[str]]] = []

    def __call__(self, accepted: Accepted, recall: Recall) -> Mapping[str, str]:
        """The ledgers after it, each under its key."""
        self._learnt = []
        kept: dict[str, str] = {}
        for feed in self._feeds:
            new = [article for article in accepted.new if article.owner == feed.owner]
            late = [printed for was, printed in accepted.retold if was.owner == feed.owner and ledger.is_late(was)]
            key = f"{ledger.KEYS}{feed.id}"
            before = ledger.read(recall(key)) if new or late else Ledger()
            after, told = ledger.noted(before, [*new, *late], self._regions, old=self._old)
            if after != before:
                kept[key] = ledger.written(after)
                self._learnt.append((feed, before, after, told))
        return kept

    def tell(self) -> None:
        """Write into the log what is new in them."""
        for feed, before, after, told in self._learnt:
            self._tell(feed, before, after, told)

    def _tell(self, feed: Feed, before: Ledger, after: Ledger, told: Sequence[str]) -> None:
        open_tags = {each.tag: each.region or "none" for each in ledger.unmapped(after, feed, self._regions)}
        for tag in told:
            if tag in open_tags:
                log.info("found an unmapped tag feed=%s tag=%r suggests=%s", spoken(feed.url), tag, open_tags[tag])
        if after.fallen and not before.fallen:
            log.warning("tags and text no longer agree feed=%s recent=%s", spoken(feed.url), after.recent)
        elif after.judged != before.judged:
            log.info("compared tags and text feed=%s agreed=%d of=%d", spoken(feed.url), after.agreed, after.judged)


def together(*lessons: Learn) -> Learn:
    """All that is to be remembered of the same articles."""

    def learn(accepted: Accepted, recall: Recall) -> Mapping[str, str]:
        return {key: value for each in lessons for key, value in each(accepted, recall).items()}

    return learn

"""Somebody says what a feed's tag means: the articles that carry it go where they belong, and what is news is owed."""

import json
from dataclasses import replace
from datetime import timedelta

from bot.archive.archive import Archive
from bot.clock import Clock
from bot.intake.classify import NO_REGION, evidence
from bot.intake.ledger import SAID
from bot.model import Article, Feed, Route, Sighting
from bot.poller.placing import Placing

NEWS = timedelta(days=2)  # what is older is put there, and posted nowhere
_LOOKED_AT = 100  # of a feed's newest articles; the rest is for `newsdesk reclassify`


class Meaning:
    """Learns what tags mean."""

    def __init__(self, archive: Archive, placing: Placing, clock: Clock) -> None:
        self._archive = archive
        self._placing = placing
        self._clock = clock

    async def learn(self, feed: Feed, tag: str, region: str, route: Route) -> tuple[int, int]:
        """From now on; how many articles follow at once, and how many deliveries that makes."""
        known = next((each for each in await self._archive.feeds(feed.owner) if each.id == feed.id), feed)
        feed = await self._archive.add_feed(replace(known, tags={**known.tags, tag: region}))
        key = f"{SAID}{feed.id}"
        said = json.loads(await self._archive.recall(key) or "{}")
        await self._archive.remember(key, json.dumps(said | {tag: region}))
        if region == NO_REGION:
            return 0, 0
        found = [each for article in await self._tagged(feed, tag) if (each := self._moved(article, feed))]
        now = self._clock.now()
        news = [each for each in found if each.seen and now - each.seen < NEWS]
        await self._archive.put_again([each for each in found if each not in news], None, now)
        return len(found), await self._archive.put_again(news, route, now)

    async def _tagged(self, feed: Feed, tag: str) -> list[Article]:
        """The feed's newest articles that carry it."""
        found = await self._archive.newest_of(feed, _LOOKED_AT)
        folded = tag.casefold()
        return [each for each in found if any(folded in (t.term.casefold(), t.label.casefold()) for t in each.tags)]

    def _moved(self, article: Article, feed: Feed) -> Article | None:
        """With what the tag adds; None where that is nothing, or a person has said where it belongs."""
        if evidence(article.why).rule == "moved":
            return None
        placed = self._placing.place(Sighting(article, feed, b""))[0].article
        before = (each for each in article.regions if each in placed.regions or not self._is_fallback(each))
        regions = tuple(dict.fromkeys((*placed.regions, *before)))
        if set(regions) == set(article.regions):
            return None
        return replace(article, regions=regions, why=placed.why)

    def _is_fallback(self, code: str) -> bool:
        region = self._placing.regions.get(code)
        return region is not None and region.fallback

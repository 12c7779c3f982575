"""A real archive, in a file that is forgotten afterwards."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.archive import Archive
from bot.archive.archive import examine_copy, put_copy_in_place
from bot.model import Accepted, Article, Feed, Owed, Sighting, Source, Subscription
from bot.regions import Regions
from tests.builders import NOON, a_feed, a_sighting


def owed_by_region(article: Article, subscriptions: Sequence[Subscription]) -> list[Owed]:
    """The plainest of routes."""
    return [Owed(each.target, each) for each in subscriptions if each.region in (*article.regions, "*")]


@dataclass
class Room:
    """An archive and a clock to turn."""

    archive: Archive
    now: datetime = NOON
    feeds: dict[str, Feed] = field(default_factory=dict)

    async def feed(self, url: str = "https://a.test/feed", **rest: object) -> Feed:
        return await self.archive.add_feed(a_feed(url, **rest))

    async def takes_in(
        self, *found: Article | Sighting, feed: Feed | None = None, source: Source | None = None
    ) -> Accepted:
        """Accept what one feed prints now."""
        feed = feed or await self.feed()
        sightings = [
            replace(each, feed=feed) if isinstance(each, Sighting) else a_sighting(each, feed) for each in found
        ]
        return await self.archive.accept(sightings, source, owed_by_region, self.now)

    def passes(self, **time: float) -> None:
        self.now += timedelta(**time)


def restore_archive(copy: Path, archive: Path) -> Path | None:
    """As the console does it."""
    examine_copy(copy)
    return put_copy_in_place(copy, archive)


@pytest.fixture
async def room(regions: Regions) -> AsyncIterator[Room]:
    made: list[Room] = []
    archive = await Archive.open(":memory:", regions, now=lambda: made[0].now if made else NOON)
    made.append(Room(archive))
    yield made[0]
    await archive.close()

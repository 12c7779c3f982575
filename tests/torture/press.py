"""Feeds that print more and more articles, each with its number in the headline."""

import re
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from random import Random

from aiohttp import web

TAGS = {
    "africa": "Africa",
    "asia-pacific": "Asia-Pacific",
    "europe": "Europe",
    "latin-america": "Latin America",
    "middle-east": "Middle East",
}
FEEDS = ("one", "two", "three")
PRINTED = 150  # items in a feed's document
CORRECTED = 60  # of the latest stories, those that may still be corrected
EDITIONS = 3


@dataclass(frozen=True)
class Story:
    """An article as the torture knows it: what it is, and who is to get it."""

    number: int
    regions: tuple[str, ...]
    feeds: tuple[str, ...]
    published: datetime

    @property
    def title(self) -> str:
        return f"Story {self.number:04}"


def number_in(text: str) -> int | None:
    """The number of the story that a message or a thread shows."""
    found = re.search(r"Story (\d{4})", text)
    return int(found[1]) if found else None


@dataclass
class Press:
    """Serves the feeds. Story 0 is old when the bot first asks, and so is posted nowhere."""

    chance: Random
    many: int
    stories: list[Story] = field(default_factory=list)
    editions: Counter[int] = field(default_factory=Counter)  # of each story, which is in print
    polled: set[str] = field(default_factory=set)
    url: str = ""

    def __post_init__(self) -> None:
        self.began = datetime.now(UTC) - timedelta(seconds=self.many + 60)
        self.stories.append(Story(0, ("europe",), FEEDS, self.began))

    @property
    def is_done(self) -> bool:
        return len(self.stories) > self.many

    def publish(self, count: int) -> None:
        """Print so many more: some in two regions, some in two feeds."""
        for _ in range(count):
            if self.is_done:
                return
            number = len(self.stories)
            regions = self.chance.sample(sorted(TAGS), self.chance.choice([1, 1, 1, 2]))
            feeds = self.chance.sample(FEEDS, self.chance.choice([1, 1, 1, 2]))
            self.stories.append(Story(number, tuple(regions), tuple(feeds), self.began + timedelta(seconds=number)))

    def correct(self, count: int) -> None:
        """Print some of the latest stories otherwise; their headlines, by which they are counted, stay. Some are what
        they were before: a correction is taken back."""
        for story in self.chance.sample(self.stories[-CORRECTED:], min(count, len(self.stories))):
            self.editions[story.number] = (self.editions[story.number] + self.chance.choice((1, 2))) % EDITIONS

    def edition(self, number: int) -> str:
        """What a message that shows this story must say."""
        return f"Edition {self.editions[number]}."

    async def serve(self, request: web.Request) -> web.Response:
        feed = request.match_info["feed"]
        if feed not in FEEDS:
            return web.Response(text="<p>A page.</p>", content_type="text/html")
        self.polled.add(feed)
        mine = [each for each in self.stories if feed in each.feeds][-PRINTED:]
        items = "".join(self._item(each) for each in reversed(mine))
        text = f'<rss version="2.0"><channel><title>Press {feed}</title>{items}</channel></rss>'
        return web.Response(text=text, content_type="application/rss+xml")

    def _item(self, story: Story) -> str:
        tags = "".join(f"<category>{TAGS[each]}</category>" for each in story.regions)
        return (
            f"<item><title>{story.title}</title><link>{self.url}/stories/{story.number}</link>"
            f"<guid>{self.url}/stories/{story.number}</guid><pubDate>{format_datetime(story.published)}</pubDate>{tags}"
            f"<description>What number {story.number} has to say. {self.edition(story.number)}</description></item>"
        )

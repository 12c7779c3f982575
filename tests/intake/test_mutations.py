"""Mutated feeds: no crash, no hang; and what comes out can be identified and shown."""

import time
from datetime import UTC, datetime

from bot.intake.files import said_of
from bot.intake.identify import digest, identify
from bot.intake.parse import parse
from bot.intake.policy import policy
from bot.model import Document, Feed
from tests.intake.mutations import many
from tests.intake.test_parse import FEEDS
from tests.intake.test_shared_feeds import FEEDS as SHARED_FEEDS

NOW = datetime(2026, 3, 24, 12, tzinfo=UTC)


def test_a_hundred_mutations_neither_crash_nor_hang() -> None:
    feeds = [each.read_bytes() for each in (*sorted(FEEDS.iterdir()), *SHARED_FEEDS)]
    for number, body in enumerate(many(feeds, range(100))):
        began = time.monotonic()
        first = parse(Document("https://x.test/feed", 200, body))
        parse(Document("https://x.test/feed", 200, body + b" "), first.marks[1:])
        assert time.monotonic() - began < 20, number
        if not first.format:
            assert said_of(body, first.html)
        for entry in first.entries:
            article = identify(entry, Feed("https://x.test/feed"), first.title, NOW, policy(first.shared))
            if article is not None:
                assert article.title and article.keys and digest(article)
                article.title.encode()
                assert not article.url or article.url.startswith(("http://", "https://"))

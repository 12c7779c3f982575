"""Values for tests, with defaults for whatever a test does not care about."""

from datetime import UTC, datetime
from typing import Any

from bot.model import OPERATOR, Article, Feed, Sighting, Subscription

NOON = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)


def an_article(title: str = "Rain in Kenya", url: str = "", **rest: Any) -> Article:
    """An article at an address made from its title, published at noon."""
    url = url or f"https://a.test/{'-'.join(title.lower().split())}"
    given: dict[str, Any] = {"published": NOON, "seen": NOON, "keys": (f"url:{url}",)} | rest
    return Article(title=title, url=url, **given)


def a_feed(url: str = "https://a.test/feed", **rest: Any) -> Feed:
    """A feed of the operator's, polled before, so that what it brings is news."""
    given: dict[str, Any] = {"title": "A Test", "owner": OPERATOR, "polled": NOON} | rest
    return Feed(url=url, **given)


def a_sighting(article: Article | None = None, feed: Feed | None = None, **rest: Any) -> Sighting:
    """An article as a feed prints it; its digest follows from what is shown."""
    article = article or an_article()
    shown = (article.title, article.teaser, article.text, article.image, article.regions, article.authors)
    given: dict[str, Any] = {"digest": repr(shown).encode()} | rest
    return Sighting(article=article, feed=feed or a_feed(), **given)


def a_subscription(target: str = "channel:100", region: str = "africa", **rest: Any) -> Subscription:
    """A standing order of server 1."""
    return Subscription(target=target, region=region, **({"guild": 1} | rest))

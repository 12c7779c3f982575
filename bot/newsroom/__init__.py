"""A magazine for rehearsals and tests: publishes sample articles one after another, on loopback, and knows nobody."""

from bot.newsroom.server import Newsroom, OfferedFeed

__all__ = ["Newsroom", "OfferedFeed"]

"""Newsdesk: brings articles to the people who care about a region of the world, and finds them again."""

__version__ = "0.1.0"

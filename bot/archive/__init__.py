"""Keep and find: all that we remember."""

from bot.archive.archive import Archive
from bot.archive.dates import read_period

__all__ = ["Archive", "read_period"]

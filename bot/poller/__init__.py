"""The worker that brings in: asks every feed in its time, and hands what is new to the archive."""

from bot.poller.adding import SeveralFeeds
from bot.poller.backfilling import Filled
from bot.poller.checking import Checked
from bot.poller.poller import Polled, Poller, open_poller

__all__ = ["Checked", "Filled", "Polled", "Poller", "SeveralFeeds", "open_poller"]

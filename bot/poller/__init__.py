"""The worker that brings in: asks every feed in its time, and hands what is new to the archive."""

from bot.poller.poller import Polled, Poller, open_poller

__all__ = ["Polled", "Poller", "open_poller"]

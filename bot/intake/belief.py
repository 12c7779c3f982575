"""How far a server is believed that says "nothing new" (304): for a day, unless it was found out before.

Some give every document the same validators, or compare them wrongly, and so hide articles for good. A whole document
once a day costs little, and shows it. A server that hid something twice is asked for whole documents from then on; so
is one whose validators stayed the same though a new article had come.
"""

import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from bot.intake.memory import Memory, moment
from bot.model import Source

BELIEVED = timedelta(hours=24)
_PHASE = timedelta(hours=4)  # so that feeds that were added together do not come in step
_FRESH = timedelta(hours=1)  # what is younger need not be written anew at each poll
_LIES = 2


def believes(remembered: Memory, now: datetime) -> bool:
    """Whether to ask with the validators that we hold."""
    return not remembered.unsure and remembered.lied < _LIES and not _is_check(remembered, now)


def after_304(before: Memory, now: datetime) -> Memory:
    """From the first on, we count how long we have had nothing else."""
    return before if before.whole else replace(before, whole=now.isoformat())


def after_document(
    before: Memory, source: Source, headers: Mapping[str, str], news: int, now: datetime, chance: random.Random
) -> Memory:
    """A whole document came, with or without news that the server had kept from us."""
    lied = before.lied
    if lied < _LIES and _is_check(before, now):
        lied = lied + 1 if news else 0
    if news and _are_the_same(source, headers):
        lied = _LIES
    since = moment(before.whole)
    if lied == before.lied and since and timedelta(0) <= now - since < _FRESH + _PHASE:
        return before
    return replace(before, lied=lied, whole=(now - chance.random() * _PHASE).isoformat())


def _is_check(remembered: Memory, now: datetime) -> bool:
    since = moment(remembered.whole)
    return since is not None and not timedelta(0) <= now - since < BELIEVED


def _are_the_same(source: Source, headers: Mapping[str, str]) -> bool:
    """Whether a document has the validators of the one before."""
    held = source.etag, source.modified
    return any(held) and held == (headers.get("etag"), headers.get("last-modified"))

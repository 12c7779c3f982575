"""A disk that is full: what was acknowledged is kept, what was not is said, and with room again all goes on."""

import asyncio
import os
import signal
import sys
from pathlib import Path

from bot.archive import Archive
from bot.archive.connect import DatabaseError
from tests.archive.lives import REGIONS
from tests.builders import NOON, a_feed, a_sighting, an_article

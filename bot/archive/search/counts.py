"""How many articles have a word, remembered for a while: it changes slowly and is asked for often."""

import threading
import time

from bot.archive.connect import Connection
from bot.archive.search import score
from bot.archive.search.compile import quoted

_FRESH = 1800.0  # seconds
_COUNTED, _SAMPLE = 8192, 1024  # a word that more articles have is guessed at from so many of the newest
_MOST = 20000  # words remembered


class Counts:
    """Remembers how often words occur. Several threads may ask."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers: dict[str, int] = {}
        self._all = 0
        self._until = 0.0

    def weight(self, db: Connection, word: str) -> float:
        """The rarer a word, the heavier."""
        return score.weight(self.of(db, word), max(self.all(db), 1))

    def of(self, db: Connection, word: str) -> int:
        """How many articles have this word in any form."""
        self._refresh()
        known = self._numbers.get(word)
        if known is None:
            known = self._numbers[word] = self._count(db, quoted(word))
        return known

    def all(self, db: Connection) -> int:
        self._refresh()
        if not self._all:
            self._all = db.execute("SELECT count(*) FROM article").fetchone()[0]
        return self._all

    def _refresh(self) -> None:
        with self._lock:
            if time.monotonic() > self._until or len(self._numbers) > _MOST:
                self._numbers, self._all = {}, 0
                self._until = time.monotonic() + _FRESH

    def _count(self, db: Connection, expression: str) -> int:
        number = int(db.execute(_UP_TO, (expression, _COUNTED)).fetchone()[0])
        if number < _COUNTED:
            return number
        (oldest,) = db.execute(_SAMPLED, (expression, _SAMPLE - 1)).fetchone()
        (among,) = db.execute("SELECT count(*) FROM article WHERE id >= ?", (oldest,)).fetchone()
        return max(number, self.all(db) * _SAMPLE // int(among))


_UP_TO = "SELECT count(*) FROM (SELECT 1 FROM words WHERE words MATCH ? LIMIT ?)"
_SAMPLED = "SELECT rowid FROM words WHERE words MATCH ? ORDER BY rowid DESC LIMIT 1 OFFSET ?"

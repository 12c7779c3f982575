"""How many articles have a word, remembered for a while: it changes slowly and is asked for often."""

import threading
import time

from bot.archive.connect import Connection
from bot.archive.search import score
from bot.archive.search.compile import quoted

_FRESH, _FRESH_OF_FEW, _FEW = 1800.0, 15.0, 20_000  # seconds; and in an archive of so few articles
_COUNTED, _SAMPLE = 4096, 1024  # a word that more articles have is guessed at from so many of the newest
_MOST = 20000  # words remembered


class Counts:
    """Remembers how often words occur. Several threads may ask."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers: dict[str, int] = {}
        self._all, self._newest = 0, 0  # articles up to that key
        self._until = 0.0

    def weight(self, db: Connection, word: str) -> float:
        """The rarer a word, the heavier."""
        number = self.of(db, word)
        return score.weight(number, max(self.all(db), number, 1))

    def of(self, db: Connection, word: str) -> int:
        """How many articles have this word in any form."""
        self._refresh(db)
        known = self._numbers.get(word)
        if known is None:
            known = self._numbers[word] = self._count(db, quoted(word))
        return known

    def all(self, db: Connection) -> int:
        self._refresh(db)
        return self._all

    def _refresh(self, db: Connection) -> None:
        """All articles are counted once; later on those that came since, for that takes no time."""
        with self._lock:
            if time.monotonic() > self._until or len(self._numbers) > _MOST or not self._all:
                self._numbers = {}
                self._all += db.execute(_SINCE, [self._newest]).fetchone()[0] if self._all else _every(db)
                self._newest = db.execute(_NEWEST).fetchone()[0] or 0
                self._until = time.monotonic() + (_FRESH if self._all > _FEW else _FRESH_OF_FEW)

    def _count(self, db: Connection, expression: str) -> int:
        number = int(db.execute(_UP_TO, (expression, _COUNTED)).fetchone()[0])
        if number < _COUNTED:
            return number
        (oldest,) = db.execute(_SAMPLED, (expression, _SAMPLE - 1)).fetchone()
        (among,) = db.execute(_AMONG, (oldest,)).fetchone()
        return max(number, self.all(db) * _SAMPLE // max(int(among), _SAMPLE))


def _every(db: Connection) -> int:
    return int(db.execute("SELECT count(*) FROM article").fetchone()[0])  # without conditions: several times as quick


_UP_TO = "SELECT count(*) FROM (SELECT 1 FROM words WHERE words MATCH ? LIMIT ?)"
_SAMPLED = "SELECT rowid FROM words WHERE words MATCH ? ORDER BY rowid DESC LIMIT 1 OFFSET ?"
_NEWEST = "SELECT max(id) FROM article"
# The list of everybody's articles, of any region, is far shorter than their rows.
_SINCE = "SELECT count(*) FROM article_region WHERE owner = 0 AND region = 0 AND article > ?"
_AMONG = "SELECT count(*) FROM article_region WHERE owner = 0 AND region = 0 AND article >= ?"

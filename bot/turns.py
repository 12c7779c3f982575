"""So many at once of one person's or one server's, so that nobody keeps all others waiting."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from bot.errors import Busy


class Turns:
    """Those that are under way, by who asked for them; who is 0 may have any number."""

    def __init__(self, most: int, sentence: str) -> None:
        self._most = most
        self._sentence = sentence  # for who has so many already
        self._under_way: Counter[int] = Counter()

    @contextmanager
    def of(self, asker: int) -> Iterator[None]:
        """One more; raises Busy where that is one too many."""
        if asker and self._under_way[asker] >= self._most:
            raise Busy(self._sentence)
        self._under_way[asker] += 1
        try:
            yield
        finally:
            self._under_way[asker] -= 1
            if not self._under_way[asker]:
                del self._under_way[asker]

"""Looks for feeds, so many at once for one server: one whose looks take long keeps no other from finding."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from bot.errors import NewsError
from bot.model import OPERATOR

MOST = 3


class Looks:
    """Those that are under way, by server. Whoever runs the bot may have any number."""

    def __init__(self) -> None:
        self._under_way: Counter[int] = Counter()

    @contextmanager
    def one(self, owner: int) -> Iterator[None]:
        """Raises NewsError when this server has so many already."""
        if owner != OPERATOR and self._under_way[owner] >= MOST:
            raise NewsError(f"{MOST} feeds are being looked for here already. Try again when one of them has answered.")
        self._under_way[owner] += 1
        try:
            yield
        finally:
            self._under_way[owner] -= 1
            if not self._under_way[owner]:
                del self._under_way[owner]

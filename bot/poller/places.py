"""Who is polled now: no domain, nor all that are slow together, takes the places of all others."""

from collections import Counter
from collections.abc import Callable

from bot.intake.addresses import domain, host_of, is_here

AT_ONCE = 200  # sources under way; most of them wait for their host's turn
OF_ONE = 8  # of these of one domain: more would only wait at its door
SLOW_AT_ONCE = 40  # of these such as took long of late


class Places:
    """A place for each source that is under way."""

    def __init__(self, is_slow: Callable[[str], bool]) -> None:
        self._is_slow = is_slow
        self._taken: dict[int, tuple[str, bool]] = {}  # by source: its domain, and whether that was slow
        self._domains: Counter[str] = Counter()
        self._slow = 0

    @property
    def full(self) -> bool:
        return len(self._taken) >= AT_ONCE

    def __len__(self) -> int:
        return len(self._taken)

    def take(self, source: int, url: str) -> bool:
        """A place, if there is one for it now."""
        if source in self._taken or self.full:
            return False
        name, slow = domain(url), self._is_slow(url)
        if not is_here(host_of(url)) and (self._domains[name] >= OF_ONE or (slow and self._slow >= SLOW_AT_ONCE)):
            return False
        self._taken[source] = name, slow
        self._domains[name] += 1
        self._slow += slow
        return True

    def leave(self, source: int) -> None:
        name, slow = self._taken.pop(source)
        self._slow -= slow
        self._domains[name] -= 1
        if not self._domains[name]:
            del self._domains[name]

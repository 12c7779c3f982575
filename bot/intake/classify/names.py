"""The names that give a place away, and the places: values, and how a name is looked up."""

from collections.abc import Mapping
from typing import NamedTuple

KINDS = ("country", "capital", "demonym", "city", "area", "org", "party", "person", "group", "term", "idiom", "trap")
AGING = ("person", "party", "org", "group")  # these may carry the year in which they were last true
NO_PLACE = "-"
ANY_ENDING = "*"
SHORTEST_STEM = 3


class Name(NamedTuple):
    """One spelling of a name and what it stands for."""

    place: str  # a code in places.tsv; "-" for a trap, which swallows its words
    kind: str
    weak: bool = False  # loses to any name that is not weak
    until: int | None = None  # the year it was last known to be true
    unless: tuple[str, ...] = ()  # words, or {PLACE}, whose presence turns it into another place
    instead: str = ""


class Place(NamedTuple):
    """Where a place belongs."""

    region: str
    name: str
    also: str = ""  # the region in which other newsrooms file it
    reach: float = 1.0  # what remains of its country's names' weight, for a power is in the news of others


class Names:
    """All names, by spelling. Looked up by their folded words; immutable once made."""

    def __init__(
        self, spelt: Mapping[str, Name], stems: Mapping[str, Name] = {}, joined: Mapping[str, Name] = {}
    ) -> None:
        self.exact: dict[str, Name] = {}
        self.folded: dict[str, Name] = {}  # written in lower case: found in any case
        # In lower case, the first word of each name, or its first two -> words of the longest name that begins so.
        self.longest: dict[str, int] = {}
        exact, folded, longest = self.exact, self.folded, self.longest  # ten thousand times
        for spelling, name in spelt.items():
            begun = spelling.lower()
            if begun == spelling and spelling.islower():
                folded[spelling] = name
            else:
                exact[spelling] = name
            if " " not in begun:
                longest.setdefault(begun, 1)
                continue
            first, _, rest = begun.partition(" ")
            second, _, others = rest.partition(" ")
            many = others.count(" ") + 3 if others else 2
            for beginning in (first, f"{first} {second}" if others else begun):
                if longest.get(beginning, 0) < many:
                    longest[beginning] = many
        self.stems = stems  # beginnings of words that change their endings, in lower case
        self.roots = frozenset(stem[:SHORTEST_STEM] for stem in stems)
        self.joined = joined  # names in scripts without spaces
        self.longest_joined = max(map(len, joined), default=0)
        self._shouted: dict[str, Name] | None = None

    def __len__(self) -> int:
        return len(self.exact) + len(self.folded)

    @property
    def shouted(self) -> Mapping[str, Name]:
        """The same names in lower case throughout, for headlines in capitals; made when first needed."""
        if self._shouted is None:
            self._shouted = {spelling.lower(): name for spelling, name in self.exact.items()} | self.folded
        return self._shouted

    @property
    def looked_at(self) -> int:
        """The last year in which somebody has looked at people, parties and organisations."""
        return max((name.until for name in self.exact.values() if name.until), default=0)

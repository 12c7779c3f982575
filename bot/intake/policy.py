"""What a feed's names are worth: which of them were given to different articles, and so are trusted no more, for good.

A name is what an entry is known by: its guid, its link. One that a document gives to two articles is never trusted
again in that feed; a more exact form of it, or the other kind of name, takes its place. Where that has happened to
several guids, it is no slip: the feed numbers something else than articles (its sections, its authors), and the next
guid to be met again would hide an article. From then on none of its guids is trusted where there is a link, and none of
its links where there is a guid.
"""

from collections.abc import Collection
from dataclasses import dataclass

SEVERAL = 5  # names of one kind, over all the time that we know a feed
_KINDS = {"guid": "link", "url": "guid"}  # and what is left
_MARKS = {"guid": "G", "url": "U"}
_HASH = 12


@dataclass(frozen=True, slots=True)
class Policy:
    """How one feed's articles are told apart."""

    names: frozenset[str] = frozenset()  # hashes of those that are not trusted
    distrusted: frozenset[str] = frozenset()  # kinds of names: "guid", "url"

    @property
    def sentence(self) -> str:
        """For people, without a full stop."""
        if len(self.distrusted) == 1:
            (kind,) = self.distrusted
            said = f"told apart by {_KINDS[kind]} alone, for its {'guids' if kind == 'guid' else 'links'} are reused"
        else:
            said = "told apart by guid and link"
        if len(self.names) == 1:
            said += "; one name was given to different articles and is not trusted"
        elif self.names:
            said += f"; {len(self.names)} names were given to different articles and are not trusted"
        return said


def policy(shared: Collection[str]) -> Policy:
    """From what is remembered of a feed and what a document shows."""
    names = frozenset(each[-_HASH:] for each in shared if each not in _KINDS)
    return Policy(names, frozenset(kind for kind in _KINDS if kind in shared or _count(shared, kind) >= SEVERAL))


def marked(name: str, hashed: str, exact: bool) -> str:
    """A name's hash, with its kind; a capital when no form of the name is more exact."""
    letter = _MARKS[name.partition(":")[0]]
    return (letter if exact else letter.lower()) + hashed


def remembered(before: Collection[str], found: Collection[str], most: int) -> tuple[str, ...]:
    """What is to be remembered after a document; a decision is kept when the names behind it are forgotten."""
    names = [*(each for each in before if each not in found), *sorted(found)]
    decided = sorted(policy(names).distrusted)
    return (*decided, *[each for each in names if each not in _KINDS][-most:])


def _count(shared: Collection[str], kind: str) -> int:
    return sum(each.startswith(_MARKS[kind]) for each in shared)

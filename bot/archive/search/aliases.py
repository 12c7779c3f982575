"""Names of the same thing: DPRK is North Korea. Read from a file that anybody may edit."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bot.archive.search import normal
from bot.errors import BrokenFile
from bot.written import read_text

_LONGEST = 6  # words of a name
_EXACTLY = "="

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Aliases:
    """Each name, in plain words, with the other names of the same thing."""

    names: Mapping[Words, tuple[str, ...]] = field(default_factory=dict)
    exact: Mapping[Words, str] = field(default_factory=dict)  # names that count only when they are typed just so

    def of(self, words: Words, typed: str) -> tuple[str, ...]:
        """The other names of what was typed."""
        if words in self.exact and self.exact[words] != typed:
            return ()
        return self.names.get(words, ())

    def longest(self, words: Sequence[Words], typed: Sequence[str]) -> tuple[int, tuple[str, ...]]:
        """How many of the pieces at the beginning are a name together, and its other names."""
        for number in range(min(_LONGEST, len(words)), 0, -1):
            together = tuple(word for piece in words[:number] for word in piece)
            others = self.of(together, " ".join(typed[:number]))
            if others:
                return number, others
        return 0, ()


def load_aliases(path: Path) -> Aliases:
    """Read aliases.tsv; raise BrokenFile with the line that cannot be used. No file: no aliases."""
    if not path.exists():
        return Aliases()
    groups = []
    for number, line in enumerate(read_text(path).splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        names = [name.strip() for name in line.split("\t") if name.strip()]
        if len(names) < 2:
            raise BrokenFile(path, number, "a line needs two names at least, with a tab between them, not spaces")
        if wordless := next((name for name in names if not _words(name)), None):
            raise BrokenFile(path, number, f'"{wordless}" has no letters')
        if len(set(map(_words, names))) < 2:
            raise BrokenFile(path, number, f'"{names[0]}" and "{names[1]}" are the same but for capitals and accents')
        groups.append(names)
    return aliases_of(groups)


def aliases_of(groups: Iterable[Sequence[str]]) -> Aliases:
    """Aliases from groups of names."""
    names: dict[Words, tuple[str, ...]] = {}
    exact: dict[Words, str] = {}
    for group in groups:
        plain = [name.removeprefix(_EXACTLY) for name in group]
        for name, written in zip(plain, group, strict=True):
            words = _words(name)
            others = (other for other in plain if _words(other) != words)
            names[words] = tuple(dict.fromkeys((*names.get(words, ()), *others)))
            if written.startswith(_EXACTLY):
                exact[words] = name
    return Aliases(names, exact)


def _words(name: str) -> Words:
    return tuple(normal.words(normal.fold(name)))

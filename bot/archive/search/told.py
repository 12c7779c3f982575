"""Says in words how a query was understood."""

from collections.abc import Iterable
from datetime import datetime

from bot.archive.search.query import Asked, Both, Either, Filters, Node, Term, Without
from bot.regions import Regions

_LONGEST, _SHORTEST = 300, 40  # characters; and of the words, that what is beside them may be told


def told(asked: Asked, regions: Regions, loose: bool = False) -> str:
    """Such as: nato AND japan in Asia-Pacific, before 2023-02."""
    words = "the latest" if asked.root is None else _words(asked.root) or "the latest"
    parts = list(_filters(asked.filters, regions))
    if loose:
        parts.append("or some of it")
    if asked.cut:
        parts.append("the rest left out")
    joint = "" if not parts else " " if parts[0].startswith(("in ", "by ")) else ", "
    rest = "; ".join((joint + ", ".join(parts), *asked.strange))
    return _cut(_cut(words, max(_SHORTEST, _LONGEST - len(rest))) + rest, _LONGEST)


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1].rstrip()}…"


def _words(node: Node, inside: bool = False) -> str:
    match node:
        case Term():
            text = node.text.strip('"')
            text = f"“{text}”" if node.phrase and not node.alias else text
            return f"{text} in the title" if node.title else text
        case Both(parts):
            text = " AND ".join(_words(part, True) for part in parts)
        case Either((itself, *others)) if all(isinstance(each, Term) and each.alias for each in others):
            return f"{_words(itself, True)} (also {', '.join(_words(each) for each in others[:2])})"
        case Either(parts):
            text = " OR ".join(_words(part, True) for part in parts)
        case Without(part):
            return f"NOT {_words(part, True)}"
    return f"({text})" if inside else text


def _filters(filters: Filters, regions: Regions) -> Iterable[str]:
    if filters.regions:
        yield "in " + " or ".join(_region(code, regions) for code in filters.regions)
    if filters.authors:
        yield "by " + " or ".join(filters.authors)
    if filters.feeds:
        yield "from " + " or ".join(filters.feeds)
    if filters.languages:
        yield "in the language " + " or ".join(filters.languages)
    if filters.image:
        yield "with a photo"
    if filters.start is not None:
        yield f"after {_day(filters.start)}"
    if filters.end is not None:
        yield f"before {_day(filters.end)}"
    for key, value in filters.without:
        match key:
            case "region":
                yield f"not in {_region(value, regions)}"
            case "author":
                yield f"not by {value}"
            case "feed":
                yield f"not from {value}"
            case "lang":
                yield f"not in the language {value}"
            case _:
                yield "without a photo"


def _region(code: str, regions: Regions) -> str:
    known = regions.get(code)
    return known.name if known is not None else f"“{code}” (there is no such region)"


def _day(moment: datetime) -> str:
    """A date as it may be typed, as short as it can be told."""
    if moment.hour or moment.minute:
        return f"{moment:%Y-%m-%d %H:%M}"
    if moment.day > 1:
        return f"{moment:%Y-%m-%d}"
    return f"{moment:%Y-%m}" if moment.month > 1 else f"{moment:%Y}"

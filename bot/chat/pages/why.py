"""Why an article is in its regions, in words that its readers know; and in numbers for those who ask for them."""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.delivery.text import clean, cut
from bot.intake.classify import evidence
from bot.model import Article
from bot.regions import Regions

_FIELDS = {"title": "headline", "teaser": "summary", "body": "text", "tag": "tags"}  # where a name may stand
_NAMED = {  # by whom a region was named
    "tag": "its publisher tags it {}",
    "url": "its publisher keeps it under {}",
}
_OF_FEED = {
    "feed": "all of its feed belongs here",
    "default": "it names no region, and its feed is mostly about this one",
}
_RULES = {  # where no words were kept
    "tag": "its publisher's tags say so",
    "section": "its address says so",
    "feed": _OF_FEED["feed"],
    "text": "its words speak for it",
    "default": _OF_FEED["default"],
    "none": "it names no region",
}
_WORDS, _EACH = 3, 60  # of each region; characters of each
_AFTER_WORDS = re.compile(r"(?<=\))(?:; |\. )")  # in the sentence with the numbers: after each region's words


@dataclass(frozen=True, slots=True)
class _Spoken:
    """Words that speak for a region, and where they stand; of a place, or of the region itself."""

    words: str
    where: str
    region: str
    is_place: bool


def why_here(article: Article, regions: Regions) -> str:
    """A sentence, or one for each region; nothing where nothing is known."""
    found = evidence(article.why)
    if found.rule == "moved":
        return clean(found.sentence)
    spoken = list(_spoken(article.why))
    because = {code: _because(found.rule, [each for each in spoken if each.region == code]) for code in article.regions}
    said = {code: words for code, words in because.items() if words}
    if len(article.regions) > 1 and said:
        return " ".join(f"{_called(code, regions)}: {words}." for code, words in said.items())
    words = next(iter(said.values()), "") or _RULES.get(found.rule, "")
    return f"{words[0].upper()}{words[1:]}." if words else clean(found.sentence)


def in_numbers(article: Article) -> Sequence[str]:
    """How much each word weighed, a line for each region, and how sure that is."""
    found = evidence(article.why)
    _, _, numbers = clean(found.sentence).partition(". ")
    return _AFTER_WORDS.split(numbers) if numbers and found.rule != "moved" else []


def _because(rule: str, found: Sequence[_Spoken]) -> str:
    """What speaks for one region: what named it, or else the places that are named."""
    named = [each for each in found if not each.is_place]
    for where, saying in _NAMED.items():
        # A tag may be there in two spellings: the later one is the label, written for people.
        spelt = {each.words.casefold(): each.words for each in named if each.where == where}
        if spelt:
            return saying.format(_listed(spelt.values()))
    if named and rule in _OF_FEED:
        return _OF_FEED[rule]
    places: dict[str, dict[str, None]] = {}
    for each in found:
        if each.where in _FIELDS and sum(map(len, places.values())) < _WORDS:
            places.setdefault(_FIELDS[each.where], {})[each.words] = None
    return ", ".join(f"its {field} {'say' if field == 'tags' else 'says'} {_listed(places[field])}" for field in places)


def _called(code: str, regions: Regions) -> str:
    region = regions.get(code)
    return clean(region.name) if region else code


def _listed(words: Iterable[str]) -> str:
    quoted = [f"“{each}”" for each in words][:_WORDS]
    *before, last = quoted
    return f"{', '.join(before)} and {last}" if before else last


def _spoken(why: str) -> Iterator[_Spoken]:
    """What the archive kept, strongest first; nothing where it cannot be read."""
    try:
        found = json.loads(why or "{}")
    except ValueError:
        return
    every = found.get("why") if isinstance(found, dict) else None
    for each in every if isinstance(every, list) else ():
        if isinstance(each, dict) and (words := cut(clean(str(each.get("words", ""))), _EACH)):
            yield _Spoken(words, str(each.get("where", "")), str(each.get("region", "")), bool(each.get("place")))

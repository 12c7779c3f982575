"""The evidence for an article's regions as the archive keeps it, and how it is read again."""

import json
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bot.intake.classify.explain import as_json, explain
from bot.intake.classify.placement import Placement
from bot.regions import Regions

_LONGEST = 400  # characters of the sentence
_MOST_TAGS = 20
_RULES = {  # for what was kept without a sentence
    "tag": "Its tag says so.",
    "section": "Its address says so.",
    "feed": "Its feed brings this region only.",
    "text": "Its words speak for it.",
    "moved": "A person has put it there.",
    "default": "Nothing in it speaks for a region, and this is its feed's own.",
    "none": "Nothing in it speaks for any region.",
}


class Evidence(NamedTuple):
    """What is kept of a placement."""

    rule: str = ""
    sentence: str = ""  # for a person: why here?
    shares: tuple[tuple[str, float], ...] = ()  # what the text alone says, largest first
    unmapped: tuple[str, ...] = ()  # tags that nobody mapped


def kept(placement: Placement, regions: Regions) -> str:
    """A placement as JSON, for the archive."""
    evidence = {
        "rule": placement.rule,
        "confidence": round(placement.confidence, 3),
        "why": as_json(placement),
        "sentence": explain(placement, regions)[:_LONGEST],
        "runner_up": placement.runner_up,
        "shares": [[region, round(share, 3)] for region, share in placement.shares],
        "unmapped": placement.unmapped[:_MOST_TAGS],
    }
    return json.dumps(evidence, ensure_ascii=False, separators=(",", ":"))


def moved(who: str, before: Sequence[str], why: str, regions: Regions) -> str:
    """What is kept where a person has put an article elsewhere: who, from where, and what its text says."""
    names = [region.name if (region := regions.get(code)) else code for code in before]
    told = {
        "rule": "moved",  # stands first: the archive knows by it what no feed may undo
        "confidence": 1.0,
        "why": [],
        "sentence": f"{who} has moved it here from {' and '.join(names) or 'no region'}."[:_LONGEST],
        "shares": [list(each) for each in evidence(why).shares],
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def evidence(why: str) -> Evidence:
    """What the archive kept, also of years ago, or nothing where it cannot be read."""
    try:
        found = json.loads(why or "{}")
    except ValueError:
        return Evidence()
    if not isinstance(found, dict):
        return Evidence()
    rule = str(found.get("rule") or "")
    return Evidence(
        rule,
        str(found.get("sentence") or _RULES.get(rule, "")),
        tuple(_shares(found.get("shares"))),
        tuple(str(each) for each in _list(found.get("unmapped"))),
    )


def _shares(found: object) -> Iterator[tuple[str, float]]:
    for each in _list(found):
        match each:
            case [str(region), int() | float() as share]:
                yield region, float(share)


def _list(found: object) -> list[object]:
    return found if isinstance(found, list) else []

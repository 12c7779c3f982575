"""A placement in one line for a person, and in the contract's words for a program."""

from bot.intake.classify.placement import Match, Placement
from bot.regions import Regions

_SHOWN = 3  # words for each region
_RULES = {
    "tag": "its tag says so",
    "section": "its address says so",
    "feed": "its feed brings this region only",
    "text": "its words speak for it",
    "default": "nothing speaks for a region, and this is its feed's own",
    "none": "nothing in it speaks for any region",
}


def explain(placement: Placement, regions: Regions) -> str:
    """One line: which rule decided, which words spoke for which region, and how sure that is."""
    named = [match for match in placement.why if not match.place]
    spoken = [match for match in placement.why if match.place]
    chosen = ", ".join(_called(code, regions) for code in placement.regions) or "no region"
    line = f"{chosen}: {_RULES[placement.rule]}"
    if named:  # a tag may be there in two spellings: the later one is the label, written for people
        spelt = {match.words.casefold(): match.words for match in named}
        line += " (" + ", ".join(f"“{words}”" for words in spelt.values()) + ")"
    if placement.shares and spoken:
        line += ". Its words alone: " if named else ". "
        line += "; ".join(_share(region, share, spoken, regions) for region, share in placement.shares)
    return f"{line}. Confidence {_band(placement.confidence)}." if placement.regions else f"{line}."


def as_json(placement: Placement) -> list[dict[str, str]]:
    """The words that speak for the article's regions, strongest first."""
    ranked = sorted(placement.why, key=lambda match: -match.weight)
    return [
        {"words": match.words, "place": match.place, "region": match.region, "where": match.where} for match in ranked
    ]


def _share(region: str, share: float, spoken: list[Match], regions: Regions) -> str:
    weights: dict[tuple[str, str], float] = {}
    for match in spoken:
        if match.region == region:
            key = (match.where, match.words)
            weights[key] = weights.get(key, 0.0) + match.weight
    ranked = sorted(weights, key=lambda key: -weights[key])
    said = ", ".join(f"{where} “{words}” {weights[where, words]:.1f}" for where, words in ranked[:_SHOWN])
    return f"{_called(region, regions)} {share:.0%} ({said})"


def _called(code: str, regions: Regions) -> str:
    region = regions.get(code)
    return region.name if region else code


def _band(confidence: float) -> str:
    return ("high" if confidence >= 0.6 else "medium" if confidence >= 0.25 else "low") + f" ({confidence:.2f})"

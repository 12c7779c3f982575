"""Weighs the names of a text, region by region. All of the tuning is here, and was done on development headlines."""

import re
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from bot.intake.classify.names import Name, Place
from bot.intake.classify.placement import Match, Where
from bot.intake.classify.scan import Hit

FIELD: Mapping[Where, float] = {"title": 2.0, "teaser": 1.0, "tag": 1.0, "body": 0.5}
KIND: Mapping[str, float] = {
    "demonym": 0.9,
    "capital": 0.7,
    "person": 0.8,
    "party": 0.8,
    "group": 0.8,
    "term": 0.7,
    "org": 0.6,
    "idiom": 0.15,
}
WEAK = 0.25  # a name marked weak
HOME = 0.3  # the publisher's own country, which takes part in much that happens elsewhere
# But Ohio, Ofsted or a sheriff is where something happens: discounted neither as home nor as a power.
SCENES = ("city", "area", "org", "party", "term", "idiom")
BORDER = 0.6  # of its weight a place on the border of two regions lends to the second: a doubt, never a post
ALONE = 0.4  # what a body must weigh to place an article on its own: one clear name; a long text brushes many places
TWICE = 2  # a place counts at most so often in one field
FURTHER = 0.75  # of its weight every further place adds to its region: a list of towns tells little more than one
ENOUGH = 0.4  # a further region is among the article's if it has this part of the first one's weight
MARGIN, EVIDENCE, MUCH, RIVAL = 0.74, 0.08, 2.0, 0.1  # confidence: see Weights


def matches(
    hits: Iterable[Hit], text: str, places: Mapping[str, Place], home: str | None, overrides: Mapping[str, str]
) -> list[Match]:
    """Every name that speaks for a region, with its weight, in the order of the text."""
    hits = list(hits)
    near = {home, *(hit.name.place for hit in hits)}  # in a British paper, Newport is in Wales
    counts: dict[tuple[str, Where], int] = {}
    found: list[Match] = []
    for name, said, where, start, factor in hits:
        place = _meant(name, text, near) if name.unless else name.place
        lies = places.get(place)
        counts[place, where] = times = counts.get((place, where), 0) + 1
        if lies is None or times > TWICE:
            continue
        if name.kind == "idiom" and where == "body":
            continue  # everyday words tell where a headline was written; a long text has some of everywhere
        weight = FIELD[where] * KIND.get(name.kind, 1.0) * factor
        if name.weak:
            weight *= WEAK
        if name.kind not in SCENES:
            weight *= HOME if place == home else lies.reach
        region, also = (overrides[place], "") if place in overrides else (lies.region, lies.also)
        if region:
            found.append(Match(said, place, region, where, round(weight, 3), start))
        if also:
            found.append(Match(said, place, also, where, round(weight * BORDER, 3), start))
    brushed = all(each.where == "body" for each in found) and sum(each.weight for each in found) < ALONE
    return [] if brushed else found


def _meant(name: Name, text: str, near: set[str | None]) -> str:
    """The place that a name means here: Georgia beside Tbilisi is a country."""
    for word in name.unless:
        beside = word[1:-1] in near if word.startswith("{") else word in text and _stands(word, text)
        if beside:
            return name.instead
    return name.place


def _stands(word: str, text: str) -> bool:
    """Whether a word is in a text as a word of its own."""
    return re.search(rf"\b{re.escape(word)}\b", text) is not None


class Weights(NamedTuple):
    """How the weight of all matches is spread over the regions, heaviest first; ties go to the first mention."""

    best: float
    shares: tuple[tuple[str, float], ...]
    regions: tuple[str, ...]  # the first, and every other that has enough weight of its own

    @classmethod
    def of(cls, found: Iterable[Match]) -> "Weights":
        places: dict[str, dict[str, float]] = {}
        own: dict[str, float] = {}
        last: tuple[str, int, str] | None = None
        for said, place, region, where, weight, start in found:
            spoken = places.setdefault(region, {})
            spoken[place] = spoken.get(place, 0.0) + weight
            here = (where, start, said)
            own[region] = own.get(region, 0.0) + (0.0 if here == last else weight)  # the same words again: lent
            last = here
        scores = {region: _together(spoken.values()) for region, spoken in places.items()}
        ranked = sorted(scores, key=lambda region: -round(scores[region], 6))
        if not ranked:
            return cls(0.0, (), ())
        total, best = sum(scores.values()), scores[ranked[0]]
        others = tuple(region for region in ranked[1:] if own[region] >= ENOUGH * best)
        return cls(best, tuple((region, scores[region] / total) for region in ranked), (ranked[0], *others))

    @property
    def confidence(self) -> float:
        """How clear the lead is, a little for how much speaks at all, a little less for every rival."""
        second = self.shares[1][1] if len(self.shares) > 1 else 0.0
        rivals = len(self.shares) - 1
        sure = MARGIN * (self.shares[0][1] - second) + EVIDENCE * min(self.best, MUCH) - RIVAL * rivals
        return round(min(max(sure, 0.0), 1.0), 3)


def _together(weights: Collection[float]) -> float:
    """What the places of one region weigh together: the first of them wholly, every further one less."""
    return max(weights) if len(weights) == 1 else max(weights) * (1 - FURTHER) + sum(weights) * FURTHER

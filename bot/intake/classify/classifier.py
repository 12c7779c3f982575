"""The order of evidence, and the weighing of names in a text."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from bot.intake.classify.names import NO_PLACE, Name, Names, Place
from bot.intake.classify.placement import Match, Placement, Rule, Where
from bot.intake.classify.words import Word, shouted, words
from bot.regions import Regions

# How much a name weighs. All of the tuning is here, and was done on the development headlines alone.
FIELD: Mapping[Where, float] = {"title": 2.0, "teaser": 1.0, "tag": 1.0, "body": 0.5}
KIND: Mapping[str, float] = {
    "demonym": 0.9,
    "person": 0.8,
    "party": 0.8,
    "group": 0.8,
    "term": 0.8,
    "org": 0.6,
    "idiom": 0.15,
}
WEAK = 0.35  # a name marked weak
HOME = 0.3  # the publisher's own country, which takes part in much that happens elsewhere
SCENES = ("city", "area")  # but Ohio or Leeds is where something happens: discounted neither as home nor as a power
LOCATIVE = 1.6  # "in Kyiv"
ACTOR = 0.5  # "US-led", "Iran-backed"
BORDER = 0.4  # of its weight a place on the border of two regions gives to the second
TWICE = 2  # a place counts at most so often in one field
ENOUGH = 0.5  # a further region needs this share of the first one's weight

BODY = 600  # characters of the body that are read
TEXT = 2_000  # characters of any other field
_LOCATIVES = frozenset(
    ("in", "into", "near", "at", "across", "inside", "outside", "throughout", "around", "within", "toward", "towards")
)
_ACTORS = frozenset(
    ("led", "backed", "born", "made", "style", "owned", "based", "run", "linked", "aligned", "funded", "trained")
)
_SECTION = re.compile(r"(?:world|news)-(.+?)-\d{4,}")
_EDITION = 2  # letters: "/us/" at the start of a path is an edition of the site, not a section


class _Hit(NamedTuple):
    """A name found in a field."""

    name: Name
    said: str
    where: Where
    start: int
    factor: float


class Classifier:
    """Says to which regions an article belongs. Holds no state: the same article gets the same answer."""

    def __init__(self, names: Names, places: Mapping[str, Place], regions: Regions) -> None:
        self.names = names
        self.places = places
        self.regions = regions

    def place(
        self,
        title: str,
        teaser: str = "",
        tags: Sequence[str] = (),
        url: str = "",
        *,
        body: str = "",
        home: str | None = None,
        section: str | None = None,
        default: str | None = None,
        tag_map: Mapping[str, str] = {},
        overrides: Mapping[str, str] = {},
    ) -> Placement:
        """The regions of one article, from the best evidence there is.

        home is the publisher's country, section the region of a feed that brings one region only, default the region
        of a feed where nothing else speaks; tag_map and overrides are the feed's own (tag -> region, place -> region).
        """
        tagged, unmapped = self._tagged(tags, tag_map)
        spoken = self._matches(title, teaser, unmapped, body, home, overrides)
        told = _Verdict(self, spoken, tuple(tag for tag in unmapped if not self._settled(tag)))
        if tagged:
            return told.by("tag", tagged)
        named = self._section(url)
        if named:
            return told.by("section", [named])
        if section and section in self.regions:
            return told.by("feed", [Match(section, "", section, "feed", 1.0, 0)])
        if told.shares:
            return told.by_text()
        if default and default in self.regions:
            return told.by("default", [Match(default, "", default, "feed", 0.5, 0)])
        return told.by("none", [])

    def _tagged(self, tags: Sequence[str], tag_map: Mapping[str, str]) -> tuple[list[Match], list[str]]:
        """What the tags say by the feed's own map and the regions' aliases; and the tags that say nothing."""
        own = {tag.casefold(): region for tag, region in tag_map.items()}
        matches: list[Match] = []
        unmapped: list[str] = []
        for tag in tags:
            region = own.get(tag.casefold()) or self.regions.from_tag(tag)
            if region and region in self.regions:
                matches.append(Match(tag, "", region, "tag", 1.0, 0))
            elif region is None:
                unmapped.append(tag)
        return matches, unmapped

    def _settled(self, tag: str) -> bool:
        """Whether nobody need be asked about a tag: it is a topic, or a place that we know."""
        if self.regions.is_topic(tag):
            return True
        found = words(tag)
        hits = self._scan(tag, "tag")
        return len(hits) == 1 and len(hits[0].said) >= found[-1].end - found[0].start

    def _section(self, url: str) -> Match | None:
        """The region in an address's path, its last step left out, for that is the headline."""
        if not url:
            return None
        try:
            steps = [step for step in urlsplit(url).path.split("/") if step]
        except ValueError:
            return None
        for index, step in reversed(list(enumerate(steps))):
            dated = _SECTION.fullmatch(step)
            if (index == 0 and len(step) <= _EDITION) or (index == len(steps) - 1 and not dated):
                continue
            region = self.regions.from_tag(dated[1] if dated else step)
            if region and not self.regions[region].fallback:
                return Match(step, "", region, "url", 1.0, url.find(step))
        return None

    def _matches(
        self,
        title: str,
        teaser: str,
        tags: Sequence[str],
        body: str,
        home: str | None,
        overrides: Mapping[str, str],
    ) -> list[Match]:
        """Every name in the text, with its weight."""
        hits = self._scan(title[:TEXT], "title") + self._scan(teaser[:TEXT], "teaser")
        hits += [hit for tag in tags[:50] for hit in self._scan(tag[:200], "tag")]
        hits += self._scan(body[:BODY], "body") if body else []
        near = {hit.name.place for hit in hits}
        text = f"{title} {teaser} {body[:BODY]}"
        counts: dict[tuple[str, Where], int] = {}
        matches: list[Match] = []
        for hit in hits:
            place = _meant(hit.name, text, near)
            lies = self.places.get(place)
            region = overrides.get(place) or (lies.region if lies else None)
            counts[place, hit.where] = counts.get((place, hit.where), 0) + 1
            if not region or region not in self.regions or counts[place, hit.where] > TWICE:
                continue
            weight = FIELD[hit.where] * KIND.get(hit.name.kind, 1.0) * hit.factor
            weight *= WEAK if hit.name.weak else 1.0
            if hit.name.kind not in SCENES:
                weight *= HOME if place == home else lies.reach if lies else 1.0
            matches.append(Match(hit.said, place, region, hit.where, round(weight, 3), hit.start))
            if lies and lies.also in self.regions and place not in overrides:
                matches.append(Match(hit.said, place, lies.also, hit.where, round(weight * BORDER, 3), hit.start))
        return matches

    def _scan(self, text: str, where: Where) -> list[_Hit]:
        """Walk the words of one field; the longest name wins, and no word serves two."""
        found = words(text)
        loud = shouted(text)
        hits: list[_Hit] = []
        index = 0
        while index < len(found):
            name, count = self._longest(found, index, loud)
            if name is None:
                index += 1
                continue
            last = found[index + count - 1]
            if name.place != NO_PLACE:
                before = found[index - 1].text.lower() if index else ""
                after = found[index + count].text.lower() if index + count < len(found) else ""
                joined = text[last.end : last.end + 1] in "-‑–" and last.end < len(text)
                factor = LOCATIVE if before in _LOCATIVES else ACTOR if joined and after in _ACTORS else 1.0
                hits.append(_Hit(name, text[found[index].start : last.end], where, found[index].start, factor))
            index += count
        return hits

    def _longest(self, found: list[Word], index: int, loud: bool) -> tuple[Name | None, int]:
        names = self.names
        first = found[index].text
        low = first.lower()
        reach = max(names.longest.get(first, 0), names.longest.get(low, 0))
        if loud:
            reach = 5
        elif not reach and len(first) > 3 and first.isupper():
            title = names.exact.get(first.capitalize())
            return title, 1
        for count in range(min(reach, len(found) - index), 0, -1):
            spelt = first if count == 1 else " ".join([word.text for word in found[index : index + count]])
            name = names.exact.get(spelt) or names.folded.get(spelt.lower())
            if name is None and loud:
                name = names.shouted.get(spelt.lower())
            if name is not None:
                return name, count
        return None, 1


class _Verdict:
    """The weight of each region in the text, and the placements that can be read from it."""

    def __init__(self, classifier: Classifier, matches: list[Match], unmapped: tuple[str, ...]) -> None:
        self.matches = matches
        self.unmapped = unmapped
        scores: dict[str, float] = {}
        for match in matches:  # in the order of the text, so that ties go to the first mention
            scores[match.region] = scores.get(match.region, 0.0) + match.weight
        total = sum(scores.values())
        ranked = sorted(scores, key=lambda region: -round(scores[region], 6))
        self.best = scores[ranked[0]] if ranked else 0.0
        self.shares = tuple((region, scores[region] / total) for region in ranked)

    def by(self, rule: Rule, named: Sequence[Match]) -> Placement:
        """What a tag, a section or a feed named; the text only sets the order and tells the runner-up."""
        share = dict(self.shares)
        regions = sorted(dict.fromkeys(match.region for match in named), key=lambda region: -share.get(region, 0.0))
        others = [region for region in (*regions[1:], *share) if region != (regions or [""])[0]]
        sure = {"tag": 1.0, "section": 0.95, "feed": 0.9, "default": 0.3}.get(rule, 0.0)
        why = tuple(named) + tuple(self.matches)
        return Placement(tuple(regions), sure, rule, why, others[0] if others else None, self.shares, self.unmapped)

    def by_text(self) -> Placement:
        """The regions which the names in the text speak for."""
        shares = [share for _, share in self.shares]
        margin = shares[0] - (shares[1] if len(shares) > 1 else 0.0)
        confidence = (margin + 0.1 * min(self.best, 9.0)) / 1.9
        regions = tuple(region for region, share in self.shares if share >= ENOUGH * shares[0])
        second = self.shares[1][0] if len(shares) > 1 else None
        return Placement(
            regions, round(min(confidence, 1.0), 3), "text", tuple(self.matches), second, self.shares, self.unmapped
        )


def _meant(name: Name, text: str, near: Iterable[str]) -> str:
    """The place that a name means here: Georgia beside Atlanta is a state."""
    for word in name.unless:
        beside = word[1:-1] in near if word.startswith("{") else re.search(rf"\b{re.escape(word)}\b", text) is not None
        if beside:
            return name.instead
    return name.place

"""The order of evidence: tag, section, feed, text, the feed's default."""

import re
from collections.abc import Mapping, Sequence
from urllib.parse import urlsplit

from bot.intake.classify.names import Names, Place
from bot.intake.classify.placement import Match, Placement, Rule
from bot.intake.classify.scan import scan
from bot.intake.classify.weigh import Weights, matches
from bot.intake.classify.words import words
from bot.regions import Regions

SURE: Mapping[Rule, float] = {"tag": 1.0, "section": 0.95, "feed": 0.9, "default": 0.2, "none": 0.0}
NO_REGION = "-"  # in a feed's tag map: this tag names no region, do not ask again
LONGEST_FIELD = 2_000  # characters of title and teaser that are read
LONGEST_BODY = 600
MOST_TAGS, LONGEST_TAG = 50, 200

_DATED_SECTION = re.compile(r"(?:world|news)-(.+?)-\d{4,}")
_EDITION = 2  # letters: "/us/" at the start of a path is an edition of the site, not a section


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
        tagged, unmapped = self._tagged(tags[:MOST_TAGS], tag_map)
        spoken = self._spoken(title, teaser, unmapped, body, home, overrides)
        unknown = tuple(tag for tag in unmapped if not self._explained(tag))
        named = self._section(url) if url else None
        if tagged:
            return _named("tag", tagged, spoken, unknown)
        if named:
            return _named("section", [named], spoken, unknown)
        if section and section in self.regions:
            return _named("feed", [Match(section, "", section, "feed", 1.0, 0)], spoken, unknown)
        if spoken:
            return _told(spoken, unknown)
        if default and default in self.regions:
            return _named("default", [Match(default, "", default, "feed", 0.5, 0)], spoken, unknown)
        return _named("none", [], spoken, unknown)

    def _tagged(self, tags: Sequence[str], tag_map: Mapping[str, str]) -> tuple[list[Match], list[str]]:
        """What the tags say by the feed's own map and the regions' aliases; and the tags that say nothing."""
        own = {tag.casefold(): region for tag, region in tag_map.items()}
        found: list[Match] = []
        unmapped: list[str] = []
        for tag in tags:
            region = own.get(tag.casefold()) or self.regions.from_tag(tag)
            if region and region in self.regions:
                found.append(Match(tag, "", region, "tag", 1.0, 0))
            elif region != NO_REGION:
                unmapped.append(tag[:LONGEST_TAG])
        return found, unmapped

    def _explained(self, tag: str) -> bool:
        """Whether nobody need be asked about a tag: it is a topic, or wholly the name of something we know."""
        if not tag.strip() or self.regions.is_topic(tag):
            return True
        hits = scan(tag, "tag", self.names)
        found = words(tag).where
        return len(hits) == 1 and len(hits[0].said) >= found[-1].end() - found[0].start()

    def _section(self, url: str) -> Match | None:
        """The region in an address's path, its last step left out, for that is the headline."""
        try:
            steps = [step for step in urlsplit(url).path.split("/") if step]
        except ValueError:
            return None
        for index, step in reversed(list(enumerate(steps))):
            dated = _DATED_SECTION.fullmatch(step)
            last, edition = index == len(steps) - 1, index == 0 and len(step) <= _EDITION
            if edition or (last and not dated):
                continue
            region = self.regions.from_tag(dated[1] if dated else step)
            if region and not self.regions[region].fallback:
                return Match(step, "", region, "url", 1.0, url.find(step))
        return None

    def _spoken(
        self, title: str, teaser: str, tags: Sequence[str], body: str, home: str | None, overrides: Mapping[str, str]
    ) -> list[Match]:
        """Every name in title, teaser, tags and body that speaks for one of our regions."""
        title, teaser, body = title[:LONGEST_FIELD], teaser[:LONGEST_FIELD], body[:LONGEST_BODY]
        hits = scan(title, "title", self.names) + scan(teaser, "teaser", self.names)
        for tag in tags:
            hits += scan(tag, "tag", self.names)
        if body:
            hits += scan(body, "body", self.names)
        found = matches(hits, f"{title} {teaser} {body}", self.places, home, overrides)
        return [match for match in found if match.region in self.regions]


def _named(rule: Rule, named: list[Match], spoken: list[Match], unmapped: tuple[str, ...]) -> Placement:
    """What a tag, a section or a feed named; the text sets their order and tells the runner-up."""
    weights = Weights.of(spoken)
    share = dict(weights.shares)
    regions = sorted(dict.fromkeys(match.region for match in named), key=lambda region: -share.get(region, 0.0))
    others = [region for region in (*regions[1:], *share) if region not in regions[:1]]
    return Placement(
        regions=tuple(regions),
        confidence=SURE[rule],
        rule=rule,
        why=(*named, *spoken),
        runner_up=others[0] if others else None,
        shares=weights.shares,
        unmapped=unmapped,
    )


def _told(spoken: list[Match], unmapped: tuple[str, ...]) -> Placement:
    """The regions that the names in the text speak for."""
    weights = Weights.of(spoken)
    return Placement(
        regions=weights.regions,
        confidence=weights.confidence,
        rule="text",
        why=tuple(spoken),
        runner_up=weights.shares[1][0] if len(weights.shares) > 1 else None,
        shares=weights.shares,
        unmapped=unmapped,
    )

"""What a feed's tags have taught us: which of them nobody mapped, and how often they agree with the text."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bot.intake.classify import NO_REGION, evidence
from bot.intake.counting import counted
from bot.model import Article, Feed
from bot.regions import Regions

KEYS = "ledger:"  # before a feed's id: the key under which the archive remembers its ledger
SAID = "said of tags:"  # likewise: what people have said that tags mean
RECENT = 20  # articles, against all before them
ENOUGH = 10  # of each, before anything is said
FALL = 0.3  # of the share that agreed
MOST_TAGS = 200
_NAMED = {"tag", "section", "feed"}  # the rules by which a region is given without a look at the text


@dataclass(frozen=True, slots=True)
class Ledger:
    """One feed's."""

    judged: int = 0  # articles whose region was given, and whose text speaks for one as well
    agreed: int = 0
    recent: str = ""  # the last of these, 1 for each that agreed
    tags: Mapping[str, Mapping[str, int]] = field(default_factory=dict)  # unmapped: what its articles' text speaks for
    met: Mapping[str, str] = field(default_factory=dict)  # the day on which each of these was first met

    @property
    def fallen(self) -> bool:
        """Whether tags and text agree far less of late: the feed has probably changed its tags."""
        earlier, agreed = self.judged - len(self.recent), self.agreed - self.recent.count("1")
        if min(earlier, len(self.recent)) < ENOUGH:
            return False
        return self.recent.count("1") / len(self.recent) < agreed / earlier - FALL

    @property
    def sentence(self) -> str:
        """How far tags and text agree; empty while there is nothing to compare."""
        if not self.judged:
            return ""
        of_all = f"{self.agreed:,} of {counted(self.judged, 'article')} ({self.agreed / self.judged:.0%})"
        said = f"tags and text agree for {of_all}"
        if not self.fallen:
            return said
        of_late = self.recent.count("1")
        return f"{said}, but for {of_late} of the last {len(self.recent)}: it may have changed its tags"


@dataclass(frozen=True, slots=True)
class Unmapped:
    """A tag that nobody mapped, and which region its articles suggest, if any."""

    tag: str
    articles: int
    region: str | None
    met: str = ""  # the day on which it was first met


def is_late(was: Article) -> bool:
    """Whether tags that come now are an article's first: until now, none said where it belongs."""
    return evidence(was.why).rule not in _NAMED


def noted(
    ledger: Ledger, articles: Iterable[Article], regions: Regions, *, old: bool = False
) -> tuple[Ledger, list[str]]:
    """The ledger after a feed's new articles, and the tags that were not in it. Old ones are not among the recent."""
    judged, agreed, recent = ledger.judged, ledger.agreed, ledger.recent
    tags = {tag: dict(found) for tag, found in ledger.tags.items()}
    met = dict(ledger.met)
    spelt = {tag.casefold(): tag for tag in tags}
    told: list[str] = []
    for article in articles:
        kept = evidence(article.why)
        text = kept.shares[0][0] if kept.shares else ""
        given = [code for code in article.regions if code in regions and not regions[code].fallback]
        if kept.rule in _NAMED and text and given:
            judged, agreed = judged + 1, agreed + (text in given)
            recent = recent if old else (recent + str(int(text in given)))[-RECENT:]
        # Where something else named a region nothing vanishes in silence, and what is left open is mostly topics.
        for tag in () if kept.rule in _NAMED and given else kept.unmapped:
            if tag.casefold() not in spelt:
                if not _make_room(tags, spelt):
                    continue
                spelt[tag.casefold()] = tag
                told.append(tag)
                met[tag] = f"{article.seen:%Y-%m-%d}" if article.seen else ""
            found = tags.setdefault(spelt[tag.casefold()], {})
            found[text] = found.get(text, 0) + 1
    return Ledger(judged, agreed, recent, tags, {tag: met.get(tag, "") for tag in tags}), told


def unmapped(ledger: Ledger, feed: Feed, regions: Regions) -> list[Unmapped]:
    """The tags that are still nobody's, the most frequent first; none where the feed brings one region anyhow."""
    if feed.region:
        return []
    own = {tag.casefold() for tag in feed.tags}
    left = [
        Unmapped(tag, sum(found.values()), _suggested(found, regions), ledger.met.get(tag, ""))
        for tag, found in ledger.tags.items()
        if tag.casefold() not in own and not regions.from_tag(tag) and not regions.is_topic(tag)
    ]
    return sorted(left, key=lambda each: -each.articles)


def written(ledger: Ledger) -> str:
    """As JSON, for the archive."""
    parts = {
        "judged": ledger.judged,
        "agreed": ledger.agreed,
        "recent": ledger.recent,
        "tags": ledger.tags,
        "met": ledger.met,
    }
    return json.dumps(parts, ensure_ascii=False, separators=(",", ":"))


def read(text: str | None) -> Ledger:
    """What `written` wrote; an empty one where there is none."""
    try:
        found = json.loads(text or "{}")
        tags = {
            str(tag): {str(code): int(n) for code, n in each.items()} for tag, each in found.get("tags", {}).items()
        }
        met = {str(tag): str(day) for tag, day in found.get("met", {}).items()}
        return Ledger(int(found.get("judged", 0)), int(found.get("agreed", 0)), str(found.get("recent", "")), tags, met)
    except (ValueError, TypeError, AttributeError):
        return Ledger()


def said(text: str | None, regions: Regions) -> dict[str, str]:
    """What people have said that a feed's tags mean, as far as these regions are still there."""
    found = json.loads(text or "{}")
    return {str(tag): str(code) for tag, code in found.items() if code in regions or code == NO_REGION}


def _suggested(found: Mapping[str, int], regions: Regions) -> str | None:
    """The region for which at least half of a tag's articles speak."""
    best = max(found, key=lambda code: found[code], default="")
    return best if best in regions and 2 * found[best] >= sum(found.values()) else None


def _make_room(tags: dict[str, dict[str, int]], spelt: dict[str, str]) -> bool:
    """Where there are too many, the oldest that was met only once makes way."""
    if len(tags) < MOST_TAGS:
        return True
    once = next((tag for tag, found in tags.items() if sum(found.values()) == 1), None)
    if once is None:
        return False
    del tags[once], spelt[once.casefold()]
    return True

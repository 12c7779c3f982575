"""How well headlines in eight other languages find their region, on some two hundred labelled by hand."""

import os
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import feedparser

from bot.intake.classify import Classifier, load_classifier
from bot.regions import load_regions
from bot.settings import shipped

OURS = Path(__file__).with_name("headlines.tsv")  # labelled before anything was classified

# Of real feeds, labelled while the answers were in view: good for seeing a change, not for a claim. One label an entry,
# in the feed's order: what a person would say from headline and teaser. "-" is no region; where two are fair, either is
# right.
CODES = {
    "A": "africa", "E": "europe", "L": "latin-america", "M": "middle-east", "N": "north-america", "P": "asia-pacific",
    "-": None,
}  # fmt: skip
LABELS = {
    "spiegel-2017.rss": "E N NE - M - - -E - E -E E E N N -N M",
    "tagesschau-2023.rss": (
        "E M M -E E A E NE E E E -E -E E M M L E E E EM M E N M N E NE E -E E MP E E E E LN E E E"  # 2023 to 2026
    ),
    "golem-latin1-2018.rss": "- - P - -N N - -P - E - E E -N E -E -N E N",
    "meduza-ru-generated-2026.rss": "E - E -E E - E - LN E - - E - - -E - E - E M - - E",
}


@dataclass(frozen=True, slots=True)
class Judged:
    """One headline: whether the answer is right, whether there is one, and whether there should be one."""

    good: bool
    answered: bool
    wanted: bool


def main() -> int:
    classifier = load_classifier(shipped(), load_regions(shipped() / "regions.toml"))
    print(f"{'':32}headlines  right  of those with a region: right  silent")
    _print_all(_ours(classifier), "our own headlines, labelled first")
    shared = os.environ.get("NEWSDESK_SHARED", "")
    if not shared:
        print("SKIPPED the feeds: set NEWSDESK_SHARED to a folder that has feeds/.", file=sys.stderr)
        return 0
    feeds = Path(shared) / "feeds"
    of_feeds = {name: _of_feed(classifier, feeds / name, labels.split()) for name, labels in LABELS.items()}
    _print_all(of_feeds, "feeds, labelled with the answers in view")
    return 0


def _print_all(groups: Mapping[str, Sequence[Judged]], title: str) -> None:
    print(title)
    for name, judged in (*groups.items(), ("together", [each for group in groups.values() for each in group])):
        wanted = [each for each in judged if each.wanted]
        print(
            f"  {name:30}{len(judged):9}{sum(each.good for each in judged):7}{len(wanted):17}:"
            f"{sum(each.good for each in wanted):6}{sum(not each.answered for each in wanted):8}"
        )


def _ours(classifier: Classifier) -> dict[str, list[Judged]]:
    """Language by language."""
    found: dict[str, list[Judged]] = {}
    for line in OURS.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            language, label, headline = line.split("\t")
            allowed = [None if each == "-" else each for each in label.split("|")]
            found.setdefault(language, []).append(_judged(classifier, headline, "", allowed))
    return found


def _of_feed(classifier: Classifier, feed: Path, labels: list[str]) -> list[Judged]:
    judged = []
    for entry, label in zip(feedparser.parse(feed.read_bytes()).entries, labels, strict=False):
        teaser = re.sub(r"<[^>]*>", " ", entry.get("summary", ""))
        judged.append(_judged(classifier, entry.get("title", ""), teaser, [CODES[letter] for letter in label]))
    return judged


def _judged(classifier: Classifier, title: str, teaser: str, allowed: Sequence[str | None]) -> Judged:
    regions = classifier.place(title, teaser).regions
    answer = regions[0] if regions else None
    return Judged(answer in allowed, answer is not None, None not in allowed)


if __name__ == "__main__":
    sys.exit(main())

"""How well headlines in German and Russian find their region, on a hundred labelled by hand."""

import os
import re
import sys
from pathlib import Path

import feedparser

from bot.intake.classify import Classifier, load_classifier
from bot.regions import load_regions
from bot.settings import shipped

# One label an entry, in the feed's order: what a person would say from headline and teaser. "-" is no region; where two
# are fair, either is right.
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


def main() -> int:
    shared = os.environ.get("NEWSDESK_SHARED", "")
    if not shared:
        print("SKIPPED: set NEWSDESK_SHARED to a folder that has feeds/.", file=sys.stderr)
        return 0
    classifier = load_classifier(shipped(), load_regions(shipped() / "regions.toml"))
    print(f"{'':32}headlines  right  of those with a region: right  silent")
    total = placed = right = found = 0
    for name, labels in LABELS.items():
        judged = _judge(classifier, Path(shared) / "feeds" / name, labels.split())
        wanted = [(good, answer) for good, answer, sure in judged if sure]
        print(
            f"{name:32}{len(judged):9}{sum(good for good, _, _ in judged):7}{len(wanted):17}:"
            f"{sum(good for good, _ in wanted):6}{sum(answer is None for _, answer in wanted):8}"
        )
        total, right = total + len(judged), right + sum(good for good, _, _ in judged)
        placed, found = placed + len(wanted), found + sum(good for good, _ in wanted)
    print(
        f"\nright {right}/{total} ({right / total:.2f}); of those with a region {found}/{placed} ({found / placed:.2f})"
    )
    return 0


def _judge(classifier: Classifier, feed: Path, labels: list[str]) -> list[tuple[bool, str | None, bool]]:
    """For each entry: whether it is right, what was answered, whether it surely has a region."""
    judged = []
    for entry, label in zip(feedparser.parse(feed.read_bytes()).entries, labels, strict=False):
        teaser = re.sub(r"<[^>]*>", " ", entry.get("summary", ""))
        regions = classifier.place(entry.get("title", ""), teaser).regions
        answer = regions[0] if regions else None
        judged.append((answer in [CODES[letter] for letter in label], answer, "-" not in label))
    return judged


if __name__ == "__main__":
    sys.exit(main())

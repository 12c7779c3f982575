"""How long an article takes to find its region, and how long the names take to load."""

import random
import re
import subprocess
import sys
import time
from pathlib import Path
from statistics import fmean, median, quantiles

from bot.intake.classify import Classifier, load_classifier
from bot.regions import load_regions
from bot.settings import shipped

ARTICLES = 10_000
TAKES = 3  # of each article; the best counts, for what else the machine does is not ours
PEER_ARTICLES = 200
STARTS = 7
SLOWEST = 0.2  # ms, 99 of 100 articles
LONGEST_START = 60.0  # ms
_SAID = (
    "{a} says {b} must leave {c} by spring, as talks open in {d}",
    "Thousands march in {a} after the vote; {b} and {c} call for calm",
    "Why {a} is turning away from {b}",
    "After the flood, a town in {a} waits for help that {b} had promised",
)
_TEASER = (
    "Officials in {a} said on Tuesday that the two sides had agreed to meet again in {b} next month, but that the"
    " matter of {c} had not been settled. A spokeswoman for {d} would not say whether the prime minister knew of it."
)
_LOAD = (
    "import time, sys; from pathlib import Path; began = time.process_time();"
    "from bot.regions import load_regions; from bot.intake.classify import Classifier, load_classifier;"
    "imported = time.process_time(); folder = Path(sys.argv[1]);"
    "load_classifier(folder, load_regions(folder / 'regions.toml'));"
    "print((time.process_time() - imported) * 1000, (imported - began) * 1000)"
)


def articles(names: list[str], seed: int = 1) -> list[tuple[str, str]]:
    """Headlines and teasers of common length, with names drawn from our own list."""
    dice = random.Random(seed)
    drawn = [dict(zip("abcd", dice.sample(names, 4), strict=True)) for _ in range(ARTICLES)]
    return [(dice.choice(_SAID).format(**each), _TEASER.format(**each)) for each in drawn]


def main() -> int:
    folder = shipped()
    classifier = load_classifier(folder, load_regions(folder / "regions.toml"))
    names = sorted(
        name for name, meant in classifier.names.exact.items() if meant.kind in ("country", "city", "person")
    )
    taken: list[float] = []
    for title, teaser in articles(names):
        taken.append(min(_once(classifier, title, teaser) for _ in range(TAKES)))
    peer = _one_expression(list(classifier.names.exact), articles(names)[:PEER_ARTICLES])
    slowest = quantiles(taken, n=100)[98]
    starts = [_start(folder) for _ in range(STARTS)]
    start, imports = min(starts)
    print(f"articles       {len(taken)}, {len(classifier.names)} names")
    print(
        f"ms an article  mean {fmean(taken):.3f}  median {median(taken):.3f}  p99 {slowest:.3f}", _met(slowest, SLOWEST)
    )
    print(
        f"               one regular expression of the same names: {peer:.3f}, {peer / fmean(taken):.0f} times as long"
    )
    print(f"ms to load     best of {STARTS}: {start:.0f}, and {imports:.0f} for imports", _met(start, LONGEST_START))
    return 0


def _once(classifier: Classifier, title: str, teaser: str) -> float:
    began = time.thread_time()
    classifier.place(title, teaser, home="US")
    return (time.thread_time() - began) * 1000


def _one_expression(names: list[str], asked: list[tuple[str, str]]) -> float:
    """The peer: what it takes only to find the names, if all of them are one regular expression."""
    every = re.compile(r"\b(?:" + "|".join(map(re.escape, sorted(names, key=len, reverse=True))) + r")\b")
    began = time.thread_time()
    for title, teaser in asked:
        every.findall(title + " " + teaser)
    return (time.thread_time() - began) / len(asked) * 1000


def _start(folder: Path) -> tuple[float, float]:
    """Loading and importing, in a new process."""
    run = subprocess.run([sys.executable, "-c", _LOAD, str(folder)], check=True, capture_output=True, text=True)
    loading, importing = run.stdout.split()
    return float(loading), float(importing)


def _met(value: float, goal: float) -> str:
    return f"(goal {goal:g}: {'met' if value <= goal else 'NOT met'})"


if __name__ == "__main__":
    sys.exit(main())

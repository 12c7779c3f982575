"""How long an article takes to find its region, beside geotext, and how long until the first can be asked about."""

import csv
import gc
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import fmean, quantiles

from bot.intake.classify import load_classifier
from bot.regions import load_regions
from bot.settings import shipped

ARTICLES = 10_000
TAKES = 3  # of each article
PEER_ARTICLES = 1_000
STARTS = 15
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
_START = (
    "import time, sys; began = time.process_time();"
    "import re, tomllib, typing, pathlib, json, unicodedata; python = time.process_time();"
    "from bot.regions import load_regions; from bot.intake.classify import load_classifier;"
    "imported = time.process_time(); folder = pathlib.Path(sys.argv[1]);"
    "load_classifier(folder, load_regions(folder / 'regions.toml')).place('Rain in Kenya');"
    "ready = time.process_time();"
    "print(*(1000 * each for each in (ready - began, python - began, imported - python, ready - imported)))"
)

Article = tuple[str, str]
Times = tuple[list[float], list[float]]  # of every take, in ms: the processor's, and the clock's


def made(names: Sequence[str], seed: int = 1) -> list[Article]:
    """Headlines and teasers of common length, with names drawn from our own list."""
    dice = random.Random(seed)
    drawn = [dict(zip("abcd", dice.sample(names, 4), strict=True)) for _ in range(ARTICLES)]
    return [(dice.choice(_SAID).format(**each), _TEASER.format(**each)) for each in drawn]


def printed() -> list[Article]:
    """Real ones, where there are any."""
    shared = os.environ.get("NEWSDESK_SHARED")
    if not shared:
        print("real headlines: skipped, for NEWSDESK_SHARED is not set")
        return []
    with (Path(shared) / "regions" / "dev.tsv").open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [(row["title"], row["teaser"] or "") for row in rows][:ARTICLES]


def main() -> int:
    folder = shipped()
    classifier = load_classifier(folder, load_regions(folder / "regions.toml"))
    gc.freeze()  # as `newsdesk run` does when all is loaded
    kinds = ("country", "city", "person")
    names = sorted(name for name, meant in classifier.names.exact.items() if meant.kind in kinds)
    drawn = made(names)
    print(f"{len(classifier.names):,} names; ms an article, each taken {TAKES} times\n")
    print(f"{'':30} {'processor':>23} {'clock':>23}   p99 of each one's best take")
    print(f"{'':30} {'mean':>7} {'p50':>7} {'p99':>7} {'mean':>7} {'p50':>7} {'p99':>7}")
    for what, articles in (("articles made of our names", drawn), ("real headlines and teasers", printed())):
        if articles:
            ours = _timed(lambda title, teaser: classifier.place(title, teaser, home="US"), articles)
            _print(what, ours, _met(_best(ours), SLOWEST))
            if peer := _geotext():
                theirs = _timed(peer, articles[:PEER_ARTICLES])
                _print("  geotext", theirs, f"{fmean(theirs[0]) / fmean(ours[0]):.1f} times our mean")
    _print_start(folder)
    return 0


def _geotext() -> Callable[[str, str], object] | None:
    """The peer: a package that finds countries and cities, and no more."""
    try:
        from geotext import GeoText
    except ImportError:
        print("  geotext: skipped, for it is not installed; `make bench` installs it")
        return None
    return lambda title, teaser: GeoText(f"{title}. {teaser}").country_mentions


def _timed(ask: Callable[[str, str], object], articles: Sequence[Article]) -> Times:
    processor, clock = [], []
    for _ in range(TAKES):
        for title, teaser in articles:
            on_clock, on_processor = time.perf_counter(), time.thread_time()
            ask(title, teaser)
            processor.append((time.thread_time() - on_processor) * 1000)
            clock.append((time.perf_counter() - on_clock) * 1000)
    return processor, clock


def _best(times: Times) -> float:
    """What 99 of 100 articles take when nothing disturbs: neither another program nor a cold cache."""
    count = len(times[0]) // TAKES
    return quantiles((min(times[0][at::count]) for at in range(count)), n=100)[98]


def _print(what: str, times: Times, more: str) -> None:
    shown = []
    for taken in times:
        cuts = quantiles(taken, n=100)
        shown += [fmean(taken), cuts[49], cuts[98]]
    print(f"{what:30} {' '.join(f'{each:7.3f}' for each in shown)}   {more}", flush=True)


def _print_start(folder: Path) -> None:
    """In new processes; the best counts, for what else the machine does is not ours."""
    starts = []
    for _ in range(STARTS):
        run = subprocess.run([sys.executable, "-c", _START, str(folder)], check=True, capture_output=True, text=True)
        starts.append([float(each) for each in run.stdout.split()])
    whole, _, imports, reading = min(starts)
    ours = imports + reading  # a bot has Python's own modules long before it classifies
    print(f"\nms to import, read the lists and answer first, best of {STARTS}:", _met(ours, LONGEST_START))
    print(f"  imports {imports:.0f}, lists {reading:.0f}; with Python's own modules, from nothing loaded: {whole:.0f}")


def _met(value: float, goal: float) -> str:
    return f"{value:.3g} (goal {goal:g}: {'met' if value <= goal else 'NOT met'})"


if __name__ == "__main__":
    sys.exit(main())

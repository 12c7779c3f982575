"""How well headlines find their region, beside country names, geotext and a learned model in the same run."""

import argparse
import csv
import os
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.intake.classify import Classifier, load_classifier
from bot.intake.classify.words import words
from bot.regions import load_regions
from bot.settings import shipped

GOALS = {"accuracy": 0.92, "at 97%": 0.88}
PRECISE = 0.97
TEXT, HOME, SETTINGS = "ours, text alone", "ours, publisher's home known", "ours, with feeds' settings"
# What an operator would write into feeds.toml of these publishers; no address and no label is looked at.
HOMES = {
    "bbc": "GB", "cna": "SG", "cnn": "US", "csmonitor": "US", "dailysabah": "TR", "economist": "GB", "france24": "FR",
    "guardian": "GB", "independent": "GB", "japantimes": "JP", "nbcnews": "US", "nytimes": "US", "reuters": "GB",
    "scmp": "HK", "telegraph": "GB", "timesofindia": "IN", "trtworld": "TR", "washingtonpost": "US", "wsj": "US",
}  # fmt: skip
BANDS = (  # as `newsdesk classify` calls them, the high one in three
    ("high, over 0.85", 0.85, 1.01), ("high, 0.75 to 0.85", 0.75, 0.85), ("high, 0.6 to 0.75", 0.6, 0.75),
    ("medium, 0.25 to 0.6", 0.25, 0.6), ("low", 0.0, 0.25),
)  # fmt: skip
WORLDWIDE = ("economist", "france24", "reuters", "trtworld")  # where nothing speaks, their own country is no guess
PLACES = {  # where these desks are known to file otherwise than we do
    "nytimes": {"LY": "middle-east"},
    "reuters": {"TR": "middle-east", "EG": "africa"},
    "wsj": {"TR": "middle-east"},
}


@dataclass(frozen=True, slots=True)
class Row:
    """One headline, and the region under which its publisher filed it."""

    publisher: str
    title: str
    teaser: str
    labels: tuple[str, ...]

    @property
    def text(self) -> str:
        return f"{self.title}. {self.teaser}"


@dataclass(frozen=True, slots=True)
class Answer:
    """A region or none, and how sure of it."""

    region: str | None
    confidence: float = 0.0


@dataclass(frozen=True, slots=True)
class Score:
    """What the table prints of one method."""

    accuracy: float  # an abstention counts as wrong
    coverage: float
    precision: float
    macro: float  # F1, mean over regions
    precise: float  # share of all rows that can be answered at 97% precision
    worst: str


def read_rows(path: Path) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as lines:
        return [
            Row(each["publisher"], each["title"], each["teaser"] or "", tuple(each["label"].split("|")))
            for each in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        ]


def by_names(classifier: Classifier, rows: Iterable[Row], *, home: bool, settings: bool = False) -> Iterator[Answer]:
    """Ours: from the text alone, with the publisher's home known, or with all that feeds.toml may say of a feed."""
    for row in rows:
        country = HOMES.get(row.publisher) if home else None
        guess = classifier.places[country].region if country and row.publisher not in WORLDWIDE else None
        placement = classifier.place(
            row.title,
            row.teaser,
            home=country,
            default=guess if settings else None,
            overrides=PLACES.get(row.publisher, {}) if settings else {},
        )
        yield Answer(placement.regions[0] if placement.regions else None, placement.confidence)


def by_countries(classifier: Classifier, rows: Iterable[Row]) -> Iterator[Answer]:
    """The plainest method: countries' names are counted, the most frequent region wins."""
    names = {key: name.place for key, name in classifier.names.exact.items() if name.kind == "country"}
    for row in rows:
        found = words(row.text).said
        runs = [" ".join(found[at : at + size]) for size in (1, 2, 3, 4) for at in range(len(found) - size + 1)]
        yield _most(classifier.places[names[run]].region for run in runs if run in names)


def by_geotext(classifier: Classifier, rows: Iterable[Row]) -> Iterator[Answer]:
    """The package geotext: countries and cities, the most frequent region wins."""
    from geotext import GeoText

    for row in rows:
        mentions = GeoText(row.text).country_mentions
        known = [code for code, times in mentions.items() if code in classifier.places for _ in range(times)]
        yield _most(classifier.places[code].region for code in known)


def by_learning(rows: Sequence[Row]) -> Iterator[Answer]:
    """TF-IDF of words and pairs, logistic regression; each publisher is answered by a model that has not seen it."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    answers: dict[int, Answer] = {}
    for publisher in dict.fromkeys(row.publisher for row in rows):
        seen = [row for row in rows if row.publisher != publisher and "global" not in row.labels]
        asked = [index for index, row in enumerate(rows) if row.publisher == publisher]
        vectors = TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True)
        model = LogisticRegression(C=10, max_iter=300)
        model.fit(vectors.fit_transform(row.text for row in seen), [row.labels[0] for row in seen])
        chances = model.predict_proba(vectors.transform(rows[index].text for index in asked))
        for index, chance in zip(asked, chances, strict=True):
            best = chance.argmax()
            answers[index] = Answer(str(model.classes_[best]), float(chance[best]))
    return (answers[index] for index in range(len(rows)))


def score(rows: Sequence[Row], answers: Sequence[Answer]) -> Score:
    """Rows of no region are left out; a row of two is right with either."""
    judged = [(row, answer) for row, answer in zip(rows, answers, strict=True) if "global" not in row.labels]
    right, wrong, missed = Counter[str](), Counter[str](), Counter[str]()
    sure: list[tuple[float, bool]] = []
    for row, answer in judged:
        good = answer.region in row.labels
        if answer.region is not None:
            sure.append((answer.confidence, good))
            (right if good else wrong)[answer.region] += 1
        if not good:
            missed[row.labels[0]] += 1
    regions = sorted({label for row, _ in judged for label in row.labels})
    f1 = {each: 2 * right[each] / (2 * right[each] + wrong[each] + missed[each] or 1) for each in regions}
    hits = right.total()
    worst = min(f1, key=lambda region: f1[region])
    return Score(
        accuracy=hits / len(judged),
        coverage=len(sure) / len(judged),
        precision=hits / max(len(sure), 1),
        macro=sum(f1.values()) / len(f1),
        precise=_answerable(sure) / len(judged),
        worst=f"{f1[worst]:.3f} {worst}",
    )


def _goals(got: Score) -> list[tuple[str, float]]:
    return [("accuracy", got.accuracy), ("at 97%", got.precise)]


def _answerable(sure: list[tuple[float, bool]]) -> int:
    """How many of the surest answers one can give and still be right 97 times of 100; equals go together."""
    steps: dict[float, list[bool]] = defaultdict(list)
    for confidence, good in sure:
        steps[confidence].append(good)
    given = hits = most = 0
    for confidence in sorted(steps, reverse=True):
        given, hits = given + len(steps[confidence]), hits + sum(steps[confidence])
        most = given if hits >= PRECISE * given else most
    return most


def _most(regions: Iterable[str]) -> Answer:
    counted = Counter(regions).most_common(2)
    if not counted:
        return Answer(None)
    second = counted[1][1] if len(counted) > 1 else 0
    return Answer(counted[0][0], (counted[0][1] - second) / sum(times for _, times in counted))


def _print_table(rows: Sequence[Row], methods: dict[str, Callable[[], Iterable[Answer]]]) -> dict[str, list[Answer]]:
    print(f"{'':34}accuracy  coverage  precision  macro-F1  at 97%  worst F1              ms/article")
    kept: dict[str, list[Answer]] = {}
    for name, method in methods.items():
        began = time.perf_counter()
        try:
            answers = list(method())
        except ImportError as missing:
            print(f"{name:34}NOT MEASURED: {missing}. Install the bench requirements to see this peer.")
            continue
        taken = (time.perf_counter() - began) / len(rows) * 1000
        got = score(rows, answers)
        print(
            f"{name:34}{got.accuracy:8.4f}{got.coverage:10.3f}{got.precision:11.3f}{got.macro:10.3f}{got.precise:8.3f}"
            f"  {got.worst:20}{taken:12.3f}"
        )
        kept[name] = answers
    return kept


def _print_regions(rows: Sequence[Row], answers: Sequence[Answer]) -> None:
    """Of each region: how many headlines there are, how many are found, how many of those given to it are its own."""
    print("\nby region, home known:   rows  answered  right  recall  precision    F1")
    judged = [(row, answer) for row, answer in zip(rows, answers, strict=True) if "global" not in row.labels]
    for region in sorted({label for row, _ in judged for label in row.labels}):
        # a row of two regions is counted with the one it was given, else with its first
        own = [answer for row, answer in judged if _gold(row, answer) == region]
        given = sum(answer.region == region for _, answer in judged)
        right = sum(answer.region == region for answer in own)
        recall, precision = right / max(len(own), 1), right / max(given, 1)
        f1 = 2 * right / max(len(own) + given, 1)
        answered = sum(answer.region is not None for answer in own)
        print(f"  {region:20}{len(own):8}{answered:10}{right:7}{recall:8.3f}{precision:11.3f}{f1:6.3f}")


def _gold(row: Row, answer: Answer) -> str:
    return answer.region if answer.region in row.labels else row.labels[0]


def _print_bands(rows: Sequence[Row], answers: Sequence[Answer]) -> None:
    """How often an answer is right that is as sure as that."""
    print("\nby confidence, home known:   share  right")
    judged = [(row, answer) for row, answer in zip(rows, answers, strict=True) if "global" not in row.labels]
    for name, least, most in BANDS:
        good = [
            answer.region in row.labels
            for row, answer in judged
            if answer.region is not None and least <= answer.confidence < most
        ]
        print(f"  {name:24}{len(good) / len(judged):8.3f}{sum(good) / max(len(good), 1):7.3f}")
    silent = sum(answer.region is None for _, answer in judged)
    print(f"  {'no answer':24}{silent / len(judged):8.3f}")


def _print_publishers(rows: Sequence[Row], answers: Sequence[Answer]) -> None:
    print("\nby publisher, home known:")
    for publisher, count in Counter(row.publisher for row in rows).most_common():
        mine = [index for index, row in enumerate(rows) if row.publisher == publisher and "global" not in row.labels]
        if mine:
            got = score([rows[index] for index in mine], [answers[index] for index in mine])
            print(f"  {publisher:16}{count:6}  accuracy {got.accuracy:.3f}  at 97% {got.precise:.3f}")
    nowhere = [answer for row, answer in zip(rows, answers, strict=True) if "global" in row.labels]
    if nowhere:
        silent = sum(answer.region is None for answer in nowhere)
        unsure = sum(answer.region is not None and answer.confidence < 0.25 for answer in nowhere)
        print(f"\nof {len(nowhere)} rows of no region, {silent} get none and {unsure} one of low confidence")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--file", type=Path, help="labelled headlines; else regions/dev.tsv of NEWSDESK_SHARED")
    parser.add_argument("--quick", action="store_true", help="leave out the learned model, which takes a minute")
    asked = parser.parse_args()
    shared = os.environ.get("NEWSDESK_SHARED", "")
    file = asked.file or Path(shared) / "regions" / "dev.tsv"
    if not (asked.file or shared) or not file.is_file():
        print("SKIPPED: set NEWSDESK_SHARED to a folder that has regions/dev.tsv, or give --file.", file=sys.stderr)
        return 0
    rows = read_rows(file)
    classifier = load_classifier(shipped(), load_regions(shipped() / "regions.toml"))
    methods: dict[str, Callable[[], Iterable[Answer]]] = {
        TEXT: lambda: by_names(classifier, rows, home=False),
        HOME: lambda: by_names(classifier, rows, home=True),
        SETTINGS: lambda: by_names(classifier, rows, home=True, settings=True),
        "country names": lambda: by_countries(classifier, rows),
        "geotext": lambda: by_geotext(classifier, rows),
    }
    if not asked.quick:
        methods["TF-IDF, publisher left out"] = lambda: by_learning(rows)
    print(
        f"{len(rows)} headlines of {len({row.publisher for row in rows})} publishers; {len(classifier.names)} names\n"
    )
    answers = _print_table(rows, methods)
    _print_publishers(rows, answers[HOME])
    _print_regions(rows, answers[HOME])
    _print_bands(rows, answers[HOME])
    print()
    for name in (TEXT, HOME, SETTINGS):
        got = score(rows, answers[name])
        met = [f"{goal} >= {GOALS[goal]} {'met' if value >= GOALS[goal] else 'NOT met'}" for goal, value in _goals(got)]
        print(f"goals, {name}: " + ", ".join(met))
    return 0


if __name__ == "__main__":
    sys.exit(main())

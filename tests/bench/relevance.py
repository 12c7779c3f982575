"""How good the ranking is, on judged collections: nDCG@10, beside the best that plain FTS5 does in the same run."""

import argparse
import asyncio
import json
import lzma
import math
import os
import sqlite3
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import fmean, median
from tempfile import TemporaryDirectory

from bot.archive import Archive
from bot.archive.search.normal import fold, words
from bot.model import Article, Feed, Owed, Query, Sighting, Subscription
from bot.regions import Region, Regions

DEPTH = 10
_LEAD = 40  # words of a document that a feed would print as its teaser
_PASTED, _FELLOWS = 110, 4  # words of a paragraph, and documents that answer one question, it among them
_BATCH = 500
_START = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Task:
    """Questions to one collection, and which documents answer them how well."""

    name: str
    questions: dict[str, str]
    gains: dict[str, dict[str, int]]


@dataclass(frozen=True)
class Collection:
    """Documents, and the tasks set on them."""

    name: str
    documents: list[tuple[str, str, str]]  # id, title, text
    tasks: list[Task]


def read_collection(folder: Path) -> Collection:
    """A folder of docs.jsonl.xz, queries*.jsonl and qrels*.tsv (queries-x.jsonl by qrels-x.tsv, if there is one)."""
    with lzma.open(folder / "docs.jsonl.xz", "rt", encoding="utf-8") as lines:
        documents = [(each["id"], each["title"], each["text"]) for each in map(json.loads, lines)]
    tasks = []
    for file in sorted(folder.glob("queries*.jsonl")):
        kind = file.stem.removeprefix("queries")
        judged = folder / f"qrels{kind}.tsv"
        questions = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
        gains = _gains(judged if judged.exists() else folder / "qrels.tsv")
        tasks.append(Task(folder.name + kind, {each["id"]: each["text"] for each in questions}, gains))
    return Collection(folder.name, documents, [*tasks, *filter(None, (_paragraphs(documents, task) for task in tasks))])


def _paragraphs(documents: Sequence[tuple[str, str, str]], task: Task) -> Task | None:
    """Whoever pastes the beginning of a document wants those that answer the same question; None where most have one
    answer."""
    texts = {name: f"{title} {text}" for name, title, text in documents}
    questions, gains = {}, {}
    for number, judged in sorted(task.gains.items()):
        right = {name: gain for name, gain in judged.items() if gain > 0}
        if len(right) >= _FELLOWS:
            first = min(right)
            questions[number] = " ".join(texts[first].split()[:_PASTED])
            gains[number] = {name: gain for name, gain in right.items() if name != first}
    return Task(f"{task.name}-paragraph", questions, gains) if questions else None


def ndcg(found: Sequence[str], gains: dict[str, int]) -> float:
    """Normalised discounted cumulative gain of the first ten."""
    best = sorted(gains.values(), reverse=True)[:DEPTH]
    reached = sum((2 ** gains.get(each, 0) - 1) / math.log2(at + 2) for at, each in enumerate(found[:DEPTH]))
    return float(reached / sum((2**gain - 1) / math.log2(at + 2) for at, gain in enumerate(best)))


async def measure(collection: Collection, folder: Path) -> Iterator[tuple[str, float, float, float, float]]:
    """For each task: our score, plain FTS5's, and our milliseconds (median, 99th of a hundred)."""
    archive = await Archive.open(folder / f"{collection.name}.db", Regions([Region("all", "All", 0, "", ())]))
    names = await fill(archive, collection)
    plain = PlainIndex(collection)
    rows = []
    for task in collection.tasks:
        ours, theirs, spent = [], [], []
        for number, question in task.questions.items():
            gains = {document: gain for document, gain in task.gains.get(number, {}).items() if gain > 0}
            if not gains:
                continue
            began = time.perf_counter()
            found = await archive.search(Query(question, limit=DEPTH, viewer=0))
            spent.append((time.perf_counter() - began) * 1000)
            ours.append(ndcg([names[hit.article.url] for hit in found.hits], gains))
            theirs.append(ndcg(plain.search(question), gains))
        spent.sort()
        rows.append((task.name, fmean(ours), fmean(theirs), median(spent), spent[int(len(spent) * 0.99)]))
    await archive.close()
    return iter(rows)


async def fill(archive: Archive, collection: Collection) -> dict[str, str]:
    """Documents become articles, a minute apart, as a feed would print them."""
    feed = await archive.add_feed(Feed("https://collection.test/feed", title=collection.name))
    sightings, names = [], {}
    for at, (name, title, text) in enumerate(collection.documents):
        url = f"https://collection.test/{at}"
        names[url] = name
        parts = text.split()
        lead, rest = " ".join(parts[:_LEAD]), " ".join(parts[_LEAD:])
        when = _START + timedelta(minutes=at)
        article = Article(title, url, teaser=lead, text=rest, published=when, seen=when, keys=(f"url:{url}",))
        sightings.append(Sighting(article, feed, b"", silent=True))
    now = _START + timedelta(minutes=len(sightings))
    for start in range(0, len(sightings), _BATCH):
        await archive.accept(sightings[start : start + _BATCH], None, _nobody, now)
    return names


class PlainIndex:
    """What one gets without a thought: FTS5 with porter, the words ORed, ordered by its own rank."""

    def __init__(self, collection: Collection) -> None:
        self._db = sqlite3.connect(":memory:")
        self._db.execute("CREATE VIRTUAL TABLE plain USING fts5(title, text, tokenize = 'porter unicode61')")
        rows = [(at, title, text) for at, (_, title, text) in enumerate(collection.documents)]
        self._db.executemany("INSERT INTO plain (rowid, title, text) VALUES (?, ?, ?)", rows)
        self._names = [name for name, _, _ in collection.documents]

    def search(self, question: str) -> list[str]:
        expression = " OR ".join(f'"{word}"' for word in words(fold(question)))
        found = self._db.execute(
            "SELECT rowid FROM plain WHERE plain MATCH ? ORDER BY rank LIMIT ?", [expression, DEPTH]
        )
        return [self._names[row[0]] for row in found]


def _gains(file: Path) -> dict[str, dict[str, int]]:
    gains: dict[str, dict[str, int]] = {}
    for line in file.read_text(encoding="utf-8").splitlines():
        question, document, gain = line.split("\t")
        gains.setdefault(question, {})[document] = int(gain)
    return gains


def _nobody(article: Article, subscriptions: Sequence[Subscription]) -> list[Owed]:
    return []


async def _main(folders: Sequence[Path]) -> None:
    print(f"{'task':28} {'ours':>7} {'FTS5 OR porter':>15} {'ratio':>7} {'ms p50':>8} {'ms p99':>8}")
    with TemporaryDirectory() as temporary:
        for folder in folders:
            for name, ours, theirs, middle, late in await measure(read_collection(folder), Path(temporary)):
                print(
                    f"{name:28} {ours:7.3f} {theirs:15.3f} {ours / theirs:7.2f} {middle:8.1f} {late:8.1f}", flush=True
                )


def main() -> None:
    """`make relevance`: all collections below NEWSDESK_SHARED/search, or the folders that are named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path)
    folders = parser.parse_args().folders
    shared = os.environ.get("NEWSDESK_SHARED")
    if not folders and not shared:
        print(
            "SKIPPED: NEWSDESK_SHARED is not set, so there are no judged collections to measure with.", file=sys.stderr
        )
        return
    if not folders:
        folders = sorted(each.parent for each in Path(shared or "").glob("search/*/docs.jsonl.xz"))
    asyncio.run(_main(folders))


if __name__ == "__main__":
    main()

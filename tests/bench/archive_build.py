"""Fills an archive from the corpus, as the poller would; one that was begun is gone on with."""

import time
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from bot.archive import accept, backlog, connect, feeds, packing, rebuild
from bot.archive.migrations import migrate
from bot.archive.search import index
from bot.model import Article, Feed, Owed, Sighting, Subscription
from tests.bench.archive_corpus import START, Corpus, Shape

_BATCH = 500


def build(file: Path, shape: Shape) -> tuple[float, float]:
    """Make the archive, or go on with it; articles per second of the processor, and bytes an article on disk."""
    corpus = Corpus(shape)
    db = connect.writer(file, durable=False)
    migrate(db)
    rebuild.note_version(db)
    printing = [
        feeds.add(db, Feed(f"https://paper.test/feed/{number}", title=f"Paper {number}"), START)
        for number in range(shape.feeds)
    ]
    done = db.execute("SELECT count(*) FROM article").fetchone()[0]
    stream = islice(corpus.articles(), done, None) if done < shape.articles else iter(())
    spent, number = 0.0, 0
    while batch := list(islice(stream, _BATCH)):
        sightings = [Sighting(article, printing[feed], b"12345678", silent=True) for article, feed in batch]
        began = time.process_time()
        db.execute("BEGIN IMMEDIATE")
        accept.accept(db, sightings, None, _nobody, batch[-1][0].seen or START)
        backlog.catch_up(db, _BATCH)
        db.execute("COMMIT")
        number += len(batch)
        if packing.is_due(db):
            packing.adopt(db, packing.learnt(db))
        spent += time.process_time() - began
        if number % 20_000 == 0:
            print(f"  built {done + number:,} at {number / spent:,.0f} an article-second of processor", flush=True)
    while backlog.catch_up(db):  # what an earlier run may have left
        pass
    while not packing.step(db)[2]:
        pass
    while index.merge_some(db):  # as the archive does while it has nothing else to write
        pass
    db.execute("PRAGMA optimize")
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    return number / spent if spent else 0.0, file.stat().st_size / shape.articles


def _nobody(article: Article, subscriptions: Sequence[Subscription]) -> list[Owed]:
    return []

"""Whether /latest takes longer in a larger archive: page by page in turn; `--articles 5000000` is the large one."""

import argparse
import time
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory

from bot.archive import connect
from bot.archive.connect import Connection
from bot.archive.migrations import migrate
from bot.archive.moments import first_key
from bot.archive.search.aliases import Aliases
from bot.archive.search.desk import SearchDesk
from bot.archive.search.pages import base36
from bot.model import Query
from bot.regions import Region, Regions
from tests.bench.archive_corpus import NOW, START

_SMALL = 100_000
_REGIONS = 30
_ROUNDS = 400

# Every article in the list of all and in one region, smaller regions rarer, over the same five years.
_ARTICLES = """
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :number)
INSERT INTO article (id, owner, url, title, teaser, authors, regions, published, seen, language, source_name, late,
    quiet, story)
SELECT :first + i * :last / :number, 0, 'https://paper.test/' || i, 'A headline of the usual length, number ' || i,
    'A teaser, as feeds print it, with a sentence or two, so that a row is about as long as rows are.', '["A. Author"]',
    '["region-' || (i * i % :regions) || '"]', 0, 0, 'en', 'A Paper', 0, 0, x'00' FROM n
"""
_LISTS = (
    "INSERT INTO article_region (owner, region, article) SELECT 0, 0, id FROM article ORDER BY id",
    "INSERT INTO article_region (owner, region, article) "
    "SELECT 0, 1 + CAST(substr(json_extract(regions, '$[0]'), 8) AS INTEGER), id FROM article ORDER BY 2, 3",
)


def fill(file: Path, number: int) -> Connection:
    """An archive of headlines alone, made by SQL."""
    db = connect.writer(file, durable=False)
    migrate(db)
    first, end = first_key(START), first_key(NOW)
    db.execute("BEGIN")
    for region in range(_REGIONS):
        db.execute("INSERT INTO region (id, code) VALUES (?, ?)", [region + 1, f"region-{region}"])
    db.execute(_ARTICLES, {"number": number, "first": first, "last": end - first, "regions": _REGIONS})
    for statement in _LISTS:
        db.execute(statement)
    db.execute("COMMIT")
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    return connect.reader(file)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--articles", type=int, default=1_000_000)
    large = parser.parse_args().articles
    regions = Regions([Region(f"region-{number}", f"Region {number}", 0, "", ()) for number in range(_REGIONS)])
    chance = Random(5)
    with TemporaryDirectory() as folder:
        archives = {number: fill(Path(folder) / f"{number}.db", number) for number in (_SMALL, large)}
        desk = SearchDesk(regions, Aliases(), lambda: NOW)
        spent: dict[tuple[str, int], list[float]] = {}
        for _ in range(_ROUNDS):
            code = f"region-{chance.randrange(_REGIONS) ** 2 % _REGIONS}"
            key = chance.randrange(first_key(START), first_key(NOW))
            for page, cursor in (("first page", ""), ("any page", f"o{base36(key)}.1")):
                for number, db in archives.items():
                    began = time.thread_time()
                    desk.answer(db, Query(region=code, cursor=cursor))
                    spent.setdefault((page, number), []).append((time.thread_time() - began) * 1000)
        print(f"{'milliseconds of the processor':34} {'p50':>8} {'p99':>8} {'of small':>9}")
        for (page, number), times in spent.items():
            ratio = median(times) / median(spent[page, _SMALL])
            late = sorted(times)[int(len(times) * 0.99)]
            print(f"{f'{page}, {number:,} articles':34} {median(times):8.3f} {late:8.3f} {ratio:9.2f}")
        for db in archives.values():
            db.close()


if __name__ == "__main__":
    main()

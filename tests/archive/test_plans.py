"""What is asked all the time walks an index, however large the archive is."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.archive import connect, feeds, identities, outbox, subscriptions
from bot.archive.accept import accept
from bot.archive.connect import Connection
from bot.archive.migrations import migrate
from bot.archive.search.aliases import Aliases
from bot.archive.search.desk import SearchDesk
from bot.model import Query
from bot.regions import Region, Regions
from tests.archive.conftest import owed_by_region
from tests.builders import NOON, a_feed, a_sighting, a_subscription, an_article

DESK = SearchDesk(Regions([Region("africa", "Africa", 0, "", ())]), Aliases(), lambda: NOON)
GROWING = {
    "article",
    "a",
    "article_region",
    "article_text",
    "delivery",
    "d",
    "o",
    "identity",
    "sighting",
    "source",
    "s",
}
HOT: dict[str, Callable[[Connection], object]] = {
    "the latest of a region": lambda db: DESK.answer(db, Query(region="africa", order="newest")),
    "what is due, and what is to be edited": lambda db: outbox.due(db, NOON, 5, ["channel:9"]),
    "what is in flight": outbox.in_flight,
    "the outbox counted": outbox.sizes,
    "an identity": lambda db: identities.find(db, [b"1", b"2"]),
    "what is due to be polled": lambda db: feeds.due(db, NOON, 5),
    "news, and a correction": lambda db: take_in(db, "Rain in Mali", "Rain in Kenya"),
    "news for where nobody comes back": lambda db: take_in_for_nobody(db),
}


def take_in(db: Connection, *titles: str) -> None:
    feed = feeds.add(db, a_feed(), NOON)
    found = [an_article(title, teaser=f"{len(titles)} of them", regions=("africa",)) for title in titles]
    accept(db, [a_sighting(each, feed) for each in found], None, owed_by_region, NOON)


def take_in_for_nobody(db: Connection) -> None:
    subscriptions.suspend(db, "channel:100", "no permission")
    take_in(db, "Rain in Chad")


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Connection]:
    connection = connect.writer(tmp_path / "archive.db")
    migrate(connection)
    connection.execute("BEGIN")
    subscriptions.subscribe(connection, a_subscription(), NOON)
    take_in(connection, "Rain in Kenya")
    connection.execute("COMMIT")
    yield connection
    connection.close()


@pytest.mark.parametrize("name", HOT)
def test_no_table_is_read_from_end_to_end(db: Connection, name: str) -> None:
    assert not [
        each
        for each in steps(db, HOT[name])
        if each.startswith("SCAN") and each.split()[1] in GROWING and "USING" not in each
    ]


def test_of_what_waits_one_places_line_alone_is_read(db: Connection) -> None:
    """However much waits elsewhere."""
    first, second, *_ = steps(db, lambda asked: outbox.line(asked, "channel:100", 10))
    assert first.endswith("INDEX delivery_line (target=?)") and "ORDER BY" not in second


def steps(db: Connection, ask: Callable[[Connection], object]) -> list[str]:
    """What SQLite says of all that is really executed."""
    asked: list[str] = []
    db.execute("BEGIN")
    db.set_trace_callback(asked.append)
    ask(db)
    db.set_trace_callback(None)
    ours = [each for each in asked if not each.startswith("--")]
    assert ours
    found = [row["detail"] for each in ours for row in db.execute(f"EXPLAIN QUERY PLAN {each}")]
    db.execute("ROLLBACK")
    return found

"""What is asked all the time walks an index, however large the archive is."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.archive import connect, outbox
from bot.archive.connect import Connection
from bot.archive.migrations import migrate

HOT = {
    "the latest of a region": (
        "SELECT article FROM article_region WHERE owner = ? AND region = ? AND article >= ? AND article < ? "
        "ORDER BY article DESC LIMIT ?"
    ),
    "the heads of the lines": outbox._HEADS,
    "messages to be edited": outbox._EDITS,
    "what waits where nobody comes back": outbox._WAITS_SINCE.replace("s.target", "?"),
    "what is in flight": "SELECT * FROM delivery WHERE state = 'sending' ORDER BY target, published, article",
    "the outbox counted": "SELECT state, count(*) AS number FROM delivery GROUP BY state",
    "an identity": "SELECT hash, article FROM identity WHERE hash IN (?, ?)",
    "what is due to be polled": "SELECT * FROM source s WHERE next_poll <= ?",
}


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Connection]:
    connection = connect.writer(tmp_path / "archive.db")
    migrate(connection)
    yield connection
    connection.close()


@pytest.mark.parametrize("name", HOT)
def test_no_table_is_read_from_end_to_end(db: Connection, name: str) -> None:
    given = {"now": 0, "farthest": 0, "busy": "[]", "limit": 5}
    statement = HOT[name]
    values = given if ":now" in statement else [0] * statement.count("?")
    plan = [row["detail"] for row in db.execute(f"EXPLAIN QUERY PLAN {statement}", values)]
    tables = ("article_region", "delivery", "d", "o", "identity", "source", "s")
    assert not [step for step in plan if step.startswith("SCAN") and step.split()[1] in tables and "USING" not in step]

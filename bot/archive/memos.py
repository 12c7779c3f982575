"""Small things to be remembered under a key."""

from bot.archive.connect import Connection

PASSING = ("page:", "feed:")  # what buttons stand for: the newest are kept, for nobody presses old ones
MOST_PASSING = 10_000


def recall(db: Connection, key: str) -> str | None:
    table = "passing" if key.startswith(PASSING) else "memo"
    row = db.execute(f"SELECT value FROM {table} WHERE key = ?", [key]).fetchone()  # noqa: S608 our tables
    return None if row is None else str(row["value"])


def recalled(db: Connection, beginning: str) -> dict[str, str]:
    """All keys that begin so, without that beginning, and their values."""
    rows = db.execute("SELECT key, value FROM memo WHERE key >= ? AND key < ?", [beginning, beginning + "\U0010ffff"])
    return {str(row["key"])[len(beginning) :]: str(row["value"]) for row in rows}


def remember(db: Connection, key: str, value: str) -> None:
    if key.startswith(PASSING):
        db.execute("INSERT OR REPLACE INTO passing (key, value) VALUES (?, ?)", [key, value])
        db.execute("DELETE FROM passing WHERE turn <= last_insert_rowid() - ?", [MOST_PASSING])
        return
    db.execute(
        "INSERT INTO memo (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        [key, value],
    )

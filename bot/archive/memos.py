"""Small things to be remembered under a key."""

from bot.archive.connect import Connection


def recall(db: Connection, key: str) -> str | None:
    row = db.execute("SELECT value FROM memo WHERE key = ?", [key]).fetchone()
    return None if row is None else str(row["value"])


def recalled(db: Connection, beginning: str) -> dict[str, str]:
    """All keys that begin so, without that beginning, and their values."""
    rows = db.execute("SELECT key, value FROM memo WHERE key >= ? AND key < ?", [beginning, beginning + "\U0010ffff"])
    return {str(row["key"])[len(beginning) :]: str(row["value"]) for row in rows}


def remember(db: Connection, key: str, value: str) -> None:
    db.execute(
        "INSERT INTO memo (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        [key, value],
    )

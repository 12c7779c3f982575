"""Small things to be remembered under a key."""

from bot.archive.connect import Connection


def recall(db: Connection, key: str) -> str | None:
    row = db.execute("SELECT value FROM memo WHERE key = ?", [key]).fetchone()
    return None if row is None else str(row["value"])


def remember(db: Connection, key: str, value: str) -> None:
    db.execute(
        "INSERT INTO memo (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        [key, value],
    )

"""Standing orders: which target wants which region."""

from datetime import datetime

from bot.archive.connect import Connection
from bot.archive.moments import to_ms
from bot.archive.rows import columns, from_subscription, to_subscription
from bot.model import Subscription

TAKEN_BACK = "the subscription was taken back"  # of what surely was not out yet


def subscribe(db: Connection, subscription: Subscription, now: datetime) -> Subscription:
    """Place a standing order; for the same target and region, change it. It gets nothing old."""
    key = {"target": subscription.target, "region": subscription.region}
    values = from_subscription(subscription) | key
    created = {"created": to_ms(subscription.created or now)}
    places = ", ".join(f":{name}" for name in values | created)
    db.execute(
        f"""
        INSERT INTO subscription ({", ".join(values | created)}) VALUES ({places})
        ON CONFLICT (target, region) DO UPDATE SET {columns(values)}, ended = NULL,
            created = CASE WHEN ended IS NULL THEN created ELSE :created END
        """,  # noqa: S608 our columns
        values | created,
    )
    return to_subscription(
        db.execute("SELECT * FROM subscription WHERE target = :target AND region = :region", key).fetchone()
    )


def unsubscribe(db: Connection, target: str, region: str, now: datetime) -> bool:
    """Take a standing order back. What was still owed for it alone is refused."""
    row = db.execute(
        "SELECT id FROM subscription WHERE target = ? AND region = ? AND ended IS NULL", [target, region]
    ).fetchone()
    if row is None:
        return False
    db.execute("UPDATE subscription SET ended = ? WHERE id = ?", [to_ms(now), row["id"]])
    _hand_over(db, row["id"], target)
    db.execute(
        """
        UPDATE delivery SET reason = CASE state WHEN 'held' THEN ? ELSE ? END, state = 'refused', settled = ?
        WHERE target = ? AND subscription = ? AND state IN ('pending', 'later', 'suspended', 'held')
        """,
        [f"held, and {TAKEN_BACK}", TAKEN_BACK, to_ms(now), target, row["id"]],
    )
    return True


def every(db: Connection, guild: int | None = None) -> list[Subscription]:
    """All standing orders, or one server's."""
    rows = db.execute(
        "SELECT * FROM subscription WHERE ended IS NULL AND (:guild IS NULL OR guild = :guild) ORDER BY id",
        {"guild": guild},
    )
    return [to_subscription(row) for row in rows]


def of(db: Connection, target: str) -> list[Subscription]:
    """The standing orders of one target."""
    rows = db.execute("SELECT * FROM subscription WHERE target = ? AND ended IS NULL ORDER BY id", [target])
    return [to_subscription(row) for row in rows]


def _hand_over(db: Connection, ended: int, target: str) -> None:
    """What this target also wants for another region is owed under that order instead."""
    db.execute(
        """
        UPDATE delivery SET subscription = (
            SELECT s.id FROM subscription s, article a WHERE a.id = delivery.article
            AND s.target = delivery.target AND s.ended IS NULL
            AND (s.region = '*' OR s.region IN (SELECT value FROM json_each(a.regions))) LIMIT 1)
        WHERE target = ? AND subscription = ? AND state IN ('pending', 'later', 'suspended', 'held')
        AND EXISTS (
            SELECT 1 FROM subscription s, article a WHERE a.id = delivery.article
            AND s.target = delivery.target AND s.ended IS NULL
            AND (s.region = '*' OR s.region IN (SELECT value FROM json_each(a.regions))))
        """,
        [target, ended],
    )

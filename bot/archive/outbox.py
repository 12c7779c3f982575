"""What is owed, and what became of it."""

import json
from base64 import b32encode
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import assert_never, cast

from bot.archive import articles
from bot.archive.connect import Connection, Row
from bot.archive.moments import from_ms, ms_or_none, to_ms
from bot.archive.rows import brings, marks, to_delivery, to_subscription
from bot.model import Article, Delivery, Later, Outcome, Owed, Refused, Sent, State, Suspended, Unknown

UNSURE = "?"  # ends the digest of what a message shows while an edit may or may not have reached it
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=15), timedelta(hours=1)  # where nobody says how long to wait

# The first open delivery of each target. A target is found by jumping from the one before, never by reading them all.
# Servers take turns, so that one with a thousand channels keeps nobody waiting. The index is named, for the planner
# knows nothing of jumping: it would take the one over states, and read all that is owed once for each target.
_HEADS = """
WITH RECURSIVE line(target) AS (
    SELECT min(target) FROM delivery INDEXED BY delivery_line WHERE state IN ('pending', 'later', 'sending')
    UNION ALL
    SELECT (SELECT min(target) FROM delivery INDEXED BY delivery_line
        WHERE state IN ('pending', 'later', 'sending') AND target > line.target)
    FROM line WHERE line.target IS NOT NULL
)
SELECT d.* FROM line JOIN delivery d ON d.id = (
    SELECT id FROM delivery INDEXED BY delivery_line
    WHERE state IN ('pending', 'later', 'sending') AND target = line.target
    ORDER BY published, article LIMIT 1)
JOIN subscription s ON s.id = d.subscription
WHERE d.state != 'sending' AND (d.due IS NULL OR d.due <= :now)
    AND d.target NOT IN (SELECT value FROM json_each(:busy))
ORDER BY row_number() OVER (PARTITION BY s.guild ORDER BY d.published, d.article, d.target), d.published, d.target
LIMIT :limit
"""
_EDITS = """
SELECT d.*, min(d.published) FROM delivery d INDEXED BY delivery_edit WHERE d.edit > 0 AND d.state = 'sent'
    AND (d.due IS NULL OR d.due <= :now) AND d.target NOT IN (SELECT value FROM json_each(:busy))
    AND NOT EXISTS (SELECT 1 FROM delivery o WHERE o.target = d.target AND o.edit = 2 AND o.edit > 0)
    AND NOT EXISTS (SELECT 1 FROM delivery o WHERE (o.state = 'sending' OR o.due IS NULL OR o.due <= :now) AND o.id = (
        SELECT id FROM delivery INDEXED BY delivery_line
        WHERE state IN ('pending', 'later', 'sending') AND target = d.target
        ORDER BY published, article LIMIT 1))
    AND NOT EXISTS (SELECT 1 FROM subscription s WHERE s.target = d.target AND s.ended IS NULL AND s.suspended != '')
GROUP BY d.target ORDER BY d.published LIMIT :limit
"""


def owe(db: Connection, article: Article, owed: Iterable[Owed], now: datetime) -> int:
    """Write down what is owed for an article: once for each target, and once for each story there."""
    story = db.execute("SELECT story FROM article WHERE id = ?", [article.id]).fetchone()["story"]
    published = to_ms(article.published or article.seen or now)
    made = 0
    for each in owed:
        state, reason = _first_state(each)
        made += db.execute(
            """
            INSERT OR IGNORE INTO delivery
                (article, target, subscription, story, nonce, published, state, reason, due, made)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                *(article.id, each.target, each.subscription.id, story, nonce(story, each.target)),
                *(published, state, reason, ms_or_none(each.due), to_ms(now)),
            ],
        ).rowcount
    return made


def nonce(story: bytes, target: str) -> str:
    """The same for every attempt at one story in one target, in 24 characters."""
    return b32encode(blake2b(story + b"|" + target.encode(), digest_size=15).digest()).decode().lower()


def due(db: Connection, now: datetime, limit: int, busy: Collection[str]) -> list[Delivery]:
    """The head of each target's line, where it may go now; then messages to be edited, where nothing else may go."""
    given = {"now": to_ms(now), "busy": json.dumps(sorted(busy)), "limit": limit}
    rows = db.execute(_HEADS, given).fetchall()
    if len(rows) < limit:
        rows += db.execute(_EDITS, given | {"limit": limit - len(rows)}).fetchall()
    return deliveries(db, rows)


def line(db: Connection, target: str, limit: int) -> list[Delivery]:
    """What waits in one target, in order."""
    rows = db.execute(
        "SELECT * FROM delivery WHERE target = ? AND state IN ('pending', 'later') ORDER BY published, article LIMIT ?",
        [target, limit],
    ).fetchall()
    return deliveries(db, rows)


def list_of(db: Connection, delivery: int) -> list[Delivery]:
    """All that is out in the same message, in the order in which it stands there."""
    rows = db.execute(
        """
        SELECT d.* FROM delivery one JOIN delivery d ON d.target = one.target AND d.message = one.message
        WHERE one.id = ? AND d.state = 'sent' AND d.sent IS NOT NULL ORDER BY d.published, d.article
        """,
        [delivery],
    ).fetchall()
    return deliveries(db, rows)


def posted_since(db: Connection, target: str, since: datetime) -> list[datetime]:
    """When messages went out to a target, the oldest first. A list is one."""
    rows = db.execute(
        "SELECT min(sent) AS sent FROM delivery WHERE target = ? AND sent > ? GROUP BY message ORDER BY sent",
        [target, to_ms(since)],
    )
    return [from_ms(row["sent"]) for row in rows]


def sending(db: Connection, delivery: int, now: datetime) -> Delivery | None:
    """It leaves now, as it is at this moment; None when nobody wants it any more.

    What has changed since it was found due is in it, and what changes from here on marks it to be edited; also when it
    leaves once more, for by its nonce Discord may give back what left before. What is out already stays `sent`: an edit
    can be repeated without harm, and its attempts are counted from one. Until an edit is settled nobody knows what its
    message shows: only this attempt is told what it did show.
    """
    before = db.execute("SELECT shown FROM delivery WHERE id = ?", [delivery]).fetchone()
    left = db.execute(
        """
        UPDATE delivery SET attempted = :now,
            attempts = CASE WHEN state = 'sent' AND due IS NULL THEN 1 ELSE attempts + 1 END,
            edit = CASE state WHEN 'sent' THEN 2 WHEN 'sending' THEN edit ELSE 0 END,
            shown = CASE state WHEN 'sent' THEN rtrim(shown, :unsure) || :unsure ELSE shown END,
            state = CASE state WHEN 'sent' THEN 'sent' ELSE 'sending' END
        WHERE id = :delivery AND state IN ('pending', 'later', 'sending', 'sent')
        """,
        {"now": to_ms(now), "unsure": UNSURE, "delivery": delivery},
    ).rowcount
    row = db.execute("SELECT * FROM delivery WHERE id = ?", [delivery]).fetchone()
    return replace(deliveries(db, [row])[0], shown=before["shown"]) if left else None


def settle(db: Connection, delivery: int, outcome: Outcome, now: datetime) -> None:
    """Write down what became of it."""
    row = db.execute("SELECT * FROM delivery WHERE id = ?", [delivery]).fetchone()
    if row is None:
        return
    match outcome:
        case Sent(message, shown, stale):
            # A change that came while the first message was on its way is not in it: its mark stays.
            edit = 1 if row["edit"] == 1 or stale else 0
            first = to_ms(now) if row["sent"] is None else row["sent"]
            is_out = {"state": "sent", "sent": first, "message": message, "shown": shown}
            _set(db, delivery, now, reason="", due=None, edit=edit, **is_out)
        case Later(reason, after):
            due = to_ms(now + (after if after is not None else _wait(row["attempts"])))
            if row["state"] == "sent":
                _set(db, delivery, now, reason=reason, due=due, edit=1)
            else:
                _set(db, delivery, now, state="later", reason=reason, due=due)
        case Refused(reason):
            state = "sent" if row["state"] == "sent" else "refused"
            _set(db, delivery, now, state=state, reason=reason, due=None, edit=0)
        case Suspended(reason):
            waits = suspend(db, row["target"], reason)
            if row["state"] == "sent":
                _set(db, delivery, now, reason=reason, edit=1 if waits else 0)
            else:
                _set(db, delivery, now, state="suspended", reason=reason)
        case Unknown(reason):  # parked: a person may look, and release or drop it; its lane goes on
            state = "sent" if row["state"] == "sent" else "held"
            _set(db, delivery, now, state=state, reason=reason)
        case _:
            assert_never(outcome)


def in_flight(db: Connection) -> list[Delivery]:
    """What may or may not be out."""
    return deliveries(db, db.execute("SELECT * FROM delivery WHERE state = 'sending' ORDER BY id").fetchall())


def wake_edits(db: Connection, target: str = "") -> None:
    """Edits that were on their way when the bot died, or failed in this target, are due again."""
    db.execute("UPDATE delivery SET edit = 1 WHERE edit = 2 AND edit > 0 AND ? IN ('', target)", [target])


def suspend(db: Connection, target: str, reason: str) -> bool:
    """Nothing goes to this target until somebody acts; all that is owed to it waits. False: nobody wants it there."""
    orders = db.execute("UPDATE subscription SET suspended = ? WHERE target = ? AND ended IS NULL", [reason, target])
    db.execute(
        "UPDATE delivery SET state = 'suspended', reason = ? WHERE target = ? AND state IN ('pending', 'later')",
        [reason, target],
    )
    return orders.rowcount > 0


def resume(db: Connection, target: str) -> None:
    """Somebody acted: all that waited is due."""
    db.execute("UPDATE subscription SET suspended = '' WHERE target = ?", [target])
    db.execute(
        "UPDATE delivery SET state = 'pending', reason = '', due = NULL WHERE target = ? AND state = 'suspended'",
        [target],
    )


def release(db: Connection, deliveries: Sequence[int], drop: bool, now: datetime) -> int:
    """Let go what was held for a person to look at, or drop it."""
    state, reason = ("refused", "dropped by an admin") if drop else ("pending", "")
    return db.execute(
        f"""
        UPDATE delivery SET state = ?, reason = ?, settled = ?
        WHERE state = 'held' AND id IN ({marks(len(deliveries))})
        """,  # noqa: S608 question marks
        [state, reason, to_ms(now), *deliveries],
    ).rowcount


def mark_edits(db: Connection, article: int) -> None:
    """What is shown of this article is no longer what we know."""
    db.execute("UPDATE delivery SET edit = 1 WHERE article = ? AND state IN ('sent', 'sending')", [article])


def sizes(db: Connection) -> dict[State, int]:
    """How many deliveries are in each state."""
    rows = db.execute("SELECT state, count(*) AS number FROM delivery GROUP BY state")
    return {cast(State, row["state"]): row["number"] for row in rows}


def rows(db: Connection, limit: int) -> list[Delivery]:
    """What waits, is held or suspended, the oldest first; then what was settled last."""
    waiting = db.execute(
        "SELECT * FROM delivery WHERE state NOT IN ('sent', 'refused') ORDER BY published, article LIMIT ?", [limit]
    ).fetchall()
    settled = db.execute(
        "SELECT * FROM delivery WHERE state IN ('sent', 'refused') ORDER BY id DESC LIMIT ?", [limit - len(waiting)]
    ).fetchall()
    return deliveries(db, waiting + settled)


def waiting(
    db: Connection, guild: int, limit: int, state: State | None = None
) -> tuple[dict[State, int], list[Delivery]]:
    """What one server is still owed: how much in each state, and the oldest of it, or of what is in one state."""
    given = {"guild": guild, "state": state, "limit": limit}
    of_guild = """
        FROM delivery d JOIN subscription s ON s.id = d.subscription
        WHERE d.state NOT IN ('sent', 'refused') AND s.guild = :guild AND (:state IS NULL OR d.state = :state)
    """
    counted = db.execute(f"SELECT d.state, count(*) AS number {of_guild} GROUP BY d.state", given)
    rows = db.execute(f"SELECT d.* {of_guild} ORDER BY d.published, d.article LIMIT :limit", given)
    return {cast(State, row["state"]): row["number"] for row in counted}, deliveries(db, rows.fetchall())


def holding(db: Connection) -> list[int]:
    """The servers for which something is held."""
    rows = db.execute(
        """
        SELECT DISTINCT s.guild FROM delivery d JOIN subscription s ON s.id = d.subscription
        WHERE d.state = 'held' AND s.guild > 0
        """
    )
    return [row["guild"] for row in rows]


def _first_state(owed: Owed) -> tuple[State, str]:
    if owed.held:
        return "held", owed.held
    if owed.subscription.suspended:
        return "suspended", owed.subscription.suspended
    return "pending", ""


def _wait(attempts: int) -> timedelta:
    """Twice as long after each attempt."""
    return min(FIRST_WAIT * (1 << min(max(attempts - 1, 0), 20)), LONGEST_WAIT)


def _set(db: Connection, delivery: int, now: datetime, **values: object) -> None:
    assignments = ", ".join(f"{name} = ?" for name in values)
    db.execute(
        f"UPDATE delivery SET {assignments}, settled = ? WHERE id = ?",  # noqa: S608 our columns
        [*values.values(), to_ms(now), delivery],
    )


def deliveries(db: Connection, rows: Sequence[Row]) -> list[Delivery]:
    """Rows with their articles and standing orders."""
    found = articles.load(db, [key for row in rows for key in brings(row)])
    orders = {row["subscription"] for row in rows}
    subscriptions = {
        row["id"]: to_subscription(row)
        for row in db.execute(f"SELECT * FROM subscription WHERE id IN ({marks(len(orders))})", list(orders))  # noqa: S608 question marks
    }
    return [
        to_delivery(row, found, subscriptions[row["subscription"]])
        for row in rows
        if row["listed"] or row["article"] in found
    ]

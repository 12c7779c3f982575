"""What is owed, and what became of it."""

import json
from base64 import b32encode
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import assert_never, cast

from bot.archive import articles, subscriptions
from bot.archive.connect import Connection, Row
from bot.archive.moments import from_ms, ms_or_none, to_ms
from bot.archive.rows import brings, marks, to_delivery, to_subscription
from bot.archive.subscriptions import HELD, REASONS
from bot.model import Article, Delivery, Later, Outcome, Owed, Refused, Sent, State, Suspended, Unknown

UNSURE = "?"  # ends the digest of what a message shows while an edit may or may not have reached it
_UNWANTED = json.dumps(REASONS)
_OUT_OF_LINE = ("suspended", "refused", "held")
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=15), timedelta(hours=1)  # where nobody says how long to wait
FARTHEST = timedelta(days=2)  # nothing is put off for so long: what would wait longer was, while the clock was wrong

PATIENCE = timedelta(days=30)  # so long all is kept for a place where nothing can be posted: nobody may ever come back

# When the first of what waits for an order that is suspended was written down.
_WAITS_SINCE = """
SELECT made FROM delivery INDEXED BY delivery_waiting
WHERE state = 'suspended' AND state NOT IN ('sent', 'refused') AND target = s.target ORDER BY id LIMIT 1
"""
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
WHERE d.state != 'sending' AND (d.due IS NULL OR d.due NOT BETWEEN :now + 1 AND :farthest)
    AND d.target NOT IN (SELECT value FROM json_each(:busy))
ORDER BY row_number() OVER (PARTITION BY s.guild ORDER BY d.published, d.article, d.target), d.published, d.target
LIMIT :limit
"""
_EDITS = """
SELECT d.*, min(d.published) FROM delivery d INDEXED BY delivery_edit WHERE d.edit > 0 AND d.state = 'sent'
    AND (d.due IS NULL OR d.due NOT BETWEEN :now + 1 AND :farthest)
    AND d.target NOT IN (SELECT value FROM json_each(:busy))
    AND NOT EXISTS (SELECT 1 FROM delivery o WHERE (
        o.state = 'sending' OR o.due IS NULL OR o.due NOT BETWEEN :now + 1 AND :farthest) AND o.id = (
        SELECT id FROM delivery INDEXED BY delivery_line
        WHERE state IN ('pending', 'later', 'sending') AND target = d.target
        ORDER BY published, article LIMIT 1))
    AND NOT EXISTS (SELECT 1 FROM subscription s WHERE s.target = d.target AND s.ended IS NULL AND s.suspended != '')
GROUP BY d.target ORDER BY d.published LIMIT :limit
"""


# The index is named here too, and its condition said: of two, the planner would take the one over states.
_LINE = """
SELECT * FROM delivery INDEXED BY delivery_line
WHERE target = ? AND state IN ('pending', 'later') AND state IN ('pending', 'later', 'sending')
ORDER BY published, article LIMIT ?
"""


def owe(db: Connection, article: Article, owed: Iterable[Owed], now: datetime) -> int:
    """Write down what is owed for an article: once for each target, and once for each story there.

    Only where the order still stands, and has not been suspended for a month; and what it was once refused because
    nobody wanted it there, it is owed anew.
    """
    story = db.execute("SELECT story FROM article WHERE id = ?", [article.id]).fetchone()["story"]
    published = to_ms(article.published or article.seen or now)
    made = 0
    for each in owed:
        made += db.execute(
            f"""
            INSERT INTO delivery (article, target, subscription, story, nonce, published, state, reason, due, made)
            SELECT :article, :target, s.id, :story, :nonce, :published,
                CASE WHEN :held != '' THEN 'held' WHEN s.suspended != '' THEN 'suspended' ELSE 'pending' END,
                iif(:held != '', :held, s.suspended), :due, :now
            FROM subscription s WHERE s.id = :order AND s.ended IS NULL
                AND (s.suspended = '' OR ifnull(({_WAITS_SINCE}), :now) >= :patience)
            ON CONFLICT DO UPDATE SET subscription = excluded.subscription, state = excluded.state,
                reason = excluded.reason, due = excluded.due, made = excluded.made, settled = NULL
            WHERE article = excluded.article AND delivery.state = 'refused' AND (
                delivery.reason IN (SELECT value FROM json_each(:unwanted))
                OR attempts = 0 AND delivery.reason IN (SELECT :held_back || value FROM json_each(:unwanted)))
            """,  # noqa: S608 our statement
            {
                **{"article": article.id, "target": each.target, "story": story, "nonce": nonce(story, each.target)},
                **{"published": published, "held": each.held, "due": ms_or_none(each.due), "now": to_ms(now)},
                **{"order": each.subscription.id, "unwanted": _UNWANTED, "held_back": HELD},
                "patience": to_ms(now - PATIENCE),
            },
        ).rowcount
    return made


def nonce(story: bytes, target: str) -> str:
    """The same for every attempt at one story in one target, in 24 characters."""
    return b32encode(blake2b(story + b"|" + target.encode(), digest_size=15).digest()).decode().lower()


def due(db: Connection, now: datetime, limit: int, busy: Collection[str]) -> list[Delivery]:
    """The head of each target's line, where it may go now; then messages to be edited, where nothing else may go."""
    given = {"now": to_ms(now), "farthest": to_ms(now + FARTHEST), "busy": json.dumps(sorted(busy)), "limit": limit}
    rows = db.execute(_HEADS, given).fetchall()
    if len(rows) < limit:
        rows += db.execute(_EDITS, given | {"limit": limit - len(rows)}).fetchall()
    return deliveries(db, rows)


def line(db: Connection, target: str, limit: int) -> list[Delivery]:
    """What waits in one target, in order."""
    return deliveries(db, db.execute(_LINE, [target, limit]).fetchall())


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

    Where it leaves once more because nobody knew whether it is out, the first time counts: from then on it may be. What
    has changed since it was found due is in it, and what changes from here on marks it to be edited; also when it
    leaves once more, for by its nonce Discord may give back what left before. What is out already stays `sent`: an edit
    can be repeated without harm, and its attempts are counted from one. Until an edit is settled nobody knows what its
    message shows: only this attempt is told what it did show.
    """
    subscriptions.let_go(db, now, "id", delivery, leaving=True)
    before = db.execute("SELECT shown FROM delivery WHERE id = ?", [delivery]).fetchone()
    left = db.execute(
        """
        UPDATE delivery SET attempted = iif(state = 'sending', attempted, :now),
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


def sending_list(db: Connection, deliveries: Sequence[int], now: datetime) -> list[Delivery]:
    """They leave as one post: those that are still wanted, and either all of them or none."""
    left = [sending(db, each, now) for each in deliveries]
    return [each for each in left if each is not None]


def settle(db: Connection, delivery: int, outcome: Outcome, now: datetime) -> None:
    """Write down what became of it."""
    row = db.execute("SELECT * FROM delivery WHERE id = ?", [delivery]).fetchone()
    if row is None or (row["state"] in _OUT_OF_LINE and not isinstance(outcome, Sent)):
        return  # taken back, say, while somebody looked whether its time had come
    match outcome:
        case Sent(message, shown, stale):
            # A change that came while the first message was on its way is not in it: its mark stays.
            edit = 1 if row["edit"] == 1 or stale else 0
            first = to_ms(now) if row["sent"] is None else row["sent"]
            is_out = {"state": "sent", "sent": first, "message": message, "shown": shown}
            _set(db, delivery, now, reason="", due=None, edit=edit, **is_out)
        case _ if row["state"] == "sent":
            _settle_edit(db, row, outcome, now)
        case Later(reason, after):
            _set(db, delivery, now, state="later", reason=reason, due=_due(row, after, now))
        case Refused(reason):
            _set(db, delivery, now, state="refused", reason=reason, due=None, edit=0)
        case Suspended(reason):
            subscriptions.suspend(db, row["target"], reason)
            _set(db, delivery, now, state="suspended", reason=reason)
        case Unknown(reason):  # parked: a person may look, and release or drop it; its lane goes on
            _set(db, delivery, now, state="held", reason=reason)
        case _:
            assert_never(outcome)
    subscriptions.let_go(db, now, "id", delivery)  # it may have been taken back while it was on its way


def settle_list(db: Connection, deliveries: Sequence[int], outcome: Outcome, now: datetime) -> None:
    """Write down what became of a post in which there are several."""
    for each in deliveries:
        settle(db, each, outcome, now)


def _settle_edit(db: Connection, row: Row, outcome: Later | Refused | Suspended | Unknown, now: datetime) -> None:
    """What is out stays out; what it shows is another matter."""
    match outcome:
        case Later(reason, after):
            _set(db, row["id"], now, reason=reason, due=_due(row, after, now), edit=1)
        case Unknown(reason):
            _set(db, row["id"], now, reason=reason, due=_due(row, None, now), edit=1)
        case Refused(reason):
            _set(db, row["id"], now, reason=reason, due=None, edit=0)
        case Suspended(reason):
            waits = subscriptions.suspend(db, row["target"], reason)
            _set(db, row["id"], now, reason=reason, edit=1 if waits else 0)
        case _:
            assert_never(outcome)


def in_flight(db: Connection) -> list[Delivery]:
    """What may or may not be out, in the order in which it left."""
    rows = db.execute("SELECT * FROM delivery WHERE state = 'sending' ORDER BY target, published, article").fetchall()
    return deliveries(db, rows)


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


def held(db: Connection) -> dict[int, set[str]]:
    """The servers for which something is held, and why."""
    found: dict[int, set[str]] = {}
    rows = db.execute(
        """
        SELECT DISTINCT s.guild, d.reason FROM delivery d JOIN subscription s ON s.id = d.subscription
        WHERE d.state = 'held' AND s.guild > 0
        """
    )
    for row in rows:
        found.setdefault(row["guild"], set()).add(row["reason"])
    return found


def _due(row: Row, after: timedelta | None, now: datetime) -> int:
    """When to try again: as told, or twice as long after each attempt."""
    own = min(FIRST_WAIT * (1 << min(max(row["attempts"] - 1, 0), 20)), LONGEST_WAIT)
    return to_ms(now + (own if after is None else after))


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

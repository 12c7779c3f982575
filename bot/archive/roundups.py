"""Weekly round-ups: owed once for each week and target, and then carried out like any other delivery."""

from datetime import datetime, timedelta

from bot.archive import articles, outbox
from bot.archive.connect import Connection
from bot.archive.moments import first_key, to_ms
from bot.archive.rows import from_roundup, short_hash, to_subscription
from bot.archive.subscriptions import TAKEN_BACK
from bot.model import ROUNDUP, Article, Delivery, Roundup, Subscription

_MOST = 3000  # articles of a week that are looked at
_AHEAD = timedelta(days=1)  # it is tomorrow already somewhere

# A week that surely brought nothing, under an older plan, stands in nobody's way.
_FREE = f"""
    state = 'refused' AND (attempts = 0 OR reason = '{TAKEN_BACK}')
    AND made <= json_extract(iif(json_valid(s.options), s.options, '{{}}'), '$.since')
"""


def orders(db: Connection, now: datetime) -> list[tuple[Subscription, int]]:
    """The standing orders for round-ups, each with the last week that has had its own, or 0.

    A week that is still to come had its own while the clock was wrong, and says nothing of those before it.
    """
    year, week, _ = (now + _AHEAD).isocalendar()
    rows = db.execute(
        f"""
        SELECT s.*, (
            SELECT -min(article) FROM delivery
            WHERE target = s.target AND article < 0 AND article >= :latest AND NOT ({_FREE})) AS week
        FROM subscription s WHERE s.region = :roundup AND s.ended IS NULL ORDER BY s.id
        """,  # noqa: S608 our words
        {"roundup": ROUNDUP, "latest": -(year * 100 + week)},
    ).fetchall()
    return [(to_subscription(row), row["week"] or 0) for row in rows]


def of_week(db: Connection, owner: int, since: datetime, until: datetime) -> list[Article]:
    """What one owner's feeds brought in during a week, the newest first."""
    rows = db.execute(
        """
        SELECT article FROM article_region WHERE owner = ? AND region = 0 AND article >= ? AND article < ?
        ORDER BY article DESC LIMIT ?
        """,
        [owner, first_key(since), first_key(until), _MOST],
    )
    found = articles.load(db, [row["article"] for row in rows])
    return [found[key] for key in sorted(found, reverse=True) if found[key].gone is None]


def owe(db: Connection, order: Subscription, week: int, roundup: Roundup, refused: str, now: datetime) -> bool:
    """Write down a week's round-up, or why there is none: once, and only while the order stands as it was read."""
    story = short_hash("round-up", str(week))
    return bool(
        db.execute(
            f"""
            INSERT INTO delivery (article, target, subscription, story, nonce, published, state, reason, made, listed)
            SELECT :article, s.target, s.id, :story, :nonce, :published,
                CASE WHEN :refused != '' THEN 'refused' WHEN s.suspended != '' THEN 'suspended' ELSE 'pending' END,
                iif(:refused != '', :refused, s.suspended), :now, :listed
            FROM subscription s WHERE s.id = :order AND s.ended IS NULL AND s.options = :options
            ON CONFLICT DO UPDATE SET subscription = excluded.subscription, published = excluded.published,
                state = excluded.state, reason = excluded.reason, made = excluded.made, listed = excluded.listed,
                settled = NULL
            WHERE {_FREE.replace("s.options", ":options").replace("reason", "delivery.reason")}
            """,  # noqa: S608 our words
            {
                "article": -week,
                "story": story,
                "nonce": outbox.nonce(story, order.target),
                "published": to_ms(roundup.until),
                "refused": refused,
                "now": to_ms(now),
                "listed": from_roundup(roundup),
                "order": order.id,
                "options": order.options,
            },
        ).rowcount
    )


def last(db: Connection, target: str) -> Delivery | None:
    """What became of a target's latest round-up."""
    rows = db.execute(
        "SELECT * FROM delivery WHERE target = ? AND article < 0 ORDER BY article LIMIT 1", [target]
    ).fetchall()
    found = outbox.deliveries(db, rows)
    return found[0] if found else None

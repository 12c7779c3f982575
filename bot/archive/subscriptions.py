"""Standing orders: which target wants which region."""

from datetime import datetime, timedelta

from bot.archive import articles
from bot.archive.connect import Connection
from bot.archive.moments import to_ms
from bot.archive.rows import columns, from_subscription, to_subscription
from bot.model import Article, Subscription
from bot.wish import EVERY_REGION, rank, wants

TAKEN_BACK = "the subscription was taken back"  # of what surely was not out yet
MOVED = "the article is in another region now"  # of that too
UNASKED = "the subscription does not ask for it any more"  # and of that: its words, or the article's, are others now
HELD = "held, and "  # stands before each of them where a person had to look at it first
IN_DOUBT = "perhaps out already, and "  # and this where it had left, and was only not found
LONG = timedelta(days=7)
WAITED = "it waited for more than a week"  # in a place where nothing could be posted
REASONS = (TAKEN_BACK, MOVED, UNASKED)
# A delivery that nobody ordered any more, or whose article may not be what its order wishes.
_DOUBTFUL = """
    NOT EXISTS (SELECT 1 FROM subscription s WHERE s.id = delivery.subscription AND s.ended IS NULL AND (
        delivery.article < 0 OR s.include = '' AND s.exclude = '' AND (s.region = '*'
            OR s.region IN (SELECT value FROM json_each((SELECT regions FROM article WHERE id = delivery.article))))))
"""


def subscribe(db: Connection, subscription: Subscription, now: datetime) -> Subscription:
    """Place a standing order; for the same target and region, change it. It gets nothing old.

    What had come to a stop in that target goes on, and what waits there is looked at anew: for its hour, and whether
    it is what the order wishes now.
    """
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
    if not subscription.suspended:
        resume(db, subscription.target, now)
    db.execute("UPDATE delivery SET due = NULL WHERE target = ? AND state = 'later'", [subscription.target])
    let_go(db, now, "target", subscription.target)
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
    let_go(db, now, "target", target)
    return True


def every(db: Connection, guild: int | None = None) -> list[Subscription]:
    """All standing orders, or one server's."""
    rows = db.execute(
        "SELECT * FROM subscription WHERE ended IS NULL AND (:guild IS NULL OR guild = :guild) ORDER BY id",
        {"guild": guild},
    )
    return [to_subscription(row) for row in rows]


def asleep(db: Connection) -> list[Subscription]:
    """The standing orders to which nothing is sent until somebody acts."""
    rows = db.execute("SELECT * FROM subscription WHERE ended IS NULL AND suspended != '' ORDER BY id")
    return [to_subscription(row) for row in rows]


def ordered(db: Connection) -> dict[int, set[str]]:
    """The regions that each server has ordered."""
    found: dict[int, set[str]] = {}
    for row in db.execute("SELECT DISTINCT guild, region FROM subscription WHERE ended IS NULL AND guild > 0"):
        found.setdefault(row["guild"], set()).add(row["region"])
    return found


def only_server(db: Connection) -> int:
    """The one server that has ordered anything; 0 where there are others, or none."""
    standing = "FROM subscription WHERE ended IS NULL AND guild > 0"
    row = db.execute(f"SELECT (SELECT min(guild) {standing}) AS first, (SELECT max(guild) {standing}) AS last")
    first, last = row.fetchone()
    return first if first and first == last else 0


def of(db: Connection, target: str) -> list[Subscription]:
    """The standing orders of one target."""
    rows = db.execute("SELECT * FROM subscription WHERE target = ? AND ended IS NULL ORDER BY id", [target])
    return [to_subscription(row) for row in rows]


def suspend(db: Connection, target: str, reason: str) -> bool:
    """Nothing goes to this target until somebody acts; all that is owed to it waits. False: nobody wants it there."""
    orders = db.execute("UPDATE subscription SET suspended = ? WHERE target = ? AND ended IS NULL", [reason, target])
    db.execute(
        "UPDATE delivery SET state = 'suspended', reason = ? WHERE target = ? AND state IN ('pending', 'later')",
        [reason, target],
    )
    return orders.rowcount > 0


def resume(db: Connection, target: str, now: datetime) -> None:
    """Somebody acted: what waited is due.

    But not a channel full of what was news long ago: those who run the server decide about that.
    """
    db.execute("UPDATE subscription SET suspended = '' WHERE target = ?", [target])
    if target.startswith("channel:"):
        db.execute(
            "UPDATE delivery SET state = 'held', reason = ?, settled = ? "
            "WHERE target = ? AND state = 'suspended' AND made < ? AND article > 0",
            [WAITED, to_ms(now), target, to_ms(now - LONG)],
        )
    db.execute(
        "UPDATE delivery SET state = 'pending', reason = '', due = NULL WHERE target = ? AND state = 'suspended'",
        [target],
    )


def let_go(db: Connection, now: datetime, column: str, value: int | str, *, leaving: bool = False) -> None:
    """What waits, and is no longer wanted as it was ordered, is owed under another order of its target, or refused.

    Of what has left already, only where it would leave once more.
    """
    states = "'pending', 'later', 'sending'" if leaving else "'pending', 'later', 'suspended', 'held'"
    doubtful = db.execute(
        f"SELECT * FROM delivery WHERE {column} = ? AND state IN ({states}) AND {_DOUBTFUL}",  # noqa: S608 our columns
        [value],
    ).fetchall()
    found = articles.load(db, {row["article"] for row in doubtful})
    orders = {target: of(db, target) for target in {row["target"] for row in doubtful}}
    for row in doubtful:
        article, standing = found.get(row["article"]), orders[row["target"]]
        own = next((each for each in standing if each.id == row["subscription"]), None)
        wanting = [] if article is None else [each for each in standing if wants(each, article)]
        if own in wanting:
            continue
        if article is not None and wanting:
            order = min(wanting, key=lambda each: rank(each, article))
            db.execute("UPDATE delivery SET subscription = ? WHERE id = ?", [order.id, row["id"]])
            continue
        reason = TAKEN_BACK if own is None else MOVED if article is None or _is_elsewhere(article, own) else UNASKED
        before = {"held": HELD, "sending": IN_DOUBT}.get(row["state"], "")
        db.execute(
            "UPDATE delivery SET state = 'refused', settled = ?, reason = ? WHERE id = ?",
            [to_ms(now), before + reason, row["id"]],
        )


def _is_elsewhere(article: Article, order: Subscription) -> bool:
    return order.region not in (EVERY_REGION, *article.regions)

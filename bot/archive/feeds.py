"""Sources, which are polled, and feeds, which are wished for."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache, lru_cache

from bot.archive.connect import Connection
from bot.archive.moments import ms_or_none, to_ms
from bot.archive.rows import columns, from_feed, from_source, to_feed, to_source
from bot.archive.search import normal
from bot.model import Feed, Source

_FEEDS = "SELECT f.*, s.url FROM feed f JOIN source s ON s.id = f.source"
_WANTED = "EXISTS (SELECT 1 FROM feed f WHERE f.source = s.id AND f.removed IS NULL)"
# An address's certificate goes unchecked when all its feeds say so; then it is asked at once.
_AGREE = """
    UPDATE source SET any_certificate = agreed,
        next_poll = CASE WHEN agreed > any_certificate THEN NULL ELSE next_poll END
    FROM (SELECT coalesce(min(any_certificate), 0) AS agreed FROM feed WHERE source = :source AND removed IS NULL)
    WHERE id = :source
"""
_FORGET = "UPDATE source SET etag = NULL, modified = NULL, digest = NULL, next_poll = NULL"
_FURTHEST = timedelta(days=10)  # no feed is ever left alone so long
_NAMES = 4_000  # folded titles and addresses that are kept in mind
_TOGETHER = (64, 16, 4, 1)  # sources that one statement settles


def add(db: Connection, feed: Feed, now: datetime) -> Feed:
    """Add a feed, or change it. A new one at an address that is polled already gets a whole document, once."""
    db.execute("INSERT OR IGNORE INTO source (url) VALUES (?)", [feed.url])
    source = db.execute("SELECT id FROM source WHERE url = ?", [feed.url]).fetchone()["id"]
    old = db.execute("SELECT * FROM feed WHERE source = ? AND owner = ?", [source, feed.owner]).fetchone()
    values = from_feed(feed) | {"source": source, "owner": feed.owner}
    if old is not None and old["removed"] is None:
        db.execute(f"UPDATE feed SET {columns(values)} WHERE id = :id", values | {"id": old["id"]})  # noqa: S608 our columns
        db.execute(_AGREE, {"source": source})
        if any(old[name] != values[name] for name in ("every", "hints")):
            db.execute(f"{_FORGET} WHERE id = ?", [source])  # a wish is heard with the next whole document
        return _one(db, old["id"])
    values |= {"added": to_ms(feed.added or now), "polled": ms_or_none(feed.polled), "removed": None}
    if old is not None:
        db.execute(f"UPDATE feed SET {columns(values)} WHERE id = :id", values | {"id": old["id"]})  # noqa: S608 our columns
    else:
        places = ", ".join(f":{name}" for name in values)
        db.execute(f"INSERT INTO feed ({', '.join(values)}) VALUES ({places})", values)  # noqa: S608 our columns
    db.execute(f"{_FORGET} WHERE id = ?", [source])
    db.execute(_AGREE, {"source": source})
    return _of(db, source, feed.owner)


def remove(db: Connection, url: str, owner: int, now: datetime) -> bool:
    """Stop polling an address for this owner. Its articles stay, and it stays known what it printed."""
    gone = db.execute(
        """
        UPDATE feed SET removed = ?
        WHERE removed IS NULL AND owner = ? AND source = (SELECT id FROM source WHERE url = ?)
        """,
        [to_ms(now), owner, url],
    )
    for row in db.execute("SELECT id FROM source WHERE url = ?", [url]).fetchall():
        db.execute(_AGREE, {"source": row["id"]})
    return gone.rowcount > 0


def every(db: Connection, owner: int | None = None) -> list[Feed]:
    """All feeds, or one owner's."""
    rows = db.execute(
        f"{_FEEDS} WHERE f.removed IS NULL AND (:owner IS NULL OR f.owner = :owner) ORDER BY f.id", {"owner": owner}
    )
    return [to_feed(row) for row in rows]


def owners(db: Connection) -> dict[int, list[int]]:
    """Whose feeds share an address, for all addresses that somebody wants polled."""
    found: dict[int, list[int]] = {}
    for source, owner in db.execute("SELECT source, owner FROM feed WHERE removed IS NULL ORDER BY id"):
        found.setdefault(source, []).append(owner)
    return found


def unchecked(db: Connection) -> list[Feed]:
    """The feeds whose certificate may be anything."""
    return [to_feed(row) for row in db.execute(f"{_FEEDS} WHERE f.removed IS NULL AND f.any_certificate ORDER BY f.id")]


def at(db: Connection, source: int) -> list[Feed]:
    """The feeds that share one address."""
    rows = db.execute(f"{_FEEDS} WHERE f.removed IS NULL AND f.source = ? ORDER BY f.id", [source])
    return [to_feed(row) for row in rows]


def sources(db: Connection) -> list[Source]:
    """All addresses that somebody wants polled."""
    return [to_source(row) for row in db.execute(f"SELECT * FROM source s WHERE {_WANTED} ORDER BY id")]  # noqa: S608 constant


def due_addresses(db: Connection, now: datetime) -> list[tuple[int, str]]:
    """What is to be polled now, by number and address: the longest waiting first; an address never polled before all.

    What would have to wait longer than anything ever does was written while the clock was wrong.
    """
    rows = db.execute(
        f"""
        SELECT id, url FROM source s WHERE (next_poll IS NULL OR next_poll <= ? OR next_poll > ?) AND {_WANTED}
        ORDER BY next_poll IS NOT NULL, next_poll, id
        """,  # noqa: S608 constant
        [to_ms(now), to_ms(now + _FURTHEST)],
    )
    return [(row["id"], row["url"]) for row in rows]


def due(db: Connection, now: datetime, limit: int) -> list[Source]:
    """The first of these."""
    return some(db, [number for number, _ in due_addresses(db, now)[:limit]])


def some(db: Connection, numbers: Sequence[int]) -> list[Source]:
    """The addresses with these numbers, in this order, as far as somebody still wants them polled."""
    rows = db.execute(
        f"SELECT * FROM source s WHERE id IN (SELECT value FROM json_each(?)) AND {_WANTED}",  # noqa: S608 constant
        [json.dumps(list(numbers))],
    )
    found = {row["id"]: to_source(row) for row in rows}
    return [found[number] for number in numbers if number in found]


def settle(db: Connection, sources: Sequence[Source]) -> None:
    """Keep sources' new states. Where a feed was added since we set out to ask, it still needs a whole document."""
    rows = [[each.id, *from_source(each).values()] for each in sources]
    done = 0
    while done < len(rows):
        number = next(number for number in _TOGETHER if number <= len(rows) - done)
        given = [value for row in rows[done : done + number] for value in row]
        db.execute(_settling(tuple(from_source(sources[0])), number), given)
        done += number
    db.execute(
        f"""
        {_FORGET} WHERE id IN (SELECT value FROM json_each(?)) AND EXISTS (
            SELECT 1 FROM feed f
            WHERE f.source = source.id AND f.removed IS NULL AND f.polled IS NULL AND f.added > source.polled)
        """,  # noqa: S608 constant
        [json.dumps([each.id for each in sources])],
    )


@cache
def _settling(names: tuple[str, ...], number: int) -> str:
    """The statement for so many rows at once: after each step of one, other threads fight for their turn."""
    row = f"({', '.join('?' * (len(names) + 1))})"
    return f"""
        WITH fresh (id, {", ".join(names)}) AS (VALUES {", ".join([row] * number)})
        UPDATE source SET {", ".join(f"{name} = fresh.{name}" for name in names)} FROM fresh WHERE source.id = fresh.id
    """  # noqa: S608 our columns


def postpone(db: Connection, source: int, until: datetime) -> None:
    """Nothing was asked, and nothing is known anew; but ask no sooner."""
    db.execute("UPDATE source SET next_poll = ? WHERE id = ?", [to_ms(until), source])


def were_polled(db: Connection, feeds: Iterable[int], source: Source | None, now: datetime) -> None:
    """From now on these feeds' new articles are news: their first poll is over. It is over but once."""
    first = [(to_ms(now), feed) for feed in sorted(set(feeds))]
    db.executemany("UPDATE feed SET polled = ? WHERE id = ? AND polled IS NULL", first)
    if source is not None:
        db.execute(
            "UPDATE feed SET polled = ? WHERE source = ? AND removed IS NULL AND polled IS NULL AND added <= ?",
            [to_ms(now), source.id, to_ms(source.polled or now)],
        )


def named(db: Connection, text: str, owners: Sequence[int] | None) -> list[int]:
    """The feeds that a reader means by a piece of their title or address; also those no longer polled."""
    rows = db.execute("SELECT f.id, f.owner, f.title, s.url FROM feed f JOIN source s ON s.id = f.source ORDER BY f.id")
    mine = (row for row in rows if owners is None or row["owner"] in owners)
    return [row["id"] for row in mine if _is_piece(text, row["title"]) or _is_piece(text, row["url"])]


def _is_piece(text: str, name: str) -> bool:
    """Capitals make no difference, nor do accents."""
    return text.casefold() in name.casefold() or "" != normal.fold(text) in _folded(name)


@lru_cache(_NAMES)
def _folded(name: str) -> str:
    return normal.fold(name)


def _one(db: Connection, feed: int) -> Feed:
    return to_feed(db.execute(f"{_FEEDS} WHERE f.id = ?", [feed]).fetchone())


def _of(db: Connection, source: int, owner: int) -> Feed:
    return to_feed(db.execute(f"{_FEEDS} WHERE f.source = ? AND f.owner = ?", [source, owner]).fetchone())

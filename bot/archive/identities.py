"""By what an article is known again: guids within one feed, addresses and prints within one owner."""

from collections.abc import Iterable, Sequence

from bot.archive.connect import Connection
from bot.archive.rows import marks, short_hash
from bot.model import Article, Feed

_CHUNK = 500
_FEED_SCOPED = "guid:"


def known(db: Connection, feed: Feed, keys: Sequence[str]) -> set[str]:
    """Which of a feed's keys are known already."""
    by_hash = {hash_of(feed, key): key for key in keys}
    return {by_hash[each] for each in find(db, by_hash)}


def articles_named(db: Connection, feed: Feed, keys: Sequence[str]) -> list[int]:
    """The articles that are known by any of a feed's keys."""
    return sorted(set(find(db, [hash_of(feed, key) for key in keys]).values()))


def find(db: Connection, hashes: Iterable[bytes]) -> dict[bytes, int]:
    """The articles that are known by these hashes; some may have been pruned."""
    wanted = list(hashes)
    found: dict[bytes, int] = {}
    for start in range(0, len(wanted), _CHUNK):
        chunk = wanted[start : start + _CHUNK]
        rows = db.execute(f"SELECT hash, article FROM identity WHERE hash IN ({marks(len(chunk))})", chunk)  # noqa: S608 question marks
        found.update((row["hash"], row["article"]) for row in rows)
    return found


def bind(db: Connection, hashes: Iterable[bytes], article: int) -> None:
    """Remember what is not known yet as belonging to this article."""
    db.executemany("INSERT OR IGNORE INTO identity (hash, article) VALUES (?, ?)", [(each, article) for each in hashes])


def hashes_of(article: Article, feed: Feed) -> list[bytes]:
    """All that this article is known by when this feed prints it, the surest first."""
    return [hash_of(feed, key) for key in keys_of(article)]


def hash_of(feed: Feed, key: str) -> bytes:
    scope = f"feed {feed.id}" if key.startswith(_FEED_SCOPED) else f"owner {feed.owner}"
    return short_hash(scope, key)


def keys_of(article: Article) -> Sequence[str]:
    """The keys that the intake gave; for an article without any, its address."""
    return article.keys or (f"url:{article.url}",)


def story_of(article: Article, feed: Feed) -> bytes:
    """What the same story has in common wherever it is kept: its canonical address.

    Where that tells nothing (a feed that gives all its items one link, or none), a guid counts at its feed's address
    alone: many publishers number their items 1, 2, 3.
    """
    address = next((key[4:] for key in article.keys if key.startswith("url:")), "")
    if address:
        return story_at(address)
    name = next(iter(article.keys), article.url)
    return story_at(f"{feed.url} {name}" if name.startswith(_FEED_SCOPED) else name)


def story_at(url: str) -> bytes:
    return short_hash("story", url, size=8)

"""Articles: kept once, loaded as they are, listed by region."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from bot.archive import identities, texts
from bot.archive.connect import Connection, Row
from bot.archive.moments import SLOTS, time_key
from bot.archive.rows import ARTICLE, clean, from_article, marks, to_article
from bot.archive.search import index, normal
from bot.model import OPERATOR, Article, Feed, Image, Sighting, Tag, Viewer

PRUNED = "archive.pruned"  # under this key the archive remembers below which key everything was taken out
_CHUNK = 400
_NAMES = 2_000  # folded names that are kept in mind
_CROWDS = 1_000  # minutes with more articles than one, of which we know how far they are taken
_ALL = 0  # the region that every article is in
_NO_LANGUAGE = 0
_TEXTS = ("title", "url", "teaser", "text", "language", "source_name", "why")
_WITH_TEXT = "SELECT a.*, t.z FROM article a LEFT JOIN article_text t ON t.id = a.id"
_INSERT = f"INSERT INTO article ({', '.join(ARTICLE)}, id, quiet, story) VALUES ({marks(len(ARTICLE) + 3)})"  # noqa: S608
_UPDATE = f"UPDATE article SET {', '.join(f'{name} = ?' for name in ARTICLE)} WHERE id = ?"  # noqa: S608 our columns
Unpack = Callable[[Connection, Row], texts.Printed]
_NEWEST = "SELECT max(article) AS newest FROM article_region WHERE owner = ? AND region = ?"


# --- what is known ----------------------------------------------------------------------------------------------


def unseen(db: Connection, sightings: Sequence[Sighting]) -> list[Sighting]:
    """Those that nobody knows, or that this feed prints otherwise than before."""
    hashes = [identities.hashes_of(each.article, each.feed) for each in sightings]
    known = identities.find(db, {each for some in hashes for each in some})
    pairs = [(_first(known, some), sighting.feed.id) for some, sighting in zip(hashes, sightings, strict=True)]
    printed = _digests(db, {(article, feed) for article, feed in pairs if article})
    return [
        sighting
        for (article, feed), sighting in zip(pairs, sightings, strict=True)
        if article is None
        or (printed.get((article, feed)) != sighting.digest and ((article, feed) in printed or _is_kept(db, article)))
    ]


def known_as(db: Connection, hashes: Sequence[bytes]) -> int | None:
    """The article that is known by one of these hashes, the first that is; 0 for one that was pruned."""
    known = _first(identities.find(db, hashes), hashes)
    return known if known is None or _is_kept(db, known) else 0


def _is_kept(db: Connection, article: int) -> bool:
    return db.execute("SELECT 1 FROM article WHERE id = ?", [article]).fetchone() is not None


def _first(known: dict[bytes, int], hashes: Sequence[bytes]) -> int | None:
    return next((known[each] for each in hashes if each in known), None)


def _digests(db: Connection, pairs: Iterable[tuple[int, int]]) -> dict[tuple[int, int], bytes]:
    found = {}
    for article, feed in pairs:
        row = db.execute("SELECT digest FROM sighting WHERE article = ? AND feed = ?", [article, feed]).fetchone()
        if row is not None:
            found[article, feed] = row["digest"]
    return found


# --- load -------------------------------------------------------------------------------------------------------


def load(db: Connection, ids: Iterable[int], read: Unpack = texts.unpack) -> dict[int, Article]:
    """The articles under these keys, as far as they exist."""
    wanted = list(dict.fromkeys(ids))
    found: dict[int, Article] = {}
    for start in range(0, len(wanted), _CHUNK):
        chunk = wanted[start : start + _CHUNK]
        feeds = _addresses(db, chunk)
        rows = db.execute(f"{_WITH_TEXT} WHERE a.id IN ({marks(len(chunk))})", chunk)
        for row in rows:
            found[row["id"]] = to_article(row, read(db, row), tuple(feeds.get(row["id"], ())))
    return found


def shown(db: Connection, ids: Iterable[int], viewer: Viewer) -> dict[int, Article]:
    """The same, as far as this viewer may see them, though an index that is damaged says otherwise."""
    return {key: each for key, each in load(db, ids).items() if may_see(viewer, each.owner)}


def newest_of(db: Connection, feed: Feed, limit: int) -> list[Article]:
    """A feed's newest articles. No index of words is asked, which may be behind, or damaged: it takes a tenth of a
    second where a million others are newer."""
    rows = db.execute("SELECT article FROM sighting WHERE feed = ? ORDER BY article DESC LIMIT ?", [feed.id, limit])
    keys = [row["article"] for row in rows]
    found = load(db, keys)
    return [found[key] for key in keys if key in found]


def one(db: Connection, article: int, viewer: Viewer) -> Article | None:
    """An article, if this viewer may see it."""
    found = load(db, [article]).get(article)
    return found if found is not None and may_see(viewer, found.owner) else None


def at(db: Connection, url: str, viewer: Viewer) -> Article | None:
    """The article at an address; of several the viewer's own."""
    rows = db.execute(
        "SELECT id, owner FROM article WHERE story = ? ORDER BY owner = ? DESC, id",
        [identities.story_at(url), viewer],
    ).fetchall()
    visible = [row["id"] for row in rows if may_see(viewer, row["owner"])]
    return load(db, visible[:1]).get(visible[0]) if visible else _by_address(db, url, viewer)


def may_see(viewer: Viewer, owner: int) -> bool:
    """Everybody sees the operator's articles, a server its own, the operator all."""
    return viewer is None or owner in (OPERATOR, viewer)


def _by_address(db: Connection, url: str, viewer: Viewer) -> Article | None:
    owners = [row["owner"] for row in db.execute("SELECT DISTINCT owner FROM article_region WHERE region = 0")]
    for owner in owners:
        if may_see(viewer, owner):
            key = identities.hash_of(Feed(url="", owner=owner), f"url:{url}")
            found = identities.find(db, [key]).get(key)
            if found:
                return load(db, [found]).get(found)
    return None


def _addresses(db: Connection, ids: Sequence[int]) -> dict[int, list[str]]:
    rows = db.execute(
        f"SELECT article, feed FROM sighting WHERE article IN ({marks(len(ids))}) ORDER BY article, first, feed",  # noqa: S608
        ids,
    )
    found: dict[int, list[str]] = {}
    for article, feed in rows:
        found.setdefault(article, []).append(db.addresses.get(feed) or _address(db, feed))
    return found


def _address(db: Connection, feed: int) -> str:
    """A feed keeps its address: another one is another feed's."""
    row = db.execute("SELECT s.url FROM feed f JOIN source s ON s.id = f.source WHERE f.id = ?", [feed]).fetchone()
    db.addresses[feed] = str(row["url"])
    return db.addresses[feed]


def after(db: Connection, article: int, limit: int) -> list[Article]:
    """The next articles above a key, for work on all of them."""
    rows = db.execute("SELECT id FROM article WHERE id > ? ORDER BY id LIMIT ?", [article, limit])
    keys = [row["id"] for row in rows]
    found = load(db, keys)
    return [found[key] for key in keys]


def spread(db: Connection, number: int) -> list[int]:
    """About so many articles from all over the archive, by their turn: some are far older than all the others."""
    rows = db.execute(
        """
        SELECT id FROM (SELECT id, row_number() OVER (ORDER BY id) AS turn FROM article)
        WHERE turn % (1 + (SELECT count(*) FROM article) / ?) = 0
        """,
        [number],
    )
    return [row["id"] for row in rows]


# --- keep -------------------------------------------------------------------------------------------------------


def insert(db: Connection, article: Article, feed: Feed, quiet: bool, now: datetime) -> Article:
    """Give a new, cleaned article its key and its row, list it under its regions and authors, and put its words off."""
    seen = article.seen or now
    key = _free_key(db, max(time_key(article.published, seen), _floor(db)))
    name = article.source_name or clean(feed.title)
    article = replace(article, id=key, owner=feed.owner, seen=seen, source_name=name, feeds=(feed.url,))
    db.execute(_INSERT, (*from_article(article), article.id, quiet, identities.story_of(article, feed)))
    db.execute("INSERT INTO article_text (id, z) VALUES (?, ?)", [article.id, texts.pack(db, article)])
    _list(db, article)
    authors = tuple(_credit(db, article, author) for author in article.authors)
    index.put_off(db, article, _marks(db, article, (feed.id,), authors))
    return article


def rewrite(db: Connection, before: Article, after: Article) -> None:
    """Write an article's new state: its row, its lists and its words."""
    filed = marks_of(db, before)
    db.execute(_UPDATE, (*from_article(after), after.id))
    db.execute("UPDATE article_text SET z = ? WHERE id = ?", [texts.pack(db, after), after.id])
    for gone in set(before.regions) - set(after.regions):
        db.execute(
            "DELETE FROM article_region WHERE owner = ? AND region = ? AND article = ?",
            [after.owner, region_number(db, gone), after.id],
        )
    _list(db, after)
    for name in set(after.authors) - set(before.authors):
        _credit(db, after, name)
    for name in set(before.authors) - set(after.authors):
        _discredit(db, after.owner, name)
    index.change(db, (before, filed), (after, marks_of(db, after)))


def relist(db: Connection, article: Article) -> None:
    """See that an article is in the lists where it belongs, and in no other."""
    belongs = [_ALL, *(region_number(db, code) for code in article.regions)]
    db.execute(
        f"DELETE FROM article_region WHERE article = ? AND NOT (owner = ? AND region IN ({marks(len(belongs))}))",  # noqa: S608
        [article.id, article.owner, *belongs],
    )
    _list(db, article)


def marks_of(db: Connection, article: Article) -> index.Marks:
    """What an article is filed under. Its feeds are those whose addresses it names."""
    return _marks(db, article, tuple(_feed_numbers(db, article)), tuple(_author_numbers(db, article)))


def _marks(db: Connection, article: Article, feeds: tuple[int, ...], authors: tuple[int, ...]) -> index.Marks:
    regions = tuple(region_number(db, code) for code in article.regions)
    return index.Marks(regions, feeds, authors, _language_number(db, article.language))


def region_number(db: Connection, code: str) -> int:
    return _number(db, "region", code)


def cleaned(article: Article) -> Article:
    """An article as it will be read back, so that what is indexed is what is kept."""
    altered: dict[str, Any] = {part: clean(getattr(article, part)) for part in _TEXTS}
    altered["authors"] = tuple(dict.fromkeys(map(clean, article.authors)))
    if article.tags:
        altered["tags"] = tuple(_cleaned_tag(tag) for tag in article.tags)
    if article.image is not None:
        image = article.image
        altered["image"] = Image(clean(image.url), clean(image.alt), clean(image.credit))
    altered = {part: value for part, value in altered.items() if value != getattr(article, part)}
    return replace(article, **altered) if altered else article


def _cleaned_tag(tag: Tag) -> Tag:
    return Tag(clean(tag.term), clean(tag.scheme), clean(tag.label))


def _floor(db: Connection) -> int:
    """Keys below this were pruned; they are never given again."""
    row = db.execute("SELECT value FROM memo WHERE key = ?", [PRUNED]).fetchone()
    return 0 if row is None else int(row["value"])


def _free_key(db: Connection, wanted: int) -> int:
    """That key or the next one that nobody has."""
    key = db.taken.get(wanted, wanted - 1) + 1
    if _is_kept(db, key):
        key = _last_of_crowd(db, key) + 1
    if key != wanted:
        if len(db.taken) == _CROWDS:
            db.taken.clear()
        db.taken[wanted] = key
    return key


def _last_of_crowd(db: Connection, last: int) -> int:
    """The last key before one that is free; where thousands say the same minute, each has thousands before it."""
    step = SLOTS
    while _are_all_kept(db, last, step):
        last, step = last + step, 2 * step
    while step > 1:
        half = step // 2
        if _are_all_kept(db, last, half):
            last, half = last + half, step - half
        step = half
    return last


def _are_all_kept(db: Connection, last: int, number: int) -> bool:
    """Whether none of so many keys after the last is free."""
    row = db.execute("SELECT count(*) FROM article WHERE id > ? AND id <= ?", (last, last + number)).fetchone()
    return bool(row[0] == number)


def _list(db: Connection, article: Article) -> None:
    numbers = [_ALL, *(region_number(db, code) for code in article.regions)]
    db.executemany(
        "INSERT OR IGNORE INTO article_region (owner, region, article) VALUES (?, ?, ?)",
        [(article.owner, number, article.id) for number in numbers],
    )


def _credit(db: Connection, article: Article, name: str) -> int:
    """One more article of an author: the author's number."""
    # Not RETURNING, which makes the indexes write what they have gathered.
    given = (article.owner, folded_name(name))
    db.execute(
        """
        INSERT INTO author (owner, folded, name, articles, newest) VALUES (?, ?, ?, 1, ?)
        ON CONFLICT (owner, folded) DO UPDATE SET articles = articles + 1, newest = max(newest, excluded.newest)
        """,
        (*given, name, article.id),
    )
    return int(db.execute("SELECT id FROM author WHERE owner = ? AND folded = ?", given).fetchone()[0])


def _discredit(db: Connection, owner: int, name: str) -> None:
    """Who has written nothing that is here is no author."""
    given = [owner, folded_name(name)]
    db.execute("UPDATE author SET articles = articles - 1 WHERE owner = ? AND folded = ?", given)
    db.execute("DELETE FROM author WHERE owner = ? AND folded = ? AND articles < 1", given)


def uncredit(db: Connection, article: Article) -> None:
    """Take an article out of its lists, and off its authors' counts."""
    numbers = [_ALL, *(region_number(db, code) for code in article.regions)]
    db.executemany(
        "DELETE FROM article_region WHERE owner = ? AND region = ? AND article = ?",
        [(article.owner, number, article.id) for number in numbers],
    )
    for name in article.authors:
        _discredit(db, article.owner, name)


@lru_cache(_NAMES)
def folded_name(name: str) -> str:
    return " ".join(normal.words(normal.fold(name)))


def _author_numbers(db: Connection, article: Article) -> Iterable[int]:
    for name in article.authors:
        row = db.execute(
            "SELECT id FROM author WHERE owner = ? AND folded = ?", [article.owner, folded_name(name)]
        ).fetchone()
        if row is not None:
            yield row["id"]


def _feed_numbers(db: Connection, article: Article) -> Iterable[int]:
    for url in article.feeds:
        row = db.execute(
            "SELECT f.id FROM feed f JOIN source s ON s.id = f.source WHERE s.url = ? AND f.owner = ?",
            [url, article.owner],
        ).fetchone()
        if row is not None:
            yield row["id"]


def _language_number(db: Connection, code: str) -> int:
    plain = code.replace("_", "-").split("-")[0].strip().casefold()
    return _number(db, "language", plain) if plain.isalpha() else _NO_LANGUAGE


def _number(db: Connection, table: str, code: str) -> int:
    """The number of a code, given when it is first met."""
    known = db.numbers.get((table, code))
    if known is not None:
        return known
    row = db.execute(f"SELECT id FROM {table} WHERE code = ?", [code]).fetchone()  # noqa: S608 our tables
    if row is None:
        db.execute(f"INSERT INTO {table} (code) VALUES (?)", [code])  # noqa: S608 our tables
        return _number(db, table, code)
    db.numbers[table, code] = int(row["id"])
    return db.numbers[table, code]


# --- list -------------------------------------------------------------------------------------------------------


def newest_by_region(db: Connection, viewer: Viewer) -> dict[str, Article]:
    """The newest article of each region that this viewer may see."""
    newest: dict[str, int] = {}
    for region in db.execute("SELECT id, code FROM region").fetchall():
        keys = [db.execute(_NEWEST, [owner, region["id"]]).fetchone()["newest"] for owner in owners(db, viewer)]
        if any(keys):
            newest[region["code"]] = max(key for key in keys if key is not None)
    found = load(db, newest.values())
    return {code: found[key] for code, key in newest.items()}


def owners(db: Connection, viewer: Viewer) -> list[int]:
    """Whose articles this viewer may see, of those who have any."""
    if viewer is not None:
        return sorted({OPERATOR, viewer})
    return [
        row["owner"]
        for row in db.execute(
            """
            WITH RECURSIVE each_one(owner) AS (
                SELECT min(owner) FROM article_region
                UNION ALL
                SELECT (SELECT min(owner) FROM article_region WHERE owner > each_one.owner)
                FROM each_one WHERE each_one.owner IS NOT NULL)
            SELECT owner FROM each_one WHERE owner IS NOT NULL
            """
        )
    ]

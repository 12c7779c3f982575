"""Makes dictionaries of what the archive has, and packs all with the newest, in pieces that can be taken up again."""

from collections.abc import Iterator

import zstandard

from bot.archive import articles, memos, texts
from bot.archive.connect import Connection

ENOUGH = 1_000  # articles, for a first dictionary
GROWN = 20  # times as many articles as when the last one was made: another one may be better
PIECE = 100  # articles in one transaction
_SAMPLES, _TRIED = 3_000, 10  # articles that are looked at; on every tenth it is tried, of the others it is made
_LONGEST = 20_000  # bytes of one article that are learnt from
_SIZE = 112_640  # bytes of a dictionary
_WORTH = 0.97  # of what the texts take now
_MOST = 100  # dictionaries that one archive ever makes
_PROGRESS = "texts.packed.beside"  # under this key: a dictionary's number, and the last key that is packed with it
_WITH_TEXT = "SELECT a.id, a.url, a.teaser, a.image, t.z FROM article a JOIN article_text t ON t.id = a.id"


def is_due(db: Connection) -> bool:
    """Whether the archive has enough to learn from, and far more than last time."""
    last = db.execute("SELECT number, articles FROM dictionary ORDER BY number DESC LIMIT 1").fetchone()
    wanted = ENOUGH if last is None else last["articles"] * GROWN
    return (last is None or last["number"] < _MOST) and _articles(db) >= wanted


def learnt(db: Connection) -> bytes | None:
    """A dictionary of articles from all over the archive, if it packs others better than the newest one does."""
    found = [plain[:_LONGEST] for plain in _sample(db, _SAMPLES) if plain]
    tried = found[::_TRIED]
    samples: list[bytes | bytearray | memoryview[int]] = [plain for at, plain in enumerate(found) if at % _TRIED]
    number = texts.newest(db)
    row = db.execute("SELECT bytes FROM dictionary WHERE number = ?", [number]).fetchone()
    try:
        made = zstandard.train_dictionary(_SIZE, samples).as_bytes()
    except zstandard.ZstdError:  # too little text, or all of it the same
        return None
    now = texts.packed_size(tried, None if row is None else row["bytes"])
    return made if texts.packed_size(tried, made) <= now * _WORTH else None


def adopt(db: Connection, dictionary: bytes | None) -> None:
    """Pack with this one from here on. None: the newest one is as good; it is not asked again for a long time."""
    if dictionary is None:
        db.execute("UPDATE dictionary SET articles = ? WHERE number = ?", [_articles(db), texts.newest(db)])
    else:
        db.execute("INSERT INTO dictionary (bytes, articles) VALUES (?, ?)", [dictionary, _articles(db)])


def step(db: Connection) -> tuple[int, int, bool]:
    """Pack some more: how many are done, of how many, and whether that was all."""
    number, key, done, of = _progress(db)
    rows = db.execute(f"{_WITH_TEXT} WHERE a.id > ? ORDER BY a.id LIMIT ?", [key, PIECE]).fetchall()
    for row in rows:
        packed = texts.repack(db, row)
        if packed is not None:
            url, z = packed
            db.execute("UPDATE article_text SET z = ? WHERE id = ?", [z, row["id"]])
            if (row["url"], row["teaser"], row["image"]) != (url, "", None):
                db.execute("UPDATE article SET url = ?, teaser = '', image = NULL WHERE id = ?", [url, row["id"]])
    if rows:
        done = min(done + len(rows), of)
        memos.remember(db, _PROGRESS, f"{number} {rows[-1]['id']} {done} {of}")
    return (done, of, False) if len(rows) == PIECE else (of, of, True)


def _progress(db: Connection) -> tuple[int, int, int, int]:
    """Which dictionary all is being packed with, up to which key, and how many of how many that are."""
    number = texts.newest(db)
    kept = memos.recall(db, _PROGRESS)
    if kept is not None and kept.startswith(f"{number} "):
        _, key, done, of = map(int, kept.split())
        return number, key, done, of
    return number, -1, 0, _articles(db)


def _sample(db: Connection, number: int) -> Iterator[bytes]:
    """Articles from all over the archive."""
    for key in articles.spread(db, number):
        row = db.execute(f"{_WITH_TEXT} WHERE a.id = ?", [key]).fetchone()
        yield texts.plain(db, row)


def _articles(db: Connection) -> int:
    return int(db.execute("SELECT count(*) FROM article").fetchone()[0])

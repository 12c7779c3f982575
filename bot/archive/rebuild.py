"""Makes lists and index anew, the index beside the old one, in small pieces that can be taken up again."""

from bot.archive import articles, memos
from bot.archive.connect import Connection
from bot.archive.search import aside, index

PIECE, SMALL_PIECE = 50, 25  # articles in one transaction; and in spare time
VERSION = "index.version"  # under this key the archive remembers how its index was made
_OWN = "index.own"  # under this key: that servers' own articles are marked


def note_version(db: Connection) -> None:
    """An empty archive is of today's version; servers' own articles are marked in one that is older."""
    _mark_own(db)
    if memos.recall(db, VERSION) is None and db.execute("SELECT 1 FROM article").fetchone() is None:
        memos.remember(db, VERSION, str(index.VERSION))


def is_stale(db: Connection) -> bool:
    """Whether the index was made otherwise than we do today."""
    return memos.recall(db, VERSION) != str(index.VERSION)


def step(db: Connection, piece: int = PIECE) -> tuple[int, int, bool]:
    """Index some more articles anew: how many are done, of how many, and whether the new index is in place."""
    if not aside.is_empty(db):  # two old ones would have the same name
        aside.empty(db)
        return *index.progress(db), False
    at = index.rebuilt_to(db, index.VERSION)
    if at is None:
        index.begin_anew(db, index.VERSION)
        at = -1
    some = articles.after(db, at, piece)
    for article in some:
        articles.relist(db, article)
        index.add_anew(db, article, articles.marks_of(db, article))
    done, of = index.note_rebuilt(db, some[-1].id if some else at, len(some))
    finished = len(some) < piece
    if finished:
        index.put_in_place(db)
        memos.remember(db, VERSION, str(index.VERSION))
    return done, done if finished else of, finished


def empty_step(db: Connection) -> tuple[int, int, bool]:
    """Take some more of an old index out of the file; of how much, nobody has counted."""
    return 0, 0, aside.empty(db)


def is_over(db: Connection) -> bool:
    """Whether nothing is left to do: the index is of today, and nothing is left of the one before."""
    return not is_stale(db) and aside.is_empty(db)


def spare_step(db: Connection) -> bool:
    """A little of what is left to do; whether that was all."""
    if is_stale(db):
        step(db, SMALL_PIECE)
        return False
    return aside.empty(db)


def _mark_own(db: Connection) -> None:
    if memos.recall(db, _OWN) is not None:
        return
    rows = db.execute("SELECT article FROM article_region WHERE owner > 0 AND region = 0 ORDER BY article").fetchall()
    for row in rows:
        for article in articles.load(db, [row["article"]]).values():
            index.mark_own(db, article, articles.marks_of(db, article))
    memos.remember(db, _OWN, "yes")

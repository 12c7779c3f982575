"""Who may see what: the index leaves out what is not for the one who asks, so that nothing is filtered afterwards."""

from bot.archive.connect import Connection
from bot.archive.search import tokens
from bot.model import OPERATOR, Viewer

_OWN = f'"{tokens.OWN}"'
_ANY = """
    SELECT EXISTS (SELECT 1 FROM article_region WHERE owner > 0) OR EXISTS (SELECT 1 FROM words WHERE words MATCH ?)
"""


def visible(db: Connection, expression: str, viewer: Viewer) -> str:
    """The same for this viewer alone: without other servers' own articles. To ask for all others takes far longer.

    For the very next statement: what is true of the index now may not be later.
    """
    if viewer is None or not has_own(db):
        return expression
    hidden = _OWN if viewer == OPERATOR else f'({_OWN} NOT "{tokens.owner(viewer)}")'
    return f"({expression}) NOT {hidden}"


def has_own(db: Connection) -> bool:
    """Whether any article is a server's own, by the lists or by the index, for either may be damaged. In most archives
    none is, and each word less saves time.

    Remembered for as long as nothing is written: by others (https://sqlite.org/pragma.html#pragma_data_version) or by
    this connection. Where the next statement may see another moment than this one, nobody can tell.
    """
    if not db.in_transaction:
        return True
    written = db.execute("PRAGMA data_version").fetchone()[0], db.total_changes
    if db.own is None or db.own[0] != written:
        db.own = written, bool(db.execute(_ANY, (_OWN,)).fetchone()[0])
    return db.own[1]

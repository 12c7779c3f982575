"""Keeps the archive well: copies of it, and whether all its parts agree."""

import os
import shutil
from pathlib import Path

from bot.archive import connect, rebuild
from bot.archive.connect import Connection, DatabaseError
from bot.errors import NewsError


class NoArchive(NewsError):
    """A file that is no copy of an archive, or a damaged one."""


def backup(db: Connection, file: Path) -> None:
    """A consistent copy while the bot runs: all pages in one go, for step by step never ends under writes."""
    unfinished = file.with_name(f"{file.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    copy = connect.plain(unfinished)
    try:
        db.backup(copy, pages=-1)
        copy.execute("PRAGMA journal_mode = DELETE")
    finally:
        copy.close()
    with unfinished.open("rb+") as written:
        os.fsync(written.fileno())
    unfinished.replace(file)


def restore(copy: Path, archive: Path) -> Path | None:
    """Put a copy in the archive's place, once it is known to be sound; where the archive that was there is now."""
    _examine(copy)
    unfinished = archive.with_name(f"{archive.name}.unfinished")
    shutil.copyfile(copy, unfinished)
    with unfinished.open("rb+") as written:
        os.fsync(written.fileno())
    kept = _put_aside(archive) if archive.exists() else None
    for rest in ("-wal", "-shm"):
        archive.with_name(archive.name + rest).unlink(missing_ok=True)
    unfinished.replace(archive)
    return kept


def _examine(copy: Path) -> None:
    if not copy.is_file():
        raise NoArchive(f"There is no file {copy}.")
    try:
        db = connect.reader(copy)
        try:
            wrong = check(db)
        finally:
            db.close()
    except DatabaseError as error:
        raise NoArchive(f"{copy} is no copy of an archive ({error}).") from error
    if wrong:
        raise NoArchive(f"{copy} is damaged: {' '.join(wrong[:3])}")


def _put_aside(archive: Path) -> Path:
    """Rename the archive, with all that it has written, to a name that is free."""
    db = connect.plain(archive)
    try:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except DatabaseError:
        pass  # damaged: that may be why somebody restores; it is kept as it is
    finally:
        db.close()
    number = 1
    while (kept := archive.with_name(f"{archive.name}.before-{number}")).exists():
        number += 1
    archive.replace(kept)
    return kept


def check(db: Connection) -> list[str]:
    """What does not agree, each in a sentence; an empty list is good news."""
    found = [f"The file is damaged: {row[0]}." for row in db.execute("PRAGMA quick_check") if row[0] != "ok"]
    if rebuild.is_stale(db):
        found.append("The index of words was made by another version of Newsdesk: run `newsdesk reindex`.")
    return found + [sentence for sentence, question in _AGREE.items() if db.execute(question).fetchone() is not None]


_AGREE = {
    "An article has no text.": """
        SELECT id FROM article EXCEPT SELECT id FROM article_text LIMIT 1""",
    "A text has no article.": """
        SELECT id FROM article_text EXCEPT SELECT id FROM article LIMIT 1""",
    "An article is in no list.": """
        SELECT id FROM article EXCEPT SELECT article FROM article_region WHERE region = 0 LIMIT 1""",
    "A list names an article that is not there.": """
        SELECT article FROM article_region EXCEPT SELECT id FROM article LIMIT 1""",
    "An article is not in the index of words.": """
        SELECT id FROM article EXCEPT SELECT rowid FROM words WHERE words MATCH '"\ue000"' LIMIT 1""",
    "The index of words names an article that is not there.": """
        SELECT rowid FROM words WHERE words MATCH '"\ue000"' EXCEPT SELECT id FROM article LIMIT 1""",
    "An article is not in the index of titles.": """
        SELECT id FROM article EXCEPT SELECT rowid FROM titles WHERE titles MATCH '"\ue002" *' LIMIT 1""",
    "The index of titles names an article that is not there.": """
        SELECT rowid FROM titles WHERE titles MATCH '"\ue002" *' EXCEPT SELECT id FROM article LIMIT 1""",
    "A sighting names an article that is not there.": """
        SELECT article FROM sighting EXCEPT SELECT id FROM article LIMIT 1""",
    "Something is owed for an article that is not there.": """
        SELECT article FROM delivery WHERE state NOT IN ('sent', 'refused') AND article > 0
        EXCEPT SELECT id FROM article LIMIT 1""",
    "An article is known by nothing.": """
        SELECT id FROM article EXCEPT SELECT article FROM identity LIMIT 1""",
}

"""Keeps the archive well: copies of it, and whether all its parts agree."""

import os
from pathlib import Path

from bot.archive import connect
from bot.archive.connect import Connection


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


def check(db: Connection) -> list[str]:
    """What does not agree, each in a sentence; an empty list is good news."""
    found = [f"The file is damaged: {row[0]}." for row in db.execute("PRAGMA quick_check") if row[0] != "ok"]
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
        SELECT article FROM delivery WHERE state NOT IN ('sent', 'refused') EXCEPT SELECT id FROM article LIMIT 1""",
    "An article is known by nothing.": """
        SELECT id FROM article EXCEPT SELECT article FROM identity LIMIT 1""",
}

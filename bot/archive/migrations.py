"""The shape of the archive, step by step. New steps go to the end; one that was released is never edited."""

import fcntl
import logging
from pathlib import Path

from sqlite_utils import Database
from sqlite_utils.migrations import Migrations

from bot.archive.connect import Connection
from bot.archive.trouble import NotOurs, heed_strangers
from bot.errors import ConfigError

migrations = Migrations("newsdesk")
_OPENED = Path("/dev/fd")  # what this process has open

log = logging.getLogger(__name__)


def migrate(connection: Connection) -> None:
    """Bring the file into today's shape; but not beneath another bot, which knows the one that it was started with."""
    database, file = Database(connection, execute_plugins=False), _file_of(connection)
    heed_strangers(connection, file, known())
    if not migrations.pending(database):
        return
    connection.execute("BEGIN IMMEDIATE")  # of two programs that open it at once the second finds nothing left to do
    try:
        pending = migrations.pending(database)
        if pending and migrations.applied(database):
            _heed_who_runs_on(file)
            log.info(
                "brings the archive into today's shape, which may take a while file=%s steps=%d", file, len(pending)
            )
        migrations.apply(database)
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


def heed_shape(connection: Connection) -> None:
    """Refuse to read what is not of today's shape."""
    file = _file_of(connection)
    heed_strangers(connection, file, known())
    if migrations.pending(Database(connection, execute_plugins=False)):
        raise NotOurs(
            f"{file} is of an older Newsdesk, and must be brought into today's shape before it can be read. Copy it to "
            "where it may be written, and set NEWSDESK_DATA to that folder."
        )


def known() -> frozenset[str]:
    """The names of all steps."""
    nothing = Database(memory=True, execute_plugins=False)
    try:
        return frozenset(step.name for step in migrations.pending(nothing))
    finally:
        nothing.close()


def _file_of(connection: Connection) -> Path:
    return Path(connection.execute("PRAGMA database_list").fetchone()[2])


def _heed_who_runs_on(file: Path) -> None:
    """Refuse where another bot holds the archive's lock; not we ourselves, who would have it open."""
    lock = file.with_name(f"{file.name}.lock")
    try:
        with lock.open() as opened:
            fcntl.flock(opened, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError as error:
        if not any(_is_same(each, lock) for each in _OPENED.iterdir()):
            raise ConfigError(
                f"{file} is still of an older Newsdesk, and a bot runs on it. Unless that has only just been started, "
                "it is the older one, which could not go on with today's shape: stop it, then start this one."
            ) from error
    except OSError:  # there is none, or it is not ours to look at
        pass


def _is_same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:  # closed meanwhile
        return False


@migrations()
def sources_and_feeds(db: Database) -> None:
    """A source is an address we poll; a feed is somebody's wish to have it polled."""
    db.execute(
        """
        CREATE TABLE source (
            id INTEGER PRIMARY KEY,
            url TEXT NOT NULL UNIQUE,
            etag TEXT, modified TEXT, digest BLOB,
            polled INTEGER, succeeded INTEGER, next_poll INTEGER,
            failures INTEGER NOT NULL DEFAULT 0,
            status TEXT NOT NULL DEFAULT 'new',
            error TEXT NOT NULL DEFAULT '',
            memory TEXT NOT NULL DEFAULT '{}'
        )
        """
    )
    db.execute("CREATE INDEX source_due ON source(next_poll)")
    db.execute(
        """
        CREATE TABLE feed (
            id INTEGER PRIMARY KEY,
            source INTEGER NOT NULL REFERENCES source(id),
            owner INTEGER NOT NULL,             -- 0: the operator's; else the server whose own it is
            title TEXT NOT NULL, region TEXT, fallback TEXT, home TEXT,
            every INTEGER,                      -- seconds
            pages INTEGER NOT NULL, full_text INTEGER NOT NULL,
            tags TEXT NOT NULL, places TEXT NOT NULL, policy TEXT NOT NULL,
            added INTEGER NOT NULL, polled INTEGER,
            removed INTEGER,                    -- kept, so that its guids are never forgotten
            UNIQUE (source, owner)
        )
        """
    )


@migrations()
def articles(db: Database) -> None:
    """An article's id is a time key, so that the newest are found without sorting."""
    db.execute(
        """
        CREATE TABLE article (
            id INTEGER PRIMARY KEY,             -- minute of publication * 64 + slot
            owner INTEGER NOT NULL,
            url TEXT NOT NULL, title TEXT NOT NULL, teaser TEXT NOT NULL,
            authors TEXT NOT NULL,              -- JSON, as printed
            regions TEXT NOT NULL,              -- JSON, strongest first
            image TEXT,                         -- JSON: url, alt, credit
            published INTEGER, seen INTEGER NOT NULL, updated INTEGER, gone INTEGER,
            language TEXT NOT NULL, source_name TEXT NOT NULL,
            late INTEGER NOT NULL,
            quiet INTEGER NOT NULL,             -- kept without being posted: it stays unposted
            story BLOB NOT NULL                 -- hash of its canonical address
        )
        """
    )
    db.execute("CREATE INDEX article_story ON article(story)")
    db.execute("CREATE TABLE article_text (id INTEGER PRIMARY KEY, z BLOB NOT NULL)")
    db.execute("CREATE TABLE region (id INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE)")
    # Region 0 holds every article, so that "the latest of all" is the same walk as "the latest of Africa".
    db.execute(
        """
        CREATE TABLE article_region (
            owner INTEGER NOT NULL, region INTEGER NOT NULL, article INTEGER NOT NULL,
            PRIMARY KEY (owner, region, article)
        ) WITHOUT ROWID
        """
    )
    db.execute(
        """
        CREATE TABLE author (
            id INTEGER PRIMARY KEY,
            owner INTEGER NOT NULL, name TEXT NOT NULL, folded TEXT NOT NULL,
            articles INTEGER NOT NULL, newest INTEGER NOT NULL,
            UNIQUE (owner, folded)
        )
        """
    )
    db.execute("CREATE TABLE language (id INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE)")


@migrations()
def identities(db: Database) -> None:
    """What is known stays known, whatever becomes of the article."""
    db.execute("CREATE TABLE identity (hash BLOB PRIMARY KEY, article INTEGER NOT NULL) WITHOUT ROWID")
    db.execute(
        """
        CREATE TABLE sighting (
            article INTEGER NOT NULL, feed INTEGER NOT NULL,
            digest BLOB NOT NULL,               -- of all that this feed prints of it
            parts BLOB NOT NULL,                -- of each part, so that a correction touches that part alone
            first INTEGER NOT NULL,
            PRIMARY KEY (article, feed)
        ) WITHOUT ROWID
        """
    )
    db.execute(
        """
        CREATE TABLE revision (
            id INTEGER PRIMARY KEY,
            article INTEGER NOT NULL, feed INTEGER NOT NULL, at INTEGER NOT NULL,
            was BLOB NOT NULL                   -- zlib of JSON: the parts that changed, as they were
        )
        """
    )
    db.execute("CREATE INDEX revision_article ON revision(article)")


@migrations()
def standing_orders_and_what_is_owed(db: Database) -> None:
    """Subscriptions, and the outbox."""
    db.execute(
        """
        CREATE TABLE subscription (
            id INTEGER PRIMARY KEY,
            target TEXT NOT NULL, region TEXT NOT NULL, guild INTEGER NOT NULL, kind TEXT NOT NULL,
            mention INTEGER, silent INTEGER NOT NULL, publish INTEGER NOT NULL, tag INTEGER,
            include TEXT NOT NULL, exclude TEXT NOT NULL, options TEXT NOT NULL,
            created INTEGER NOT NULL, suspended TEXT NOT NULL,
            ended INTEGER,                      -- kept, for the deliveries that were made under it
            UNIQUE (target, region)
        )
        """
    )
    db.execute("CREATE INDEX subscription_guild ON subscription(guild) WHERE ended IS NULL")
    db.execute(
        """
        CREATE TABLE delivery (
            id INTEGER PRIMARY KEY,
            article INTEGER NOT NULL, target TEXT NOT NULL,
            subscription INTEGER NOT NULL REFERENCES subscription(id),
            story BLOB NOT NULL, nonce TEXT NOT NULL,
            published INTEGER NOT NULL,         -- the order in which a target gets them
            state TEXT NOT NULL, reason TEXT NOT NULL DEFAULT '',
            attempts INTEGER NOT NULL DEFAULT 0, attempted INTEGER, due INTEGER,
            message INTEGER, shown TEXT NOT NULL DEFAULT '',
            edit INTEGER NOT NULL DEFAULT 0,    -- 1: the message shows what is no longer so; 2: an edit is on its way
            made INTEGER NOT NULL, settled INTEGER,
            UNIQUE (article, target), UNIQUE (story, target)
        )
        """
    )
    db.execute(
        """
        CREATE INDEX delivery_line ON delivery(target, published, article)
        WHERE state IN ('pending', 'later', 'sending')
        """
    )
    db.execute("CREATE INDEX delivery_edit ON delivery(target, published, article) WHERE edit > 0")
    db.execute("CREATE INDEX delivery_waiting ON delivery(state, target) WHERE state NOT IN ('sent', 'refused')")
    db.execute("CREATE TABLE memo (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID")


@migrations()
def index_of_words(db: Database) -> None:
    """Three indexes: all words unranked, title and teaser ranked, titles by their first letters.

    They get text that our own normaliser has made plain, so the simplest tokenizer will do: it takes whatever is not
    ASCII for letters, which is what the private tokens are, and knows no newer or older Unicode than we do.
    """
    db.execute(
        """
        CREATE VIRTUAL TABLE words USING fts5(
            x, content = '', detail = none, columnsize = 0, tokenize = 'porter ascii')
        """
    )
    db.execute(
        """
        CREATE VIRTUAL TABLE heads USING fts5(
            title, teaser, own_title, own_teaser, marks, content = '', tokenize = 'porter ascii')
        """
    )
    db.execute(
        """
        CREATE VIRTUAL TABLE titles USING fts5(
            x, content = '', detail = none, columnsize = 0, prefix = '1 2 3 4', tokenize = 'ascii')
        """
    )


@migrations()
def forms_of_words(db: Database) -> None:
    """The words of titles as they are spelt, to tell which neighbour of a misspelt word is one. For some hours the step
    before this one made one list or the other."""
    db.execute("CREATE VIRTUAL TABLE IF NOT EXISTS known_word USING fts5vocab(words, 'row')")
    db.execute("CREATE VIRTUAL TABLE IF NOT EXISTS title_word USING fts5vocab(titles, 'row')")


@migrations()
def states_are_counted(db: Database) -> None:
    """Status and metrics count the outbox often."""
    db.execute("CREATE INDEX delivery_state ON delivery(state)")


@migrations()
def certificates_may_go_unchecked(db: Database) -> None:
    """A feed's owner may take any certificate of its host; an address does so when all its feeds do."""
    for table in ("feed", "source"):
        db.execute(f"ALTER TABLE {table} ADD COLUMN any_certificate INTEGER NOT NULL DEFAULT 0")


@migrations()
def weekly_round_ups(db: Database) -> None:
    """A round-up is owed like an article; the week stands, below zero, where the article's key would."""
    db.execute("ALTER TABLE delivery ADD COLUMN listed TEXT NOT NULL DEFAULT ''")
    db.execute("CREATE INDEX delivery_roundup ON delivery(target, article) WHERE article < 0")
    db.execute("CREATE INDEX subscription_roundup ON subscription(id) WHERE region = '@week'")


@migrations()
def the_first_message_is_dated(db: Database) -> None:
    """A cap counts the posts of an hour, also over a restart; an edit is none."""
    db.execute("ALTER TABLE delivery ADD COLUMN sent INTEGER")
    db.execute("UPDATE delivery SET sent = settled WHERE state = 'sent'")
    db.execute("CREATE INDEX delivery_sent ON delivery(target, sent) WHERE sent IS NOT NULL")


@migrations()
def policies_belong_to_addresses(db: Database) -> None:
    """How articles are told apart is found out from an address's documents, and kept with what we remember of it."""
    db.execute("ALTER TABLE feed DROP COLUMN policy")


@migrations()
def hints_may_go_unheard(db: Database) -> None:
    """An operator may know better than a server how often it can be asked."""
    db.execute("ALTER TABLE feed ADD COLUMN hints INTEGER NOT NULL DEFAULT 1")


@migrations()
def long_parts_are_packed_with_dictionaries(db: Database) -> None:
    """The archive's own dictionaries (see texts). Address, teaser and image are packed with the text from here on; what
    was kept before is packed anew step by step, and until then read as it is."""
    db.execute("CREATE TABLE dictionary (number INTEGER PRIMARY KEY, bytes BLOB NOT NULL, articles INTEGER NOT NULL)")


@migrations()
def the_longest_column_comes_first(db: Database) -> None:
    """An empty index is made in today's shape at once; one that is not, when it is made anew."""
    if db.execute("SELECT 1 FROM article").fetchone() is None:
        db.execute("DROP TABLE heads")
        db.execute(
            """
            CREATE VIRTUAL TABLE heads USING fts5(
                teaser, title, own_teaser, own_title, marks, content = '', tokenize = 'porter ascii')
            """
        )


@migrations()
def indexes_are_merged_less_often(db: Database) -> None:
    """Eight parts of an index become one, not four: that halves what each article makes us write, and the waits."""
    for name in ("words", "heads", "titles"):
        db.execute(f"INSERT INTO {name} ({name}, rank) VALUES ('automerge', 8)")  # noqa: S608 our tables


@migrations()
def what_buttons_stand_for_passes(db: Database) -> None:
    """Addresses and long queries behind buttons, the newest of them; a turn is never given twice."""
    db.execute(
        """
        CREATE TABLE passing (
            turn INTEGER PRIMARY KEY AUTOINCREMENT, key TEXT NOT NULL UNIQUE, value TEXT NOT NULL)
        """
    )
    old = "FROM memo WHERE key >= 'page:' AND key < 'page;' OR key >= 'feed:' AND key < 'feed;'"
    db.execute(f"INSERT INTO passing (key, value) SELECT key, value {old}")
    db.execute(f"DELETE {old}")


@migrations()
def indexes_have_small_pages(db: Database) -> None:
    """To go back in time, a page is read as a whole before its last entry. Pages become small as parts are merged; all
    of them when the index is made anew."""
    for name in ("words", "heads", "titles"):
        db.execute(f"INSERT INTO {name} ({name}, rank) VALUES ('pgsz', 1000)")  # noqa: S608 our tables


@migrations()
def words_of_heads_are_listed(db: Database) -> None:
    """By its list of words an index can be read through, to see that it is sound, by connections that only read."""
    db.execute("CREATE VIRTUAL TABLE head_word USING fts5vocab(heads, 'row')")


@migrations()
def words_may_wait(db: Database) -> None:
    """Articles whose words are put into the indexes a moment later, many at once, which takes half the time."""
    db.execute("CREATE TABLE unindexed (article INTEGER PRIMARY KEY)")


@migrations()
def indexes_are_merged_sooner_again(db: Database) -> None:
    """As articles are put in many at once, they make few parts: to merge four costs no more than eight, and there are
    fewer to ask."""
    for name in ("words", "heads", "titles"):
        db.execute(f"INSERT INTO {name} ({name}, rank) VALUES ('automerge', 4)")  # noqa: S608 our tables


@migrations()
def indexes_have_smaller_pages(db: Database) -> None:
    """Half as large: what is skipped is skipped in whole pages, and what is left of one is read through."""
    for name in ("words", "heads", "titles"):
        db.execute(f"INSERT INTO {name} ({name}, rank) VALUES ('pgsz', 500)")  # noqa: S608 our tables


@migrations()
def corrections_may_wait(db: Database) -> None:
    """What is in the indexes of an article that waits to be put in anew."""
    db.execute("ALTER TABLE unindexed ADD COLUMN was BLOB")

"""The words of the house: values that every room may hold."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

OPERATOR = 0  # the owner of feeds that everybody may read
ROUNDUP = "@week"  # in place of a region: the order is for a weekly round-up, and its options say when
Viewer = int | None  # who asks: a server's id, OPERATOR for "public only" (a DM), None for the operator, who sees all


# --- bring in -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Feed:
    """A source somebody wants polled: the operator's, or one server's own."""

    url: str
    id: int = 0
    source: int = 0  # the address it shares with every other feed of the same url
    owner: int = OPERATOR
    title: str = ""
    region: str | None = None  # a section feed: all it prints belongs there
    default: str | None = None  # the region when nothing else speaks for any
    home: str | None = None  # ISO 3166 code of the publisher's country
    every: timedelta | None = None  # None: the usual interval
    pages: bool = True  # may the article's page be read when the feed lacks something
    full_text: bool = False  # may the article's body be kept, for search only
    tags: Mapping[str, str] = field(default_factory=dict)  # this publisher's tag -> region
    places: Mapping[str, str] = field(default_factory=dict)  # this publisher's country -> region, where it differs
    hints: bool = True  # hear what its server and the feed itself say of how often to come
    any_certificate: bool = False  # somebody has said that this host's certificate need not be checked
    added: datetime | None = None
    polled: datetime | None = None  # None: never yet, so its first poll is silent


@dataclass(frozen=True, slots=True)
class Source:
    """An address we poll, once, for all the feeds that name it; and what we know of its server."""

    url: str
    id: int = 0
    etag: str | None = None  # byte for byte as the server sent it
    modified: str | None = None
    digest: bytes | None = None  # of the last document, from its first item on
    polled: datetime | None = None
    succeeded: datetime | None = None
    next_poll: datetime | None = None
    failures: int = 0
    status: str = "new"  # ok, unchanged, or the kind of failure: gone, not-a-feed, blocked, too-large, timeout, ...
    error: str = ""  # the failure in one sentence
    any_certificate: bool = False  # every feed here says so
    memory: str = "{}"  # what else the poller remembers of it (hints, redirects, hours, hubs), as JSON


@dataclass(frozen=True, slots=True)
class Document:
    """What a feed's server sent."""

    url: str  # where it was found in the end, redirects followed
    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)  # names in lower case


@dataclass(frozen=True, slots=True)
class Tag:
    """A word the publisher filed an article under."""

    term: str
    scheme: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Image:
    """The lead photo."""

    url: str
    alt: str = ""
    credit: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One item as the feed prints it, in plain text."""

    title: str
    link: str = ""
    guid: str = ""
    teaser: str = ""
    text: str = ""  # the longer text, where the feed gives one
    authors: tuple[str, ...] = ()
    tags: tuple[Tag, ...] = ()
    image: Image | None = None
    published: datetime | None = None
    updated: datetime | None = None
    language: str = ""


# --- keep -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Article:
    """One story, kept once however many feeds print it."""

    title: str
    url: str
    id: int = 0  # a time key: minutes since 1970 of publication * 64 + slot; given once, never changes
    owner: int = OPERATOR
    teaser: str = ""
    text: str = ""
    authors: tuple[str, ...] = ()
    tags: tuple[Tag, ...] = ()
    regions: tuple[str, ...] = ()  # strongest first
    feeds: tuple[str, ...] = ()  # addresses of the feeds that print it, first seen first
    image: Image | None = None
    published: datetime | None = None
    seen: datetime | None = None
    updated: datetime | None = None
    gone: datetime | None = None  # its page answered 404 or 410
    language: str = ""
    source_name: str = ""  # the title of the first feed that printed it
    keys: tuple[str, ...] = ()  # "guid:...", "url:...", "print:...": any one known means the article is known
    why: str = ""  # the evidence for its regions, as JSON (see intake.classify)
    late: bool = False  # older than the age guard: kept, not posted


@dataclass(frozen=True, slots=True)
class Sighting:
    """An article as one feed prints it now: what the poller hands to the archive."""

    article: Article
    feed: Feed
    digest: bytes  # of all that is shown; another digest of the same feed is a correction
    silent: bool = False  # keep, owe nothing (a first poll, a backfill, a held flood)


@dataclass(frozen=True, slots=True)
class Accepted:
    """What one poll brought into the archive."""

    new: tuple[Article, ...] = ()
    changed: tuple[Article, ...] = ()
    owed: int = 0
    retold: tuple[tuple[Article, Article], ...] = ()  # known ones whose tags are new: as they were, as they are printed


Recall = Callable[[str], str | None]
Learn = Callable[[Accepted, Recall], Mapping[str, str]]  # what shall be remembered of it, in the same transaction


@dataclass(frozen=True, slots=True)
class Added:
    """A feed that somebody wanted, after it has been asked once."""

    feed: Feed
    articles: int  # archived, not posted
    sentence: str  # what was found, for the person who wanted it
    unread: tuple[str, ...] = ()  # further feeds that its page names, and that could not be read now


# --- go out ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Subscription:
    """A standing order: this target wants that region."""

    target: str  # "channel:123", "user:123"
    region: str  # a region's code, or "*" for all
    id: int = 0
    guild: int = 0
    kind: str = "text"  # text, announcement, forum, thread, dm
    mention: int | None = None  # a role to mention
    silent: bool = False
    publish: bool = False
    tag: int | None = None  # a forum tag
    include: str = ""
    exclude: str = ""
    options: str = "{}"  # quiet hours, cap, colour, style: as JSON
    created: datetime | None = None
    suspended: str = ""  # why nothing is sent there now, or ""


State = Literal["pending", "sending", "sent", "later", "suspended", "refused", "held"]
OPEN_STATES: tuple[State, ...] = ("pending", "later")


@dataclass(frozen=True, slots=True)
class Owed:
    """One article owed to one target, before the archive has given it a number."""

    target: str
    subscription: Subscription
    due: datetime | None = None  # None: at once
    held: str = ""  # why it must wait for a person, or ""


@dataclass(frozen=True, slots=True)
class Part:
    """A region's share of a round-up."""

    region: str  # "" is the whole world
    articles: tuple[Article, ...]  # the foremost first
    total: int  # that came in, shown or not


@dataclass(frozen=True, slots=True)
class Roundup:
    """A week on one page, chosen when it was owed, so that every attempt sends the same."""

    since: datetime
    until: datetime
    zone: str  # whose days it is told in
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Delivery:
    """One article owed to one target. Rows of the outbox."""

    id: int
    article: Article
    target: str
    subscription: Subscription
    nonce: str  # the same at every attempt: at most 25 characters
    state: State = "pending"
    reason: str = ""
    attempts: int = 0
    attempted: datetime | None = None
    due: datetime | None = None
    message: int | None = None  # the message's id, once it is out
    shown: str = ""  # digest of what the message shows; with "?" after it where an edit may have changed that
    edit: bool = False  # out already, but what is shown is no longer what we know
    roundup: Roundup | None = None  # in place of the article, which then only names it


@dataclass(frozen=True, slots=True)
class Sent:
    """It is out, under this message's id."""

    message: int
    shown: str = ""
    stale: bool = False  # what is out left before a correction, and must be edited


@dataclass(frozen=True, slots=True)
class Later:
    """Not now: why, and after how long to try again (None: the courier's own back-off)."""

    reason: str
    after: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """Never, for this article in this target: why."""

    reason: str


@dataclass(frozen=True, slots=True)
class Suspended:
    """Nothing can be sent to this target until somebody acts: why, and what to do."""

    reason: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """It may or may not be out: to be read back before anything is repeated."""

    reason: str


Outcome = Sent | Later | Refused | Suspended | Unknown
Route = Callable[[Article, Sequence[Subscription]], list[Owed]]


# --- find -----------------------------------------------------------------------------------------------------

Order = Literal["relevance", "newest"]


@dataclass(frozen=True, slots=True)
class Query:
    """What a reader asks of the archive, as typed; no words means the latest."""

    words: str = ""
    region: str | None = None
    author: str = ""
    feed: str = ""
    after: str = ""  # dates as people write them
    before: str = ""
    order: Order | None = None  # None: relevance where there are words
    viewer: Viewer = OPERATOR
    limit: int = 10
    cursor: str = ""  # from Found.next or Found.previous
    asker: int = 0  # who asks: nobody may have more than two questions waiting; 0: not said


@dataclass(frozen=True, slots=True)
class Hit:
    """One article found, and the place where."""

    article: Article
    snippet: str = ""  # plain text; matched words stand between U+E0F0 and U+E0F1


@dataclass(frozen=True, slots=True)
class Found:
    """A page of what was found."""

    hits: tuple[Hit, ...] = ()
    total: int = 0
    more: bool = False  # total is a lower bound: "1,000+"
    next: str = ""  # cursor of the page after, or ""
    previous: str = ""
    first: int = 1  # the rank of the first hit, for "11-20 of 214"
    understood: str = ""  # the query in words
    suggestion: str = ""  # "did you mean"
    lacking: str = ""  # in a sentence: why there may be more than this says


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to an article, for `why`."""

    at: datetime
    what: str  # seen, placed, changed, owed, sent, edited, not edited, held, refused, ...
    words: str
    feed: str = ""
    target: str = ""
    region: str = ""


@dataclass(frozen=True, slots=True)
class Story:
    """The whole story of one article."""

    article: Article
    events: tuple[Event, ...] = field(default=())

"""The house without Discord: archive, regions, poller; all that the console needs."""

import contextlib
import fcntl
import logging
from collections.abc import AsyncIterator, Callable, Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from bot.archive.archive import Archive
from bot.archive.search.aliases import load_aliases
from bot.archive.trouble import NotOurs
from bot.clock import Clock, WallClock
from bot.delivery.route import route
from bot.errors import ConfigError
from bot.intake import ledger
from bot.intake.classify import Classifier, load_classifier
from bot.intake.lists import read_feeds
from bot.model import OPERATOR, Feed
from bot.poller import Poller, open_poller
from bot.regions import Regions, load_regions
from bot.settings import DISCORD_API, Settings, shipped

_ABSENT = "There is no archive at {}. Do this in the folder in which the bot runs, or set NEWSDESK_DATA."
_NONE_YET = (
    "There is no archive at {} yet; newsdesk feeds add URL makes it. If you have one elsewhere, do this in the folder "
    "in which the bot runs, or set NEWSDESK_DATA."
)

log = logging.getLogger(__name__)

_LISTED = "feeds.toml"  # under this key the archive remembers which feeds the file named last


@dataclass(frozen=True, slots=True)
class Core:
    """What lives long, in one place."""

    settings: Settings
    regions: Regions
    classifier: Classifier
    archive: Archive
    poller: Poller
    clock: Clock
    nudge: Callable[[], None]  # tells the courier that something is owed


@contextlib.asynccontextmanager
async def open_core(
    settings: Settings,
    *,
    clock: Clock | None = None,
    nudge: Callable[[], None] = lambda: None,
    measure: Callable[[str, float], None] = lambda outcome, seconds: None,
    took_in: Callable[[tuple[str, ...]], None] = lambda regions: None,
    reading: bool = False,
) -> AsyncIterator[Core]:
    """Open the archive and all that stands on it; close it in the other order. For `reading`, nothing is written.

    `nudge` is called when something is owed, `measure` with the outcome and the seconds of every poll, `took_in` with
    the regions of every new article.
    """
    clock = clock or WallClock()
    regions = load_regions(settings.file("regions.toml"))
    classifier = load_classifier([shipped(), settings.data], regions)
    async with open_archive(settings, regions, clock, reading=reading) as archive:
        if not reading:
            await take_listed_feeds(settings, archive, regions, classifier.places)
        opening = open_poller(
            settings, archive, classifier, regions, route, clock, nudge, measure=measure, took_in=took_in
        )
        async with opening as poller:
            yield Core(settings, regions, classifier, archive, poller, clock, nudge)


def tell_of_another_discord(settings: Settings) -> None:
    """Whoever has set it knows; whoever reads the log should."""
    if settings.api != DISCORD_API:
        log.warning("speaks to another Discord api=%s: it gets the token", settings.api)


def make_folder(settings: Settings) -> None:
    """Where the archive lies."""
    try:
        settings.data.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(
            f"The data folder {settings.data} cannot be made ({error.strerror}); set NEWSDESK_DATA."
        ) from error


def heed_absence(settings: Settings) -> None:
    """Refuse what makes sense only where an archive is: in a wrong folder, a new and empty one would be made."""
    if not settings.archive.exists():
        raise ConfigError(_ABSENT.format(settings.archive.absolute()))


@contextlib.asynccontextmanager
async def open_archive(
    settings: Settings, regions: Regions, clock: Clock, *, reading: bool = False
) -> AsyncIterator[Archive]:
    """The archive alone, for questions that need no poll.

    For `reading`, it need not be ours to write to; and where there is none, none is made: it might be the wrong folder.
    """
    aliases = load_aliases(settings.file("aliases.tsv"))
    absent = reading and not settings.archive.exists()
    if not reading:
        make_folder(settings)
    try:
        archive = await Archive.open(
            ":memory:" if absent else settings.archive, regions, now=clock.now, aliases=aliases
        )
    except NotOurs as error:
        if not reading:
            raise
        archive = await Archive.read(settings.archive, regions, error, now=clock.now, aliases=aliases)
    try:
        yield archive
        if absent:  # where something went wrong, that alone is told
            log.warning("%s", none_yet(settings))
    finally:
        await archive.close()


def none_yet(settings: Settings) -> str:
    """What to do where there is no archive; nothing where there is one."""
    return "" if settings.archive.exists() else _NONE_YET.format(settings.archive.absolute())


async def take_listed_feeds(
    settings: Settings, archive: Archive, regions: Regions, places: Collection[str] = ()
) -> None:
    """Make the operator's feeds follow feeds.toml: what it names is kept, what it names no more goes."""
    listed, gone = await _listed(settings, archive, regions, places)
    for feed in listed:
        await archive.add_feed(feed)
    for url in gone:
        await archive.remove_feed(url, OPERATOR)
    await archive.remember(_LISTED, " ".join(feed.url for feed in listed))


async def feeds_as_listed(core: Core) -> list[Feed]:
    """All feeds as they are once feeds.toml is followed, of which nothing is written."""
    listed, gone = await _listed(core.settings, core.archive, core.regions, core.classifier.places)
    feeds = await core.archive.feeds()
    kept = {feed.url: feed for feed in feeds if feed.owner == OPERATOR and feed.url not in gone}
    for feed in listed:
        old = kept.get(feed.url, feed)
        kept[feed.url] = replace(feed, id=old.id, source=old.source, added=old.added, polled=old.polled)
    return [*kept.values(), *(feed for feed in feeds if feed.owner != OPERATOR)]


async def _listed(
    settings: Settings, archive: Archive, regions: Regions, places: Collection[str]
) -> tuple[list[Feed], set[str]]:
    """What feeds.toml names, and the addresses that it names no more.

    What somebody has said on Discord of a feed's tags stays, unless the file says otherwise.
    """
    named = read_feeds(settings.file("feeds.toml"), regions, places)
    before = set((await archive.recall(_LISTED) or "").split())
    kept = {feed.url: feed.id for feed in await archive.feeds(OPERATOR)}
    listed = []
    for feed in named:
        said = ledger.said(await archive.recall(f"{ledger.SAID}{kept.get(feed.url, 0)}"), regions)
        listed.append(replace(feed, tags={**said, **feed.tags}))
    return listed, before - {feed.url for feed in named}


@contextlib.contextmanager
def alone(archive: Path) -> Iterator[None]:
    """Two bots on one archive would post everything twice; the lock goes with the process, however it ends."""
    lock = archive.with_name(f"{archive.name}.lock")
    try:
        opened = lock.open("w")
    except OSError as error:
        raise ConfigError(
            f"{lock} cannot be written ({error.strerror}). Give it and its folder to the user who runs Newsdesk, "
            "or set NEWSDESK_DATA."
        ) from error
    with opened as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise ConfigError(
                f"Another Newsdesk runs on {archive} already. Stop it first, or set NEWSDESK_DATA to another folder."
            ) from error
        yield

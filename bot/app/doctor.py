"""Looks over settings, files, archive, token and feeds, and says what to do about what is wrong."""

import asyncio
import json
import logging
import os
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from bot.app.core import open_archive, tell_of_another_discord
from bot.archive import shape
from bot.archive.archive import MUCH_EMPTY, Archive
from bot.archive.connect import DatabaseError
from bot.archive.trouble import in_words
from bot.clock import Clock, WallClock
from bot.errors import NewsError
from bot.intake import ledger, tidings
from bot.intake.addresses import spoken
from bot.intake.classify import Classifier, load_classifier
from bot.intake.classify.lines import load_names
from bot.intake.counting import counted
from bot.intake.lists import read_feeds
from bot.model import OPERATOR, ROUNDUP, Feed, Subscription
from bot.regions import Regions, load_regions
from bot.settings import Settings, shipped

log = logging.getLogger(__name__)

_SHOWN = 5  # failing feeds named one by one
_AGED = 2  # years after which a name may be wrong
_TAGS = 10  # lines of tags and agreement
_ABSENT = (
    "there is none at {} yet. It is made by: newsdesk feeds add URL. If you have one elsewhere, do this in the folder "
    "in which the bot runs, or set NEWSDESK_DATA"
)
_NO_MORE = "Nothing else of the archive was looked at."
_ODD = "{} has something in it that cannot be read ({}: {}). Bring back the last copy: newsdesk restore FILE"
_WORTH_TELLING = 100 * 2**20  # bytes of the archive's file that nothing is in


@dataclass(frozen=True, slots=True)
class Finding:
    """One part of the house, whether it is well, and what to do where it is not."""

    part: str
    well: bool
    words: str


async def examine(
    settings: Settings, told: Callable[[str], None] = lambda line: None, clock: Clock | None = None
) -> AsyncIterator[Finding]:
    """Look at one part after the other, as each is done; `told` hears what is looked at meanwhile."""
    clock = clock or WallClock()
    yield _settings(settings)
    yield _data(settings)
    try:
        regions = load_regions(settings.file("regions.toml"))
        yield Finding("regions", True, f"{len(regions)} of {settings.file('regions.toml')}")
        classifier = load_classifier([shipped(), settings.data], regions)
        for finding in _names(settings, classifier, clock.now().year):
            yield finding
        listed = read_feeds(settings.file("feeds.toml"), regions, classifier.places)
        yield Finding("feeds.toml", True, f"{counted(len(listed), 'feed')} in {settings.file('feeds.toml')}")
    except NewsError as error:
        yield Finding("files", False, str(error))
        return
    orders: list[Subscription] = []
    if not settings.archive.exists():  # who looks makes none: it might be the wrong folder
        yield Finding("archive", False, _ABSENT.format(settings.archive.absolute()))
    elif lost := await asyncio.to_thread(shape.lost, settings.archive):  # to open it may need what is lost
        yield Finding("archive", False, " ".join([*lost, _NO_MORE]))
    else:
        try:
            async with open_archive(settings, regions, clock, reading=True) as archive:
                async for finding in _archive(archive, told, clock):
                    yield finding
                orders = await archive.subscriptions()
                async for finding in _tags(archive, regions):
                    yield finding
        except NewsError as error:
            yield Finding("archive", False, str(error))
        except DatabaseError as error:
            trouble = in_words(error, settings.archive)
            yield Finding("archive", False, str(trouble or f"{settings.archive} cannot be read ({error})."))
        except Exception as error:  # the boundary: somebody has written into it what we never would
            log.debug("could not look over the archive", exc_info=True)
            yield Finding("archive", False, _ODD.format(settings.archive, type(error).__name__, error))
    told("Asking Discord …")
    token = await _token(settings)
    yield token
    if token.well:
        async for finding in _permissions(settings, orders, told):
            yield finding


def _settings(settings: Settings) -> Finding:
    words = "from the environment and .env" if Path(".env").is_file() else "from the environment; here is no .env"
    return Finding("settings", not settings.doubts, " ".join(settings.doubts) or words)


def _data(settings: Settings) -> Finding:
    folder = settings.data.resolve()
    if folder.exists() and not folder.is_dir():
        return Finding("data", False, f"{folder} is no folder; set NEWSDESK_DATA to one.")
    if not folder.is_dir():
        return Finding(
            "data", False, f"{folder} is not there yet; it is made at the first start, or set NEWSDESK_DATA."
        )
    free = os.statvfs(folder)
    if free.f_flag & os.ST_RDONLY:
        return Finding(
            "data", False, f"{folder} is on a read-only disk. It can be asked there; the bot cannot run on it."
        )
    if not os.access(folder, os.W_OK):
        return Finding(
            "data", False, f"{folder} cannot be written. Give it to the user who runs Newsdesk, or set NEWSDESK_DATA."
        )
    megabytes = free.f_bavail * free.f_frsize // 2**20
    if megabytes < 200:
        return Finding(
            "data", False, f"only {megabytes} MB are free at {folder}. Make room before the archive cannot grow."
        )
    return Finding("data", True, f"{folder}, {megabytes:,} MB free")


def _names(settings: Settings, classifier: Classifier, year: int) -> Iterator[Finding]:
    """People and parties come and go: what nobody has looked at for long may be wrong by now.

    Of the lists that came with us, only a newer version knows better; of the operator's own, the operator.
    """
    seen = classifier.names.looked_at
    words = f"{len(classifier.names):,}; people, parties and organisations as of {seen}"
    newer = " Newer ones come with a newer Newsdesk; your own names.tsv wins over them." if seen < year - _AGED else ""
    yield Finding("names", True, f"{words}.{newer}" if newer else words)
    own = settings.data / "names.tsv"
    if not own.is_file() or own.resolve() == (shipped() / "names.tsv").resolve():
        return
    names = load_names(own, classifier.places)
    old = sorted((name.until, word) for word, name in names.items() if name.until and name.until < year - _AGED)
    if old:
        number = counted(len(old), "name is", "names are")
        listed = ", ".join(f"{word} ({until})" for until, word in old[:_SHOWN])
        then = f"Write {year} there if that is still so; else correct it or take it out."
        yield Finding("names", True, f"in {own}, {number} of {year - _AGED - 1} or before: {listed}. {then}")


async def _archive(archive: Archive, told: Callable[[str], None], clock: Clock) -> AsyncIterator[Finding]:
    problems = await archive.check(lambda part, done, of: told(f"Looking at {part} ({done} of {of} done) …"))
    yield Finding("archive", not problems, " ".join(problems) or "file, index and articles agree")
    free, size = await archive.empty()
    if free > max(size * MUCH_EMPTY, _WORTH_TELLING):
        words = f"{free // 2**20:,} MB of the archive's {size // 2**20:,} are empty, and will be filled"
        yield Finding("space", True, f"{words}; to have them back, stop the bot, then: newsdesk reindex --do")
    sources = await archive.sources()
    failing = [source for source in sources if source.error]
    words = f"{counted(len(sources), 'address', 'addresses')}, {len(failing)} failing"
    if not sources:
        words = "none yet. Add one with: newsdesk feeds add URL"
    yield Finding("feeds", bool(sources) and not failing, words)
    for source in failing[:_SHOWN]:
        yield Finding("feed", False, f"{spoken(source.url)}: {source.error}")
    async for finding in _gaps(archive, clock):
        yield finding
    async for finding in _plenties(archive, clock):
        yield finding
    unchecked = [spoken(each.url) for each in await archive.feeds() if each.any_certificate]
    if unchecked:
        yield Finding("certificates", True, f"unchecked, as somebody wished, for {', '.join(unchecked)}")
    waiting = await archive.outbox()
    asleep = await archive.asleep()
    words = ", ".join(f"{count} {state}" for state, count in waiting.items() if count) or "empty"
    if waiting.get("held"):
        words += "; about what is held, /desk release in its server decides"
    yield Finding("outbox", not waiting.get("suspended") and not waiting.get("held"), words)
    for each in asleep[:_SHOWN]:
        what = "the week" if each.region == ROUNDUP else each.region
        yield Finding("subscription", False, f"{what} in {each.target}: {each.suspended}")


async def _gaps(archive: Archive, clock: Clock) -> AsyncIterator[Finding]:
    """What may be missed of a feed, and how to get it."""
    found = tidings.gaps(await archive.recalled(tidings.KEYS), clock.now())
    for feed in await archive.feeds():
        if gap := found.get(feed.id):
            fill = f"newsdesk feeds backfill {spoken(feed.url)} --since {tidings.before_gap(gap)}"
            yield Finding("gap", False, f"{spoken(feed.url)}: {tidings.spoken_gap(gap)}. Try: {fill}")


async def _plenties(archive: Archive, clock: Clock) -> AsyncIterator[Finding]:
    """Servers whose own feeds bring more than is kept of a day: they might fill the disk."""
    found = tidings.plenties(await archive.recalled(tidings.KEYS), clock.now())
    for feed in await archive.feeds():
        if plenty := found.get(feed.id):
            words = f"{spoken(feed.url)} of server {feed.owner} brought more than is kept of a day"
            told = "Its admins are told; what is over waits for the next day."
            yield Finding("plenty", False, f"{words}, last on {plenty.at[:10]}. {told}")


async def _tags(archive: Archive, regions: Regions) -> AsyncIterator[Finding]:
    """Whose tags no longer agree with the text; how far the others' do; and which tags nobody mapped."""
    kept = await archive.recalled(ledger.KEYS)
    feeds = [(feed, ledger.read(kept.get(str(feed.id)))) for feed in await archive.feeds()]
    compared = sorted((pair for pair in feeds if pair[1].judged), key=lambda pair: not pair[1].fallen)
    for feed, found in compared[:_TAGS]:
        yield Finding("agreement", not found.fallen, f"{spoken(feed.url)}: {found.sentence}")
    left = [(each, feed) for feed, found in feeds for each in ledger.unmapped(found, feed, regions)]
    left.sort(key=lambda pair: -pair[0].articles)
    for each, feed in left[:_TAGS]:
        yield Finding("tag", True, _unmapped(each, feed))
    if len(left) > _TAGS:
        yield Finding("tag", True, f"{counted(len(left) - _TAGS, 'more tag')} that nobody mapped")


def _unmapped(tag: ledger.Unmapped, feed: Feed) -> str:
    """Whose tag it is, and what to do: the operator writes a line, a server's admins press a button."""
    said = f"{spoken(feed.url)}: nobody mapped “{tag.tag}” ({counted(tag.articles, 'article')})."
    if feed.owner != OPERATOR:
        return f"{said} /desk status in its server offers to map it."
    means = f'{{ {json.dumps(tag.tag, ensure_ascii=False)} = "{tag.region or "-"}" }}'
    return f'{said} In feeds.toml, below its url: tags = {means} ("-" where it names no region).'


async def _permissions(
    settings: Settings, orders: Sequence[Subscription], told: Callable[[str], None]
) -> AsyncIterator[Finding]:
    """May the bot post wherever somebody has ordered something?"""
    from bot.chat.permissions import permits  # discord.py takes most of a second to import; without a token, needless

    async for permit in permits(settings.token, settings.api, orders, told):
        words = f"{permit.place}: {permit.trouble}." if permit.trouble else permit.place
        yield Finding("permissions", not permit.trouble, words)


async def _token(settings: Settings) -> Finding:
    """Ask Discord whose token this is."""
    if not settings.token:
        return Finding(
            "token", False, "DISCORD_TOKEN is not set. README.md tells how to get one; `make rehearse` needs none."
        )
    tell_of_another_discord(settings)
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=15)) as session,
            session.get(f"{settings.api}/users/@me", headers={"Authorization": f"Bot {settings.token}"}) as answer,
        ):
            if answer.status == 200:
                name = str((await answer.json()).get("username", "?"))
                return Finding("token", True, f"Discord knows it as {name}")
            if answer.status == 401:
                return Finding(
                    "token", False, "Discord refuses it. Copy it again from the developer portal (Bot → Reset Token)."
                )
            return Finding("token", False, f"Discord answered {answer.status}; try again later.")
    except (TimeoutError, aiohttp.ClientError, OSError) as error:
        base = spoken(settings.api)
        why = f"Discord cannot be reached ({error or type(error).__name__}), so nobody could be asked about it."
        return Finding("token", False, f"{why} Is this machine on the network, and may it reach {base}?")

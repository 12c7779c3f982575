"""Lets a person watch it all work: a Discord of our own, a newsroom, and the real bot, on this machine alone."""

import asyncio
import contextlib
import logging
import shutil
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from rich.console import Console

from bot.app.core import Core, open_archive
from bot.app.run import run
from bot.app.stopping import told_to_stop
from bot.archive.archive import Archive
from bot.archive.search.aliases import load_aliases
from bot.chat.client import NewsClient
from bot.clock import WallClock
from bot.delivery.route import route
from bot.errors import ConfigError, NewsError
from bot.intake.classify import load_classifier
from bot.intake.doubt import MANY
from bot.intake.lists import read_feeds
from bot.model import OPERATOR, ROUNDUP, Delivery, Feed, Query, Subscription
from bot.newsroom import Newsroom
from bot.regions import Regions, load_regions
from bot.settings import Settings, shipped
from bot.stage import Draft, Stage

log = logging.getLogger(__name__)

POLL_EVERY = timedelta(seconds=2)
AT_ONCE = MANY // 2  # stories are published before each feed has been polled again
NEWEST = 3  # articles that each standing order of the operator's shows at first
PORT_IS_TAKEN = "Port {port} is taken on this machine. Choose another: newsdesk rehearse --port 0 takes any free one."
GREETING = """Welcome. Articles arrive in the channels on the left as the newsroom prints them.
Ask for more in the box below:
- `/latest asia-pacific` for the newest of a region
- `/search cable sea` for what the archive has on it
- `/regions` for all regions and their channels

Press **Keep reading** under an article for a longer look that only you can see. \
You can be somebody else, too: choose at the bottom left."""
YOUR_OWN = "{folder} is the folder of your own archive, which a rehearsal would change. Choose another for --keep."
_OWN_FILES = ("*.toml", "*.tsv")  # the operator's own regions, names and feeds
_NO_FEEDS = "# A rehearsal adds the feeds of its newsroom by itself.\n"
_MADE = "rehearsal"  # under this key a kept archive remembers the server and the feeds that were made for it


@dataclass(frozen=True, slots=True)
class Scene:
    """What one rehearsal is made of."""

    stage: Stage
    settings: Settings
    newsroom: Newsroom | None  # None: the operator's own feeds


async def rehearse(
    settings: Settings,
    *,
    port: int = 8420,
    pace: float = 4.0,
    mine: bool = False,
    keep: Path | None = None,
    stop: asyncio.Event | None = None,
) -> None:
    """Run until stopped; the page's address is printed once there is something to see."""
    to = Console(stderr=False, highlight=False)
    stop = stop or asyncio.Event()
    with told_to_stop(stop):
        async with _set(settings, port, mine, keep, to) as scene:
            await _play(scene, pace, stop, to)


async def _play(scene: Scene, pace: float, stop: asyncio.Event, to: Console) -> None:
    """The bot on the stage, and the newsroom that prints."""
    watched: asyncio.Future[Core] = asyncio.get_running_loop().create_future()

    def ready(core: Core, client: NewsClient) -> None:
        scene.stage.add_panel("outbox", lambda: _outbox(core))
        if not watched.done():
            to.print(f"\nWatch it at [bold link={scene.stage.url}]{scene.stage.url}[/]   (Ctrl+C ends it)\n")
            watched.set_result(core)

    publishing = asyncio.create_task(_publish(scene, pace, watched, to))
    try:
        await run(scene.settings, stop=stop, ready=ready)
    finally:
        publishing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await publishing


@contextlib.asynccontextmanager
async def _set(settings: Settings, port: int, mine: bool, keep: Path | None, to: Console) -> AsyncIterator[Scene]:
    """Build the scene, and clear it away afterwards."""
    async with contextlib.AsyncExitStack() as stack:
        await asyncio.to_thread(_look_over, settings, mine, keep)
        folder = keep or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="newsdesk-")))
        folder.mkdir(parents=True, exist_ok=True)
        await asyncio.to_thread(_copy_own_files, settings.data, folder, mine)
        to.print("Setting the stage: a Discord of our own, on this machine alone …")
        stage = Stage(port=port)
        try:
            await stage.start()
        except OSError as error:
            raise NewsError(PORT_IS_TAKEN.format(port=port)) from error
        stack.push_async_callback(stage.stop)
        rehearsing = replace(settings, token=stage.token, api=stage.api, data=folder, metrics="", public_url="")
        regions = load_regions(rehearsing.file("regions.toml"))
        if mine:
            await _take_my_archive(settings, rehearsing, regions)
            await _invite_into_my_servers(rehearsing, regions, stage)
            yield Scene(stage, rehearsing, None)
            return
        to.print("Opening the newsroom …")
        newsroom = Newsroom(shipped() / "sample", pace=0)
        await newsroom.start()
        stack.push_async_callback(newsroom.stop)
        rehearsing = replace(rehearsing, poll_every=POLL_EVERY, private_feeds=True)
        await _open_club(rehearsing, regions, stage, newsroom)
        yield Scene(stage, rehearsing, newsroom)


async def _open_club(settings: Settings, regions: Regions, stage: Stage, newsroom: Newsroom) -> None:
    """A server with a channel for every region, two members, and standing orders for the sample's feeds."""
    guild = stage.world.add_guild("The Reading Room")
    front, desks = guild.add_category("Front page"), guild.add_category("Regions")
    welcome = guild.add_channel("welcome", topic="Try /latest, /search or /regions here.", category=front)
    everything = guild.add_channel("all-the-news", kind="announcement", category=front, topic="Every article, once.")
    first = next(iter(regions))
    topic = f"A post to talk about for every story from {first.name}."
    talk = guild.add_channel("discussions", kind="forum", category=front, topic=topic)
    channels = {
        region.code: guild.add_channel(region.code, category=desks, topic=f"{region.emoji} {region.name}")
        for region in regions
    }
    ada = stage.world.add_member(guild, "Ada", admin=True)
    stage.world.add_member(guild, "Noor")
    stage.world.post(welcome, ada, Draft(content=GREETING))
    async with open_archive(settings, regions, WallClock()) as archive:
        await _forget_the_last(archive)
        await archive.remember(_MADE, " ".join([str(guild.id), *(offered.url for offered in newsroom.feeds)]))
        for offered in newsroom.feeds:
            await archive.add_feed(Feed(url=offered.url, title=offered.title, region=offered.region))
        orders = [Subscription(f"channel:{channel.id}", code) for code, channel in channels.items()]
        orders.append(Subscription(f"channel:{everything.id}", "*", kind="announcement"))
        orders.append(Subscription(f"channel:{talk.id}", first.code, kind="forum"))
        for order in orders:
            await archive.subscribe(replace(order, guild=guild.id))


async def _forget_the_last(archive: Archive) -> None:
    """The server and the newsroom of the rehearsal before, whose archive was kept: they are no more."""
    guild, *feeds = (await archive.recall(_MADE) or "0").split()
    for order in await archive.subscriptions():
        if order.guild == int(guild):
            await archive.unsubscribe(order.target, order.region)
    for url in feeds:
        await archive.remove_feed(url, OPERATOR)


async def _take_my_archive(settings: Settings, rehearsing: Settings, regions: Regions) -> None:
    """A copy of the operator's archive, so that nothing of theirs is touched."""
    if settings.archive.is_file() and not rehearsing.archive.exists():
        async with open_archive(settings, regions, WallClock()) as archive:
            await archive.backup(rehearsing.archive)


async def _invite_into_my_servers(settings: Settings, regions: Regions, stage: Stage) -> None:
    """The operator's servers and channels as the archive knows them; where it knows none, a channel for each region."""
    async with open_archive(settings, regions, WallClock()) as archive:
        orders = [each for each in await archive.subscriptions() if each.target.startswith("channel:")]
        for order in orders:
            await archive.unsubscribe(order.target, order.region)
        guilds = {number: stage.world.add_guild(f"Server {number}") for number in {each.guild for each in orders}}
        places: dict[str, int] = {}
        if not orders:
            guild = stage.world.add_guild("Your server")
            orders = [Subscription(f"channel:{region.code}", region.code, guild=guild.id) for region in regions]
            guilds[guild.id] = guild
        for order in orders:
            if order.target not in places:
                kind = order.kind if order.kind in {"text", "announcement", "forum"} else "text"
                name = {"*": "all-the-news", ROUNDUP: "the-week"}.get(order.region, order.region)
                places[order.target] = guilds[order.guild].add_channel(name, kind=kind).id
            new = replace(order, target=f"channel:{places[order.target]}", guild=guilds[order.guild].id, suspended="")
            await archive.subscribe(new)
        for guild in guilds.values():
            stage.world.add_member(guild, "You", admin=True)


async def _publish(scene: Scene, pace: float, watched: "asyncio.Future[Core]", to: Console) -> None:
    """Publish one story after another, once every feed has had its silent first poll."""
    core = await watched
    if scene.newsroom is None:
        await _post_the_newest(core, to)
        return
    while any(feed.polled is None for feed in await core.archive.feeds()):
        await core.clock.sleep(timedelta(seconds=0.2))
    since, number = core.clock.now(), 0
    while (printed := scene.newsroom.publish_next()) is not None:
        log.info("published story=%s", printed.story.slug)
        number += 1
        if number % AT_ONCE == 0:
            await _all_are_polled(core, since)
            since = core.clock.now()
        await core.clock.sleep(timedelta(seconds=pace))
    to.print("The newsroom has published all it has. The archive stays open: try /latest and /search on the page.")


async def _all_are_polled(core: Core, since: datetime) -> None:
    """However slow the machine is: what is too much at once for a feed that is known would be held."""
    while any(
        not source.error and (source.polled is None or source.polled < since) for source in await core.archive.sources()
    ):
        await core.clock.sleep(timedelta(seconds=0.2))


async def _post_the_newest(core: Core, to: Console) -> None:
    """What each standing order would look like: the newest articles of its region, posted once all feeds were asked."""
    to.print("Asking your feeds …")
    while any(source.polled is None and not source.error for source in await core.archive.sources()):
        await core.clock.sleep(timedelta(seconds=0.2))
    owed = 0
    for order in await core.archive.subscriptions():
        region = order.region if order.region in core.regions else None
        newest = await core.archive.latest(Query(region=region, viewer=order.guild, limit=NEWEST))
        for hit in reversed(newest.hits):
            owed += await core.archive.owe(hit.article, route(hit.article, [order]), core.clock.now())
    core.nudge()
    to.print(f"Posted the newest {owed} articles as they would look. New ones follow as your feeds bring them.")


async def _outbox(core: Core) -> dict[str, object]:
    """What the page's panel shows of the outbox as it empties."""
    counts = await core.archive.outbox()
    rows = [_row(each) for each in await core.archive.outbox_rows(limit=20)]
    return {**{str(state): count for state, count in counts.items()}, "rows": rows}


def _row(delivery: Delivery) -> dict[str, str]:
    return {
        "headline": delivery.article.title,
        "target": delivery.target,
        "state": delivery.state,
        "why": delivery.reason,
    }


def _look_over(settings: Settings, mine: bool, keep: Path | None) -> None:
    """What is wrong in the operator's own files is told of these, not of copies that are gone by then."""
    if keep and keep.resolve() == settings.data.resolve():
        raise ConfigError(YOUR_OWN.format(folder=keep))
    regions = load_regions(settings.file("regions.toml"))
    classifier = load_classifier([shipped(), settings.data], regions)
    load_aliases(settings.file("aliases.tsv"))
    if mine:
        read_feeds(settings.file("feeds.toml"), regions, classifier.places)


def _copy_own_files(own: Path, to: Path, mine: bool) -> None:
    """Regions and names; the operator's feeds only where these are wanted, for the sample asks nobody else."""
    for pattern in _OWN_FILES:
        for file in own.glob(pattern) if own.resolve() != shipped().resolve() else ():
            shutil.copy(file, to / file.name)
    if not mine:
        (to / "feeds.toml").write_text(_NO_FEEDS, "utf-8")

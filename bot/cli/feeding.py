"""Commands that bring in: poll, parse, and the feeds."""

import argparse
import asyncio
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.text import Text

from bot.app.core import feeds_as_listed, heed_absence, none_yet, open_archive, open_core
from bot.app.stopping import at_once
from bot.cli import show
from bot.cli.log import plain
from bot.clock import WallClock
from bot.errors import ConfigError, NewsError, NotFound
from bot.intake import memory, tidings
from bot.intake.addresses import canonical, spoken
from bot.intake.classify import load_classifier
from bot.intake.counting import counted
from bot.intake.files import PATIENCE, parse_file, spoken_path, walk
from bot.intake.lists import read_feeds, read_opml, write_opml
from bot.intake.policy import Policy, policy
from bot.intake.worker import ParseWorker
from bot.model import OPERATOR, Added, Article, Feed, Sighting, Source
from bot.poller import Polled, SeveralFeeds
from bot.poller.backfilling import Filled
from bot.poller.placing import Placing
from bot.regions import load_regions
from bot.settings import Settings, shipped

_NO_FEED = "There is no feed yet. Add one with: newsdesk feeds add URL"


async def poll(settings: Settings, arguments: argparse.Namespace) -> None:
    """One round; a line per feed as soon as it is known."""
    to = show.console()

    def told(line: Polled) -> None:
        if arguments.json:
            show.out({"feed": line.feed, "status": line.status, "new": line.new, "error": line.error or None})
            sys.stdout.flush()
        else:
            style = "red" if line.error else "green" if line.new else "dim"
            to.print(Text(f"{line.status:12} {line.new:4} new  {line.feed}  {line.error}".rstrip(), style=style))

    if not _may_have_feeds(settings):
        raise NewsError(f"{_NO_FEED}. If you have some elsewhere, do this in the folder in which the bot runs.")
    async with open_core(settings) as core:
        if not await core.archive.feeds():
            raise NewsError(_NO_FEED)
        polled = await core.poller.round(every=arguments.all, told=told)
    if not polled and not arguments.json:
        to.print("No feed is due. To ask all of them now: newsdesk poll --all")


async def parse(settings: Settings, arguments: argparse.Namespace) -> int:
    """What the intake makes of each file; 1 when one of them is no feed."""
    if arguments.url and not canonical(arguments.url):
        raise ConfigError(f"“{arguments.url}” is no web address; --url is where the document came from.")
    regions = load_regions(settings.file("regions.toml"))
    placing = Placing(load_classifier([shipped(), settings.data], regions), regions)
    feeds = failed = articles = 0
    worker, progress = ParseWorker(seconds=PATIENCE), show.Progress()
    try:
        for found in walk(arguments.files):
            try:
                if isinstance(found, NewsError):
                    raise found
                seen = f"{counted(feeds + failed, 'file')}, {counted(articles, 'article')}"
                progress.tell(f"{seen} … {spoken_path(found.path)}")
                printed = await parse_file(worker, found, arguments.url)
            except NewsError as error:
                failed += 1
                progress.say(f"newsdesk: {error}")
                continue
            feeds, articles = feeds + 1, articles + len(printed.articles)
            if not printed.articles:
                progress.say(f"newsdesk: {printed.path} is a feed without articles.")
            for article in printed.articles:
                placed, _ = placing.place(Sighting(article, Feed(arguments.url), b""))
                _print_parsed(placed.article, arguments.json)
    finally:
        progress.end()
        await worker.close()
    if feeds + failed != 1:
        others = counted(failed, "other that is none", "others that are none")
        progress.say(f"{counted(feeds, 'feed')} with {counted(articles, 'article')}; {others}.")
    return 1 if failed else 0


def _print_parsed(article: Article, as_json: bool) -> None:
    """A line."""
    if as_json:
        show.out(show.as_json(article))
    else:
        when = f"{article.published:%Y-%m-%d %H:%M}" if article.published else f"{'no date':16}"
        print(plain(f"{when}  {article.title}  {article.url}"))  # noqa: T201 - the console is where this belongs


async def list_feeds(settings: Settings, arguments: argparse.Namespace) -> None:
    """Every feed with what became of its last poll."""
    regions = load_regions(settings.file("regions.toml"))
    async with open_archive(settings, regions, WallClock(), reading=True) as archive:
        feeds = await archive.feeds()
        sources = {source.id: source for source in await archive.sources()}
        kept = await archive.recalled(tidings.KEYS)
    now = WallClock().now()
    gaps, renamed = tidings.gaps(kept, now), tidings.renamings(kept, now)
    if arguments.json:
        for feed in feeds:
            show.out(_feed_as_json(feed, sources.get(feed.source), gaps.get(feed.id)))
        return
    if not feeds:
        show.console().print("There is no feed yet. Add one with: newsdesk feeds add URL")
        return
    to = show.console()
    for feed in feeds:
        source = sources.get(feed.source)
        to.print(Text(feed.title or spoken(feed.url), style="bold"))
        if feed.title:
            to.print(Text(f"  {spoken(feed.url)}", style="dim"), soft_wrap=True)
        to.print(Text(f"  {_state(feed, source)}", style="dim"))
        for remark in _remarks(feed, source, gaps.get(feed.id)):
            to.print(Text(f"  {remark}", style="yellow"))
        if tiding := renamed.get(feed.id):
            to.print(Text(f"  {tiding.at[:10]}: {tiding.words}.", style="yellow"))


def _state(feed: Feed, source: Source | None) -> str:
    """How its last poll went, and when the next one is."""
    parts = [f"of server {feed.owner}"] if feed.owner else []
    parts += [f"for {feed.region}"] if feed.region else []
    if source is None or source.polled is None:
        return " · ".join([*parts, "not asked yet"])
    parts += [source.status, f"asked {source.polled:%d %b %H:%M}"]
    parts += [f"again {source.next_poll:%d %b %H:%M} UTC"] if source.next_poll else []
    return " · ".join(parts)


def _remarks(feed: Feed, source: Source | None, gap: tidings.Tiding | None) -> Iterator[str]:
    """What is wrong with it, and what is unusual."""
    if source and source.error:
        yield source.error
    if gap:
        yield f"{tidings.spoken_gap(gap)}."
    if _policy(source).distrusted:
        yield f"{_policy(source).sentence}."
    if feed.any_certificate:
        yield "any certificate is taken."


async def add_feed(settings: Settings, arguments: argparse.Namespace) -> None:
    """Find the feed of an address, ask it once and say what it found."""
    progress = show.Progress()

    def told(url: str) -> None:
        progress.tell(f"Looking at {url} …")

    async with open_core(settings) as core:

        async def add(url: str) -> Added:
            unchecked, newest = arguments.any_certificate, arguments.newest
            return await core.poller.add(url, OPERATOR, any_certificate=unchecked, newest=newest, told=told)

        try:
            added = await add(arguments.url)
        except SeveralFeeds as several:
            progress.end()
            if arguments.json or not (sys.stdin.isatty() and sys.stdout.isatty()):
                raise
            added = await add(_chosen(several))
        finally:
            progress.end()
    if arguments.json:
        unread = [spoken(each) for each in added.unread]
        show.out(
            {"feed": spoken(added.feed.url), "title": added.feed.title, "articles": added.articles, "unread": unread}
        )
    else:
        show.console().print(Text(added.sentence))


def _chosen(several: SeveralFeeds) -> str:
    """Ask a person at a terminal which one is meant. Raises NewsError when it is none."""
    to, feeds = show.console(), several.feeds
    for number, each in enumerate(feeds, 1):
        to.print(Text(f"{number:3}  {each.words}", style="bold"))
        to.print(Text(f"     {spoken(each.url)}", style="dim"), soft_wrap=True)
    if several.remark:
        to.print(Text(several.remark))
    try:
        with at_once():
            answer = input(f"Which one? 1-{len(feeds)}: ").strip()
    except EOFError:
        answer = ""
    if not answer:
        raise NewsError("None was chosen, and none is added.")
    if not (answer.isdecimal() and 1 <= int(answer) <= len(feeds)):
        raise NewsError(f"“{answer}” is none of 1-{len(feeds)}; no feed is added.")
    return feeds[int(answer) - 1].url


async def remove_feed(settings: Settings, arguments: argparse.Namespace) -> None:
    """Poll it no more; its articles stay."""
    regions, file = load_regions(settings.file("regions.toml")), settings.file("feeds.toml")
    async with open_archive(settings, regions, WallClock(), reading=not settings.archive.exists()) as archive:
        feed = _meant(await archive.feeds(OPERATOR), arguments.url, none_yet(settings))
        if feed.url in {each.url for each in read_feeds(file, regions)}:
            raise NewsError(f"{spoken(feed.url)} stands in {file}, which would bring it back: take it out there.")
        await archive.remove_feed(feed.url, OPERATOR)
    if arguments.json:
        show.out({"feed": spoken(feed.url), "removed": True})
    else:
        show.console().print(Text(f"{spoken(feed.url)} is polled no more. Its articles stay in the archive."))


def _meant(feeds: Sequence[Feed], typed: str, hint: str) -> Feed:
    """The feed of that address, which may lack its scheme, or of that title."""
    wanted = _plainly(typed)
    exact = [each for each in feeds if each.url == typed]
    found = exact or [each for each in feeds if wanted in _names(each)]
    if len(found) == 1:
        return found[0]
    if found:
        raise NewsError(f"Several feeds are called so: {', '.join(spoken(each.url) for each in found)}.")
    raise NotFound(f"{typed} is none of the feeds; see: newsdesk feeds list{hint and '. '}{hint}")


def _names(feed: Feed) -> set[str]:
    """Its address, also as it is shown, and its title."""
    return {_plainly(each) for each in (feed.url, spoken(feed.url), feed.title)} - {""}


def _plainly(text: str) -> str:
    return re.sub(r"^https?://", "", text.strip().casefold()).rstrip("/")


async def check_feed(settings: Settings, arguments: argparse.Namespace) -> None:
    """Ask a feed once, show what would be posted, keep nothing."""
    async with open_core(settings, reading=True) as core:
        checked = await core.poller.check(arguments.url, feeds=await feeds_as_listed(core))
    to = show.console()
    shown = checked.new if checked.feed.polled else checked.articles
    for article in shown:
        if arguments.json:
            show.out(show.as_json(article))
        else:
            show.print_article(to, article)
    if not arguments.json:
        to.print(Text(checked.sentence, style="italic"))


async def backfill_feed(settings: Settings, arguments: argparse.Namespace) -> None:
    """Walk back through a feed's older pages; stopped half-way, the next call goes on from there."""
    since, progress = show.start_of(arguments.since), show.Progress()
    if since > WallClock().now():
        raise ConfigError(f"“{arguments.since}” lies in the future.")
    if not _may_have_feeds(settings):
        heed_absence(settings)

    def told(filled: Filled) -> None:
        back = f", back to {filled.oldest:%d %b %Y}" if filled.oldest else ""
        progress.tell(f"{counted(filled.pages, 'page')}, {counted(filled.new, 'new article')}{back} …")

    async with open_core(settings) as core:
        try:
            feed = _meant(await core.archive.feeds(OPERATOR), arguments.url, "")
            filled = await core.poller.backfill(feed.url, since, told=told)
        finally:
            progress.end()
    show.console().print(Text(filled.sentence))


async def import_feeds(settings: Settings, arguments: argparse.Namespace) -> None:
    """Add every feed of an OPML file; each is asked at the next round."""
    feeds = await asyncio.to_thread(read_opml, Path(arguments.file))
    async with open_archive(settings, load_regions(settings.file("regions.toml")), WallClock()) as archive:
        known = {feed.url for feed in await archive.feeds(OPERATOR)}
        for feed in feeds:
            if feed.url not in known:
                await archive.add_feed(feed)
    new = sum(feed.url not in known for feed in feeds)
    old = len(feeds) - new
    words = f"{counted(new, 'feed')} added, {counted(old, 'was', 'were') if old else 'none was'} there already."
    ask = f" Ask {'it' if new == 1 else 'them'} now with: newsdesk poll" if new else ""
    show.console().print(words + ask)


async def export_feeds(settings: Settings, arguments: argparse.Namespace) -> None:
    """The operator's feeds as OPML."""
    regions = load_regions(settings.file("regions.toml"))
    async with open_archive(settings, regions, WallClock(), reading=True) as archive:
        document = write_opml(await archive.feeds(OPERATOR))
    sys.stdout.buffer.write(document.encode())  # UTF-8, as it says itself, whatever the terminal is


def _may_have_feeds(settings: Settings) -> bool:
    """Whether there is an archive, or a list from which one would be made; elsewhere it may be the wrong folder."""
    file = settings.file("feeds.toml")
    return settings.archive.exists() or bool(read_feeds(file, load_regions(settings.file("regions.toml"))))


def _policy(source: Source | None) -> Policy:
    """How its articles are told apart."""
    return policy(memory.read(source.memory).shared if source else ())


def _feed_as_json(feed: Feed, source: Source | None, gap: tidings.Tiding | None) -> dict[str, object]:
    return {
        "feed": spoken(feed.url),
        "title": feed.title,
        "server": feed.owner or None,
        "status": source.status if source else "new",
        "error": (source.error or None) if source else None,
        "polled": show.moment(source.polled) if source else None,
        "next_poll": show.moment(source.next_poll) if source else None,
        "failures": source.failures if source else 0,
        "any_certificate": feed.any_certificate,
        "identity": _policy(source).sentence,
        "gap": {"since": gap.since, "until": gap.at} if gap else None,
    }

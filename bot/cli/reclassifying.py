"""The command that asks today's names about every article of the archive again."""

import argparse
import time
from collections import Counter

from rich.text import Text

from bot.app.core import heed_absence, open_core
from bot.app.reclassify import Change, Wish, reclassified
from bot.cli import show
from bot.errors import ConfigError
from bot.intake.counting import counted
from bot.settings import Settings

_SHOWN = 20  # changes one by one, and ways that many articles go


async def reclassify(settings: Settings, arguments: argparse.Namespace) -> None:
    """What today's names and regions would make of every article; with --do, make it so."""
    wish = _wish(arguments)
    heed_absence(settings)
    progress, began, skipped = show.Progress(), time.monotonic(), -1
    found, posts, owed, ways = 0, 0, 0, Counter[str]()
    async with open_core(settings, reading=not wish.do) as core:
        async for step in reclassified(core, wish):
            if skipped < 0 and (skipped := step.done):
                before = counted(skipped, "article was", "articles were")
                progress.say(f"{before} done before it was stopped; it goes on from there.")
            posts, owed = posts + step.posts, owed + step.owed
            for change in step.changes:
                found += 1
                ways[_way(change)] += 1
                _show(change, found, as_json=arguments.json)
            rate = (step.done - skipped) / max(time.monotonic() - began, 0.001)
            progress.tell(
                f"{step.done:,} of {counted(step.of, 'article')} read, {found:,} differ, {rate:,.0f} a second"
            )
    progress.end()
    if not arguments.json:
        _sum_up(ways, posts, owed, wish)


def _wish(arguments: argparse.Namespace) -> Wish:
    since = show.start_of(arguments.since) if arguments.since else None
    if (arguments.post or arguments.edit) and not arguments.really:
        raise ConfigError("--post and --edit go with --do. Without these it shows what would change.")
    if arguments.post and since is None:
        raise ConfigError("--post needs --since DATE, so that nothing old is posted as news.")
    return Wish(arguments.really, arguments.edit, arguments.post, since)


def _show(change: Change, number: int, *, as_json: bool) -> None:
    if as_json:
        article = change.article
        show.out(
            {
                "id": article.id,
                "title": article.title,
                "url": article.url,
                "was": list(article.regions),
                "now": list(change.now),
            }
        )
    elif number <= _SHOWN:
        show.told(change.article.title, _way(change))


def _sum_up(ways: Counter[str], posts: int, owed: int, wish: Wish) -> None:
    """How many went where, what becomes of their posts, and how to go on."""
    to, found = show.console(), ways.total()
    if found > _SHOWN:
        to.print(f"… and {found - _SHOWN:,} more; --json lists all.\n")
        for way, number in ways.most_common(_SHOWN):
            to.print(Text(f"{number:>8,}  {way}"))
    to.print(f"{counted(found, 'article')} {'changed' if wish.do else 'would change'}.")
    if posts and wish.edit:
        to.print(f"Posts to be edited: {posts:,}. The bot does it while it runs, as fast as Discord lets it.")
    elif posts:
        to.print(f"Posts of these that are out: {posts:,}. They stay as they are; --edit lets them follow.")
    if owed:
        to.print(f"Posts to be made in channels that are new to these: {owed:,}.")
    if found and not wish.do:
        to.print(
            "To change the archive, and so /latest and /search: newsdesk reclassify --do. Nothing is posted unless "
            "--post --since DATE says so."
        )


def _way(change: Change) -> str:
    return f"{', '.join(change.article.regions) or 'none'} → {', '.join(change.now) or 'none'}"

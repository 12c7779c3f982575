"""Commands that look after the archive: backup, restore, reindex, prune, doctor."""

import argparse
import asyncio
from datetime import UTC, datetime

from rich.console import Console
from rich.progress import Progress
from rich.text import Text

from bot.app.core import alone, heed_absence, make_folder, open_archive
from bot.app.doctor import examine
from bot.archive.archive import MUCH_EMPTY, Archive, examine_copy, put_copy_in_place, shrink_archive
from bot.cli import show
from bot.clock import WallClock
from bot.errors import ConfigError, NewsError
from bot.intake.counting import counted
from bot.regions import load_regions
from bot.settings import Settings

_YEARS = 30  # that one may choose from
_WRONG = "{} findings are wrong; each says what to do."


async def backup(settings: Settings, arguments: argparse.Namespace) -> None:
    """A consistent copy, also while the bot runs."""
    heed_absence(settings)
    regions = load_regions(settings.file("regions.toml"))
    async with open_archive(settings, regions, WallClock(), reading=True) as archive:
        await archive.backup(arguments.file)
    show.console().print(Text(f"The archive is copied to {arguments.file} ({arguments.file.stat().st_size:,} bytes)."))


async def restore(settings: Settings, arguments: argparse.Namespace) -> None:
    """Back from a copy; what is there now is kept beside it."""
    await asyncio.to_thread(examine_copy, arguments.file)  # first, so that what is refused leaves nothing behind
    make_folder(settings)
    with alone(settings.archive):  # a bot that runs would go on writing into what was put aside
        kept = await asyncio.to_thread(put_copy_in_place, arguments.file, settings.archive)
    show.console().print(Text(f"The archive is back from {arguments.file}."))
    if kept:
        show.console().print(Text(f"What was there before is kept as {kept}."))


async def reindex(settings: Settings, arguments: argparse.Namespace) -> None:
    """Pack all texts and make the search index anew; stopped half-way, the next call goes on from there."""
    heed_absence(settings)
    to = show.console()
    regions = load_regions(settings.file("regions.toml"))
    async with open_archive(settings, regions, WallClock(), reading=not arguments.really) as archive:
        if not arguments.really:
            with to.status("Looking …") as seen:
                problems = await archive.check(
                    lambda part, done, of: seen.update(f"Looking at {part} ({done} of {of} done) …")
                )
            to.print(
                " ".join(problems) or "File, index and articles agree. To make the index anew: newsdesk reindex --do"
            )
            return
        await archive.mend()
        with Progress(console=to) as progress:
            packing = progress.add_task("Packing", total=None)
            await archive.pack(lambda done, of: progress.update(packing, completed=done, total=of))
            task = progress.add_task("Indexing", total=None)
            count = await archive.reindex(lambda done, of: progress.update(task, completed=done, total=of))
        free, size = await archive.empty()
    to.print(f"{counted(count, 'article is', 'articles are')} indexed.")
    await _shrink(settings, free, size)


async def _shrink(settings: Settings, free: int, size: int) -> None:
    """Give back what the old index, or old articles, took, if that is much; unless the bot runs."""
    if free <= size * MUCH_EMPTY:
        return
    try:
        with alone(settings.archive), show.console().status("Making the file smaller …"):
            before, after = await asyncio.to_thread(shrink_archive, settings.archive)
    except ConfigError:
        words = (
            f"{_mb(free)} of its file are empty, and will be filled. To have them back, stop the bot and do this again."
        )
    else:
        words = f"Its file has {_mb(after)} now, {_mb(before - after)} less than before."
    show.console().print(words)


def _mb(size: int) -> str:
    return f"{size / 1e6:,.1f} MB"


async def prune(settings: Settings, arguments: argparse.Namespace) -> None:
    """Take articles older than a date out of the archive."""
    if arguments.really and not arguments.before:
        raise ConfigError("Say which articles are too old, as in: newsdesk prune --before 2020 --do")
    to, before = show.console(), show.start_of(arguments.before) if arguments.before else None
    heed_absence(settings)
    regions = load_regions(settings.file("regions.toml"))
    async with open_archive(settings, regions, WallClock(), reading=not arguments.really) as archive:
        if before is None:
            await _show_ages(archive, to)
            return
        if not arguments.really:
            number = await archive.prunable(before)
            older = counted(number, "article is", "articles are")
            how = f" To take {'it' if number == 1 else 'them'} out, add --do." if number else ""
            to.print(f"{older} older than {before:%d %B %Y}.{how}")
            return
        with Progress(console=to) as progress:
            task = progress.add_task("Taking out", total=None)
            count = await archive.prune(before, lambda done, of: progress.update(task, completed=done, total=of))
        free, size = await archive.empty()
    back = "It never comes" if count == 1 else "They never come"
    to.print(f"{counted(count, 'article was', 'articles were')} taken out.{f' {back} back as news.' if count else ''}")
    await _shrink(settings, free, size)


async def _show_ages(archive: Archive, to: Console) -> None:
    """How many articles are older than each year, from which one chooses."""
    known, this = 0, WallClock().now().year
    for year in range(this - _YEARS, this + 1):
        older = await archive.prunable(datetime(year, 1, 1, tzinfo=UTC))
        if older > known:
            to.print(f"{older:>10,} {'article is' if older == 1 else 'articles are'} older than {year}")
        known = older
    to.print(
        f"{'Nothing is older than this year. ' if not known else ''}To take some out: newsdesk prune --before DATE"
    )


async def doctor(settings: Settings, arguments: argparse.Namespace) -> None:
    """Say of each part whether it is well, and what to do where it is not; a NewsError when something is wrong."""
    wrong, progress = 0, show.Progress()
    try:
        async for finding in examine(settings, progress.tell):
            progress.end()
            wrong += not finding.well
            mark, style = ("ok   ", "green") if finding.well else ("wrong", "bold red")
            words = f"{finding.part}: {finding.words}"
            show.console().print(Text(f"{mark} ", style=style).append(words, style="default"))
    finally:
        progress.end()
    if wrong:
        raise NewsError("1 finding is wrong; it says what to do." if wrong == 1 else _WRONG.format(wrong))

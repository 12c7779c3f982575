"""Commands that look after the archive: backup, restore, reindex, prune, doctor."""

import argparse
import asyncio

from rich.progress import Progress
from rich.text import Text

from bot.app.core import alone, heed_absence, make_folder, open_archive
from bot.app.doctor import examine
from bot.archive.archive import MUCH_EMPTY, examine_copy, put_copy_in_place, shrink_archive
from bot.cli import show
from bot.clock import WallClock
from bot.errors import ConfigError
from bot.regions import load_regions
from bot.settings import Settings


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
    to.print(f"{count:,} articles are indexed.")
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
    to, before = show.console(), show.start_of(arguments.before)
    heed_absence(settings)
    regions = load_regions(settings.file("regions.toml"))
    async with open_archive(settings, regions, WallClock(), reading=not arguments.really) as archive:
        if not arguments.really:
            number = await archive.prunable(before)
            to.print(f"{number:,} articles are older than {before:%d %B %Y}. To take them out, add --do.")
            return
        with Progress(console=to) as progress:
            task = progress.add_task("Taking out", total=None)
            count = await archive.prune(before, lambda done, of: progress.update(task, completed=done, total=of))
        free, size = await archive.empty()
    to.print(f"{count:,} articles were taken out. They never come back as news.")
    await _shrink(settings, free, size)


async def doctor(settings: Settings, arguments: argparse.Namespace) -> int:
    """Say of each part whether it is well, and what to do where it is not; 1 when something is wrong."""
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
    return 1 if wrong else 0

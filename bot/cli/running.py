"""Commands that live long: run, rehearse."""

import argparse

from bot.settings import Settings


async def run(settings: Settings, arguments: argparse.Namespace) -> None:
    """Poll, deliver and answer commands until told to stop."""
    from bot.app.run import run as run_bot  # discord.py takes most of a second to import; the other commands go without

    await run_bot(settings)


async def rehearse(settings: Settings, arguments: argparse.Namespace) -> None:
    """The whole thing on loopback, with a page to watch it on."""
    from bot.rehearsal import rehearse as rehearse_bot

    await rehearse_bot(
        settings, port=arguments.port, pace=arguments.pace, mine=arguments.feeds == "mine", keep=arguments.keep
    )

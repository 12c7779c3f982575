"""/latest: the newest articles, of the world or of one region."""

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.chat.client import NewsClient
from bot.chat.desk import Desk, viewer_of
from bot.chat.pages import answers, choices, pager
from bot.model import Query


class Latest(commands.Cog):
    """Newest first."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        choices.offer_regions(self.latest, desk.regions)

    @app_commands.command()
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    @app_commands.describe(
        region="Only from this region",
        count="How many on a page; more than five are shown as headlines",
        share="Let everybody here see the answer",
    )
    async def latest(
        self,
        interaction: discord.Interaction[Any],
        region: str | None = None,
        count: app_commands.Range[int, 1, 25] = answers.CARDS,
        share: bool = False,
    ) -> None:
        """The newest articles."""
        code = self.desk.regions.named(region).code if region else None
        await pager.show(interaction, Query(region=code, viewer=viewer_of(interaction), limit=count), share)


async def setup(bot: NewsClient) -> None:
    await bot.add_cog(Latest(bot.desk))

"""/roundup: the past week on one page."""

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.chat.client import NewsClient
from bot.chat.desk import Desk, viewer_of
from bot.chat.pages import choices, roundup
from bot.chat.pages.pager import send, soon


class Roundup(commands.Cog):
    """For whoever was away."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        choices.offer_regions(self.roundup, desk.regions)

    @app_commands.command()
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    @app_commands.describe(region="Only from this region", share="Let everybody here see the answer")
    async def roundup(
        self, interaction: discord.Interaction[Any], region: str | None = None, share: bool = False
    ) -> None:
        """The past week on one page."""
        chosen = self.desk.regions.named(region) if region else None
        making = roundup.of_week(self.desk, chosen, viewer_of(interaction))
        await send(interaction, await soon(interaction, making, ephemeral=not share), ephemeral=not share)


async def setup(bot: NewsClient) -> None:
    await bot.add_cog(Roundup(bot.desk))

"""/regions: what there is to read about, and where it is posted."""

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.chat.client import NewsClient
from bot.chat.desk import Desk, viewer_of
from bot.chat.pages import overview
from bot.chat.pages.pager import send, soon


class RegionsOverview(commands.Cog, name="Regions"):
    """Each region with its newest article."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    @app_commands.command()
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    @app_commands.describe(share="Let everybody here see the answer")
    async def regions(self, interaction: discord.Interaction[Any], share: bool = False) -> None:
        """The regions, each with its newest article and its channels."""
        sees = overview.seen_by(interaction)
        making = overview.of_regions(self.desk, viewer_of(interaction), interaction.guild_id, sees)
        view = await soon(interaction, making, ephemeral=not share)
        await send(interaction, view, ephemeral=not share)


async def setup(bot: NewsClient) -> None:
    await bot.add_cog(RegionsOverview(bot.desk))

"""/regions: what there is to read about, and where it is posted."""

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.chat.client import NewsClient
from bot.chat.pages import overview


class RegionsOverview(commands.Cog, name="Regions"):
    """Each region with its newest article."""

    @app_commands.command()
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    @app_commands.describe(share="Let everybody here see the answer")
    async def regions(self, interaction: discord.Interaction[Any], share: bool = False) -> None:
        """The regions, each with its newest article and its channels."""
        await overview.show(interaction, share=share)


async def setup(bot: NewsClient) -> None:
    overview.add_to(bot)
    await bot.add_cog(RegionsOverview())

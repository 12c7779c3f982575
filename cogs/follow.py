"""/follow and /following: a direct message for each article that a reader waits for."""

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

from bot.chat.client import NewsClient
from bot.chat.desk import Desk
from bot.chat.orders import following, lists
from bot.chat.pages import choices
from bot.errors import NewsError


class Follow(commands.Cog):
    """For one reader alone."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        choices.offer_regions(self.follow, desk.regions)

    @app_commands.command()
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    @app_commands.describe(
        region="Every article of this region",
        author="Every article by this author",
        words='Every article with these words: sanctions iran, "red sea", tag:podcast',
    )
    @app_commands.autocomplete(author=choices.public_authors)
    async def follow(
        self,
        interaction: discord.Interaction[Any],
        region: str | None = None,
        author: app_commands.Range[str, 0, 100] = "",
        words: app_commands.Range[str, 0, 300] = "",
    ) -> None:
        """Get a direct message for each new article of a region, by an author, or with certain words."""
        if sum(map(bool, (region, author.strip(), words.strip()))) != 1:
            raise NewsError("Choose one of `region`, `author` and `words`; for more, say `/follow` again.")
        said = await following.follow(
            self.desk, interaction.user.id, interaction.guild_id or 0, region, author.strip(), words.strip()
        )
        await interaction.response.send_message(said, ephemeral=True)

    @app_commands.command()
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def following(self, interaction: discord.Interaction[Any]) -> None:
        """What you follow, with a button to stop each."""
        await lists.show(interaction, lists.FOLLOWING)


async def setup(bot: NewsClient) -> None:
    lists.add_to(bot)
    await bot.add_cog(Follow(bot.desk))

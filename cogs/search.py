"""/search: finds articles again."""

from typing import Any

import discord
from discord import app_commands
from discord.app_commands import Choice
from discord.ext import commands

from bot.chat.client import NewsClient
from bot.chat.desk import Desk, viewer_of
from bot.chat.pages import answers, choices, pager
from bot.model import Order, Query

_LONGEST = 500  # characters of words; a headline has a hundred


class Search(commands.Cog):
    """By words, and by what narrows them down."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        choices.offer_regions(self.search, desk.regions)

    @app_commands.command()
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    @app_commands.describe(
        words="What the article is about; pick a headline to open it",
        region="Only from this region",
        author="Only by this author",
        after="From then on: 2026, 2026-03, 2026-03-14, yesterday, 3 weeks ago",
        before="Older than the beginning of: 2026, 2026-03, 2026-03-14, yesterday",
        order="The best first, or the newest",
        share="Let everybody here see the answer",
    )
    @app_commands.autocomplete(words=choices.headlines, author=choices.authors, after=choices.days, before=choices.days)
    @app_commands.choices(
        order=[Choice(name="Best match first", value="relevance"), Choice(name="Newest first", value="newest")]
    )
    async def search(
        self,
        interaction: discord.Interaction[Any],
        words: app_commands.Range[str, 1, _LONGEST],
        region: str | None = None,
        author: str = "",
        after: str = "",
        before: str = "",
        order: Order | None = None,
        share: bool = False,
    ) -> None:
        """Find articles again."""
        query = Query(
            words=" ".join(words.split()),
            region=self.desk.regions.named(region).code if region else None,
            author=author.strip(),
            after=after.strip(),
            before=before.strip(),
            order=order,
            viewer=viewer_of(interaction),
            limit=answers.CARDS,
        )
        await pager.show(interaction, query, share)


async def setup(bot: NewsClient) -> None:
    await bot.add_cog(Search(bot.desk))

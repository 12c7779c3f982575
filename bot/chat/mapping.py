"""A button that says which region a tag of one of this server's own feeds means."""

import re
from dataclasses import replace
from hashlib import blake2b
from typing import Any

import discord
from discord import ui
from discord.ext import commands

from bot.chat.choices import region_name
from bot.chat.desk import desk_of
from bot.chat.standing import feed_name
from bot.chat.trouble import explain
from bot.delivery.text import clean, cut, escape
from bot.errors import NotFound
from bot.intake import ledger
from bot.intake.classify import NO_REGION

_TEMPLATE = r"mt:(?P<feed>[0-9]{1,18}):(?P<tag>[0-9a-f]{16}):(?P<region>[a-z0-9-]{1,50})"


class Map(ui.DynamicItem[ui.Button[Any]], template=_TEMPLATE):
    """Maps the tag above it."""

    def __init__(self, feed: int, tag: str, region: str, label: str = "…") -> None:
        self.feed, self.tag, self.region = feed, _short(tag), region
        super().__init__(ui.Button(label=label, custom_id=f"mt:{feed}:{self.tag}:{region}"))

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str]
    ) -> "Map":
        found = cls(int(match["feed"]), "", match["region"])
        found.tag = match["tag"]
        return found

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        try:
            await self._map(interaction)
        except Exception as error:
            await explain(interaction, error)  # the library would only log it

    async def _map(self, interaction: discord.Interaction[Any]) -> None:
        desk = desk_of(interaction)
        own = await desk.archive.feeds(interaction.guild_id) if interaction.guild_id else []
        feed = next((each for each in own if each.id == self.feed), None)
        kept = ledger.read(await desk.archive.recall(f"{ledger.KEYS}{self.feed}"))
        tag = next((each for each in kept.tags if _short(each) == self.tag), None)
        if feed is None or tag is None or not (self.region in desk.regions or self.region == NO_REGION):
            raise NotFound("That feed or that tag is no longer there. `/desk status` shows how things stand.")
        await desk.archive.add_feed(replace(feed, tags={**feed.tags, tag: self.region}))
        means = "no region" if self.region == NO_REGION else f"**{escape(region_name(desk.regions, self.region))}**"
        name = escape(cut(clean(tag), 100))
        said = f"From the next article on, “{name}” in {escape(feed_name(feed))} means {means}."
        await interaction.response.send_message(said, ephemeral=True)


def add_to(client: commands.AutoShardedBot) -> None:
    """Make the buttons work, also in reports that were sent before a restart."""
    client.add_dynamic_items(Map)


def _short(tag: str) -> str:
    """A tag is longer than a button's name may be."""
    return blake2b(tag.encode("utf-8", "replace"), digest_size=8).hexdigest()

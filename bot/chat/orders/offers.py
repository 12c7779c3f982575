"""What was found behind an address that an admin gave: several feeds to choose from, or one to look at first."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from hashlib import blake2b
from typing import Any, Protocol

import discord
from discord import ui
from discord.ext import commands

from bot.archive.archive import Archive
from bot.chat.desk import Checked, Desk, desk_of
from bot.chat.pages import answers
from bot.chat.trouble import explain
from bot.delivery.text import clean, cut, escape
from bot.errors import NotFound
from bot.intake.addresses import spoken
from bot.model import Hit

_MOST = 8  # feeds to choose from
_SHOWN = 3  # articles, to see what they look like


class Candidate(Protocol):
    """A feed that may be the one."""

    @property
    def url(self) -> str: ...

    @property
    def title(self) -> str: ...

    @property
    def count(self) -> int: ...


async def several(archive: Archive, candidates: Sequence[Candidate], **wishes: bool) -> ui.LayoutView:
    """Each with a button that adds it, in the way that was wished for."""
    sections = []
    for each in candidates[:_MOST]:
        name = escape(cut(clean(each.title), 100)) or "Without a title"
        text = f"**{name}**\n-# {escape(cut(clean(spoken(each.url)), 200))} · {each.count:,} articles"
        sections.append(ui.Section[Any](text, accessory=AddFeed(await _remembered(archive, each.url, wishes))))
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.TextDisplay(f"That page has {len(candidates)} feeds. Which one do you mean?"))
    return view.add_item(ui.Container[Any](*sections))


def looked_at(checked: Checked, desk: Desk) -> ui.LayoutView:
    """What a feed says, and how that would look. Nothing has been kept."""
    shown = checked.new or checked.articles
    hits = [Hit(replace(each, id=number)) for number, each in enumerate(shown[:_SHOWN], 1)]
    what = "These would be posted next:" if checked.new else "Its newest articles:"
    view = ui.LayoutView(timeout=None)
    said = escape(cut(clean(checked.sentence), 500))
    view.add_item(ui.TextDisplay(f"{said}\n-# {what}" if hits else said))
    for item in answers.cards(hits, desk.regions):
        view.add_item(item)
    return view


def added(sentence: str) -> str:
    """The finder's sentence, which repeats what the feed calls itself."""
    return escape(cut(clean(sentence), 1000))


class AddFeed(ui.DynamicItem[ui.Button[Any]], template=r"fa:(?P<key>[0-9a-f]{20})"):
    """Adds the feed beside it."""

    def __init__(self, key: str) -> None:
        self.key = key
        super().__init__(ui.Button(label="Add", custom_id=f"fa:{key}"))

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str]
    ) -> "AddFeed":
        return cls(match["key"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        try:
            await self._add(interaction)
        except Exception as error:
            await explain(interaction, error)  # the library would only log it

    async def _add(self, interaction: discord.Interaction[Any]) -> None:
        desk = desk_of(interaction)
        wanted = await desk.archive.recall(f"feed:{self.key}")
        if wanted is None:
            raise NotFound("This list is too old. Say `/desk feed add` again, please.")
        await interaction.response.defer()  # it is asked at once, and may be slow
        url, *wishes = wanted.split("\n")
        found = await desk.feeds.add(url, interaction.guild_id or 0, **dict.fromkeys(wishes, True))
        view = ui.LayoutView(timeout=None)
        await interaction.edit_original_response(view=view.add_item(ui.TextDisplay(added(found.sentence))))


def add_to(client: commands.AutoShardedBot) -> None:
    """Make the buttons work, also of lists that were sent before a restart."""
    client.add_dynamic_items(AddFeed)


async def _remembered(archive: Archive, url: str, wishes: Mapping[str, bool]) -> str:
    """An address is longer than a button's name may be."""
    wanted = "\n".join([url, *(name for name, wished in wishes.items() if wished)])
    key = blake2b(wanted.encode("utf-8", "replace"), digest_size=10).hexdigest()
    await archive.remember(f"feed:{key}", wanted)
    return key

"""A card as Discord shows it: an embed, and buttons that outlive a restart."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Self

import discord
from discord import ui

from bot.chat.desk import desk_of, viewer_of
from bot.chat.pages.answers import because
from bot.chat.trouble import explain
from bot.delivery.card import Card, card
from bot.errors import NotFound

_WHY = 400  # characters
DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


class Keep(ui.DynamicItem[ui.Button[ui.View]], template=r"kr:(?P<article>[0-9a-z]{1,13}):(?P<open>[01])"):
    """ "Keep reading": shows the longer teaser to the one who asks; "Show less" takes it back in place."""

    def __init__(self, article: int, is_open: bool) -> None:
        self.article = article
        self.is_open = is_open
        label = "Show less" if is_open else "Keep reading"
        super().__init__(ui.Button(label=label, custom_id=keep_id(article, is_open)))

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        return cls(int(match["article"], 36), match["open"] == "1")

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        try:
            await self._turn(interaction)
        except Exception as error:
            await explain(interaction, error)  # the library would only log it, and leave the person waiting

    async def _turn(self, interaction: discord.Interaction[Any]) -> None:
        desk = desk_of(interaction)
        article = await desk.archive.article(self.article, viewer_of(interaction))
        if article is None:
            raise NotFound("This article is no longer in the archive.")
        made = card(article, desk.regions, long=not self.is_open)
        if made.long and (why := because(article, desk.regions, _WHY)):
            made = replace(made, line=f"{made.line}\n-# {why}".lstrip())
        message = interaction.message
        if message is not None and message.flags.ephemeral:
            await interaction.response.edit_message(content=made.content, embed=embed_of(made), view=view_of(made))
        else:
            await interaction.response.send_message(
                content=made.content, embed=embed_of(made), view=view_of(made), ephemeral=True
            )


def add_to(client: discord.Client) -> None:
    """Let old buttons be answered; called before the gateway opens."""
    client.add_dynamic_items(Keep)


def keep_id(article: int, is_open: bool) -> str:
    """The button's name, by which an article is also recognised in a channel's history."""
    return f"kr:{_base36(article)}:{int(is_open)}"


def embed_of(made: Card) -> discord.Embed:
    """Only from_dict keeps the description of a photo, which screen readers read out."""
    parts: dict[str, Any] = {"type": "rich", "color": made.colour}
    if made.description:
        parts["description"] = made.description
    if made.byline:
        parts["author"] = {"name": made.byline}
    if made.small_print:
        parts["footer"] = {"text": made.small_print}
    if made.picture:
        parts["image"] = {"url": made.picture.url, "description": made.picture.alt}
        if not made.picture.alt:
            del parts["image"]["description"]
    return discord.Embed.from_dict(parts)


def view_of(made: Card) -> ui.View:
    """Only dynamic items and links: anything else would unregister the dynamic ones when it times out."""
    view = ui.View(timeout=None)
    if not made.several and (made.more or made.long or not made.link):
        view.add_item(Keep(made.article, made.long))
    if made.link:
        view.add_item(ui.Button(label="Open article", url=made.link))
    return view


def lists(message: Mapping[str, Any]) -> bool:
    """Whether a message of ours that shows articles is a list: it has no button, only links in its text."""
    return not message.get("components")


def says(message: Mapping[str, Any], made: Card) -> bool:
    """Whether a message that shows this card's article shows it as the card does."""
    found = next(iter(_embeds(message)), {})
    wanted = embed_of(made).to_dict()
    return str(message.get("content")).startswith(made.content) and all(
        _part(found, name, inner) == _part(wanted, name, inner)
        for name, inner in (("description", ""), ("author", "name"), ("footer", "text"), ("image", "url"))
    )


def shows(message: Mapping[str, Any], made: Card) -> bool:
    """Whether a message that we find in a channel is this card's, by its buttons, or lists it."""
    keep = keep_id(made.article, False)
    if lists(message):
        return bool(made.link) and any(f"]({made.link})" in str(each.get("description")) for each in _embeds(message))
    for row in message.get("components") or ():
        for each in row.get("components") or ():
            if each.get("custom_id") == keep or (made.link and each.get("url") == made.link):
                return True
    return False


def _part(embed: Mapping[str, Any], name: str, inner: str) -> str:
    """Discord takes the space around a text away."""
    part = embed.get(name) or {}
    return str((part.get(inner) if inner else part) or "").strip()


def _embeds(message: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    return message.get("embeds") or ()


def mentioning(made: Card, role: int | None) -> str:
    """The headline first, for that is what a phone shows; the role after it."""
    return f"{made.content} <@&{role}>" if role else made.content


def mentions(role: int | None) -> discord.AllowedMentions:
    """Nobody is pinged by what a feed wrote; a role only where an admin asked for it."""
    roles: list[discord.abc.Snowflake] = [discord.Object(role)] if role else []
    return discord.AllowedMentions(everyone=False, users=False, roles=roles, replied_user=False)


def snowflake_at(moment: datetime) -> int:
    """The id that something made at that moment would have."""
    return discord.utils.time_snowflake(moment)


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = DIGITS[rest] + digits
    return digits or "0"

"""A card with what a standing order adds to it, and the body of the request that posts it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import discord
from discord.http import handle_message_parameters

from bot.chat.pages import cards
from bot.chat.pages.roundup import Page
from bot.delivery.card import LIST, Card, plain

_ARCHIVE_MINUTES = 10080  # a forum post stays open for a week


@dataclass(frozen=True, slots=True)
class Post:
    """One message, whichever kind of place it goes to."""

    card: Card
    mention: int | None = None
    silent: bool = False
    tags: tuple[int, ...] = ()
    bare: bool = False  # headline and link alone, after Discord refused the whole
    page: Page | None = None  # a round-up in place of the card, whose headline it has

    @property
    def shown(self) -> str:
        """What is kept of what it shows; a list or a round-up is never edited."""
        return LIST if self.page else self.card.shown

    def is_in(self, message: Mapping[str, Any]) -> bool:
        """Whether a message that we find in a channel is this one."""
        return self.page.is_in(message) if self.page else cards.shows(message, self.card)


def message_body(post: Post, nonce: str = "") -> dict[str, Any]:
    """For a new message in a channel, a thread or a DM."""
    body = _body(post, cards.mentioning(post.card, post.mention), post.mention)
    if nonce:
        body |= {"nonce": nonce, "enforce_nonce": True}
    if post.silent:
        body["flags"] = discord.MessageFlags(suppress_notifications=True).value
    return body


def forum_body(post: Post) -> dict[str, Any]:
    """For a new post in a forum: its title is the headline, so its first message need not say it again."""
    content = f"<@&{post.mention}>" if post.mention else ""
    message = _body(post, post.card.content if post.bare else content, post.mention)
    if post.silent:
        message["flags"] = discord.MessageFlags(suppress_notifications=True).value
    body: dict[str, Any] = {"name": post.card.title, "auto_archive_duration": _ARCHIVE_MINUTES, "message": message}
    if post.tags:
        body["applied_tags"] = [str(tag) for tag in post.tags]
    return body


def edit_body(post: Post, in_forum: bool = False) -> dict[str, Any]:
    """For a message that is out: nobody is pinged a second time."""
    headline = f"<@&{post.mention}>" if post.mention else ""
    return _body(post, headline if in_forum and not post.bare else cards.mentioning(post.card, post.mention), None)


def _body(post: Post, content: str, mention: int | None) -> dict[str, Any]:
    made = plain(post.card) if post.bare else post.card
    if post.page:
        embeds, view = [*(post.page.plain() if post.bare else post.page.embeds)], post.page.view()
    else:
        embeds, view = [] if post.bare else [cards.embed_of(made)], cards.view_of(made)
    if post.bare and made.link:
        content = f"{content}\n<{made.link}>"
    with handle_message_parameters(
        content or None, embeds=embeds, view=view, allowed_mentions=cards.mentions(mention)
    ) as made_parameters:
        body: dict[str, Any] = made_parameters.payload or {}
    del body["tts"]
    if not content:
        del body["content"]
    return body

"""What commands and buttons are given to work with."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, cast

import discord

from bot.archive.archive import Archive
from bot.clock import Clock
from bot.model import OPERATOR, Added, Article, Feed, Route, Viewer
from bot.regions import Regions


class Checked(Protocol):
    """What a feed says now, and what of it would be posted."""

    @property
    def articles(self) -> tuple[Article, ...]: ...

    @property
    def new(self) -> tuple[Article, ...]: ...

    @property
    def sentence(self) -> str: ...


class FeedFinder(Protocol):
    """Finds the feed behind an address, asks it once, and keeps it."""

    async def add(self, url: str, owner: int, *, any_certificate: bool | None = None, newest: bool = False) -> Added:
        """Raise a NewsError where there is no feed, or where we may not go.

        `newest` posts one article to see that it works; `any_certificate` says whether its host's is left unchecked.
        """
        ...

    async def check(self, url: str, owner: int) -> Checked:
        """Ask it without keeping anything; raise a NewsError as `add` does."""
        ...

    async def means(self, feed: Feed, tag: str, region: str, route: Route) -> tuple[int, int]:
        """Keep what a feed's tag means; how many articles go there for it, and how many deliveries that makes."""
        ...


@dataclass(frozen=True, slots=True)
class Desk:
    """All that a cog may need, and nothing of how it was made."""

    archive: Archive
    regions: Regions
    clock: Clock
    feeds: FeedFinder
    nudge: Callable[[], None]  # tells the courier that something may be due


def desk_of(interaction: discord.Interaction[Any]) -> Desk:
    """For buttons and autocomplete, which are made by the library and given nothing but the interaction."""
    return cast(Desk, interaction.client.desk)


def viewer_of(interaction: discord.Interaction[Any]) -> Viewer:
    """Whose articles this reader may see: a server's and the public ones, or the public ones alone."""
    return interaction.guild_id or OPERATOR


async def speaks_for_all(interaction: discord.Interaction[Any]) -> bool:
    """Whoever runs the bot; or those who run the only server that it is in."""
    return len(interaction.client.guilds) == 1 or bool(await interaction.client.is_owner(interaction.user))

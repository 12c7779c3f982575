"""The one article that somebody means: picked from the list, named by its address, or by words of its headline."""

from typing import Any

import discord

from bot.chat.desk import desk_of, viewer_of
from bot.chat.pages.answers import headline
from bot.chat.pages.pager import opened, without_brackets
from bot.errors import NotFound
from bot.intake.addresses import canonical
from bot.model import Article, Query

_SEVERAL = 5  # headlines that are named


async def article_meant(interaction: discord.Interaction[Any], typed: str) -> Article:
    """It; or a sentence to whoever typed what is no article, or might be several."""
    desk, viewer, typed = desk_of(interaction), viewer_of(interaction), without_brackets(typed.strip())
    article = await opened(desk, Query(words=typed, viewer=viewer))
    article = article or await desk.archive.article_at(canonical(typed) or typed, viewer)
    if article is not None:
        return article
    found = [] if "://" in typed else await desk.archive.headlines(typed, viewer, _SEVERAL + 1, interaction.user.id)
    if len(found) > 1:
        named = "\n".join(f"- {headline(each, link=False)}" for each in found[:_SEVERAL])
        more = "\n- and others" if len(found) > _SEVERAL else ""
        raise NotFound(
            f"Several headlines have these words. Pick one from the list, or give its address.\n{named}{more}"
        )
    if not found:
        raise NotFound("I know of no such article. Pick one from the list, or give its address; `/search` finds more.")
    return found[0]

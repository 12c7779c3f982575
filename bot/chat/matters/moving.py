"""An article that is in the wrong region is put into the right one; its posts follow, and no feed undoes it."""

from typing import Any

import discord

from bot.chat.desk import desk_of, speaks_for_all
from bot.chat.pages import answers
from bot.chat.pages.choices import region_name
from bot.chat.pages.meant import article_meant
from bot.delivery.route import route
from bot.delivery.text import clean, escape
from bot.errors import NewsError
from bot.intake.classify import moved
from bot.model import OPERATOR

_RUNS_IT = "Whoever runs this bot"  # other servers read along, and know nobody here


async def move(interaction: discord.Interaction[Any], typed: str, region: str) -> str:
    """Put the article that was picked, or that lies at the address, into that region, and say what follows."""
    desk, article = desk_of(interaction), await article_meant(interaction, typed)
    if article.owner == OPERATOR and not await speaks_for_all(interaction):
        raise NewsError(
            "This article comes from a feed for everybody, so that it would move for other servers too. "
            "Only whoever runs the bot can do that."
        )
    name = f"**{escape(region_name(desk.regions, region))}**"
    if article.regions == (region,):
        return f"{answers.headline(article)} is in {name} already."
    who = _RUNS_IT if article.owner == OPERATOR else clean(interaction.user.display_name)
    why = moved(who, article.regions, article.why, desk.regions)
    owed = await desk.archive.place(article.id, (region,), why, route, desk.clock.now())
    desk.nudge()
    follows = {0: "", 1: " One channel gets it now."}.get(owed, f" {owed} channels get it now.")
    return f"{answers.headline(article)} is in {name} from now on. Posts that are out are corrected.{follows}"

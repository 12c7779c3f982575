"""What a person is told when something went wrong: the one place where errors are answered."""

import logging
import secrets

import discord
from discord import app_commands

from bot.delivery.text import cut
from bot.errors import NewsError

log = logging.getLogger(__name__)

_LONGEST = 2000  # characters that Discord takes
_GONE = {10062, 40060, 10008, 50027}  # the interaction expired, was answered, or its message is gone: nobody to tell


async def explain(interaction: discord.Interaction, error: BaseException) -> bool:
    """Answer an error, visible to the person alone; what we did not expect (False) is logged with its trace."""
    error = _cause(error)
    if isinstance(error, discord.HTTPException) and error.code in _GONE:
        log.info("answer came too late code=%d command=%s", error.code, _name(interaction))
        return True
    expected = sentence(error)
    await _say(interaction, expected or _bug(interaction, error))
    return expected is not None


def sentence(error: BaseException) -> str | None:
    """The sentence for an expected error; None for a bug."""
    match error:
        case NewsError():  # it may quote a feed's title or what somebody typed: no link hides behind words
            return str(error).replace("](", "]\u200b(")
        case app_commands.MissingPermissions():
            return f"You need the permission {_permissions(error.missing_permissions)} for this."
        case app_commands.BotMissingPermissions():
            return f"I need the permission {_permissions(error.missing_permissions)} for this."
        case app_commands.NoPrivateMessage():
            return "This works only in a server."
        case app_commands.CommandOnCooldown():
            return f"One moment please: try again in {error.retry_after:.0f} seconds."
        case app_commands.CommandSignatureMismatch() | app_commands.CommandNotFound():
            return "This command has just changed. Type it again in a minute, when Discord has caught up."
        case app_commands.TransformerError():
            return f"“{str(error.value)[:80]}” is not something I can use here."
        case app_commands.CheckFailure():
            return "You may not use this command here."
        case _:
            return None


def _cause(error: BaseException) -> BaseException:
    """What really happened, inside the library's wrapping."""
    if isinstance(error, app_commands.CommandInvokeError):
        return error.original
    if isinstance(error, app_commands.TransformerError) and isinstance(error.__cause__, NewsError):
        return error.__cause__
    return error


def _bug(interaction: discord.Interaction, error: BaseException) -> str:
    """Log the trace under a mark that the person can quote."""
    mark = secrets.token_hex(3)
    log.error("failed mark=%s command=%s", mark, _name(interaction), exc_info=error)
    return f"Something went wrong on our side. It has been noted as `{mark}`; please try again in a moment."


def _name(interaction: discord.Interaction) -> str:
    if interaction.command is not None:
        return interaction.command.qualified_name
    return interaction.custom_id or "?"


def _permissions(names: list[str]) -> str:
    return ", ".join(f"**{name.replace('_', ' ').title()}**" for name in names)


async def _say(interaction: discord.Interaction, text: str) -> None:
    text = cut(text, _LONGEST)
    try:
        if interaction.type is discord.InteractionType.autocomplete:
            if not interaction.response.is_done():
                await interaction.response.autocomplete([])
        elif interaction.response.is_done():
            await interaction.followup.send(text, ephemeral=True)
        else:
            await interaction.response.send_message(text, ephemeral=True)
    except discord.HTTPException as error:
        log.info("could not explain command=%s reason=%s", _name(interaction), error)

"""Slash commands: every file here is a cog by lying here."""

import pkgutil


def names() -> tuple[str, ...]:
    """The cogs, as the client loads them."""
    return tuple(f"{__name__}.{each.name}" for each in pkgutil.iter_modules(__path__))

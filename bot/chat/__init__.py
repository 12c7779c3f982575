"""Speak Discord: the only room, with the cogs, that knows discord.py."""

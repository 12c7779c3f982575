"""Slash commands: every file here is a cog by lying here."""

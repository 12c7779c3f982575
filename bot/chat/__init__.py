"""Speak Discord: the only room, with the cogs, that knows discord.py.

Its own rooms, from the top: matters, orders, sender, pages; each knows only those behind it.
"""

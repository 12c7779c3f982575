"""Kills the real process at random while it delivers, and counts what a Discord of our own holds in the end."""

"""Bring in: from an address to articles."""

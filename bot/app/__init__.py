"""Puts the house together, and takes it down."""

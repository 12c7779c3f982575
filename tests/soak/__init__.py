"""Lets the real process run for a long time, with many articles, commands and faults, and watches whether it grows."""

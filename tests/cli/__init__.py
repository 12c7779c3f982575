"""Tests of the console, through the real process."""

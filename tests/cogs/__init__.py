"""Tests of the slash commands, typed by members of a server on the stage."""

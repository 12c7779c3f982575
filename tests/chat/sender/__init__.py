"""Tests of what is sent, and of what it meets on its way."""

"""Tests of what a reader looks at."""

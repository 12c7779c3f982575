"""Tests: the tree of the house, mirrored."""

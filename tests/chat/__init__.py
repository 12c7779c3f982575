"""Tests of how we speak Discord."""

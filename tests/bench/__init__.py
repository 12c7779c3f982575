"""Benchmarks: one table each, ratios against a peer in the same run."""

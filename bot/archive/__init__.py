"""Keep and find: all that we remember."""

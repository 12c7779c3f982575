"""Finding again: the index of words, and the language in which readers ask."""

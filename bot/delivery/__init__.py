"""Go out: whom an article is owed to, and how it looks."""

"""What a reader looks at: cards, leafed through page by page; and what is offered while they type."""

"""What was ordered: a server's standing orders, round-ups and feeds, and what a reader follows."""

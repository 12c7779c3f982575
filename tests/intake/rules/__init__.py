"""The 23 rules of a polite and correct poller, by their numbers: what the server saw, what we made of its answers."""

"""A Discord of our own, on loopback, for rehearsal and tests."""

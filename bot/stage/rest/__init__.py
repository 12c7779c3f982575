"""Discord's REST API: one file per group of routes."""

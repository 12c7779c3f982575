"""What Discord holds against a request body: limits and rules, also those its published file does not state."""

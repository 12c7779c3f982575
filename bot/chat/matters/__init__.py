"""What those who run a server are told, and put right."""

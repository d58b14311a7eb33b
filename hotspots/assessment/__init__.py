"""Did the response work."""

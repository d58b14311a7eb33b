"""Still maps and charts."""

"""The gate, and all that hides numbers."""

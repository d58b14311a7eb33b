"""What changed: two windows, trends, the indicators of a board."""

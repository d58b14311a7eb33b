"""`find_hotspots` and all that a row of the list says; the methods are by_*.py."""

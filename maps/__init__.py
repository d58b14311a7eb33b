"""What leaves the building: maps, plans, tables and the pack, through one gate."""

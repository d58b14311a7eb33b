"""DBSCAN on distinct places."""

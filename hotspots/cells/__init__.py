"""A regular grid: counts, Gi*, density."""

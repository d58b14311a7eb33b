"""Rows to incidents and rejects: layouts, dates, clocks, coordinates, kinds, coverage."""

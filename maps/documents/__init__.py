"""Blocks, and blocks as Word or HTML; knows nothing of plans."""

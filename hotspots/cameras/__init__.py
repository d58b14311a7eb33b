"""Where cameras stand."""

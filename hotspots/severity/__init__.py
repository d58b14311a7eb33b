"""Harm: weights, offence mixes, each incident weighed where there are weights."""

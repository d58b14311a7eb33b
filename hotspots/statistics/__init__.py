"""Arithmetic on numbers alone: two counts, two shares, displacement, concentration."""

"""Test as you go: days drawn on and off at each place, and what they show when they are over."""

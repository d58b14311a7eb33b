"""The small made place that every test of plans can count by hand."""

from plan_examples import (
    drafted,
    incidents,
    make,
    plan,
    spots,
    the_same_place_is_drafted_and_drawn_once,
    type_into,
    wards,
)

__all__ = [
    "drafted",
    "incidents",
    "make",
    "plan",
    "spots",
    "the_same_place_is_drafted_and_drawn_once",
    "type_into",
    "wards",
]

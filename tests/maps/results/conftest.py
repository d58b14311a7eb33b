"""The small made place of the plans, for the packs that hold them."""

from plan_examples import drafted, incidents, make, plan, spots, the_same_place_is_drafted_and_drawn_once, wards

__all__ = ["drafted", "incidents", "make", "plan", "spots", "the_same_place_is_drafted_and_drawn_once", "wards"]

"""Layers in each other: what one hides, the sums of another do not give back."""

from __future__ import annotations

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from maps.disclosure.nested_layers import find_nesting, hide_nested

WARD = {"A": "North", "B": "North", "C": "South", "D": "South", "E": "South"}


def nest(counts: dict[str, int], parents: dict[str, str], threshold: int = 5) -> dict[str, list[str]]:
    """Codes hidden in wards, committees and the district, for counts by ward."""
    ward = pd.Series(counts)
    committee = ward.groupby(pd.Series(parents)).sum()
    nesting = {
        ("ward", "committee"): pd.Series(parents),
        ("ward", "district"): pd.Series("All", index=ward.index),
        ("committee", "district"): pd.Series("All", index=committee.index),
    }
    layers = {"ward": ward, "committee": committee, "district": pd.Series({"All": int(ward.sum())})}
    hidden = hide_nested(layers, nesting, threshold=threshold)
    return {layer: list(gone[gone].index) for layer, gone in hidden.items()}


def test_each_committee_that_is_shown_hides_two_of_its_wards():
    # over all wards A and C would do, 3 + 4; but North - B is A, and South - D - E is C
    found = nest({"A": 3, "B": 40, "C": 4, "D": 50, "E": 60}, WARD)
    assert found == {"ward": ["A", "B", "C", "D"], "committee": [], "district": []}


def test_a_committee_of_one_ward_goes_with_it_and_a_neighbour_with_the_committee():
    parents = {"A": "North", "B": "South", "C": "South", "D": "East", "E": "East"}
    found = nest({"A": 3, "B": 10, "C": 10, "D": 50, "E": 60}, parents)
    # North is A; the district less the others would give North back, so the next smallest, South, goes too
    assert found == {"ward": ["A", "B", "C"], "committee": ["North", "South"], "district": []}


def test_nothing_small_nothing_hidden():
    assert nest({"A": 5, "B": 40, "C": 0, "D": 50, "E": 60}, WARD) == {
        "ward": [],
        "committee": [],
        "district": [],
    }


def test_nesting_is_read_from_the_records_and_overlapping_layers_are_passed_over():
    rows = pd.DataFrame(
        {
            "ward_code": ["A", "A", "B", "C", None],
            "committee_code": ["N", "N", "N", "S", None],
            "lap_code": ["1", "2", "2", "2", "1"],
        }
    )
    found = find_nesting(rows, ["ward", "committee", "lap", "park"])
    assert {pair: codes.to_dict() for pair, codes in found.items()} == {
        ("ward", "committee"): {"A": "N", "B": "N", "C": "S"}
    }


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 20), min_size=5, max_size=5), st.sampled_from([5, 10]))
def test_no_sum_over_a_shown_area_leaves_one_hidden_or_a_small_rest(numbers, threshold):
    counts = dict(zip(WARD, numbers, strict=True))
    found = nest(counts, WARD, threshold)
    for committee in ("North", "South"):
        gone = [c for c in found["ward"] if WARD[c] == committee]
        total = sum(n for c, n in counts.items() if WARD[c] == committee)
        if committee in found["committee"]:
            assert {c for c, n in counts.items() if WARD[c] == committee and n} <= set(gone)
        elif gone:
            assert len(gone) >= 2
            assert sum(counts[c] for c in gone) >= threshold
        assert committee in found["committee"] or not 0 < total < threshold
    assert {c for c, n in counts.items() if 0 < n < threshold} <= set(found["ward"])

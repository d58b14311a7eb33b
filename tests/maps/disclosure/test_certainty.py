"""How sure we are of a hotspot and of a list, in the words and tables that people get."""

from __future__ import annotations

import pandas as pd

from maps.disclosure.gate import release
from maps.wording import say_certainty


def test_a_hotspot_stands_beside_chance_and_its_surroundings() -> None:
    row = pd.Series({"incidents": 40, "expected": 0.31, "expected_nearby": 12.4})
    assert say_certainty(row) == [
        "Chance alone would put less than 1 record in a place this size;"
        " at the rate of the ground within 500 m it would hold 12 records."
    ]
    alone = pd.Series({"expected": 1.04, "expected_nearby": float("nan")})
    assert say_certainty(alone) == ["Chance alone would put 1 record in a place this size."]


def test_what_comes_apart_is_told_from_what_vanishes() -> None:
    said = "Found again as one place in 40% of re-runs with slightly changed settings"
    parted = say_certainty(pd.Series({"stability": 0.4, "found_again": 0.97}))
    assert parted == [
        f"{said}; in the others it came apart or joined another differently:"
        " on average 97% of its records lay in hotspots again."
    ]
    assert say_certainty(pd.Series({"stability": 0.4, "found_again": 0.41})) == [f"{said}."]


def test_one_offence_that_decides_is_said_above_half_only() -> None:
    said = "A single offence is 62% of its harm: its place by harm rests on that one event."
    assert say_certainty(pd.Series({"largest_offence_share": 0.62})) == [said]
    assert said not in say_certainty(pd.Series({"largest_offence_share": 0.5}))


def test_small_counts_take_what_tells_them_along() -> None:
    spots = pd.DataFrame(
        {"incidents": [3, 40, 50], "expected": 1.0, "expected_nearby": 2.0, "largest_offence_share": 1 / 3}
    )
    kept = release(spots, kind="spots", profile="partner")
    hidden = kept["incidents"].isna()
    assert hidden.tolist() == [True, True, False]
    for column in ("expected", "expected_nearby", "largest_offence_share"):
        assert kept[column].isna().tolist() == hidden.tolist()

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hot_months import only
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import poisson

from hotspots.change.trends import classify_counts, classify_hot, classify_trends
from hotspots.checks import InputError


def classes(*hot: list[int], cold: list[int] | None = None, strength: list[float] | None = None) -> pd.DataFrame:
    warm = np.array(hot, dtype=bool)
    cool = np.zeros_like(warm) if cold is None else np.array([cold], dtype=bool)
    force = np.zeros(warm.shape) if strength is None else np.array([strength], dtype=float)
    return classify_hot(warm, cold=cool, strength=force)


def test_hot_only_in_the_16th_of_20_is_not_emerging():
    assert classes(only(20, 16))["trend"].tolist() == ["none"]


def test_hot_only_in_the_8th_of_10_is_former():
    assert classes(only(10, 8))["trend"].tolist() == ["former"]


@pytest.mark.parametrize(
    ("hot", "trend"),
    [
        (only(10, *range(1, 9)), "persistent"),
        (only(10, *range(1, 8)), "former"),
        (only(10, 10), "emerging"),
        (only(10, 1, 10), "intermittent"),
        (only(20, 3), "none"),
        (only(20, 3, 4), "former"),
        (only(10), "none"),
    ],
)
def test_rules_in_their_order(hot, trend):
    assert classes(hot)["trend"].tolist() == [trend]


@pytest.mark.parametrize(
    ("hot", "cold", "strength", "word"),
    [
        (only(10, 10), None, None, "new"),
        (only(10, 9, 10), None, None, "consecutive"),
        (only(10, 3, 9, 10), None, None, "sporadic"),
        (only(10, 3, 9, 10), only(10, 5), None, "oscillating"),
        (only(10, *range(1, 10)), None, None, "historical"),
        (only(10, *range(1, 11)), None, [5] * 10, "persistent"),
        (only(10, *range(1, 11)), None, list(range(10)), "intensifying"),
        (only(10, *range(1, 11)), None, list(range(10, 0, -1)), "diminishing"),
        (only(10, 1, 2, 3), None, None, ""),
        (only(10), None, None, ""),
    ],
)
def test_words_of_esri_only_where_their_rule_is_met(hot, cold, strength, word):
    assert classes(hot, cold=cold, strength=strength)["esri"].tolist() == [word]


@given(st.lists(st.lists(st.booleans(), min_size=12, max_size=12), min_size=1, max_size=6))
@settings(max_examples=60, deadline=None)
def test_every_place_gets_one_class_that_fits_its_shares(hot):
    table = classes(*hot)
    for row, found in zip(hot, table.itertuples(), strict=True):
        assert found.hot_months == sum(row)
        assert (found.trend == "persistent") == (np.mean(row) >= 0.8)
        if found.trend == "emerging":
            assert any(row[-2:])
        if found.trend == "former":
            assert not any(row[-2:])
        assert (found.esri == "") or any(row)


def test_hot_is_the_poisson_tail_adjusted_over_the_places():
    counts = pd.DataFrame([[20] * 10, *[[8] * 10 for _ in range(4)]], index=list("ABCDE"))
    table = classify_counts(counts, expected=np.full((5, 10), 10.4))
    p = poisson.sf([19, 7, 7, 7, 7], 10.4)
    assert (5 * p[0] < 0.05) == (table.loc["A", "hot_months"] == 10)
    assert table.loc["A", ["trend", "esri"]].tolist() == ["persistent", "persistent"]
    assert table.loc["B", "trend"] == "none"


def test_ten_periods_are_needed():
    with pytest.raises(InputError, match="at least 10 periods"):
        classify_counts(pd.DataFrame([[1] * 9]), expected=np.ones((1, 9)))


def town(seed: int = 0) -> tuple[pd.DataFrame, pd.Series]:
    months = pd.date_range("2018-01-01", periods=12, freq="MS")
    rng = np.random.default_rng(seed)
    rows = [(m, place) for m in months for place in range(20) for _ in range(rng.poisson(30 if place == 3 else 4))]
    frame = pd.DataFrame({"when": [m for m, _ in rows], "precision": "month"})
    return frame, pd.Series([place for _, place in rows])


def test_one_busy_place_of_twenty_is_persistent_and_the_rest_are_not():
    frame, place = town()
    table = classify_trends(frame, by=place)
    assert table.loc[3, "trend"] == "persistent"
    assert (table["trend"] == "none").sum() >= 18


def test_the_rate_of_the_whole_study_area_by_ground():
    frame, place = town()
    outside = place.mask(place != 3)
    size = pd.Series({3: 1.0, 99: 1.0})
    table = classify_trends(frame, by=outside, size=size, size_of_all=20.0)
    assert table.loc[3, "trend"] == "persistent"
    assert table.loc[99, ["hot_months", "trend"]].tolist() == [0, "none"]
    # on ground ten times as large, as many incidents are nothing special
    wide = classify_trends(frame, by=outside, size=size * 10, size_of_all=20.0)
    assert wide.loc[3, "trend"] == "none"


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=5, deadline=None)
def test_row_order_and_places_change_nothing(seed):
    frame, place = town()
    expected = classify_trends(frame, by=place)
    order = np.random.default_rng(seed).permutation(len(frame))
    pd.testing.assert_frame_equal(classify_trends(frame.iloc[order], by=place.iloc[order]), expected)
    places = frame.assign(place=place).groupby(["when", "precision", "place"]).size().reset_index(name="incidents")
    pd.testing.assert_frame_equal(classify_trends(places, by=places["place"].rename(None)), expected, check_names=False)


def test_labels_must_stand_on_the_incidents():
    frame, place = town()
    with pytest.raises(InputError, match="labels do not stand"):
        classify_trends(frame, by=place.iloc[:5])


def test_a_window_bounds_the_months():
    frame, place = town()
    assert classify_trends(frame, by=place, window="2018-02..2018-11").loc[3, "months"] == 10
    with pytest.raises(InputError, match="at least 10 periods"):
        classify_trends(frame.iloc[:0], by=place.iloc[:0])

"""Chosen by harm: the mix of a place is drawn to the city's, its number is not; what is shown is recorded."""

from __future__ import annotations

import logging
from fractions import Fraction

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from hotspots import find_hotspots
from hotspots.backtest.backtest import backtest_hotspots
from hotspots.checks import InputError
from hotspots.finding.harm_mix import shrink_mix

WEIGHTS = {"Robbery": 365.0, "Public order": 7.5, "Shoplifting": 1.0}


@pytest.fixture(autouse=True)
def quiet(caplog):
    caplog.set_level(logging.ERROR, logger="safer_hotspots")


def records(*stacks: tuple[float, dict[str, int]]) -> gpd.GeoDataFrame:
    rows = [(x, kind) for x, kinds in stacks for kind, n in kinds.items() for _ in range(n)]
    x, kinds = zip(*rows, strict=True)
    frame = pd.DataFrame({"category": kinds, "harm": [WEIGHTS.get(kind, 0.0) for kind in kinds]})
    return gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy(x, [0.0] * len(x)), crs=27700)


CITY = records(
    (0, {"Robbery": 1, "Shoplifting": 1}),
    (1000, {"Shoplifting": 60, "Public order": 20}),
    (2000, {"Robbery": 1, "Public order": 5, "Begging": 40}),
    (3000, {"Shoplifting": 9}),
)


def by_categories(frame: gpd.GeoDataFrame, more: int) -> dict[float, Fraction]:
    """The formula as it is explained: every record of a place weighs Σ w (N + more p) / (n + more)."""
    frame = frame[frame["category"].isin(WEIGHTS)]
    mix = frame["category"].value_counts()
    found = {}
    for x, part in frame.groupby(frame.geometry.x):
        n = len(part)
        kinds = part["category"].value_counts()
        each = sum(
            Fraction(w) * (int(kinds.get(k, 0)) + more * Fraction(int(mix[k]), len(frame))) for k, w in WEIGHTS.items()
        ) / (n + more)
        found[x] = n * each
    return found


def test_the_worth_of_places_category_by_category():
    for more in (0, 3, 10):
        expected = by_categories(CITY, more)
        weighed = CITY[CITY["harm"] > 0]
        groups = weighed.groupby(weighed.geometry.x)["harm"]
        xy = np.array([[x, 0.0] for x in groups.size().index])
        harm = np.rint(groups.sum().to_numpy() * 1e6).astype(np.int64)
        worth = shrink_mix(xy, groups.size().to_numpy(), harm, by=more)
        assert worth / 1e6 == pytest.approx([float(expected[x]) for x in xy[:, 0]])


def test_the_places_chosen_are_those_worth_most_and_what_is_shown_is_recorded():
    expected = by_categories(CITY, 10)
    best = max(expected, key=lambda x: expected[x])
    assert best == 1000  # eighty records of a mild mix: more to come than after one robbery
    spot = find_hotspots(CITY, count=1, by="harm", resamples=0).iloc[0]
    assert spot.geometry.centroid.x == pytest.approx(best, abs=1)
    assert (spot["incidents"], spot["harm"]) == (80, 60 + 20 * 7.5)
    recorded = find_hotspots(CITY, count=1, by="harm", shrink=0, resamples=0).iloc[0]
    assert recorded["harm"] == 365 + 5 * 7.5
    spots = find_hotspots(CITY, count=3, by="harm", resamples=0)
    assert spots["harm"].tolist() == sorted(spots["harm"], reverse=True)  # the order is of what is recorded


def test_kinds_without_a_weight_take_no_part():
    without = CITY[CITY["category"] != "Begging"].reset_index(drop=True)
    chosen = [
        find_hotspots(frame, count=2, by="harm", resamples=0).geometry.centroid.x.round().tolist()
        for frame in (CITY, without)
    ]
    assert chosen[0] == chosen[1]


def test_points_that_are_not_snapped_take_the_mix_around_them():
    xy = np.array([[0.0, 0.0], [100.0, 0.0], [0.0, 150.0], [5000.0, 0.0]])
    count, harm = np.array([1, 1, 1, 1]), np.array([1000, 10, 10, 100])
    # the mean is 280; 250 m from (100, 0) to (0, 150) is too far: √(100² + 150²) = 180
    around = [(1020 / 3, 3), (1010 / 2, 2), (1010 / 2, 2), (100, 1)]
    expected = [(n * mean + 2800) / (n + 10) for mean, n in around]
    assert shrink_mix(xy, count, harm) == pytest.approx(expected, abs=0.5)


def test_none_is_added_by_number_or_where_a_share_of_harm_is_asked_for():
    by_number = [find_hotspots(CITY, count=3, shrink=k, resamples=0)["incidents"].tolist() for k in (0, 10)]
    assert by_number[0] == by_number[1]
    shares = [
        find_hotspots(CITY, count=None, until_share=0.4, by="harm", shrink=k, resamples=0)["harm"].tolist()
        for k in (0, 10)
    ]
    assert shares[0] == shares[1] == [365 + 5 * 7.5]
    with pytest.raises(InputError, match="shrink must be 0 or more"):
        find_hotspots(CITY, shrink=-1)


def test_it_is_said_once_in_one_plain_sentence(caplog):
    caplog.set_level(logging.WARNING, logger="safer_hotspots")
    find_hotspots(CITY, count=2, by="harm", resamples=3)
    assert caplog.text.count("10 more records of the whole area's own mix of kinds") == 1
    assert "counts and harm shown are those recorded" in caplog.text
    caplog.clear()
    find_hotspots(CITY, count=2, resamples=0)
    assert "mix" not in caplog.text


def test_the_backtest_chooses_discs_as_find_hotspots_does_and_scores_what_is_recorded():
    months = pd.to_datetime(["2024-01-01"] * len(CITY))
    later = records((1000, {"Robbery": 2}), (2000, {"Shoplifting": 2}))
    whole = pd.concat(
        [CITY.assign(when=months), later.assign(when=pd.Timestamp("2024-02-01"))], ignore_index=True
    ).assign(precision="month")
    frame = gpd.GeoDataFrame(whole, crs=27700)
    found = backtest_hotspots(frame, count=1, by="harm", methods=["discs", "discs on incidents"], ceiling_draws=0)
    assert found["captured"].tolist() == [730.0, 2.0]
    assert found["total"].tolist() == [732.0, 732.0]
    assert found["pei"].iloc[0] == 1.0

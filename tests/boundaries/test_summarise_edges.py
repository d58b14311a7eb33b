"""What the league table of areas takes when nothing is said, and its edges, by hand."""

from __future__ import annotations

import logging

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from area_examples import HALVES, points
from shapely.geometry import box

from boundaries import summarise_areas
from boundaries.intervals import weighted_interval
from hotspots.checks import InputError


def test_rates_are_for_a_thousand_residents_unless_said():
    areas = HALVES.assign(population=[1000, 500, 0])
    frame = points(*[(1, 5)] * 30, *[(11, 5)] * 5)
    table = summarise_areas(frame, areas, layer="ward").set_index("code")
    assert table.loc[["A", "B"], "rate"].tolist() == [30.0, 10.0]


def test_what_a_rate_is_for_goes_with_the_table():
    assert summarise_areas(points((1, 5)), HALVES, layer="ward", per=100).attrs["per"] == 100


def test_below_twenty_is_few():
    frame = points(*[(1, 5)] * 20, *[(11, 5)] * 19)
    table = summarise_areas(frame, HALVES, layer="ward").set_index("code")
    assert table["small_numbers"].to_dict() == {"A": False, "B": True, "C": True}


def test_intervals_are_of_95_per_cent_unless_said():
    table = summarise_areas(points(*[(1, 5)] * 9), HALVES, layer="ward").set_index("code")
    low, high = weighted_interval(np.array([9.0]), np.array([9.0]), 1.0, confidence=0.95)
    assert table.loc["A", ["incidents_from", "incidents_to"]].tolist() == pytest.approx([*low, *high])


def test_equal_areas_stand_in_order_of_their_codes():
    areas = HALVES.iloc[[2, 1, 0]]
    table = summarise_areas(points((1, 5), (11, 5), (21, 5), (21, 5)), areas, layer="ward")
    assert table["code"].tolist() == ["C", "A", "B"]


def test_what_it_is_divided_by_comes_in_order_with_a_plain_index():
    frame = points((1, 5), (11, 5), (11, 5), category=["Robbery", "Drugs", "Robbery"])
    table = summarise_areas(frame, HALVES, layer="ward", by=["category"])
    assert table["category"].tolist() == ["Drugs"] * 3 + ["Robbery"] * 3
    assert table["code"].tolist() == ["B", "A", "C", "A", "B", "C"]
    assert table.index.tolist() == list(range(6))


def test_all_three_harms_are_summed_and_the_distance_is_passed_on():
    harm = {"harm": [2.0, 3.0], "harm_low": [1.0, 2.0], "harm_high": [4.0, 5.0]}
    frame = points((1, 5), (-8, 5), **harm)
    near = summarise_areas(frame, HALVES, layer="ward", within=8).set_index("code").loc["A"]
    assert near[["incidents", "harm", "harm_low", "harm_high"]].tolist() == [2, 5, 3, 9]
    inside = summarise_areas(frame, HALVES, layer="ward", within=7).set_index("code").loc["A"]
    assert inside[["incidents", "harm", "harm_low", "harm_high"]].tolist() == [1, 2, 1, 4]


def test_a_metre_outside_the_centre_is_outside():
    centre = gpd.GeoDataFrame({"code": ["X"], "name": ["Centre"]}, geometry=[box(0, 0, 4, 10)], crs=27700)
    frame = points((3, 5), (4.5, 5), (5, 5))
    table = summarise_areas(frame, HALVES, layer="ward", centre=centre).set_index("code")
    assert table.loc["A", ["incidents", "incidents_without_centre"]].tolist() == [3, 2]


def test_whole_numbers_of_people_and_areas_nobody_lives_in():
    areas = HALVES.assign(people=pd.array([100, 200, 300], dtype="Int64"), residential=[True, False, True])
    table = summarise_areas(points((1, 5), (11, 5)), areas, layer="w", population="people").set_index("code")
    assert table.loc["A", "rate"] == 10
    assert np.isnan(table.loc["B", "rate"])
    assert table.loc["C", "rate"] == 0


def test_eight_codes_without_an_area_are_named(caplog):
    people = pd.Series({"A": 10.0} | {f"Z{k}": 1.0 for k in range(9)})
    with caplog.at_level(logging.WARNING):
        summarise_areas(points((1, 5)), HALVES, layer="w", population=people)
    assert f"but no area: {', '.join(f'Z{k}' for k in range(8))}." in caplog.text


def test_a_period_misspelt_is_put_right():
    with pytest.raises(InputError, match="Try: 'period'"):
        summarise_areas(points((1, 5)), HALVES, layer="w", by=["perio"])

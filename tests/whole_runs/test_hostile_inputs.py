"""Whatever is put in: a right answer, or one sentence that says what is wrong."""

from __future__ import annotations

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from hotspots import InputError, backtest_hotspots, find_hotspots, match_hotspots, read_hotspots
from hotspots.backtest.scores import score_forecast

METHODS: dict[str, dict[str, Any]] = {
    "discs": {},
    "dbscan": {"method": "dbscan", "min_incidents": 20},
    "split": {"method": "dbscan", "min_incidents": 5, "max_diameter": 300},
    "cells": {"method": "cells", "cell_size": 100},
}


def stacks() -> gpd.GeoDataFrame:
    """60 stacks of 1 to 29 records on one square kilometre; the busiest corner stands out."""
    rng = np.random.default_rng(0)
    xy = rng.integers(430_000, 431_000, (60, 2)).astype(float)
    size = np.where(xy.sum(axis=1) < 860_500, 29, rng.integers(1, 5, 60))
    rows = np.repeat(xy, size, axis=0)
    return gpd.GeoDataFrame(geometry=gpd.points_from_xy(rows[:, 0], rows[:, 1]), crs=27700)


def at(*xy: tuple[float, float], **columns: Any) -> gpd.GeoDataFrame:
    x, y = [p[0] for p in xy], [p[1] for p in xy]
    return gpd.GeoDataFrame(columns, geometry=gpd.points_from_xy(x, y), crs=27700)


@pytest.mark.parametrize("options", METHODS.values(), ids=METHODS.keys())
@pytest.mark.parametrize("odd", ["category", "missing", "duplicated", "text", "levels", "zoned", "period", "name"])
def test_odd_types_change_nothing(options: dict[str, Any], odd: str) -> None:
    plain = stacks().assign(harm=1.0)
    n = len(plain)
    kinds = pd.Categorical(["Burglary", "Robbery"] * (n // 2) + ["Robbery"] * (n % 2))
    asked = {
        "category": plain.assign(category=kinds, place=pd.Categorical(["On or near A Street"] * n)),
        "missing": plain.assign(category=pd.Categorical([None] * n), place=pd.Categorical([None] * n)),
        "duplicated": plain.set_axis([7] * n),
        "text": plain.set_axis([f"row {i}" for i in range(n)]),
        "levels": plain.set_axis(pd.MultiIndex.from_arrays([range(n), [0] * n])),
        "zoned": plain.assign(when=pd.DatetimeIndex(["2024-01-01"] * n, tz="Europe/London")),
        "period": plain.assign(when=pd.PeriodIndex(["2024-01"] * n, freq="M")),
        "name": plain.rename_geometry("shape"),
    }[odd]
    want = find_hotspots(plain, count=5, resamples=0, **options)
    found = find_hotspots(asked, count=5, resamples=int("when" in asked), **options)
    assert len(want)
    pd.testing.assert_series_equal(found["incidents"], want["incidents"])
    assert shapely.equals(found.geometry.to_numpy(), want.geometry.to_numpy()).all()


@pytest.mark.parametrize("options", METHODS.values(), ids=METHODS.keys())
@pytest.mark.parametrize("records", [at(), at((430_000, 430_000)), at((430_000, 430_000), (430_010, 430_000))])
def test_next_to_nothing_is_counted_as_it_is(options: dict[str, Any], records: gpd.GeoDataFrame) -> None:
    found = find_hotspots(records, count=5, resamples=2, **options)
    wanted = [len(records)] if options == {} and len(records) else []  # nothing dense, nothing to compare with
    assert found["incidents"].tolist() == wanted
    assert found.index.name == "rank"
    assert found.crs == 27700


def test_a_stack_is_a_hotspot_by_every_way_of_asking() -> None:
    stack = at(*[(430_000, 430_000)] * 50)
    for options in ({}, {"method": "dbscan", "min_incidents": 50}, {"count": 1000}, {"until_share": 1.0}):
        assert find_hotspots(stack, resamples=2, **options)["incidents"].tolist() == [50]


@pytest.mark.parametrize("radius", [0.01, 5_000, 1e6])
def test_a_radius_out_of_all_proportion_still_counts_right(radius: float) -> None:
    records = stacks()
    found = find_hotspots(records, radius=radius, count=1, resamples=2)
    busiest = records.geometry.to_wkt().value_counts().iloc[0]
    assert found["incidents"].tolist() == [busiest if radius < 1 else len(records)]


def test_more_discs_than_places_hold_everything_once() -> None:
    records = stacks()
    assert find_hotspots(records, count=10**6, max_overlap=1, resamples=0)["incidents"].sum() == len(records)


def test_no_harm_at_all_leaves_nothing_to_pick_by_harm() -> None:
    assert find_hotspots(stacks().assign(harm=0.0), by="harm", resamples=0).empty
    by_count = find_hotspots(stacks().assign(harm=0.0), count=3, resamples=2)
    assert by_count["harm"].eq(0).all()
    assert by_count["share_of_harm"].isna().all()


def test_places_that_hold_nothing_are_no_hotspots() -> None:
    assert find_hotspots(stacks().assign(incidents=0), resamples=2).empty


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"harm": np.nan}, "harm must be a number from 0 upwards"),
        ({"harm": -1.0}, "harm must be a number from 0 upwards"),
        ({"harm": "many"}, "harm must be a number from 0 upwards.*'many'"),
        ({"harm": 1.0, "harm_low": np.nan}, "harm_low must be a number from 0 upwards"),
        ({"harm": 1.0, "harm_high": "x"}, "harm_high must be a number from 0 upwards"),
        ({"harm": 1e15}, "harm adds up to more than can be counted exactly"),
        ({"incidents": -1}, "whole numbers from 0 upwards.*Given: -1 in row 0"),
        ({"incidents": 1.5}, "whole numbers from 0 upwards.*Given: 1.5 in row 0"),
    ],
)
@pytest.mark.parametrize("options", METHODS.values(), ids=METHODS.keys())
def test_numbers_that_are_none_are_named(options: dict[str, Any], columns: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        find_hotspots(stacks().assign(**columns), resamples=0, **options)


@pytest.mark.parametrize("shape", [None, shapely.Point(), shapely.Point(np.nan, 1), shapely.Polygon()])
def test_rows_without_coordinates_are_counted_aloud(shape: Any) -> None:
    records = stacks()
    records.loc[3, "geometry"] = shape
    with pytest.raises(InputError, match=r"1 of \d+ incidents have no coordinates. Given: row 3"):
        find_hotspots(records, resamples=0)


def test_what_is_no_point_in_metres_is_refused() -> None:
    for records, said in (
        (stacks().buffer(5).to_frame("geometry"), "must be points"),
        (stacks().set_crs(4326, allow_override=True), "a grid of metres"),
        (gpd.GeoDataFrame(geometry=[shapely.Point(1, 1)]), "no coordinate reference system"),
        (pd.DataFrame({"x": [1]}), "must be a GeoDataFrame"),
    ):
        with pytest.raises(InputError, match=said):
            find_hotspots(records, resamples=0)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"radius": "wide"}, "radius must be a number"),
        ({"radius": None}, "radius must be a number"),
        ({"count": "5"}, "count must be a number"),
        ({"count": float("nan")}, "count must be a number"),
        ({"spacing": "far", "max_overlap": "much"}, "max_overlap must be a number.*spacing must be a number"),
        ({"until_share": "half"}, "until_share must be a number"),
        ({"resamples": 1.5}, "resamples must be a whole number"),
        ({"resamples": -1}, "resamples must be a whole number"),
        ({"seed": "a"}, "seed must be a whole number"),
        ({"method": "cells", "cell_size": "big"}, "cell_size must be a number"),
        ({"method": "dbscan", "min_incidents": "many"}, "min_incidents must be a number"),
        ({"method": "dbscan", "max_diameter": "wide"}, "max_diameter must be a number"),
        ({"method": "dbscan", "min_incidents": 5, "min_harm": float("nan")}, "min_harm must be a number"),
        ({"method": "streets", "max_distance": 0}, "max_distance must be above 0"),
    ],
)
def test_options_of_the_wrong_kind_are_named(options: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        find_hotspots(stacks().assign(harm=1.0), **options)


def two_months() -> gpd.GeoDataFrame:
    records = stacks().assign(precision="month")
    return records.assign(when=pd.to_datetime(np.resize(["2024-01-01", "2024-02-01"], len(records))))


@pytest.mark.parametrize(
    ("columns", "options", "said"),
    [
        ({"harm": "x"}, {"by": "harm"}, "harm must be a number"),
        ({"harm": -1.0}, {"by": "harm"}, "harm must be a number"),
        ({}, {"count": "5"}, "count must be a number"),
        ({}, {"radius": 0.1}, "radius of 10 to 5,000 metres"),
        ({}, {"radius": 1e6}, "radius of 10 to 5,000 metres"),
        ({}, {"splits": ["2024-01"]}, "A split is a pair"),
        ({}, {"splits": 5}, "A split is a pair"),
    ],
)
def test_a_backtest_says_what_it_cannot_use(columns: dict[str, Any], options: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        backtest_hotspots(two_months().assign(**columns), ceiling_draws=0, **{"count": 2, **options})


def test_a_previous_run_without_hotspots_makes_all_of_them_new() -> None:
    spots = find_hotspots(stacks(), count=3, resamples=0)
    _, changes = match_hotspots(spots, spots.head(0), incidents=stacks())
    assert changes["status"].unique().tolist() == ["new"]
    assert changes["previous"].unique().tolist() == [""]
    _, changes = match_hotspots(spots.head(0), spots, incidents=stacks())
    assert changes["status"].unique().tolist() == ["gone"]


def test_agreed_areas_with_odd_columns_are_read() -> None:
    listed = gpd.GeoDataFrame(
        {"name": pd.Categorical(["Square", None]), "kind": pd.Categorical(["Single", "clustered"])},
        geometry=[shapely.box(430_000, 430_000, 430_500, 430_500), shapely.box(430_500, 430_500, 431_000, 431_000)],
        crs=27700,
    )
    spots = read_hotspots(listed, incidents=stacks(), resamples=0)
    assert set(spots["kind"]) == {"single", "clustered"}
    assert "Square" in set(spots["name"])


def test_agreed_areas_without_references_get_their_own() -> None:
    squares = [shapely.box(430_000, 430_000, 430_500, 430_500), shapely.box(430_500, 430_500, 431_000, 431_000)]
    blank = gpd.GeoDataFrame({"ref": [None, None]}, geometry=squares, crs=27700)
    assert read_hotspots(blank, incidents=stacks(), resamples=0)["ref"].is_unique
    with pytest.raises(InputError, match="A reference occurs twice"):
        read_hotspots(blank.assign(ref="A"), incidents=stacks(), resamples=0)
    with pytest.raises(InputError, match="radius must be above 0"):
        read_hotspots(gpd.GeoDataFrame(geometry=[shapely.Point(1, 1)], crs=27700), incidents=stacks(), radius=0)


def test_a_forecast_of_no_numbers_is_refused() -> None:
    for predicted, observed in (([np.nan, 1], [1, 2]), ([1, 2], [-1, 2])):
        with pytest.raises(InputError, match="must be numbers"):
            score_forecast(predicted, observed)

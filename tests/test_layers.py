"""Layers as a configuration describes them."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import box

from boundaries import attach_areas, read_layers
from hotspots.checks import InputError


@pytest.fixture
def wards(tmp_path):
    # Two real names, side by side, of two committees.
    names = ["Armley", "Hunslet & Riverside"]
    shapes = [box(430000, 433000, 430100, 433100), box(430100, 433000, 430200, 433100)]
    file = tmp_path / "wards.gpkg"
    gpd.GeoDataFrame({"NM": names}, geometry=shapes, crs="EPSG:27700").to_file(file)
    return {"file": str(file), "name": "NM", "lookup": "leeds-2024", "within": 5}


def points(*xy, **columns):
    return gpd.GeoDataFrame(
        columns, geometry=gpd.points_from_xy([p[0] for p in xy], [p[1] for p in xy]), crs="EPSG:27700"
    )


def test_layers_are_built_whatever_their_order(wards):
    settings = {
        "district": {"nest": "district"},
        "lap": {"groups": {"Plan": ["Riverside & Hunslet"]}, "of": "ward"},
        "ward": wards | {"aliases": {"Hunslet & Riverside": "Riverside & Hunslet"}},
        "committee": {"nest": "committee", "of": "ward"},
        "centre": {"easting": 430050, "northing": 433050, "radius": 20, "name": "Centre"},
    }
    # The look-up writes the ward's official name, so the plan must use it too.
    settings["lap"]["groups"] = {"Plan": ["Hunslet and Riverside"]}
    layers = read_layers(settings)
    assert list(layers) == list(settings)
    assert layers["ward"]["priority"].tolist() == [True, True]
    attached, sums = attach_areas(points((430050, 433050), (430150, 433050)), layers)
    assert attached["committee_name"].tolist() == ["Inner West", "Inner South"]
    assert attached["district_name"].tolist() == ["Leeds", "Leeds"]
    assert attached["lap_name"].fillna("").tolist() == ["", "Plan"]
    assert attached["centre_name"].fillna("").tolist() == ["Centre", ""]
    assert sums.loc["ward"].tolist() == sums.loc["district"].tolist()


def test_layers_of_streets_and_hotspots(wards):
    incidents = points(
        (430050, 433050), (430150, 433050), place=["On or near Boar Lane", "On or near Briggate"]
    )
    spots = gpd.GeoDataFrame(
        {"ref": ["SE3005033050"], "name": ["Boar Lane"]},
        geometry=[box(430040, 433040, 430060, 433060)],
        index=pd.RangeIndex(1, 2, name="rank"),
        crs="EPSG:27700",
    )
    settings = {
        "street_plan": {"groups": {"Lane": ["Boar Lane"]}, "of": "street", "radius": 10},
        "spot_plan": {"groups": {"Spot": [1]}, "of": "hotspot"},
    }
    layers = read_layers(settings, incidents=incidents, spots=spots)
    attached, _ = attach_areas(incidents, layers, within=0)
    assert attached["street_plan_name"].fillna("").tolist() == ["Lane", ""]
    assert attached["spot_plan_name"].fillna("").tolist() == ["Spot", ""]
    with pytest.raises(InputError, match=r"\[areas.spot_plan\] is made of 'hotspot', which is not at hand"):
        read_layers({"spot_plan": settings["spot_plan"]})


def test_mistakes_come_all_at_once(wards):
    settings = {
        "ward": wards | {"vintag": 2024},
        "lsoa": {"file": "lsoa.gpkg"},
        "odd": {"radius": 5},
        "centre": {"easting": 430000},
    }
    with pytest.raises(InputError) as caught:
        read_layers(settings)
    for part in (
        "[areas.ward] has an unknown key 'vintag' (try: 'vintage')",
        "[areas.lsoa] lacks 'name'",
        "[areas.odd] has none of file, nest, groups, easting",
        "[areas.centre] lacks 'northing'",
    ):
        assert part in str(caught.value)


def test_circles_and_strangers_are_refused(wards):
    with pytest.raises(InputError, match=r"is made of itself .given: a of b of a"):
        read_layers({"a": {"nest": "x", "of": "b"}, "b": {"nest": "x", "of": "a"}})
    with pytest.raises(InputError, match=r"made of 'wards', which is not at hand \(try: 'ward'\)"):
        read_layers({"ward": wards, "lap": {"groups": {"P": ["Armley"]}, "of": "wards"}})

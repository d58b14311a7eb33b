"""Advice is right for everyone who meets it: its opposite in mind."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import Point, box

from boundaries.nest import nest_areas
from hotspots.checks import InputError
from hotspots.patrols._stops import name_spots
from hotspots.reading.own_shapes import read_shapes
from maps.plans.open_folder import find_asked

SPOTS = gpd.GeoDataFrame(
    {"ref": ["SE3021033450", "SE3021043450"], "name": ["Boar Lane", "Far Street"]},
    geometry=[Point(430_210, 433_450), Point(430_210, 443_450)],
    crs=27700,
    index=pd.RangeIndex(1, 3),
)


def test_a_reference_is_never_exchanged_for_one_that_looks_like_it() -> None:
    """One figure lies between two places ten kilometres apart."""
    for ask in (lambda ref: find_asked(ref, SPOTS, {}), lambda ref: name_spots(ref, SPOTS)):
        with pytest.raises(InputError) as error:
            ask("SE3021033451")
        assert "SE3021033450" not in str(error.value)
    with pytest.raises(InputError, match="SE3021033450"):  # another way to write the same
        find_asked("se3021033450", SPOTS, {})


def test_outlines_without_a_system_are_not_sent_to_the_british_grid(tmp_path) -> None:
    path = tmp_path / "degrees.shp"
    gpd.GeoDataFrame(geometry=[box(-1.6, 53.7, -1.5, 53.8)], crs=4326).to_file(path)
    path.with_suffix(".prj").unlink()
    with pytest.raises(InputError, match=r"its own: EPSG:27700 for British metres, EPSG:4326 for degrees"):
        read_shapes(path, what="The study area")


def test_a_ward_typed_twice_may_be_a_mistake() -> None:
    wards = gpd.GeoDataFrame({"code": ["A"], "name": ["Armley"]}, geometry=[box(0, 0, 9, 9)], crs=27700)
    with pytest.raises(InputError, match="take it out of one"):
        nest_areas(wards, {"South": ["Armley"], "North": ["Armley"]})

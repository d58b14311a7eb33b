"""Distinct coordinates, in order of first appearance."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from hotspots.checks import InputError
from hotspots.common.gridref import grid_reference, unique_references
from hotspots.common.places import collapse_incidents


def points(xy, **columns):
    xy = np.asarray(xy, dtype=float).reshape(-1, 2)
    return gpd.GeoDataFrame(columns, geometry=gpd.points_from_xy(xy[:, 0], xy[:, 1]), crs=27700)


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from([-0.0, 0.0, 1.5, 430_000.1]), st.integers(-2, 2)), max_size=40), st.booleans()
)
def test_places_are_those_of_a_dictionary(xy, clash):
    known: dict[tuple[float, float], int] = {}
    inverse = [known.setdefault((x, y), len(known)) for x, y in xy]
    with pytest.MonkeyPatch.context() as patch:
        if clash:  # every hash the same: the long way must give the same numbers
            patch.setattr("hotspots.common.places._MIX", np.zeros(2, dtype=np.int64))
        found = collapse_incidents(points(xy))
    assert found.inverse.tolist() == inverse
    assert [tuple(p) for p in found.xy.tolist()] == list(known)
    assert found.incidents.tolist() == np.bincount(inverse, minlength=len(known)).tolist()


def test_only_points_and_whole_counts():
    with pytest.raises(InputError, match="must be points"):
        collapse_incidents(gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 1, 1)], crs=27700))
    for missing in (None, shapely.Point()):
        with pytest.raises(InputError, match=r"1 of 2 incidents have no coordinates.*row 1"):
            collapse_incidents(gpd.GeoDataFrame(geometry=[shapely.Point(1, 1), missing], crs=27700))
    with pytest.raises(InputError, match="whole numbers"):
        collapse_incidents(points([(0, 0)], incidents=[1.5]))


def test_grid_references():
    # corners of lettered squares, from the Ordnance Survey's own diagram
    assert grid_reference(0, 0) == "SV0000000000"
    assert grid_reference(651_409, 313_177) == "TG5140913177"
    assert grid_reference(216_600, 771_200) == "NN1660071200"
    assert grid_reference(400_000, 1_100_000) == "HU0000000000"
    assert grid_reference(700_001, 5) == "E700001N5"
    assert unique_references([(0, 0), (0.5, 0.5)], taken=["SV0000000000"]) == ["SV0000000000-2", "SV0000000000-3"]

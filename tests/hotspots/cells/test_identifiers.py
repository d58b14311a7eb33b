"""Cells that others know too: national hexagons by their 64 bits, and H3."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

from hotspots import count_cells, read_cells, score_cells
from hotspots.cells.count_and_score import assign_cells
from hotspots.cells.grid import Grid, locate_points
from hotspots.cells.identifiers import name_hexagons, split_bits
from hotspots.checks import InputError


def _points(xy, crs="EPSG:27700"):
    return gpd.GeoDataFrame(geometry=gpd.points_from_xy(*np.asarray(xy, dtype=float).T), crs=crs)


def _by_definition(x: float, y: float, side: int, flat: bool) -> int:
    """Identifier by the published definition: fractional axial coordinates, rounded as cubes are."""
    if flat:
        q, r = x * 2 / (3 * side), (y / 3**0.5 - x / 3) / side
    else:
        q, r = (x / 3**0.5 - y / 3) / side, y * 2 / (3 * side)
    cube = [q, -q - r, r]
    whole = [round(v) for v in cube]
    worst = max(range(3), key=lambda i: abs(whole[i] - cube[i]))
    whole[worst] = -sum(w for i, w in enumerate(whole) if i != worst)
    return (int(flat) << 63) | (side << 43) | ((whole[0] + 2**20) << 22) | (whole[2] + 2**21)


@pytest.mark.parametrize("flat", [False, True])
@pytest.mark.parametrize("side", [202, 500, 77])
def test_identifiers_are_those_of_the_definition(side: int, flat: bool):
    xy = np.random.default_rng(3).uniform((0, 0), (700_000, 1_300_000), (4000, 2))
    grid = Grid("hexagon", side, flat)
    named = name_hexagons(grid, *locate_points(grid, xy))
    assert named == [f"{_by_definition(x, y, side, flat):016x}" for x, y in xy]


def test_the_published_example():
    # latitude 51.5074, longitude -0.1278, side 500, flat: q 707, r -145
    point = gpd.GeoSeries.from_xy([-0.1278], [51.5074], crs=4326).to_crs(27700).to_frame("geometry")
    cells = count_cells(point, size=500, shape="hexagon", orientation="flat")
    mine = cells[cells["incidents"].eq(1)]["identifier"].item()
    assert mine == f"{(1 << 63) | (500 << 43) | ((707 + 2**20) << 22) | (-145 + 2**21):016x}"


def test_flat_cells_hold_their_points_and_are_scored_and_assigned():
    points = _points(np.random.default_rng(1).normal((430_000, 433_000), 900, (300, 2)))
    cells = count_cells(points, size=202, shape="hexagon", orientation="flat")
    assert cells["incidents"].sum() == 300
    west, south, east, north = cells.geometry.iloc[0].bounds
    assert (east - west, north - south) == pytest.approx((404, 202 * 3**0.5))  # a corner to the east
    at = assign_cells(points, cells)
    held = cells.geometry.loc[at.astype("int64")].reset_index(drop=True)
    assert held.buffer(1e-6).contains(points.geometry).all()
    assert at.value_counts().sort_index().tolist() == cells["incidents"][cells["incidents"] > 0].sort_index().tolist()
    # the same points with x and y exchanged, on the pointy lattice: the same scores
    turned = _points(np.column_stack([points.geometry.y, points.geometry.x]))
    other = count_cells(turned, size=202, shape="hexagon")
    same = score_cells(cells).set_axis(cells.index), score_cells(other).set_axis(other.index)
    shared = cells.index.intersection(other.index)[
        cells["incidents"].gt(0).reindex(cells.index.intersection(other.index))
    ]
    assert cells.loc[shared, "incidents"].tolist() == other.loc[shared, "incidents"].tolist()
    assert np.isfinite(same[0]["z"]).all()


@pytest.mark.parametrize("write", ["text", "prefix", "integers", "signed", "decimal text", "csv", "gpkg", "parquet"])
@pytest.mark.parametrize("orientation", ["pointy", "flat"])
def test_any_list_of_identifiers_is_read(tmp_path, write: str, orientation: str):
    xy = [(430_000, 433_000), (431_000, 433_000), (431_000, 436_000)]
    cells = count_cells(_points(xy), size=202, shape="hexagon", orientation=orientation)
    ids, whole = cells["identifier"], [int(i, 16) for i in cells["identifier"]]
    given = {
        "text": ids.tolist(),
        "prefix": ["0x" + i.upper() for i in ids],
        "integers": np.array(whole, dtype=np.uint64),
        "signed": np.array(whole, dtype=np.uint64).view(np.int64),
        "decimal text": [str(i) for i in whole],
    }.get(write)
    if given is None:
        given = tmp_path / f"cells.{write}"
        if write == "csv":
            pd.DataFrame({"name": "a", "hex": ids}).to_csv(given, index=False)
        elif write == "gpkg":
            cells[["identifier", "geometry"]].to_file(given)
        else:
            pd.DataFrame({"id": np.array(whole, dtype=np.uint64)}).to_parquet(given)
    read = read_cells(given)
    assert read["identifier"].tolist() == ids.tolist()
    assert read.index.tolist() == cells.index.tolist()
    assert read.geometry.geom_equals_exact(cells.geometry, 1e-6).all()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (["0006540000200000", "armley"], "No column holds identifiers"),
        ([1.0e19, 2.0e19], "a spreadsheet rounds"),
        (["0006540000200000", "0006540000200000"], "occurs twice"),
        (["0006540000200000", f"{(500 << 43) | (1 << 42) | (1 << 21):016x}"], "several sizes.*202 m, 500 m"),
    ],
)
def test_what_is_no_list_of_cells_is_said(given, words):
    with pytest.raises(InputError, match=words):
        read_cells(given)


def test_bits_come_back_as_they_went_in():
    for flat in (False, True):
        grid = Grid("hexagon", 202.0, flat)
        column, row = np.array([0, 5, -3]), np.array([0, 7, -9])
        bits = np.array([int(i, 16) for i in name_hexagons(grid, column, row)], dtype=np.uint64)
        back = split_bits(bits)
        assert back[0] == grid
        np.testing.assert_array_equal(back[1:], [column, row])


def test_other_grids_have_no_national_hexagons():
    cells = count_cells(_points([(333_000, 374_000)], "EPSG:29902"), size=202, shape="hexagon")
    assert "identifier" not in cells


def test_h3_counts_as_its_own_library_does():
    h3 = pytest.importorskip("h3")
    rng = np.random.default_rng(5)
    degrees = rng.normal((-1.55, 53.8), 0.01, (500, 2))
    points = gpd.GeoSeries.from_xy(*degrees.T, crs=4326).to_crs(32630).to_frame("geometry")
    cells = count_cells(points, shape="h3", size=9)
    expected = pd.Series([h3.latlng_to_cell(y, x, 9) for x, y in degrees]).value_counts()
    assert cells.set_index("identifier")["incidents"].to_dict() == expected.to_dict()
    read = read_cells([int(i, 16) for i in cells["identifier"]], crs="EPSG:32630")
    assert read["identifier"].tolist() == cells["identifier"].tolist()
    assert read.geometry.geom_equals_exact(cells.geometry, 1e-6).all()
    with pytest.raises(InputError, match="resolution of 8 to 10"):
        count_cells(points, shape="h3", size=250)

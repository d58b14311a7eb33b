"""Short cuts that make a country's records fit give what the long way gives."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from scale_examples import counted
from scipy.sparse import csr_array, random_array

import hotspots.cameras._maximal_covering
import hotspots.cells.grid
import hotspots.large._columns
import hotspots.large._repeated_ids
from hotspots import assign_hotspots
from hotspots.large.aggregate import aggregate_incidents, collapse_table
from hotspots.large.times import count_over_time

ibis = pytest.importorskip("ibis", reason="the extra 'scale' is not installed")
TABLE = pd.DataFrame(
    {
        "Crime ID": ["a", "b", "b", " b ", "", "", "c", "2.01E+12", "2.01E+12", "d"],
        "Month": ["2018-05", "2018-05", "2018-07", "2018-06", *["2018-07"] * 4, "2018-05", "soon"],
        "Longitude": [-1.5, -1.5, -1.5, -1.5, -1.6, -1.6, None, -1.6, -1.6, -1.6],
        "Latitude": [53.8, 53.8, 53.8, 53.8, 53.8, 53.8, None, 53.8, 53.8, 53.8],
        "Location": ["On or near Boar Lane ", *["On or near Boar Lane"] * 3, *["On or near Briggate"] * 6],
        "Crime type": ["Burglary", "Drugs", "Drugs", "Drugs", *["Anti-social behaviour"] * 6],
    }
)


def test_of_rows_with_one_id_the_latest_month_is_counted_blanks_or_not():
    places, rejects = aggregate_incidents(ibis.memtable(TABLE), windows="dates", as_of="2018-08-31")
    kept = places[places["category"] == "Drugs"]
    assert kept[["when", "incidents"]].to_numpy().tolist() == [[pd.Timestamp("2018-07-01"), 1]]
    causes = rejects.set_index("cause")["rows"]
    assert causes.groupby(level=0).sum().to_dict() == {
        "duplicate Crime ID": 2,
        "no coordinates": 1,
        "unreadable date": 1,
    }
    assert places["incidents"].sum() == 6  # an ID that Excel rewrote is no ID
    assert set(places["place"]) == {"On or near Boar Lane", "On or near Briggate"}


@pytest.mark.parametrize("by", ["texts", "ids"])
def test_texts_or_ids_that_share_a_hash_are_told_apart(monkeypatch, by):
    expected = aggregate_incidents(ibis.memtable(TABLE), as_of="2018-08-31")
    module = hotspots.large._columns if by == "texts" else hotspots.large._repeated_ids
    monkeypatch.setattr(module, "hash_of", lambda column: column.length().cast("uint64") % 1)
    found = aggregate_incidents(ibis.memtable(TABLE), as_of="2018-08-31")
    pd.testing.assert_series_equal(counted(found[0]), counted(expected[0]))
    pd.testing.assert_frame_equal(found[1], expected[1])


def test_dates_of_hotspots_are_those_of_their_rows():
    found = collapse_table(ibis.memtable(TABLE), as_of="2018-08-31")
    places = found.places
    spots = gpd.GeoDataFrame(geometry=places.geometry.buffer(50).drop_duplicates(), crs=27700)
    spots.index = pd.RangeIndex(1, len(spots) + 1)
    timed = count_over_time(found, places, by=assign_hotspots(places, spots))
    table = timed.assign(rank=assign_hotspots(timed, spots)).set_index(["rank", "when", "category"])
    west = assign_hotspots(places, spots)[places.geometry.x.argmin()]
    east = 3 - west
    may, july = pd.Timestamp("2018-05-01"), pd.Timestamp("2018-07-01")
    assert table["incidents"].to_dict() == {
        (east, may, "Burglary"): 1,
        (east, july, "Drugs"): 1,
        (west, may, "Anti-social behaviour"): 1,
        (west, july, "Anti-social behaviour"): 3,
    }


@pytest.mark.parametrize("shape", ["hexagon", "square"])
def test_cells_of_a_ragged_area_are_those_that_overlap_it(shape):
    rng = np.random.default_rng(4)
    for size in (40.0, 130.0):
        boxes = [shapely.box(x, y, x + 500, y + 500) for x, y in 500 * rng.integers(0, 9, (14, 2))]
        area = shapely.union(shapely.union_all(boxes), shapely.buffer(shapely.Point(2222, 1111), 333, quad_segs=3))
        grid = hotspots.cells.grid.make_grid(shape, size)
        column, row = hotspots.cells.grid.cells_within(grid, area)
        every = hotspots.cells.grid.cells_of_box(grid, area.bounds)
        ground = shapely.area(shapely.intersection(hotspots.cells.grid.draw_cells(grid, *every), area))
        assert set(zip(column, row, strict=True)) == {
            pair for pair, held in zip(zip(*every, strict=True), ground, strict=True) if held > 1e-3
        }


@pytest.mark.parametrize("mix", [hotspots.cameras._maximal_covering._MIX, np.uint64(0)])  # 0: all rows seem equal
def test_demand_that_the_same_sites_reach_is_one_row(monkeypatch, mix):
    monkeypatch.setattr(hotspots.cameras._maximal_covering, "_MIX", mix)
    rng = np.random.default_rng(2)
    table = (random_array((200, 8), density=0.3, rng=rng) > 0).astype(float).tocsr()
    weights = rng.random(200)
    merged, sums = hotspots.cameras._maximal_covering._merge_alike(csr_array(table.copy()), weights)
    expected: dict[tuple[float, ...], float] = {}
    for row, weight in zip(table.toarray().tolist(), weights, strict=True):
        if any(row):
            expected[tuple(row)] = expected.get(tuple(row), 0.0) + weight
    assert [tuple(row) for row in merged.toarray().tolist()] == list(expected)
    np.testing.assert_allclose(sums, list(expected.values()))

"""One town under three grids: the same hotspots, cells, patrols and backtest, moved as the town was moved."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from boundaries import attach_areas, read_areas
from hotspots import backtest_hotspots, choose_patrols, count_cells, find_hotspots, read_incidents
from hotspots.checks import InputError
from hotspots.patrols._travel import locate_depot

# a corner of each town in its own grid: multiples of the lattice and of the kilometre squares
GRIDS = {"EPSG:27700": (430_000, 433_000), "EPSG:29902": (333_000, 374_000), "EPSG:32616": (447_000, 4_636_000)}


def _town(crs: str) -> gpd.GeoDataFrame:
    rng = np.random.default_rng(7)
    centre = rng.choice([[500, 500], [1700, 900], [2600, 2300]], 240, p=[0.5, 0.3, 0.2])
    # whole metres: a fraction would be rounded otherwise where the numbers are larger
    xy = np.rint(centre + rng.normal(0, 90, centre.shape)) + GRIDS[crs]
    when = pd.Timestamp("2023-01-15") + pd.to_timedelta(30 * rng.integers(0, 12, 240), unit="D")
    facts = {"category": "Burglary", "source": "made up", "place": "", "when": when, "precision": "day"}
    return gpd.GeoDataFrame(facts, geometry=gpd.points_from_xy(*xy.T), crs=crs)


def _told(crs: str) -> dict[str, object]:
    town, corner = _town(crs), GRIDS[crs]
    spots = find_hotspots(town, count=3, resamples=0)
    halves = [shapely.box(x, 0, x + 1500, 3000) for x in (0, 1500)]
    areas = gpd.GeoDataFrame({"code": ["W", "E"], "name": ["West", "East"]}, geometry=halves, crs=27700)
    areas = (
        areas.set_crs(crs, allow_override=True).translate(*corner).to_frame("geometry").join(areas[["code", "name"]])
    )
    attached, _ = attach_areas(spots, {"ward": areas}, incidents=town)
    cells = count_cells(town, size=250)
    stops, _ = choose_patrols(spots, officers=2, vehicles=1, shift="14:00-22:00", travel_minutes=5, by="incidents")
    tested = backtest_hotspots(town, count=3)
    assert {str(spots.crs), str(attached.crs), str(cells.crs), str(stops.crs)} == {crs}
    moved = spots.translate(-corner[0], -corner[1])
    return {
        "spots": spots["incidents"].tolist(),
        "where": np.round(moved.bounds.to_numpy(), 6).tolist(),
        "wards": attached["ward_name"].tolist(),
        "cells": sorted(cells["incidents"].tolist()),
        "stops": stops["chosen"].tolist(),
        "tested": tested[tested["method"].eq("discs")][["captured", "total", "pai", "best_possible"]]
        .round(9)
        .to_numpy()
        .tolist(),
    }


def test_a_town_is_told_alike_under_three_grids():
    first, *others = (_told(crs) for crs in GRIDS)
    assert sum(first["spots"]) > 150
    for other in others:
        for what, told in first.items():
            np.testing.assert_equal(other[what], told, err_msg=what)


def test_references_are_british_in_the_british_grid_alone():
    refs = {crs: find_hotspots(_town(crs), count=1, resamples=0)["ref"].item() for crs in GRIDS}
    assert refs["EPSG:27700"].startswith("SE")
    assert refs["EPSG:29902"].startswith("E333")
    assert "N374" in refs["EPSG:29902"]
    assert refs["EPSG:32616"].startswith("E447")


@pytest.mark.parametrize(
    ("crs", "x", "y", "words"),
    [
        ("EPSG:4326", -87.6, 41.9, "grid of metres.*in degrees.*EPSG:32616"),
        ("EPSG:3435", 1_170_000, 1_900_000, "US survey feet.*EPSG:32616"),
        ("EPSG:3857", -170_000, 7_100_000, "too long.*EPSG:27700"),
        ("EPSG:32633", -900_000, 6_000_000, "too long"),  # Britain in a zone of Austria's
    ],
)
def test_a_grid_that_does_not_fit_is_refused(crs, x, y, words):
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy([x] * 3, [y] * 3), crs=crs)
    with pytest.raises(InputError, match=words):
        find_hotspots(points, count=1, resamples=0)


def test_two_grids_are_never_mixed():
    spots = find_hotspots(_town("EPSG:27700"), count=1, resamples=0)
    box = gpd.GeoDataFrame({"code": ["A"], "name": ["A"]}, geometry=[shapely.box(0, 0, 9, 9)], crs="EPSG:29902")
    with pytest.raises(InputError, match=r"grid of the rest.*EPSG:29902 beside EPSG:27700"):
        attach_areas(spots, {"ward": box})


LAYOUT = {
    "name": "portal",
    "columns": {"when": "date", "x": "x", "y": "y", "category": "type"},
    "dates": {"formats": ["%Y-%m-%d"]},
}


def _table(folder, rows):
    file = folder / "r.csv"
    file.write_text("date,x,y,type\n" + "".join(f"2023-01-0{i + 1},{x},{y},Theft\n" for i, (x, y) in enumerate(rows)))
    return file


def test_records_in_feet_and_metres_are_read_into_the_grid(tmp_path):
    # oracle: the State Plane of Illinois East in feet and in metres, 1200/3937 m a US survey foot
    feet = LAYOUT | {"coordinates": {"kind": "metres", "crs": "EPSG:3435"}}
    read, _ = read_incidents(
        _table(tmp_path, [(1_174_600, 1_900_300)]), layout=feet, crs="EPSG:26971", as_of="2024-01-01"
    )
    at = read.geometry.iloc[0]
    assert (at.x, at.y) == pytest.approx((1_174_600 * 1200 / 3937, 1_900_300 * 1200 / 3937), abs=0.01)
    own = LAYOUT | {"coordinates": {"kind": "metres"}}  # metres of the grid itself
    read, _ = read_incidents(_table(tmp_path, [(333_000, 374_000)]), layout=own, crs="EPSG:29902", as_of="2024-01-01")
    assert (read.geometry.iloc[0].x, read.geometry.iloc[0].y) == (333_000, 374_000)


def test_records_from_abroad_are_never_taken_silently(tmp_path, caplog):
    file = _table(tmp_path, [(-87.63, 41.88), (-87.64, 41.89)])
    read, left = read_incidents(file, layout=LAYOUT, as_of="2024-01-01")
    assert read.empty
    assert left["cause"].eq("outside Great Britain").all()
    assert "EPSG:32616" in caplog.text
    read, left = read_incidents(file, layout=LAYOUT, crs="EPSG:32616", as_of="2024-01-01")
    assert len(read) == 2
    assert left.empty
    _, left = read_incidents(_table(tmp_path, [(41.88, -87.63)]), layout=LAYOUT, crs="EPSG:32616", as_of="2024-01-01")
    assert left["cause"].tolist() == ["latitude and longitude swapped"]


def test_distances_that_are_a_little_wrong_are_said(tmp_path, caplog):
    read_incidents(_table(tmp_path, [(-8.0, 54.3)]), layout=LAYOUT, as_of="2024-01-01")
    assert "0.15% too long" in caplog.text


def test_areas_come_in_the_grid(tmp_path):
    file = tmp_path / "w.geojson"
    square = gpd.GeoDataFrame({"n": ["Loop"]}, geometry=[shapely.box(-87.7, 41.8, -87.6, 41.9)], crs=4326)
    square.to_file(file)
    areas = read_areas(file, name="n", crs="EPSG:32616")
    geodesic = abs(square.crs.get_geod().geometry_area_perimeter(square.geometry.iloc[0])[0])
    assert areas.area.item() == pytest.approx(geodesic, rel=0.002)
    with pytest.raises(InputError, match="outside Great Britain"):
        read_areas(file, name="n")


def test_a_depot_stands_in_the_grid_of_the_stops():
    assert locate_depot((447_700, 4_636_500), crs="EPSG:32616").tolist() == [447_700, 4_636_500]
    with pytest.raises(InputError, match="in metres of the grid"):
        locate_depot((-87.6, 41.9), crs="EPSG:32616")


def test_every_layout_of_the_guide_is_read(tmp_path):
    text = (Path(__file__).parents[3] / "docs" / "guides" / "outside-great-britain.md").read_text(encoding="utf-8")
    blocks = [tomllib.loads(block) for block in re.findall(r"```toml\n(.*?)```", text, re.DOTALL)]
    told = [block for block in blocks if "layout" in block.get("incidents", {})]
    written = {
        "EPSG:2157": "Date,ITM_E,ITM_N,Type,Street\n03/01/2024,715830,734697,Theft,Dame Street\n",
        "EPSG:32616": "Case Number,Date,Longitude,Latitude,Primary Type,Block\n"
        "X1,01/03/2024 11:05:00 PM,-87.63,41.88,THEFT,STATE ST\n",
    }
    assert {block["grid"]["crs"] for block in told} == set(written)
    for block in told:
        file = tmp_path / "r.csv"
        file.write_text(written[block["grid"]["crs"]])
        layout, crs = block["incidents"]["layout"], block["grid"]["crs"]
        read, left = read_incidents(file, layout=layout, crs=crs, as_of="2024-12-31")
        assert left.empty
        assert read["when"].dt.strftime("%Y-%m-%d").tolist() == ["2024-01-03"]

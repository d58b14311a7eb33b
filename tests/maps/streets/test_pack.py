"""What a map keeps of the ground, and how it is made small."""

from __future__ import annotations

import base64

import geopandas as gpd
import pytest
import shapely
from ground_examples import make_ground
from hypothesis import given, settings
from hypothesis import strategies as st
from map_examples import make_spots, make_wards
from shapely import LineString, Point

from maps.streets.clip import fit_ground
from maps.streets.pack import pack_ground, prepare_ground


def test_around_every_hotspot_all_is_kept_and_main_roads_everywhere():
    kept = fit_ground(make_ground(), make_spots(1), area=make_wards())
    assert set(kept["name"]) == {"Boar Lane", "Call Lane", "", "The Fenton"}
    main = kept[kept["name"] == "Boar Lane"].geometry.iloc[0]
    assert main.length == pytest.approx(3000)  # the wards are 5 km wide
    zone = make_spots(1).geometry.iloc[0].buffer(250.1)
    assert kept[kept["rank"] == 3].geometry.iloc[0].within(zone.buffer(10))
    assert fit_ground(make_ground(), make_spots(0)).empty


def test_under_areas_lie_the_two_upper_classes_of_roads_and_the_upper_one_where_that_is_too_much(monkeypatch):
    ground, nobody = make_ground(), make_spots(0)
    ground.loc[1, "rank"] = 1
    kept = fit_ground(ground, nobody, area=make_wards())
    assert set(kept["name"][kept["kind"] == "road"]) == {"Boar Lane", "Call Lane"}
    assert set(kept["kind"]) == {"road", "rail", "water"}
    whole = prepare_ground(ground, nobody, area=make_wards())
    monkeypatch.setattr("maps.streets.pack.BUDGET", sum(len(layer["data"]) for layer in whole) - 1)
    less = prepare_ground(ground, nobody, area=make_wards())
    assert [layer["names"] for layer in less if layer["kind"] == "road"] == [["Boar Lane"]]


def unpack(layer):
    """Varints in base64, written from the words that describe them."""
    data = iter(base64.b64decode(layer["data"]))

    def number():
        value = shift = 0
        while True:
            byte = next(data)
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return value

    def step():
        value = number()
        return -(value + 1) // 2 if value % 2 else value // 2

    shapes, x, y = [], 0, 0
    while True:
        try:
            name = ["", *layer["names"]][number()]
        except StopIteration:
            return shapes
        lines = []
        for _ in range(number()):
            line = []
            for _ in range(number()):
                x, y = x + step(), y + step()
                line.append((x / 1e5, y / 1e5))
            lines.append(line)
        shapes.append((name, lines))


def test_every_street_comes_back_to_within_two_metres_and_under_its_own_name():
    ground = make_ground()
    layers = pack_ground(ground)
    assert [(one["kind"], one["rank"]) for one in layers][-4:] == [("road", 3), ("road", 2), ("road", 0), ("place", 0)]
    for layer in layers:
        for name, lines in unpack(layer):
            back = gpd.GeoSeries([LineString(p) if len(p) > 1 else Point(p) for p in lines], crs=4326).to_crs(27700)
            mine = ground[(ground["kind"] == layer["kind"]) & (ground["rank"] == layer["rank"])]
            mine = mine[mine["name"] == name] if layer["kind"] in ("road", "place") else mine
            truth = mine.geometry.boundary if layer["kind"] in ("water", "green", "building") else mine.geometry
            assert back.union_all().hausdorff_distance(truth.union_all()) < 4


def test_a_street_that_touches_the_edge_of_what_is_kept_does_no_harm():
    spot = make_spots(1)
    west, _, east, north = spot.geometry.iloc[0].buffer(250, quad_segs=4).bounds
    touching = LineString([(west, north + 50), ((west + east) / 2, north), (east, north + 50)])
    twice = LineString([(430000, north - 20), (430000, north + 90), (430020, north + 90), (430020, north - 20)])
    rows = {"kind": ["road"] * 2, "rank": [2] * 2, "name": ["Edge", "Twice"]}
    ground = gpd.GeoDataFrame(rows, geometry=[touching, twice], crs=27700)
    (layer,) = prepare_ground(ground, spot)
    assert [name for name, lines in unpack(layer) for _ in lines].count("Twice") == 2


@settings(max_examples=25, deadline=None)
@given(st.lists(st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 3000)), min_size=2, max_size=6), max_size=6))
def test_whatever_the_lines_are_they_come_back(lines):
    shapes = [LineString([(430000 + x, 433000 + y) for x, y in line]) for line in lines if len(set(line)) > 1]
    rows = {
        "kind": ["road"] * len(shapes),
        "rank": [2] * len(shapes),
        "name": [f"S{i % 2}" for i in range(len(shapes))],
    }
    ground = gpd.GeoDataFrame(rows, geometry=shapes, crs=27700)
    back = [line for layer in pack_ground(ground) for _, lines in unpack(layer) for line in lines]
    whole = [LineString(line) for line in back if len(line) > 1]
    if shapes and whole:
        found = gpd.GeoSeries(whole, crs=4326).to_crs(27700).union_all()
        assert found.hausdorff_distance(shapely.union_all(shapes)) < 4


def test_too_much_ground_leaves_out_buildings_first_and_says_so(monkeypatch, caplog):
    ground, spots = make_ground(), make_spots(1)
    whole = sum(len(layer["data"]) for layer in prepare_ground(ground, spots))
    monkeypatch.setattr("maps.streets.pack.BUDGET", whole - 1)
    with caplog.at_level("INFO", "safer_hotspots"):
        kinds = {layer["kind"] for layer in prepare_ground(ground, spots)}
    assert kinds == {"road", "rail", "water", "green", "place"}
    assert "buildings are left out" in caplog.text

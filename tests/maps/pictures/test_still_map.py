"""Still maps: the same bytes each time, few colours, what is asked for in the frame."""

from __future__ import annotations

import io
import re

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from map_examples import HOSTILE, make_spots, make_wards
from PIL import Image

from hotspots.checks import InputError
from maps import draw_area_map, draw_map
from maps.common.palette import AMOUNT, SEA
from maps.pictures.still_map import _frame, colour_spots, draw_static_areas, draw_static_map


def colours_of(png):
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    return {f"#{r:02x}{g:02x}{b:02x}" for _, (r, g, b) in picture.getcolors(maxcolors=10**6)}


def test_the_same_input_gives_the_same_bytes_and_no_program_or_date_in_them():
    png = draw_static_map(make_spots(8), layers={"ward": make_wards()}, profile="open")
    assert png == draw_static_map(make_spots(8), layers={"ward": make_wards()}, profile="open")
    assert b"tEXt" not in png
    assert b"tIME" not in png


def test_size_and_colours_are_those_of_the_page_and_at_most_64():
    png = draw_static_map(
        make_spots(10), layers={"ward": make_wards()}, profile="open", width=127, height=101.6, dpi=100
    )
    assert Image.open(io.BytesIO(png)).size == pytest.approx((500, 400), abs=1)
    found = colours_of(png)
    assert len(found) <= 64
    assert {AMOUNT[0], AMOUNT[-1], SEA} <= found
    assert len(png) < 60_000


def test_one_hotspot_is_in_the_middle_of_its_own_picture():
    spots = make_spots(6)
    west, south, east, north = _frame(spots, {}, focus=4, shape=1.5)
    centre = spots.geometry[4].centroid
    assert ((west + east) / 2, (south + north) / 2) == pytest.approx((centre.x, centre.y), abs=1)
    assert (east - west) / (north - south) == pytest.approx(1.5)
    assert north - south >= 300 + 2 * 350 - 1


def test_every_hotspot_is_inside_the_whole_picture():
    spots = make_spots(6)
    box = shapely.box(*_frame(spots, {}, focus=None, shape=1.6))
    assert spots.within(box).all()


def test_a_rank_that_is_not_there_is_named():
    with pytest.raises(InputError, match="focus=9"):
        draw_static_map(make_spots(3), focus=9, profile="open")


def test_every_kind_of_layer_and_hostile_names_are_drawn():
    def layer(shapes, **columns):
        return gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:27700")

    layers = {
        "ward": make_wards().assign(name=HOSTILE),
        "cameras": layer([shapely.Point(430100, 433600)], order=[1]),
        "patrols": layer([shapely.Point(430000, 433500).buffer(300)], order=[1]),
        "roads": layer([shapely.LineString([(429000, 433000), (432000, 434000)])]),
        "comparison areas": layer([shapely.box(430800, 433000, 431200, 433400)], name=["$x^$"]),
    }
    spots = make_spots(3, name=["a$b$c"] * 3, arrow=["up", "down", ""])
    for options in ({}, {"focus": 2}, {"by": "change"}):
        assert draw_static_map(spots, layers=layers, profile="open", **options).startswith(b"\x89PNG")


def test_no_hotspots_is_a_picture_of_the_areas():
    png = draw_static_map(make_spots().iloc[:0], layers={"ward": make_wards()}, profile="open")
    assert png.startswith(b"\x89PNG")


def test_a_hidden_count_has_no_colour_of_its_own():
    spots = make_spots(3, incidents=[50, 3, 2]).drop(columns=["harm"])
    from maps.disclosure.gate import release

    colours, _, heading = colour_spots(release(spots, kind="spots", profile="partner"), by="incidents")
    assert heading == "Crimes and ASB incidents"
    assert colours[1:] == ["#ffffff", "#ffffff"]


def test_points_in_one_row_and_rows_without_a_shape_are_ordinary():
    several = shapely.MultiPoint([(430100, 433600), (430500, 433700)])
    gates = gpd.GeoDataFrame({"name": ["Gates", "Lost"]}, geometry=[several, None], crs="EPSG:27700")
    wards = pd.concat([make_wards(), make_wards().iloc[:1].set_geometry([None], crs="EPSG:27700")])
    spots = make_spots(3)
    spots.geometry = [*spots.geometry.iloc[:2], None]
    drawn = draw_static_map(spots, layers={"pubs": gates, "ward": wards}, profile="open")
    assert drawn.startswith(b"\x89PNG")
    assert draw_static_map(spots.iloc[:0], layers={"pubs": gates, "ward": wards}, profile="open")
    assert draw_static_areas(wards.assign(incidents=[3, 4, 5]))
    with pytest.raises(InputError, match="no shape to draw"):
        draw_static_map(spots, focus=3, profile="open")


def test_a_map_of_rows_without_a_shape_is_refused_by_name():
    spots = make_spots(2)
    spots.geometry = [spots.geometry.iloc[0], None]
    with pytest.raises(InputError, match="1 of 2, the first Street 2"):
        draw_map(spots, profile="open")
    wards = make_wards().assign(incidents=[3, 4])
    wards.geometry = [None, wards.geometry.iloc[1]]
    with pytest.raises(InputError, match="West & Woodhouse"):
        draw_area_map(wards, profile="open")


def test_the_picture_for_print_never_draws_a_layer_that_is_off(tmp_path):
    from map_examples import make_layers

    from maps.web.hotspot_map import write_map

    spots = make_spots(3)
    off = {name: frame for name, frame in make_layers(spots).items() if name != "ward"}
    pictures = []
    for layers in ({"ward": make_wards()}, {"ward": make_wards(), **off}):
        page = write_map(spots, tmp_path / "map.html", layers=layers, profile="open").read_text()
        pictures.append(re.search(r'class="sh-picture" src="data:image/png;base64,([^"]+)"', page)[1])
    assert pictures[0] == pictures[1]

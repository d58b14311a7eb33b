"""Layers, cells and sentences of the map, before they become a page."""

from __future__ import annotations

import itertools
import json
import re

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from map_examples import make_incidents, make_layers, make_spots, make_wards

from hotspots.checks import InputError
from hotspots.common.wording import say_number
from maps.common.layer_kinds import kind_of
from maps.common.palette import AMOUNT, CHANGE, choose_classes, ink_on
from maps.common.small_shapes import encode_shapes
from maps.disclosure.gate import PROFILES
from maps.pictures.street_names import locate_streets
from maps.tables.geopackage import write_geopackage
from maps.web._incident_cells import filter_incidents
from maps.web._layers import prepare_layers
from maps.web._panel import read_template
from maps.web.hotspot_map import write_map
from maps.wording import describe_spot, name_spot, say_certainty, warn_of_default

OPEN, PARTNER = PROFILES["open"], PROFILES["partner"]


def unpack(pairs):
    """Key and number pairs, each key a step from the last, as a dict."""
    keys, total = {}, 0
    for step, n in zip(pairs[::2], pairs[1::2], strict=True):
        total += step
        keys[total] = n
    return keys


def test_no_incident_is_lost_in_cells_or_hotspots_and_each_is_under_its_own_key():
    spots = make_spots(3)
    found = filter_incidents(make_incidents(spots), spots, profile=OPEN)
    assert found.months == ["July 2017", "July 2018"]
    assert found.categories == ["Anti-social behaviour", "Burglary", "Violence and sexual offences"]
    assert sum(sum(unpack(c).values()) for c in found.cells) == 18
    # one source: key = month * 3 + category
    assert [unpack(s) for s in found.spots] == [{0: 1, 1: 3, 3: 1, 5: 1}] * 3


def test_collapsed_places_give_the_same_counts_as_incidents():
    spots = make_spots(2)
    rows = make_incidents(spots)
    keys = ["source", "when", "category", "place", "precision"]
    places = rows.assign(x=rows.geometry.x, y=rows.geometry.y, incidents=1)
    places = places.groupby([*keys, "x", "y"], as_index=False)["incidents"].sum()
    places = gpd.GeoDataFrame(places, geometry=gpd.points_from_xy(places["x"], places["y"]), crs=27700)
    one, other = (filter_incidents(f, spots, profile=OPEN) for f in (rows, places))
    assert (one.spots, sorted(map(str, one.cells))) == (other.spots, sorted(map(str, other.cells)))


def test_incidents_without_a_place_are_left_out_of_the_cells_only():
    spots = make_spots(1)
    rows = make_incidents(spots)
    rows.loc[0, "geometry"] = None
    found = filter_incidents(rows, spots, profile=OPEN)
    assert sum(sum(unpack(c).values()) for c in found.cells) == 5


def test_where_numbers_are_hidden_there_is_no_cube():
    spots = make_spots(3)
    found = filter_incidents(make_incidents(spots), spots, profile=PARTNER, groups={"Home": ["Burglary"]})
    assert found.single
    assert found.spots == found.groups == []
    assert {len(row) for row in found.tables["category"]} == {3}
    assert {v for table in found.tables.values() for row in table for v in row} == {None}
    assert all(n is None or n >= 5 for n in found.cells)


def test_what_a_layer_holds_is_known_from_columns_and_names():
    layers = make_layers(make_spots(1))
    expected = {
        "incidents": "incidents",
        "ward": "areas",
        "priority wards": "areas",
        "LAP": "areas",
        "patrol areas": "patrols",
        "cameras": "cameras",
        "pubs": "places",
        "comparison area": "comparison",
        "ring": "comparison",
        "cells of 250 m": "cells",
        "roads": "streets",
    }
    assert {name: kind_of(name, frame) for name, frame in layers.items()} == expected
    stated = make_wards()
    stated.attrs["kind"] = "comparison"
    assert kind_of("anything", stated) == "comparison"


def test_a_layer_of_an_unknown_kind_or_in_degrees_is_named():
    odd = make_wards()
    odd.attrs["kind"] = "victims"
    with pytest.raises(InputError, match=r"'odd'.*victims"):
        prepare_layers({"odd": odd}, spots=make_spots(1), profile=OPEN)
    with pytest.raises(InputError, match=r"'wards'.*27700"):
        prepare_layers({"wards": make_wards().to_crs(4326)}, spots=make_spots(1), profile=OPEN)


def test_cameras_come_with_reach_patrols_with_order_and_only_near_streets():
    spots = make_spots(1)
    layers = make_layers(spots)
    far = gpd.GeoDataFrame(geometry=[shapely.LineString([(440000, 440000), (440100, 440000)])], crs=27700)
    layers["roads"] = pd.concat([layers["roads"], far])
    drawn = {layer["id"]: layer for layer in prepare_layers(layers, spots=spots, profile=OPEN)}
    assert drawn["cameras"]["items"][0]["radius"] == 100
    assert drawn["cameras"]["items"][0]["mark"] == "C1"
    assert "Adds 12.0% of all harm" in " ".join(drawn["cameras"]["items"][0]["lines"])
    assert [item["mark"] for item in drawn["patrol-areas"]["items"]] == ["1", "2"]
    assert drawn["patrol-areas"]["items"][1]["lines"][0] == "Not in the patrol plan: too far."
    assert [len(item["shape"]) for item in drawn["roads"]["items"]] == [1]
    assert [layer["id"] for layer in drawn.values() if layer["show"]] == ["ward"]


def test_a_layer_is_named_in_words_whatever_its_key():
    layers = {"local_area_plan": make_wards()}
    (drawn,) = prepare_layers(layers, spots=make_spots(1), profile=OPEN)
    assert (drawn["id"], drawn["name"]) == ("local-area-plan", "Local area plan")


def test_neighbours_simplified_together_keep_one_border():
    wiggle = [(0, 0), (3, 100), (0, 200), (3, 300), (0, 400)]
    west = shapely.Polygon([*wiggle, (-500, 400), (-500, 0)])
    east = shapely.Polygon([*wiggle, (500, 400), (500, 0)])
    shapes = gpd.GeoSeries([west, east], crs="EPSG:27700").translate(430000, 433000)
    [[left]], [[right]] = encode_shapes(shapes, tolerance=20, coverage=True)
    one, other = ({tuple(p) for p in np.cumsum(np.reshape(r, (-1, 2)), axis=0)} for r in (left, right))
    assert len(one - other) == len(other - one) == 2  # only the outer corners are not shared
    assert len(one & other) < 5


def test_streets_are_named_near_their_middle_never_on_an_incident():
    spots = make_spots(1)
    rows = make_incidents(spots)
    found = locate_streets(spots, rows, profile=OPEN)
    assert found["name"].tolist() == ["Lane 1", "Row 1"]
    assert (found["easting"] % 40 == 0).all()
    assert locate_streets(spots, rows, profile=PARTNER).empty
    assert locate_streets(spots, None, profile=OPEN)["name"].tolist() == ["S"]


def test_five_lines_say_where_how_many_how_bad_which_streets_and_whether_it_changed():
    row = make_spots(2).iloc[1]
    lines = dict(describe_spot(row, rank=2, total=2, period="July 2018", profile=OPEN))
    assert lines == {
        "Where": "One place, in Hunslet & Riverside and Little London. Reference SE30001.",
        "How many": "99 crimes and ASB incidents in July 2018, 10.0% of all those counted.",
        "How bad": "Harm score 4,960: number 2 of 2 by harm (between 3,960 and 5,960 if the same "
        "records are weighed otherwise).",
        "Which streets": "Street 2, Boar Lane (busiest first).",
        "Changed or not": "Not compared with an earlier period.",
    }


def test_what_is_not_known_is_said_and_not_invented():
    row = make_spots(1, harm=[float("nan")], streets=[[]], rank_low=[pd.NA], stability=[float("nan")]).iloc[0]
    lines = dict(describe_spot(row, rank=1, total=1, period="", profile=OPEN))
    assert lines["How bad"] == "Number 1 of 1 in this list; its records are counted, not weighed."
    assert lines["Which streets"] == "No street names given."
    assert say_certainty(row) == ["Not measured for this run."]


def test_a_kind_of_place_gets_a_street_and_a_default_place_a_warning():
    row = make_spots(1, name=["Supermarket"], streets=[["Supermarket", "Nightclub", "Compton Road"]]).iloc[0]
    assert name_spot(row) == "Supermarket near Compton Road, Hunslet & Riverside"
    assert "check that it all happened there" in warn_of_default(row)
    assert warn_of_default(make_spots(1).iloc[0]) == ""


def test_class_breaks_leave_every_class_filled_and_words_tile_the_numbers():
    values = pd.Series([12, 15, 48, 60, 103, 150, 260, 300, 990, 1200])
    classes = choose_classes(values)
    assert sorted(set(classes.of(values))) == [0, 1, 2, 3, 4]
    assert classes.colours == AMOUNT
    ends = [int(n) for w in classes.words[1:] for n in re.findall(r"\d+", w.replace(",", ""))]
    assert ends[1::2] == [n - 1 for n in ends[2::2]]
    assert choose_classes(pd.Series([7, 7, 7])).words == ("7",)
    assert choose_classes(pd.Series([], dtype=float)).of(pd.Series([None])) == [-1]


def test_colours_can_be_read_and_told_apart_in_grey():
    def light(colour):
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for colour in (*AMOUNT, *CHANGE.values()):
        bright, dark = sorted((light(colour), light(ink_on(colour))), reverse=True)
        assert (bright + 0.05) / (dark + 0.05) >= 4.5
    lights = [light(c) for c in AMOUNT]
    assert all(a / b > 1.3 for a, b in itertools.pairwise(lights))


@pytest.mark.parametrize(("value", "words"), [(0, "0"), (999.6, "1,000"), (1.55, "1.6"), (None, "not known")])
def test_numbers_read_as_people_write_them(value, words):
    assert say_number(value) == words


def test_a_big_city_s_map_stays_under_two_megabytes(shared_data, tmp_path):
    from boundaries import read_areas
    from hotspots import find_hotspots, read_incidents

    july, _ = read_incidents(shared_data / "police_uk" / "west_yorkshire_2016_2018_july.zip")
    wards = read_areas(shared_data / "areas" / "leeds_wards.geojson", name="WARD_NAME")
    july = july[july.within(wards.union_all())]
    year = pd.concat([july.assign(when=july["when"] + pd.DateOffset(months=n)) for n in range(4)])
    spots = find_hotspots(july[july["when"] == "2018-07-01"], count=100, merge=False)
    layers = {"incidents": year.reset_index(drop=True), "ward": wards, "LAP": wards, "committees": wards}
    path = write_map(spots, tmp_path / "map.html", layers=layers, profile="open", period="a year")
    data = json.loads(re.search(r'id="sh-data">(.*?)</script>', path.read_text(), flags=re.S).group(1))
    assert len(data["spots"]) == 100
    assert len(data["filters"]["months"]) == 12
    assert path.stat().st_size <= 2_000_000


def test_cells_given_are_shaded_with_a_key_and_two_layers_never_share_an_id():
    boxes = [shapely.box(430000 + 250 * i, 433000, 430250 + 250 * i, 433250) for i in range(5)]
    cells = gpd.GeoDataFrame({"incidents": [0, 3, 10, 40, 90]}, geometry=boxes, crs=27700)
    first, second = prepare_layers({"cells": cells, "Cells!": cells}, spots=make_spots(1), profile=PARTNER)
    assert len({first["id"], second["id"], "cells", "spots"}) == 4
    assert len(first["items"]) == 4
    shown = [item["lines"][0].split()[0] for item in first["items"]]
    assert shown == ["not", "not", "40", "90"]
    fills = [item["style"]["fillColor"] for item in first["items"]]
    assert fills[:2] == ["#ffffff"] * 2
    assert fills[3] == first["key"][-1]["colour"]


def test_a_street_stands_in_the_middle_of_its_incidents_listed_or_collapsed():
    spots = gpd.GeoDataFrame({"name": ["S"]}, index=[1], geometry=[shapely.box(0, 0, 1000, 1000)], crs=27700)
    listed = gpd.GeoDataFrame(
        {"place": ["On or near Long Street"] * 4, "category": "Burglary"},
        geometry=gpd.points_from_xy([100, 100, 100, 500], [400] * 4),
        crs=27700,
    )
    places = listed.iloc[[0, 3]].assign(incidents=[3, 1])
    for rows in (listed, places):
        found = locate_streets(spots, rows, profile=OPEN)
        # the mean of 100, 100, 100 and 500 is 200
        assert found[["easting", "northing", "incidents"]].to_numpy().tolist() == [[200, 400, 4]]


def test_the_map_says_how_wide_its_cells_really_are(monkeypatch):
    rows = gpd.GeoDataFrame(
        {"category": "Burglary", "source": "police.uk", "when": pd.Timestamp("2018-07-01")},
        geometry=gpd.points_from_xy([430_000, 430_210], [433_000, 433_000]),
        crs=27700,
        index=[0, 1],
    )
    # side 120 m: 120 × √3 = 208 m from edge to edge; twice the side: 416 m
    found = filter_incidents(rows, make_spots(1), profile=OPEN)
    assert (len(found.shapes), found.across) == (2, "200 m")
    monkeypatch.setattr("maps.web._incident_cells.MOST_CELLS", 1)
    found = filter_incidents(rows, make_spots(1), profile=OPEN)
    assert (len(found.shapes), found.across) == (1, "400 m")
    assert "200 m" not in read_template("filters.js")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        *((name, "areas") for name in ("public_space", "excellence", "broad_area", "placement", "spring")),
        *(("pubs", "places"), ("grid cells", "cells"), ("main_roads", "streets"), ("ring", "comparison")),
        *(("comparison areas", "comparison"), ("CCTV", "cameras"), ("patrol_stops", "patrols")),
    ],
)
def test_what_a_layer_is_is_read_from_whole_words(name, kind):
    assert kind_of(name, gpd.GeoDataFrame(geometry=[])) == kind


def test_what_a_layer_is_said_to_be_goes_before_its_name(tmp_path):
    frame = make_wards()
    frame.attrs["kind"] = "areas"
    assert kind_of("cells", frame) == "areas"
    write_geopackage(tmp_path / "a.gpkg", {"hotspot zones": frame}, profile="open")
    assert "code" in gpd.read_file(tmp_path / "a.gpkg", layer="hotspot_zones").columns

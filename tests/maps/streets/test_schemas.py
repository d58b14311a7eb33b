"""Whose columns say what: open products and anybody's own files."""

from __future__ import annotations

import pytest
from ground_examples import LINE, SQUARE, frame, told
from shapely import Point

from maps.streets.schemas import classify, credit_of


def test_openstreetmap_s_tags_are_known_in_columns_and_among_other_tags():
    kinds = ["trunk_link", "tertiary", "residential", "footway", "proposed", None]
    lines = frame(LINE, osm_id=list("abcdef"), highway=kinds, name=["A", "B", "C;D", None, "E", None])
    lines["railway"] = [None] * 5 + ["light_rail"]
    expected = [("road", 0, "A"), ("road", 1, "B"), ("road", 2, "C"), ("road", 3, ""), ("rail", 0, "")]
    assert told(classify(lines, layer="lines")) == expected
    areas = frame(SQUARE, other_tags=['"natural"=>"water"', '"leisure"=>"park"', None], building=[None, None, "yes"])
    assert [k for k, _, _ in told(classify(areas, layer="multipolygons"))] == ["water", "green", "building"]
    points = frame(Point(1, 1), name=["The Fenton", "Stop 7", "Box"], highway=[None, "bus_stop", None])
    points["other_tags"] = ['"amenity"=>"pub"', None, '"amenity"=>"post_box"']
    assert told(classify(points, layer="points")) == [("place", 1, "The Fenton")]


@pytest.mark.parametrize(
    ("layer", "columns", "expected"),
    [
        (  # OS Open Roads, shapefile
            "SE_RoadLink",
            {
                "identifier": ["1", "2", "3", "4"],
                "class": ["A Road", "B Road", "Unclassified", "Not Classified"],
                "roadNumber": ["A65", None, None, None],
                "name1": [None, "Burley Road", "Call Lane", None],
                "function": ["A Road", "B Road", "Local Road", "Restricted Local Access Road"],
            },
            [("road", 0, "A65"), ("road", 1, "Burley Road"), ("road", 2, "Call Lane"), ("road", 3, "")],
        ),
        (  # OS Open Roads, GeoPackage
            "road_link",
            {"road_classification": ["Motorway"], "road_classification_number": ["M621"], "name_1": [""]},
            [("road", 0, "M621")],
        ),
        (  # OS Open Zoomstack
            "roads_local",
            {"type": ["Minor", "Local"], "name": ["Kirkgate", "Fish Street"], "number": [None, None]},
            [("road", 1, "Kirkgate"), ("road", 2, "Fish Street")],
        ),
        (  # OS OpenMap Local
            "Road",
            {
                "classification": ["Primary Road", "A Road, Collapsed Dual Carriageway", "Pedestrianised Street"],
                "distinctiveName": ["York Road", None, "Lands Lane"],
                "roadNumber": ["A64", "A61", None],
            },
            [("road", 0, "York Road"), ("road", 0, "A61"), ("road", 2, "Lands Lane")],
        ),
    ],
)
def test_ordnance_survey_s_open_products_are_known_by_their_columns(layer, columns, expected):
    assert told(classify(frame(LINE, **columns), layer=layer)) == expected


@pytest.mark.parametrize(
    ("layer", "shape", "kind"),
    [
        ("surfacewater", SQUARE, "water"),
        ("greenspace", SQUARE, "green"),
        ("local_buildings", SQUARE, "building"),
        ("rail", LINE, "rail"),
        ("RailwayStation", Point(1, 1), "place"),
        ("NamedPlace", Point(1, 1), "place"),
    ],
)
def test_other_layers_are_known_by_their_names(layer, shape, kind):
    assert next(k for k, _, _ in told(classify(frame(shape, name=["X"]), layer=layer))) == kind


def test_a_layout_names_the_columns_of_anybody_s_file():
    roads = frame(LINE, STRASSE=["Hoch", "Weg"], ART=["Gross", "Pfad"])
    layout = {"name": "strasse", "class": "Art", "main": ["gross"], "path": ["Pfad"]}
    assert told(classify(roads, layer="x", wanted="road", layout=layout)) == [("road", 0, "Hoch"), ("road", 3, "Weg")]


def test_who_is_to_be_named():
    assert "OpenStreetMap" in credit_of(["osm_id", "name"])
    assert "Crown copyright" in credit_of(["formOfWay"])
    assert credit_of(["name"]) == ""


def test_what_tags_say_is_another_thing_is_not_drawn_as_what_the_file_was_given_for():
    homes = frame(SQUARE, osm_id=["1", "2"], building=["yes", "house"])
    assert told(classify(homes, layer="multipolygons", wanted="water")) == []
    plain = frame(SQUARE, osm_id=["1"], building=[None])
    assert [kind for kind, _, _ in told(classify(plain, layer="multipolygons", wanted="water"))] == ["water"]

"""The ground under the hotspots: whose columns say what, what a map keeps, and how it is made small."""

from __future__ import annotations

import base64
import io
import json
import re
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from browser_help import INK, open_browser, open_page, run_axe
from hypothesis import given, settings
from hypothesis import strategies as st
from map_examples import HOSTILE, make_spots, make_wards
from shapely import LineString, Point, box

from hotspots import choose_patrols, timetable_patrols
from hotspots.checks import InputError
from maps import draw_map, read_ground, write_map
from maps.cli import main
from maps.config.read import read_config
from maps.pictures.still_map import draw_static_map
from maps.streets.clip import fit_ground
from maps.streets.files import read_under
from maps.streets.pack import pack_ground, prepare_ground
from maps.streets.schemas import classify, credit_of

LINE = LineString([(0, 0), (100, 0)])
SQUARE = box(0, 0, 100, 100)


def frame(shape, **columns):
    count = max(len(v) for v in columns.values())
    return gpd.GeoDataFrame(columns, geometry=[shape] * count, crs=27700)


def told(rows):
    return [tuple(row) for row in rows[["kind", "rank", "name"]].to_numpy().tolist()]


def make_ground():
    """Streets crossing the first two hotspots of `make_spots`, a main road far off, and all other kinds."""
    rows = [
        ("road", 0, "Boar Lane", LineString([(429000, 433500), (432000, 433500)])),
        ("road", 2, "Call Lane", LineString([(430000, 433200), (430000, 433900)])),
        ("road", 3, "", LineString([(430050, 433200), (430050, 433900)])),
        ("road", 2, "Far Close", LineString([(425000, 430000), (425200, 430000)])),
        ("rail", 0, "", LineString([(429000, 433700), (432000, 433700)])),
        ("water", 0, "", box(429000, 433000, 432000, 433300)),
        ("green", 0, "", box(430300, 433700, 430500, 433900)),
        ("building", 0, "", box(430010, 433510, 430040, 433530)),
        ("place", 0, "The Fenton", Point(430020, 433540)),
    ]
    columns = ["kind", "rank", "name", "geometry"]
    ground = gpd.GeoDataFrame(pd.DataFrame(rows, columns=columns), geometry="geometry", crs=27700)
    ground.attrs = {"kind": "ground", "credit": "Streets © somebody."}
    return ground


# ---- whose columns say what


def test_openstreetmap_s_tags_are_known_in_columns_and_among_other_tags():
    kinds = ["trunk_link", "tertiary", "residential", "footway", "proposed", None]
    lines = frame(LINE, osm_id=list("abcdef"), highway=kinds, name=["A", "B", "C;D", None, "E", None])
    lines["railway"] = [None] * 5 + ["light_rail"]
    expected = [("road", 0, "A"), ("road", 1, "B"), ("road", 2, "C"), ("road", 3, ""), ("rail", 0, "")]
    assert told(classify(lines, layer="lines")) == expected
    areas = frame(
        SQUARE, other_tags=['"natural"=>"water"', '"leisure"=>"park"', None], building=[None, None, "yes"]
    )
    assert [k for k, _, _ in told(classify(areas, layer="multipolygons"))] == ["water", "green", "building"]
    points = frame(Point(1, 1), name=["The Fenton", "Stop 7", "Box"], highway=[None, "bus_stop", None])
    points["other_tags"] = ['"amenity"=>"pub"', None, '"amenity"=>"post_box"']
    assert told(classify(points, layer="points")) == [("place", 0, "The Fenton")]


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
                "classification": [
                    "Primary Road",
                    "A Road, Collapsed Dual Carriageway",
                    "Pedestrianised Street",
                ],
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
    assert told(classify(roads, layer="x", wanted="road", layout=layout)) == [
        ("road", 0, "Hoch"),
        ("road", 3, "Weg"),
    ]


def test_who_is_to_be_named():
    assert "OpenStreetMap" in credit_of(["osm_id", "name"])
    assert "Crown copyright" in credit_of(["formOfWay"])
    assert credit_of(["name"]) == ""


# ---- files


def test_one_file_with_all_or_a_file_for_each_give_the_same_ground(tmp_path):
    path = tmp_path / "all.gpkg"
    roads, green = frame(LINE, name=["A"]), frame(SQUARE, name=[""])
    roads.to_file(path, layer="roads_local", driver="GPKG")
    green.to_file(path, layer="greenspace", driver="GPKG")
    one = read_ground(path)
    assert sorted(told(one)) == [("green", 0, ""), ("road", 2, "A")]
    assert sorted(told(read_ground({"streets": path, "green": path}))) == sorted(told(one))
    assert told(read_ground({"streets": path})) == [("road", 2, "A")]


def test_a_file_in_degrees_is_moved_and_of_a_country_only_what_is_around_is_read(tmp_path):
    far = gpd.GeoDataFrame(
        {"name": ["Far"]}, geometry=[LineString([(600000, 200000), (600100, 200000)])], crs=27700
    )
    near = gpd.GeoDataFrame(
        {"name": ["Near"]}, geometry=[LineString([(430000, 433000), (430100, 433000)])], crs=27700
    )
    path = tmp_path / "roads.geojson"
    pd.concat([near, far]).to_crs(4326).to_file(path)
    found = read_ground({"streets": path}, around=make_spots(1))
    assert told(found) == [("road", 2, "Near")]
    assert found.crs.to_epsg() == 27700
    assert found.length.iloc[0] == pytest.approx(100, abs=0.5)


def test_what_cannot_be_drawn_is_refused_in_words_and_in_a_run_named_and_left_out(tmp_path, caplog):
    contours = tmp_path / "contours.gpkg"
    frame(LINE, height=[10]).to_file(contours, layer="contours", driver="GPKG")
    broken = tmp_path / "broken.gpkg"
    broken.write_bytes(b"no file of shapes")
    with pytest.raises(InputError, match="holds nothing that we know how to draw"):
        read_ground(contours)
    with pytest.raises(InputError, match="The file of streets cannot be read"):
        read_ground({"streets": broken})
    roads = tmp_path / "roads.gpkg"
    here = LineString([(430000, 433500), (430100, 433500)])
    gpd.GeoDataFrame({"name": ["A"]}, geometry=[here], crs=27700).to_file(roads)
    with caplog.at_level("INFO", "safer_hotspots"):
        found = read_under({"streets": roads, "water": broken}, make_spots(1), {})
    assert told(found) == [("road", 2, "A")]
    assert "drawn without 'water'" in caplog.text


def test_streets_without_names_are_said(tmp_path, caplog):
    path = tmp_path / "roads.gpkg"
    frame(LINE, label=["A"]).to_file(path, driver="GPKG")
    with caplog.at_level("INFO", "safer_hotspots"):
        read_ground({"streets": path})
    assert "no column of street names is known" in caplog.text


def test_an_extract_of_openstreetmap_is_read_as_it_is_handed_out(shared_data):
    found = read_ground(shared_data / "places" / "leeds_osm_sample.osm.pbf")
    counts = found.groupby("kind").size()
    assert counts["road"] == 180  # as the data's own page says
    assert found["name"][found["kind"] == "road"].ne("").sum() == 67
    assert "Cavendish Road" in set(found["name"])
    assert "OpenStreetMap" in found.attrs["credit"]


def test_keys_of_the_map_are_checked_with_the_rest_of_the_configuration(tmp_path):
    (tmp_path / "rows.csv").write_text("Month\n")
    text = '[incidents]\nfiles = "rows.csv"\n\n[map]\nstreet = "a.gpkg"\nwater = "none.gpkg"\n'
    text += '\n[map.layout]\ntitle = "X"\n'
    (tmp_path / "c.toml").write_text(text)
    with pytest.raises(InputError) as error:
        read_config(tmp_path / "c.toml")
    for words in ("unknown key 'street'", "'streets'", "none.gpkg", "has no such 'title'"):
        assert words in str(error.value)


# ---- what a map keeps


def test_around_every_hotspot_all_is_kept_and_main_roads_everywhere():
    kept = fit_ground(make_ground(), make_spots(1), area=make_wards())
    assert set(kept["name"]) == {"Boar Lane", "Call Lane", "", "The Fenton"}
    main = kept[kept["name"] == "Boar Lane"].geometry.iloc[0]
    assert main.length == pytest.approx(3000)  # the wards are 5 km wide
    zone = make_spots(1).geometry.iloc[0].buffer(250.1)
    assert kept[kept["rank"] == 3].geometry.iloc[0].within(zone.buffer(10))
    assert fit_ground(make_ground(), make_spots(0)).empty


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
    assert [(one["kind"], one["rank"]) for one in layers][-4:] == [
        ("road", 3),
        ("road", 2),
        ("road", 0),
        ("place", 0),
    ]
    for layer in layers:
        for name, lines in unpack(layer):
            back = gpd.GeoSeries([LineString(p) if len(p) > 1 else Point(p) for p in lines], crs=4326).to_crs(
                27700
            )
            mine = ground[(ground["kind"] == layer["kind"]) & (ground["rank"] == layer["rank"])]
            mine = mine[mine["name"] == name] if layer["kind"] in ("road", "place") else mine
            truth = (
                mine.geometry.boundary if layer["kind"] in ("water", "green", "building") else mine.geometry
            )
            assert back.union_all().hausdorff_distance(truth.union_all()) < 4


def test_a_street_that_touches_the_edge_of_what_is_kept_does_no_harm():
    spot = make_spots(1)
    west, _, east, north = spot.geometry.iloc[0].buffer(250, quad_segs=4).bounds
    touching = LineString([(west, north + 50), ((west + east) / 2, north), (east, north + 50)])
    twice = LineString(
        [(430000, north - 20), (430000, north + 90), (430020, north + 90), (430020, north - 20)]
    )
    rows = {"kind": ["road"] * 2, "rank": [2] * 2, "name": ["Edge", "Twice"]}
    ground = gpd.GeoDataFrame(rows, geometry=[touching, twice], crs=27700)
    (layer,) = prepare_ground(ground, spot)
    assert [name for name, lines in unpack(layer) for _ in lines].count("Twice") == 2


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 3000)), min_size=2, max_size=6), max_size=6
    )
)
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


# ---- on the page and on pictures


@pytest.fixture(scope="module")
def browser():
    with open_browser() as opened:
        yield opened


@pytest.mark.browser
def test_streets_and_names_are_drawn_under_the_hotspots_found_by_search_and_asked_of_nobody(
    browser, tmp_path
):
    ground = make_ground()
    ground.loc[1, "name"] = HOSTILE
    path = write_map(
        make_spots(2), tmp_path / "map.html", layers={"ward": make_wards()}, ground=ground, profile="open"
    )
    with open_page(browser, path) as page:
        assert page.evaluate(INK, "ground") > 0  # main roads and rail from afar
        page.locator("tr.sh-row button").first.click()
        page.wait_for_timeout(300)
        assert page.evaluate(INK, "names") > 0
        assert float(page.locator("path.sh-spot").first.get_attribute("fill-opacity")) < 0.5
        page.fill("#sh-find", "boar lane")
        page.get_by_role("button", name="Boar Lane", exact=True).last.click()
        assert "The map shows Boar Lane." in page.locator("#sh-say").text_content()
        page.fill("#sh-find", "yard")
        assert page.locator(".sh-onmap button").inner_text() == HOSTILE
        assert "Streets © somebody." in page.inner_text("footer")
        assert "No streets are drawn" not in page.inner_text("footer")
        assert run_axe(page) == []
        assert page.seen.requests == [path.as_uri()]
        assert page.seen.complaints == page.seen.dialogs == []


def test_without_a_file_one_line_says_how_to_get_one():
    assert "hotspots download streets" in draw_map(make_spots(1), profile="open").get_root().render()


def test_a_map_takes_files_of_ground_and_refuses_a_frame_that_is_none(tmp_path):
    roads = tmp_path / "roads.gpkg"
    line = LineString([(430000, 433400), (430000, 433600)])
    here = gpd.GeoDataFrame({"name": ["Call Lane"]}, geometry=[line], crs=27700)
    here.to_file(roads, driver="GPKG")
    for files in (roads, str(roads), {"streets": roads}, read_ground(roads)):
        assert "Call Lane" in draw_map(make_spots(1), ground=files, profile="open").get_root().render()
    with pytest.raises(InputError, match="not as read_ground gives it"):
        draw_map(make_spots(1), ground=here, profile="open")


def test_the_same_ground_lies_under_still_pictures():
    spots = make_spots(2)
    for options in ({}, {"focus": 1}):
        plain = draw_static_map(spots, profile="open", **options)
        under = draw_static_map(spots, profile="open", ground=make_ground(), **options)
        assert under != plain
        assert under == draw_static_map(spots, profile="open", layers={"ground": make_ground()}, **options)


def test_a_card_of_a_patrol_has_a_map_of_its_stops(tmp_path):
    from maps import write_cards

    spots = make_spots(3).assign(area_name="Armley")
    stops, _ = choose_patrols(spots, officers=2, vehicles=1, shift="14:00-18:00", by="harm")
    week, _ = timetable_patrols(
        stops, start="2018-08-06", days=1, officers=2, vehicles=1, shift="14:00-18:00", seed=1
    )
    for ground, pictures in ((None, 0), (make_ground(), 1)):
        page, word = write_cards(week, tmp_path, ground=ground)
        assert page.read_text().count("<img ") == pictures
        with zipfile.ZipFile(word) as parts:
            assert sum(name.endswith(".png") for name in parts.namelist()) == pictures
    assert "Streets © somebody." in page.read_text()
    assert "Map of the stops: 1 " in page.read_text()


# ---- open streets


class Survey(BaseHTTPRequestHandler):
    """Ordnance Survey's open downloads, as small as can be: a list, and one zip that is read by range."""

    def do_GET(self):
        if self.path.startswith("/downloads/"):
            url = f"http://{self.headers['Host']}/oproad.zip"
            body, code, head = (
                json.dumps([{"format": "GML", "url": "no"}, {"format": "ESRI® Shapefile", "url": url}]),
                200,
                {},
            )
            body = body.encode()
        else:
            start, end = self.headers["Range"].removeprefix("bytes=").split("-")
            whole = self.server.zip
            first = int(start) if start else max(len(whole) - int(end), 0)
            last = min(int(end), len(whole) - 1) if start and end else len(whole) - 1
            self.server.ranges.append((first, last))
            body, code = whole[first : last + 1], 206
            head = {"Content-Range": f"bytes {first}-{last}/{len(whole)}"}
        self.send_response(code)
        for name, value in {"Content-Length": str(len(body)), **head}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def survey(tmp_path):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("data/NC_RoadLink.shp", np.random.default_rng(0).bytes(6_000_000))
        for square, x in (("SE", 430000), ("SD", 390000)):
            road = LineString([(x, 433500), (x + 200, 433500)])
            one = gpd.GeoDataFrame(
                {"name1": [f"{square} Lane"], "function": ["Local Road"], "identifier": ["1"]},
                geometry=[road],
                crs=27700,
            )
            one.to_file(tmp_path / f"{square}_RoadLink.shp")
            for part in ("shp", "shx", "dbf", "prj", "cpg"):
                archive.write(tmp_path / f"{square}_RoadLink.{part}", f"data/{square}_RoadLink.{part}")
    server = ThreadingHTTPServer(("127.0.0.1", 0), Survey)
    server.zip, server.ranges = packed.getvalue(), []
    Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def config_for(folder):
    folder.mkdir()
    gpd.GeoDataFrame({"name": ["Here"]}, geometry=[box(429000, 433000, 431000, 434000)], crs=27700).to_file(
        folder / "a.gpkg"
    )
    (folder / "rows.csv").write_text("Month\n")
    text = '[incidents]\nfiles = "rows.csv"\n\n[areas.ward]\nfile = "a.gpkg"\nname = "name"\n'
    (folder / "c.toml").write_text(text)
    return folder / "c.toml"


def test_open_streets_come_by_range_only_the_squares_needed_with_their_licence(survey, tmp_path, capsys):
    config = config_for(tmp_path / "team")
    address = f"http://127.0.0.1:{survey.server_port}"
    assert main(["download", "streets", str(config), "--service", address]) == 0
    streets = gpd.read_file(tmp_path / "team" / "streets.gpkg")
    assert streets["name1"].tolist() == ["SE Lane"]
    assert sum(last - first + 1 for first, last in survey.ranges) < 5_000_000  # of over 6 million
    assert "Crown copyright" in (tmp_path / "team" / "streets-licence.txt").read_text()
    assert re.search(r'\[map\]\nstreets = "streets.gpkg"', capsys.readouterr().out)
    assert told(read_ground({"streets": tmp_path / "team" / "streets.gpkg"})) == [("road", 2, "SE Lane")]


def test_a_service_that_is_not_there_is_said(tmp_path, capsys):
    config = config_for(tmp_path / "team")
    assert main(["download", "streets", str(config), "--service", "http://127.0.0.1:9"]) == 2
    assert "Cannot reach 127.0.0.1:9" in capsys.readouterr().err
    assert not (tmp_path / "team" / "streets.gpkg").exists()

"""The GeoPackage: released columns, a style per layer, the same bytes each time."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from xml.etree import ElementTree

import geopandas as gpd
import pytest
from map_examples import HOSTILE, make_spots, make_wards

from hotspots.checks import InputError
from maps.common.palette import choose_classes
from maps.tables.geopackage import write_geopackage

OPTIONS = {"profile": "open", "as_of": "2018-07-31"}


def query(path, text):
    with closing(sqlite3.connect(path)) as file:
        return file.execute(text).fetchall()


def test_layers_come_back_as_they_were(tmp_path):
    spots = make_spots(3)
    path = write_geopackage(tmp_path / "h.gpkg", {"hotspots": spots, "ward": make_wards()}, **OPTIONS)
    back = gpd.read_file(path, layer="hotspots")
    assert back.crs == "EPSG:27700"
    assert back["rank"].tolist() == [1, 2, 3]
    assert back["incidents"].tolist() == [100, 99, 98]
    assert back["streets"].tolist()[0] == "Street 1; Boar Lane"
    assert back.geometry.area.sum() == pytest.approx(spots.geometry.area.sum())
    assert gpd.read_file(path, layer="ward")["name"].tolist() == ["West & Woodhouse", "East"]


def test_the_same_input_gives_the_same_bytes(tmp_path):
    layers = {"hotspots": make_spots(), "ward": make_wards()}
    paths = [write_geopackage(tmp_path / f"{i}.gpkg", layers, **OPTIONS) for i in (1, 2)]
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert write_geopackage(paths[0], layers, **OPTIONS).read_bytes() == paths[1].read_bytes()


def test_every_layer_has_a_default_style_that_is_sound_xml(tmp_path):
    path = write_geopackage(tmp_path / "h.gpkg", {"hotspots": make_spots(9), "ward": make_wards()}, **OPTIONS)
    rows = query(path, "SELECT f_table_name, f_geometry_column, styleQML, useAsDefault, update_time FROM layer_styles")
    assert [(r[0], r[1], r[3], r[4][:10]) for r in rows] == [
        ("hotspots", "geom", 1, "2018-07-31"),
        ("ward", "geom", 1, "2018-07-31"),
    ]
    root = ElementTree.fromstring(rows[0][2].split(">", 1)[1])
    ranges = root.findall("./renderer-v2/ranges/range")
    symbols = root.findall("./renderer-v2/symbols/symbol")
    assert [r.get("symbol") for r in ranges] == [s.get("name") for s in symbols]
    assert float(ranges[0].get("lower")) == 4680
    assert float(ranges[-1].get("upper")) == 5000
    assert query(path, "SELECT data_type FROM gpkg_contents WHERE table_name = 'layer_styles'") == [("attributes",)]


def test_dates_are_the_given_one_never_today(tmp_path):
    path = write_geopackage(tmp_path / "h.gpkg", {"hotspots": make_spots()}, **OPTIONS)
    assert {r[0][:10] for r in query(path, "SELECT last_change FROM gpkg_contents")} == {"2018-07-31"}


def test_marking_is_in_the_file_and_forbidden_columns_are_not(tmp_path):
    spots = make_spots(3, raw_Victim=["SECRET"] * 3)
    path = write_geopackage(tmp_path / "h.gpkg", {"hotspots": spots, "ward": make_wards()}, profile="partner")
    assert b"SECRET" not in path.read_bytes()
    said = query(path, "SELECT description FROM gpkg_contents WHERE table_name = 'hotspots'")[0][0]
    assert said.startswith("OFFICIAL-SENSITIVE: ")


def test_hostile_names_and_empty_layers_are_written(tmp_path):
    path = write_geopackage(
        tmp_path / "h.gpkg", {"hotspots": make_spots(1, name=[HOSTILE]), HOSTILE: make_wards().iloc[:0]}, **OPTIONS
    )
    assert gpd.read_file(path, layer="hotspots")["name"].tolist() == [HOSTILE]


def test_two_layers_of_one_name_are_refused(tmp_path):
    with pytest.raises(InputError, match="same name"):
        write_geopackage(tmp_path / "h.gpkg", {"Wards": make_wards(), "wards!": make_wards()}, **OPTIONS)


def test_the_bytes_do_not_tell_how_often_the_file_was_written_to(tmp_path):
    # GDAL writes once more under a Turkish locale; SQLite counts that at byte 24, and repeats it at 92
    path = write_geopackage(tmp_path / "h.gpkg", {"hotspots": make_spots(3)}, **OPTIONS)
    data = path.read_bytes()
    assert data[24:28] == data[92:96] == bytes([0, 0, 0, 1])
    assert query(path, "PRAGMA integrity_check") == [("ok",)]
    assert len(gpd.read_file(path, layer="hotspots")) == 3


def renderer_of(path):
    ((style,),) = query(path, "SELECT styleQML FROM layer_styles WHERE f_table_name = 'hotspots'")
    return ElementTree.fromstring(style.split(">", 1)[1]).find("./renderer-v2")


def test_a_value_at_a_break_has_the_colour_it_has_on_the_map(tmp_path):
    harm = [10.0, 20.0, 30.0, 40.0, 50.0]
    spots = make_spots(5, harm=harm)
    classes = choose_classes(spots["harm"])
    assert set(classes.breaks) & set(harm)  # else this tests nothing
    ranges = renderer_of(write_geopackage(tmp_path / "h.gpkg", {"hotspots": spots}, **OPTIONS)).findall(
        "./ranges/range"
    )
    # QGIS: the first range that the value lies in, both ends included
    found = [next(i for i, r in enumerate(ranges) if float(r.get("lower")) <= h <= float(r.get("upper"))) for h in harm]
    assert found == classes.of(spots["harm"])


def test_a_hidden_hotspot_is_drawn_hatched_and_called_not_shown(tmp_path):
    spots = make_spots(5, incidents=[90, 80, 70, 8, 2], harm=[500.0, 400.0, 300.0, 200.0, 100.0])
    options = OPTIONS | {"profile": "partner"}
    renderer = renderer_of(write_geopackage(tmp_path / "h.gpkg", {"hotspots": spots}, **options))
    rules = renderer.findall("./rules/rule")
    assert (rules[-1].get("filter"), rules[-1].get("label")) == ('"harm" IS NULL', "not shown")
    symbols = {s.get("name"): s for s in renderer.findall("./symbols/symbol")}
    assert [r.get("symbol") for r in rules] == list(symbols)
    hatched = symbols[rules[-1].get("symbol")].find(".//Option[@name='style']")
    assert hatched.get("value") == "b_diagonal"

"""Files of the ground: read as they are handed out, refused in words."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from ground_examples import LINE, SQUARE, frame, told
from map_examples import make_spots
from shapely import LineString

from hotspots.checks import InputError
from maps import read_ground
from maps.config.read import read_config
from maps.streets.files import read_under


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
    far = gpd.GeoDataFrame({"name": ["Far"]}, geometry=[LineString([(600000, 200000), (600100, 200000)])], crs=27700)
    near = gpd.GeoDataFrame({"name": ["Near"]}, geometry=[LineString([(430000, 433000), (430100, 433000)])], crs=27700)
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
    for words in ("unknown key 'street'", "'streets'", "none.gpkg", "unknown key 'title'"):
        assert words in str(error.value)

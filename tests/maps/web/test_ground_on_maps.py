"""The same ground under the page, still pictures and the cards of patrols."""

from __future__ import annotations

import json
import re
import zipfile

import geopandas as gpd
import pytest
from browser_help import INK, open_page, run_axe
from ground_examples import make_ground
from map_examples import HOSTILE, make_spots, make_wards
from shapely import LineString, Point

from hotspots import choose_patrols, timetable_patrols
from hotspots.checks import InputError
from maps import draw_map, read_ground, write_map
from maps.pictures.still_map import draw_static_map


def data_of(page):
    return json.loads(re.search(r'id="sh-data">(.*?)</script>', page, flags=re.S).group(1))


@pytest.mark.browser
def test_streets_and_names_are_drawn_under_the_hotspots_found_by_search_and_asked_of_nobody(browser, tmp_path):
    ground = make_ground()
    ground.loc[1, "name"] = HOSTILE
    path = write_map(make_spots(2), tmp_path / "map.html", layers={"ward": make_wards()}, ground=ground, profile="open")
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
    week, _ = timetable_patrols(stops, start="2018-08-06", days=1, officers=2, vehicles=1, shift="14:00-18:00", seed=1)
    for ground, pictures in ((None, 0), (make_ground(), 1)):
        page, word = write_cards(week, tmp_path, ground=ground)
        assert page.read_text().count("<img ") == pictures
        with zipfile.ZipFile(word) as parts:
            assert sum(name.endswith(".png") for name in parts.namelist()) == pictures
    assert "Streets © somebody." in page.read_text()
    assert "Map of the stops: 1 " in page.read_text()


def test_a_hotspot_is_told_by_the_main_roads_that_lead_there():
    page = draw_map(make_spots(3), ground=make_ground(), profile="open").get_root().render()
    told = [dict(spot["lines"])["Where"] for spot in data_of(page)["spots"]]
    assert told[0].endswith("Main road there: Boar Lane.")  # Call Lane is no main road
    assert "Main road" not in told[1]  # 300 m to the north of it


def test_streets_lie_around_cameras_and_patrol_stops_too():
    site = gpd.GeoDataFrame(
        {"order": [1], "name": ["C"], "radius": [100.0]}, geometry=[Point(425100, 430010)], crs=27700
    )
    stop = site.assign(chosen=True, minutes=15)
    for layers, there in (({}, False), ({"cameras": site}, True), ({"patrol stops": stop}, True)):
        page = draw_map(make_spots(1), layers=layers, ground=make_ground(), profile="open").get_root().render()
        names = {name for layer in data_of(page)["ground"] for name in layer["names"]}
        assert ("Far Close" in names) is there
        assert {"Boar Lane", "Call Lane"} <= names

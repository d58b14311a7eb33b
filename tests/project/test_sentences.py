"""What maps say in words: cameras, patrols, places and change, each line by hand."""

from __future__ import annotations

import folium
import pandas as pd
import pytest
from map_examples import make_incidents, make_spots, make_wards

import maps.web._one_file
from hotspots.checks import InputError
from maps import draw_area_map, write_map
from maps.disclosure.gate import profile_named
from maps.wording import describe_item, list_streets, say_change


def lines(kind: str, **row: object) -> list[str]:
    return describe_item(pd.Series(row, dtype=object), kind=kind, layer="Ours", profile=profile_named("internal"))


def test_a_camera_says_its_advice_reach_and_what_it_adds():
    assert lines("cameras", action="keep", radius=1200.0) == [
        "Advice: keep.",
        "Reach drawn: 1,200 m in a straight line; buildings and trees are not known.",
    ]
    assert lines("cameras", marginal_share_of_harm=0.034, cumulative_share_of_harm=0.29) == [
        "Adds 3.4% of all harm to what the sites before it reach.",
        "Together with those before it: 29.0% of all harm.",
    ]
    assert lines("cameras", marginal_share_of_harm=float("nan")) == ["Camera."]


def test_patrols_places_and_other_layers_say_what_they_are():
    start = pd.Timestamp("2026-11-30 14:05")
    assert lines("patrols", chosen=True, visits=3, start=start, minutes=45) == [
        "In the patrol plan.",
        "3 visits, the first at 14:05.",
        "45 minutes in all.",
    ]
    assert lines("patrols", chosen=False, why="too far", minutes=15, share_of_harm=0.05) == [
        "Not in the patrol plan: too far.",
        "15 minutes a visit.",
        "5.0% of all harm.",
    ]
    assert lines("patrols") == ["Patrol area."]
    assert lines("places", amenity="fast_food") == ["Fast food"]
    assert lines("places", amenity="") == ["Ours"]
    assert lines("comparison", role="comparison area", incidents=7) == ["Comparison area: 7 crimes and ASB incidents."]
    assert lines("comparison") == ["Ours."]
    assert lines("areas") == []


def test_change_is_said_in_full_where_there_is_one():
    assert say_change(pd.Series({"words": "up from 3 to 9"})) == "Up from 3 to 9."
    assert say_change(pd.Series({"trend": "clear fall"})) == "Clear fall."
    assert say_change(pd.Series({"words": None})).startswith("Compared, but")
    assert say_change(pd.Series({"trend": ""})) == "Not compared with an earlier period."


def test_streets_are_listed_where_parts_have_them():
    part = {"easting": 1, "northing": 2, "street": "Boar Lane"}
    assert list_streets(pd.Series({"parts": [part, {**part, "street": ""}]})) == [("Boar Lane", 1.0, 2.0)]
    assert list_streets(pd.Series({"parts": None})) == []


def test_areas_without_figures_are_counted_and_named(caplog):
    figures = pd.DataFrame({"code": ["E1"], "incidents": [240]})
    draw_area_map(make_wards(), figures, profile="open")
    assert "1 of 2 areas without figures, the first East." in caplog.text


def test_a_profile_of_sensitive_categories_is_not_offered(tmp_path, caplog):
    spots = make_spots()
    incidents = make_incidents(spots)
    incidents.loc[0, "category"] = "Rape"
    groups = {"Nights": ["Burglary"], "Rape": ["Rape"], "Elsewhere": ["Piracy"]}
    page = write_map(spots, tmp_path / "m.html", layers={"incidents": incidents}, groups=groups, profile="open")
    assert "The profile 'Rape' is not offered on the map" in caplog.text
    assert '"Nights"' in page.read_text(encoding="utf-8")
    assert "Elsewhere" not in page.read_text(encoding="utf-8")


def test_what_a_map_cannot_be_made_of_is_said(tmp_path, monkeypatch):
    with pytest.raises(InputError, match=r"already drawn takes no further options.*title"):
        write_map(folium.Map(), tmp_path / "m.html", title="x")
    incidents = make_incidents(make_spots())
    with pytest.raises(InputError, match="one layer of incidents"):
        write_map(make_spots(), tmp_path / "m.html", layers={"crimes": incidents, "calls": incidents})
    monkeypatch.setitem(maps.web._one_file._SUMS, "leaflet.js", "0" * 64)
    maps.web._one_file._leaflet_script.cache_clear()
    try:
        with pytest.raises(InputError, match=r"not the one that maps are made with.*leaflet\.js"):
            write_map(make_spots(), tmp_path / "m.html")
    finally:
        maps.web._one_file._leaflet_script.cache_clear()
    assert not (tmp_path / "m.html").exists()

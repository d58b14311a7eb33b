"""One list per problem: found on its own records, and told what it gives up on the others."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from hotspots import find_hotspots
from hotspots.checks import ASB, InputError
from maps.config.read import read_config
from maps.job.problem_lists import as_layers, find_lists, weigh_lists
from maps.web.hotspot_map import draw_map


@pytest.fixture
def incidents() -> gpd.GeoDataFrame:
    """Six ASB incidents on one spot, four burglaries on another, 2 km apart: shares by hand."""
    frame = pd.DataFrame({"x": [430_000.0] * 6 + [432_000.0] * 4, "category": [ASB] * 6 + ["Burglary"] * 4})
    frame = frame.assign(
        incident_id=[str(i) for i in range(10)],
        source="police.uk",
        when=pd.Timestamp("2018-07-01"),
        precision="month",
        place="On or near A Street",
        harm=[1.0] * 6 + [100.0] * 4,
    )
    return gpd.GeoDataFrame(frame, geometry=gpd.points_from_xy(frame.pop("x"), 433_000.0), crs="EPSG:27700")


PROFILES = {"asb": {"title": "ASB", "categories": [ASB]}, "burglary": {"categories": ["Burglary"]}}
OPTIONS = {"count": 1, "seed": 0}


def test_each_list_is_found_on_its_own_records(incidents):
    asb, burglary = find_lists(incidents, PROFILES, areas={}, options=OPTIONS)
    assert (asb.title, asb.spots["incidents"].tolist()) == ("ASB", [6])
    assert (burglary.title, burglary.spots["incidents"].tolist()) == ("burglary", [4])


def test_what_each_list_gives_up_is_counted_by_hand(incidents):
    lists = find_lists(incidents, PROFILES, areas={}, options=OPTIONS)
    table = weigh_lists(incidents, find_hotspots(incidents, **OPTIONS), lists).set_index(["list", "profile"])
    assert table.loc[("ASB", "ASB"), "share_of_incidents"] == 1
    assert table.loc[("ASB", "burglary"), "share_of_incidents"] == 0
    assert table.loc[("ASB", "Everything"), "share_of_incidents"] == 0.6
    assert table.loc[("burglary", "Everything"), "share_of_harm"] == pytest.approx(400 / 406)


def test_what_is_given_up_is_the_own_lists_share_less_this_one(incidents):
    lists = find_lists(incidents, PROFILES, areas={}, options=OPTIONS)
    table = weigh_lists(incidents, find_hotspots(incidents, **OPTIONS), lists).set_index(["list", "profile"])
    assert table.loc[("burglary", "ASB"), "gives_up_incidents"] == 1
    assert table.loc[("ASB", "ASB"), "gives_up_incidents"] == 0


def test_a_profile_without_records_gets_an_empty_list_and_says_so(incidents, caplog):
    (none,) = find_lists(incidents, {"drugs": {"categories": ["Drugs"]}}, areas={}, options=OPTIONS)
    assert none.spots.empty
    assert "No record belongs" in caplog.text


@pytest.mark.parametrize("given", [{"hours": [20, 5]}, {"weekdays": ["Friday"]}])
def test_a_profile_that_needs_a_clock_is_named_and_the_other_lists_are_found(incidents, caplog, given):
    night = {"title": "At night", **given}
    (asb,) = find_lists(incidents, {"night": night, "asb": PROFILES["asb"]}, areas={}, options=OPTIONS)
    assert (asb.title, asb.spots["incidents"].tolist()) == ("ASB", [6])
    assert "'At night' needs" in caplog.text
    assert "a source with times" in caplog.text


def test_lists_are_layers_of_the_map(incidents):
    spots = find_hotspots(incidents, **OPTIONS)
    lists = find_lists(incidents, PROFILES, areas={}, options=OPTIONS)
    page = draw_map(spots, layers=as_layers(lists), profile="open").get_root().render()
    assert "ASB hotspots" in page


def test_a_mistake_in_a_profile_is_named_with_its_line(tmp_path):
    (tmp_path / "july.csv").write_text("x", encoding="utf-8")
    path = tmp_path / "team.toml"
    path.write_text('[incidents]\nfiles = "july.csv"\n\n[profiles.asb]\ncatgories = ["x"]\n', encoding="utf-8")
    with pytest.raises(InputError, match=r"line 4.*catgories"):
        read_config(path)


def test_a_list_is_attached_by_the_rules_of_the_main_list(incidents):
    layer = gpd.GeoDataFrame(
        {"code": ["A", "B"], "name": ["Order A", "Order B"]},
        geometry=[shapely.box(429_000, 432_000, 431_000, 434_000)] * 2,
        crs=27700,
    )
    (asb, *_) = find_lists(incidents, PROFILES, areas={"pspo": layer}, options=OPTIONS, rules={"overlapping": ["pspo"]})
    assert "pspo_name" not in asb.spots.columns
    assert ["Order A", "Order B"] in asb.spots["pspo_names"].tolist()


def test_two_lists_of_one_title_are_refused(incidents):
    profiles = {"a": {"title": "Drink", "categories": [ASB]}, "b": {"title": "drink", "categories": ["Burglary"]}}
    with pytest.raises(InputError, match=r"same title.*\[profiles.a\] and \[profiles.b\]"):
        find_lists(incidents, profiles, areas={}, options=OPTIONS)

"""Files of streets, and what a run assumes where its configuration says nothing of patrols or cameras."""

from __future__ import annotations

from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from map_examples import make_incidents, make_spots

from hotspots import choose_patrols, timetable_patrols
from hotspots.checks import CRS, InputError
from hotspots.reading.own_shapes import read_shapes
from maps.config.read import read_config
from maps.job.main_list import finder_options
from maps.job.patrols_and_cameras import (
    along_streets,
    check_deploy,
    draw_week,
    pick_patrols,
    plan_patrols,
    site_cameras,
    suits_default,
)

ROADS = gpd.GeoDataFrame(
    geometry=[shapely.LineString([(429_900, 433_500), (430_900, 433_500), (430_900, 434_200)])], crs=CRS
)


@pytest.fixture
def roads(tmp_path: Path) -> Path:
    ROADS.to_crs(4326).to_file(tmp_path / "roads.geojson")
    return tmp_path / "roads.geojson"


def configured(folder: Path, hotspots: str) -> dict[str, object]:
    (folder / "a.csv").write_text("Month,Longitude,Latitude,Crime type\n", encoding="utf-8")
    path = folder / "team.toml"
    path.write_text(f"[incidents]\nfiles = 'a.csv'\n[hotspots]\n{hotspots}\n", encoding="utf-8")
    return finder_options(read_config(path), study_area="Leeds", ground="around", crs=27700)


def test_patrols_drive_along_the_streets_of_a_file_in_whatever_system_it_is(roads):
    spots = make_spots()
    incidents = make_incidents(spots).assign(harm=1.0)
    team = {"officers": 2, "vehicles": 1, "shift": "14:00-16:00", "by": "incidents"}
    found, further = pick_patrols(spots, incidents, {**team, "streets": roads, "start": "2026-11-30"})
    by_hand, _ = choose_patrols(spots, incidents=incidents, streets=ROADS, **team)
    assert found[["name", "chosen", "why"]].values.tolist() == by_hand[["name", "chosen", "why"]].values.tolist()
    assert further["officers"].iloc[0] == 2


def test_patrols_drive_along_the_streets_under_the_map_but_on_no_path():
    spots = make_spots()
    incidents = make_incidents(spots).assign(harm=1.0)
    given = {"officers": 2, "vehicles": 1, "shift": "14:00-18:00", "by": "incidents", "start": "2026-11-30", "days": 1}
    ground = pd.concat([ROADS, ROADS.translate(50, 50).to_frame("geometry")]).assign(kind="road", rank=[1, 3])
    _, _, (week, _) = plan_patrols(spots, incidents, incidents, along_streets(given, ground), seed=1)
    stops, _ = choose_patrols(spots, incidents=incidents, streets=ROADS, **{k: given[k] for k in list(given)[:4]})
    by_hand, _ = timetable_patrols(
        stops, streets=ROADS, incidents=incidents, seed=1, **{k: v for k, v in given.items() if k != "by"}
    )
    assert week[["ref", "travel_minutes"]].values.tolist() == by_hand[["ref", "travel_minutes"]].values.tolist()
    assert week.attrs["travel"] == "Driving is reckoned along the streets, either way on each, at 25 km an hour."
    _, _, (straight, _) = plan_patrols(spots, incidents, incidents, given, seed=1)
    assert straight.attrs["travel"].startswith("Driving is reckoned in straight lines, made 1.3 times as long")


@pytest.mark.parametrize("dose", [{}, {"dose": "2 per week"}])
def test_a_place_against_the_list_has_its_reason_in_either_regime(dose, caplog):
    spots = make_spots()
    incidents = make_incidents(spots).assign(harm=1.0)
    first, second, third = spots["name"].iloc[:3]
    given = {"start": "2026-11-30", "by": "incidents", "must_include": {first: "the ward asked"}, **dose}
    given |= {"added": {second: "a fair"}, "dropped": {third: "works"}}
    check_deploy(given, {})
    why = plan_patrols(spots, incidents, incidents, given, seed=1)[0].set_index("name")["why"]
    assert [said.partition(": ")[2] for said in why[[first, second, third]]] == ["the ward asked", "a fair", "works"]
    plan_patrols(spots, incidents, incidents, {**given, "must_include": [first], "spacing": 10}, seed=1)
    assert f"No reason is given why patrols must include {first}" in caplog.text
    assert ("these of [patrols] are not used: spacing." in caplog.text) == bool(dose)


def test_an_assumption_that_cannot_be_kept_is_told_and_stops_nothing(caplog):
    spots = make_spots().assign(harm=0.0, incidents=0)
    incidents = make_incidents(make_spots()).iloc[:0].assign(harm=0.0)
    stops, further = pick_patrols(spots, incidents, {})
    assert (len(stops), len(further)) == (0, 0)
    assert "unless [patrols] or [cameras] asks: fewer than 20 records." in caplog.text
    assert "officers" not in caplog.text


@pytest.mark.parametrize(("apart", "rows", "suits"), [(99, 20, True), (99, 19, False), (101, 20, False)])
def test_what_nobody_asked_for_is_proposed_where_it_makes_sense(apart, rows, suits):
    x = [430_000 + 1000 * apart * (i % 2) for i in range(rows)]
    assert suits_default(gpd.GeoDataFrame(geometry=gpd.points_from_xy(x, [433_000] * rows), crs=CRS)) == suits


def test_what_the_records_cannot_bear_is_named_and_the_month_goes_on(caplog):
    spots = make_spots().assign(harm=0.0, incidents=0)
    incidents = make_incidents(make_spots()).iloc[:0].assign(harm=0.0)
    stops, further = pick_patrols(spots, incidents, {"officers": 4, "vehicles": 2, "start": "2026-11-30"})
    assert (len(stops), len(further)) == (0, 0)
    assert "No patrols are chosen: The hotspots hold no incidents to cover." in caplog.text
    assert draw_week(stops, incidents, {"start": "2026-11-30"}, seed=1) is None
    none = make_incidents(make_spots()).assign(harm=0.0)
    sites = site_cameras(none, {"by": "harm"})
    assert len(sites) == 0
    assert "radius" in sites
    assert "No camera site is proposed: " in caplog.text


@pytest.mark.parametrize(
    ("patrols", "cameras", "said"),
    [
        ({"officers": 1, "vehicles": 1, "crew": 2}, {}, "too few officers"),
        ({"shift": "15:00-15:10"}, {}, "shift"),
        ({"shift": "soon"}, {}, "shift"),
        ({"visit_minutes": -1}, {}, "above 0"),
        ({}, {"radius": 0}, "radius"),
        ({}, {"by": "days"}, "by harm or by incidents"),
    ],
)
def test_what_the_configuration_alone_shows_is_refused_before_any_work(patrols, cameras, said):
    with pytest.raises(InputError, match=said):
        check_deploy(patrols, cameras)


def test_a_configuration_without_mistakes_passes():
    check_deploy({"start": "2026-11-30", "streets": "roads.gpkg", "must_include": [1]}, {"count": 3})


def test_cameras_are_as_configured_or_ten_of_100_metres(caplog):
    incidents = make_incidents(make_spots()).assign(harm=0.0)
    sites = site_cameras(incidents, {"count": 2, "radius": 60.0})
    assert sites["radius"].tolist() == [60.0, 60.0]
    assert "No [cameras]" not in caplog.text
    assert site_cameras(incidents.iloc[:0], {}).empty
    assert "No [cameras]" not in caplog.text
    many = pd.concat([incidents] * 20, ignore_index=True)
    assert set(site_cameras(many, {})["radius"]) == {100.0}
    assert "No [cameras] in the configuration: 10 cameras of 100 m." in caplog.text


def test_cameras_and_stops_go_by_number_where_no_record_has_a_weight():
    spots = make_spots()
    incidents = make_incidents(spots).drop(columns="harm", errors="ignore")
    sites = site_cameras(incidents, {"count": 2, "radius": 150})
    assert len(sites) == 2
    assert sites["marginal_share_of_incidents"].notna().all()
    stops, _ = pick_patrols(spots.assign(harm=float("nan")), incidents, {"shift": "14:00-16:00"})
    assert stops["chosen"].any()


def test_the_finder_reads_the_streets_and_cells_take_the_study_area(tmp_path, roads):
    options = configured(tmp_path, "method = 'streets'\nstreets = 'roads.geojson'")
    assert options["streets"].crs == CRS
    assert options["streets"].length.sum() == pytest.approx(1700, abs=1)
    assert options["study_area"] == "around"
    assert configured(tmp_path, "method = 'cells'")["study_area"] == "Leeds"


def test_a_file_of_shapes_says_what_is_wrong_with_it(tmp_path, caplog):
    def refused(name: str, said: str) -> None:
        with pytest.raises(InputError, match=said):
            read_shapes(tmp_path / name, what="The file of streets")

    refused("none.gpkg", r"The file of streets cannot be read.*none\.gpkg: not there")
    refused(".", r": a folder")
    (tmp_path / "empty.geojson").write_bytes(b"")
    refused("empty.geojson", "0 bytes")
    (tmp_path / "words.geojson").write_text("streets", encoding="utf-8")
    refused("words.geojson", r"cannot be read.*GeoPackage, GeoJSON or shapefile")
    (tmp_path / "table.csv").write_text("street\nBoar Lane\n", encoding="utf-8")
    refused("table.csv", "the file holds no shapes")
    ROADS.to_file(tmp_path / "bare.shp")
    (tmp_path / "bare.prj").unlink()
    refused("bare.shp", "says no coordinate reference system")
    polar = ROADS.set_crs(4326, allow_override=True)  # metres that claim to be degrees
    polar.to_file(tmp_path / "polar.gpkg")
    refused("polar.gpkg", "nowhere on the map")
    gpd.GeoDataFrame(geometry=[*ROADS.geometry, None], crs=CRS).to_file(tmp_path / "some.gpkg")
    assert len(read_shapes(tmp_path / "some.gpkg", what="The file of streets")) == 1
    assert "some.gpkg: 1 of 2 rows left out, without a shape." in caplog.text


TEAMS = {
    "North": {"officers": 4, "vehicles": 2, "shift": "10:00-18:00", "briefing_minutes": 30},
    "Guardians": {"officers": 2, "vehicles": 1, "shift": "18:00-22:00"},
}


def test_a_dose_in_the_configuration_is_a_rota_over_the_whole_list():
    spots = make_spots()
    given = {"dose": "2 per week", "start": "2026-11-30", "days": 7, "teams": TEAMS, "by": "incidents"}
    check_deploy(given, {})
    incidents = make_incidents(spots).assign(harm=1.0)
    stops, further, week = plan_patrols(spots, incidents, incidents, given, seed=1)
    assert stops["dose"].eq("2 per week").all()
    assert stops["visits_planned"].eq(2).all()
    assert further.empty
    timetable, summary = week
    assert set(summary["team"]) == set(TEAMS)
    assert summary["visits"].sum() == 2 * len(stops) == timetable["activity"].eq("visit").sum()
    assert summary.set_index("team").loc["North", "other_minutes"] == 30 * 2 * 7


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"least_hours": 3}, "least_hours belongs to a rota of doses"),
        ({"dose": "2 per week"}, "A dose needs a first day"),
        ({"dose": "often", "start": "2026-11-30"}, "A dose is a number of visits"),
        ({"dose": "1 per day", "start": "2026-11-30", "teams": {"A": {"officers": 2}}}, "Each team needs"),
        (
            {"dose": "1 per day", "start": "2026-11-30", "shift": "14:00-14:30", "briefing_minutes": 20},
            "no time for one visit",
        ),
    ],
)
def test_doses_that_cannot_be_are_said_before_any_work(given, words):
    with pytest.raises(InputError, match=words):
        check_deploy(given, {})


def test_cameras_of_the_register_are_kept_moved_or_taken_down(tmp_path, caplog):
    incidents = make_incidents(make_spots()).assign(harm=1.0)
    at = incidents.geometry.iloc[0]
    register = tmp_path / "register.csv"
    register.write_text(
        "ref,kind,name,easting,northing,installed,review,removed,quantity,notes\n"
        f"C1,camera,Here,{at.x},{at.y},2025-01-01,2026-06-01,,,\n"
        f"C2,camera,Far,{at.x + 9000},{at.y},2025-01-01,2027-06-01,,,\n"
        f"L1,light,Alley,{at.x},{at.y},2025-01-01,,,,\n"
    )
    sites = site_cameras(incidents, {"assets": register, "count": 1, "radius": 150.0}, as_of="2026-11-30")
    assert set(sites["action"]) <= {"keep", "move", "take down"}
    assert len(sites) == 2
    assert "Cameras due for review by their register: C1." in caplog.text

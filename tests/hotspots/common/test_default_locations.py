"""Where records are only put down: no camera and no stop unless asked for; a menu that suits the place."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import Point

from hotspots import choose_patrols, draft_plan, place_cameras
from hotspots.common.place_names import ELSEWHERE, default_location, setting_of
from hotspots.plans._response_menu import fits_setting, problem_families, read_menu, suggest_responses

STATIONS = ["London Victoria (Station)", "Oxford Circus (Lu Station)", "West Ham (Dlr)", "Sandilands (Tram Stop)"]
STREETS = ["Station Road", "Hospital Lane", "Prison Street", "Alma Court", "Old Station Yard"]
TEAM = {"officers": 2, "vehicles": 1, "shift": "14:00-22:00", "travel_minutes": 5}
VIOLENT = pd.DataFrame({"type": ["Violence and sexual offences", "Public order"], "incidents": [80, 20]})


@pytest.mark.parametrize("name", STATIONS)
def test_a_station_of_any_railway_is_a_place_that_records_default_to(name: str) -> None:
    assert default_location(f"On or near {name}") == setting_of(name) == "railway station"


@pytest.mark.parametrize("name", STREETS)
def test_a_street_named_after_such_a_place_is_a_street(name: str) -> None:
    assert default_location(name) == ""
    assert setting_of(name) == "street"


def spots(*names: str) -> gpd.GeoDataFrame:
    discs = [Point(430_000 + 400 * i, 433_000).buffer(150) for i in range(len(names))]
    harm = [100.0 - i for i in range(len(names))]
    table = {"ref": [f"R{i}" for i in range(len(names))], "name": list(names), "incidents": 20, "harm": harm}
    table |= {"parts": [[]] * len(names), "streets": [[name] for name in names]}
    return gpd.GeoDataFrame(table, geometry=discs, crs=27700, index=pd.RangeIndex(1, len(names) + 1, name="rank"))


@pytest.mark.parametrize("name", ["Prison", "Hospital", "HMP Leeds", "Leeds Crown Court", "Police Station", *STATIONS])
def test_no_stop_stands_at_such_a_place_unless_it_is_asked_for(name: str) -> None:
    given = spots(name, "Boar Lane")
    choice, _ = choose_patrols(given, **TEAM)
    assert choice["chosen"].tolist() == [False, True]
    assert "to be asked for" in choice["why"].iloc[0]
    for asked in ({"must_include": [1]}, {"default_locations": True}):
        choice, _ = choose_patrols(given, **TEAM, **asked)
        assert choice["chosen"].tolist() == [True, True]


def test_where_every_place_is_such_a_place_no_stop_is_chosen_and_each_says_why() -> None:
    choice, further = choose_patrols(spots(*STATIONS), **TEAM)
    assert not choice["chosen"].any()
    assert choice["why"].str.contains("to be asked for").all()
    assert further["stops"].eq(0).all()


def crimes() -> gpd.GeoDataFrame:
    places = ["On or near Prison"] * 6 + ["On or near Boar Lane"] * 3 + ["On or near Briggate"]
    x = [430_000] * 6 + [431_000] * 3 + [432_000]
    return gpd.GeoDataFrame({"place": places, "harm": 1.0}, geometry=gpd.points_from_xy(x, [433_000] * 10), crs=27700)


def test_no_camera_is_proposed_at_such_a_place_and_shares_are_still_of_all() -> None:
    sites = place_cameras(crimes(), count=2, radius=100)
    assert sites["name"].tolist() == ["Boar Lane", "Briggate"]
    assert sites["marginal_share_of_harm"].round(9).tolist() == [0.3, 0.1]
    assert sites["gain"].round(9).tolist() == [0.3, 0.1]
    asked = place_cameras(crimes(), count=2, radius=100, default_locations=True)
    assert asked["name"].tolist() == ["Prison", "Boar Lane"]
    assert asked["marginal_share_of_harm"].round(9).tolist() == [0.6, 0.3]


def test_where_all_is_put_down_at_such_places_no_site_is_proposed() -> None:
    assert place_cameras(crimes().iloc[:6], count=2, radius=100).empty


@pytest.mark.parametrize("setting", sorted(ELSEWHERE))
def test_the_menu_of_such_a_place_holds_nothing_for_a_street_of_pubs(setting: str) -> None:
    actions = [row["action"] for row in suggest_responses(VIOLENT, count=9, setting=setting)]
    wrong = ("licensees", "patrol stops", "Temporary camera", "homes already burgled", "closing time")
    assert actions
    assert not [a for a in actions for word in wrong if word in a]
    assert any("what was only recorded there" in action for action in actions)


def test_menus_follow_the_place_and_what_is_recorded() -> None:
    kinds = ["street", "prison", "hospital", "railway station", "open space", "shops", "education"]
    menus = {tuple(r["action"] for r in suggest_responses(VIOLENT, count=6, setting=kind)) for kind in kinds}
    assert len(menus) == len(kinds)


def test_a_type_that_is_unusual_for_the_city_leads() -> None:
    here = pd.DataFrame({"type": ["Violence and sexual offences", "Vehicle crime"], "incidents": [55, 45]})
    everywhere = pd.Series({"Violence and sexual offences": 6000, "Vehicle crime": 1000, "Drugs": 3000})
    assert list(problem_families(here)) == ["violence", "vehicle"]
    assert list(problem_families(here, everywhere=everywhere)) == ["vehicle", "violence"]


def test_licensees_are_not_met_where_it_is_known_that_there_are_none() -> None:
    with_pubs, without = (suggest_responses(VIOLENT, count=9, licensed=known) for known in (True, False))
    assert any("licensees" in row["action"] for row in with_pubs)
    assert not any("licens" in row["action"] or "closing time" in row["action"] for row in without)


def test_every_kind_of_place_in_the_menu_is_one_that_names_tell() -> None:
    for row in read_menu()["responses"]:
        assert any(fits_setting(row, kind) for kind in ("street", *ELSEWHERE, "shops", "open space", "education"))


def test_a_plan_at_a_prison_asks_what_happened_there_and_not_about_closing_times() -> None:
    rows = crimes().assign(category="Violence and sexual offences", source="police.uk", when=pd.Timestamp("2024-03-01"))
    area = gpd.GeoDataFrame(geometry=[Point(430_000, 433_000).buffer(150)], crs=27700).geometry[0]
    plan = draft_plan(area, rows, title="Armley prison", as_of="2024-04-30")
    assert plan.analysis["hypotheses"][0].startswith("Did what is recorded at")
    assert not any("closing times" in question for question in plan.analysis["hypotheses"])
    assert not any("licensees" in row["action"] for row in plan.options)

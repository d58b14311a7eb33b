"""Doses: how often each place is visited, checked from the timetable's rows alone."""

from __future__ import annotations

import logging
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from map_examples import make_spots
from timetable_judge import faults_of

from hotspots.checks import InputError
from hotspots.patrols._dose_text import Dose, parse_dose
from hotspots.patrols.doses import timetable_doses
from hotspots.patrols.options import PatrolTeam

HOME = (433_000.0, 433_000.0)
NORTH = PatrolTeam(
    "Neighbourhood", 4, 2, "10:00-18:00", briefing_minutes=30, writing_minutes=20, break_minutes=30, depot=HOME
)
EVENING = PatrolTeam("Guardians", 2, 1, "18:00-02:00", weekdays=["Friday", "Saturday"], break_minutes=30)
HOURS = {1: ("10:00", "18:00"), 2: ("10:00", "18:00"), 3: ("18:00", "02:00")}


def town(count: int):
    """Hotspots over six kilometres, three wards, the worst first."""
    import geopandas as gpd

    dice = np.random.default_rng(count)
    at = gpd.GeoSeries.from_xy(*dice.uniform(430_000, 436_000, (2, count)), crs=27700)
    spots = make_spots(count, harm=np.sort(dice.lognormal(4, 1, count))[::-1])
    wards = np.resize(["Armley", "Hunslet", "Roundhay"], count)
    spots = spots.assign(parts=[[] for _ in range(count)], ward_name=wards, kind="single")
    return spots.set_geometry(at.buffer(150).set_axis(spots.index))


@pytest.fixture(scope="module")
def fortnight():
    return timetable_doses(
        town(40), dose="2 per week", teams=[NORTH, EVENING], start="2026-12-01", days=14, seed=1, least_hours=30
    )


def test_every_place_has_its_dose_and_no_rule_is_broken(fortnight):
    table, doses = fortnight
    depot = {1: HOME, 2: HOME}
    assert faults_of(table, hours=HOURS, depot=depot, least_hours=30) == []
    visits = table[table["activity"] == "visit"]
    weeks = visits.groupby(["ref", (visits["date"] - pd.Timestamp("2026-12-01")).dt.days // 7]).size()
    assert weeks.tolist() == [2] * 80
    assert doses["visits_planned"].tolist() == [4] * 40
    assert doses["short"].sum() == 0
    assert doses["harm_dose"].tolist() == pytest.approx((4 * doses["harm"]).tolist())


def test_briefing_and_writing_up_open_and_close_each_shift(fortnight):
    table, _ = fortnight
    mine = table[table["vehicle"].le(2)]
    assert (mine.groupby(["date", "vehicle"])["activity"].first() == "briefing").all()
    assert (mine.groupby(["date", "vehicle"])["activity"].last() == "writing up").all()
    assert set(table.loc[table["vehicle"] == 3, "activity"]) <= {"visit", "break", "time in hand"}
    assert set(table.loc[table["vehicle"] == 3, "weekday"]) == {"Friday", "Saturday"}


def test_a_long_rest_of_a_shift_is_told_as_time_in_hand(fortnight):
    table, _ = fortnight
    for (_, vehicle), rows in table.groupby(["date", "vehicle"]):
        end = rows["date"].iloc[0] + pd.Timedelta(hours=26 if vehicle == 3 else 18)
        told = rows[rows["activity"] != "writing up"].iloc[-1]
        left = (end - pd.Timedelta(minutes=0 if vehicle == 3 else 20) - told["leave"]).total_seconds() / 60
        assert left == 0 if told["activity"] == "time in hand" else left < 15


def test_days_and_vehicles_bear_alike(fortnight):
    table, _ = fortnight
    mine = table[table["activity"].eq("visit") & table["vehicle"].le(2)]
    a_shift = mine.groupby(["date", "vehicle"]).size()
    assert a_shift.max() <= 2.5 * a_shift.mean()


def test_another_seed_gives_another_order_and_the_same_seed_the_same(fortnight):
    options = {"dose": "2 per week", "teams": [NORTH, EVENING], "start": "2026-12-01", "days": 14, "least_hours": 30}
    again, _ = timetable_doses(town(40), seed=1, **options)
    pd.testing.assert_frame_equal(pd.DataFrame(again), pd.DataFrame(fortnight[0]))
    other, _ = timetable_doses(town(40), seed=2, **options)
    assert other["ref"].tolist() != fortnight[0]["ref"].tolist()


def test_doses_by_class_areas_of_teams_and_what_is_added_or_dropped():
    south = PatrolTeam("South", 2, 1, "14:00-22:00", areas=["Hunslet"])
    spots = town(6)
    names = spots["name"].tolist()
    dose = {"worst 2": "every 2 hours", names[4]: "1 per day", "other": "none"}
    table, doses = timetable_doses(
        spots,
        dose=dose,
        teams=[NORTH, south],
        start="2026-12-01",
        days=2,
        added={names[5]: "asked for by the ward"},
        dropped={names[1]: "a site of works until spring"},
    )
    told = doses.set_index("name")
    assert told["dose"].tolist() == ["every 120 minutes", "none", "none", "none", "1 per day", "1 per week"]
    assert told.loc[names[1], "why"] == "dropped against the list: a site of works until spring"
    assert told.loc[names[5], "why"] == "added against the list: asked for by the ward"
    assert told.loc[names[4], "visits_planned"] == 2
    first = table[table["ref"] == spots["ref"].iloc[0]]
    # 430 minutes beside briefing and writing up: three visits, at least 90 minutes apart
    assert first.groupby("date").size().tolist() == [3, 3]
    assert faults_of(first, hours=HOURS, least_hours=1.5) == []
    assert set(table.loc[(table["team"] == "South") & (table["activity"] == "visit"), "name"]) <= {names[1], names[4]}


def test_what_does_not_fit_is_said_and_the_worst_places_come_first(caplog):
    caplog.set_level(logging.INFO, "safer_hotspots")
    team = PatrolTeam("One", 2, 1, "14:00-16:00")
    _, doses = timetable_doses(town(12), dose="1 per day", teams=[team], start="2026-12-01", days=1)
    assert doses["short"].sum() == 12 - doses["visits_planned"].sum() > 0
    assert doses.loc[doses["short"] > 0, "why"].str.endswith("the shifts have no time left").all()
    assert "of 12 asked for did not fit" in caplog.text


@pytest.mark.parametrize(
    ("text", "dose"),
    [
        ("2 per week", Dose(2, "week")),
        ("Twice a day", Dose(2, "day")),
        ("3 visits each shift", Dose(3, "shift")),
        ("once a month", Dose(1, "month")),
        ("1/week", Dose(1, "week")),
        ("every 90 minutes", Dose(1, "shift", 90.0)),
        ("none", Dose(0, "week")),
    ],
)
def test_doses_in_words(text, dose):
    assert parse_dose(text) == dose


@pytest.mark.parametrize("text", ["often", "0 per week", "2 per year", "-1 per day", "", None, "999 per day"])
def test_a_dose_that_is_none_is_named(text):
    with pytest.raises(InputError, match="A dose is a number of visits"):
        parse_dose(text)


def test_all_doses_that_cannot_be_are_named_at_once():
    with pytest.raises(InputError, match=r"dose of single.*no hotspot or class.*'Nowhere'"):
        timetable_doses(town(3), dose={"single": "often", "Nowhere": "1 per day"}, teams=[NORTH], start="2026-12-01")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"teams": []}, "no team"),
        ({"teams": [PatrolTeam("A", 2, 1, "14:00-15:00", briefing_minutes=50)]}, "no time for one visit"),
        ({"added": {1: " "}}, "says why"),
        ({"dropped": {"Nowhere": "x"}}, "no such hotspot"),
    ],
)
def test_what_cannot_be_is_said(options, words):
    given = {"dose": "1 per day", "teams": [NORTH], "start": "2026-12-01"} | options
    with pytest.raises(InputError, match=words):
        timetable_doses(town(3), **given)


def test_the_rest_of_a_shift_sets_out_from_where_the_vehicle_is():
    spots = town(1)
    at = spots.geometry.iloc[0].centroid
    # a kilometre a minute, in whole minutes: three minutes there from the east, one back to the depot
    team = PatrolTeam("A", 2, 1, "17:20-22:00", here=(at.x + 2990, at.y), depot=(at.x - 990, at.y))
    how = {"dose": "1 per shift", "start": "2026-12-01", "days": 1, "speed": 60, "detour": 1.0}
    rest, _ = timetable_doses(spots, teams=[team], **how)
    visit = rest[rest["activity"] == "visit"].iloc[0]
    assert (f"{visit['arrive']:%H:%M}", visit["travel_minutes"]) == ("17:23", 3)
    for hours, visits in (("21:41-22:00", 1), ("21:42-22:00", 0)):  # 3 + 15 + 1 minutes are 19
        _, doses = timetable_doses(spots, teams=[replace(team, shift=hours)], **how)
        assert doses["visits_planned"].tolist() == [visits]
        assert doses["short"].tolist() == [1 - visits]

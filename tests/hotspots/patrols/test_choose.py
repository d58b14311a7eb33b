from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely.geometry import LineString, Point

from hotspots.checks import CRS, InputError
from hotspots.patrols._rounds import split_stops
from hotspots.patrols._travel import travel_times
from hotspots.patrols.choose import choose_patrols

TEAM = {"officers": 4, "vehicles": 2, "shift": "14:00-22:00"}
WARDS = ["Armley", "Armley", "Gipton & Harehills", "Gipton & Harehills", "Otley & Yeadon", "Otley & Yeadon"]


def make_spots(at: list[tuple[float, float]], harm: list[float], **columns: list) -> gpd.GeoDataFrame:
    """Single hotspots of 100 m radius, worst first, named A, B, C ..."""
    n = len(at)
    frame = gpd.GeoDataFrame(
        {
            "ref": [f"SE{i:04d}" for i in range(n)],
            "name": [chr(65 + i) for i in range(n)],
            "incidents": [int(h) for h in harm],
            "harm": [float(h) for h in harm],
            "parts": [[] for _ in range(n)],
            "streets": [[f"{chr(65 + i)} Street"] for i in range(n)],
            **columns,
        },
        geometry=[Point(430_000 + x, 430_000 + y).buffer(100) for x, y in at],
        crs=CRS,
    )
    return frame.set_index(pd.RangeIndex(1, n + 1, name="rank"))


LINE = make_spots([(i * 1000, 0) for i in range(6)], [60, 50, 40, 30, 20, 10], ward_name=WARDS, ward_code=WARDS)


def chosen_names(spots, **options) -> str:
    choice, _ = choose_patrols(spots, **{**TEAM, **options})
    return "".join(choice.loc[choice["chosen"], "name"])


def test_a_full_round_takes_no_further_stop():
    close = make_spots([(300 * i, 0) for i in range(5)], [50, 40, 30, 20, 10])
    # a round of 50 + 120 minutes holds three visits of 50 and four minutes' drive
    assert chosen_names(close, officers=2, vehicles=1, visit_minutes=50) == "ABC"


def test_two_close_stops_beat_the_worst_one_far_away():
    # from A to B and back takes 2 × 63 minutes: with two visits over the 135 of a round
    apart = make_spots([(0, 0), (20_000, 0), (20_300, 0)], [10, 6, 5])
    assert chosen_names(apart, officers=2, vehicles=1) == "BC"


def test_vehicles_without_a_crew_stay_out_and_are_told(caplog):
    few = chosen_names(LINE, officers=3, vehicles=2, crew=2, visit_minutes=50)
    assert "1 of 2 vehicles have no crew of 2 and stay out." in caplog.text
    assert few == chosen_names(LINE, officers=2, vehicles=1, crew=2, visit_minutes=50)


def test_nothing_is_chosen_where_others_cover_it_all():
    assert chosen_names(LINE, already=list("ABCDEF")) == ""


def test_the_stated_minutes_decide_how_many_stops_there_are():
    # A round of 15 + 120 minutes, 45 a stop: 3 stops in one vehicle.
    assert chosen_names(LINE, officers=2, vehicles=1, travel_minutes=30, slack_minutes=0) == "ABC"
    assert chosen_names(LINE, officers=2, vehicles=1, travel_minutes=30, slack_minutes=1) == "AB"
    assert chosen_names(LINE, officers=2, vehicles=1, travel_minutes=30, break_minutes=45, slack_minutes=0) == "AB"


def test_real_travel_decides_where_no_minutes_are_stated():
    # B is an hour away: A, C and D fit in its stead.
    spots = make_spots([(0, 0), (25_000, 0), (500, 0), (1000, 0)], [60, 50, 40, 30])
    assert chosen_names(spots, officers=2, vehicles=1, speed=30) == "ACD"


def test_shares_and_the_worth_of_further_officers():
    spots = LINE.assign(share_of_harm=LINE["harm"] / 420, share_of_incidents=LINE["harm"] / 420)
    choice, further = choose_patrols(
        spots, officers=2, vehicles=1, shift="14:00-22:00", travel_minutes=45, slack_minutes=0
    )
    assert choice.loc[choice["chosen"], "share_of_harm"].sum() == pytest.approx(110 / 420)
    assert further["officers"].tolist() == [2, 3, 4, 5, 6]
    assert further["crews"].tolist() == [1, 1, 2, 2, 3]
    assert further["share_of_harm"].tolist() == pytest.approx([11 / 42, 11 / 42, 18 / 42, 18 / 42, 21 / 42])
    assert further["added"].tolist() == pytest.approx([11 / 42, 0, 7 / 42, 0, 3 / 42])


def test_every_stop_has_its_reason():
    overlapping = make_spots([(0, 0), (50, 0), (5000, 0), (90_000, 0)], [60, 50, 40, 30])
    choice, _ = choose_patrols(
        overlapping, officers=1, vehicles=1, shift="14:00-16:00", depot=(430_000, 430_000), speed=60, already=["C"]
    )
    why = choice.set_index("name")["why"]
    assert why["A"] == "chosen"
    assert "overlaps" in why["B"]
    assert "'A'" in why["B"]
    assert why["C"] == "left out: others cover it"
    assert why["D"] == "left out: farther than the shift allows"


def test_demands_are_met():
    few = {"officers": 2, "vehicles": 1, "travel_minutes": 30, "slack_minutes": 0}
    assert chosen_names(LINE, **few, must_include=["F"]) == "ABF"
    assert chosen_names(LINE, **few, must_include=[6, "se0004"]) == "AEF"
    assert chosen_names(LINE, **few, minimum_per_area={"Otley and Yeadon": 2}) == "AEF"
    assert chosen_names(LINE, **few, spacing=1500) == "ACE"
    assert chosen_names(LINE, **few, already={"A": 0.9}) == "BCD"
    limited = chosen_names(LINE, **few, priority=["Gipton and Harehills"], max_share_outside_priority=0.34)
    assert limited == "ACD"


def test_demands_that_cannot_be_met_are_named():
    few = {"officers": 2, "vehicles": 1, "travel_minutes": 30, "slack_minutes": 0}
    with pytest.raises(InputError, match="at least 4 in Armley"):
        choose_patrols(LINE, **{**TEAM, **few}, minimum_per_area={"Armley": 4})
    with pytest.raises(InputError, match=r"'[A-F]' \(rank \d\) must be included"):
        choose_patrols(LINE, **{**TEAM, **few}, must_include=[1, 2, 3, 4])


def test_parts_of_a_clustered_hotspot_are_stops_of_their_own():
    parts = [
        {"easting": 430_000.0 + x, "northing": 430_000.0, "radius": 90.0, "incidents": i, "harm": h, "street": s}
        for x, i, h, s in ((0, 9, 40.0, "Boar Lane"), (170, 4, 20.0, "Call Lane"))
    ]
    spots = LINE.assign(parts=[parts] + [[]] * 5)
    choice, _ = choose_patrols(spots, **TEAM)
    first = choice[choice["rank"] == 1]
    assert first["name"].tolist() == ["Boar Lane", "Call Lane"]
    assert (first["part"].tolist(), first["harm"].tolist()) == ([1, 2], [40.0, 20.0])
    assert first["streets"].tolist() == [["Boar Lane"], ["Call Lane"]]
    assert first.geometry.area.tolist() == pytest.approx([np.pi * 90**2] * 2, rel=0.01)


def make_incidents(rows: list[tuple[int, str, str, float]], precision: str = "minute") -> gpd.GeoDataFrame:
    """Rows of (spot, time, category, harm) at the centres of LINE's hotspots."""
    return gpd.GeoDataFrame(
        {
            "when": pd.to_datetime([r[1] for r in rows]),
            "precision": precision,
            "category": [r[2] for r in rows],
            "harm": [r[3] for r in rows],
        },
        geometry=[Point(430_000 + 1000 * r[0], 430_000) for r in rows],
        crs=CRS,
    )


RECORDS = [
    (0, "2026-06-01 03:00", "Robbery", 90.0),
    (1, "2026-06-01 15:00", "Robbery", 5.0),
    (1, "2026-06-02 15:00", "Anti-social behaviour", 1.0),
    (2, "2026-06-02 21:59", "Anti-social behaviour", 9.0),
]


def test_harm_is_counted_in_the_hours_days_and_profile_asked_for():
    options = {**TEAM, "incidents": make_incidents(RECORDS), "travel_minutes": 10}
    choice, _ = choose_patrols(LINE, **options)
    assert choice["harm"].tolist() == [0, 6, 9, 0, 0, 0]
    assert choice["share_of_harm"].tolist() == pytest.approx([0, 0.4, 0.6, 0, 0, 0])
    assert choice["why"].iloc[0] == "left out: nothing recorded in these hours"
    choice, _ = choose_patrols(LINE, **options, weekdays=["Mon"])
    assert choice["harm"].tolist() == [0, 5, 0, 0, 0, 0]
    choice, _ = choose_patrols(LINE, **options, profile="Anti-social behaviour")
    assert choice["harm"].tolist() == [0, 1, 9, 0, 0, 0]


def test_months_only_is_said_plainly(caplog):
    choice, _ = choose_patrols(LINE, **TEAM, incidents=make_incidents(RECORDS, "month"))
    assert "No record has a time of day" in caplog.text
    assert choice["harm"].tolist() == [90, 6, 9, 0, 0, 0]


def test_by_incidents_is_shown_beside_by_harm():
    spots = LINE.assign(incidents=[1, 2, 3, 4, 5, 6])
    few = {"officers": 2, "vehicles": 1, "shift": "14:00-22:00", "travel_minutes": 30, "slack_minutes": 0}
    harm, _ = choose_patrols(spots, **few)
    other, _ = choose_patrols(spots, **few, by="incidents")
    assert "".join(other.loc[other["chosen"], "name"]) == "DEF"
    assert harm["chosen_otherwise"].tolist() == other["chosen"].tolist()
    assert other["chosen_otherwise"].tolist() == harm["chosen"].tolist()


def test_empty_in_typed_empty_out():
    empty, further = choose_patrols(LINE.iloc[:0], **TEAM)
    full, table = choose_patrols(LINE, **TEAM)
    assert (len(empty), len(further)) == (0, 0)
    assert set(empty.columns) == set(full.columns)
    assert empty.dtypes[full.columns].to_dict() == full.dtypes.to_dict()
    assert further.dtypes.to_dict() == table.dtypes.to_dict()


def test_the_input_is_not_changed_and_shuffled_rows_change_nothing():
    before = LINE.copy()
    first, _ = choose_patrols(LINE, **TEAM)
    assert LINE.equals(before)
    other, _ = choose_patrols(LINE.sample(frac=1, random_state=2), **TEAM)
    assert set(other.loc[other["chosen"], "ref"]) == set(first.loc[first["chosen"], "ref"])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"shift": "14:00-14:10"}, "shorter than a visit"),
        ({"shift": "half past two"}, "cannot be read"),
        ({"shift": {"Mnday": "14:00-22:00"}}, "Monday"),
        ({"max_gap_minutes": 20, "break_minutes": 30, "slack_minutes": 0}, "no gap can be kept"),
        ({"visit_minutes": 0}, "visit_minutes must be above 0"),
        ({"depot": "Elland Road"}, "not a known place"),
        ({"depot": (53.8, -1.55)}, "in metres of the grid"),
        ({"officers": 0}, "officers must be"),
        ({"officers": 1, "crew": 2}, "too few officers"),
        ({"speed": 0}, "speed must be above 0"),
        ({"detour": 0.5}, "at least 1"),
        ({"must_include": ["Briggate"]}, "no such hotspot"),
        ({"already": {"A": 2}}, "share from 0 to 1"),
        ({"max_share_outside_priority": 0.5}, "needs their names"),
        ({"max_share_outside_priority": 5, "priority": ["Armley"]}, "from 0 to 1"),
        ({"minimum_per_area": {"Armly": 1}}, "Armley"),
        ({"minimum_per_area": {"x": 1}, "area": "lap"}, "lap_name"),
        ({"spacing": -1}, "spacing"),
        ({"by": "fear"}, "by harm or by incidents"),
        ({"travel_minutes": -1}, "travel_minutes must be 0 or more.*travel_minutes=-1"),
        ({"streets": LINE.assign(geometry=LINE.centroid)}, "streets must be lines.*6 shapes"),
        ({"profile": ["Robbery"]}, "needs the incidents"),
        ({"depot": (600_000, 100_000), "speed": 20}, "Every hotspot is farther"),
        ({"depot": (430_000, 430_000), "speed": 1, "must_include": ["F"]}, "'F' .* farther than the shift"),
    ],
)
def test_what_cannot_be_used_is_said(change, words):
    with pytest.raises(InputError, match=words):
        choose_patrols(LINE, **{**TEAM, **change})


def test_a_place_against_the_list_has_its_reason():
    few = {"officers": 2, "vehicles": 1, "travel_minutes": 30, "slack_minutes": 0}  # 135 minutes of a round: three
    asked = {"must_include": {"F": "asked for by the ward"}, "dropped": {1: "works until spring"}}
    choice, _ = choose_patrols(LINE, **{**TEAM, **few}, **asked)
    why = choice.set_index("name")["why"]
    assert why["F"] == "must be included: asked for by the ward"
    assert why["A"] == "dropped against the list: works until spring"
    assert set(choice.loc[choice["chosen"], "name"]) == {"B", "C", "F"}  # worst first, of those left


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"must_include": {"F": " "}}, "Whoever adds a place against the list says why"),
        ({"dropped": {"F": ""}}, "Whoever drops a place against the list says why"),
        ({"must_include": ["F"], "dropped": {6: "works"}}, "both added and dropped"),
        ({"dropped": {"B": "works", "A": "works"}, "minimum_per_area": {"Armley": 1}}, "at least 1 in Armley"),
    ],
)
def test_what_cannot_be_against_the_list_is_said(asked, words):
    with pytest.raises(InputError, match=words):
        choose_patrols(LINE, **TEAM, **asked)


def test_no_harm_is_said():
    with pytest.raises(InputError, match="no harm to cover"):
        choose_patrols(LINE.assign(harm=0.0), **TEAM)


def test_travel_round_a_corner_by_hand():
    corner = gpd.GeoDataFrame(geometry=[LineString([(0, 0), (1000, 0), (1000, 1000)])], crs=CRS)
    at = np.array([[0.0, 0.0], [1000.0, 1000.0], [1100.0, 1000.0]])
    # 60 km/h are 1,000 m a minute; the last one stands 100 m off the street, driven with a detour of 1.5
    minutes = travel_times(at, speed=60, detour=1.5, streets=corner)
    assert minutes == pytest.approx(np.array([[0, 2, 2.15], [2, 0, 0.15], [2.15, 0.15, 0]]))


def test_two_stops_beside_each_other_are_near_however_far_the_street():
    street = gpd.GeoDataFrame(geometry=[LineString([(0, 0), (5000, 0)])], crs=CRS)
    at = np.array([[0.0, 1000.0], [10.0, 1000.0], [5000.0, 1000.0]])
    # 60 km/h are 1,000 m a minute: 10 m apart with a detour of 1.3, and not 1 km to the street and back
    times = travel_times(at, speed=60, detour=1.3, streets=street)
    assert times[0, 1] == pytest.approx(0.013)
    # along the street: its 5 km, and 1 km at either end with the detour (the second 10 m more slanting)
    assert times[0, 2] == pytest.approx(5 + 2 * 1.3)
    assert (times == times.T).all()


def test_travel_by_streets_is_never_shorter_than_the_crow_flies():
    from shapely import LineString

    at = np.array([[0.0, 0.0], [1000.0, 1000.0], [9000.0, 0.0]])
    corner = gpd.GeoDataFrame(
        geometry=[LineString([(0, 0), (1000, 0), (1000, 1000)]), LineString([(9000, 0), (9500, 0)])], crs=CRS
    )
    times = travel_times(at, speed=60, detour=1.3, streets=corner)
    assert times[0, 1] == pytest.approx(2.0)
    assert times[0, 2] == pytest.approx(9 * 1.3)
    assert (times == times.T).all()


@pytest.mark.parametrize(
    ("file", "layout"),
    [
        ("city_of_london_2014_2017.zip", "police.uk"),
        ("leeds_2024_03.zip", "police.uk"),
        ("west_yorkshire_2016_2018_july.zip", "police.uk"),
        ("leeds_north_west_violent_2018_2021.zip", "police.uk-api"),
    ],
)
def test_on_real_files_no_less_than_greedy_and_the_top_hotspots(shared_data, file, layout):
    from hotspots import find_hotspots, read_incidents, weigh_incidents

    incidents, _ = read_incidents(shared_data / "police_uk" / file, layout=layout)
    incidents["harm"] = weigh_incidents(incidents)
    spots = find_hotspots(incidents, count=60, by="harm")
    options = {**TEAM, "break_minutes": 30, "default_locations": True}
    choice, _ = choose_patrols(spots, **options)
    covered = choice.loc[choice["chosen"], "harm"].sum()
    ranked = choice.sort_values("harm", ascending=False, kind="stable")
    at = ranked[["easting", "northing"]].to_numpy()
    times = np.ceil(travel_times(at, speed=25, detour=1.3) - 1e-9)

    def drives(stops: list[int]) -> bool:
        # 15 + 120 minutes a round, less a break of 30 and 10 minutes of slack.
        return split_stops(times[np.ix_(stops, stops)], visit=15, limit=95, vehicles=2) is not None

    harm, greedy, prefix = ranked["harm"].to_numpy(), [], 0
    for j in range(min(len(at), 40)):
        if drives([*greedy, j]):
            greedy.append(j)
        if prefix == j and drives(list(range(j + 1))):
            prefix = j + 1
    assert drives(np.flatnonzero(ranked["chosen"]).tolist())
    assert covered >= harm[greedy].sum() - 1e-6
    assert covered >= harm[:prefix].sum() - 1e-6


def test_priority_areas_without_a_hotspot_are_said(caplog):
    choose_patrols(LINE, **TEAM, priority=["Armley", "Headingly"], max_share_outside_priority=0.5)
    assert "No hotspot lies in Headingly" in caplog.text


def test_a_packaged_profile_may_be_named():
    incidents = make_incidents(RECORDS).assign(source="police.uk", place="")
    choice, _ = choose_patrols(LINE, **TEAM, incidents=incidents, profile={"categories": ["Robbery"]})
    assert choice["harm"].tolist() == [0, 5, 0, 0, 0, 0]
    with pytest.raises(InputError, match="serious-violence"):
        choose_patrols(LINE, **TEAM, incidents=incidents, profile="serious-violance")


def test_stops_are_named_by_streets_and_doubtful_places_are_remarked():
    spots = LINE.assign(
        name=["Parking Area", "Prison", "C", "Parking Area", "E", "F"],
        streets=[["Parking Area", "Boar Lane"], ["Prison", "Hall Lane"], ["C"], ["Parking Area"], [], None],
    )
    choice, _ = choose_patrols(spots, **TEAM, travel_minutes=5)
    assert choice["name"].tolist() == [
        "Parking Area near Boar Lane",
        "Prison near Hall Lane",
        "C",
        "Parking Area",
        "E",
        "F",
    ]
    assert choice["streets"].tolist()[:2] == [["Boar Lane"], ["Hall Lane"]]
    assert choice["default_location"].tolist()[:3] == ["", "prison", ""]
    assert "records default to a prison" in choice["why"].iloc[1]
    alike, _ = choose_patrols(spots.assign(name="Kirkgate", streets=[["Kirkgate"]] * 6), **TEAM)
    assert alike["name"].is_unique


def test_streets_come_from_the_incidents_where_they_are_given():
    incidents = make_incidents([*RECORDS, (1, "2026-06-02 16:00", "Robbery", 1.0)])
    incidents["place"] = ["x", "On or near Call Lane", "On or near Boar Lane", "x", "On or near Boar Lane"]
    choice, _ = choose_patrols(LINE, **TEAM, incidents=incidents)
    assert choice["streets"].iloc[1] == ["Boar Lane", "Call Lane"]


def test_a_depot_may_be_a_point_or_a_frame_of_one():
    point = Point(430_000, 430_000)
    frame = gpd.GeoDataFrame(geometry=[point], crs=CRS)
    results = [choose_patrols(LINE, **TEAM, depot=d)[0]["chosen"].tolist() for d in (point, frame, (430_000, 430_000))]
    assert results[0] == results[1] == results[2]
    with pytest.raises(InputError, match="One depot"):
        choose_patrols(LINE, **TEAM, depot=pd.concat([frame, frame]))


def test_a_night_shift_counts_the_hours_after_midnight():
    from hotspots.patrols._shifts import parse_pattern, within_shift

    times = pd.Series(pd.to_datetime(["2026-06-05 23:00", "2026-06-06 01:59", "2026-06-06 02:00", "2026-06-07 01:00"]))
    # Friday 5 June into Saturday; the Saturday night is not worked.
    assert within_shift(times, parse_pattern("22:00-02:00", ["Fri"])).tolist() == [True, True, False, False]
    assert str(parse_pattern("22:00-02:00", ["Fri"])[4]) == "22:00-02:00"
    with pytest.raises(InputError, match="last some time"):
        parse_pattern("14:00-14:00")


def test_two_hotspots_of_one_rank_are_refused():
    twice = LINE.set_axis([1, 1, 2, 3, 4, 5])
    with pytest.raises(InputError, match=r"a rank of its own. Given: rank 1 comes more than once"):
        choose_patrols(twice, **TEAM)


def test_a_name_no_hotspot_lies_in_is_said_once(caplog):
    chosen_names(LINE, priority=["Armley", "Ottley"], max_share_outside_priority=0.5)
    assert caplog.text.count("No hotspot lies in Ottley") == 1

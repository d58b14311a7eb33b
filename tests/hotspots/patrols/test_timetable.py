from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from shapely.geometry import Point

from hotspots.checks import CRS, InputError
from hotspots.patrols._duty import Duty, count_any_order, list_gaps
from hotspots.patrols.timetable import timetable_patrols

RULES = {"officers": 4, "vehicles": 2, "shift": "14:00-22:00", "start": "2026-11-23", "seed": 7}


def make_choice(at: list[tuple[float, float]], **columns: list) -> gpd.GeoDataFrame:
    """What choose_patrols returns for single stops, all chosen, named A, B, C ..."""
    n = len(at)
    frame = gpd.GeoDataFrame(
        {
            "rank": range(1, n + 1),
            "ref": [f"SE{i:04d}" for i in range(n)],
            "name": [chr(65 + i) for i in range(n)],
            "part": 0,
            "chosen": True,
            "share_of_harm": np.linspace(0.2, 0.1, n),
            "share_of_incidents": 0.1,
            "streets": [[f"{chr(65 + i)} Street", f"{chr(65 + i)} Yard"] for i in range(n)],
            "easting": [430_000.0 + x for x, _ in at],
            "northing": [430_000.0 + y for _, y in at],
            **columns,
        },
        geometry=[Point(430_000 + x, 430_000 + y).buffer(100) for x, y in at],
        crs=CRS,
    )
    return frame.set_index(pd.RangeIndex(1, n + 1, name="stop"))


TOWN = make_choice([(0, 0), (900, 300), (400, 1200), (3000, 0), (3500, 900), (2800, 1500), (1800, 700)])


def check(timetable, choice, *, shift, gap, visit, rest, breaks, speed, detour, depot) -> None:
    """Every rule of METHODS.md §6, from the table alone: written without a line of the planner's."""
    minute = pd.Timedelta(minutes=1)
    per_metre = detour / (speed * 1000 / 60)
    begins, ends = (pd.Timedelta(f"{t}:00") for t in shift.split("-"))
    ends += pd.Timedelta(days=1) if ends <= begins else pd.Timedelta(0)
    seen = {}
    for (date, vehicle), day in timetable.groupby(["date", "vehicle"]):
        day = day.sort_values("arrive")
        assert day["order"].tolist() == list(range(1, len(day) + 1))
        visits, rests = day[day["activity"] == "visit"], day[day["activity"] == "break"]
        assert len(visits) + len(rests) == len(day)
        assert ((visits["leave"] - visits["arrive"]) == visit * minute).all()
        assert len(rests) == breaks
        assert ((rests["leave"] - rests["arrive"]) == rest * minute).all()
        assert (day["arrive"].iloc[1:].to_numpy() >= day["leave"].iloc[:-1].to_numpy()).all()
        # Travel: never faster than the road allows, depot legs included.
        xy = np.column_stack([visits.geometry.x, visits.geometry.y])
        drive = np.hypot(*np.diff(xy, axis=0).T) * per_metre if len(xy) > 1 else np.array([])
        idle = visits["arrive"].to_numpy()[1:] - visits["leave"].to_numpy()[:-1]
        for step, (free, (_, here), (_, after)) in enumerate(
            zip(idle, list(visits.iterrows()), list(visits.iterrows())[1:], strict=False)
        ):
            between = rests[(rests["arrive"] >= here["leave"]) & (rests["leave"] <= after["arrive"])]
            assert free / minute >= drive[step] + len(between) * rest - 1e-6
        home = np.zeros(2) if depot is None else np.hypot(*(xy[[0, -1]] - depot).T) * per_metre
        assert (visits["arrive"].iloc[0] - date - begins) / minute >= home[0] - 1e-6
        assert (date + ends - visits["leave"].iloc[-1]) / minute >= home[1] - 1e-6
        assert day["leave"].max() <= date + ends
        # The gap: from the first arrival of the vehicle, between visits, and to its last leaving.
        for place, there in visits.groupby(["rank", "part"]):
            gaps = (there["arrive"].to_numpy()[1:] - there["leave"].to_numpy()[:-1]) / minute
            assert (gaps <= gap).all(), (place, gaps)
            assert (gaps > 0).all()
            assert there["arrive"].iloc[0] - visits["arrive"].iloc[0] <= gap * minute
            assert visits["leave"].iloc[-1] - there["leave"].iloc[-1] <= gap * minute
        for place in set(visits[["rank", "part"]].apply(tuple, axis=1)):
            assert seen.setdefault((date, place), vehicle) == vehicle
        assert set(visits["rank"]) <= set(choice.loc[choice["chosen"], "rank"])


@st.composite
def towns(draw):
    n = draw(st.integers(1, 9))
    at = draw(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=n, max_size=n, unique=True))
    return make_choice([(x * 100.0, y * 100.0) for x, y in at])


@given(
    towns(),
    st.integers(0, 99),
    st.sampled_from([(0, 0), (30, 1), (20, 2)]),
    st.sampled_from(["14:00-22:00", "18:00-02:00", "08:00-13:00"]),
    st.sampled_from([None, (432_000.0, 431_000.0)]),
    st.sampled_from([(10, 0), (15, 10), (16, 20)]),
)
@settings(max_examples=20, deadline=None, phases=[Phase.explicit, Phase.reuse, Phase.generate])
def test_every_timetable_keeps_every_rule(choice, seed, breaks, shift, depot, minutes):
    visit, slack = minutes
    timetable, summary = timetable_patrols(
        choice,
        **{**RULES, "seed": seed, "shift": shift},
        days=2,
        visit_minutes=visit,
        slack_minutes=slack,
        break_minutes=breaks[0],
        breaks=breaks[1],
        depot=depot,
    )
    check(
        timetable,
        choice,
        shift=shift,
        gap=120,
        visit=visit,
        rest=breaks[0],
        breaks=breaks[1],
        speed=25,
        detour=1.3,
        depot=depot,
    )
    # Whoever is in a round is visited every day it runs.
    per_day = timetable[timetable["activity"] == "visit"].groupby("date")["rank"].nunique()
    assert (per_day == summary["stops"].sum()).all()
    assert summary["longest_gap"].dropna().le(120).all()


def test_the_checker_notices_a_broken_rule():
    timetable, _ = timetable_patrols(TOWN, **RULES, days=1)
    rules = {"shift": "14:00-22:00", "visit": 15, "rest": 0, "breaks": 0, "speed": 25, "detour": 1.3, "depot": None}
    check(timetable, TOWN, gap=120, **rules)
    broken = timetable.copy()
    first = broken["rank"].iloc[0]
    for bad in (
        {"gap": 20, "table": broken},
        {"gap": 120, "table": broken[broken["rank"].ne(first) | (broken["order"] > 14)]},
        {"gap": 120, "table": broken.assign(leave=broken["leave"] + pd.Timedelta(minutes=1))},
    ):
        with pytest.raises(AssertionError):
            check(bad["table"], TOWN, gap=bad["gap"], **rules)


def test_the_seed_is_the_order():
    one, _ = timetable_patrols(TOWN, **RULES)
    again, _ = timetable_patrols(TOWN, **RULES)
    other, _ = timetable_patrols(TOWN, **{**RULES, "seed": 8})
    pd.testing.assert_frame_equal(pd.DataFrame(one), pd.DataFrame(again))
    assert one["ref"].tolist() != other["ref"].tolist()
    later, _ = timetable_patrols(TOWN, **{**RULES, "start": "2026-11-25"}, days=1)
    same_day = one[one["date"] == "2026-11-25"].reset_index(drop=True)
    pd.testing.assert_frame_equal(pd.DataFrame(later), pd.DataFrame(same_day))


def test_no_two_days_run_alike_and_the_next_stop_is_open():
    timetable, summary = timetable_patrols(TOWN, **RULES)
    orders = timetable.groupby(["date", "vehicle"])["name"].agg("".join)
    assert orders.nunique() == len(orders)
    assert summary["choices"].min() > 1.5
    assert (summary["any_order_stops"] <= summary["fixed_order_stops"]).all()


def test_the_round_that_methods_measured():
    # 15 minutes a visit and 10 between: 135 / 25 = 5.4 stops in a fixed order, three in any order at all.
    assert int(Duty(15, 120).limit // 25) == 5
    assert count_any_order(Duty(15, 120), 10) == 3


def test_breaks_take_their_share_of_the_round():
    many = make_choice([(i * 10.0, 0) for i in range(9)])
    with_break, _ = timetable_patrols(many, **RULES, days=1, break_minutes=45, slack_minutes=0)
    without, _ = timetable_patrols(many, **RULES, days=1, slack_minutes=0)
    assert with_break["name"].nunique() - 1 == 9
    assert without["name"].nunique() == 9
    one_car = {**RULES, "officers": 2, "vehicles": 1}
    table, summary = timetable_patrols(many, **one_car, days=1, break_minutes=45, slack_minutes=0)
    # 135 - 45 = 90 minutes of round: five stops of 15 + 1 minutes, the least harm left out.
    assert summary["stops"].tolist() == [5]
    assert set(table["name"]) - {""} == set("ABCDE")


def test_stops_that_do_not_fit_are_named(caplog):
    far = make_choice([(0, 0), (500, 0), (40_000, 0)])
    table, _ = timetable_patrols(far, **{**RULES, "officers": 2, "vehicles": 1}, days=1)
    assert set(table["name"]) == {"A", "B"}
    assert "Not in the timetable, for want of travel time: C" in caplog.text


def test_only_the_days_and_hours_of_the_pattern_are_worked():
    pattern = {"Fri": "18:00-02:00", "Saturday": "20:00-04:00"}
    table, _ = timetable_patrols(TOWN, **{**RULES, "shift": pattern}, days=7)
    assert table.groupby("weekday")["arrive"].min().dt.hour.to_dict() == {"Friday": 18, "Saturday": 20}
    assert table["leave"].max() <= pd.Timestamp("2026-11-29 04:00")
    assert (table.loc[table["weekday"] == "Saturday", "date"] == "2026-11-28").all()


def test_officers_and_streets_are_on_the_table():
    table, _ = timetable_patrols(TOWN, **{**RULES, "officers": 5}, days=1, break_minutes=30)
    assert table.groupby("vehicle")["officers"].first().to_dict() == {1: 3, 2: 2}
    visits = table[table["activity"] == "visit"]
    assert (visits["officer_minutes"] == visits["officers"] * 15).all()
    assert visits.loc[visits["name"] == "A", "walk"].iloc[0] == "A Street, A Yard"


def records(hours: dict[str, list[int]], precision: str = "minute") -> gpd.GeoDataFrame:
    at = TOWN.set_index("name")
    rows = [(name, hour) for name, listed in hours.items() for hour in listed]
    return gpd.GeoDataFrame(
        {"when": [pd.Timestamp("2026-06-01") + pd.Timedelta(hours=h) for _, h in rows], "precision": precision},
        geometry=[Point(at.loc[n, "easting"], at.loc[n, "northing"]) for n, _ in rows],
        crs=CRS,
    )


def test_stops_are_drawn_more_often_at_their_worse_hours():
    three = TOWN.iloc[:3]
    incidents = records({"A": [20] * 60, "B": [15] * 60, "C": [20, 15]})
    options = {**RULES, "officers": 2, "vehicles": 1, "weekdays": ["Mon", "Tue", "Wed", "Thu", "Fri"], "days": 28}
    table, _ = timetable_patrols(three, **options, incidents=incidents)
    late = table[table["arrive"].dt.hour.between(19, 21)]["name"].value_counts()
    early = table[table["arrive"].dt.hour.between(14, 16)]["name"].value_counts()
    assert late["A"] > 1.2 * late["B"]
    assert early["B"] > 1.2 * early["A"]


def test_months_only_is_said_plainly(caplog):
    table, _ = timetable_patrols(TOWN, **RULES, incidents=records({"A": [1]}, "month"))
    even, _ = timetable_patrols(TOWN, **RULES)
    assert "No record has a time of day" in caplog.text
    pd.testing.assert_frame_equal(pd.DataFrame(table), pd.DataFrame(even))


def test_a_week_redrawn_leans_to_what_was_missed():
    three = TOWN.iloc[:3]
    had = pd.DataFrame({"rank": [1] * 40 + [2] * 40, "part": 0})
    options = {**RULES, "officers": 2, "vehicles": 1, "days": 14}
    even, _ = timetable_patrols(three, **options)
    leaning, _ = timetable_patrols(three, **options, delivered=had)
    assert (leaning["name"] == "C").mean() > (even["name"] == "C").mean() + 0.03


def test_nothing_chosen_gives_typed_empty_tables():
    table, summary = timetable_patrols(TOWN.assign(chosen=False), **RULES)
    full, rounds = timetable_patrols(TOWN, **RULES)
    assert (len(table), len(summary)) == (0, 0)
    assert table.dtypes.to_dict() == full.dtypes.to_dict()
    assert summary.dtypes.to_dict() == rounds.dtypes.to_dict()


def test_gaps_by_hand():
    visits = pd.DataFrame(
        {
            "date": pd.Timestamp("2026-11-23"),
            "rank": [1, 2, 1],
            "part": 0,
            "arrive": pd.to_datetime(["2026-11-23 14:00", "2026-11-23 14:30", "2026-11-23 15:45"]),
            "leave": pd.to_datetime(["2026-11-23 14:15", "2026-11-23 14:45", "2026-11-23 16:00"]),
        }
    )
    assert list_gaps(visits, arrived="arrive", left="leave").tolist() == [90.0]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"start": "the day after"}, "not a date"),
        ({"start": None}, "first day"),
        ({"days": 0}, "number of days"),
        ({"shift": "14:00-14:10"}, "shorter than a visit"),
        ({"max_gap_minutes": 30, "break_minutes": 45, "slack_minutes": 0}, "no gap can be kept"),
        ({"depot": (470_000, 430_000), "shift": "14:00-16:00"}, "Not one stop can be kept"),
        ({"depot": "base"}, "not a known place"),
    ],
)
def test_what_cannot_be_used_is_said(change, words):
    with pytest.raises(InputError, match=words):
        timetable_patrols(TOWN, **{**RULES, **change})


def test_many_stops_in_one_vehicle_keep_every_rule():
    many = make_choice([(300.0 * (i % 4), 300.0 * (i // 4)) for i in range(10)])
    one_car = {**RULES, "officers": 2, "vehicles": 1}
    table, summary = timetable_patrols(many, **one_car, days=2, visit_minutes=10, slack_minutes=0)
    assert summary["stops"].tolist() == [10]
    check(table, many, shift="14:00-22:00", gap=120, visit=10, rest=0, breaks=0, speed=25, detour=1.3, depot=None)
    assert table.groupby("date")["rank"].nunique().eq(10).all()
    assert summary["choices"].item() > 1


def test_a_timetable_without_a_working_day_says_nothing_that_is_no_number(caplog: pytest.LogCaptureFixture) -> None:
    tuesday = {**RULES, "start": "2026-11-24", "days": 1, "weekdays": ["mon", "fri"]}
    timetable_patrols(TOWN, **tuesday)
    assert "no shift falls on the days" in caplog.text
    assert "nan" not in caplog.text

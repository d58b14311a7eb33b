"""What a plan says of when, of nearby places and of months, where records are fine, coarse or undated."""

from __future__ import annotations

from collections.abc import Callable

import geopandas as gpd
import pandas as pd
import pytest
from shapely.geometry import Point

from hotspots.checks import InputError
from hotspots.plans._analysis import when_text
from hotspots.plans._facts import gather_facts, rows_inside
from hotspots.plans.draft import draft_plan

Make = Callable[..., gpd.GeoDataFrame]


def with_clock(data: gpd.GeoDataFrame, times: list[str], *, precision: str = "minute") -> gpd.GeoDataFrame:
    """Date the rows at the first place by these times in turn; the others stay dated to the month."""
    data = data.copy()
    here = data.geometry.x < 431_000
    when = [pd.Timestamp(times[i % len(times)]) for i in range(int(here.sum()))]
    data.loc[here, "when"] = when
    data.loc[here, "precision"] = precision
    return data


def test_the_busiest_day_and_hours_are_named_over_midnight(spots: gpd.GeoDataFrame, make: Make) -> None:
    # of 40: 30 on Saturdays (20 at 23:30, 10 at 01:10), 10 on a Monday at noon; 7 July 2018 is a Saturday
    times = ["2018-07-07 23:30", "2018-07-07 23:45", "2018-07-07 01:10", "2018-07-09 12:00"]
    said = draft_plan(spots.loc[1], with_clock(make(crimes=40, asb=0), times)).analysis["when"]
    assert "Busiest day: Saturday, 30 of 40 (75%) of those with a date." in said
    # 22:00 to 02:00 holds all but noon; the first such run of four hours is named
    assert "Busiest four hours: 22:00 to 02:00, 30 of 40 (75%) of those with a time." in said
    assert "month only" not in said


def test_days_without_hours_name_no_hour(spots: gpd.GeoDataFrame, make: Make) -> None:
    data = with_clock(make(crimes=40, asb=0), ["2018-07-07", "2018-07-07", "2018-07-09"], precision="day")
    plan = draft_plan(spots.loc[1], data)
    assert "Busiest day: Saturday" in plan.analysis["when"]
    assert "four hours" not in plan.analysis["when"]
    assert "weekday and hour" in plan.analysis["gaps"]


def test_records_without_dates_say_so_everywhere(spots: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame) -> None:
    plan = draft_plan(spots.loc[1], incidents.drop(columns=["when", "precision"]))
    assert plan.analysis["when"] == "The records given carry no dates."
    assert plan.analysis["compare"] == "The records given carry no dates, so nothing can be compared."
    assert plan.frozen["baseline"] == "to be counted: the records given carry no dates"
    assert plan.frozen["baseline_months"] == []
    assert plan.drafted == ""


def test_a_single_month_is_said_to_be_all_there_is(spots: gpd.GeoDataFrame, make: Make) -> None:
    data = make(months=["2018-07-01"])
    facts = gather_facts(data, rows_inside(data, spots.geometry[1]))
    assert when_text(facts).startswith("All in July 2018. The data hold July only")


def test_too_few_in_either_month_are_not_compared(spots: gpd.GeoDataFrame, make: Make) -> None:
    data = make(crimes=12, asb=0, far=80)
    chosen = {"selected_on": ["2017-07", "2018-07"]}
    said = draft_plan(spots.loc[1], data, threshold=10, **chosen).analysis["compare"]
    assert said.startswith("All the data: from 46 to 46 between July 2017 and July 2018")
    assert said.endswith("Here are too few records in one of them to compare.")
    assert "from 6 to 6 between July 2017 and July 2018" in draft_plan(spots.loc[1], data, **chosen).analysis["compare"]


def test_nearby_places_may_come_by_kind_and_be_none_or_ordinary(
    spots: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame
) -> None:
    def pubs(*points: tuple[float, float]) -> dict[str, gpd.GeoDataFrame]:
        return {"pub": gpd.GeoDataFrame(geometry=[Point(p) for p in points], crs="EPSG:27700")}

    def said(nearby: object) -> str:
        return str(draft_plan(spots.loc[1], incidents, nearby=nearby).analysis["nearby"])

    assert said(pubs((440_000, 440_000))) == "None of the places given lie within 400 m."
    # one pub here, three at the other recorded point: here is below the average of two
    ordinary = pubs((430_000, 433_100), *[(431_500 + i, 433_000) for i in range(3)])
    assert said(ordinary) == ("No kind of place given is more common within 400 m than on average over the data.")
    assert "Within 400 m: 1 pub (average 0.5)." in said(pubs((430_000, 433_100)))
    with pytest.raises(InputError, match="must be points"):
        said([Point(430_000, 433_000)])
    with pytest.raises(InputError, match="this label does not fit"):
        said({"pub": pubs((430_000, 433_000))["pub"].set_crs(4326, allow_override=True)})


def test_a_surrounding_area_of_no_width_is_refused(spots: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame) -> None:
    with pytest.raises(InputError, match="wider than 0 metres"):
        draft_plan(spots.loc[1], incidents, ring=0)


def test_a_selection_period_outside_the_data_is_refused(spots: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame) -> None:
    with pytest.raises(InputError, match="hold no month of the period"):
        draft_plan(spots.loc[1], incidents, selected_on="2011-01")


def test_a_baseline_counted_otherwise_later_is_told_as_a_revision(spots: gpd.GeoDataFrame, make: Make) -> None:
    first = draft_plan(spots.loc[1], make(crimes=30, asb=0), selected_on=["2017-07", "2018-07"])
    again = draft_plan(spots.loc[1], make(crimes=34, asb=0), plan=first)
    assert [c["text"] for c in again.changes] == [
        "The months that chose the place now hold 34 records; at opening, 30 records."
    ]
    assert draft_plan(spots.loc[1], make(crimes=30, asb=0), plan=first).changes == []


def test_the_width_of_the_surrounding_area_is_kept_and_the_new_wish_noted(
    spots: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame
) -> None:
    first = draft_plan(spots.loc[1], incidents, spots=spots)
    again = draft_plan(spots.loc[1], incidents, spots=spots, plan=first, ring=300)
    assert again.frozen["ring_metres"] == 200
    assert "would now be 300 metres; the plan keeps 200" in " ".join(c["text"] for c in again.changes)

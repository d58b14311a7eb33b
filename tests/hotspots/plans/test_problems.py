"""One problem a plan, beside counts by hand."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from plan_examples import make_incidents, make_spots

from hotspots.checks import InputError
from hotspots.plans._facts import gather_facts
from hotspots.plans.assess import assess_plan
from hotspots.plans.draft import draft_plan
from hotspots.plans.problems import propose_problems


def draft(**options: object):
    return draft_plan(make_spots().loc[1], make_incidents(), spots=make_spots(), as_of="2018-08-31", **options)


def timed(late: int, other: int) -> gpd.GeoDataFrame:
    """The made place with its crimes at 22:30, but for some at noon and on another street."""
    rows = make_incidents(crimes=late + other)
    rows["precision"] = "minute"
    hours = [22.5] * late + [12.0] * (len(rows) - late)
    rows["when"] = pd.to_datetime(rows["when"]) + pd.to_timedelta(hours, unit="h")
    rows.loc[rows.index[late : late + other], "place"] = "On or near Park Row"
    return rows


def test_a_plan_counts_the_largest_problem_and_nothing_else() -> None:
    plan = draft(problem="largest")
    assert plan.title == "Violence and sexual offences at Boar Lane, Little London & Woodhouse"
    assert plan.frozen["problem"]["categories"] == ["Violence and sexual offences"]
    assert plan.frozen["selected_incidents"] == 30
    assert [row["incidents"] for row in plan.scanning["types"]] == [30]
    assert "30 of the 35 records here" in plan.scanning["about"]
    # of 100 records everywhere 30 are violence: of 35 like them, 10.5
    (row,) = plan.scanning["problems"]
    assert (row["records"], row["usual"], row["sure"]) == ("30", "10", "beyond chance")
    again = draft_plan(make_spots().loc[1], make_incidents(), plan=plan, spots=make_spots())
    assert [row["incidents"] for row in again.scanning["types"]] == [30]


def test_all_crime_stays_possible_and_is_said() -> None:
    plan = draft()
    assert "problem" not in plan.frozen
    assert plan.title.startswith("Boar Lane,")
    assert plan.scanning["about"] == "This plan counts all records here, of every kind."
    assert plan.frozen["selected_incidents"] == 35


def test_none_is_taken_where_two_are_alike() -> None:
    rows = make_incidents(crimes=30, asb=26)
    plan = draft_plan(make_spots().loc[1], rows, as_of="2018-08-31", problem="largest")
    assert "problem" not in plan.frozen
    assert len(plan.scanning["problems"]) == 2


@pytest.mark.parametrize(
    ("asked", "options"),
    [
        ("burgling", {}),
        ("anti-social behaviour", {}),
        ("all crime", {}),
        ("violence and sexual offences", {"threshold": 5}),
    ],
)
def test_what_is_no_problem_here_is_refused_with_what_is(asked: str, options: dict[str, int]) -> None:
    with pytest.raises(InputError):
        draft(problem=asked, **options)
    assert draft(problem="largest", threshold=5).frozen.get("problem") is None


def test_hours_and_premises_that_hold_half_of_a_kind_are_problems_of_their_own() -> None:
    rows = timed(24, 16)
    here = rows.geometry.x < 431_000
    found = {one["title"]: one["records"] for one in propose_problems(gather_facts(rows, here))}
    assert found == {
        "violence and sexual offences": 40,
        "violence and sexual offences from 19:00 to 23:00": 24,
        "violence and sexual offences on or near Boar Lane": 24,
    }
    plan = draft_plan(make_spots().loc[1], rows, problem="violence and sexual offences from 19:00 to 23:00")
    assert plan.frozen["selected_incidents"] == 24
    assert not propose_problems(gather_facts(make_incidents(crimes=19), make_incidents(crimes=19).geometry.x < 431_000))


def test_an_assessment_counts_the_problem_alone() -> None:
    rows = make_incidents(months=["2016-07-01", "2017-07-01", "2018-07-01"])
    rows.loc[rows.index[35:56], "category"] = "Violence and sexual offences"
    plan = draft_plan(make_spots().loc[1], rows, problem="largest", selected_on="2016-07")
    judged = assess_plan(plan, rows, start="2018-07-01", end="2018-07-31")
    counts = judged.assessments[0]["counts"][0]
    assert (counts["treated_before"], counts["treated_after"]) == (10, 10)
    assert judged.assessments[0]["lines"][0] == "Counted: violence and sexual offences alone."

"""The register, the monthly block, and success as a number, beside counts by hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest

from hotspots.plans.record import Plan
from hotspots.plans.success import baseline_of, count_baseline, goal_of, read_goal, say_baseline
from hotspots.plans.toml_file import read_plan
from maps import close_record, update_plans
from maps.cli import main
from maps.disclosure.gate import PROFILES
from maps.plans.register import make_register, unsettled, write_register

Type = Callable[[Path, dict[str, str]], None]
MONTHS = [f"2018-{month:02}-01" for month in range(1, 11)]


@pytest.mark.parametrize(
    ("text", "baseline", "number", "direction"),
    [
        ("20% fewer by March 2019", 100, 80, "fewer"),
        ("−20 %", 50, 40, "fewer"),
        ("reduce by a fifth", 80, 64, "fewer"),
        ("down to 80 by 31/3/2019", 120, 80, "fewer"),
        ("reduce by 15", 90, 75, "fewer"),
        ("no more than 60", None, 60, "fewer"),
        ("at least 30 reports", None, 30, "more"),
        ("increase reports by 10 per cent", 50, 55, "more"),
        ("60", 50, 60, "more"),
        ("10-20%", 80, None, ""),
        ("fewer crimes, more reports", 9, None, ""),
        ("as agreed", 50, None, ""),
    ],
)
def test_targets_are_read_as_people_type_them(
    text: str, baseline: float | None, number: float | None, direction: str
) -> None:
    found = read_goal(text, baseline)
    if direction:
        assert found.direction == direction
    assert found.number == number


def test_the_baseline_is_counted_when_its_months_have_come_and_stays(plan: Plan) -> None:
    plan.frozen |= {"selected_months": ["2018-01", "2018-02"], "baseline_months": []}
    plan.frozen.pop("baseline_incidents", None)
    plan.set_field("response.start", "5/6/2018")
    months = pd.period_range("2018-01", "2018-06", freq="M")
    counts = pd.Series([9, 9, 4, 5, 6, 1], index=months)
    assert not count_baseline(plan, counts, list(months[:4]), day="2018-04-30")
    assert count_baseline(plan, counts, list(months), day="2018-06-30")
    assert baseline_of(plan) == (15.0, ["2018-03", "2018-04", "2018-05"])
    assert not count_baseline(plan, counts, list(months), day="2018-07-31")
    assert count_baseline(plan, counts + 1, list(months), day="2018-08-31")
    assert baseline_of(plan)[0] == 15
    assert say_baseline(plan).endswith("did not choose the place; the records now hold 18 there")
    plan.set_field("objectives.1.target", "20% fewer")
    assert goal_of(plan).number == 12


@pytest.fixture
def month(tmp_path: Path, spots: gpd.GeoDataFrame, make: Callable[..., gpd.GeoDataFrame]) -> Callable[..., list[Path]]:
    def run(last: int, **options: Any) -> list[Path]:
        rows = make(months=MONTHS)
        rows = rows[rows["when"] <= MONTHS[last - 1]]
        day = str((pd.Timestamp(MONTHS[last - 1]) + pd.offsets.MonthEnd(0)).date())
        given = {"asked": 2, "profile": "open", "marking": ""} | options
        return update_plans(tmp_path / "plans", spots, rows, as_of=day, **given)

    return run


def test_a_plan_lives_and_the_register_tells_of_it(
    month: Callable[..., list[Path]], tmp_path: Path, type_into: Type, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "plans"
    month(4)
    record = next(folder.glob("*boar-lane.toml"))
    opened = read_plan(record)
    words = {"response.start": "3/7/2018", "response.end": "30/9/2018", "objectives.1.target": "20% fewer"}
    words |= {"actions.1.action": "Light the yard", "actions.1.due": "1/8/2018", "heading.owner": "Sergeant"}
    type_into(record.with_suffix(".docx"), words)
    month(6)
    month(8)
    month(8)
    plan = read_plan(record)
    assert plan.frozen == opened.frozen
    # 35 records over ten months in turn: four in each of the first five, three in each of the others
    assert [entry["month"] for entry in plan.monthly] == ["2018-06", "2018-08"]
    here = sum(i % 10 == 7 for i in range(35))
    assert plan.monthly[-1]["short"].startswith(f"August 2018: {here} records here (July 2018 ")
    assert "Months of the response (3 July 2018 to 30 September 2018): July 2018" in plan.monthly[-1]["lines"][1]
    assert "1 action overdue, 0 due within four weeks." in plan.monthly[-1]["lines"]
    may_june = sum(i % 10 in (4, 5) for i in range(35))
    rows = make_register(folder, as_of="2018-10-31").rows.set_index("ref")
    first = rows.loc["SE3000033000"]
    assert first["baseline"] == f"{may_june} (May 2018 and June 2018)"
    assert (first["stage"], first["since"], first["owner"]) == ("assessment due", "1 October 2018", "Sergeant")
    assert first["target"] == f"{0.8 * may_june:.0f} or fewer"
    assert first["overdue"] == "1"
    close_record(next(folder.glob("*far*.toml")), as_of="2018-09-15", verdict="stop", signed_off="Inspector")
    register = make_register(folder, as_of="2018-10-31")
    assert register.rows["stage"].tolist() == ["assessment due", "closed"]
    assert "1 open and 1 closed" in register.said
    assert any("without a reason, lessons and a review by a supervisor" in line for line in register.settle)
    page = write_register(register, tmp_path / "plans.html", as_of="2018-10-31", who=PROFILES["open"])
    assert "OFFICIAL-SENSITIVE" in page.read_text(encoding="utf-8")
    assert main(["plans", str(folder), "--as-of", "2018-10-31"]) == 0
    assert "Boar Lane (SE3000033000): assessment due since 1 October 2018" in " ".join(capsys.readouterr().out.split())
    assert main(["plans", str(folder), "--check", "--as-of", "2018-10-31"]) == 0
    assert "an assessment is due since 1 October 2018" in " ".join(capsys.readouterr().out.split())
    assert main(["plans", str(folder), "close", "boar lane", "--verdict", "stop", "--as-of", "2018-10-31"]) == 0
    assert main(["plans", str(folder), "close", "boar lane"]) == 2
    assert main(["plans", str(folder), "reopen", "boar lane", "--reason", "Back", "--as-of", "2018-11-01"]) == 0
    again = make_register(folder, as_of="2018-11-02").rows
    assert again["stage"].tolist() == ["reopened", "closed"]
    assert again["due"].tolist() == ["", ""]  # the response was that of the first time


def test_words_that_are_not_understood_are_named() -> None:
    plan = Plan(ref="SE1", title="Boar Lane", opened="2018-06-30")
    plan.set_field("heading.stage", "ask Anna")
    plan.set_field("response.start", "after half-term")
    plan.set_field("objectives.1.target", "10-20%")
    plan.set_field("heading.owner", "Sergeant\nInspector")
    assert len(unsettled(plan, as_of="2018-08-31")) == 4


def test_under_a_threshold_months_are_told_to_its_nearest_multiple(
    month: Callable[..., list[Path]], tmp_path: Path
) -> None:
    month(4, profile="partner")
    month(8, profile="partner")
    plan = read_plan(next((tmp_path / "plans").glob("*boar-lane.toml")))
    assert plan.monthly[-1]["short"].startswith("August 2018: fewer than 5 here")

"""Plans move through their stages by dates and words; closed ones stay closed, and teach."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest

from hotspots.checks import InputError
from hotspots.plans.record import Plan
from hotspots.plans.stages import read_stage, read_verdict, stage_of
from hotspots.plans.toml_file import read_plan
from maps import close_record, reopen_record, update_plans
from maps.plans.actions import list_reviews, tabulate_actions
from maps.plans.closed import find_record, read_closed, risen

Type = Callable[[Path, dict[str, str]], None]


def staged(**fields: str) -> Plan:
    plan = Plan(ref="SE1", title="Boar Lane", opened="2018-06-30")
    for tag, text in fields.items():
        plan.set_field(tag.replace("__", "."), text)
    return plan


RESPONSE = {"response__start": "5/8/18", "response__end": "30.9.18"}
SIGNED = {"sign_off__role": "Inspector"}


@pytest.mark.parametrize(
    ("fields", "day", "stage", "since"),
    [
        ({}, "2018-07-31", "scanning", "2018-06-30"),
        ({"analysis__why": "The yard"}, "2018-07-31", "analysis", "2018-07-31"),
        ({"response__start": "5 August 2018"}, "2018-07-31", "scanning", "2018-06-30"),
        ({"response__start": "5 August 2018"}, "2018-08-05", "response", "2018-08-05"),
        (RESPONSE, "2018-09-30", "response", "2018-08-05"),
        (RESPONSE, "2018-10-01", "assessment due", "2018-10-01"),
        (
            RESPONSE | {"assessment__verdict": "Carry on"},
            "2018-10-31",
            "response",
            "2018-08-05",
        ),
        ({"heading__stage": "Closed 3/9/18"}, "2018-10-31", "closed", "2018-09-03"),
        ({"heading__stage": "Closed 3/9/18"}, "2018-09-01", "scanning", "2018-06-30"),
        ({"heading__stage": "to be closed"}, "2018-10-31", "scanning", "2018-06-30"),
        ({"heading__stage": "In analysis"}, "2018-10-31", "analysis", "2018-10-31"),
        (
            {"assessment__verdict": "Stop.", "sign_off__role": "Inspector", "sign_off__date": "1/10/18"},
            "2018-10-31",
            "closed",
            "2018-10-01",
        ),
        ({"assessment__verdict": "Stop."}, "2018-10-31", "scanning", "2018-06-30"),
        (SIGNED | {"assessment__verdict": "Continue"}, "2018-10-31", "scanning", "2018-06-30"),
    ],
)  # fmt: skip
def test_dates_and_words_move_a_plan(fields: dict[str, str], day: str, stage: str, since: str) -> None:
    found = stage_of(staged(**fields), as_of=day)
    assert (found.name, str(found.since)) == (stage, since)


@pytest.mark.parametrize(
    ("text", "stage", "verdict"),
    [
        ("CLOSED – displaced to Call Lane", "closed", "stop"),
        ("not closed", "", ""),
        ("Close it?", "", ""),
        ("don’t stop", "", ""),
        ("stop and search", "", ""),
        ("continue, adjust, stop", "closed", ""),
        ("No further action", "", "stop"),
        ("Adapted: fewer patrols", "", "adjust"),
    ],
)
def test_words_are_read_in_the_forms_people_type(text: str, stage: str, verdict: str) -> None:
    assert read_verdict(text) == verdict
    if text != "continue, adjust, stop":
        assert read_stage(text) == stage


def test_a_closed_plan_is_never_due_or_overdue() -> None:
    plan = staged(actions__1__action="Mend the light", actions__1__due="1/7/2018", heading__review_date="1/7/2018")
    assert len(tabulate_actions([plan], as_of="2018-10-31")) == len(list_reviews([plan], as_of="2018-10-31")) == 1
    plan.set_field("heading.stage", "Closed")
    assert tabulate_actions([plan], as_of="2018-10-31").empty
    assert list_reviews([plan], as_of="2018-10-31") == []


Month = Callable[..., list[Path]]


@pytest.fixture
def month(tmp_path: Path, spots: gpd.GeoDataFrame, incidents: gpd.GeoDataFrame) -> Month:
    def run(day: str, **options: Any) -> list[Path]:
        given = {"asked": 1, "profile": "open", "marking": ""} | options
        return update_plans(tmp_path / "plans", spots, incidents, as_of=day, **given)

    return run


def put_in_closed(folder: Path, endings: tuple[str, ...], called: str) -> None:
    (folder / called).mkdir()
    for path in [p for p in folder.iterdir() if p.suffix in endings]:
        path.rename(folder / called / path.name)


def close_all(folder: Path) -> None:
    for record in folder.glob("*.toml"):
        close_record(record, as_of="2018-07-15", verdict="stop")


CLOSINGS: dict[str, Callable[[Path, Type], None]] = {
    "all files moved": lambda folder, _: put_in_closed(folder, (".toml", ".docx", ".html"), "closed"),
    "moved to another folder": lambda folder, _: put_in_closed(folder, (".toml", ".docx"), "Old ones 2018"),
    "the record moved": lambda folder, _: put_in_closed(folder, (".toml",), "Closed"),
    "the document moved": lambda folder, _: put_in_closed(folder, (".docx",), "closed"),
    "stage typed in Word": lambda folder, write: write(next(folder.glob("*.docx")), {"heading.stage": "Closed"}),
    "signed off as stopped": lambda folder, write: write(
        next(folder.glob("*.docx")),
        {"assessment.verdict": "Stopped", "sign_off.role": "Inspector", "sign_off.date": "15/7/2018"},
    ),
    "by the command": lambda folder, _: close_all(folder),
}


@pytest.mark.parametrize("way", CLOSINGS)
def test_a_plan_closed_in_any_way_stays_closed(way: str, month: Month, tmp_path: Path, type_into: Type) -> None:
    folder = tmp_path / "plans"
    month("2018-06-30")
    type_into(next(folder.glob("*.docx")), {"assessment.lessons": "Ask earlier"})
    CLOSINGS[way](folder, type_into)
    assert month("2018-08-31") == [] == month("2018-09-30")
    assert [path for path in folder.iterdir() if path.is_file()] == []
    (plan,) = read_closed(folder).plans.values()
    assert plan.fields()["assessment.lessons"] == "Ask earlier"
    assert [row["stage"] for row in plan.stages] == ["scanning", "closed"]
    (record,) = read_closed(folder).plans
    assert all(record.with_suffix(ending).exists() for ending in (".docx", ".html"))
    # a year later the place may have a plan again, and it is told what was tried
    again = month("2019-12-31")
    assert {path.suffix for path in again} == {".docx", ".html"}
    new = read_plan(again[0].with_suffix(".toml"))
    assert "lessons: Ask earlier" in new.analysis["tried"][0]


def test_a_standing_request_does_not_open_a_closed_plan_and_a_new_one_does(
    month: Month, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    month("2018-06-30", asked=["SE3000033000"])
    close_all(tmp_path / "plans")
    with caplog.at_level(logging.WARNING):
        assert month("2018-08-31", asked=["SE3000033000"]) == []
    assert "was closed on 15 July 2018" in caplog.text


def test_a_place_asked_for_after_its_plan_by_rank_was_closed_has_a_new_one(month: Month, tmp_path: Path) -> None:
    month("2018-06-30")
    close_all(tmp_path / "plans")
    assert len(month("2018-08-31", asked=["SE3000033000"])) == 2


def test_reopened_by_command_or_by_hand_with_every_word_in_its_history(
    month: Month, tmp_path: Path, type_into: Type
) -> None:
    folder = tmp_path / "plans"
    month("2018-06-30")
    closed = close_record(
        next(folder.glob("*.toml")), as_of="2018-07-15", verdict="stop", reason="Solved", signed_off="Inspector"
    )
    with pytest.raises(InputError, match="No open plan"):
        find_record(folder, "Boar Lane", closed=False)
    record = reopen_record(find_record(folder, "boar lane", closed=True), folder, as_of="2018-08-01", reason="Back")
    assert not closed.exists()
    plan = read_plan(record)
    assert [row["stage"] for row in plan.stages] == ["scanning", "closed", "reopened"]
    assert {"verdict": "stop", "reason": "Solved", "signed_off": "Inspector"}.items() <= plan.stages[1].items()
    assert plan.fields()["sign_off.role"] == ""
    assert stage_of(plan, as_of="2018-08-31").name == "reopened"
    assert len(month("2018-08-31")) == 2
    close_record(record, as_of="2018-09-15", verdict="stop")
    for path in list((folder / "closed").iterdir()):
        path.rename(folder / path.name)
    assert len(month("2018-09-30")) == 2
    assert [row["stage"] for row in read_plan(record).stages][-2:] == ["closed", "reopened"]


def test_a_closed_place_that_rises_is_told(
    spots: gpd.GeoDataFrame, make: Callable[..., gpd.GeoDataFrame], plan: Plan
) -> None:
    plan.stages = [{"date": "2018-07-15", "stage": "closed"}]
    level = make(months=["2018-06-01", "2018-07-01", "2018-08-01", "2018-09-01"])
    assert not risen(plan, spots, level, as_of="2018-09-30")
    more = make(months=["2018-06-01", "2018-08-01", "2018-08-01", "2018-09-01", "2018-09-01"])
    assert risen(plan, spots, more, as_of="2018-09-30")
    assert risen(plan, spots.assign(arrow=["up", ""]), level, as_of="2018-09-30")


def test_a_safe_copy_of_an_open_plan_closes_nothing(month: Month, tmp_path: Path) -> None:
    folder = tmp_path / "plans"
    month("2018-06-30")
    (folder / "backup").mkdir()
    for path in [path for path in folder.iterdir() if path.is_file()]:
        (folder / "backup" / path.name).write_bytes(path.read_bytes())
    held = {path: path.read_bytes() for path in (folder / "backup").iterdir()}
    next(folder.glob("*.docx")).unlink()
    assert len(month("2018-08-31")) == 2
    assert read_closed(folder).plans == {}
    assert {path: path.read_bytes() for path in (folder / "backup").iterdir()} == held

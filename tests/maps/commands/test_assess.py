"""hotspots assess: a plan opened on one July, judged two Julys later, keeps every word people wrote."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from judged_team import make_team, record_of

from hotspots import read_plan
from maps.cli import main


@pytest.fixture(scope="module")
def team(tmp_path_factory) -> Path:
    return make_team(tmp_path_factory.mktemp("team"))


def test_a_run_opens_the_plan_in_its_own_folder_and_copies_its_documents(team):
    stem = record_of(team).stem
    copies = sorted(p.name for p in (team / "results" / "plans").iterdir())
    assert copies == [f"{stem}.docx", f"{stem}.html"]


def test_a_second_run_drafts_no_more_and_changes_nothing(team, tmp_path):
    before = {p.name: p.read_bytes() for p in (team / "plans").iterdir()}
    assert main(["run", str(team / "team.toml"), "--out", str(tmp_path / "again")]) == 0
    assert {p.name: p.read_bytes() for p in (team / "plans").iterdir()} == before
    first, again = (
        {p.name: p.read_bytes() for p in d.iterdir() if p.is_file()} for d in (team / "results", tmp_path / "again")
    )
    assert first == again


def test_the_assessment_is_added_and_copied_out(team, tmp_path, capsys):
    out = tmp_path / "assessed"
    arguments = ["assess", str(record_of(team)), "--incidents", str(team / "all.zip"), "--out", str(out)]
    read = hashlib.sha256(record_of(team).read_bytes()).hexdigest()
    assert main([*arguments, "--start", "2018-07-01", "--end", "2018-07-31"]) == 0
    assert "assessed" in capsys.readouterr().out
    plan = read_plan(record_of(team))
    assert len(plan.assessments) == 1
    stem = record_of(team).stem
    assert {p.name for p in (out / "plans").iterdir()} == {f"{stem}.docx", f"{stem}.html"}
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["rows"]["rows_in"] == 29_640
    assert manifest["parameters"]["allow_overlap"] is False
    assert [row["sha256"] for row in manifest["inputs"] if row["file"] == f"{stem}.toml"] == [read]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"plan": "nothing.toml"}, "not there"),
        ({"incidents": "nothing.csv"}, "nothing.csv"),
        ({"start": "soon"}, "soon"),
        ({"calendar": "nothing.csv"}, "nothing.csv"),
        ({"baseline": "some time"}, "not the name of a window"),
        ({"baseline": "2016-07"}, "overlaps the period that selected the areas"),
        ({"start": "2031-07-01", "end": "2031-07-31"}, "does not wholly cover"),
    ],
)
def test_what_cannot_be_assessed_is_one_sentence_and_the_plan_stays(team, tmp_path, capsys, change, said):
    before = {p.name: p.read_bytes() for p in (team / "plans").iterdir()}
    given = {
        "plan": str(record_of(team)),
        "incidents": str(team / "all.zip"),
        "start": "2018-07-01",
        "end": "2018-07-31",
    }
    given |= change
    arguments = ["assess", given["plan"], "--incidents", given["incidents"], "--out", str(tmp_path / "out")]
    for key in {"calendar", "baseline"} & set(given):
        arguments += [f"--{key}", given[key]]
    assert main([*arguments, "--start", given["start"], "--end", given["end"]]) == 2
    last = capsys.readouterr().err.strip().splitlines()[-1]
    assert last.startswith("Error: ")
    assert said in last
    assert not (tmp_path / "out").exists()
    assert {p.name: p.read_bytes() for p in (team / "plans").iterdir()} == before


def test_what_else_happened_can_be_given_when_it_is_over(team, tmp_path):
    (tmp_path / "else.csv").write_text(
        "name,kind,start,end\nLights out,event,2018-07-10,2018-07-12\nLong ago,event,2015-01-01,\n", encoding="utf-8"
    )
    arguments = ["assess", str(record_of(team)), "--incidents", str(team / "all.zip")]
    arguments += ["--calendar", str(tmp_path / "else.csv"), "--out", str(tmp_path / "out")]
    assert main([*arguments, "--start", "2018-07-01", "--end", "2018-07-31"]) == 0
    plan = read_plan(record_of(team))
    assert [entry["name"] for entry in plan.analysis["calendar"]] == ["Long ago", "Lights out"]
    said = "On the calendar: Lights out (event) in July 2018. It may have moved the counts too."
    assert said in plan.assessments[-1]["lines"]
    (page,) = (tmp_path / "out" / "plans").glob("*.html")
    assert said in page.read_text(encoding="utf-8")
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["parameters"]["calendar"] == ["else.csv"]


def test_baseline_and_what_would_be_success_can_be_said(team, tmp_path):
    arguments = ["assess", str(record_of(team)), "--incidents", str(team / "all.zip")]
    arguments += ["--baseline", "July 2017", "--direction", "more", "--out", str(tmp_path / "out")]
    assert main([*arguments, "--start", "2018-07-01", "--end", "2018-07-31"]) == 0
    assert "Baseline July 2017; response July 2018" in read_plan(record_of(team)).assessments[-1]["lines"][1]
    parameters = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))["parameters"]
    assert (parameters["baseline"], parameters["direction"]) == ("July 2017", "more")

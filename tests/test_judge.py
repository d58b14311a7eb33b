"""hotspots assess: a plan opened on one July, judged two Julys later, keeps every word people wrote."""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from importlib.resources import files
from pathlib import Path

import pandas as pd
import pytest

from hotspots import read_plan
from maps.cli import main
from maps.delivered import read_delivered, write_delivered
from maps.disclosure import profile_named

DEMO = Path(str(files("maps"))) / "demo"


@pytest.fixture(scope="module")
def team(tmp_path_factory) -> Path:
    """A folder with one open plan, drafted from July 2016 alone."""
    folder = tmp_path_factory.mktemp("team")
    with (
        zipfile.ZipFile(DEMO / "leeds_july_2016_2017_2018.zip") as demo,
        zipfile.ZipFile(folder / "first.zip", "w") as first,
        zipfile.ZipFile(folder / "all.zip", "w") as whole,
    ):
        for name in demo.namelist():
            whole.writestr(name, demo.read(name))
            if name.startswith("2016-07"):
                first.writestr(name, demo.read(name))
    (folder / "team.toml").write_text(
        'as_of = 2016-07-31\nplans = "plans"\n[incidents]\nfiles = "first.zip"\n'
        "[hotspots]\ncount = 30\n[output]\ndrafts = 1\n",
        encoding="utf-8",
    )
    assert main(["run", str(folder / "team.toml"), "--out", str(folder / "results")]) == 0
    return folder


def record_of(team: Path) -> Path:
    (record,) = (team / "plans").glob("*.toml")
    return record


def test_a_run_opens_the_plan_in_its_own_folder_and_copies_its_documents(team):
    stem = record_of(team).stem
    copies = sorted(p.name for p in (team / "results" / "plans").iterdir())
    assert copies == [f"{stem}.docx", f"{stem}.html"]


def test_a_second_run_drafts_no_more_and_changes_nothing(team, tmp_path):
    before = {p.name: p.read_bytes() for p in (team / "plans").iterdir()}
    assert main(["run", str(team / "team.toml"), "--out", str(tmp_path / "again")]) == 0
    assert {p.name: p.read_bytes() for p in (team / "plans").iterdir()} == before
    first, again = (
        {p.name: p.read_bytes() for p in d.iterdir() if p.is_file()}
        for d in (team / "results", tmp_path / "again")
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
        "name,kind,start,end\nLights out,event,2018-07-10,2018-07-12\nLong ago,event,2015-01-01,\n",
        encoding="utf-8",
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


@pytest.fixture(scope="module")
def patrolled(team, tmp_path_factory) -> Path:
    """A week of patrols in July 2018, among them the place of the plan, and a log of some of its visits."""
    folder = tmp_path_factory.mktemp("patrols")
    config = (team / "team.toml").read_text(encoding="utf-8").replace('plans = "plans"\n', "")
    config = config.replace("first.zip", (team / "first.zip").as_posix())
    config += '[patrols]\nstart = 2018-07-02\ndays = 7\nshift = "14:00-22:00"\n'
    (folder / "week.toml").write_text(config, encoding="utf-8")
    assert main(["run", str(folder / "week.toml"), "--out", str(folder / "week")]) == 0
    timetable = pd.read_csv(folder / "week" / "patrols" / "timetable.csv", encoding="utf-8-sig")
    ref = read_plan(record_of(team)).frozen["areas"][0]["ref"]
    here = timetable[timetable["ref"].eq(ref)]
    elsewhere = timetable[timetable["ref"].notna() & timetable["ref"].ne(ref)].head(4)
    done = pd.concat([here.head(3), elsewhere])
    log = done.rename(columns={"arrive": "arrived", "leave": "left"})[["ref", "part", "arrived", "left"]]
    log.loc[len(timetable)] = ["nowhere", 1, "2018-07-02 15:00", "2018-07-02 15:10"]
    log.to_csv(folder / "visits.csv", index=False)
    (folder / "planned.txt").write_text(f"{len(here)} {here.head(3)['minutes'].sum():.0f}", encoding="utf-8")
    return folder


def test_what_patrols_delivered_at_the_place_opens_the_assessment(team, patrolled, tmp_path):
    arguments = ["assess", str(record_of(team)), "--incidents", str(team / "all.zip")]
    arguments += ["--visits", str(patrolled / "visits.csv"), "--patrols", str(patrolled / "week")]
    arguments += ["--baseline", "July 2017", "--out", str(tmp_path / "out")]
    assert main([*arguments, "--start", "2018-07-01", "--end", "2018-07-31"]) == 0
    lines = read_plan(record_of(team)).assessments[-1]["lines"]
    planned, minutes = (patrolled / "planned.txt").read_text(encoding="utf-8").split()
    assert lines[0].startswith("Delivered from 2 July 2018 to ")
    assert lines[0].endswith(f": 3 of {planned} planned visits, and 0 that were not planned.")
    assert lines[1].startswith(f"Patrol time: {minutes} of ")
    returned = pd.read_csv(tmp_path / "out" / "visits.csv", encoding="utf-8-sig")
    assert returned["planned_visits"].sum() == int(planned)
    assert returned["delivered_visits"].sum() == 3
    rejects = pd.read_csv(tmp_path / "out" / "visits-not-used.csv", encoding="utf-8-sig")
    assert rejects[["cause", "value"]].to_numpy().tolist() == [["unknown hotspot", "nowhere"]]
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert {"visits.csv", "timetable.csv", "hotspots.gpkg"} <= {
        Path(row["file"]).name for row in manifest["inputs"]
    }
    assert (manifest["parameters"]["visits"], manifest["parameters"]["patrols"]) == ("visits.csv", "week")


def test_of_days_outside_the_response_nothing_was_delivered(team, patrolled):
    areas = read_plan(record_of(team)).frozen["areas"]
    log, week = patrolled / "visits.csv", patrolled / "week"
    found = read_delivered(log, week, areas=areas, start="2018-07-09", end="2018-07-31")
    assert found.lines == ["Delivered: no visits were planned in these days, and none are in the log."]
    assert len(found.returned) == 0
    # a larger place holds all the stops in it
    city = [{"ref": "E1", "wkt": "POLYGON ((4e5 4e5, 4.6e5 4e5, 4.6e5 4.6e5, 4e5 4.6e5, 4e5 4e5))"}]
    whole = read_delivered(log, week, areas=city, start="2018-07-01", end="2018-07-31")
    assert whole.returned["delivered_visits"].sum() == 7


def test_where_officers_were_is_not_written_for_the_public(team, patrolled, tmp_path):
    areas = read_plan(record_of(team)).frozen["areas"]
    log, week = patrolled / "visits.csv", patrolled / "week"
    found = read_delivered(log, week, areas=areas, start="2018-07-01", end="2018-07-31")
    write_delivered(found, tmp_path, profile_named("public"))
    assert not list(tmp_path.iterdir())
    write_delivered(found, tmp_path, profile_named("partner"))
    assert {path.name for path in tmp_path.iterdir()} == {"visits.csv", "visits-not-used.csv"}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"visits": "visits.csv"}, "both are needed"),
        ({"patrols": "week"}, "both are needed"),
        ({"visits": "nothing.csv", "patrols": "week"}, "no such log"),
        ({"visits": "visits.csv", "patrols": "nothing"}, "hold no timetable of patrols"),
        ({"visits": "visits.csv", "patrols": "half"}, "hold no stops of patrols"),
        ({"visits": "visits.csv", "patrols": "other"}, "not on the timetable"),
    ],
)
def test_a_log_that_cannot_be_matched_is_one_sentence(team, patrolled, tmp_path, capsys, given, said):
    before = {p.name: p.read_bytes() for p in (team / "plans").iterdir()}
    for name in ("half", "other"):
        shutil.rmtree(patrolled / name, ignore_errors=True)
        shutil.copytree(patrolled / "week", patrolled / name)
    (patrolled / "half" / "hotspots.gpkg").unlink()
    timetable = patrolled / "other" / "patrols" / "timetable.csv"
    kept = pd.read_csv(timetable, encoding="utf-8-sig", dtype=str)
    kept.loc[kept["ref"].notna(), "ref"] = "SE0000000000"
    kept.to_csv(timetable, index=False, encoding="utf-8-sig")
    arguments = ["assess", str(record_of(team)), "--incidents", str(team / "all.zip")]
    arguments += ["--start", "2018-07-01", "--end", "2018-07-31", "--out", str(tmp_path / "out")]
    for key, name in given.items():
        arguments += [f"--{key}", str(patrolled / name)]
    assert main(arguments) == 2
    last = capsys.readouterr().err.strip().splitlines()[-1]
    assert last.startswith("Error: ")
    assert said in last
    assert {p.name: p.read_bytes() for p in (team / "plans").iterdir()} == before

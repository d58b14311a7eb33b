"""hotspots assess --visits: what a log shows was delivered at the place of a plan."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import docx
import geopandas as gpd
import pandas as pd
import pytest
import shapely
from judged_team import make_team, record_of

from hotspots import read_plan
from hotspots.checks import InputError
from maps.cli import main
from maps.disclosure.gate import profile_named
from maps.documents.word_fields import W
from maps.results.delivered_visits import NOT_FOR_ALL, Delivered, read_delivered, write_delivered
from maps.results.week_files import read_week

JULY = {"start": "2018-07-01", "end": "2018-07-31"}
OPEN = profile_named("open")


@pytest.fixture(scope="module")
def team(tmp_path_factory) -> Path:
    return make_team(tmp_path_factory.mktemp("team"))


@pytest.fixture(scope="module")
def patrolled(team, tmp_path_factory) -> Path:
    """Two weeks of patrols in July 2018, among them the place of the plan."""
    folder = tmp_path_factory.mktemp("patrols")
    config = (team / "team.toml").read_text(encoding="utf-8").replace('plans = "plans"\n', "")
    config = config.replace("first.zip", (team / "first.zip").as_posix())
    for name, day in (("week", "02"), ("next", "09")):
        more = f"[patrols]\nstart = 2018-07-{day}\ndays = 7\nmax_gap_minutes = 90\n"
        (folder / f"{name}.toml").write_text(config + more, encoding="utf-8")
        assert main(["run", str(folder / f"{name}.toml"), "--out", str(folder / name)]) == 0
    return folder


def new_folder(path: Path) -> Path:
    path.mkdir()
    return path


def areas_of(team: Path) -> list[dict]:
    return read_plan(record_of(team)).frozen["areas"]


def planned(folder: Path) -> pd.DataFrame:
    table = pd.read_csv(folder / "patrols" / "timetable.csv", encoding="utf-8-sig")
    return table[table["activity"].eq("visit")].astype({"part": int})


def here(team: Path, folder: Path) -> pd.DataFrame:
    table = planned(folder)
    return table[table["ref"].eq(areas_of(team)[0]["ref"])]


def write_log(path: Path, visits: pd.DataFrame, **columns: object) -> Path:
    log = visits.rename(columns={"arrive": "arrived", "leave": "left"})[["ref", "part", "arrived", "left"]]
    log.assign(**columns).to_csv(path, index=False)
    return path


def delivered(log: Path, *weeks: Path, areas: list[dict], **options) -> Delivered:
    return read_delivered(log, weeks, areas=areas, **{"profile": OPEN, **JULY, **options})


def arguments(team: Path, out: Path, log: Path, *weeks: Path) -> list[str]:
    first = ["assess", str(record_of(team)), "--incidents", str(team / "all.zip"), "--out", str(out)]
    dates = ["--start", JULY["start"], "--end", JULY["end"], "--baseline", "July 2017"]
    return [*first, *dates, "--visits", str(log), "--patrols", *map(str, weeks)]


def test_what_patrols_delivered_at_the_place_opens_the_assessment(team, patrolled, tmp_path):
    visits = here(team, patrolled / "week")
    elsewhere = planned(patrolled / "week")
    elsewhere = elsewhere[elsewhere["ref"].ne(visits["ref"].iloc[0])].head(4)
    log = write_log(tmp_path / "visits.csv", pd.concat([visits.head(3), elsewhere]))
    with log.open("a", encoding="utf-8") as more:
        more.write("nowhere,1,2018-07-02 15:00,2018-07-02 15:10\n")
    assert main(arguments(team, tmp_path / "out", log, patrolled / "week")) == 0
    lines = read_plan(record_of(team)).assessments[-1]["lines"]
    minutes = visits["minutes"].head(3).sum()
    assert lines[0].startswith("Delivered from 2 July 2018 to ")
    assert lines[0].endswith(f": 3 of {len(visits)} planned visits, and 0 not planned.")
    assert lines[1] == (
        f"Patrol time: {minutes:,.0f} of {visits['minutes'].sum():,.0f} planned minutes; "
        f"officer time: {2 * minutes:,.0f} of {visits['officer_minutes'].sum():,.0f}."
    )
    returned = pd.read_csv(tmp_path / "out" / "visits.csv", encoding="utf-8-sig")
    assert returned["planned_visits"].sum() == len(visits)
    assert returned["delivered_visits"].sum() == 3
    assert not (tmp_path / "out" / "visits-not-used.csv").exists()
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text(encoding="utf-8"))
    named = {Path(row["file"]).name for row in manifest["inputs"]}
    assert {"visits.csv", "timetable.csv", "hotspots.gpkg", "manifest.json"} <= named
    assert (manifest["parameters"]["visits"], manifest["parameters"]["patrols"]) == ("visits.csv", ["week"])


def type_dates(team: Path) -> None:
    """Type the dates of the response into the plan's Word document, as its manager would."""
    path = record_of(team).with_suffix(".docx")
    word = docx.Document(str(path))
    for control in word.element.body.iter(f"{W}sdt"):
        tag = control.find(f"{W}sdtPr/{W}tag").get(f"{W}val").partition("#")[0]
        if tag in ("response.start", "response.end"):
            if (hint := control.find(f"{W}sdtPr/{W}showingPlcHdr")) is not None:
                hint.getparent().remove(hint)
            (text,) = control.iter(f"{W}t")
            text.text = "01/07/2018" if tag == "response.start" else "31/07/2018"
            for style in list(control.iter(f"{W}rStyle")):
                style.getparent().remove(style)
    word.save(str(path))


def test_dates_typed_in_word_are_read_and_a_refusal_leaves_the_record(patrolled, tmp_path, capsys):
    own = make_team(new_folder(tmp_path / "own"))
    type_dates(own)
    log = write_log(tmp_path / "visits.csv", here(own, patrolled / "week"))
    before = {p.name: p.read_bytes() for p in (own / "plans").iterdir()}
    words = ["assess", str(record_of(own)), "--incidents", str(own / "all.zip"), "--baseline", "July 2017"]
    words += ["--patrols", str(patrolled / "week"), "--out", str(tmp_path / "out"), "--visits"]
    assert main([*words, str(tmp_path / "nothing.csv")]) == 2
    assert "no such log" in capsys.readouterr().err
    assert {p.name: p.read_bytes() for p in (own / "plans").iterdir()} == before
    assert main([*words, str(log)]) == 0
    plan = read_plan(record_of(own))
    assert plan.people["response"]["start"] == "01/07/2018"
    assert plan.assessments[-1]["lines"][0].startswith("Delivered from 2 July 2018 to 8 July 2018")


def test_a_page_for_the_public_does_not_say_where_officers_were(patrolled, tmp_path):
    own = make_team(new_folder(tmp_path / "own"), output='profile = "public"\n')
    log = write_log(tmp_path / "visits.csv", here(own, patrolled / "week"), arrests=1)
    assert main(arguments(own, tmp_path / "out", log, patrolled / "week")) == 0
    lines = read_plan(record_of(own)).assessments[-1]["lines"]
    assert lines[0] == NOT_FOR_ALL
    (page,) = (tmp_path / "out" / "plans").glob("*.html")
    text = page.read_text(encoding="utf-8")
    assert NOT_FOR_ALL in text
    assert "planned visits" not in text
    assert "arrests" not in text
    assert not (tmp_path / "out" / "visits.csv").exists()


def test_few_arrests_are_not_shown_under_a_threshold(team, patrolled, tmp_path):
    visits = here(team, patrolled / "week")
    log = write_log(tmp_path / "log.csv", visits, arrests=[1] + [0] * (len(visits) - 1), searches=9)
    lines = {
        name: delivered(log, patrolled / "week", areas=areas_of(team), profile=profile_named(name)).lines[-1]
        for name in ("internal", "partner")
    }
    searches = 9 * len(visits)
    said = "Recorded by officers (activity, not a result): searches"
    assert lines == {"internal": f"{said} {searches}, arrests 1.", "partner": f"{said} {searches}, arrests not shown."}


def test_each_profile_gets_its_files(team, patrolled, tmp_path):
    log = write_log(tmp_path / "log.csv", here(team, patrolled / "week"))
    found = delivered(log, patrolled / "week", areas=areas_of(team))
    written = {}
    for name in ("internal", "partner", "open", "public"):
        (tmp_path / name).mkdir()
        write_delivered(found, tmp_path / name, profile_named(name))
        written[name] = sorted(path.name for path in (tmp_path / name).iterdir())
    assert written == {
        "internal": ["visits-not-used.csv", "visits.csv"],
        "partner": ["visits.csv"],
        "open": ["visits.csv"],
        "public": [],
    }


def test_the_gap_is_the_one_that_the_run_was_asked_to_keep(team, patrolled, tmp_path):
    assert read_week(patrolled / "week").gap == 90
    log = write_log(tmp_path / "log.csv", here(team, patrolled / "week"))
    lines = delivered(log, patrolled / "week", areas=areas_of(team)).lines
    assert any("were 90 minutes or less" in line for line in lines)


def test_only_the_parts_that_lie_in_a_place_count(team, patrolled, tmp_path):
    """Of a hotspot in parts, a ward may hold one: the others are another ward's."""
    week = patrolled / "week"
    table = planned(week)
    stops = gpd.read_file(week / "hotspots.gpkg", layer="patrols").query("chosen")
    log = write_log(tmp_path / "log.csv", table)
    stop = stops.iloc[0]
    around = shapely.box(*(stop[c] + d for d in (-40, 40) for c in ("easting", "northing")))
    found = delivered(log, week, areas=[{"ref": "E05000001", "wkt": around.buffer(400).wkt}])
    inside = stops[stops.distance(shapely.Point(0, 0)) >= 0]
    inside = inside[
        shapely.intersects_xy(around.buffer(400), inside["easting"].to_numpy(), inside["northing"].to_numpy())
    ]
    wanted = set(zip(inside["ref"], inside["part"], strict=True))
    mine = [pair in wanted for pair in zip(table["ref"], table["part"], strict=True)]
    assert found.returned["planned_visits"].sum() == sum(mine)
    assert 0 < sum(mine) < len(table)
    # a street within a stop's outline, whose middle lies off the street
    street = shapely.Point(stop["easting"] + 60, stop["northing"]).buffer(20)
    there = delivered(log, week, areas=[{"ref": "street", "wkt": street.wkt}]).returned
    assert (there["ref"].iloc[0], there["part"].iloc[0]) == (stop["ref"], stop["part"])


def test_days_outside_the_response_or_the_timetable_are_said(team, patrolled, tmp_path):
    log = write_log(tmp_path / "log.csv", here(team, patrolled / "week"))
    count = len(here(team, patrolled / "week"))
    week = patrolled / "week"
    late = delivered(log, week, areas=areas_of(team), start="2018-07-09", end="2018-07-31")
    assert late.lines == [
        "Delivered: no visits were planned in these days, and none are in the log.",
        f"Not counted: {count} visits outside the dates of the response.",
    ]
    assert len(late.returned) == 0
    two = pd.concat([here(team, patrolled / "week"), here(team, patrolled / "next")])
    log = write_log(tmp_path / "two.csv", two)
    one = delivered(log, week, areas=areas_of(team))
    assert f": {count} of {count} planned visits, and 0 not planned." in one.lines[0]
    assert one.lines[-1] == f"Not counted: {len(two) - count} visits on days that no timetable here holds."
    both = delivered(log, week, patrolled / "next", areas=areas_of(team))
    assert f": {len(two)} of {len(two)} planned visits, and 0 not planned." in both.lines[0]
    assert not any(line.startswith("Not counted") for line in both.lines)
    with pytest.raises(InputError, match="Two timetables hold the same day"):
        delivered(log, week, week, areas=areas_of(team))


def test_a_log_of_other_places_says_so(team, patrolled, tmp_path):
    table = planned(patrolled / "week")
    log = write_log(tmp_path / "log.csv", table[table["ref"].ne(areas_of(team)[0]["ref"])])
    lines = delivered(log, patrolled / "week", areas=areas_of(team)).lines
    count = len(here(team, patrolled / "week"))
    assert lines[0] == f"Delivered: no visit is in the log; {count} were planned."
    assert lines[1] == f"The log holds {len(table) - count} visits, all of them at other places."


def test_a_timetable_saved_by_excel_in_britain_is_the_same(team, patrolled, tmp_path):
    log = write_log(tmp_path / "log.csv", here(team, patrolled / "week"))
    want = delivered(log, patrolled / "week", areas=areas_of(team))
    shutil.copytree(patrolled / "week", tmp_path / "excel")
    path = tmp_path / "excel" / "patrols" / "timetable.csv"
    table = pd.read_csv(path, encoding="utf-8-sig")
    for name, written in (("date", "%d/%m/%Y"), ("arrive", "%d/%m/%Y %H:%M"), ("leave", "%d/%m/%Y %H:%M")):
        table[name] = pd.to_datetime(table[name]).dt.strftime(written)
    table.to_csv(path, index=False, encoding="utf-8-sig")
    found = delivered(log, tmp_path / "excel", areas=areas_of(team))
    assert found.lines == want.lines
    pd.testing.assert_frame_equal(found.returned, want.returned)


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [
        ("date", "soon", "1 cell of its column 'date' (given: line 2: 'soon'"),
        ("arrive", "2018-02-30 14:00", "column 'arrive'"),
        ("minutes", "15 min", "column 'minutes'"),
        ("rank", "3.5", "column 'rank'"),
        ("part", "x", "column 'part'"),
    ],
)
def test_cells_of_a_timetable_that_cannot_be_read_are_named(patrolled, tmp_path, column, value, said):
    shutil.copytree(patrolled / "week", tmp_path / "odd")
    path = tmp_path / "odd" / "patrols" / "timetable.csv"
    table = pd.read_csv(path, encoding="utf-8-sig", dtype=str, keep_default_na=False)
    table.loc[0, "activity"], table.loc[0, column] = "visit", value
    table.to_csv(path, index=False, encoding="utf-8-sig")
    with pytest.raises(InputError) as refused:
        read_week(tmp_path / "odd")
    assert said in str(refused.value)


def test_results_for_the_public_or_cut_short_hold_no_week(patrolled, tmp_path):
    for name, gone in (("a", "patrols/timetable.csv"), ("b", "hotspots.gpkg"), ("c", "manifest.json")):
        shutil.copytree(patrolled / "week", tmp_path / name)
        (tmp_path / name / gone).unlink()
        with pytest.raises(InputError, match="The results hold no") as refused:
            read_week(tmp_path / name)
        assert "for others than the public" in str(refused.value)
    shutil.copytree(patrolled / "week", tmp_path / "d")
    path = tmp_path / "d" / "hotspots.gpkg"
    path.unlink()
    gpd.GeoDataFrame({"a": [1]}, geometry=[shapely.Point(1, 1)], crs=27700).to_file(path, layer="other")
    with pytest.raises(InputError, match="hold no stops of patrols"):
        read_week(tmp_path / "d")


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"visits": "log.csv"}, "both are needed"),
        ({"patrols": "week"}, "both are needed"),
        ({"visits": "nothing.csv", "patrols": "week"}, "no such log"),
        ({"visits": "log.csv", "patrols": "nothing"}, "hold no timetable of patrols"),
        ({"visits": "log.csv", "patrols": "other"}, "not on the timetable"),
        ({"visits": "odd.csv", "patrols": "week"}, "rename its columns to arrived and left"),
        ({"visits": "log.csv", "patrols": "week", "out": "week"}, "timetable.csv would go with it"),
    ],
)
def test_a_log_that_cannot_be_matched_is_one_sentence(team, patrolled, tmp_path, capsys, given, said):
    before = {p.name: p.read_bytes() for p in (team / "plans").iterdir()}
    write_log(tmp_path / "log.csv", here(team, patrolled / "week"))
    (tmp_path / "odd.csv").write_text("ref,from,to\n", encoding="utf-8")
    for name in ("week", "other"):
        shutil.copytree(patrolled / "week", tmp_path / name)
    kept = pd.read_csv(tmp_path / "other" / "patrols" / "timetable.csv", encoding="utf-8-sig", dtype=str)
    kept.loc[kept["ref"].notna(), "ref"] = "SE0000000000"
    kept.to_csv(tmp_path / "other" / "patrols" / "timetable.csv", index=False, encoding="utf-8-sig")
    words = ["assess", str(record_of(team)), "--incidents", str(team / "all.zip")]
    words += ["--start", JULY["start"], "--end", JULY["end"]]
    for key, name in {"out": "out", **given}.items():
        words += [f"--{key}", str(tmp_path / name)]
    assert main(words) == 2
    last = capsys.readouterr().err.strip().splitlines()[-1]
    assert last.startswith("Error: ")
    assert said in last
    assert {p.name: p.read_bytes() for p in (team / "plans").iterdir()} == before
    assert (tmp_path / "week" / "patrols" / "timetable.csv").is_file()


def test_a_log_without_a_visit_says_none(team, patrolled, tmp_path):
    (tmp_path / "empty.csv").write_text("ref,part,arrived,left\n", encoding="utf-8")
    (tmp_path / "gps.csv").write_text("time,easting,northing\n2018-07-02 14:00,1,1\n", encoding="utf-8")
    count = len(here(team, patrolled / "week"))
    for name in ("empty.csv", "gps.csv"):
        found = delivered(tmp_path / name, patrolled / "week", areas=areas_of(team))
        assert found.lines == [f"Delivered: no visit is in the log; {count} were planned."]
        assert found.returned["delivered_visits"].sum() == 0


def test_a_visit_after_midnight_counts_once_in_two_weeks(team, patrolled, tmp_path):
    """Shifts that end after midnight: Sunday's last visits are on Monday, a day of the next timetable."""
    logs = []
    for name in ("week", "next"):
        shutil.copytree(patrolled / name, tmp_path / name)
        path = tmp_path / name / "patrols" / "timetable.csv"
        table = pd.read_csv(path, encoding="utf-8-sig")
        for column in ("arrive", "leave"):
            table[column] = pd.to_datetime(table[column]) + pd.Timedelta(hours=6)
        table.to_csv(path, index=False, encoding="utf-8-sig")
        logs.append(here(team, tmp_path / name))
    log = write_log(tmp_path / "log.csv", pd.concat(logs))
    found = delivered(log, tmp_path / "week", tmp_path / "next", areas=areas_of(team))
    count = sum(map(len, logs))
    assert f": {count} of {count} planned visits, and 0 not planned." in found.lines[0]
    assert not any(line.startswith("Not counted") for line in found.lines)
    assert found.returned["delivered_visits"].sum() == count


def test_a_place_that_one_of_the_weeks_lacks_is_still_here(team, patrolled, tmp_path):
    ref = areas_of(team)[0]["ref"]
    shutil.copytree(patrolled / "week", tmp_path / "week")
    path = tmp_path / "week" / "patrols" / "timetable.csv"
    table = pd.read_csv(path, encoding="utf-8-sig")
    table[table["ref"].ne(ref)].to_csv(path, index=False, encoding="utf-8-sig")
    stops = gpd.read_file(tmp_path / "week" / "hotspots.gpkg", layer="patrols")
    (tmp_path / "week" / "hotspots.gpkg").unlink()
    stops[stops["ref"].ne(ref)].to_file(tmp_path / "week" / "hotspots.gpkg", layer="patrols")
    visits = here(team, patrolled / "next")
    log = write_log(tmp_path / "log.csv", visits)
    for weeks in ((tmp_path / "week", patrolled / "next"), (patrolled / "next", tmp_path / "week")):
        found = delivered(log, *weeks, areas=areas_of(team))
        assert f": {len(visits)} of {len(visits)} planned visits" in found.lines[0]
        assert not any("other places" in line for line in found.lines)
        assert len(found.rejects) == 0

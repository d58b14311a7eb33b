"""What a run says of time, through the command: from the configuration to sheets, pages and plans."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pytest
import shapely

from hotspots import find_hotspots, read_plan
from hotspots.checks import InputError
from maps.cli import main
from maps.common.calendar import read_events
from maps.config.settings import Config, NearRepeats
from maps.disclosure.gate import PROFILES
from maps.job._ground import Ground, choose_ground
from maps.job.board_pages import hide_board, make_boards
from maps.job.periods import hide_changes, tabulate_periods, tell_periods
from maps.job.time_profiles import hide_times, profile_all, say_profile
from maps.job.trends import class_cells, read_ground
from maps.pictures.month_chart import draw_months, list_marks, marks_in
from maps.results._time_pages import split_trace

CONFIG = """
seed = 1
as_of = 2018-12-31
title = "Town"
plans = "plans"
[incidents]
files = "crimes.csv"
layout = "force-crime"
[areas.ward]
file = "wards.gpkg"
name = "ward"
[hotspots]
count = 2
resamples = 0
[output]
profile = "internal"
drafts = 1
[changes]
after = "last 12 months"
[times]
ends = "To"
[trends]
cell_size = 500
[near_repeats]
permutations = 19
categories = ["Burglary"]
[calendar]
files = "ops.csv"
[calendar.events]
"Street party" = "2018-06-02..2018-06-03"
[boards.chb]
title = "Clear, Hold, Build: West"
indicators = "clear-hold-build"
area = "ward:West"
survey = "survey.csv"
"""


@pytest.fixture(scope="module")
def team(tmp_path_factory) -> Path:
    """Two years to the minute: two burglaries a day in the west, one in the east, one spree in the west."""
    folder = tmp_path_factory.mktemp("team")
    days = pd.date_range("2017-01-01", "2018-12-31", freq="D")
    west = pd.DataFrame({"day": days.repeat(2), "x": 430_100.0, "y": 433_100.0})
    east = pd.DataFrame({"day": days, "x": 432_100.0, "y": 433_100.0})
    rows = pd.concat([west, east], ignore_index=True)
    hour = np.where(np.arange(len(rows)) % 4 == 0, 9, 22)
    table = pd.DataFrame(
        {
            "Crime Ref No": [f"R{i}" for i in range(len(rows))],
            "Date Committed From": rows["day"].dt.strftime("%d/%m/%Y"),
            "Time Committed From": [f"{h:02d}:15" for h in hour],
            "To": (rows["day"] + pd.Timedelta(hours=23, minutes=15)).dt.strftime("%Y-%m-%d %H:%M"),
            "Crime Type": "Burglary",
            "Easting": rows["x"] + np.arange(len(rows)) % 7 * 10,
            "Northing": rows["y"],
        }
    )
    table.to_csv(folder / "crimes.csv", index=False)
    boxes = [shapely.box(x, 432_000, x + 1000, 434_000) for x in (429_500, 431_500)]
    wards = gpd.GeoDataFrame({"ward": ["West", "East"]}, geometry=boxes, crs=27700)
    wards.to_file(folder / "wards.gpkg")
    (folder / "ops.csv").write_text("name,kind,start,end\nOp Sea,operation,2018-07-02,2018-07-15\n")
    survey = "indicator,period,value,base\nfeeling-safe,2017,50,400\nfeeling-safe,2018,62,400\n"
    (folder / "survey.csv").write_text(survey)
    (folder / "team.toml").write_text(CONFIG, encoding="utf-8")
    assert main(["run", str(folder / "team.toml"), "--out", str(folder / "out")]) == 0
    return folder


def sheet(team: Path, name: str) -> pd.DataFrame:
    return pd.read_excel(team / "out" / "tables.xlsx", sheet_name=name, header=2)


def test_every_profile_that_the_clock_bears_is_a_sheet_and_a_picture(team):
    names = openpyxl.load_workbook(team / "out" / "tables.xlsx", read_only=True).sheetnames
    wanted = ["By month", "By calendar month", "By season", "By weekday", "By hour", "By hour of the week"]
    assert {*wanted, "School holidays", "Peaks of the year", "Calendar"} <= set(names)
    assert "Times not shown" not in names
    assert len(list((team / "out" / "times").glob("*.png"))) == 8
    page = (team / "out" / "times.html").read_text(encoding="utf-8")
    assert page.count("<img ") == 8
    for said in ("A: Street party (event, 2 June 2018 to 3 June 2018)", "B: Op Sea (operation, 2 July 2018"):
        assert said in page


def test_hours_are_shared_over_the_span_of_each_record(team):
    """Three of four begin at 22:15 and end at 23:15, one at 9:15 and ends at 23:15 (14 hours)."""
    hours = sheet(team, "By hour").set_index("Hour").iloc[:, 0]
    total = 3 * 730
    assert hours.sum() == pytest.approx(total)
    early = -(-total // 4)  # rows 0, 4, 8 ...
    assert hours[9] == pytest.approx(early * 0.75 / 14)
    assert hours[22] == pytest.approx(early / 14 + (total - early) * 0.75)
    assert hours[[0, 8]].tolist() == [0, 0]


def test_months_carry_what_was_on_the_calendar(team):
    months = sheet(team, "By month").set_index("Month")["On the calendar"]
    assert months["2018-06"] == "Street party (event)"
    assert months["2018-07"] == "Op Sea (operation)"
    assert months.notna().sum() == 2


def test_relative_periods_run_through_the_whole_job(team):
    """The last 12 months up to December 2018, beside 2017: 365 days each, two a day and one."""
    changes = sheet(team, "Changes by ward").set_index("Name")
    assert changes.loc["West"].iloc[:2].tolist() == [730, 730]
    assert changes.loc["East"].iloc[:2].tolist() == [365, 365]
    assert "between 2017 and 2018: no clear change" in changes.loc["West", "Words"]
    manifest = json.loads((team / "out" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["parameters"]["changes"] == {"after": "last 12 months"}
    assert manifest["parameters"]["calendar"]["files"] == ["ops.csv"]
    assert {"ops.csv", "survey.csv"} <= {entry["file"] for entry in manifest["inputs"]}


def test_a_page_of_one_area_stands_beside_all_the_records_with_its_survey(team):
    page = sheet(team, "Clear, Hold, Build- West").set_index("Name")
    assert page.loc["Burglary", ["2017", "2018"]].tolist() == [730, 730]
    assert "beside it from 1,095 to 1,095" in page.loc["Burglary", "Words"]
    # 50% and 62% of 400: z = 0.12 / sqrt(0.56 * 0.44 * 2 / 400) = 3.42
    assert "up 12.0 percentage points" in page.loc["Residents who feel safe", "Words"]
    assert page.loc["Residents who feel safe", "Words"].endswith("a clear rise, as was aimed for")
    traces = page.loc["Burglary", "Sparkline"]
    assert [len(line.replace("*", "")) for line in split_trace(traces)] == [12, 12]
    assert [i for i, c in enumerate(traces) if c == "*"] == [18, 20]  # after June and July 2018
    for name in ("board", "chb"):
        html = (team / "out" / "boards" / f"{name}.html").read_text(encoding="utf-8")
        assert "Months with a star: Street party (event), 2 June 2018 to 3 June 2018; Op Sea" in html
        assert (team / "out" / "boards" / f"{name}.docx").stat().st_size > 10_000


def test_hotspots_and_cells_have_their_trend_class_and_esris(team):
    spots = sheet(team, "Trends of hotspots")
    assert spots["Hot months"].tolist() == [24, 24]
    cells = gpd.read_file(team / "out" / "hotspots.gpkg", layer="cell_trends")
    assert cells["trend"].tolist() == ["persistent", "persistent"]
    assert cells["incidents"].tolist() == [1460, 730]
    assert set(cells["esri"]) <= {"persistent", "intensifying", "diminishing"}
    assert sheet(team, "Trends of cells")["Hot months"].tolist() == [24, 24]


def test_near_repeats_and_their_chains_are_sheets(team):
    near = sheet(team, "Near repeats")
    assert {"Metres", "Days", "Pairs", "Pairs by chance", "Times chance", "P", "Q", "Note"} == set(near.columns)
    chains = sheet(team, "Near repeat chains")
    # every day has a record in the west and one in the east, within 200 m of the day before's
    assert chains.iloc[:, 1].tolist() == [1460, 730]


def test_a_plan_is_marked_and_keeps_its_calendar_for_the_assessment(team):
    (record,) = (team / "plans").glob("*.toml")
    plan = read_plan(record)
    assert [entry["name"] for entry in plan.analysis["calendar"]] == ["Street party", "Op Sea"]
    page = record.with_suffix(".html").read_text(encoding="utf-8")
    assert "A Street party (event, 2 June 2018 to 3 June 2018); B Op Sea (operation" in page
    again = ["assess", str(record), "--incidents", str(team / "crimes.csv"), "--layout", "force-crime"]
    dates = ["--start", "2018-07-01", "--end", "2018-07-31", "--allow-overlap"]
    assert main([*again, *dates, "--out", str(team / "judged")]) == 0
    lines = read_plan(record).assessments[0]["lines"]
    assert lines[-1] == "On the calendar: Op Sea (operation) in July 2018. It may have moved the counts too."


def test_an_open_plan_gets_the_calendar_of_a_later_run(team):
    (record,) = (team / "plans").glob("*.toml")
    text = (team / "team.toml").read_text(encoding="utf-8").replace("Street party", "Street fair")
    (team / "later.toml").write_text(text, encoding="utf-8")
    assert main(["run", str(team / "later.toml"), "--out", str(team / "later")]) == 0
    assert "A Street fair (event" in record.with_suffix(".html").read_text(encoding="utf-8")


def test_the_pack_of_an_area_has_its_months_and_indicators(team):
    arguments = ["pack", str(team / "team.toml"), "--area", "ward:West", "--out", str(team / "pack")]
    assert main(arguments) == 0
    page = (team / "pack" / "pack.html").read_text(encoding="utf-8")
    assert "A Street party (event, 2 June 2018 to 3 June 2018); B Op Sea (operation" in page
    assert "Clear, Hold, Build: West" in page


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('"2018-06-02..2018-06-03"', '"some day"'), "line 30: 'Street party': This is not the name of a window"),
        (('files = "ops.csv"', 'files = "opps.csv"'), "line 28: 'files' names no such file or folder (given: opps.csv"),
        (
            ('survey = "survey.csv"', 'survey = "none.csv"'),
            "line 35: 'survey' names no such file or folder (given: none.csv",
        ),
        (('ends = "To"', 'ends = "Too"'), "Try: To"),
        (('ends = "To"', 'by = ["wekday"]'), "try: 'weekday'"),
        (('"ward:West"', '"ward:Wst"'), "Try: West"),
        (('"ward:West"', '"wards:West"'), "ward:NAME"),
        (('["Burglary"]', '["Burglry"]'), "Try: Burglary"),
        (("cell_size = 500", "cell_size = 0"), "must be above 0"),
    ],
)
def test_what_cannot_be_is_one_sentence(team, capsys, change, said):
    text = (team / "team.toml").read_text(encoding="utf-8")
    assert change[0] in text
    (team / "wrong.toml").write_text(text.replace(*change), encoding="utf-8")
    assert main(["run", str(team / "wrong.toml"), "--out", str(team / "none")]) == 2
    assert said in capsys.readouterr().err.strip().splitlines()[-1]
    assert not (team / "none").exists()


def monthly(rows: dict[str, int], *, x: float = 430_000.0) -> gpd.GeoDataFrame:
    months = [month for month, number in rows.items() for _ in range(number)]
    frame = pd.DataFrame({"when": pd.to_datetime([f"{m}-01" for m in months]), "category": "Burglary"})
    frame = frame.assign(precision="month", source="police.uk", place="On or near A Street", ward_name="West")
    points = gpd.points_from_xy([x] * len(frame), [433_000.0] * len(frame))
    return gpd.GeoDataFrame(frame, geometry=points, crs=27700)


def test_months_alone_bear_months_and_say_why_not_the_rest():
    times = profile_all(monthly({"2018-06": 10, "2018-07": 30}), given={}, calendar=read_events({}))
    assert list(times.profiles) == ["month", "calendar month"]
    assert times.refused.pop("season") == "Nothing to compare: the records are all of summer."
    assert set(times.refused) == {"weekday", "hour", "weekday_hour", "holidays", "peaks"}
    assert all("police.uk publishes the month only" in reason for reason in times.refused.values())


def test_near_repeats_of_months_are_refused_beside_the_profiles(tmp_path):
    config = Config(path=tmp_path, files=[], near_repeats=NearRepeats(permutations=9))
    points = monthly({"2018-06": 10, "2018-07": 30})
    spots = find_hotspots(points, count=1, resamples=0)
    periods = tell_periods(config, points, spots, {}, ground=choose_ground(points, {}), as_of=None, chosen_on=None)
    assert periods.near is None
    rows = tabulate_periods(periods, PROFILES["open"], points)["Times not shown"].set_index("profile")
    assert "Near repeats need records dated to the day" in rows.loc["Near repeats", "reason"]
    assert "hold no hour" in rows.loc["By hour", "reason"]


def test_own_holidays_stand_for_the_typical_ones_and_events_beside_the_usual_peaks():
    days = pd.date_range("2018-07-01", "2018-07-31")
    frame = pd.DataFrame({"when": days, "precision": "day"})
    own = {"holidays": {"Wakes week": "2018-07-02..2018-07-08"}, "events": {"Gala": "2018-07-20"}}
    times = profile_all(frame, given={"by": ["holidays", "peaks"]}, calendar=read_events(own))
    assert times.profiles["holidays"]["incidents"].to_dict() == {"Wakes week": 7, "term": 24}
    peaks = times.profiles["peaks"]["incidents"]
    assert peaks["Gala"] == 1
    assert "Halloween to Bonfire Night" in peaks.index
    given_peaks = read_events({"peaks": {"Carnival": "2018-07-21..2018-07-22"}})
    only = profile_all(frame, given={"by": ["peaks"]}, calendar=given_peaks).profiles["peaks"]["incidents"]
    assert only.to_dict() == {"Carnival": 2, "any other day": 29}


@pytest.mark.parametrize("seed", range(3))
def test_profiles_do_not_hang_on_the_order_of_the_rows(seed):
    frame = monthly({"2018-06": 10, "2018-07": 30, "2018-08": 5})
    mixed = frame.sample(frac=1, random_state=seed)
    empty = read_events({})
    one, two = (profile_all(rows, given={}, calendar=empty).profiles for rows in (frame, mixed))
    for by, table in one.items():
        pd.testing.assert_frame_equal(table, two[by])


def test_small_months_take_what_would_tell_them_along():
    table = profile_all(monthly({"2018-06": 3, "2018-07": 30, "2018-08": 40}), given={}, calendar=read_events({}))
    shown = hide_times(table.profiles["month"], PROFILES["partner"])
    # 3 is hidden, and 30 beside it: else the total gives the 3 back
    assert shown["incidents"].isna().tolist() == [True, True, False]
    assert shown[["per_day", "share"]].isna().to_numpy()[:2].all()
    assert "June" not in say_profile(shown)


def test_small_counts_of_a_page_and_of_groups_are_not_shown(caplog):
    frame = monthly({"2017-07": 3, "2018-07": 40})
    more = monthly({"2017-07": 30, "2018-07": 50}).assign(category="Robbery")
    both = gpd.GeoDataFrame(pd.concat([frame, more], ignore_index=True), crs=27700)
    hot = pd.Series(True, index=both.index)
    areas = {"ward": gpd.GeoDataFrame({"name": ["West"]}, geometry=[shapely.box(0, 0, 1, 1)], crs=27700)}
    options = {"changes": {}, "selected_on": None, "calendar": read_events({}), "areas": areas, "as_of": None}
    (board,) = make_boards(both, hot, given={"board": {"indicators": "clear-hold-build"}}, least=5, **options)
    assert board.table.loc["burglary", "sparkline"][0] == "░"
    shown = hide_board(board.table, PROFILES["partner"])
    assert np.isnan(shown.loc["burglary", "before"])
    assert "3" not in shown.loc["burglary", "words"].replace("under 5", "")
    assert shown.loc["robbery", "after"] == 50 or np.isnan(shown.loc["robbery", "before"])
    changes = pd.DataFrame(
        {"before": [3, 30], "after": [40, 50], "percent": [9.0, 9], "arrow": "up", "words": "from 3"}
    )
    hidden = hide_changes(changes, PROFILES["partner"])
    assert hidden["before"].isna().all()
    assert "from 3" not in set(hidden["words"])
    assert make_boards(both, hot, given={"board": {"survey": __file__}}, **options) == []
    assert "No page 'board' for the board: The table of surveys cannot be read" in caplog.text


def test_a_page_that_the_records_cannot_fill_is_named_and_the_others_are_made(caplog):
    frame = monthly({"2017-07": 30, "2018-03": 30, "2018-07": 50}).assign(ward_code="W1")
    hot = pd.Series(True, index=frame.index)
    wards = {"name": ["West", "East"], "code": ["W1", "E1"]}
    areas = {"ward": gpd.GeoDataFrame(wards, geometry=[shapely.box(0, 0, 1, 1)] * 2, crs=27700)}
    options = {"changes": {}, "selected_on": None, "calendar": read_events({}), "areas": areas, "as_of": None}
    given = {"years": {"after": "2017-08..2018-07", "before": "2016-08..2017-07"}, "east": {"area": "ward:East"}}
    (board,) = make_boards(frame, hot, given=given, **options)
    assert board.name == "board"
    assert "No page 'years'" in caplog.text
    assert "no records in August 2016" in caplog.text
    assert "No page 'east' for the board: no record lies in ward:East" in caplog.text
    with pytest.raises(InputError, match="not the name of a window"):
        make_boards(frame, hot, given={"years": {"after": "soon", "before": "later"}}, **options)


def test_cells_need_ten_months_and_the_rest_of_the_ground_sets_the_rate():
    held = {str(month): 30 for month in pd.period_range("2017-01", "2017-10", freq="M")}
    ground = shapely.box(425_000, 428_000, 435_000, 438_000)
    found = class_cells(monthly(held), given={"cell_size": 500}, ground=ground)
    assert found["trend"].tolist() == ["persistent"]
    assert found["hot_months"].tolist() == [10]
    nine = dict(list(held.items())[:9])
    assert class_cells(monthly(nine), given={}, ground=ground) is None
    # where the only cell with incidents is all the ground there is, it is as its own mean
    assert class_cells(monthly(held), given={}, ground=None).empty


def test_records_of_one_corner_are_measured_against_that_corner():
    layer = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 10_000, 10_000)], crs=27700)
    corners = [(0, 0), (2_000, 0), (2_000, 2_000), (0, 2_000)]
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*zip(*corners, strict=True)), crs=27700)
    ward = Ground(layer.geometry.iloc[0], "the 1 areas of ward", "ward")
    assert read_ground(ward, points).area == pytest.approx(4e6)
    assert read_ground(Ground(ward.shape, "the study area"), points).area == pytest.approx(100e6)
    far = gpd.GeoDataFrame(geometry=gpd.points_from_xy([0, 10_000, 10_000], [0, 0, 10_000]), crs=27700)
    assert read_ground(ward, far).area == pytest.approx(100e6)
    # where there is no layer: the kilometre squares that hold a record, one for each
    squares = choose_ground(points, {})
    assert read_ground(squares, points).area == squares.shape.area == 4e6


def test_trends_are_measured_on_the_ground_of_the_run_whatever_layer_comes_first(tmp_path):
    held = {str(month): 30 for month in pd.period_range("2017-01", "2017-10", freq="M")}
    points = monthly(held).assign(ward_code="W")
    spots = find_hotspots(points, count=1, resamples=0)
    disc = gpd.GeoDataFrame(geometry=[shapely.Point(0, 0).buffer(100)], crs=27700)  # a layer far away
    ground = Ground(shapely.box(425_000, 428_000, 435_000, 438_000), "the study area")
    config = Config(path=tmp_path, files=[])
    layers = {"disc": disc.assign(code="D", name="D")}
    periods = tell_periods(config, points, spots, layers, ground=ground, as_of=None, chosen_on=None)
    assert periods.spot_trends["trend"].tolist() == ["persistent"]
    assert periods.cell_trends["trend"].tolist() == ["persistent"]


def test_marks_stand_in_the_months_of_the_chart_and_the_response_among_them(team):
    (record,) = (team / "plans").glob("*.toml")
    plan = read_plan(record)
    plan.people["response"] |= {"start": "1/9/2018", "end": "30/9/2018"}
    marks = list_marks(plan)
    assert marks[-1] == {"name": "Response", "kind": "this plan", "start": "2018-09-01", "end": "2018-09-30"}
    assert [letter for letter, _ in marks_in(marks, ["2018-07", "2018-09"])] == ["A", "B"]
    assert marks_in(marks, ["2017-07"]) == []
    months = [{"month": "2018-07", "incidents": 4}, {"month": "2018-09", "incidents": None}]
    assert draw_months(months, marks) != draw_months(months)
    assert draw_months(months, marks) == draw_months(months, marks)

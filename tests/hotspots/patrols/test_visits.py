from __future__ import annotations

import geopandas as gpd
import pandas as pd
import pytest
from visit_examples import LOG, PLAN, STOPS, plan, write

from hotspots.checks import CRS, InputError
from hotspots.patrols._duty import list_gaps
from hotspots.patrols.monthly_return import describe_visits, summarise_outputs, summarise_visits
from hotspots.patrols.visits import record_visits


def test_each_planned_visit_is_matched_once_and_the_rest_is_unplanned(tmp_path):
    visits, rejects = record_visits(write(tmp_path / "log.csv", LOG), PLAN, stops=STOPS)
    assert len(rejects) == 0
    assert visits["ref"].tolist() == ["SE01", "SE01", "SE02"]
    assert visits["planned_start"].dt.hour.tolist()[:2] == [14, 16]
    assert pd.isna(visits["planned_start"].iloc[2])
    assert visits["minutes"].tolist() == [15, 10, 10]
    assert visits["officer_minutes"].tolist() == [30, 20, 30]
    assert visits["mode"].tolist() == ["foot", "foot", "vehicle"]


def test_the_return_by_hand(tmp_path):
    visits, _ = record_visits(write(tmp_path / "log.csv", LOG), PLAN, stops=STOPS)
    table = summarise_visits(visits, PLAN).set_index(["period", "name"])
    boar = table.loc[("2026-11", "Boar Lane")]
    assert (boar["planned_visits"], boar["delivered_visits"], boar["unplanned_visits"]) == (2, 2, 0)
    assert (boar["planned_minutes"], boar["patrol_minutes"]) == (30, 25)
    assert (boar["planned_officer_minutes"], boar["officer_minutes"]) == (60, 50)
    # Left at 14:20, back at 16:20: a gap of 120 minutes, just kept.
    assert (boar["compliance"], boar["median_gap"], boar["share_of_gaps_kept"]) == (1.0, 120.0, 1.0)
    market = table.loc[("2026-11", "Kirkgate & Market")]
    assert (market["planned_visits"], market["delivered_visits"], market["unplanned_visits"]) == (1, 0, 1)
    assert market["compliance"] == 0
    assert table.loc[("2026-12", "Boar Lane"), "delivered_visits"] == 0
    tight = summarise_visits(visits, PLAN, every="all", max_gap_minutes=119).set_index("name")
    assert tight.loc["Boar Lane", "share_of_gaps_kept"] == 0
    assert tight.loc["Boar Lane", "compliance"] == pytest.approx(2 / 3)


def test_outputs_stand_apart(tmp_path):
    visits, _ = record_visits(write(tmp_path / "log.csv", LOG), PLAN, stops=STOPS)
    table = summarise_visits(visits, PLAN)
    assert not {"searches", "arrests"} & set(table.columns)
    outputs = summarise_outputs(visits)
    assert outputs.to_dict("records") == [{"period": "2026-11", "searches": 3, "arrests": 1}]


def test_sentences_carry_their_counts(tmp_path):
    visits, _ = record_visits(write(tmp_path / "log.csv", LOG), PLAN, stops=STOPS)
    lines = describe_visits(visits, PLAN)
    assert lines[0].endswith("2 of 4 planned visits, and 1 not planned.")
    assert "35 of 60 planned minutes; officer time: 80 of 120" in lines[1]
    assert "1 of 1 were 120 minutes or less" in lines[2]
    assert lines[3] == "Recorded by officers (activity, not a result): searches 3, arrests 1."
    assert describe_visits(visits.iloc[:0], PLAN) == ["Delivered: no visit is in the log; 4 were planned."]


def pings(*rows: tuple[str, float, str]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "time": [f"2026-11-30 {t}" for t, _, _ in rows],
            "easting": [e for _, e, _ in rows],
            "northing": 433_000.0,
            "vehicle": [v for _, _, v in rows],
        }
    )


def test_gps_points_become_visits(caplog):
    log = pings(
        ("14:00", 430_010, "A"),
        ("14:02", 430_020, "A"),
        ("14:03", 431_000, "B"),
        ("14:05", 430_030, "A"),
        ("14:06", 430_700, "A"),  # on the way
        ("14:08", 430_990, "A"),  # one minute in Kirkgate: passing through
        ("14:09", 430_995, "A"),
        ("14:12", 431_000, "B"),  # nine minutes of silence: another visit, of one point
        ("14:30", 430_010, "A"),
        ("14:34", 430_010, "A"),
    )
    visits, rejects = record_visits(log.sample(frac=1, random_state=1), PLAN, stops=STOPS, officers=2)
    assert len(rejects) == 0
    assert visits["name"].tolist() == ["Boar Lane", "Boar Lane"]
    assert visits["minutes"].tolist() == [5, 4]
    assert visits["officer_minutes"].tolist() == [10, 8]
    assert "Vehicles only passed through a hotspot (3 times)" in caplog.text


def test_gps_in_degrees_lands_in_the_same_hotspot():
    metres = pings(("14:00", 430_010, "A"), ("14:04", 430_010, "A"))
    there = gpd.GeoSeries(gpd.points_from_xy(metres["easting"], metres["northing"]), crs=CRS).to_crs(4326)
    degrees = metres[["time", "vehicle"]].assign(longitude=there.x, latitude=there.y)
    visits, _ = record_visits(degrees, PLAN, stops=STOPS)
    assert visits["name"].tolist() == ["Boar Lane"]


def test_stops_in_degrees_are_refused():
    metres = pings(("14:00", 430_010, "A"), ("14:04", 430_010, "A"))
    with pytest.raises(InputError, match="stops must be in a grid of metres"):
        record_visits(metres, PLAN, stops=STOPS.to_crs(4326))


def test_gps_times_with_an_offset_are_read_on_the_clock_in_london():
    log = pings(("14:00", 430_010, "A"), ("14:04", 430_010, "A")).drop(columns="vehicle")
    summer = log.assign(time=["2026-07-01T13:00:00Z", "2026-07-01T13:04:00Z"])  # 14:00 in summer time
    typed = summer.assign(time=pd.to_datetime(summer["time"]))
    naive = log.assign(time=pd.to_datetime(["2026-07-01 14:00", "2026-07-01 14:04"]))
    mixed = log.assign(time=["2026-07-01T13:00:00+00:00", "2026-07-01T14:04:00+01:00"])
    for each in (summer, typed, naive, mixed):
        visits, rejects = record_visits(each, PLAN, stops=STOPS)
        assert len(rejects) == 0
        assert visits["arrived"].tolist() == [pd.Timestamp("2026-07-01 14:00")]
        assert visits["minutes"].tolist() == [4]


def test_every_row_that_cannot_be_used_says_why(tmp_path):
    text = """Where,On scene,Clear
Boar Lane,30/11/2026 14:05,30/11/2026 14:20
Briggate,30/11/2026 14:05,30/11/2026 14:20
Boar Lane,soon,30/11/2026 14:20
Boar Lane,30/11/2026 14:20,30/11/2026 14:05
kirkgate and market,30/11/2026 14:20,02/12/2026 14:05
"""
    names = {"hotspot": "Where", "arrived": "On scene", "left": "Clear"}
    visits, rejects = record_visits(write(tmp_path / "log.csv", text), PLAN, stops=STOPS, columns=names)
    assert visits["arrived"].tolist() == [pd.Timestamp("2026-11-30 14:05")]
    assert dict(zip(rejects["line"], rejects["cause"], strict=True)) == {
        3: "unknown hotspot",
        4: "unreadable time",
        5: "left before arriving",
        6: "longer than twelve hours",
    }
    assert len(visits) + len(rejects) == 5


def test_of_several_parts_the_one_planned_nearest_is_meant():
    both = pd.concat([PLAN, plan((1, "2026-11-30 15:00"))], ignore_index=True)
    log = pd.DataFrame({"ref": ["SE01", "SE01"], "arrived": ["2026-11-30 14:50", "2026-11-30 14:10"]})
    log["left"] = ["2026-11-30 15:05", "2026-11-30 14:20"]
    visits, _ = record_visits(log, both, stops=STOPS)
    assert visits["name"].tolist() == ["Boar Lane", "Call Lane"]
    assert record_visits(log.assign(part="1"), both, stops=STOPS)[0]["part"].tolist() == [1, 1]


def test_an_empty_log_gives_empty_typed_tables():
    visits, rejects = record_visits(pd.DataFrame({"ref": [], "arrived": [], "left": []}), PLAN, stops=STOPS)
    full, _ = record_visits(
        pd.DataFrame({"ref": ["SE02"], "arrived": ["2026-11-30 14:30"], "left": ["2026-11-30 14:45"]}),
        PLAN,
        stops=STOPS,
    )
    assert (len(visits), len(rejects)) == (0, 0)
    assert list(visits.columns) == list(full.columns)
    table = summarise_visits(visits, PLAN)
    assert table["delivered_visits"].sum() == 0
    assert table["planned_visits"].sum() == 4


@pytest.mark.parametrize(
    ("log", "options", "words"),
    [
        (pd.DataFrame({"when": [1]}), {}, "neither times .* nor GPS points"),
        (pd.DataFrame({"arrived": ["x"], "left": ["y"]}), {}, "does not say which hotspot"),
        (pd.DataFrame({"ref": ["SE01"], "arrived": ["x"], "left": ["y"]}), {}, "No row of the log"),
        (pd.DataFrame({"time": ["2026-11-30"]}), {}, "easting|longitude"),
        (pd.DataFrame({"ref": []}), {"columns": {"arived": "x"}}, "'arrived'"),
        (pd.DataFrame({"ref": []}), {"columns": {"arrived": "On scene"}}, "On scene"),
        ("no such file.csv", {}, "no such log"),
    ],
)
def test_what_cannot_be_used_is_said(log, options, words):
    with pytest.raises(InputError, match=words):
        record_visits(log, PLAN, stops=STOPS, **options)


def test_an_unknown_period_is_said():
    visits, _ = record_visits(pd.DataFrame({"ref": [], "arrived": [], "left": []}), PLAN, stops=STOPS)
    with pytest.raises(InputError, match="month"):
        summarise_visits(visits, PLAN, every="mnth")


def test_where_the_log_is_silent_as_many_officers_came_as_were_planned(tmp_path, caplog):
    log = pd.DataFrame({"ref": PLAN["ref"], "part": PLAN["part"], "arrived": PLAN["arrive"], "left": PLAN["leave"]})
    late = log.iloc[:1].assign(arrived=pd.Timestamp("2026-11-30 20:00"), left=pd.Timestamp("2026-11-30 20:10"))
    three = PLAN.assign(officer_minutes=[45.0, 30, 30, 30])
    visits, _ = record_visits(pd.concat([log, late]), three, stops=STOPS)
    by_time = visits.sort_values("arrived")
    assert by_time["officers"].tolist() == [3, 2, 2, 2, 2]
    assert by_time["officer_minutes"].tolist() == [45, 30, 30, 20, 30]
    assert "does not say how many officers came at 5 of 5 visits" in caplog.text
    one, _ = record_visits(log, three, stops=STOPS, officers=1)
    assert one["officer_minutes"].tolist() == [15] * 4


def test_headings_in_capitals_are_the_same_headings(tmp_path):
    text = LOG.replace("ref,part,arrived,left", "Ref,PART,Arrived, Left ", 1)
    found, _ = record_visits(write(tmp_path / "log.csv", text), PLAN, stops=STOPS)
    same, _ = record_visits(write(tmp_path / "same.csv", LOG), PLAN, stops=STOPS)
    pd.testing.assert_frame_equal(found, same)


def test_a_log_of_points_without_any_point_has_no_visits(tmp_path):
    log = write(tmp_path / "log.csv", "time,easting,northing,vehicle\n")
    visits, rejects = record_visits(log, PLAN, stops=STOPS)
    assert len(visits) == len(rejects) == 0
    assert list(visits.columns)[:3] == ["date", "rank", "ref"]


def test_outputs_that_are_no_numbers_are_said(tmp_path, caplog):
    log = pd.DataFrame(
        {"ref": PLAN["ref"], "arrived": PLAN["arrive"], "left": PLAN["leave"], "arrests": ["two", "1", "", None]}
    )
    visits, _ = record_visits(log, PLAN, stops=STOPS)
    assert visits["arrests"].sum() == 1
    assert "1 entry is no number in 'arrests' of the log: counted as 0" in caplog.text


def test_two_crews_at_once_leave_no_gap_below_nothing():
    both = PLAN.iloc[[0, 0]].assign(
        arrived=pd.to_datetime(["2026-11-30 14:00", "2026-11-30 14:05"]),
        left=pd.to_datetime(["2026-11-30 14:15", "2026-11-30 14:20"]),
    )
    assert list_gaps(both).tolist() == [0]


def log_of(*rows: tuple[str, str, str, str]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["ref", "part", "arrived", "left"])


def test_a_part_is_read_as_a_number_and_one_that_is_not_there_is_named():
    ref, part = PLAN["ref"].iloc[0], PLAN["part"].iloc[0]
    times = ("2026-11-30 14:00", "2026-11-30 14:15")
    written = [f"{part}", f"{part}.0", f" 0{part}", "", "99", "x"]
    visits, rejects = record_visits(log_of(*((ref, text, *times) for text in written)), PLAN, stops=STOPS)
    assert visits["ref"].tolist() == [ref] * 4
    assert rejects[["line", "cause", "value"]].to_numpy().tolist() == [
        [6, "unknown part", "99"],
        [7, "unknown part", "x"],
    ]


def test_a_day_alone_is_no_time():
    ref, part = PLAN["ref"].iloc[0], str(PLAN["part"].iloc[0])
    rows = [(ref, part, "2026-11-30", "2026-11-30"), (ref, part, "2026-11-30 14:00", "2026-11-30 14:15")]
    visits, rejects = record_visits(log_of(*rows), PLAN, stops=STOPS)
    assert len(visits) == 1
    assert rejects["cause"].tolist() == ["unreadable time"]


def test_lines_keep_their_number_beside_blank_ones_and_a_last_comma_is_no_column(tmp_path):
    first = PLAN.iloc[0]
    good = f"{first['ref']},{first['part']},2026-11-30 14:00,2026-11-30 14:15"
    bad = "nowhere,1,2026-11-30 14:00,2026-11-30 14:15"
    for comma, blank, line in (("", "\n", 5), (",", "", 3)):
        text = f"ref,part,arrived,left\n{blank}{good}{comma}\n{blank}{bad}{comma}\n"
        visits, rejects = record_visits(write(tmp_path / "log.csv", text), PLAN, stops=STOPS)
        assert len(visits) == 1
        assert rejects[["line", "value"]].to_numpy().tolist() == [[line, "nowhere"]]
    more = "ref,part,arrived,left\nA,1,2026-11-30 14:00,2026-11-30 14:15,more\n"
    with pytest.raises(InputError, match="rows with more entries than there are headings"):
        record_visits(write(tmp_path / "more.csv", more), PLAN, stops=STOPS)


def test_one_heading_twice_is_named(tmp_path):
    text = "ref,Left,LEFT,arrived\nA,1,2,3\n"
    with pytest.raises(InputError, match="The log has one column twice"):
        record_visits(write(tmp_path / "log.csv", text), PLAN, stops=STOPS)


@pytest.mark.parametrize("written", ["inf", "1e30", "-3", "1.5"])
def test_numbers_that_cannot_be_are_not_counted(written, caplog):
    log = pd.DataFrame(
        {
            "ref": PLAN["ref"],
            "part": PLAN["part"],
            "arrived": PLAN["arrive"],
            "left": PLAN["leave"],
            "arrests": [written, "1", "", ""],
            "officers": [written if written != "1.5" else "inf", "2", "2", "2"],
        }
    )
    visits, _ = record_visits(log, PLAN, stops=STOPS)
    assert visits["arrests"].sum() == 1
    assert visits["officers"].tolist() == [2] * 4
    assert "counted as 0" in caplog.text


def test_a_gap_begins_when_the_last_crew_has_left():
    three = PLAN.iloc[[0, 0, 0]].assign(
        arrived=pd.to_datetime(["2026-11-30 14:00", "2026-11-30 14:10", "2026-11-30 16:35"]),
        left=pd.to_datetime(["2026-11-30 16:30", "2026-11-30 14:20", "2026-11-30 16:50"]),
    )
    assert list_gaps(three).tolist() == [0, 5]


def test_a_place_has_one_row_a_month_whatever_its_rank_and_name_each_week():
    again = PLAN.assign(rank=PLAN["rank"] + 10, name=PLAN["name"] + " (new)")
    both = pd.concat([PLAN, again.assign(date=PLAN["date"] - pd.Timedelta(days=14))], ignore_index=True)
    visits, _ = record_visits(log_of(), PLAN, stops=STOPS)
    table = summarise_visits(visits, both)
    assert not table.duplicated(["period", "ref", "part"]).any()
    assert table["planned_visits"].sum() == len(both)

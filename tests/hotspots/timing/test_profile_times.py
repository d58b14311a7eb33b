from __future__ import annotations

import json
import logging

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotspots.checks import InputError
from hotspots.common.calendars import (
    days_within,
    letter_entries,
    list_peaks,
    list_school_holidays,
    mark_calendar,
    read_calendar,
)
from hotspots.statistics.aoristic import spread_over_week
from hotspots.timing.draw_times import draw_times
from hotspots.timing.exposure import covered_days
from hotspots.timing.profile_times import profile_times


@pytest.fixture(autouse=True)
def quiet(caplog):
    caplog.set_level(logging.ERROR, logger="safer_hotspots")


def timed(*moments: str, precision: str = "minute") -> pd.DataFrame:
    return pd.DataFrame({"when": pd.to_datetime(list(moments)), "precision": precision})


def months(*months: str) -> pd.DataFrame:
    return timed(*(f"{m}-01" for m in months), precision="month")


@pytest.mark.parametrize("by", ["hour", "weekday_hour", "weekday", "holidays", "peaks"])
def test_months_alone_bear_no_clock_and_no_weekday(by):
    with pytest.raises(InputError, match=r"police\.uk publishes the month only") as error:
        profile_times(months("2018-07"), by=by)
    assert "dated to the month" in str(error.value)
    with pytest.raises(InputError, match="hold no hour"):
        profile_times(timed("2018-07-03", precision="day"), by="hour")


def test_months_are_compared_by_the_day():
    table = profile_times(months("2018-02", "2018-02", "2018-03"), by="month")
    assert table.index.tolist() == ["2018-02", "2018-03"]
    assert table["days"].tolist() == [28, 31]
    assert table["per_day"].tolist() == [2 / 28, 1 / 31]
    assert table["expected"].tolist() == [3 * 28 / 59, 3 * 31 / 59]
    assert table["share"].sum() == 1


def test_calendar_months_and_seasons_allow_for_months_not_covered():
    frame = months(*["2016-07"] * 3, *["2017-07"] * 3, "2018-01")
    table = profile_times(frame, by="calendar month")
    assert table.loc["July", ["incidents", "days"]].tolist() == [6, 62]
    assert table.loc["March", "days"] == 0
    assert np.isnan(table.loc["March", "per_day"])
    seasons = profile_times(frame, by="season")
    assert seasons["incidents"].to_dict() == {"winter": 1, "spring": 0, "summer": 6, "autumn": 0}


def test_hours_and_weekdays_by_hand():
    frame = timed("2018-07-02 22:15", "2018-07-03 22:40", "2018-07-07 09:00")
    hours = profile_times(frame, by="hour")
    assert hours.query("incidents > 0")["incidents"].to_dict() == {9: 1, 22: 2}
    days = profile_times(frame, by="weekday")
    assert days["incidents"].tolist() == [1, 1, 0, 0, 0, 1, 0]
    assert days["days"].tolist() == [1, 1, 1, 1, 1, 1, 0]
    week = profile_times(frame, by="weekday_hour")
    assert week["incidents"].loc[("Saturday", 9)] == 1
    assert len(week) == 168


def test_few_days_on_which_nearly_nothing_is_expected_are_drawn():
    """0.02 are expected on the days of a peak, and 97.5 in 100 even spreads give none: below the mean."""
    table = pd.DataFrame(
        {"incidents": [1, 0], "days": [200, 4], "expected": [0.98, 0.02], "chance_low": 0, "chance_high": [3, 0]},
        index=pd.Index(["other times", "a peak"], name="peak"),
    )
    figure = draw_times(table, title="One")
    bars = figure.axes[0].containers[-1].lines[2][0].get_segments()
    assert [[low, high] for (_, low), (_, high) in bars] == [[0, pytest.approx(3 / 200)], [0, 0]]


def test_less_precise_records_are_left_out_and_said():
    frame = pd.concat([timed("2018-07-02 22:15"), months("2018-07")], ignore_index=True)
    table = profile_times(frame, by="hour")
    assert table.attrs["left_out"] == 1
    assert "left out" in table.attrs["warnings"][0]
    assert profile_times(frame, by="month")["incidents"].tolist() == [2]


def test_many_at_midnight_are_hours_nobody_knew():
    frame = timed("2018-07-02 00:00", "2018-07-03 22:40", "2018-07-04 09:00")
    assert "exactly midnight" in profile_times(frame, by="hour").attrs["warnings"][0]


def test_a_span_shares_its_hours():
    frame = timed("2018-07-02 22:00").assign(raw_to=pd.Timestamp("2018-07-03 02:00"))
    table = profile_times(frame, by="hour", ends="raw_to")
    assert table["incidents"][lambda s: s > 0].to_dict() == {0: 0.25, 1: 0.25, 22: 0.25, 23: 0.25}
    with pytest.raises(InputError, match="Try: raw_to"):
        profile_times(frame, by="hour", ends="raw_too")


def test_a_span_of_days_holds_its_last_day():
    """Left on Monday, found broken into on Wednesday: any of the three days, a third each."""
    day = pd.DataFrame({"when": pd.to_datetime(["2018-07-02"]), "precision": "day"})
    for first, last, swapped in (("02", "04", 0), ("04", "02", 1)):
        span = day.assign(when=pd.Timestamp(f"2018-07-{first}"), raw_to=pd.Timestamp(f"2018-07-{last}"))
        table = profile_times(span, by="weekday", ends="raw_to")
        assert table["incidents"].to_list() == pytest.approx([1 / 3, 1 / 3, 1 / 3, 0, 0, 0, 0])
        assert table.attrs["swapped"] == swapped
    same = profile_times(day.assign(raw_to=pd.Timestamp("2018-07-02")), by="weekday", ends="raw_to")
    assert same["incidents"].to_list() == [1, 0, 0, 0, 0, 0, 0]
    week = profile_times(day.assign(raw_to=pd.Timestamp("2018-07-08")), by="weekday", ends="raw_to")
    assert week["incidents"].to_list() == pytest.approx([1 / 7] * 7)


def test_a_week_or_more_gives_every_hour_its_168th_and_swapped_ends_are_reported():
    start = pd.Series(pd.to_datetime(["2018-07-02 03:20", "2018-07-05 10:00"]))
    end = pd.Series(pd.to_datetime(["2018-07-09 03:20", "2018-08-30 10:00"]))
    assert spread_over_week(start, end, [1, 1]).week == pytest.approx(np.full(168, 2 / 168))
    swapped = spread_over_week(pd.Series(pd.to_datetime(["2018-07-02 11:00"])), start[:1], [1])
    assert swapped.swapped == 1
    frame = timed("2018-07-02 11:00").assign(raw_to=pd.Timestamp("2018-07-02 09:00"))
    table = profile_times(frame, by="hour", ends="raw_to")
    assert (table.attrs["swapped"], table.loc[10, "incidents"]) == (1, 0.5)
    assert "exchanged" in table.attrs["warnings"][0]


minutes = st.integers(0, 3 * 7 * 24 * 60)


@given(st.lists(st.tuples(minutes, minutes, st.integers(1, 5)), min_size=1, max_size=20))
@settings(max_examples=40, deadline=None)
def test_the_week_adds_up_and_equals_a_walk_minute_by_minute(rows):
    base = pd.Timestamp("2018-07-02")
    first, last, weights = (list(column) for column in zip(*rows, strict=True))
    week = spread_over_week(
        pd.Series([base + pd.Timedelta(minutes=m) for m in first]),
        pd.Series([base + pd.Timedelta(minutes=m) for m in last]),
        weights,
    ).week
    assert week.sum() == pytest.approx(sum(weights))
    expected = np.zeros(168)
    for begin, end, weight in rows:
        begin, end = min(begin, end), max(begin, end)
        if end - begin >= 7 * 24 * 60:
            expected += weight / 168
            continue
        walk = np.arange(begin, max(end, begin + 1)) // 60 % 168
        expected += weight * np.bincount(walk, minlength=168) / len(walk)
    assert week == pytest.approx(expected)


def test_halloween_to_bonfire_night_and_other_peaks():
    frame = timed("2018-10-30 12:00", "2018-10-31 12:00", "2018-11-05 23:59", "2018-11-06 00:01", "2018-12-25 12:00")
    table = profile_times(frame, by="peaks")
    assert table["incidents"][lambda s: s > 0].to_dict() == {
        "Halloween to Bonfire Night": 2,
        "Christmas and New Year": 1,
        "any other day": 2,
    }
    assert table.loc["Halloween to Bonfire Night", "days"] == 6


def test_known_dates_of_peaks_and_holidays():
    peaks = list_peaks(2018, 2018).set_index("name")
    assert peaks.loc["Easter weekend", "start"] == pd.Timestamp("2018-03-30")
    assert peaks.loc["August bank holiday", "end"] == pd.Timestamp("2018-08-27")
    holidays = list_school_holidays(2024, 2024)
    assert days_within(pd.DatetimeIndex(["2024-08-01", "2024-09-10", "2024-01-02"]), holidays).tolist() == [
        "Summer holiday",
        "",
        "Christmas holiday",
    ]
    half_terms = holidays.set_index("name").loc[["February half-term", "May half-term", "October half-term"]]
    assert (half_terms["start"].dt.day_of_week == 0).all()
    assert half_terms["start"].dt.strftime("%Y-%m-%d").tolist() == ["2024-02-12", "2024-05-27", "2024-10-28"]
    # whole weeks: weekdays alone beside terms with weekends would look quieter, or busier, for that reason
    assert (half_terms["end"] - half_terms["start"]).dt.days.tolist() == [6, 6, 6]
    easter = holidays.set_index("name").loc["Easter holiday"]
    assert [str(day.date()) for day in easter[["start", "end"]]] == ["2024-03-25", "2024-04-07"]


def test_own_school_dates_are_used():
    own = read_calendar(
        pd.DataFrame(
            {"name": ["Half-term", "Op X"], "kind": ["holiday", "operation"], "start": ["2018-07-02"] * 2, "end": ""}
        )
    )
    table = profile_times(timed("2018-07-02 10:00", "2018-07-03 10:00"), by="holidays", calendar=own)
    assert table["incidents"].to_dict() == {"Half-term": 1, "term": 1}


def test_a_calendar_names_every_line_that_is_wrong(tmp_path):
    path = tmp_path / "calendar.csv"
    path.write_text("name,kind,start,end\nA,party,2018-07-01,\nB,event,1/7/2018,\nC,event,2018-07-02,2018-07-01\n")
    with pytest.raises(InputError) as error:
        read_calendar(path)
    for line in ("line 2 has a kind", "line 3 has a date", "line 4 has an end before"):
        assert line in str(error.value)


def test_a_chart_is_marked_with_what_happened():
    from matplotlib.figure import Figure

    axes = Figure().add_subplot()
    axes.plot(pd.to_datetime(["2018-06-01", "2018-12-01"]), [1, 2])
    axes.set_xlim(pd.Timestamp("2018-06-01"), pd.Timestamp("2018-12-01"))
    mark_calendar(axes, list_peaks(2016, 2018))
    assert [text.get_text() for text in axes.texts] == ["August bank holiday", "Halloween to Bonfire Night"]


def test_unknown_profile_and_empty_input():
    with pytest.raises(InputError, match="Try: weekday"):
        profile_times(timed("2018-07-02"), by="wekday")
    empty = timed("2018-07-02").iloc[:0]
    for by in ("month", "hour", "peaks"):
        table = profile_times(empty, by=by)
        assert table["incidents"].sum() == 0
        assert table["incidents"].dtype == float


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=4, deadline=None)
def test_row_order_and_places_change_nothing(seed):
    rng = np.random.default_rng(seed)
    rows = timed(*(str(pd.Timestamp("2018-01-01") + pd.Timedelta(minutes=int(m))) for m in rng.integers(0, 99999, 40)))
    places = rows.groupby(["when", "precision"]).size().reset_index(name="incidents")
    for by in ("month", "weekday_hour", "peaks"):
        expected = profile_times(rows, by=by)
        for other in (rows.iloc[rng.permutation(40)], places):
            pd.testing.assert_frame_equal(profile_times(other, by=by), expected)


def test_real_records_with_a_clock(shared_data):
    features = json.loads((shared_data / "timed" / "memphis_robberies_2019.geojson").read_text())["features"]
    frame = timed(*(f["properties"]["date"] for f in features))
    table = profile_times(frame, by="hour")
    expected = frame["when"].dt.hour.value_counts().sort_index()
    assert table["incidents"].astype(int).tolist() == expected.reindex(range(24), fill_value=0).tolist()
    assert table["incidents"].sum() == 2245


def test_pictures_show_every_bin_and_mark_the_calendar():
    frame = months("2018-09", "2018-10", "2018-10", "2018-11")
    own = read_calendar(
        pd.DataFrame({"name": ["Op X"], "kind": "operation", "start": ["2018-10-05"], "end": ["2018-11-05"]})
    )
    axes = draw_times(profile_times(frame), title="ASB, Leeds", calendar=own).axes[0]
    assert [bar.get_height() for bar in axes.patches[:3]] == pytest.approx([1 / 30, 2 / 31, 1 / 30])
    assert [label.get_text() for label in axes.get_xticklabels()] == ["Sep 2018", "Oct 2018", "Nov 2018"]
    assert [text.get_text() for text in axes.texts] == ["Op X"]
    letters = draw_times(profile_times(frame), title="x", calendar=own, letters=letter_entries(own)).axes[0]
    assert [text.get_text() for text in letters.texts] == ["A"]
    week = draw_times(profile_times(timed("2018-07-02 22:15"), by="weekday_hour"), title="x").axes[0]
    assert week.images[0].get_array().shape == (7, 24)
    assert week.images[0].get_array()[0, 22] == 1
    with pytest.raises(InputError, match="Only a profile by month"):
        draw_times(profile_times(frame, by="season"), title="x", calendar=own)


def test_places_named_by_their_window_have_months():
    places = pd.DataFrame({"window": ["2017-07", "2018-07"], "incidents": [3, 4]})
    assert profile_times(places, by="month")["incidents"].to_dict() == {"2017-07": 3, "2018-07": 4}
    with pytest.raises(InputError, match="hold no hour"):
        profile_times(places, by="hour")


def test_a_window_longer_than_a_month_is_not_put_down_to_its_first_month():
    year = pd.DataFrame({"window": ["2017-07", "2018"], "incidents": [3, 4]})
    for by in ("month", "calendar month", "season"):
        with pytest.raises(InputError, match=r"1 row spans more than one month.*1 January 2018 up to 1 January 2019"):
            profile_times(year, by=by)


def test_days_covered_are_those_of_each_window():
    places = pd.DataFrame({"window": ["2018-02", "2018-07-30..2018-08-01", ""], "incidents": 1})
    days = covered_days(places).strftime("%m-%d").tolist()
    assert days == [f"02-{n:02d}" for n in range(1, 29)] + ["07-30", "07-31", "08-01"]


def test_times_with_an_offset_are_read_off_the_clock_in_london():
    # 23:30 in Greenwich on 30 June is half past midnight on Sunday, 1 July in London
    when = pd.to_datetime(["2018-06-30T23:30Z"])
    frame = pd.DataFrame({"when": when, "precision": "minute"})
    week = profile_times(frame, by="weekday_hour")
    assert week.query("incidents > 0").index.tolist() == [("Sunday", 0)]
    assert profile_times(frame, by="month").query("incidents > 0").index.tolist() == ["2018-07"]
    ends = pd.Series(pd.to_datetime(["2018-07-01T00:10Z"]), index=frame.index)
    hours = profile_times(frame, by="hour", ends=ends)["incidents"]
    assert hours[hours > 0].to_dict() == pytest.approx({0: 0.75, 1: 0.25})  # 00:30 to 01:10

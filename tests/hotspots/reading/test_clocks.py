"""Times of day as they are written: read where nothing is in doubt, counted aloud where not."""

from __future__ import annotations

import itertools

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotspots import profile_times, read_incidents
from hotspots.checks import InputError
from hotspots.reading.clocks import read_clocks
from hotspots.reading.dates import join_times, parse_dates

LAYOUT = {
    "name": "ours",
    "source": "council cases",
    "unit": "case",
    "columns": {"when": "Date", "time": "Time", "category": "Type", "x": "E", "y": "N"},
    "coordinates": {"kind": "metres"},
    "dates": {"formats": ["%d/%m/%Y"]},
}
ONE = {
    "6:02 PM": "18:02", "12:30 AM": "00:30", "12:05 pm": "12:05", "6.02pm": "18:02", "6pm": "18:00",
    "06:02:00 p.m.": "18:02", "12 noon": "12:00", "Midnight": "00:00", "midday": "12:00", "18.02": "18:02",
    "18:02:00.000": "18:02", "18h02": "18:02", "1802hrs": "18:02", "18:02 hrs": "18:02", "T18:02": "18:02",
    "2024-03-14T18:02:00": "18:02", "14/03/2024 6:02 PM": "18:02", "about 18:02": "18:02", "0:34 am": "00:34",
    "18,02": "18:02", "2359": "23:59",
}  # fmt: skip
NEVER = ["late", "25:00", "18:60", "13:05 AM", "6:2", "18:00-20:00", "18:00-12:00", "18:02:61", "evening", "9:5"]


def clock(minutes: float) -> str:
    return "" if pd.isna(minutes) else f"{int(minutes) // 60:02d}:{int(minutes) % 60:02d}"


@pytest.mark.parametrize(("text", "wanted"), ONE.items())
def test_usual_ways_to_write_a_time(text, wanted):
    assert clock(read_clocks(pd.Series([text]))["minutes"][0]) == wanted


@pytest.mark.parametrize("text", [*NEVER, "", "n/k", "-"])
def test_what_is_in_doubt_or_none_is_not_read(text):
    assert clock(read_clocks(pd.Series([text]))["minutes"][0]) == ""


@pytest.mark.parametrize(
    ("column", "wanted"),
    [
        (["2215", "34", "5", "0", "905"], ["22:15", "00:34", "00:05", "00:00", "09:05"]),
        (["2215.0", "34.0", "730.0"], ["22:15", "00:34", "07:30"]),
        (["180200", "90500", "2400"], ["18:02", "09:05", "24:00"]),
        (["18", "7", "0"], ["18:00", "07:00", "00:00"]),
        (["18", "7", "9", "1830"], ["", "", "", "18:30"]),  # hours, or minutes past midnight: in doubt
        (["0.7513888889", "0", "0,5"], ["18:02", "00:00", "12:00"]),
        (["45365.75", "45365.0"], ["18:00", "00:00"]),
        (["0.30", "0.15"], ["", ""]),  # half past midnight, or a third of a day
        (["0.30", "18.02", "7.5"], ["00:30", "18:02", ""]),  # 7:50 without its nought, or half past seven
    ],
)
def test_bare_numbers_are_read_by_what_the_column_holds(column, wanted):
    assert [clock(m) for m in read_clocks(pd.Series(column))["minutes"]] == wanted


@given(st.integers(0, 1439))
def test_every_minute_of_the_day_is_read_as_it_was_written(minute):
    hour, rest = divmod(minute, 60)
    half = f"{(hour - 1) % 12 + 1}:{rest:02d} {'pm' if hour >= 12 else 'am'}"
    ways = [f"{hour}:{rest:02d}", f"{hour:02d}.{rest:02d}.00", half, f"{hour:02d}{rest:02d}"]
    assert read_clocks(pd.Series(ways))["minutes"].tolist() == [minute] * 4
    part = pd.Series([repr(minute / 1440), "0.123456"])
    assert read_clocks(part)["minutes"][0] == minute


def test_every_minute_of_the_day_is_read_from_a_column_of_numbers():
    everything = pd.Series([str(100 * h + m) for h, m in itertools.product(range(24), range(60))])
    assert read_clocks(everything)["minutes"].tolist() == list(range(1440))


def test_a_quarter_past_24_is_the_next_day_and_an_offset_is_turned_to_london():
    days = parse_dates(pd.Series(["2024-07-14"] * 3 + ["2024-01-14"]))
    joined = join_times(days, pd.Series(["24:15", "23:30Z", "2024-07-14T12:00:00+00:00", "12:00Z"]))
    wanted = ["2024-07-15 00:15", "2024-07-15 00:30", "2024-07-14 13:00", "2024-01-14 12:00"]
    assert joined["when"].tolist() == [pd.Timestamp(t) for t in wanted]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("14/03/2024 6:02 PM", "2024-03-14 18:02"),
        ("14/03/2024, 18.02", "2024-03-14 18:02"),
        ("2024-03-14 24:15", "2024-03-15 00:15"),
        ("14/03/2024 1802hrs", "2024-03-14 18:02"),
        ("14/03/2024 noon", "2024-03-14 12:00"),
        ("2024-03 18:02", None),
        ("14/03/2024 late", None),
        ("2024-03-14 24:61", None),
    ],
)
def test_a_clock_behind_a_date_is_read_in_the_same_ways(text, wanted):
    read = parse_dates(pd.Series([text]))
    assert read["when"].tolist() == [pd.Timestamp(wanted) if wanted else pd.NaT] or pd.isna(read["when"][0])
    assert read["cause"][0] == ("" if wanted else "unreadable date")


def test_03_04_with_a_clock_stays_ambiguous():
    assert parse_dates(pd.Series(["03/04/2024 6pm"]))["cause"].tolist() == ["day and month ambiguous"]


def read_cases(path, times):
    rows = [f"14/03/2024,{time},Noise,430000,433000" for time in times]
    path.write_text("\n".join(["Date,Time,Type,E,N", *rows]) + "\n")
    return read_incidents(path, layout=LAYOUT, as_of="2024-03-14")[0]


def test_times_that_were_not_understood_are_counted_aloud_and_blanks_are_none(tmp_path, caplog):
    used = read_cases(tmp_path / "a.csv", ["18:02", "late", "", "n/k", "24:15", "dusk"])
    assert "2 of 4 times of day were not understood, such as 'late' (a.csv line 3)" in caplog.text
    assert used["precision"].tolist() == ["minute", "day", "day", "day", "minute", "day"]
    caplog.clear()
    used = read_cases(tmp_path / "b.csv", ["18:02", ""])
    assert "not understood" not in caplog.text
    assert "raw_unread_clock" not in used.columns


def test_a_profile_by_hour_that_would_be_bent_is_refused(tmp_path):
    used = read_cases(tmp_path / "a.csv", ["18:02"] * 95 + ["past nine"] * 5)
    for by in ("hour", "weekday_hour"):
        with pytest.raises(InputError, match="5 of 100 times of day were not understood"):
            profile_times(used, by=by)
    assert profile_times(used, by="weekday")["incidents"].sum() == 100
    used = read_cases(tmp_path / "b.csv", ["18:02"] * 199 + ["past nine"])
    table = profile_times(used, by="hour")
    assert any("1 of 200 times of day" in warning for warning in table.attrs["warnings"])
